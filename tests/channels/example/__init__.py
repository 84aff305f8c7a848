"""Tests of channels/example."""
