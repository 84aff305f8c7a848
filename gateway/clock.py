"""The one place that reads the time and draws randomness for ids."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that an id can be read aloud."""

_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
"""Two digits at a time: an id is made for every message."""


def now() -> datetime:
    """The current time, aware, UTC."""
    return datetime.now(UTC)


def new_id(at_ms: int | None = None) -> str:
    """A new 26-character id that sorts by time of creation: 48 bits of Unix milliseconds, then 80 random bits (the ULID layout)."""
    stamp = int(time.time() * 1000) if at_ms is None else at_ms
    number = (stamp << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])
