"""Requests by their place and their rare terms, for one writing transaction.

What a batch needs is fetched with a few statements, what it adds is remembered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import Connection, select

from gateway.store import decisions
from gateway.store.duplicate_tables import REQUEST_TERM
from gateway.store.instants import to_micros
from gateway.store.keys64 import address_place, cell_place, cell_places, term_key
from gateway.store.tables import REQUEST_PLACE, SERVICE_REQUEST
from normalizer.dedupe import terms_of
from normalizer.dedupe.candidates import BY_TERMS, NEAR, WINDOW
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
_FIRST = 50
"""The oldest requests of the window whose lowest number is taken: dates and numbers are not quite in the same order."""
_NONE = 2**62
_AT_ONCE = 400
"""Keys in one statement."""


class Neighbours:
    """The known requests at the places that a batch speaks of. ``until``: the lowest number of those that are not known yet."""

    def __init__(self, connection: Connection, works: Iterable[Work], until: int | None = None) -> None:
        self._connection, self._dialect = connection, connection.dialect.name
        self._until = _NONE if until is None else until
        self._cities: set[str] = set()
        self._floors: dict[tuple[str, datetime], int] = {}
        self._at: dict[int, list[int]] = defaultdict(list)
        self._since: dict[int, datetime] = {}
        self._requests: dict[int, KnownRequest] = {}
        self._new: dict[int, list[KnownRequest]] = defaultdict(list)
        self._of_term: dict[int, list[int]] = {}
        wanted: list[tuple[list[int], list[int]]] = []
        oldest: list[datetime] = []
        for work in works:
            for request in work.requests:
                wanted.append((looked_at(request), term_keys(request, work.sender_key)))
                self._cities.add(request.jurisdiction_id)
                oldest.append(request.requested_datetime or work.now)
        if oldest:
            since = min(oldest) - _AHEAD
            self._fetch(sorted({key for places, _terms in wanted for key in places}), since)
            self._fetch_terms(sorted({key for _places, terms in wanted for key in terms}), since)
            self._load([number for places, terms in wanted for number in (*self._newest(places)[:NEAR], *self._of(terms)[:BY_TERMS])])

    def add(self, request: ServiceRequest, sender_key: str | None) -> None:
        """Remember a request that this transaction adds or completes."""
        known = _of_request(request, sender_key)
        for key in (*places(request), *term_keys(request, sender_key)):
            self._new[key].append(known)

    def at(self, jurisdiction_id: str, keys: Sequence[int], since: datetime, limit: int) -> list[KnownRequest]:
        """The requests at these places of a city since then, newest first."""
        self._cities.add(jurisdiction_id)
        missing = [key for key in keys if key not in self._since or self._since[key] > since]
        if missing:
            self._fetch(missing, since)
        found: dict[str, KnownRequest] = {}
        for key in keys:
            for known in reversed(self._new.get(key, ())):  # the newest state first: a request may be completed after it was added
                found.setdefault(known.service_request_id, known)
        numbers = self._newest(keys)[:limit]
        self._load(numbers)
        for number in numbers:
            if stored := self._requests.get(number):
                found.setdefault(stored.service_request_id, stored)
        return [known for known in found.values() if known.requested_datetime >= since][:limit]

    def of_terms(self, jurisdiction_id: str, terms: Sequence[str], since: datetime, limit: int) -> list[KnownRequest]:
        """The requests that have one of these terms, the most telling term first and within it the newest first."""
        self._cities.add(jurisdiction_id)
        keys = {term: term_key(jurisdiction_id, term) for term in terms}
        self._fetch_terms([key for key in keys.values() if key not in self._of_term], since)
        self._load(self._of(keys.values())[:limit])
        requests, found = self._requests, dict[str, KnownRequest]()
        for term, key in keys.items():
            sender = term.removeprefix(_SENDER) if term.startswith(_SENDER) else None
            if len(found) >= limit and sender is None:
                continue
            stored = [requests[number] for number in self._of_term[key] if number in requests]
            new = self._new.get(key)
            for known in [*reversed(new), *stored][:_PER_TERM] if new else stored:
                if known.requested_datetime >= since:
                    one = found.setdefault(known.service_request_id, known)
                    if sender is not None and one.sender_key is None:
                        found[one.service_request_id] = replace(one, sender_key=sender)
        return list(found.values())[:limit]

    def rejected(self, jurisdiction_id: str, service_request_id: str) -> frozenset[str]:
        """The requests that a person has said this one does not repeat."""
        return decisions.rejected(self._connection, jurisdiction_id, service_request_id)

    def _newest(self, places: Iterable[int]) -> list[int]:
        """The requests at these places, newest first."""
        return sorted({number for key in places for number in self._at.get(key, ())}, reverse=True)

    def _of(self, terms: Iterable[int]) -> list[int]:
        """The requests of these terms, term by term."""
        return list(dict.fromkeys(chain.from_iterable(map(self._of_term.__getitem__, terms))))

    def _floor(self, since: datetime) -> int:
        """The lowest number of the requests since then: what lies below need not be looked at, however much it is.

        Requests are numbered as they arrive, which is nearly the order of their dates; an import of older ones has higher numbers.
        """
        for city in sorted(self._cities):
            if (city, since) not in self._floors:
                row = SERVICE_REQUEST.c
                first = select(row.id).where(row.jurisdiction_id == city, row.requested_datetime >= since)
                first = first.order_by(row.requested_datetime).limit(_FIRST)
                self._floors[city, since] = min(self._connection.execute(first).scalars().all(), default=_NONE)
        return min((self._floors[city, since] for city in self._cities), default=_NONE)

    def _fetch_terms(self, keys: Sequence[int], since: datetime) -> None:
        """The newest requests of each term: as many look-ups in the index as there are terms, in one statement."""
        for start in range(0, len(keys), _AT_ONCE):
            chunk = keys[start : start + _AT_ONCE]
            self._of_term.update((key, []) for key in chunk)
            statement, values = _newest_of(REQUEST_TERM.name, "term", chunk, (self._floor(since), self._until), _PER_TERM, self._dialect)
            for term, number in self._rows(statement, values):
                self._of_term[term].append(number)
            for key in chunk:
                self._of_term[key].sort(reverse=True)

    def _fetch(self, keys: Sequence[int], since: datetime) -> None:
        """The newest requests of each place, whose number is bounded however many years are stored; those before ``since`` are left out."""
        for start in range(0, len(keys), _AT_ONCE):
            chunk = keys[start : start + _AT_ONCE]
            self._since.update((key, since) for key in chunk)
            self._at.update((key, []) for key in chunk)
            statement, values = _newest_of(REQUEST_PLACE.name, "place", chunk, (self._floor(since), self._until), _PER_PLACE, self._dialect)
            oldest = to_micros(since)
            for place, number, at in self._rows(statement, values):
                if at >= oldest:
                    self._at[place].append(number)

    def _rows(self, statement: str, values: Any) -> Iterable[Any]:
        """The rows of one of ``_newest_of``'s statements; SQLite gives all of them as one JSON value, which costs a third."""
        found = self._connection.exec_driver_sql(statement, values)
        return orjson.loads(found.scalar_one()) if self._dialect == "sqlite" else found.all()

    def _load(self, numbers: Sequence[int]) -> None:
        wanted = [number for number in dict.fromkeys(numbers) if number not in self._requests]
        for start in range(0, len(wanted), _IN):
            chunk = wanted[start : start + _IN]
            # SQLite is handed the numbers as one value: a statement that is the same each time need not be prepared each time.
            listed = "SELECT value FROM json_each(?)" if self._dialect == "sqlite" else ",".join(map(str, chunk))
            values = (orjson.dumps(chunk).decode(),) if self._dialect == "sqlite" else ()
            statement = f"SELECT id, service_request_id, status, document FROM {SERVICE_REQUEST.name} WHERE id IN ({listed})"  # noqa: S608  our own numbers
            for number, service_request_id, status, document in self._connection.exec_driver_sql(statement, values).all():
                self._requests[number] = _of_document(service_request_id, status, document)


