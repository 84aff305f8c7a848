"""The emergency tripwire: words of danger to life or property, each hit with its rule and its span.

Rules are rows of words (see ``_emergency_rules.py``), matched on the folded words of the text with gaps of a few words. A hit does
not count when it is denied ("no smell of gas"), told of the past ("last year"), hypothetical ("in case of fire") or has another meaning
("gas station"). When in doubt it counts: a person looks at one message too many rather than one too few.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from normalizer._emergency_hazards import HAZARDS
from normalizer._emergency_persons import PERSONS
from normalizer._emergency_rules import GROUPS
from normalizer._emergency_scenes import SCENES
from normalizer._language_tables import WORDS
from normalizer.model import Emergency
from normalizer.words import Reading, Words, words

_HITS = 200
"""At most this many places of a text are looked at for one word: a text of nothing but ``fire`` costs no more than a text."""


class _Pattern(NamedTuple):
    rule: str
    steps: tuple[tuple[int, frozenset[str]], ...]
    unless: frozenset[tuple[str, ...]]


_COMMON = (frozenset(WORDS) - {"feu", "help", "broken"}) | frozenset(
    "on a there s y au me her him us it house home building car truck street sidewalk tree light road man woman person child kid wire line "
    "cable pole going down grand gros prendre porte fell someone die "
    "maison immeuble voiture auto rue trottoir arbre homme femme personne enfant ligne poteau garage rouge terre trop mal".split()
)
"""Words that most messages have: a pattern is looked for only when one of its other words is there."""


def _steps(text: str) -> tuple[tuple[int, frozenset[str]], ...]:
    """The steps of one pattern: how many words may stand before each, and its alternatives."""
    steps: list[tuple[int, frozenset[str]]] = []
    gap = 0
    for part in text.split():
        if part.startswith("~"):
            gap = int(part[1:])
            continue
        steps.append((gap, frozenset(part.split("|"))))
        gap = 0
    return tuple(steps)


def _compile() -> dict[str, tuple[_Pattern, ...]]:
    """Patterns by each alternative of their rarest step, by whose words a text is known to deserve a closer look."""
    groups = {name: "".join(text.split()) for name, text in GROUPS.items()}
    by_key: dict[str, list[_Pattern]] = {}
    for rule in (*HAZARDS, *PERSONS, *SCENES):
        unless = frozenset(tuple(words(phrase)) for phrase in rule.unless.split(","))
        patterns = re.sub(r"(~\d)\n\s*", r"\1 ", re.sub(r"\|\n\s*", "|", rule.patterns))
        for name, members in groups.items():
            patterns = patterns.replace(name, members)
        for line in filter(None, map(str.strip, patterns.split("\n"))):
            pattern = _Pattern(rule.name, _steps(line), unless)
            for word in min((step for _, step in pattern.steps), key=lambda step: (len(step & _COMMON), len(step), sorted(step))):
                by_key.setdefault(word, []).append(pattern)
    return {word: tuple(patterns) for word, patterns in by_key.items()}


_BY_KEY = _compile()
_KEYS = frozenset(_BY_KEY)


def find(reading: Reading) -> Emergency:
    """The first emergency in the new text, or else in the subject (then without a span, since spans are places in the new text)."""
    for text, body in ((reading.body, True), (reading.subject, False)):
        wanted = text.vocabulary & _KEYS
        if not wanted:
            continue
        found = _first(text, wanted)
        if found is not None:
            pattern, first, last = found
            return Emergency(flag=True, rule=pattern.rule, span=text.span(first, last) if body else None)
    return Emergency()


def _first(text: Words, wanted: frozenset[str]) -> tuple[_Pattern, int, int] | None:
    by_first: dict[str, list[_Pattern]] = {}
    vocabulary = text.vocabulary
    for key in sorted(wanted):
        for pattern in _BY_KEY[key]:
            if any(vocabulary.isdisjoint(step) for _, step in pattern.steps):
                continue
            for word in pattern.steps[0][1] & vocabulary:
                candidates = by_first.setdefault(word, [])
                if pattern not in candidates:
                    candidates.append(pattern)
    tokens = text.tokens
    tried: dict[str, int] = {}
    for start in text.positions(by_first.keys()):
        word = tokens[start]
        count = tried[word] = tried.get(word, 0) + 1
        if count > _HITS:
            continue
        for pattern in by_first[word]:
            last = _match(tokens, start, pattern)
            if last is not None and _counts(text, pattern, start, last):
                return pattern, start, last
    return None


def _match(tokens: Sequence[str], start: int, pattern: _Pattern) -> int | None:
    """The index of the last word of the pattern when it begins at ``start``; each step takes the nearest word that fits."""
    at = start
    end = len(tokens)
    for gap, alternatives in pattern.steps[1:]:
        for candidate in range(at + 1, min(at + 2 + gap, end)):
            if tokens[candidate] in alternatives:
                at = candidate
                break
        else:
            return None
    return at


_BREAK = re.compile(r"[.!?;]\s|\n\s*\n|\n[-*•]")
_NEGATORS = frozenset(
    "no not never without isn wasn aren don doesn didn nothing neither nor pas sans aucun aucune jamais ni non rien".split()
)
_NEGATION_OPENS = frozenset(
    "know sure only just wait understand forget stop sais certain certaine seulement attendre oublier comprends".split()
)
_PAST = (
    "last year", "last month", "last week", "last summer", "last winter", "last spring", "last fall", "last autumn", "last night s",
    "years ago", "months ago", "weeks ago",
    "year ago", "month ago", "week ago", "days ago", "the other day", "used to", "back in", "was put out", "had been put out",
    "has been put out", "was extinguished", "is out now", "already out",
    "l an dernier", "l an passe", "l annee derniere", "annee passee", "le mois dernier", "mois passe", "la semaine derniere",
    "semaine passee", "l ete dernier", "l hiver dernier", "l automne dernier",
    "le printemps dernier", "ans passes", "l autre jour", "a ete eteint", "a ete maitrise", "est eteint", "a l epoque", "dans le temps",
    "apres l incendie", "depuis l incendie", "suite a l incendie",
    "suite a un incendie", "after the fire", "since the fire", "lors de l incendie", "during the fire", "following the fire",
    "in january", "in february", "in march", "in april", "in may", "in june", "in july", "in august", "in september", "in october",
    "in november", "in december", "en janvier", "en fevrier", "en mars", "en avril", "en mai", "en juin", "en juillet", "en aout",
    "en septembre", "en octobre", "en novembre", "en decembre", "false alarm", "fausse alerte", "fausse alarme", "turns out",
    "fire is out", "feu est eteint", "thank you to", "thanks to", "merci aux", "merci a", "bravo", "congratulations", "were amazing",
    "was amazing", "ont ete formidables", "already towed", "l annee passee", "cet hiver la", "some time ago", "il y a longtemps",
    "rapport d incendie", "burned down", "a ete repare", "was repaired", "was fixed",
)  # fmt: skip
_PAST_PHRASES = tuple(tuple(phrase.split()) for phrase in _PAST)
_STILL = frozenset("still again now right currently presently encore toujours maintenant presentement actuellement recommence".split())
_HYPOTHESIS = (
    "in case of", "in the event of", "if there is", "if there s", "if there were", "if you", "what if", "were to", "en cas de", "en cas d",
    "s il y a", "s il y avait", "si vous", "si jamais", "au cas ou", "what to do",
    "how do i", "how can i", "how would", "how to report", "comment signaler", "comment rapporter", "if i ever", "s il arrive",
    "where to report",
    "que faire si", "course", "courses", "cours de",
    "how to prevent", "prevention", "could cause", "could start", "might cause", "risk of", "risque de", "risque d",
    "pourrait causer", "pourrait prendre", "afraid of", "avoid", "eviter",
    "matter of time", "question de temps", "before someone", "before somebody", "avant que quelqu", "until someone", "tant que quelqu",
    "drill", "exercice", "simulation", "training", "formation", "movie", "film", "joke", "jeu", "song", "chanson", "mixtape",
    "this party", "the team is", "my playlist", "plan", "insurance", "assurance",
)  # fmt: skip
_HYPOTHESIS_PHRASES = tuple(tuple(phrase.split()) for phrase in _HYPOTHESIS)


def _counts(text: Words, pattern: _Pattern, first: int, last: int) -> bool:
    """False when the words around the match deny it, put it in the past or give it another meaning."""
    tokens = text.tokens
    if last > first and _BREAK.search(text.text, text.offset(first), text.offset(last)):
        return False
    lower = max(0, first - 12)
    upper = min(len(tokens), last + 13)
    lower, upper = _sentence(text, lower, first, last, upper)
    near = tokens[max(lower, first - 5) : min(upper, last + 5)]
    if _holds(near, pattern.unless):
        return False
    around = tokens[lower:upper]
    if _holds(around, _HYPOTHESIS_SET) and not _holds(around, _IN_EARNEST):
        return False
    if _ne(tokens, first, pattern):
        return False
    if not _STILL.intersection(near) and (_holds(around, _PAST_SET) or _some_time_ago(around)):
        return False
    return not _denied(tokens, max(lower, first - 4), first)


_IN_EARNEST = frozenset(
    tuple(phrase.split())
    for phrase in (
        "not a drill",
        "not a joke",
        "no joke",
        "not a training",
        "pas un exercice",
        "pas une blague",
        "pas une farce",
        "pas une simulation",
    )
)


def _ne(tokens: Sequence[str], first: int, pattern: _Pattern) -> bool:
    """``ne sent plus le gaz``: denied within the match, unless the denial is the danger (``ne respire plus``)."""
    if not first or tokens[first - 1] not in ("ne", "n") or first + 1 >= len(tokens) or tokens[first + 1] not in _DENIALS:
        return False
    return not any(_DENIALS & step for _, step in pattern.steps)


_DENIALS = frozenset(("pas", "plus", "jamais"))
_HYPOTHESIS_SET = frozenset(_HYPOTHESIS_PHRASES)
_PAST_SET = frozenset(_PAST_PHRASES)
_UNITS = frozenset("jour jours semaine semaines mois an ans annee annees".split())


def _some_time_ago(around: Sequence[str]) -> bool:
    """``il y a trois semaines`` (but not ``depuis``, and not ``il y a le feu``)."""
    return any(around[at : at + 2] == ["y", "a"] and _UNITS.intersection(around[at + 2 : at + 4]) for at in range(len(around) - 3))


_NEW_CLAUSE = frozenset("et and but mais i je j".split())
"""Words after which something else is said: ``cannot get up and is bleeding``, ``does not answer, I see her lying``."""


def _denied(tokens: Sequence[str], lower: int, first: int) -> bool:
    """A negation within four words before the match, unless it denies something else ("not sure", "je ne sais pas")."""
    for at in range(lower, first):
        if tokens[at] not in _NEGATORS:
            continue
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        before = tokens[at - 1] if at else ""
        if after in _NEGATION_OPENS or before in _NEGATION_OPENS:
            continue
        if _NEW_CLAUSE.intersection(tokens[at + 2 : first]):
            continue
        return True
    return False


def _sentence(text: Words, lower: int, first: int, last: int, upper: int) -> tuple[int, int]:
    """``lower`` and ``upper`` drawn in to the sentence of the match."""
    while lower < first and _BREAK.search(text.text, text.offset(lower), text.offset(first)):
        lower += 1
    end = text.offset(last)
    while upper - 1 > last and _BREAK.search(text.text, end, text.offset(upper - 1)):
        upper -= 1
    return lower, upper


def _holds(tokens: Sequence[str], phrases: frozenset[tuple[str, ...]]) -> bool:
    """True when one of the phrases (of one to five words) stands in ``tokens``."""
    size = len(tokens)
    for at in range(size):
        for length in (1, 2, 3, 4, 5):
            if at + length <= size and tuple(tokens[at : at + length]) in phrases:
                return True
    return False
