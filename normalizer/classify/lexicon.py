"""What a catalog says, made ready for look-up: which words speak for which service, and which language they belong to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from normalizer._language_tables import WORDS
from normalizer.catalog import Catalog, Service
from normalizer.words import spellings, stem, words

Posting = tuple[int, float]
"""Index of a service in the catalog, and the points that a word gives it."""

_KEYWORD, _NAME, _DESCRIPTION, _EXAMPLE = 3.0, 2.0, 0.9, 0.7
_MEMO = 50_000


@dataclass(slots=True)
class Lexicon:
    """The words of one catalog.

    ``singles`` gives the postings of a stem; ``phrases`` the longer entries by their first stem; ``languages`` the folded words that
    stand in one language's lists only. ``postings`` remembers the stems of words it has met, which changes no answer.
    """

    codes: tuple[str, ...]
    singles: dict[str, tuple[Posting, ...]]
    phrases: dict[str, tuple[tuple[tuple[str, ...], int, float], ...]]
    languages: dict[str, str]
    _met: dict[str, tuple[str, tuple[Posting, ...], bool] | None] = field(default_factory=dict)

    def postings(self, word: str) -> tuple[str, tuple[Posting, ...], bool] | None:
        """For a folded word its stem, its postings, and whether a phrase begins with it; None when the catalog does not know it."""
        try:
            return self._met[word]
        except KeyError:
            pass
        root = stem(word)
        found = self.singles.get(root, ())
        begins = root in self.phrases
        answer = (root, found, begins) if found or begins else None
        if len(self._met) >= _MEMO:
            self._met.clear()
        self._met[word] = answer
        return answer


_compiled: dict[int, tuple[Catalog, Lexicon]] = {}
_KEPT = 64


def lexicon(catalog: Catalog) -> Lexicon:
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
    for index, service in enumerate(catalog.services):
        for entry, weight in _entries(service):
            for form in spellings(entry):
                _add(tuple(stem(word) for word in form), index, weight, singles, phrases)
        for text, weight in _sentences(service):
            for word in set(words(text)):
                if len(word) > 2 and word not in WORDS:
                    best = singles.setdefault(stem(word), {})
                    best[index] = max(best.get(index, 0.0), weight)
    total = max(len(catalog.services), 2)
    by_first: dict[str, list[tuple[tuple[str, ...], int, float]]] = {}
    for form, services in phrases.items():
        for index, weight in services.items():
            by_first.setdefault(form[0], []).append((form, index, weight * _rarity(len(services), total) * (0.6 + 0.4 * len(form))))
    return Lexicon(
        codes=tuple(service.service_code for service in catalog.services),
        singles={root: tuple((at, weight * _rarity(len(found), total)) for at, weight in found.items()) for root, found in singles.items()},
        phrases={first: tuple(entries) for first, entries in by_first.items()},
        languages=_languages(catalog),
    )


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
    for examples in service.examples.values():
        for text in examples:
            yield text, _EXAMPLE


def _languages(catalog: Catalog) -> dict[str, str]:
    seen: dict[str, set[str]] = {}
    for service in catalog.services:
        for language, entries in service.keywords.items():
            for entry in entries:
                for word in words(entry):
                    if len(word) > 3:
                        seen.setdefault(word, set()).add(language)
    return {word: next(iter(found)) for word, found in seen.items() if len(found) == 1 and word not in WORDS}
