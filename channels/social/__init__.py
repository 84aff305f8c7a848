"""Mentions and private messages on social networks, by their interfaces or captured by a person."""
