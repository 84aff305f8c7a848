"""Addresses, intersections and streets in a text, by the civic forms of English and French.

English puts the kind of street last (``12 Main Street, apt. 5``), French first (``1234, rue Saint-Denis Est, app. 5``). Each word that names a kind of
street is looked at once, a few words to either side: linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from normalizer._language_tables import WORDS
from normalizer.locate import streets
from normalizer.model import Span
from normalizer.words import Words

_LOOKED_AT = 60
_STOPS = frozenset(word for word in WORDS if word not in ("main", "park", "water", "land", "new", "long", "little", "home", "house", "maison", "eau"))


class Street(NamedTuple):
    """The parts of a street's name: folded words of the name, kind and direction in their short form (empty where not said)."""

    name: tuple[str, ...]
    kind: str
    direction: str


class Found(NamedTuple):
    """A place in a text: ``precision`` is ``address``, ``intersection`` or ``street``; ``number`` is empty but for an address."""

    text: str
    span: Span
    precision: str
    number: str
    streets: tuple[Street, ...]


def find(words: Words) -> list[Found]:
    """The places that a text names, in its order; one that lies within another is left out."""
    found: list[Found] = []
    if not words.vocabulary.isdisjoint(streets.TYPES):
        for at in words.positions(streets.TYPES)[:_LOOKED_AT]:
            item = _french(words, at) or _english(words, at)
            if item is not None:
                found.append(item)
        found = _crossings(words, found)
    if not words.vocabulary.isdisjoint(streets.CORNERS):
        found += filter(None, (_corner(words, at) for at in words.positions(streets.CORNERS)[:_LOOKED_AT]))
    return _outermost(found)


def _separator(words: Words, at: int) -> str:
    """What stands between the token ``at`` and the next."""
    return words.text[words.offset(at) + len(words.tokens[at]) : words.offset(at + 1)]


def _capital(words: Words, at: int) -> bool:
    return words.text[words.offset(at)].isupper() or words.tokens[at][0].isdigit()


def _english(words: Words, at: int) -> Found | None:
    """``[12] [North] Main Street [E] [, apt. 5]``: from the kind of street back to the number."""
    tokens = words.tokens
    kind = streets.TYPES_EN.get(tokens[at])
    if kind is None or (at + 1 < len(tokens) and tokens[at + 1] in streets.NOT_NAMES and " " == _separator(words, at)):
        return None
    first, number, capitals = at, -1, 0
    for back in range(at - 1, max(-1, at - 6), -1):
        gap = _separator(words, back)
        if len(gap) > 2 or not gap.strip(" .\n-'’") == "" or ("." in gap and tokens[back] not in streets.SAINTS and tokens[back] not in streets.DIRECTIONS):
            break
        if back < at - 1 or streets.ordinal(tokens[back]) is None:
            if streets.house_number(tokens[back]) and back < at - 1 and not _year(tokens, back):
                number = back
                break
        if tokens[back] in _STOPS and streets.ordinal(tokens[back]) is None or tokens[back] in streets.CORNERS:
            break
        is_capital = _capital(words, back)
        if not is_capital and capitals:
            break
        capitals += is_capital
        first = back
        if at - back >= 4:
            break
    if first == at or (number < 0 and not capitals) or (not capitals and first < at - 2):
        return None
    if number < 0:
        first = max(first, at - 3)
        if tokens[at] in ("st", "dr", "ct") and at + 1 < len(tokens) and _capital(words, at + 1) and _separator(words, at).strip(".") == " ":
            return None
    name = tuple(tokens[first:at])
    last, direction = _direction(words, at)
    return _made(words, number, first if number < 0 else number, last, Street(name, kind, direction), number)


