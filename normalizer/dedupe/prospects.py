"""The candidates of which nothing can come, seen before they are compared: most are another house of the same street.

What is asked here is part of what the comparison and the decision ask, the cheapest first. ``hopeless`` is true only where ``decide`` would
say nothing of the pair, whatever the rest of the comparison finds (a test holds that against random pairs).
"""

from __future__ import annotations

import math

from normalizer.dedupe.features import FAR, agreement, apart, days_between, distance, lasting, named_by, place_of
from normalizer.dedupe.score import GONE, WEIGHTS
from normalizer.dedupe.sides import Side, side_of
from normalizer.model import ServiceRequest
from normalizer.ports import KnownRequest

_BIAS, _PLACE, _AGREE, _ALL, _TEXT = (WEIGHTS[name] for name in ("bias", "place", "agree", "all", "text"))
_SAME_SERVICE, _SENDER, _PICTURE = WEIGHTS["same_service"], WEIGHTS["same_sender"], WEIGHTS["same_picture"]
_SENDER_PLACE = 0.5
_MARGIN = 1e-6
"""Points by which a bound may be off: sums of floats in another order."""


def hopeless(request: ServiceRequest, mine: Side, other: KnownRequest, sender_key: str | None, suggest: float) -> bool:
    """True where the pair is neither linked nor suggested, for certain.

    ``mine`` is the side of ``request``, ``suggest`` the score from which a person is asked.
    """
    theirs = side_of(other)
    one, two = mine.profile, theirs.profile
    if apart(mine.house, theirs.house) or apart(one.numbers, two.numbers):
        return True
    if one.ordinals and two.ordinals and one.ordinals != two.ordinals:
        return True
    meters = distance(request.lat, request.long, other.lat, other.long)
    if suggest > 0.0 and meters is not None and meters > FAR:
        return True
    lasts = lasting(mine, theirs, days_between(request, other))
    if lasts < GONE:
        return True
    place = place_of(request, other, meters, named_by(mine, theirs, 1.0)[0])
    same_sender = sender_key is not None and sender_key == other.sender_key
    if same_sender and meters is None:
        place = max(place, _SENDER_PLACE)
    if suggest <= 0.0 or suggest >= 1.0:
        return False
    if place == 0.0:
        return True
    same_service = request.service_code == other.service_code and request.service_code != "other"
    agree = agreement(mine, theirs, same_service=same_service)
    most = _BIAS + _PLACE * place + _AGREE * agree + _ALL * place * agree * lasts + _TEXT
    most += _SAME_SERVICE * same_service + _SENDER * same_sender + (_PICTURE if other.pictures else 0.0)
    return most < math.log(suggest / (1.0 - suggest)) - _MARGIN
