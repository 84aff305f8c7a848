"""One score from the features of a pair, and the decision.

The weights are set by hand: place and service make a pair possible, words make it likely, time makes it less so. Linking without a
person asks for all of them at once.
"""

from __future__ import annotations

from normalizer.dedupe.features import Features
from normalizer.model import LinkState

LINK = 0.85
"""Score from which a message is linked without a person, when nothing speaks against it."""
SUGGEST = 0.5
"""Score from which a person is asked."""
NEAR = 60.0
"""Metres within which two positions may be one place."""


def likelihood(features: Features) -> float:
    """How likely two requests are the same problem, in 0..1."""
    place = _place(features)
    if place == 0.0:
        return 0.0
    points = 0.40 * place + 0.45 * features.similarity + (0.15 if features.same_service else 0.0)
    points -= 0.10 * min(features.days / 14.0, 1.0)
    if features.numbers_differ:
        points *= 0.4
    return max(0.0, min(1.0, points))


def decide(features: Features, *, emergency: bool = False) -> LinkState | None:
    """``linked``, ``suggested`` or None."""
    total = likelihood(features)
    if total < SUGGEST or features.numbers_differ or features.other_service:
        return None
    sure = (
        total >= LINK
        and features.same_service
        and not emergency
        and not features.closed
        and (features.same_address or (features.meters is not None and features.meters <= NEAR / 4))
        and (features.meters is None or features.meters <= NEAR)
        and features.words >= 3
        and features.overlap >= 0.5
    )
    return "linked" if sure else "suggested"


def _place(features: Features) -> float:
    """1 at the same address or spot, 0 from sixty metres on or where nothing is known of one of the two."""
    if features.meters is not None and features.meters > NEAR:
        return 0.0
    if features.same_address:
        return 1.0
    if features.meters is None:
        return 0.0
    return 1.0 - 0.5 * features.meters / NEAR
