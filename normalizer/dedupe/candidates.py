"""Which stored requests may be about the same problem as a new one: near its position, at its address, by rare terms, by its sender."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from normalizer.dedupe.features import FAR, distance
from normalizer.dedupe.terms import terms_of
from normalizer.locate import address_key
from normalizer.model import ServiceRequest
from normalizer.ports import KnownRequest, RecentRequests

WINDOW = timedelta(days=45)
"""Older requests are another occurrence, not the same report."""
NEAR = 96
"""Newest requests around a position that are looked at, however crowded the place is."""
_AT_ADDRESS = 50
BY_TERMS = 50
"""Requests that share a term that are looked at."""
COMPARED = 40
"""Candidates that are compared: the nearest, and the newest where there is no distance."""


def candidates(request: ServiceRequest, known: RecentRequests, now: datetime, sender_key: str | None = None) -> list[KnownRequest]:
    """Stored requests within :data:`WINDOW` that share a place, a term or the sender, each once, rejected pairs left out."""
    since = (request.requested_datetime or now) - WINDOW
    found: dict[str, KnownRequest] = {}
    if request.lat is not None and request.long is not None:
        _take(found, known.near(lat=request.lat, long=request.long, since=since, limit=NEAR))
    if request.address_string:
        _take(found, known.at_address(address_key(request.address_string), since=since, limit=_AT_ADDRESS))
    wanted = terms_of(request, sender_key)
    if wanted:
        _take(found, known.by_terms(wanted, since=since, limit=BY_TERMS))
    found.pop(request.service_request_id, None)
    if request.service_request_id:
        for other in known.rejected(request.service_request_id):
            found.pop(other, None)
    return nearest(request, (item for item in found.values() if item.requested_datetime >= since))


def nearest(request: ServiceRequest, found: Iterable[KnownRequest]) -> list[KnownRequest]:
    """The candidates worth comparing: those too far away left out, the nearest first, then those without a distance."""
    ranked: list[tuple[float, int, KnownRequest]] = []
    for order, item in enumerate(found):
        meters = distance(request.lat, request.long, item.lat, item.long)
        if meters is None or meters <= FAR:
            # Half of the room goes to those of unknown distance, in the order in which they were found.
            ranked.append((2 * len(ranked) if meters is None else meters, order, item))
    ranked.sort(key=lambda entry: entry[:2])
    return [item for _rank, _order, item in ranked[:COMPARED]]


def _take(found: dict[str, KnownRequest], items: Iterable[KnownRequest]) -> None:
    for item in items:
        before = found.setdefault(item.service_request_id, item)
        if before.sender_key is None and item.sender_key is not None:
            found[item.service_request_id] = replace(before, sender_key=item.sender_key)
