"""Points for each service from the catalog's words that stand in a message.

Each stem counts once, however often it stands in the text, so that a long complaint does not outweigh a clear sentence. A word counts
half where the text only names a street after it ("Park Street").
"""

from __future__ import annotations

from collections.abc import Container

from normalizer.classify.lexicon import Lexicon, Posting
from normalizer.model import Span
from normalizer.words import Reading, Words, stem

_SUBJECT = 1.3
_CAP = 200
"""Words read: what a message is about stands in its beginning."""


Hit = tuple[int, int, bool, float, tuple[Posting, ...]]
"""A word or a phrase that was met: first and last token, in the text or in the subject, a factor, what it gives to which services."""


def met(reading: Reading, lexicon: Lexicon) -> tuple[dict[int, float], list[Hit]]:
    """Points of each service by its index in the catalog, and what was met."""
    hits: list[Hit] = []
    seen: set[str | int] = set()
    _collect(reading.body, lexicon, 1.0, seen, hits)
    if reading.subject.tokens:
        _collect(reading.subject, lexicon, _SUBJECT, seen, hits)
    points: dict[int, float] = {}
    for _, _, _, factor, postings in hits:
        for service, value in postings:
            points[service] = points.get(service, 0.0) + value * factor
    return points, hits


def _collect(words: Words, lexicon: Lexicon, factor: float, seen: set[str | int], hits: list[Hit]) -> None:
    tokens = words.tokens if len(words.tokens) <= _CAP else words.tokens[:_CAP]
    body = factor == 1.0
    singles, phrases = lexicon.singles, lexicon.phrases
    relevant = [(at, root) for at, root in enumerate(map(lexicon.roots.__getitem__, tokens)) if root]
    named: frozenset[str] = frozenset()
    if relevant and not words.vocabulary.isdisjoint(_STREETS):
        named = _street_names(words, singles)
    for at, root in relevant:
        if root not in seen and root in singles:
            seen.add(root)
            hits.append((at, at, body, factor * 0.4 if named and tokens[at] in named else factor, singles[root]))
        if (seconds := phrases.get(root)) is not None and at + 1 < len(tokens):
            for phrase in seconds.get(stem(tokens[at + 1]), ()):
                size = len(phrase.stems)
                if phrase.number not in seen and (size == 2 or tuple(map(stem, tokens[at : at + size])) == phrase.stems):
                    seen.add(phrase.number)
                    hits.append((at, at + size - 1, body, factor, ((phrase.service, phrase.points),)))


def deciding(reading: Reading, hits: list[Hit], service: int) -> list[tuple[str, Span | None, tuple[int, int], bool]]:
    """The two words or phrases that gave the service most: as read, their span in the text, first and last token, and if of the text."""
    given = [(value * hit[3], hit) for hit in hits for at, value in hit[4] if at == service]
    given.sort(key=lambda item: (-item[0], item[1][0]))
    found: list[tuple[str, Span | None, tuple[int, int], bool]] = []
    for _, (first, last, body, _, _) in given[:2]:
        text = reading.body if body else reading.subject
        found.append((" ".join(text.tokens[first : last + 1]), text.span(first, last) if body else None, (first, last), body))
    return found


_STREETS_EN = frozenset("street st avenue ave road rd lane drive dr blvd boulevard court ct place terrace".split())
_STREETS_FR = frozenset("rue avenue av boulevard boul chemin ch place montee cote rang".split())
_STREETS = _STREETS_EN | _STREETS_FR
_PARTICLES = frozenset("de du des la le les l d".split())
_NOT_NAMES = frozenset("light lights lamp lamps sign signs cleaning sweeping parking sweeper lighting post pole".split())


def _names_street(words: Words, at: int) -> bool:
    """True for ``Park Street`` and ``12 park street``, not for ``Park street light``."""
    tokens = words.tokens
    if at + 1 < len(tokens) and tokens[at + 1] in _NOT_NAMES:
        return False
    return (at > 1 and tokens[at - 2].isdigit()) or words.capital(at - 1)


def _street_names(words: Words, singles: Container[str]) -> frozenset[str]:
    """Words of the catalog that stand in the text only as the name of a street."""
    tokens = words.tokens
    named: list[str] = []
    for at in words.positions(_STREETS)[:20]:
        token = tokens[at]
        if token in _STREETS_EN and at and stem(tokens[at - 1]) in singles and _names_street(words, at):
            named.append(tokens[at - 1])
        if token in _STREETS_FR:
            after = at + 1
            while after < len(tokens) and tokens[after] in _PARTICLES:
                after += 1
            if after < len(tokens) and stem(tokens[after]) in singles and (after > at + 1 or words.capital(after)):
                named.append(tokens[after])
    return frozenset(word for word in named if tokens.count(word) == named.count(word))
