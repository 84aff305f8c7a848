"""What a text says that can be compared with another one, whatever its language: concepts, names, numbers, streets.

Words of the lexicon (``_concepts.py``) become their concept, so that ``pothole`` meets ``nid-de-poule``. What is neither there nor an
everyday word is taken for a name (of a street, a shop, a park), which says most about *which* problem it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from normalizer._language_tables import WORDS
from normalizer.dedupe._concepts import COMMON, CONCEPTS
from normalizer.locate import find
from normalizer.locate.streets import PARTICLES, SAINTS, TYPES, ordinal
from normalizer.words import Words, stem, words

_TEXT = 1_000
"""Characters compared: what a problem is stands at the beginning."""
_CONCEPT, _NAME, _NUMBER, _WORD, _EVERYDAY = 2.0, 2.5, 2.5, 1.0, 0.4
"""How much a concept, a name, a number, another word of the lexicon's kind and an everyday word weigh in a comparison."""
_NAMES = 24
_ADDRESS = 400


class Profile(NamedTuple):
    """A text as it is compared. ``terms`` has the weight of each concept, name, number and word, ``norm`` is their length as a vector.

    ``themes`` stand in the order in which they are first spoken of. ``numbers`` are those of two to six figures (houses, poles, buses; no
    years), ``ordinals`` say which of several ("the third one"). ``streets`` are canonical names in their order, ``houses`` pairs of number
    and street, ``corners`` sorted pairs of streets. ``names`` are stems of words that name something, in their order: those of streets, and
    what is written with a capital within a sentence; ``rare`` are other words that are no everyday words.
    """

    terms: dict[str, float]
    norm: float
    concepts: frozenset[str]
    themes: tuple[str, ...]
    numbers: frozenset[str]
    ordinals: frozenset[str]
    streets: tuple[str, ...]
    houses: frozenset[tuple[str, str]]
    corners: frozenset[tuple[str, str]]
    names: tuple[str, ...]
    rare: tuple[str, ...]


class _Lexicon(NamedTuple):
    single: dict[str, str]
    """Concept by stem."""
    phrases: dict[str, list[tuple[tuple[str, ...], str]]]
    """Stems of a phrase with its concept, longest first, by the first stem."""
    theme: dict[str, str]
    everyday: frozenset[str]


@cache
def lexicon() -> _Lexicon:
    """The lexicon made ready for look-up, when it is first asked for."""
    single: dict[str, str] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    theme: dict[str, str] = {}
    for name, concepts in CONCEPTS.items():
        for concept, entries in concepts.items():
            theme[concept] = name
            for entry in entries.split(","):
                stems = tuple(stem(word) for word in words(entry))
                if len(stems) == 1:
                    single.setdefault(stems[0], concept)
                elif stems:
                    phrases.setdefault(stems[0], []).append((stems, concept))
    for found in phrases.values():
        found.sort(key=lambda item: -len(item[0]))
    everyday = frozenset(stem(word) for word in words(COMMON)) | frozenset(stem(word) for word in WORDS)
    return _Lexicon(single, phrases, theme, everyday - frozenset(single))


_Phrases = list[tuple[tuple[str, ...], str]]
_Meaning = tuple[str, str | None, _Phrases, str | None, float, bool]
"""What a word says wherever it stands: its stem, its concept, the phrases that begin with it, which one it counts, its weight by itself
(of a number, an everyday word, another word, or 0), and whether it is an everyday word. A plain tuple: each word of each text has one.
"""


@lru_cache(maxsize=16_384)
def _meaning(token: str) -> _Meaning:
    known, word = lexicon(), stem(token)
    everyday = word in known.everyday
    nth, weight = None, _WORD
    if token.isdigit():
        weight = _NUMBER if 2 <= len(token) <= 6 and not (len(token) == 4 and token[:2] in _CENTURIES) else 0.0
    else:
        nth = ordinal(token)
        if everyday or len(word) < 3 or token in TYPES:
            weight = _EVERYDAY if token not in WORDS and len(word) > 2 else 0.0
    return word, known.single.get(word), known.phrases.get(word, []), nth, weight, everyday


@dataclass(slots=True)
class _Said:
    """What is gathered of a text, in the order in which it is said."""

    terms: dict[str, float] = field(default_factory=dict)
    concepts: dict[str, None] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    rare: dict[str, None] = field(default_factory=dict)
    ordinals: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)


