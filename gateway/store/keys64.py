"""64-bit keys for what is looked up by equality: small indexes, whatever the length of the text."""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache

_CELL = 0.003
"""Degrees: some 330 m north to south, so that a cell and its neighbours cover every point within 300 m (up to latitude 60)."""


def key64(jurisdiction_id: str, kind: str, value: str) -> int:
    """A signed 64-bit key of ``value``; the jurisdiction is part of it, so that cities never see each other's."""
    return (_kept if len(value) <= _LONG else _key64)(jurisdiction_id, kind, value)


def _key64(jurisdiction_id: str, kind: str, value: str) -> int:
    digest = hashlib.blake2b(f"{jurisdiction_id}\0{kind}\0{value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


_kept = lru_cache(maxsize=4_096)(_key64)
"""Each key of a message is asked for several times: to look ahead, to look, to remember and to write."""
_LONG = 500
"""Characters of a value from which its key is not kept: a stranger chooses what a Message-ID is."""


def reference_key(jurisdiction_id: str, message_id: str) -> int:
    """The key of a Message-ID."""
    return key64(jurisdiction_id, "m", message_id)


def address_place(jurisdiction_id: str, address_key: str) -> int:
    """The key of a canonical address."""
    return key64(jurisdiction_id, "a", address_key)


def term_key(jurisdiction_id: str, term: str) -> int:
    """The key of a rare term of a request (``normalizer.dedupe.terms``)."""
    return key64(jurisdiction_id, "t", term)


def cell_place(jurisdiction_id: str, lat: float, long: float) -> int:
    """The key of the grid cell that a position lies in."""
    return key64(jurisdiction_id, "c", f"{math.floor(lat / _CELL)}:{math.floor(long / _CELL)}")


def cell_places(jurisdiction_id: str, lat: float, long: float) -> list[int]:
    """The keys of that cell and its eight neighbours."""
    row, column = math.floor(lat / _CELL), math.floor(long / _CELL)
    return [key64(jurisdiction_id, "c", f"{r}:{c}") for r in (row - 1, row, row + 1) for c in (column - 1, column, column + 1)]
