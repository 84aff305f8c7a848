"""Where the problem is: what was said, never more than was said.

What a text says by itself:

``coordinates.py``  positions written in a text; ``pluscodes.py`` those that are written as plus codes
``streets.py``      kinds of street, directions and ordinals in both languages, and what they are in a key
``forms.py``        one street or address by its civic form; ``corners.py`` two streets at a corner
``addresses.py``    the addresses, intersections and streets of a text, in order
``key.py``          :func:`address_key`, by which two ways of writing an address are equal

What it says next to the city's own gazetteer:

``names.py``        an official name taken apart; ``everyday.py`` and ``landmarks.py`` the words that are names and something else
``records.py``      streets, house numbers, places; ``city.py`` all of them, indexed; ``fuzzy.py`` names that are nearly right
``surroundings.py`` what stands around a name: its kind, a number, a preposition
``mentions.py``     the streets that a text names, and how sure that is; ``joints.py`` corners and segments; ``spots.py`` places
``reading.py``      :class:`CityGazetteer`: all of it as candidates
``areas.py``        the areas that a position lies in; ``geometry.py`` the arithmetic

``stage`` fills ``address_string``, ``lat`` and ``long``, ``zipcode`` and ``location`` of each request. A place that a form or a pin gave
wins over one in the text; one in the text over a photo's. Positions come from the sender, a photo or the city's gazetteer.

Does not: know a city without its gazetteer, or take a telephone's or a profile's position for the problem's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from normalizer.locate import coordinates
from normalizer.locate.addresses import Found, find, postal_code
from normalizer.locate.key import address_key
from normalizer.locate.streets import ordinal
from normalizer.model import Evidence, InboundMessage, Location, LocationCandidate, ServiceRequest, Span
from normalizer.pipeline import Context, Work
from normalizer.ports import Gazetteer, NothingKnown
from normalizer.words import TEXT_CAP, Reading, fold

__all__ = ["address_key", "candidates", "find", "from_photo", "stage", "stand"]

_CANDIDATES = 5
_PHOTO = 0.6
"""Score of a photo's position: it says where the camera was."""
_SURE = 0.9
"""Score from which a gazetteer's position is taken when no other candidate comes near it."""


def stage(batch: Sequence[Work], context: Context) -> None:
    """Locate every request of the batch."""
    for work in batch:
        if not work.requests:
            continue
        message = work.message
        reading = work.reading or Reading(message.text_new, message.subject)
        for request in work.requests:
            _locate(request, message, reading, context)


def _locate(request: ServiceRequest, message: InboundMessage, reading: Reading, context: Context) -> None:
    hinted = _hinted(request, message)
    known, written = _candidates(reading, context.gazetteer)
    candidates = [*known, *written]
    location = request.location
    if not hinted and candidates:
        _from_text(request, reading, known, candidates)
    photo = next((file for file in message.attachments if _position(file.lat, file.long)), None)
    if photo is not None:
        candidates.append(LocationCandidate(lat=photo.lat, long=photo.long, precision="point", score=_PHOTO))
        if from_photo(request, photo.lat, photo.long):
            location = request.location
    if candidates:
        request.location.candidates = candidates[:_CANDIDATES]
    else:
        request.location = location
    stand(request, context.gazetteer)


def candidates(text: str, gazetteer: Gazetteer) -> list[LocationCandidate]:
    """What a text names, best first: what the city's gazetteer knows, then house numbers of other streets, with half their score.

    Without any gazetteer (:class:`normalizer.ports.NothingKnown`) it is all that the form of the words says.
    """
    known, written = _candidates(Reading(text, None), gazetteer)
    if not isinstance(gazetteer, NothingKnown):
        numbered = (item for item in written if item.precision in ("point", "address") and _named_in_capitals(item.address))
        written = [item.model_copy(update={"score": item.score if item in known else round(min(item.score, 0.42), 3)}) for item in numbered]
    return [*known, *written]


