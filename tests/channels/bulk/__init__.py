"""Tests of channels/bulk."""
