"""One score from the features of a pair, and the decision.

A logistic function of a few figures that each push in one direction only (a test holds the signs). The weights are a maximum a posteriori
estimate (``gateway/quality/_fitting.py``): a prior set by hand, as said below, moved by judged pairs of requests
(New Haven, 2014, from the MIT-licensed repository newhavenrc/nhrc: 115 pairs that somebody else judged and 89 that we judged).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from normalizer.dedupe.features import Features
from normalizer.model import LinkState


class Thresholds(NamedTuple):
    """Scores from which a message is linked without a person, and from which a person is asked."""

    link: float = 0.80
    suggest: float = 0.30


DEFAULT = Thresholds()
LINK, SUGGEST = DEFAULT

PRIOR: dict[str, float] = {
    "bias": -5.0, "place": 1.5, "agree": 1.0, "all": 5.0, "text": 1.0, "same_service": 0.5, "other_service": -0.5, "same_sender": 0.2,
    "same_picture": 1.5, "numbers": -1.5, "streets": -1.0, "ordinals": -2.0, "short": -0.3,
}  # fmt: skip
"""What we believe before any pair is seen; the sign of each is also its bound."""
WEIGHTS: dict[str, float] = {
    "bias": -4.09, "place": 1.55, "agree": 1.01, "all": 4.86, "text": 1.06, "same_service": 0.36, "other_service": -0.32,
    "same_sender": 0.2, "same_picture": 1.5, "numbers": -1.55, "streets": -1.19, "ordinals": -2.06, "short": -0.47,
}  # fmt: skip
"""The estimate. No judged pair had a known sender or a picture: those two are the prior's."""
PLACE, LASTING, DAYS = 0.8, 0.65, 21.0
"""What a link asks for besides its score: the place, that the older problem is likely still there, and not more days than these."""

GONE = 0.01
"""How likely the older problem must at least still be there for anything to be said."""


def figures(features: Features) -> dict[str, float]:
    """What the weights are applied to. ``all`` is place, concern and time at once: each is needed, none suffices."""
    return {
        "bias": 1.0,
        "place": features.place,
        "agree": features.agree,
        "all": features.place * features.agree * features.lasting,
        "text": features.text,
        "same_service": float(features.same_service),
        "other_service": float(features.other_service),
        "same_sender": float(features.same_sender),
        "same_picture": float(features.same_picture),
        "numbers": float("numbers" in features.differ),
        "streets": float("streets" in features.differ),
        "ordinals": float("ordinals" in features.differ),
        "short": float(features.words < 3),
    }


def likelihood(features: Features, weights: Mapping[str, float] = WEIGHTS) -> float:
    """How likely two requests are the same problem, in 0..1; nothing at all where no place connects them."""
    if features.place == 0.0:
        return 0.0
    points = sum(weights[name] * value for name, value in figures(features).items())
    return 1.0 / (1.0 + math.exp(-points))


def decide(features: Features, *, emergency: bool = False, thresholds: Thresholds = DEFAULT) -> LinkState | None:
    """``linked``, ``suggested`` or None. A link asks for more than its score: nothing may speak against it."""
    total = likelihood(features)
    if total < thresholds.suggest or features.lasting < GONE or "numbers" in features.differ or "ordinals" in features.differ:
        return None
    sure = (
        total >= thresholds.link
        and features.same_service
        and features.place >= PLACE
        and features.lasting >= LASTING
        and features.days <= DAYS
        and features.words >= 3
        and not (emergency or features.closed or features.differ)
    )
    return "linked" if sure else "suggested"
