"""A street's official name, taken apart: the words that name it, its kind, its direction, and how people may write each word."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from normalizer.locate import streets
from normalizer.words import fold

_KINDS = {**streets.TYPES_EN, **streets.TYPES_FR}
_MORE_KINDS = {
    "extension": "ext", "ext": "ext", "pike": "pike", "route": "rte", "circuit": "circuit", "common": "common", "green": "green",
    "mews": "mews",
    "run": "run", "walk": "walk", "path": "path", "bridge": "bridge", "plaza": "plaza", "freeway": "fwy", "fwy": "fwy", "causeway": "cswy",
    "pont": "pont", "domaine": "domaine", "residence": "res",
}  # fmt: skip
"""Kinds that end an official name, but are too common to find a street by in a text."""
_SMALL = frozenset("de du des da di del d l la le les of the au aux a et".split())


class Name(NamedTuple):
    """``base`` are the words without kind, direction and particles, folded; ``kind`` and ``direction`` in their short form or empty."""

    base: tuple[str, ...]
    kind: str
    direction: str

    @property
    def joined(self) -> str:
        """The words run together, so that ``Peatmeadow`` is ``Peat Meadow``."""
        return "".join(self.base)


def tokens_of(text: str) -> list[str]:
    """The folded words of an official name."""
    return fold(unicodedata.normalize("NFC", text)).split()


def parse(name: str) -> Name:
    """Take an official name apart: ``Rue Sherbrooke Ouest``, ``East Grand Avenue``, ``3e Avenue``, ``SW 17th St``, ``Broadway``."""
    bare = name.partition("(")[0]
    tokens = tokens_of(bare)
    kind = direction = ""
    if len(tokens) > 1 and tokens[0] in streets.TYPES_FR and not (tokens[0] in streets.TYPES_EN and _ends_with_kind(tokens)):
        kind = streets.TYPES_FR[tokens.pop(0)]
    if len(tokens) > 1 and tokens[-1] in streets.DIRECTIONS and len(_core(tokens[:-1])) > 0:
        direction = streets.DIRECTIONS[tokens.pop()]
    if not kind and len(tokens) > 1 and tokens[-1] in {**_KINDS, **_MORE_KINDS}:
        last = tokens.pop()
        kind = _KINDS.get(last) or _MORE_KINDS[last]
    if not direction and len(tokens) > 1 and tokens[0] in streets.DIRECTIONS:
        direction = streets.DIRECTIONS[tokens.pop(0)]
    return Name(tuple(canonical(token) for token in _core(tokens) or tokens), kind, direction)


def _ends_with_kind(tokens: list[str]) -> bool:
    """``Avenue Road``, ``Place Street``: the English kind at the end decides."""
    return tokens[-1] in streets.TYPES_EN or (len(tokens) > 2 and tokens[-1] in streets.DIRECTIONS and tokens[-2] in streets.TYPES_EN)


def _core(tokens: list[str]) -> list[str]:
    return [token for token in tokens if token not in _SMALL]


@lru_cache(maxsize=16_384)
def canonical(token: str) -> str:
    """One form for the ways in which a word of a name is written: ``saint`` for ``ste``, ``5th`` for ``fifth`` and ``5e``."""
    number = streets.ordinal(token)
    return streets.SAINTS.get(token) or (f"{number}th" if number else _SAME.get(token, token))


_SAME = {
    "mtn": "mountain", "mount": "mont", "mt": "mont", "ft": "fort", "hts": "heights", "rev": "reverend", "jr": "junior",
    "doctor": "docteur", "dr": "docteur", "gen": "general", "gov": "governor", "cpl": "corporal", "sgt": "sergeant", "mgr": "monseigneur",
    "n": "north", "s": "south", "e": "east", "w": "west", "nd": "notre", "univ": "university",
}  # fmt: skip
_WAYS: dict[str, set[str]] = {}
for _written, _one in _SAME.items():
    _WAYS.setdefault(_one, {_one}).add(_written)
for _written, _one in streets.SAINTS.items():
    _WAYS.setdefault(_one, {_one}).add(_written)
for _written in streets.ORDINAL_WORDS:
    _WAYS.setdefault(canonical(_written), set()).add(_written)


def ways(token: str) -> set[str]:
    """The folded forms in which a canonical word may be met in a text."""
    forms = {token, *_WAYS.get(token, ())}
    if token.endswith("th") and token[:-2].isdigit():
        forms |= {token[:-2] + ending for ending in ("st", "nd", "rd", "th", "e", "re", "er", "eme", "ieme", "ere")}
    return forms
