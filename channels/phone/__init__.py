"""Calls: an agent's call log, transcripts from wherever they are made, and spoken intake on a number of the city's own."""
