"""What a text says that can be compared with another one, whatever its language: concepts, names, numbers, streets.

Words of the lexicon (``_concepts.py``) become their concept, so that ``pothole`` meets ``nid-de-poule``. What is neither there nor an
everyday word is taken for a name (of a street, a shop, a park), which says most about *which* problem it is.
"""

from __future__ import annotations

import math
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


@lru_cache(maxsize=4_096)
def profile(text: str, address: str | None = None) -> Profile:
    """The profile of a text and of the address that goes with it."""
    read = Words(text[:_TEXT])
    known = lexicon()
    terms: dict[str, float] = {}
    concepts: dict[str, None] = {}
    names: dict[str, None] = {}
    rare: dict[str, None] = {}
    ordinals, numbers = set(), set()
    streets, houses, corners = _places(read)
    in_streets = {word for street in streets for word in street.split()}
    if address:
        more_streets, more_houses, more_corners = _places(Words(address[:_ADDRESS]))
        named = (stem(word) for street in more_streets for word in street.split())
        names.update((word, None) for word in named if word not in known.everyday)
        in_streets.update(word for street in more_streets for word in street.split())
        streets, houses, corners = {**more_streets, **streets}, houses | more_houses, corners | more_corners
    stems = [stem(token) for token in read.tokens]
    at = 0
    while at < len(stems):
        word, token = stems[at], read.tokens[at]
        concept, width = _concept(known, stems, at)
        if token in in_streets:  # a tree in "Maple Street" is none
            terms[word] = _NAME
            if word not in known.everyday and len(word) > 2:
                names[word] = None
        elif concept is not None:
            concepts[concept] = None
            terms["c:" + concept] = _CONCEPT
        elif token.isdigit():
            if 2 <= len(token) <= 6 and not (len(token) == 4 and token[:2] in _CENTURIES):
                numbers.add(token)
                terms[token] = _NUMBER
        elif (nth := ordinal(token)) is not None and at + 1 < len(stems) and read.tokens[at + 1] in _ONE:
            ordinals.add(nth)
        elif word in known.everyday or len(word) < 3 or token in TYPES:
            if token not in WORDS and len(word) > 2:
                terms[word] = _EVERYDAY
        else:
            proper = _proper(read, at)
            terms[word] = _NAME if proper else _WORD
            if proper:
                names[word] = None
            else:
                rare[word] = None
        at += width
    return Profile(
        terms=terms,
        norm=math.sqrt(sum(weight * weight for weight in terms.values())),
        concepts=frozenset(concepts),
        themes=tuple(dict.fromkeys(known.theme[concept] for concept in concepts)),
        numbers=frozenset(numbers | {number for number, _street in houses}),
        ordinals=frozenset(ordinals),
        streets=tuple(streets),
        houses=frozenset(houses),
        corners=frozenset(corners),
        names=tuple(names)[:_NAMES],
        rare=tuple(word for word in rare if len(word) > 3 and word not in names)[:_NAMES],
    )


_ENDS = frozenset(".!?:\n")
_CENTURIES = ("19", "20")
_ONE = frozenset("one ones hole pothole of un une nid".split())


def _concept(known: _Lexicon, stems: list[str], at: int) -> tuple[str | None, int]:
    """The concept that begins at a word, and how many words name it."""
    for phrase, concept in known.phrases.get(stems[at], ()):
        if tuple(stems[at : at + len(phrase)]) == phrase:
            return concept, len(phrase)
    return known.single.get(stems[at]), 1


def _proper(read: Words, at: int) -> bool:
    """Whether the word is written as a name: with a capital that neither a new sentence nor shouting explains."""
    start = read.offset(at)
    word = read.text[start : start + len(read.tokens[at])]
    return word[:1].isupper() and not word.isupper() and at > 0 and _ENDS.isdisjoint(read.gap(at - 1))


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
