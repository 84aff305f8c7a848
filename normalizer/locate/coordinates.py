"""A pair of decimal degrees written in a text, as people and map links write it."""

from __future__ import annotations

import re

from normalizer.model import Span
from normalizer.words import TEXT_CAP

_PAIR = re.compile(r"(?<![\d.])([+-]?\d{1,2}\.\d{3,12})[ ]?(?:,|;|%2C|[ ])[ ]?([+-]?\d{1,3}\.\d{3,12})(?![\d])", re.IGNORECASE)
"""Latitude then longitude, three decimals or more (about 100 m); every quantifier is bounded."""


def find(text: str, limit: int = 3) -> list[tuple[float, float, Span]]:
    """The first pairs of decimal degrees in ``text`` as (lat, long, span), WGS 84; pairs that lie on no place on Earth are left out."""
    if not _decimals(text):
        return []
    found: list[tuple[float, float, Span]] = []
    for match in _PAIR.finditer(text, 0, min(len(text), TEXT_CAP)):
        lat, long = float(match.group(1)), float(match.group(2))
        if -90 <= lat <= 90 and -180 <= long <= 180 and (lat or long):
            found.append((lat, long, match.span()))
            if len(found) == limit:
                break
    return found


def _decimals(text: str) -> bool:
    """True when a point stands between digits, three of them behind it; much quicker than the pattern, and seldom true."""
    at = text.find(".", 1, TEXT_CAP)
    while at >= 0:
        if text[at - 1].isdigit() and text[at + 1 : at + 4].isdigit() and len(text) > at + 3:
            return True
        at = text.find(".", at + 1, TEXT_CAP)
    return False
