"""Shared by adapters and none itself."""
