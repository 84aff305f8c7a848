"""Tests of the machine around the core."""
