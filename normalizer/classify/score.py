"""Points for each service from the words of a message, and a confidence from the points.

Each stem counts once, however often it stands in the text, so that a long complaint does not outweigh a clear sentence. A word counts
half where the text only names a street after it ("Park Street"). Confidence is the best service's share of the points among the first
five, lowered when there are few points at all; it is fitted by hand, not calibrated.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from normalizer.classify.lexicon import Lexicon
from normalizer.model import Span
from normalizer.words import Reading, Words, stem

_SUBJECT = 1.3
_SHARP = 1.9
"""Exponent of the points before shares are taken."""
_FEW = 2.6
"""Points at which the evidence counts for 1 - 1/e."""
_CAP = 600


class Ranked(NamedTuple):
    """One service with its confidence and the words that gave it points: the word, its span in the new text, its share of the points."""

    service_code: str
    confidence: float
    words: list[tuple[str, Span | None, float]]


class _Hit(NamedTuple):
    points: float
    word: str
    first: int
    last: int
    body: bool


def rank(reading: Reading, lexicon: Lexicon, top: int = 3) -> list[Ranked]:
    """The best services, best first; empty when no word of the catalog was found."""
    points: dict[int, float] = {}
    hits: dict[int, list[_Hit]] = {}
    seen: set[str] = set()
    for words, factor, body in ((reading.body, 1.0, True), (reading.subject, _SUBJECT, False)):
        if words.tokens:
            _collect(words, lexicon, factor, body, seen, points, hits)
    if not points:
        return []
    order = sorted(points, key=lambda at: (-points[at], at))
    best = points[order[0]]
    weights = [(points[at] / best) ** _SHARP for at in order[:5]]
    enough = 1.0 - math.exp(-best / _FEW)
    total = sum(weights)
    ranked = []
    for at, weight in zip(order[:top], weights, strict=False):
        confidence = round(enough * weight / total, 3)
        ranked.append(Ranked(lexicon.codes[at], confidence, _words(reading, hits[at], points[at]) if at == order[0] else []))
    return ranked


def _collect(
    words: Words, lexicon: Lexicon, factor: float, body: bool, seen: set[str], points: dict[int, float], hits: dict[int, list[_Hit]]
) -> None:
    tokens = words.tokens
    vocabulary = words.vocabulary if len(tokens) <= _CAP else frozenset(tokens[:_CAP])
    named = _street_names(words) if vocabulary & _STREETS else frozenset()
    for word in sorted(vocabulary):
        found = lexicon.postings(word)
        if found is None:
            continue
        root, postings, begins = found
        if postings and root not in seen:
            seen.add(root)
            at = tokens.index(word)
            weight = factor * (0.4 if word in named else 1.0)
            for service, value in postings:
                points[service] = points.get(service, 0.0) + value * weight
                hits.setdefault(service, []).append(_Hit(value * weight, word, at, at, body))
        if begins:
            _phrases(words, word, root, lexicon, factor, body, seen, points, hits)


def _phrases(
    words: Words, word: str, root: str, lexicon: Lexicon, factor: float, body: bool, seen: set[str], points: dict[int, float],
    hits: dict[int, list[_Hit]],
) -> None:  # fmt: skip
    tokens = words.tokens
    start = tokens.index(word)
    tries = 0
    while start >= 0 and tries < 5:
        for form, service, value in lexicon.phrases[root]:
            key = " ".join(form)
            if f"{service} {key}" in seen or len(tokens) < start + len(form):
                continue
            if all(stem(tokens[start + step]) == form[step] for step in range(1, len(form))):
                seen.add(f"{service} {key}")
                points[service] = points.get(service, 0.0) + value * factor
                hits.setdefault(service, []).append(_Hit(value * factor, key, start, start + len(form) - 1, body))
        tries += 1
        try:
            start = tokens.index(word, start + 1)
        except ValueError:
            return


def _words(reading: Reading, hits: list[_Hit], total: float) -> list[tuple[str, Span | None, float]]:
    chosen = sorted(hits, key=lambda hit: (-hit.points, hit.first))[:3]
    return [
        (
            " ".join((reading.body if hit.body else reading.subject).tokens[hit.first : hit.last + 1]),
            reading.body.span(hit.first, hit.last) if hit.body else None,
            round(min(1.0, hit.points / total), 3),
        )
        for hit in chosen
    ]


_STREETS_EN = frozenset("street st avenue ave road rd lane drive dr blvd boulevard court ct place terrace".split())
_STREETS_FR = frozenset("rue avenue av boulevard boul chemin ch place montee cote rang".split())
_STREETS = _STREETS_EN | _STREETS_FR
_PARTICLES = frozenset("de du des la le les l d".split())
_NOT_NAMES = frozenset("light lights lamp lamps sign signs cleaning sweeping parking sweeper lighting post pole".split())


def _street_names(words: Words) -> frozenset[str]:
    """Words that stand in the text only as the name of a street."""
    tokens = words.tokens
    named: list[str] = []
    for at in words.positions(_STREETS)[:20]:
        token = tokens[at]
        if token in _STREETS_EN and at and not (at + 1 < len(tokens) and tokens[at + 1] in _NOT_NAMES):
            before = tokens[at - 1]
            if (at > 1 and tokens[at - 2].isdigit()) or words.text[words.offset(at - 1)].isupper():
                named.append(before)
        if token in _STREETS_FR:
            after = at + 1
            while after < len(tokens) and tokens[after] in _PARTICLES:
                after += 1
            if after < len(tokens) and (words.text[words.offset(after)].isupper() or after > at + 1):
                named.append(tokens[after])
    return frozenset(word for word in named if tokens.count(word) == named.count(word))
