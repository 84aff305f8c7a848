"""Places, postal codes and districts of a gazetteer that a text names, and landmarks on a street ("the post office on Fountain")."""

from __future__ import annotations

import re

from normalizer.locate import everyday, geometry, landmarks, streets
from normalizer.locate.city import City, common
from normalizer.locate.mentions import ENOUGH, Mention
from normalizer.locate.names import canonical, parse
from normalizer.locate.records import Place
from normalizer.model import LocationCandidate
from normalizer.words import Words

_LOOKED_AT = 200
_ON_STREET = 60.0
"""Metres from a street's line within which a place stands on it."""


def places(words: Words, city: City) -> list[tuple[int, int, LocationCandidate]]:
    """Places by their names, each with its first and last token."""
    found: list[tuple[int, int, LocationCandidate]] = []
    hits = words.vocabulary & city.place_starts.keys()
    taken = -1
    for at in words.positions(hits)[:_LOOKED_AT] if hits else ():
        if at <= taken:
            continue
        best: tuple[float, int, int, Place] | None = None
        for index in city.place_starts[words.tokens[at]][:60]:
            place = city.places[index]
            last = _match(words, at, place.core)
            if last is None or (best is not None and len(place.core) < len(best[3].core)):
                continue
            score, first, end = _score(words, place, at, last)
            if score >= ENOUGH and (best is None or score > best[0]):
                best = (score, first, end, place)
        if best is not None:
            score, first, end, place = best
            same = sum(city.places[index].label == place.label for index in city.place_starts[words.tokens[at]][:60])
            found.append((first, end, _candidate(words, place, first, end, score if same == 1 else score - 0.15)))
            taken = end
    return found


def _match(words: Words, at: int, core: tuple[str, ...]) -> int | None:
    tokens, step = words.tokens, at
    for wanted in core[1:]:
        if len(words.gap(step)) > 3 or any(mark in words.gap(step) for mark in ",;!?"):
            return None
        step += 1
        while step < len(tokens) and tokens[step] != wanted and tokens[step] in streets.PARTICLES and step - at < 12:
            step += 1
        if step >= len(tokens) or canonical(tokens[step]) != wanted:
            return None
    return step


def _score(words: Words, place: Place, at: int, last: int) -> tuple[float, int, int]:
    """How sure a name is, with the tokens that it takes together with the word for its kind."""
    tokens = words.tokens
    first, end = at, last
    back = at - 1
    while back >= 0 and at - back <= 3 and tokens[back] in streets.PARTICLES:
        back -= 1
    said = ""
    if back >= 0 and (kind := landmarks.GENERICS.get(tokens[back])) and (kind in place.generics):
        said, first = kind, back
    elif last + 1 < len(tokens) and words.gap(last) in (" ", "-", "\n"):
        kind = landmarks.GENERICS.get(tokens[last + 1]) or landmarks.PHRASES.get((tokens[last + 1], tokens[min(last + 2, len(tokens) - 1)]))
        if kind and kind in place.generics:
            said, end = kind, last + 1
    capital = words.capital(at)
    plain = common(place.core)
    if said:
        return (0.92 if capital else 0.8 if not plain or first < at else 0.55), first, end
    after = tokens[last + 1] if last + 1 < len(tokens) else ""
    before = tokens[at - 1] if at else ""
    if after in streets.TYPES_EN or before in streets.TYPES_FR or place.generics:
        return 0.0, first, end
    if len(place.core) >= 2 and capital and not plain:
        return 0.75, first, end
    return (0.6 if capital and not plain and len(place.core[0]) >= 5 else 0.0), first, end


def _candidate(words: Words, place: Place, first: int, last: int, score: float) -> LocationCandidate:
    lat, long = place.point if place.point is not None else (None, None)
    return LocationCandidate(
        address=place.label,
        lat=None if lat is None else round(lat, 6),
        long=None if long is None else round(long, 6),
        precision="place",
        span=words.span(first, last),
        score=score,
    )


_ON = frozenset("on sur at of near de in rue".split())


def on_streets(words: Words, city: City, found: list[Mention]) -> list[tuple[int, int, LocationCandidate]]:
    """``the post office on Fountain``, ``l'école sur Rachel``: the one place of that kind on the street; more than three say nothing."""
    out: list[tuple[int, int, LocationCandidate]] = []
    if not city.place_kinds:
        return out
    for item in found:
        if item.score < ENOUGH or item.number is not None:
            continue
        at = item.first - 1
        if at < 0 or words.tokens[at] not in _ON:
            at -= 1
        if at < 1 or words.tokens[at] not in _ON:
            continue
        end = at - 1
        kind = landmarks.PHRASES.get((words.tokens[end - 1], words.tokens[end])) if end else None
        first = end - 1 if kind else end
        kind = kind or landmarks.GENERICS.get(words.tokens[end])
        if kind is None or kind not in city.place_kinds:
            continue
        there = [city.places[index] for index in city.place_kinds[kind][:2_000] if _stands_on(city, city.places[index], item)]
        if 0 < len(there) <= 3:
            score = 0.88 if len(there) == 1 else 0.6
            out += [(first, item.last, _candidate(words, place, first, item.last, score)) for place in there]
    return out


def _stands_on(city: City, place: Place, item: Mention) -> bool:
    if place.street and parse(place.street).base == item.base:
        return True
    return place.point is not None and any(geometry.to_lines(place.point, city.streets[at].lines) <= _ON_STREET for at in item.streets[:2])


_POSTAL = re.compile(r"(?<![A-Za-z0-9])([ABCEGHJ-NPRSTVXY]\d[A-Z])[ \-]?(\d[A-Z]\d)(?![A-Za-z0-9])", re.IGNORECASE)


def postal_codes(words: Words, city: City) -> list[LocationCandidate]:
    """Canadian postal codes that the gazetteer knows."""
    if not city.postal:
        return []
    found: list[LocationCandidate] = []
    for match in _POSTAL.finditer(words.text, 0, 20_000):
        code = f"{match.group(1)}{match.group(2)}".upper()
        point = city.postal.get(code)
        if point is not None and len(found) < 2:
            found.append(
                LocationCandidate(
                    address=f"{code[:3]} {code[3:]}",
                    lat=round(point[0], 6),
                    long=round(point[1], 6),
                    precision="area",
                    span=match.span(),
                    score=0.6,
                )
            )
    return found


def districts(words: Words, city: City) -> list[LocationCandidate]:
    """Boroughs and neighbourhoods by name, written with a capital."""
    found: list[LocationCandidate] = []
    for core, (label, point) in city.districts.items():
        if core[0] not in words.vocabulary:
            continue
        for at in words.positions({core[0]})[:5]:
            last = _match(words, at, core)
            if last is None or not words.capital(at):
                continue
            if at and words.tokens[at - 1] in everyday.TITLES:
                continue
            lat, long = (round(point[0], 6), round(point[1], 6)) if point else (None, None)
            span = words.span(at, last)
            found.append(LocationCandidate(address=label, lat=lat, long=long, precision="area", span=span, score=0.4))
            break
    return found[:2]
