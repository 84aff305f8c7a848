"""Journeys: the whole gateway over real sockets, as its users meet it."""