def _newest_of(table: str, column: str, keys: Sequence[int], between: tuple[int, int], most: int, dialect: str) -> tuple[str, Any]:
    """The statement for the newest requests of each key, and its parameters. Requests are numbered in the order of their arrival."""
    when = ", requested_datetime" if table == REQUEST_PLACE.name else ""
    if dialect == "postgresql":
        newest = f"request_id{when} FROM {table} WHERE {column} = wanted.key AND request_id >= {between[0]} AND request_id < {between[1]}"
        newest = f"{newest} ORDER BY request_id DESC LIMIT {most}"
        # Numbers are ours and stand in the statement: an array parameter would be one more round trip to learn its type.
        listed = ",".join(f"({key}::bigint)" for key in keys)
        return f"SELECT wanted.key, found.* FROM (VALUES {listed}) AS wanted(key), LATERAL (SELECT {newest}) AS found", ()  # noqa: S608  our own names and numbers
    # One value and one text whatever the number of keys, so that SQLite prepares it once: a UNION of 400 look-ups takes 3 ms to prepare.
    newest = f"SELECT request_id FROM {table} WHERE {column} = wanted.value AND request_id >= ? AND request_id < ?"  # noqa: S608  our own names
    newest = f"{newest} ORDER BY request_id DESC LIMIT {most}"
    found = f"found.{column} = wanted.value AND found.request_id IN ({newest})"
    row = f"json_group_array(json_array(wanted.value, found.request_id{when}))"
    statement = f"SELECT {row} FROM json_each(?) AS wanted CROSS JOIN {table} AS found ON {found}"  # noqa: S608  as above
    return statement, (orjson.dumps(keys).decode(), *between)


def term_keys(request: ServiceRequest, sender_key: str | None) -> list[int]:
    """The keys of a request's rare terms."""
    return [term_key(request.jurisdiction_id, term) for term in terms_of(request, sender_key)]


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


@lru_cache(maxsize=1_024)
def _of_document(service_request_id: str, status: str, document: str) -> KnownRequest:
    """The request of a document; the newest of a busy place are read again for every batch."""
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