def _named_in_capitals(address: str) -> bool:
    """``9 Eldridge St``, and not ``4 wheel drive``."""
    name = address.partition(" ")[2].lstrip(", ")
    return not address or name[:1].isupper() or name[:1].isdigit() or any(part[:1].isupper() for part in name.split()[1:])


def _candidates(reading: Reading, gazetteer: Gazetteer) -> tuple[list[LocationCandidate], list[LocationCandidate]]:
    """What the gazetteer knows of a message's text, else of its subject; and the written places that it does not know.

    Where the gazetteer knows something, a street that it does not know counts only with a house number or at a corner: other words
    before "street" and "way" are seldom its name.
    """
    known = list(gazetteer.lookup(reading.body.text[:TEXT_CAP]))[:_CANDIDATES]
    written = [item for item in _written(reading) if not any(_overlap(item.span, other.span) for other in known)]
    if known:
        return known, [item.model_copy(update={"score": item.score / 2}) for item in written if item.precision != "street"]
    if not written and reading.subject.tokens:
        known = list(gazetteer.lookup(reading.subject.text))[:_CANDIDATES]
        known = [item.model_copy(update={"span": None}) for item in known]
    elif written and all(item.span is None for item in written) and (found := list(gazetteer.lookup(reading.subject.text))[:_CANDIDATES]):
        return [item.model_copy(update={"span": None}) for item in found], []
    return known, written


def _overlap(one: Span | None, two: Span | None) -> bool:
    return one is not None and two is not None and one[0] < two[1] and two[0] < one[1]


def stand(request: ServiceRequest, gazetteer: Gazetteer) -> None:
    """Note the areas that the request's position lies in, and the neighbours' where a boundary is near; called again after a move."""
    lat, long = request.lat, request.long
    if lat is None or long is None:
        return
    for found in gazetteer.standing(lat, long):
        if found.code:
            request.location.area_codes[found.layer] = found.code
        near = [code for code in found.near if code]
        if not near and not found.code:
            continue
        metres = None if found.distance == math.inf else round(found.distance, 1)
        value = {"layer": found.layer, "code": found.code or None, "boundary": metres, "near": near}
        detail = f"{metres:.0f} m from the boundary with {', '.join(near)}" if near and metres is not None else ""
        request.evidence.append(Evidence(field="location.area_codes", value=value, source="gazetteer", detail=detail))


def from_photo(request: ServiceRequest, lat: float | None, long: float | None, intake_id: str | None = None) -> bool:
    """Note where a photo was taken; it becomes the request's place only where nobody named one. True when it did.

    A resident may photograph a lamp in the morning and write from the bus: a place in words wins, and the photo's stays as evidence.
    """
    if not _position(lat, long):
        return False
    alone = request.lat is None and request.address_string is None
    detail = "position in the photo" if alone else "position in the photo; the place that was named is kept"
    field, value = ("lat", lat) if alone else ("location", [lat, long])
    evidence = Evidence(field=field, value=value, source="photo", score=_PHOTO, detail=detail, intake_id=intake_id)
    request.evidence.append(evidence)
    if alone:
        request.lat, request.long = lat, long
        request.location = Location(precision="point", source="photo")
    return alone


def _written(reading: Reading) -> list[LocationCandidate]:
    """Places that the text names, in the order of their precision; those of the subject when the text names none."""
    found = [
        LocationCandidate(address="", lat=lat, long=long, precision="point", span=span, score=0.95)
        for lat, long, span in coordinates.find(reading.body.text)
    ]
    found += [_candidate(item, body=True) for item in find(reading.body)]
    if not found and reading.subject.tokens:
        found = [_candidate(item, body=False) for item in find(reading.subject)]
    return sorted(found, key=lambda item: (-item.score, item.span or (0, 0)))[:_CANDIDATES]


_SCORES = {"address": 0.85, "intersection": 0.75, "street": 0.5}


def _candidate(item: Found, *, body: bool) -> LocationCandidate:
    return LocationCandidate(address=item.text, precision=item.precision, span=item.span if body else None, score=_SCORES[item.precision])