def profile(text: str, address: str | None = None) -> Profile:
    """The profile of a text and of the address that goes with it."""
    read = Words(text[:_TEXT])
    known = lexicon()
    said = _Said()
    streets, houses, corners = _places(read)
    in_streets = {word for street in streets for word in street.split()}
    if address:
        more_streets, more_houses, more_corners = _places(Words(address[:_ADDRESS]))
        named = (stem(word) for street in more_streets for word in street.split())
        said.names.update((word, None) for word in named if word not in known.everyday)
        in_streets.update(word for street in more_streets for word in street.split())
        streets, houses, corners = {**more_streets, **streets}, houses | more_houses, corners | more_corners
    _read(read, in_streets, said)
    return Profile(
        terms=said.terms,
        norm=math.sqrt(sum(weight * weight for weight in said.terms.values())),
        concepts=frozenset(said.concepts),
        themes=tuple(dict.fromkeys(known.theme[concept] for concept in said.concepts)),
        numbers=frozenset(said.numbers | {number for number, _street in houses}),
        ordinals=frozenset(said.ordinals),
        streets=tuple(streets),
        houses=frozenset(houses),
        corners=frozenset(corners),
        names=tuple(said.names)[:_NAMES],
        rare=tuple(word for word in said.rare if len(word) > 3 and word not in said.names)[:_NAMES],
    )


def _read(read: Words, in_streets: set[str], said: _Said) -> None:
    tokens, terms = read.tokens, said.terms
    told = 0
    """The first token that is not part of a phrase."""
    for at, (token, meaning) in enumerate(zip(tokens, map(_meaning, tokens), strict=True)):
        if at < told:
            continue
        word, concept, phrases, nth, weight, everyday = meaning
        if phrases and (phrase := _phrase(phrases, tokens, at)) is not None:
            concept, told = phrase[1], at + len(phrase[0])
        if token in in_streets:  # a tree in "Maple Street" is none
            terms[word] = _NAME
            if not everyday and len(word) > 2:
                said.names[word] = None
        elif concept is not None:
            said.concepts[concept] = None
            terms["c:" + concept] = _CONCEPT
        elif nth is not None and at + 1 < len(tokens) and tokens[at + 1] in _ONE:
            said.ordinals.add(nth)
        elif weight == _EVERYDAY:
            terms[word] = weight
        elif weight == _WORD:
            proper = _proper(read, at)
            terms[word] = _NAME if proper else _WORD
            (said.names if proper else said.rare)[word] = None
        elif weight:
            terms[word] = weight
            said.numbers.add(word)


_ENDS = frozenset(".!?:\n")
_CENTURIES = ("19", "20")
_ONE = frozenset("one ones hole pothole of un une nid".split())


def _phrase(phrases: _Phrases, tokens: list[str], at: int) -> tuple[tuple[str, ...], str] | None:
    """The longest phrase of the lexicon that begins at a word."""
    after = stem(tokens[at + 1]) if at + 1 < len(tokens) else ""
    for phrase in phrases:
        stems = phrase[0]
        if stems[1] == after and (len(stems) == 2 or tuple(map(stem, tokens[at + 2 : at + len(stems)])) == stems[2:]):
            return phrase
    return None


def _proper(read: Words, at: int) -> bool:
    """Whether the word is written as a name: with a capital that neither a new sentence nor shouting explains."""
    start = read.starts[at]
    if not at or not read.text[start].isupper():
        return False
    return not read.text[start : start + len(read.tokens[at])].isupper() and _ENDS.isdisjoint(read.gap(at - 1))


def _places(read: Words) -> tuple[dict[str, None], set[tuple[str, str]], set[tuple[str, str]]]:
    streets: dict[str, None] = {}
    houses, corners = set(), set()
    for found in find(read):
        named = [_name(street.name) for street in found.streets]
        streets.update(dict.fromkeys(named))
        if found.precision == "address":
            houses.add((found.number, named[0]))
        elif found.precision == "intersection" and len(named) > 1:
            one, two = sorted(named[:2])
            corners.add((one, two))
    return streets, houses, corners


def _name(name: tuple[str, ...]) -> str:
    """A street's name without particles and kinds, saints alike: the same in both languages."""
    kept = [token for token in name if token not in PARTICLES] or list(name)
    return " ".join(SAINTS.get(token) or ordinal(token) or token for token in kept)
