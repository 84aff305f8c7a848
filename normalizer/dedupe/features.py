"""How a new request and a stored one compare: place, concern, time, words, service and sender, each as a figure that a person can check."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeVar

from normalizer.dedupe._concepts import LASTS
from normalizer.dedupe.profile import Profile
from normalizer.dedupe.sides import Side, side_of
from normalizer.model import ServiceRequest
from normalizer.ports import KnownRequest
from normalizer.words import stem

T = TypeVar("T")
_EARTH = 6_371_000.0
REACH = 60.0
"""Metres after which two exact positions are one place with a third of the likelihood (e-fold)."""
_COARSE = frozenset({"street", "area", "place", "intersection"})
"""Precisions of a position that may lie a block away from the problem; the reach is then twice as long."""
FAR = 400.0
"""Metres from which two positions are two places, whatever the texts name."""
_LASTS = 30.0
"""Half-life in days of a problem of no known theme."""
_ALIKE = 0.5
"""Likeness of two texts from which words that are no names may stand for the place."""
_SAME_PICTURE = 10
"""Bits of 64 in which two difference hashes may differ and still show one picture."""


class Features(NamedTuple):
    """The figures of a pair; those without a unit lie in 0..1.

    ``place`` is how surely it is one place, from the distance or from what both name; ``named`` that from what both name, and ``place_by``
    what that is: ``address``, ``house``, ``corner``, ``number``, ``names``, ``name``, ``words`` or ``sender``. ``meters`` is None where one
    of the two has no position. ``agree`` is how far both speak of the same kind of thing, ``lasting`` how likely the older problem is still
    there after ``days``, ``text`` the likeness of all that is said. ``other_service`` is true when both have a service and it is not the
    same. ``differ`` are things that speak against it: ``numbers``, ``streets``, ``ordinals``. ``words`` is how many terms the shorter text
    has, ``shared`` the most telling that both have.
    """

    place: float
    named: float
    place_by: str
    meters: float | None
    agree: float
    days: float
    lasting: float
    text: float
    same_service: bool
    other_service: bool
    differ: frozenset[str]
    words: int
    same_sender: bool = False
    same_picture: bool = False
    closed: bool = False
    shared: tuple[str, ...] = ()

    def reasons(self) -> dict[str, Any]:
        """What a person reads beside a proposed link."""
        found: dict[str, Any] = {
            "same_service": self.same_service,
            "place": round(self.place, 2),
            "concern": round(self.agree, 2),
            "text": round(self.text, 2),
            "days": round(self.days, 1),
            "same_sender": self.same_sender,
        }
        if self.meters is not None:
            found["meters"] = round(self.meters, 1)
        if self.place_by:
            found["same"] = self.place_by
        if self.shared:
            found["words"] = list(self.shared)
        if self.differ:
            found["differ"] = sorted(self.differ)
        if self.same_picture:
            found["same_picture"] = True
        if self.closed:
            found["closed"] = True
        return found


def compare(request: ServiceRequest, other: KnownRequest, sender_key: str | None, pictures: tuple[str, ...] = ()) -> Features:
    """The features of a pair. ``pictures`` are the difference hashes (hex) of what came with the new one."""
    mine, theirs = side_of(request), side_of(other)
    days = days_between(request, other)
    shared = [term for term in mine.profile.terms if term in theirs.profile.terms]
    text = _likeness(mine.profile, theirs.profile, shared)
    meters = distance(request.lat, request.long, other.lat, other.long)
    named, place_by = named_by(mine, theirs, text)
    same_sender = sender_key is not None and sender_key == other.sender_key
    if meters is None and same_sender and not named and not (_placed(request) and _placed(other)):
        place, place_by = 0.5, "sender"
    else:
        place = place_of(request, other, meters, named)
    same_service = request.service_code == other.service_code and request.service_code != "other"
    return Features(
        place=place,
        named=named,
        place_by=place_by,
        meters=meters,
        agree=agreement(mine, theirs, same_service=same_service),
        days=days,
        lasting=lasting(mine, theirs, days),
        text=text,
        same_service=same_service,
        other_service="other" not in (request.service_code, other.service_code) and not same_service,
        differ=differing(mine, theirs),
        words=min(len(mine.profile.terms), len(theirs.profile.terms)),
        same_sender=same_sender,
        same_picture=_same_picture(pictures, other.pictures),
        closed=other.status != "open",
        shared=tuple(term.removeprefix("c:") for term in sorted(shared, key=lambda term: -mine.profile.terms[term])[:5]),
    )


def days_between(request: ServiceRequest, other: KnownRequest) -> float:
    """Days from one to the other; 0 where a time is not known."""
    if request.requested_datetime is None:
        return 0.0
    return abs((request.requested_datetime - other.requested_datetime).total_seconds()) / 86_400


def _likeness(mine: Profile, theirs: Profile, shared: list[str]) -> float:
    return min(1.0, sum(mine.terms[term] * theirs.terms[term] for term in shared) / (mine.norm * theirs.norm)) if shared else 0.0


def place_of(request: ServiceRequest, other: KnownRequest, meters: float | None, named: float) -> float:
    """How surely it is one place, from the distance and from what both name."""
    if meters is None:
        return named
    if meters > FAR:
        return 0.0
    coarse = request.location.precision in _COARSE or other.precision in _COARSE
    return max(math.exp(-meters / (REACH * (2 if coarse else 1))), named)


def _placed(request: ServiceRequest | KnownRequest) -> bool:
    return request.lat is not None or bool(request.address_string)


def named_by(mine: Side, theirs: Side, text: float) -> tuple[float, str]:
    """How surely both name the same place, and by what; more likely, the liker the texts are."""
    if mine.key and mine.key == theirs.key:
        return (1.0, "address") if mine.house or "&" in mine.key else (0.5, "street")
    if not mine.profile.houses.isdisjoint(theirs.profile.houses):
        return 1.0, "house"
    if not mine.profile.corners.isdisjoint(theirs.profile.corners):
        return 0.9, "corner"
    return _by_words(mine, theirs, text, exact=mine.exact and theirs.exact)


def _by_words(mine: Side, theirs: Side, text: float, *, exact: bool) -> tuple[float, str]:
    """Numbers and names that both have; ``exact`` is true where both name an exact place, which is then another one."""
    shared = mine.profile.numbers & theirs.profile.numbers
    if any(len(number) >= 4 for number in shared):
        return 0.9, "number"
    names = mine.names & theirs.names
    if names and any(len(number) >= 3 for number in shared):  # a shorter one may be a day of the month
        return 0.9, "number"
    if names:
        count = len(names)
        for street in set(mine.profile.streets).intersection(theirs.profile.streets):  # a name of several words is one name
            count -= max(0, sum(stem(word) in names for word in street.split()) - 1)
        if count > 1:
            return 0.7, "names"
        if count:
            return (0.2 if exact else 0.4), "name"  # two exact places of one street are rarely one
    if text >= _ALIKE and not exact and len(mine.spoken & theirs.spoken) > 1:
        return 0.35, "words"  # the same shop, door or colour, in small letters
    return 0.0, ""


def agreement(mine: Side, theirs: Side, *, same_service: bool) -> float:
    """How far both speak of the same kind of thing: by concepts, by their themes, and by the service where there are no concepts."""
    ours, others = mine.profile.concepts, theirs.profile.concepts
    if not ours or not others:
        return 0.45 if same_service else 0.1
    concepts = len(ours & others) / min(len(ours), len(others))
    themes = len(mine.themes & theirs.themes) / min(len(mine.themes), len(theirs.themes))
    found = 0.6 * concepts + 0.4 * themes
    if ("notice" in ours) != ("notice" in others):
        found *= 0.2  # what the city announces is not what a resident reports
    return found


def lasting(mine: Side, theirs: Side, days: float) -> float:
    """How likely a problem of their common theme is still there: the shortest-lived decides."""
    themes = mine.themes & theirs.themes or mine.themes | theirs.themes
    half = min((LASTS[theme] for theme in themes), default=_LASTS)
    return float(0.5 ** (days / half))


def differing(mine: Side, theirs: Side) -> frozenset[str]:
    """What speaks against one problem: other house numbers, or other numbers in the texts (two lamps, two poles), other streets."""
    found = set()
    one, two = mine.profile, theirs.profile
    if apart(mine.house, theirs.house) or apart(one.numbers, two.numbers):
        found.add("numbers")
    if one.streets and two.streets and one.streets[0] not in two.streets and two.streets[0] not in one.streets:
        found.add("streets")
    if apart(one.corners, two.corners):
        found.add("streets")
    if one.ordinals and two.ordinals and one.ordinals != two.ordinals:
        found.add("ordinals")
    return frozenset(found)


def apart(one: frozenset[T], two: frozenset[T]) -> bool:
    """True where both have some and none in common."""
    return bool(one and two) and one.isdisjoint(two)


def _same_picture(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return any((int(one, 16) ^ int(two, 16)).bit_count() <= _SAME_PICTURE for one in mine for two in theirs if one and two)


def distance(lat: float | None, long: float | None, other_lat: float | None, other_long: float | None) -> float | None:
    """Distance in metres, for places near each other (equirectangular approximation)."""
    if lat is None or long is None or other_lat is None or other_long is None:
        return None
    x = math.radians(other_long - long) * math.cos(math.radians((lat + other_lat) / 2))
    y = math.radians(other_lat - lat)
    return _EARTH * math.hypot(x, y)
