"""What a text says about where, next to a city's gazetteer: candidates with address, position, precision, span and score, best first.

``mentions.py`` finds the streets, ``joints.py`` what belongs together, ``spots.py`` the places; here they become candidates. ``precision``
says how exact the position is: a house number that the gazetteer does not know leaves the candidate at its street.
"""

from __future__ import annotations

import re

from normalizer.locate import coordinates, joints, mentions, pluscodes, spots
from normalizer.locate.city import City
from normalizer.locate.geometry import Point, distance
from normalizer.locate.mentions import ENOUGH, Mention
from normalizer.model import LocationCandidate, Span
from normalizer.ports import Standing
from normalizer.words import Words

LIMIT = 8
"""Candidates of one text."""
_TEXT = 20_000
"""Characters of a text in which places are looked for."""
_ON_THE_WAY = frozenset(
    "to toward towards from past before after near off by until through into onto vers depuis jusqu apres avant".split()
)
"""Words before a street that something is near or goes to: it ranks behind a street that something is on."""
_SMALLER = 0.25
"""A street of the same name that is smaller than this part of the largest one is meant by nobody who does not say its kind."""
_UNIT = re.compile(
    r",?[ ]?(?:#[ ]?|(?:app|apt|appt|unit|unité|suite|bureau|appartement|apartment|local|logement)\b\.?[ ]?#?[ ]?)[0-9A-Za-z]{1,5}\b",
    re.IGNORECASE,
)


class CityGazetteer:
    """The port :class:`normalizer.ports.Gazetteer` over a :class:`City`."""

    def __init__(self, city: City) -> None:
        self.city = city

    def lookup(self, text: str) -> list[LocationCandidate]:
        """Candidates for what ``text`` names, best first; at most eight."""
        words = Words(text[:_TEXT])
        city = self.city
        found: list[LocationCandidate] = _points(text[:_TEXT], city)
        streets = mentions.find(words, city)
        named = spots.places(words, city)
        for first, last, _place in named:
            for item in streets:
                if first <= item.name_first and item.name_last <= last and not item.typed and item.number is None:
                    item.score, item.alone = 0.0, False
        parts = joints.segments(words, city, streets)
        used = {id(item) for part in parts for item in (part.street, part.one, part.two)}
        corners = joints.corners(words, city, streets, used)
        joints.settle(city, [item for item in streets if id(item) not in used])
        found += [_segment(words, city, part) for part in parts]
        found += [_corner(words, city, corner) for corner in corners]
        for item in streets:
            if id(item) not in used and item.score >= ENOUGH:
                if item.before in _ON_THE_WAY:
                    item.score = max(ENOUGH, item.score - 0.06)
                found += _street(words, city, item)
        found += [candidate for _first, _last, candidate in (*named, *spots.on_streets(words, city, streets))]
        found += spots.postal_codes(words, city)
        if not found and city.districts:
            found = spots.districts(words, city)
        return _ranked(found)

    def standing(self, lat: float, long: float) -> tuple[Standing, ...]:
        """The areas that a position lies in (see areas)."""
        return self.city.standing(lat, long)


def _points(text: str, city: City) -> list[LocationCandidate]:
    found = [*coordinates.find(text), *pluscodes.find(text, city.center)]
    return [LocationCandidate(lat=lat, long=long, precision="point", span=span, score=0.95) for lat, long, span in found]


def _made(address: str, point: Point | None, precision: str, span: Span, score: float) -> LocationCandidate:
    lat, long = (round(point[0], 6), round(point[1], 6)) if point is not None else (None, None)
    return LocationCandidate(address=address, lat=lat, long=long, precision=precision, span=span, score=round(min(max(score, 0.0), 1.0), 3))


def _segment(words: Words, city: City, part: joints.Segment) -> LocationCandidate:
    labels = [city.streets[item.streets[0]].label for item in (part.street, part.one, part.two)]
    point = None
    if len(part.points) == 2:
        (lat, long), (to_lat, to_long) = part.points
        point = ((lat + to_lat) / 2, (long + to_long) / 2)
    point = point or (part.points[0] if part.points else city.point(part.street.streets[0]))
    first, last = min(part.street.first, part.one.first), max(part.street.last, part.two.last)
    score = 0.9 if len(part.points) == 2 else 0.75
    return _made(f"{labels[0]} ({labels[1]} – {labels[2]})", point, "street", words.span(first, last), score)


def _corner(words: Words, city: City, corner: joints.Corner) -> LocationCandidate:
    one, two = (city.streets[at].label for at in corner.streets)
    point = corner.points[0] if corner.points else None
    score = corner.score if len(corner.points) == 1 else corner.score - 0.05
    return _made(f"{one} & {two}", point, "intersection", words.span(corner.one.first, corner.two.last), score)


def _street(words: Words, city: City, item: Mention) -> list[LocationCandidate]:
    """The streets that a mention may mean: the first with its score, at most two others with less."""
    span = words.span(item.first, item.last)
    number, said, unit = None, "", ""
    if item.number is not None and item.number_end is not None:
        number = int(re.sub(r"\D", "", words.tokens[item.number]) or 0)
        start, end = words.span(item.number, item.number_end)
        said = words.text[start:end].replace(" ", "").replace("–", "-").upper()
        told = _UNIT.match(words.text, span[1], min(len(words.text), span[1] + 24))
        if told is not None:
            span, unit = (span[0], told.end()), ", " + told.group().strip(" ,")
    largest = city.streets[item.streets[0]].size
    options = [at for at in item.streets[:3] if city.streets[at].size >= largest * _SMALLER]
    if number is not None and len(item.streets) > 1:
        options = [at for at in item.streets if city.streets[at].covers(number)][:3] or options
    found: list[LocationCandidate] = []
    for rank, at in enumerate(options):
        street = city.streets[at]
        score = item.score if len(options) == 1 else item.score - 0.08 if rank == 0 else item.score * 0.5
        if number is None:
            found.append(_made(street.label, city.point(at), "street", span, score))
            continue
        place = street.locate(number)
        address = f"{said} {street.label}{unit}"
        if place is not None:
            found.append(_made(address, place[0], "address", span, score + 0.03 if place[1] else score))
        else:
            doubt = 0.1 if street.numbers or street.ranges else 0.0
            found.append(_made(address, city.point(at), "street", span, score - doubt))
    return found


_RANKS = {"point": 0, "address": 1, "intersection": 1, "place": 2, "street": 2, "area": 3, "unknown": 4}


def _ranked(found: list[LocationCandidate]) -> list[LocationCandidate]:
    """Best first, the same place once: by its highest score, a little higher where it is named several times."""
    kept: dict[str, LocationCandidate] = {}
    times: dict[str, int] = {}
    for item in sorted(found, key=lambda item: (-item.score, item.span or (0, 0))):
        key = item.address or f"{item.lat},{item.long}"
        times[key] = times.get(key, 0) + 1
        kept.setdefault(key, item)
    ranked = sorted(
        kept.items(),
        key=lambda pair: (-pair[1].score - 0.02 * min(times[pair[0]] - 1, 2), _RANKS.get(pair[1].precision, 4), pair[1].span or (0, 0)),
    )
    return [item for _key, item in ranked[:LIMIT]]


def within(one: LocationCandidate, two: LocationCandidate, metres: float) -> bool:
    """True when two candidates have positions that close to each other."""
    if one.lat is None or one.long is None or two.lat is None or two.long is None:
        return False
    return distance((one.lat, one.long), (two.lat, two.long)) <= metres
