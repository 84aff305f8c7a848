"""The key by which two ways of writing one address are equal."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from normalizer.locate import streets
from normalizer.locate.addresses import Found, find
from normalizer.locate.forms import Street
from normalizer.words import Words

_CAP = 400
MARK = "addr:"
"""Every key begins with this, so that a key is its own key."""


@lru_cache(maxsize=8_192)
def address_key(text: str) -> str:
    """The canonical key of an address, an intersection or a place's name; empty for a text without words.

    Case, accents, punctuation, apartment, city and postal code do not matter, nor whether a street's kind is written in full, in short or
    in the other language (``12 Main Street`` = ``12, rue Main, app. 5``). Number, name, kind and direction do: ``12 Main St`` is neither
    ``12 Main Ave`` nor ``14 Main St``. Two streets are the same corner in either order. ``address_key(address_key(x)) == address_key(x)``.
    """
    if text.startswith(MARK):
        return text
    words = Words(unicodedata.normalize("NFC", text[:_CAP]))
    if not words.tokens:
        return ""
    found = find(words)
    best = next((item for item in found if item.precision == "address"), None)
    best = best or next((item for item in found if item.precision == "intersection"), None) or _bare(words) or (found[0] if found else None)
    if best is None:
        return MARK + " ".join(_name(tuple(words.tokens[:12])))
    return MARK + _key(best)


def numbers(text: str) -> frozenset[str]:
    """The house numbers of an address: none for a corner or a place's name."""
    key = address_key(text)
    head = key.removeprefix(MARK).partition("/")
    return frozenset({head[0]}) if head[1] and head[0] and head[0][0].isdigit() else frozenset()


def _key(found: Found) -> str:
    if found.precision == "intersection":
        return "&".join(sorted(_street(part) for part in found.streets))
    return f"{found.number}/{_street(found.streets[0])}"


def _street(street: Street) -> str:
    return f"{' '.join(_name(street.name))}/{street.kind}/{street.direction}"


def _name(name: tuple[str, ...]) -> list[str]:
    """A name's words without particles, saints alike, ordinals as figures."""
    kept = [token for token in name if token not in streets.PARTICLES] or list(name)
    return [streets.SAINTS.get(token) or streets.ordinal(token) or token for token in kept]


def _bare(words: Words) -> Found | None:
    """``12 Main, Springfield``: a number and a name without the kind of street, up to the first comma."""
    tokens = words.tokens
    if len(tokens) < 2 or not streets.house_number(tokens[0]):
        return None
    last = 0
    for at in range(1, min(len(tokens), 6)):
        gap = words.text[words.offset(at - 1) + len(tokens[at - 1]) : words.offset(at)]
        if (("," in gap or "\n" in gap) and at > 1) or tokens[at] in streets.UNITS:
            break
        last = at
    if not last:
        return None
    name, direction = tokens[1 : last + 1], ""
    if len(name) > 1 and name[-1] in streets.DIRECTIONS:
        direction = streets.DIRECTIONS[name.pop()]
    span = (words.offset(0), words.offset(last) + len(tokens[last]))
    return Found(words.text[span[0] : span[1]], span, "address", tokens[0], (Street(tuple(name), "", direction),))
