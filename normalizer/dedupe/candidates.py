"""Which stored requests may be about the same problem as a new one: those near its position, and those at its address."""

from __future__ import annotations

from datetime import datetime, timedelta

from normalizer.locate import address_key
from normalizer.model import ServiceRequest
from normalizer.ports import KnownRequest, RecentRequests

WINDOW = timedelta(days=14)
"""Older requests are another occurrence, not the same report."""
_LIMIT = 50


def candidates(request: ServiceRequest, known: RecentRequests, now: datetime) -> list[KnownRequest]:
    """Stored requests of the last fourteen days at the place of ``request``, each once; none when it has no place."""
    since = (request.requested_datetime or now) - WINDOW
    found: dict[str, KnownRequest] = {}
    if request.lat is not None and request.long is not None:
        for item in known.near(lat=request.lat, long=request.long, since=since, limit=_LIMIT):
            found.setdefault(item.service_request_id, item)
    if request.address_string:
        for item in known.at_address(address_key(request.address_string), since=since, limit=_LIMIT):
            found.setdefault(item.service_request_id, item)
    found.pop(request.service_request_id, None)
    return [item for item in found.values() if item.requested_datetime >= since]
