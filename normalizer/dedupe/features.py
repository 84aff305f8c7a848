"""How a new request and a stored one compare: service, place, time, words and sender, each as a figure that a person can check."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from rapidfuzz import fuzz

from normalizer._language_tables import WORDS
from normalizer.locate.key import address_key, numbers
from normalizer.model import ServiceRequest
from normalizer.ports import KnownRequest
from normalizer.words import fold, stem

_TEXT = 1_000
"""Characters compared: what a problem is stands at the beginning."""
_EARTH = 6_371_000.0


class Features(NamedTuple):
    """``other_service`` is true when both have a service and it is not the same; ``meters`` is None where one of the two has no position;
    ``similarity`` and ``overlap`` lie in 0..1; ``words`` is how many different words the shorter text has.
    """

    same_service: bool
    other_service: bool
    meters: float | None
    same_address: bool
    numbers_differ: bool
    days: float
    similarity: float
    overlap: float
    words: int
    same_sender: bool
    closed: bool

    def reasons(self) -> dict[str, Any]:
        """What a person reads beside a proposed link."""
        found: dict[str, Any] = {
            "same_service": self.same_service,
            "same_address": self.same_address,
            "days": round(self.days, 1),
            "text": round(self.similarity, 2),
            "same_sender": self.same_sender,
        }
        if self.meters is not None:
            found["meters"] = round(self.meters, 1)
        if self.numbers_differ:
            found["numbers_differ"] = True
        if self.closed:
            found["closed"] = True
        return found


def compare(request: ServiceRequest, other: KnownRequest, sender_key: str | None) -> Features:
    """The features of a pair."""
    text, theirs = content(request.description), content(other.text)
    days = 0.0
    if request.requested_datetime is not None:
        days = abs((request.requested_datetime - other.requested_datetime).total_seconds()) / 86_400
    return Features(
        same_service=request.service_code == other.service_code and request.service_code != "other",
        other_service="other" not in (request.service_code, other.service_code) and request.service_code != other.service_code,
        meters=_meters(request.lat, request.long, other.lat, other.long),
        same_address=_same_address(request.address_string, other.address_string),
        numbers_differ=_numbers_differ(request, other),
        days=days,
        similarity=fuzz.token_set_ratio(text, theirs) / 100.0 if text and theirs else 0.0,
        overlap=_overlap(text.split(), theirs.split()),
        words=min(len(set(text.split())), len(set(theirs.split()))),
        same_sender=sender_key is not None and sender_key == other.sender_key,
        closed=other.status != "open",
    )


@lru_cache(maxsize=4_096)
def content(text: str) -> str:
    """The stems of a text's words that say something, in order, as one string."""
    return " ".join(stem(word) for word in fold(text[:_TEXT]).split() if word not in WORDS and (len(word) > 2 or word.isdigit()))


def _overlap(one: Sequence[str], two: Sequence[str]) -> float:
    """Shared words over all words (Jaccard)."""
    first, second = set(one), set(two)
    union = len(first | second)
    return len(first & second) / union if union else 0.0


def _same_address(one: str | None, two: str | None) -> bool:
    return bool(one and two) and address_key(one or "") == address_key(two or "")


def _numbers_differ(request: ServiceRequest, other: KnownRequest) -> bool:
    """True when both name house numbers, or both texts name numbers, and share none: two lamps, two houses, two poles."""
    ours, theirs = numbers(request.address_string or ""), numbers(other.address_string or "")
    if ours and theirs and not ours & theirs:
        return True
    mine, others = _figures(request.description), _figures(other.text)
    return bool(mine and others) and not mine & others


@lru_cache(maxsize=4_096)
def _figures(text: str) -> frozenset[str]:
    """Numbers of two to six digits in a text: house numbers, poles, buses; not dates and times, which have fewer or a unit."""
    return frozenset(word for word in fold(text[:_TEXT]).split() if word.isdigit() and 2 <= len(word) <= 6)


def _meters(lat: float | None, long: float | None, other_lat: float | None, other_long: float | None) -> float | None:
    """Distance in metres, for places near each other (equirectangular approximation)."""
    if lat is None or long is None or other_lat is None or other_long is None:
        return None
    x = math.radians(other_long - long) * math.cos(math.radians((lat + other_lat) / 2))
    y = math.radians(other_lat - lat)
    return _EARTH * math.hypot(x, y)
