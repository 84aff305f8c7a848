"""Small adapters for the tests of the wiring."""
