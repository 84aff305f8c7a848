"""A position written in a text: decimal degrees as people and map links write them, and degrees, minutes and seconds."""

from __future__ import annotations

import re

from normalizer.model import Span
from normalizer.words import TEXT_CAP

_PAIR = re.compile(
    r"(?<![\d.])([+-]?\d{1,2}\.\d{2,15})[ ]?°?[ ]?([NS])?[ ]?(?:,|;|/|%2C|!4d|[ ])[ ]?(?:lo?ng?\.?[ :=]{1,2})?"
    r"([+-]?\d{1,3}\.\d{2,15})(?![\d])"
    r"[ ]?°?(?:[ ]?([EWO])(?![A-Za-z]))?",
    re.IGNORECASE,
)
"""Latitude then longitude, two decimals or more; every quantifier is bounded."""
_PART = r"(\d{1,2}(?:[.,]\d{1,6})?)"
_DEGREES = rf"[ ]?[°º][ ]?{_PART}[ ]?['’′](?:[ ]?{_PART}[ ]?(?:\"|''|’’|″|”))?[ ]?"
_DMS = re.compile(rf"(?<![\d.])(\d{{1,2}}){_DEGREES}([NS])[a-z]{{0,4}}[ ]?[,;/]?[ ]?(\d{{1,3}}){_DEGREES}([EWO])", re.IGNORECASE)
"""``45°31'23.2"N 73°34'54"W``, ``45° 31,39′ N, 73° 34,9′ O``."""


def find(text: str, limit: int = 3) -> list[tuple[float, float, Span]]:
    """The first positions in ``text`` as (lat, long, span), WGS 84; pairs that lie on no place on Earth are left out.

    Two decimals (about 1 km) are read only where a letter or a sign says that these are degrees; otherwise three or more.
    """
    found: list[tuple[float, float, Span]] = []
    end = min(len(text), TEXT_CAP)
    if "°" in text or "º" in text:
        for match in _DMS.finditer(text, 0, end):
            lat = _degrees(match.group(1), match.group(2), match.group(3), match.group(4))
            long = _degrees(match.group(5), match.group(6), match.group(7), match.group(8))
            _add(found, lat, long, match.span())
    if _decimals(text):
        for match in _PAIR.finditer(text, 0, end):
            north, east = match.group(2), match.group(4)
            lat, long = _signed(match.group(1), north), _signed(match.group(3), east)
            told = (north and east) or match.group(1)[0] in "+-" or match.group(3)[0] in "+-"
            if told or all(len(match.group(at).partition(".")[2]) >= 3 for at in (1, 3)):
                _add(found, lat, long, match.span())
            if len(found) >= limit:
                break
    return sorted(found, key=lambda item: item[2])[:limit]


def _add(found: list[tuple[float, float, Span]], lat: float, long: float, span: Span) -> None:
    if (
        -90 <= lat <= 90
        and -180 <= long <= 180
        and (lat or long)
        and all(span[0] >= other[2][1] or other[2][0] >= span[1] for other in found)
    ):
        found.append((lat, long, span))


def _degrees(degrees: str, minutes: str, seconds: str | None, letter: str) -> float:
    parts = [float((part or "0").replace(",", ".")) for part in (degrees, minutes, seconds)]
    if parts[1] >= 60 or parts[2] >= 60:
        return 999.0
    return (parts[0] + parts[1] / 60 + parts[2] / 3_600) * (-1 if letter.upper() in "SWO" else 1)


def _signed(number: str, letter: str | None) -> float:
    value = float(number)
    return -abs(value) if letter and letter.upper() in "SWO" else value


def _decimals(text: str) -> bool:
    """True when a point stands between digits, two of them behind it; much quicker than the pattern, and seldom true."""
    at = text.find(".", 1, TEXT_CAP)
    while at >= 0:
        if text[at - 1].isdigit() and text[at + 1 : at + 3].isdigit() and len(text) > at + 2:
            return True
        at = text.find(".", at + 1, TEXT_CAP)
    return False
