"""Licence plates in a text, where a word says that it is one, or where a vehicle is spoken of and the shape is a plate's.

Québec: ``E24 ABC``, ``ABC 123``, ``123 ABC``, ``FAB1234``; Ontario: ``ABCD 123``, ``AB 12345``; the United States: five to eight letters
and figures. Not a postal code, an ordinal, a time or a plate of metal over a trench.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalizer import _redact_tables as tables
from normalizer._redact_numbers import Found
from normalizer.words import Words

_BEHIND = 9
"""Words looked at behind the one that says that a plate comes."""
_STRONG = re.compile(
    r"(?<![\w-])(?:[A-Z]\d{2}[ -]?[A-Z]{3}|[A-Z]{4}[ -]?\d{3}|[A-Z]{3}[ -]?\d{3,4}|\d{3}[ -]?[A-Z]{3}|\d[A-Z]{3}\d{3})(?![\w-]|,\d)"
)
_POSTAL = re.compile(r"[a-z]\d[a-z]\d[a-z]\d")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|e|er|re|ere|eme|am|pm|km|kmh|mph|h\d{0,2}|m|s|x\d+|days?|ans|ft|cm|mm)")
_NOT_BEFORE = (tables.COUNTED - {"license", "licence"}) | frozenset(
    {"bus", "route", "line", "ligne", "flight", "circuit", "highway", "autoroute", "unit", "room", "salle"}
)


def find(words: Words) -> Iterator[Found]:
    """Licence plates of a text."""
    for at in words.positions(tables.PLATE):
        if (at and words.tokens[at - 1] in tables.NO_PLATE_BEFORE) or _of_metal(words, at):
            continue
        span = _behind(words, at) or _ahead(words, at)
        if span is not None:
            yield Found("plate", span, "plate.context")
    seen = -1
    for at in words.positions(tables.VEHICLE):
        start = words.offset(at)
        if start < seen:
            continue
        text = words.text
        window = min(len(text), start + 90)
        seen = window - 30
        for match in _STRONG.finditer(text, start, window):
            between = text[start : match.start()]
            if "\n\n" in between or re.search(r"[.!?] [A-ZÀ-Ý]", between):
                break
            if _sure(match.group(), text[: match.start()]) and not _NOT_BEFORE.intersection(Words(between).tokens[-2:]):
                yield Found("plate", match.span(), "plate.vehicle")


def _sure(shape: str, before: str) -> bool:
    """False for a word and a number in a text that shouts: ``OVER 100``."""
    if not shape[:3].isalpha() or shape[3:4].isdigit():
        return True
    last = before[-24:].split()[-1:]
    return not (last and len(last[0]) > 2 and last[0].isupper() and last[0].isalpha() and last[0].lower() not in tables.VEHICLE)


def _of_metal(words: Words, at: int) -> bool:
    """« plaque d'égout », « plaque de glace », but not « plaque de la voiture »."""
    after = words.tokens[at + 1 : at + 5]
    return bool(after) and after[0] in tables.NO_PLATE_AFTER and tables.VEHICLE.isdisjoint(after) and "immatriculation" not in after


def _behind(words: Words, at: int) -> tuple[int, int] | None:
    tokens = words.tokens
    for step in range(at + 1, min(at + _BEHIND, len(tokens))):
        gap = words.gap(step - 1)
        if step - at > 2 and ("\n" in gap or ". " in gap or "!" in gap or "?" in gap):
            return None
        found = _plate_at(words, step)
        if found is not None:
            return words.span(step, found)
    return None


def _ahead(words: Words, at: int) -> tuple[int, int] | None:
    """« FAB 123 sur la plaque », ``ABCD 123 (plate)``."""
    for step in range(max(0, at - 5), at):
        found = _plate_at(words, step)
        if found is not None and found < at and all(". " not in words.gap(place) for place in range(found, at)):
            return words.span(step, found)
    return None


def _plate_at(words: Words, at: int) -> int | None:
    """The last word of the plate that begins at a word: one to three words, five to eight characters, letters and figures."""
    tokens = words.tokens
    if at and tokens[at - 1] in _NOT_BEFORE:
        return None
    joined = ""
    for last in range(at, min(at + 3, len(tokens))):
        if last > at and words.gap(last - 1) not in (" ", "-", " - ", "·", ".", "\u00a0"):
            return None
        token = tokens[last]
        if token in tables.STOP and not words.text[words.offset(last) : words.offset(last) + len(token)].isupper():
            return None
        joined += token
        if len(joined) > 8:
            return None
        digits = sum(map(str.isdigit, joined))
        follows = tokens[last + 1] if last + 1 < len(tokens) and words.gap(last) in (" ", "-") else ""
        more = 0 < len(follows) <= 4 and len(joined) + len(follows) <= 7 and (follows.isdigit() or _upper(words, last + 1))
        if len(joined) < 5 or digits < 2 or digits > len(joined) - 1 or (more and last == at and joined.isdigit()):
            continue
        if _POSTAL.fullmatch(joined) or _ORDINAL.fullmatch(joined):
            return None
        if last > at or _upper(words, at) or digits >= 3:
            return last
    return None


def _upper(words: Words, at: int) -> bool:
    start = words.offset(at)
    return words.text[start : start + len(words.tokens[at])].isupper()
