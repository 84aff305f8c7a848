"""Needs a library that nobody has: an adapter whose extra is not installed."""

from __future__ import annotations

import twilio_that_is_not_installed  # type: ignore[import-not-found]  # its absence is the point


def build(channel_id: str, settings: object) -> object:
    """Never reached."""
    return twilio_that_is_not_installed
