"""Requests by their place, for one writing transaction: what a batch needs is fetched with two statements, what it adds is remembered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection, select

from gateway.store.keys64 import address_place, cell_place, cell_places
from gateway.store.tables import REQUEST_PLACE, SERVICE_REQUEST
from normalizer.locate import address_key
from normalizer.model import ServiceRequest
from normalizer.pipeline import Work
from normalizer.ports import KnownRequest

_IN = 500
_AHEAD = timedelta(days=31)
"""How far back a batch's places are fetched: further than the stage of duplicates looks."""
_PER_PLACE = 100
"""Newest requests of one place that are kept: the stages ask for fewer."""
_MOST = 20_000
"""Rows that one look at many places may take: a square may have a thousand requests in a storm."""


class Neighbours:
    """The known requests at the places that a batch speaks of."""

    def __init__(self, connection: Connection, works: Iterable[Work]) -> None:
        self._connection = connection
        self._at: dict[int, list[int]] = defaultdict(list)
        self._since: dict[int, datetime] = {}
        self._requests: dict[int, KnownRequest] = {}
        self._new: dict[int, list[KnownRequest]] = defaultdict(list)
        wanted: set[int] = set()
        oldest: list[datetime] = []
        for work in works:
            for request in work.requests:
                wanted.update(looked_at(request))
                oldest.append(request.requested_datetime or work.now)
        if wanted:
            self._fetch(sorted(wanted), min(oldest) - _AHEAD)

    def add(self, request: ServiceRequest, sender_key: str | None) -> None:
        """Remember a request that this transaction adds or completes."""
        for place in places(request):
            self._new[place].append(_of_request(request, sender_key))

    def at(self, keys: Sequence[int], since: datetime, limit: int) -> list[KnownRequest]:
        """The requests at these places since then, newest first."""
        missing = [key for key in keys if key not in self._since or self._since[key] > since]
        if missing:
            self._fetch(missing, since)
        found: dict[str, KnownRequest] = {}
        for key in keys:
            for known in reversed(self._new.get(key, ())):  # the newest state first: a request may be completed after it was added
                found.setdefault(known.service_request_id, known)
        numbers = sorted({number for key in keys for number in self._at.get(key, ())}, reverse=True)
        self._load(numbers[:limit])
        for number in numbers[:limit]:
            if stored := self._requests.get(number):
                found.setdefault(stored.service_request_id, stored)
        return [known for known in found.values() if known.requested_datetime >= since][:limit]

    def _fetch(self, keys: Sequence[int], since: datetime) -> None:
        for start in range(0, len(keys), _IN):
            chunk = keys[start : start + _IN]
            statement = (
                select(REQUEST_PLACE.c.place, REQUEST_PLACE.c.request_id)
                .where(REQUEST_PLACE.c.place.in_(chunk), REQUEST_PLACE.c.requested_datetime >= since)
                .order_by(REQUEST_PLACE.c.request_id.desc())
                .limit(_MOST)
            )
            for key in chunk:
                self._since[key], self._at[key] = since, []
            for place, number in self._connection.execute(statement):
                if len(self._at[place]) < _PER_PLACE:
                    self._at[place].append(number)
            self._load([number for key in chunk for number in self._at[key]])

    def _load(self, numbers: Sequence[int]) -> None:
        wanted = [number for number in dict.fromkeys(numbers) if number not in self._requests]
        for start in range(0, len(wanted), _IN):
            columns = (SERVICE_REQUEST.c.id, SERVICE_REQUEST.c.service_request_id, SERVICE_REQUEST.c.status, SERVICE_REQUEST.c.document)
            statement = select(*columns).where(SERVICE_REQUEST.c.id.in_(wanted[start : start + _IN]))
            for number, service_request_id, status, document in self._connection.execute(statement):
                self._requests[number] = _of_document(service_request_id, status, document)


def places(request: ServiceRequest) -> list[int]:
    """The keys under which a request can be found by its place."""
    found = []
    if request.lat is not None and request.long is not None:
        found.append(cell_place(request.jurisdiction_id, request.lat, request.long))
    if request.address_string and (key := address_key(request.address_string)):
        found.append(address_place(request.jurisdiction_id, key))
    return found


def looked_at(request: ServiceRequest) -> list[int]:
    """The keys under which others may be found that are about the same place: the cells around it too."""
    found = []
    if request.lat is not None and request.long is not None:
        found += cell_places(request.jurisdiction_id, request.lat, request.long)
    if request.address_string and (key := address_key(request.address_string)):
        found.append(address_place(request.jurisdiction_id, key))
    return found


def _of_document(service_request_id: str, status: str, document: str) -> KnownRequest:
    fields = orjson.loads(document)
    return KnownRequest(
        service_request_id=service_request_id,
        service_code=fields.get("service_code", "other"),  # the document leaves defaults out
        requested_datetime=datetime.fromisoformat(fields["requested_datetime"]),
        text=fields.get("description", ""),
        status=status,
        lat=fields.get("lat"),
        long=fields.get("long"),
        address_string=fields.get("address_string"),
    )


def _of_request(request: ServiceRequest, sender_key: str | None) -> KnownRequest:
    assert request.requested_datetime is not None  # noqa: S101  (the draft stage sets it)
    return KnownRequest(
        service_request_id=request.service_request_id,
        service_code=request.service_code,
        requested_datetime=request.requested_datetime,
        text=request.description,
        status=request.status,
        lat=request.lat,
        long=request.long,
        address_string=request.address_string,
        sender_key=sender_key,
    )
