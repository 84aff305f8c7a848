"""Two streets at a corner: ``corner of Fifth and Main``, ``coin Saint-Denis et Rachel``, ``angle Papineau / Mont-Royal``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from normalizer.locate import streets
from normalizer.locate.forms import STOPS, Street
from normalizer.words import Words

_MARKS = frozenset({"&", "/", "+", "-", "@"})
_BEFORE = streets.PARTICLES | {"at", "rues", "streets", "avenues"}


class Crossing(NamedTuple):
    """First and last token of the two names, and the streets."""

    first: int
    last: int
    streets: tuple[Street, Street]


def corner(words: Words, at: int) -> Crossing | None:
    """The two names after the word for a corner at ``at``, with ``and``, ``et`` or a mark between them."""
    tokens = words.tokens
    one = _name(words, at + 1)
    if one is None:
        return None
    middle = one[1] + 1
    gap = words.gap(one[1])
    if middle < len(tokens) and tokens[middle] in streets.AND and gap == " ":
        middle += 1
    elif gap.strip() not in _MARKS:
        return None
    two = _name(words, middle)
    if two is None:
        return None
    return Crossing(one[0], two[1], (_street(tokens[one[0] : one[1] + 1]), _street(tokens[two[0] : two[1] + 1])))


def _name(words: Words, at: int) -> tuple[int, int] | None:
    """First and last token of a street's name: a few words until a joint, a function word or punctuation."""
    tokens = words.tokens
    start = at
    while start < min(len(tokens), at + 4) and tokens[start] in _BEFORE:
        start += 1
    last = -1
    for step in range(start, min(start + 5, len(tokens))):
        token = tokens[step]
        if step > start and (token in streets.AND or not _goes_on(words, step - 1)):
            break
        if token in streets.CORNERS or (token in STOPS and token not in _ALSO_NAMES and not words.capital(step)):
            break
        last = step
    while last >= start and tokens[last] in streets.PARTICLES:
        last -= 1
    if last < start or streets.TYPES.union(streets.PARTICLES).issuperset(tokens[start : last + 1]):
        return None
    return start, last


_ALSO_NAMES = frozenset(streets.SAINTS) | streets.PARTICLES | frozenset(streets.TYPES)


def _goes_on(words: Words, at: int) -> bool:
    gap = words.gap(at)
    return gap in (" ", "-", "'", "’", "\n") or (gap == ". " and (words.tokens[at] in streets.SAINTS or words.tokens[at] in streets.TYPES))


def _street(tokens: Iterable[str]) -> Street:
    """The words of a name at a corner as a street, its kind first, last or not said."""
    parts = list(tokens)
    kind = direction = ""
    if len(parts) > 1 and parts[-1] in streets.DIRECTIONS:
        direction = streets.DIRECTIONS[parts.pop()]
    if len(parts) > 1 and parts[0] in streets.TYPES_FR and parts[0] not in streets.SAINTS:
        kind = streets.TYPES_FR[parts.pop(0)]
    elif len(parts) > 1 and parts[-1] in streets.TYPES_EN:
        kind = streets.TYPES_EN[parts.pop()]
    return Street(tuple(parts), kind, direction)
