"""Plus codes (Open Location Code): a place written as ``87G7PX7V+4H``, or as ``PX7V+4H`` near a place that is known.

Source: the Open Location Code specification, "Encoding", "Decoding" and "Recovery".
"""

from __future__ import annotations

import re

from normalizer.model import Span
from normalizer.words import TEXT_CAP

_DIGITS = "23456789CFGHJMPQRVWX"
_CODE = re.compile(r"(?<![0-9A-Za-z+])((?:[23456789CFGHJMPQRVWX]{4}){1,2}\+[23456789CFGHJMPQRVWX]{2,4})(?![0-9A-Za-z+])", re.IGNORECASE)
_RESOLUTIONS = (20.0, 1.0, 0.05, 0.0025, 0.000125)


def find(text: str, near: tuple[float, float] | None, limit: int = 3) -> list[tuple[float, float, Span]]:
    """The first plus codes in ``text`` as (lat, long, span), the middle of the cell (14 m or less).

    A short one, without its first four letters, is completed to the cell nearest to ``near``; without it, it is left out.
    """
    found: list[tuple[float, float, Span]] = []
    if text.find("+", 0, TEXT_CAP) < 0:
        return found
    for match in _CODE.finditer(text, 0, min(len(text), TEXT_CAP)):
        code = match.group(1).upper()
        if code.index("+") < 8:
            if near is None or not any(character.isdigit() for character in code):
                continue
            place = _nearest(code, near)
        elif code[0] in "23456789C" and code[1] in "23456789CFGHJMPQRV":  # 9 rows of 20 degrees, 18 columns
            place = decode(code)
        else:
            continue
        found.append((*place, match.span()))
        if len(found) == limit:
            break
    return found


def decode(code: str) -> tuple[float, float]:
    """Latitude and longitude of the middle of a full code's cell."""
    digits = code.replace("+", "")
    lat, long = -90.0, -180.0
    for at in range(0, 10, 2):
        lat += _DIGITS.index(digits[at]) * _RESOLUTIONS[at // 2]
        long += _DIGITS.index(digits[at + 1]) * _RESOLUTIONS[at // 2]
    high = wide = _RESOLUTIONS[-1]
    for digit in digits[10:15]:
        row, column = divmod(_DIGITS.index(digit), 4)
        high, wide = high / 5, wide / 4
        lat, long = lat + row * high, long + column * wide
    return lat + high / 2, long + wide / 2


def _nearest(code: str, near: tuple[float, float]) -> tuple[float, float]:
    """The middle of the cell of a short code (four letters missing) that is nearest to a position."""
    prefix = ""
    lat, long = near[0] + 90, (near[1] + 180) % 360
    for size in _RESOLUTIONS[:2]:
        prefix += _DIGITS[int(lat // size) % 20] + _DIGITS[int(long // size) % 20]
    found = list(decode(prefix + code))
    for at in (0, 1):
        if near[at] - found[at] > 0.5:
            found[at] += 1.0
        elif found[at] - near[at] > 0.5:
            found[at] -= 1.0
    return found[0], found[1]