def _french(words: Words, at: int) -> Found | None:
    """``[1234,] rue Saint-Denis [Est] [, app. 5]``: from the kind of street on to the end of the name."""
    tokens = words.tokens
    kind = streets.TYPES_FR.get(tokens[at])
    if kind is None:
        return None
    number = at - 1 if at and streets.house_number(tokens[at - 1]) and _separator(words, at - 1).strip(" ,\n") == "" and not _year(tokens, at - 1) else -1
    before = streets.ordinal(tokens[at - 1]) if at and _separator(words, at - 1) in (" ", "\n") else None
    if before is not None:
        number = at - 2 if at > 1 and streets.house_number(tokens[at - 2]) and _separator(words, at - 2).strip(" ,") == "" else -1
        last, direction = _direction(words, at)
        return _made(words, number, number if number >= 0 else at - 1, last, Street((tokens[at - 1],), kind, direction), number)
    last = _name_end(words, at, loose=number >= 0 or tokens[at] not in streets.NEEDS_CAPITAL, french=tokens[at] not in streets.TYPES_EN)
    if last == at:
        return None
    if tokens[at] in streets.TYPES_EN and number < 0 and at and _capital(words, at - 1) and tokens[at + 1] not in streets.PARTICLES and _separator(words, at - 1) == " ":
        return None
    name_last = last
    direction = ""
    if tokens[last] in streets.DIRECTIONS and last > at + 1:
        direction, name_last = streets.DIRECTIONS[tokens[last]], last - 1
    return _made(words, number, number if number >= 0 else at, last, Street(tuple(tokens[at + 1 : name_last + 1]), kind, direction), number)


def _name_end(words: Words, at: int, *, loose: bool, french: bool) -> int:
    """The last token of the street's name after its kind (``at`` itself when no name follows).

    ``loose`` takes a name in small letters too, one word of it with what is hyphenated to it.
    """
    tokens = words.tokens
    last, named, small = at, False, False
    for step in range(at + 1, min(at + 8, len(tokens))):
        gap = _separator(words, step - 1)
        previous = tokens[step - 1]
        token = tokens[step]
        joined = gap in ("-", "'", "’")
        if not joined and not (gap == " " or gap == "\n" or (gap in (". ", ".") and (previous in streets.SAINTS or previous in streets.TYPES))):
            break
        if token in streets.UNITS and token not in streets.SAINTS and named:
            break
        if joined and (named or previous in streets.PARTICLES):
            last, named = step, True
        elif token in streets.PARTICLES:
            continue
        elif token in streets.DIRECTIONS and named:
            return step
        elif _capital(words, step) and (not token.isdigit() or not named) and not small:
            last, named = step, True
        elif previous in streets.SAINTS and named or not named and loose and token not in _STOPS and (french or previous in streets.PARTICLES):
            last, named, small = step, True, True
        elif not named and loose and token in streets.SAINTS:
            last, named, small = step, True, True
        else:
            break
    return last


def _direction(words: Words, at: int) -> tuple[int, str]:
    """The token after the kind of street when it is a direction, and its short form."""
    after = at + 1
    if after < len(words.tokens) and words.tokens[after] in streets.DIRECTIONS and _separator(words, at).strip(".") == " " and _capital(words, after):
        return after, streets.DIRECTIONS[words.tokens[after]]
    return at, ""


_UNIT = re.compile(r",?[ ]?(?:#[ ]?|(?:app|apt|appt|unit|unité|suite|bureau|appartement|apartment|local|logement)\b\.?[ ]?#?[ ]?)[0-9A-Za-z]{1,5}\b", re.IGNORECASE)


def _made(words: Words, number: int, first: int, last: int, street: Street, numbered: int) -> Found:
    start, end = words.offset(first), words.offset(last) + len(words.tokens[last])
    said = words.tokens[number] if numbered >= 0 else ""
    if numbered > 0 and words.tokens[number - 1].isdigit() and _separator(words, number - 1) == "-":
        start, said = words.offset(number - 1), f"{words.tokens[number - 1]}-{said}"
    if said:
        unit = _UNIT.match(words.text, end, min(len(words.text), end + 24))
        end = unit.end() if unit else end
    text = " ".join(words.text[start:end].split())
    return Found(text, (start, end), "address" if said else "street", said, (street,))


def _year(tokens: list[str], at: int) -> bool:
    """True for a number that is a year ("in 2014 Main Street was paved")."""
    token = tokens[at]
    return len(token) == 4 and token[:2] in ("19", "20") and at > 0 and tokens[at - 1] in ("in", "since", "en", "depuis", "of", "until", "by")


