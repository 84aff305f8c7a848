"""What a catalog's names, descriptions and keywords say, ready for look-up: which words speak for which service and language."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from normalizer._language_tables import WORDS
from normalizer.catalog import Catalog, Service
from normalizer.words import spellings, stem, words

Posting = tuple[int, float]
"""Index of a service in the catalog, and the points that a word gives it."""

_KEYWORD, _NAME, _DESCRIPTION = 3.0, 2.0, 0.9
_WIDESPREAD = 6
"""A word of names and descriptions that so many services share says nothing about any."""
_ROOTS, _LONGEST = 8_192, 40
"""Words whose stems are remembered, and the letters that such a word may have."""


class Phrase(NamedTuple):
    """A keyword of several words: their stems in order, and what it gives. ``number`` tells the phrases of one lexicon apart."""

    stems: tuple[str, ...]
    number: int
    service: int
    points: float


class Roots(dict[str, str]):
    """The stem of a word where the lexicon knows it, else nothing; worked out when a word is first asked for."""

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, word: str) -> str:
        root = stem(word)
        root = root if root in self._known else ""
        if len(word) <= _LONGEST:
            if len(self) >= _ROOTS:
                self.clear()
            self[word] = root
        return root


@dataclass(slots=True)
class Lexicon:
    """The words of one catalog.

    ``singles`` gives the postings of a stem; ``phrases`` the longer entries by their first stem and then their second; ``languages`` the
    folded words that stand in one language's lists only; ``roots`` the stems of words that are an entry or begin one.
    """

    codes: tuple[str, ...]
    singles: dict[str, tuple[Posting, ...]]
    phrases: dict[str, dict[str, tuple[Phrase, ...]]]
    languages: dict[str, str]
    roots: Roots


_compiled: dict[int, tuple[Catalog, Lexicon]] = {}
_KEPT = 64


def compiled(catalog: Catalog) -> Lexicon:
    """The lexicon of a catalog, compiled once for each catalog object (some ten milliseconds)."""
    kept = _compiled.get(id(catalog))
    if kept is not None and kept[0] is catalog:
        return kept[1]
    made = _compile(catalog)
    if len(_compiled) >= _KEPT:
        _compiled.clear()
    _compiled[id(catalog)] = (catalog, made)
    return made


def _compile(catalog: Catalog) -> Lexicon:
    singles: dict[str, dict[int, float]] = {}
    phrases: dict[tuple[str, ...], dict[int, float]] = {}
    hints: dict[str, dict[int, float]] = {}
    for index, service in enumerate(catalog.services):
        for entry, weight in _entries(service):
            for form in spellings(entry):
                _add(tuple(stem(word) for word in form), index, weight, singles, phrases)
        for text, weight in _sentences(service):
            for word in set(words(text)):
                if len(word) > 2 and word not in WORDS:
                    best = hints.setdefault(stem(word), {})
                    best[index] = max(best.get(index, 0.0), weight)
    for root, services in hints.items():
        if len(services) <= _WIDESPREAD:
            for index, weight in services.items():
                best = singles.setdefault(root, {})
                best[index] = max(best.get(index, 0.0), weight)
    total = max(len(catalog.services), 2)
    by_beginning = _by_beginning(phrases, total)
    return Lexicon(
        codes=tuple(service.service_code for service in catalog.services),
        singles={root: tuple((at, weight * _rarity(len(found), total)) for at, weight in found.items()) for root, found in singles.items()},
        phrases=by_beginning,
        languages=_languages(catalog),
        roots=Roots(frozenset(singles).union(by_beginning)),
    )


def _by_beginning(phrases: dict[tuple[str, ...], dict[int, float]], total: int) -> dict[str, dict[str, tuple[Phrase, ...]]]:
    found: dict[str, dict[str, tuple[Phrase, ...]]] = {}
    number = 0
    for form, services in phrases.items():
        for index, weight in services.items():
            points = weight * _rarity(len(services), total) * (0.6 + 0.4 * len(form))
            seconds = found.setdefault(form[0], {})
            seconds[form[1]] = (*seconds.get(form[1], ()), Phrase(form, number, index, points))
            number += 1
    return found


def _add(
    form: tuple[str, ...], index: int, weight: float, singles: dict[str, dict[int, float]], phrases: dict[tuple[str, ...], dict[int, float]]
) -> None:
    if not form:
        return
    best = singles.setdefault(form[0], {}) if len(form) == 1 else phrases.setdefault(form, {})
    best[index] = max(best.get(index, 0.0), weight)


def _rarity(services: int, total: int) -> float:
    """1 for a word of one service, towards 0.2 for a word of all of them."""
    return math.log(1.0 + total / services) / math.log(1.0 + total)


def _entries(service: Service) -> Iterable[tuple[str, float]]:
    for entries in service.keywords.values():
        for entry in entries:
            yield entry, _KEYWORD
    for name in service.service_name.values():
        yield name, _NAME


def _sentences(service: Service) -> Iterable[tuple[str, float]]:
    for name in service.service_name.values():
        yield name, _NAME * 0.6
    for text in service.description.values():
        yield text, _DESCRIPTION


def _languages(catalog: Catalog) -> dict[str, str]:
    seen: dict[str, set[str]] = {}
    for service in catalog.services:
        for language, entries in service.keywords.items():
            for entry in entries:
                for word in words(entry):
                    if len(word) > 3:
                        seen.setdefault(word, set()).add(language)
    return {word: next(iter(found)) for word, found in seen.items() if len(found) == 1 and word not in WORDS}
