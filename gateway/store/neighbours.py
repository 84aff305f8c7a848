"""Requests by their place and their rare terms, for one writing transaction.

What a batch needs is fetched with a few statements, what it adds is remembered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, select

from gateway.store import decisions
from gateway.store.duplicate_tables import REQUEST_TERM
from gateway.store.keys64 import address_place, cell_place, cell_places, term_key
from gateway.store.tables import REQUEST_PLACE, SERVICE_REQUEST
from normalizer.dedupe import profile_of, terms
from normalizer.dedupe.candidates import NEAR, WINDOW
from normalizer.locate import address_key
from normalizer.model import ServiceRequest
from normalizer.pipeline import Work
from normalizer.ports import KnownRequest

_IN = 500
_AHEAD = WINDOW + timedelta(days=1)
"""How far back a batch's places are fetched: further than the stage of duplicates looks."""
_PER_PLACE = NEAR
"""Newest requests of one place that are kept: the stages ask for no more."""
_PER_TERM = 20
"""Newest requests of one term: what has a term more often than that within the window is no rare term."""
_SENDER = "sender:"
_UNION = 400
"""Terms in one statement: SQLite joins at most 500 SELECTs."""
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
        self._of_term: dict[int, list[int]] = {}
        wanted: set[int] = set()
        rare: set[int] = set()
        oldest: list[datetime] = []
        for work in works:
            for request in work.requests:
                wanted.update(looked_at(request))
                rare.update(term_keys(request, work.sender_key))
                oldest.append(request.requested_datetime or work.now)
        if wanted:
            self._fetch(sorted(wanted), min(oldest) - _AHEAD)
        self._fetch_terms(sorted(rare))

    def add(self, request: ServiceRequest, sender_key: str | None) -> None:
        """Remember a request that this transaction adds or completes."""
        known = _of_request(request, sender_key)
        for key in (*places(request), *term_keys(request, sender_key)):
            self._new[key].append(known)

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

    def of_terms(self, jurisdiction_id: str, terms: Sequence[str], since: datetime, limit: int) -> list[KnownRequest]:
        """The requests that have one of these terms, the most telling term first and within it the newest first."""
        keys = {term: term_key(jurisdiction_id, term) for term in terms}
        self._fetch_terms([key for key in keys.values() if key not in self._of_term])
        self._load(list(dict.fromkeys(number for key in keys.values() for number in self._of_term[key]))[:limit])
        found: dict[str, KnownRequest] = {}
        for term, key in keys.items():
            stored = (self._requests[number] for number in self._of_term[key] if number in self._requests)
            for known in (*reversed(self._new.get(key, ())), *stored):
                if known.requested_datetime >= since:
                    one = found.setdefault(known.service_request_id, known)
                    if term.startswith(_SENDER) and one.sender_key is None:
                        found[one.service_request_id] = replace(one, sender_key=term.removeprefix(_SENDER))
        return list(found.values())[:limit]

    def rejected(self, jurisdiction_id: str, service_request_id: str) -> frozenset[str]:
        """The requests that a person has said this one does not repeat."""
        return decisions.rejected(self._connection, jurisdiction_id, service_request_id)

    def _fetch_terms(self, keys: Sequence[int]) -> None:
        """The newest requests of each term: as many look-ups in the index as there are terms, in one statement."""
        for start in range(0, len(keys), _UNION):
            chunk = keys[start : start + _UNION]
            self._of_term.update((key, []) for key in chunk)
            for term, number in self._connection.exec_driver_sql(*_newest_of(chunk, self._connection.dialect.name)):
                self._of_term[term].append(number)

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


def _newest_of(keys: Sequence[int], dialect: str) -> tuple[str, Any]:
    """The statement for the newest requests of each term, and its parameters."""
    newest = f"request_id FROM {REQUEST_TERM.name} WHERE term = {{}} ORDER BY request_id DESC LIMIT {_PER_TERM}"
    if dialect == "postgresql":
        each = newest.format("wanted.term")
        return f"SELECT wanted.term, found.request_id FROM unnest(%s::bigint[]) AS wanted(term), LATERAL (SELECT {each}) AS found", (  # noqa: S608  our own names
            list(keys),
        )
    one = f"SELECT * FROM (SELECT term, {newest.format('?')})"  # noqa: S608  our own names
    return " UNION ALL ".join([one] * len(keys)), tuple(keys)


def term_keys(request: ServiceRequest, sender_key: str | None) -> list[int]:
    """The keys of a request's rare terms."""
    return [term_key(request.jurisdiction_id, term) for term in terms(request, profile_of(request), sender_key)]


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
        precision=fields.get("location", {}).get("precision", "unknown"),
        pictures=tuple(medium["dhash"] for medium in fields.get("media", ()) if medium.get("dhash")),
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
        precision=request.location.precision,
        pictures=tuple(medium.dhash for medium in request.media if medium.dhash),
    )
