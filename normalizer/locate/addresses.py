"""Addresses, intersections and streets in a text.

``forms.py`` reads one street by its civic form, ``corners.py`` two of them at a corner; here they are looked for and put in order. Each
word that names a kind of street is looked at once, a few words to either side: linear in the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from normalizer.locate import streets
from normalizer.locate.corners import corner
from normalizer.locate.forms import Form, Street, english, french
from normalizer.model import Span
from normalizer.words import Words

_LOOKED_AT = 60


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
            form = french(words, at) or english(words, at)
            if form is not None:
                found.append(_found(words, form))
        found = _crossings(words, found)
    if not words.vocabulary.isdisjoint(streets.CORNERS):
        for at in words.positions(streets.CORNERS)[:_LOOKED_AT]:
            crossing = corner(words, at)
            if crossing is not None:
                span = words.span(crossing.first, crossing.last)
                found.append(Found(_said(words, span), span, "intersection", "", crossing.streets))
    return _outermost(found)


def _said(words: Words, span: Span) -> str:
    return " ".join(words.text[span[0] : span[1]].split())


_UNIT = re.compile(
    r",?[ ]?(?:#[ ]?|(?:app|apt|appt|unit|unité|suite|bureau|appartement|apartment|local|logement)\b\.?[ ]?#?[ ]?)[0-9A-Za-z]{1,5}\b",
    re.IGNORECASE,
)


def _found(words: Words, form: Form) -> Found:
    """The place of a form, with the range of numbers before it and the apartment behind it."""
    start, end = words.span(form.first, form.last)
    number = ""
    if form.number is not None:
        at = form.number
        number = words.tokens[at]
        if at and words.tokens[at - 1].isdigit() and words.gap(at - 1) == "-":
            start, number = words.offset(at - 1), f"{words.tokens[at - 1]}-{number}"
        unit = _UNIT.match(words.text, end, min(len(words.text), end + 24))
        end = unit.end() if unit else end
    return Found(_said(words, (start, end)), (start, end), "address" if number else "street", number, (form.street,))


_JOINTS = frozenset({"and", "&", "/", "at", "et", "@", "x", "and the", "et la", "et de la", "coin", "angle", "corner"})


def _crossings(words: Words, found: list[Found]) -> list[Found]:
    """``Main St and Elm Ave``, ``rue A / rue B``: two streets side by side are an intersection."""
    out: list[Found] = []
    for item in sorted(found, key=lambda item: item.span):
        last = out[-1] if out else None
        if last is not None and last.precision == item.precision == "street" and _joined(words, last.span, item.span):
            span = (last.span[0], item.span[1])
            out[-1] = Found(_said(words, span), span, "intersection", "", last.streets + item.streets)
        else:
            out.append(item)
    return out


def _joined(words: Words, one: Span, two: Span) -> bool:
    return 0 < two[0] - one[1] <= 12 and _said(words, (one[1], two[0])).lower() in _JOINTS


def _outermost(found: list[Found]) -> list[Found]:
    out: list[Found] = []
    for item in sorted(found, key=lambda item: (item.span[0], -item.span[1])):
        if not out or item.span[0] >= out[-1].span[1]:
            out.append(item)
        elif item.precision == "intersection" and out[-1].precision == "street":
            out[-1] = item
    return out


_POSTAL = re.compile(r"\b([ABCEGHJ-NPRSTVXY]\d[A-Z])[ \-]?(\d[A-Z]\d)\b|\b[A-Z]{2}[ ,]{1,2}(\d{5})(?:-\d{4})?\b", re.IGNORECASE)


def postal_code(text: str) -> str | None:
    """The first Canadian postal code (``H2X 1Y4``), or United States ZIP code after a state's letters, in a short text."""
    match = _POSTAL.search(text)
    if match is None:
        return None
    return match.group(3) or f"{match.group(1)} {match.group(2)}".upper()
