"""Each service's thresholds, from what reviewers decided: pure arithmetic over pairs of score and decision."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from normalizer.dedupe.score import DEFAULT, Thresholds

PRECISION = 0.95
"""Of what is linked without a person, this share must be right."""
WORTH = 0.25
"""Of what is suggested, this share should be right: below it a person wastes time."""
ENOUGH = 40
"""Decisions on a service above a score before that score may link."""
_Z = 1.645
"""One-sided 95 % bound of the normal distribution."""


class Decision(NamedTuple):
    """What a reviewer said of a pair: the score that it had, and whether it was the same problem."""

    service_code: str
    score: float
    same: bool


class Fitted(NamedTuple):
    """A service's thresholds, and the share of wrong links to expect above ``link`` (one-sided 95 % upper bound)."""

    thresholds: Thresholds
    wrong: float | None
    decisions: int


def fit(decisions: Iterable[Decision]) -> dict[str, Fitted]:
    """The thresholds of every service that has decisions; linking stays where it was, or becomes stricter, until there are enough.

    ``link`` is the lowest score above which the lower bound of the precision reaches :data:`PRECISION`. Without enough decisions, one
    rejection above the default is enough to link nothing above it without a person.
    """
    by_service: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_service[decision.service_code].append(decision)
    return {service: _fit(sorted(found, key=lambda item: -item.score)) for service, found in sorted(by_service.items())}


def _fit(ranked: list[Decision]) -> Fitted:
    link, wrong = None, None
    suggest = DEFAULT.suggest
    right = 0
    for count, decision in enumerate(ranked, 1):
        right += decision.same
        last = count == len(ranked) or ranked[count].score < decision.score
        if last and count >= ENOUGH and lower_bound(right, count) >= PRECISION:
            link, wrong = decision.score, 1.0 - lower_bound(right, count)
        if last and count >= ENOUGH and right / count >= WORTH:
            suggest = min(decision.score, DEFAULT.suggest)
    if link is None:
        above = [item for item in ranked if item.score >= DEFAULT.link]
        refused = [item.score for item in above if not item.same]
        # Above the highest score that a person has refused; over 1 where that is no room: nothing is linked without a person.
        link = DEFAULT.link if not refused else min(1.01, max(refused) + 0.02)
        if above:
            wrong = 1.0 - lower_bound(len(above) - len(refused), len(above))
    return Fitted(Thresholds(link, min(suggest, link)), wrong, len(ranked))


def lower_bound(right: int, count: int) -> float:
    """Wilson's lower bound (one-sided, 95 %) of a share of ``right`` in ``count``."""
    if not count:
        return 0.0
    share, square = right / count, _Z * _Z
    middle = share + square / (2 * count)
    spread = _Z * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return (middle - spread) / (1 + square / count)
