"""Tests; the folders mirror the four packages, and tests/project checks the conventions of all of them."""