def _crossings(words: Words, found: list[Found]) -> list[Found]:
    """``Main St and Elm Ave``, ``rue A / rue B``: two streets side by side are an intersection."""
    out: list[Found] = []
    for item in sorted(found, key=lambda item: item.span):
        if out and out[-1].precision == item.precision == "street":
            gap = " ".join(words.text[out[-1].span[1] : item.span[0]].lower().split())
            if len(gap) <= 8 and gap in ("and", "&", "/", "at", "et", "@", "x", "and the", "et la", "et de la", "coin", "angle", "corner"):
                span = (out[-1].span[0], item.span[1])
                out[-1] = Found(" ".join(words.text[span[0] : span[1]].split()), span, "intersection", "", out[-1].streets + item.streets)
                continue
        out.append(item)
    return out


def _corner(words: Words, at: int) -> Found | None:
    """``corner of Fifth and Main``, ``coin Saint-Denis et Rachel``: two names after the word, with ``and`` or ``et`` between."""
    tokens = words.tokens
    one = _corner_name(words, at + 1)
    if one is None:
        return None
    first, end = one
    middle = end + 1
    joint = _separator(words, end) if middle < len(tokens) else ""
    if middle < len(tokens) and tokens[middle] in streets.AND and joint.strip(" ") == "":
        middle += 1
    elif joint.strip(" ") not in ("&", "/", "+", "-"):
        return None
    two = _corner_name(words, middle)
    if two is None:
        return None
    span = (words.offset(first), words.offset(two[1]) + len(tokens[two[1]]))
    parts = (_as_street(tokens[first : end + 1]), _as_street(tokens[two[0] : two[1] + 1]))
    return Found(" ".join(words.text[span[0] : span[1]].split()), span, "intersection", "", parts)


def _corner_name(words: Words, at: int) -> tuple[int, int] | None:
    """First and last token of a street's name at a corner: a few words until a joint, a stop or punctuation."""
    tokens = words.tokens
    start = at
    while start < len(tokens) and start < at + 4 and (tokens[start] in streets.PARTICLES or tokens[start] in ("of", "at", "the", "rues", "streets")):
        start += 1
    last = -1
    for step in range(start, min(start + 5, len(tokens))):
        token = tokens[step]
        if step > start:
            gap = _separator(words, step - 1)
            if gap not in (" ", "-", "'", "’", "\n") and not (gap == ". " and (tokens[step - 1] in streets.SAINTS or tokens[step - 1] in streets.TYPES)):
                break
        if token in streets.AND and not (step == start):
            break
        if token in streets.PARTICLES or token in streets.TYPES and step == start:
            last = max(last, step) if token in streets.TYPES else last
            continue
        if token in _STOPS and token not in streets.SAINTS and not _capital(words, step) or token in streets.CORNERS:
            break
        last = step
    if last < start or all(token in streets.TYPES or token in streets.PARTICLES for token in tokens[start : last + 1]):
        return None
    return start, last


def _as_street(tokens: Iterable[str]) -> Street:
    """The words of a name at a corner as a street, its kind first or last or not said."""
    parts = list(tokens)
    kind = direction = ""
    if len(parts) > 1 and parts[-1] in streets.DIRECTIONS:
        direction = streets.DIRECTIONS[parts.pop()]
    if len(parts) > 1 and parts[0] in streets.TYPES_FR and parts[0] not in ("st",):
        kind = streets.TYPES_FR[parts.pop(0)]
    elif len(parts) > 1 and parts[-1] in streets.TYPES_EN:
        kind = streets.TYPES_EN[parts.pop()]
    return Street(tuple(parts), kind, direction)


def _outermost(found: list[Found]) -> list[Found]:
    out: list[Found] = []
    for item in sorted(found, key=lambda item: (item.span[0], -item.span[1])):
        if out and item.span[0] < out[-1].span[1]:
            if item.precision == "intersection" and out[-1].precision == "street":
                out[-1] = item
            continue
        out.append(item)
    return out


_POSTAL = re.compile(r"\b([ABCEGHJ-NPRSTVXY]\d[A-Z])[ \-]?(\d[A-Z]\d)\b|\b[A-Z]{2}[ ,]{1,2}(\d{5})(?:-\d{4})?\b", re.IGNORECASE)


def postal_code(text: str) -> str | None:
    """The first Canadian postal code (``H2X 1Y4``), or United States ZIP code after a state's letters, in a short text."""
    match = _POSTAL.search(text)
    if match is None:
        return None
    return match.group(3) or f"{match.group(1)} {match.group(2)}".upper()
