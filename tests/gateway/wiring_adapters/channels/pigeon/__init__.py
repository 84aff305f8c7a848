"""A channel for tests."""
