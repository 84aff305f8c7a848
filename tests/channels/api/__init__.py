"""Tests of channels/api."""