def _from_text(
    request: ServiceRequest, reading: Reading, known: Sequence[LocationCandidate], candidates: Sequence[LocationCandidate]
) -> None:
    best = candidates[0]
    point = next((item for item in candidates if item.precision == "point"), None)
    named = next((item for item in candidates if item.address), None)
    if named is not None:
        request.address_string = named.address[:400]
        request.evidence.append(Evidence(field="address_string", value=named.address, source="text", span=named.span, score=named.score))
        zipcode = _zipcode(reading, named)
        request.zipcode = request.zipcode or zipcode
    if point is not None:
        request.lat, request.long = point.lat, point.long
        request.evidence.append(Evidence(field="lat", value=point.lat, source="text", span=point.span, score=point.score))
        best = point
    elif known and known[0].precision in _EXACT and _position(known[0].lat, known[0].long) and _alone(known):
        request.lat, request.long = known[0].lat, known[0].long
        request.evidence.append(Evidence(field="lat", value=known[0].lat, source="gazetteer", span=known[0].span, score=known[0].score))
    request.location = Location(precision=_said(best), source="text", span=best.span)


_EXACT = frozenset(("point", "address", "intersection", "place"))
"""Precisions whose position is the problem's; the middle of a street is not."""


def _said(item: LocationCandidate) -> str:
    """How exactly the words name the place: a house number is an address also where the gazetteer knows only its street."""
    return "address" if item.precision == "street" and item.address[:1].isdigit() and not _numbered_street(item.address) else item.precision


def _numbered_street(address: str) -> bool:
    """``3e Avenue``: its figure is the street's name."""
    return ordinal(fold(address.split(" ", 1)[0]).strip()) is not None


def _alone(known: Sequence[LocationCandidate]) -> bool:
    """True when the gazetteer's first candidate is sure and the second is not."""
    return known[0].score >= _SURE and (len(known) < 2 or known[1].score < known[0].score - 0.1)


def _zipcode(reading: Reading, named: LocationCandidate) -> str | None:
    return postal_code(reading.body.text[named.span[1] : named.span[1] + 60]) if named.span else None


def _hinted(request: ServiceRequest, message: InboundMessage) -> bool:
    """Take the place that a form, a pin or an Open311 client gave. True when there was one."""
    hints = message.hints
    if not hints:
        return False
    lat, long = _number(hints.get("lat")), _number(hints.get("long"))
    address = hints.get("address")
    source = _source(hints.get("location_source"), message.channel)
    given = False
    if isinstance(address, str) and address.strip():
        request.address_string = " ".join(address.split())[:400]
        request.evidence.append(Evidence(field="address_string", value=request.address_string, source=source, score=0.95))
        request.location = Location(precision="address" if any(map(str.isdigit, address)) else "place", source=source)
        given = True
    if lat is not None and long is not None and _position(lat, long) and hints.get("location_source") in _SENDERS_OWN:
        detail = "where the sender's device or profile is; not taken for the problem's place"
        request.evidence.append(Evidence(field="location", value=[lat, long], source="device", detail=detail))
    elif lat is not None and long is not None and _position(lat, long):
        request.lat, request.long = lat, long
        request.evidence.append(Evidence(field="lat", value=lat, source=source, score=0.95))
        request.location = Location(precision="point", source=source)
        given = True
    return given


_SENDERS_OWN = ("device", "handset", "network", "profile", "account")
"""Sources of a position that say where a person or a telephone is, or lives: never the problem's place."""
_SOURCES = {"sms": "pin", "social": "pin", "phone": "staff"}


def _source(hint: object, channel: str) -> str:
    if isinstance(hint, str) and hint in ("text", "form", "photo", "pin", "staff"):
        return hint
    return _SOURCES.get(channel, "form")


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _position(lat: float | None, long: float | None) -> bool:
    """True for a position on Earth that is not the origin, where broken devices put everything."""
    return lat is not None and long is not None and -90 <= lat <= 90 and -180 <= long <= 180 and not (lat == 0 and long == 0)
