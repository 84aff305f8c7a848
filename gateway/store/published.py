"""Reads requests as the public may see them: filtered, paged, newest first, never with anything of who reported them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Select, select

from gateway.store.keys64 import cell_places
from gateway.store.nearby import metres
from gateway.store.numbers import row_number
from gateway.store.tables import REQUEST_PLACE, SERVICE_REQUEST

_COLUMNS = (
    SERVICE_REQUEST.c.id,
    SERVICE_REQUEST.c.service_request_id,
    SERVICE_REQUEST.c.service_code,
    SERVICE_REQUEST.c.status,
    SERVICE_REQUEST.c.department,
    SERVICE_REQUEST.c.channel,
    SERVICE_REQUEST.c.requested_datetime,
    SERVICE_REQUEST.c.updated_datetime,
    SERVICE_REQUEST.c.document,
)
_SCANNED = 50_000
"""Rows that one question may look at where its filter is not in an index: a box, a text."""
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in degrees WGS 84."""

    west: float
    south: float
    east: float
    north: float

    def has(self, lat: float, long: float) -> bool:
        """Whether a position lies in it."""
        return self.south <= lat <= self.north and self.west <= long <= self.east


@dataclass(frozen=True, slots=True)
class Circle:
    """A place and a radius in metres, at most 300."""

    lat: float
    long: float
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for. Times bound ``requested_datetime`` (and ``updated_datetime``), both ends included."""

    jurisdiction_id: str
    service_codes: Sequence[str] = ()
    statuses: Sequence[str] = ()
    start: datetime | None = None
    end: datetime | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    box: Box | None = None
    circle: Circle | None = None
    words: str = ""
    offset: int = 0
    limit: int = 1_000


@dataclass(frozen=True, slots=True)
class Published:
    """A request as it is stored; ``document`` has the fields that have no column. What of it may be shown is the caller's decision."""

    service_request_id: str
    service_code: str
    status: str
    department: str | None
    channel: str
    requested_datetime: datetime
    updated_datetime: datetime
    document: dict[str, Any]


def by_numbers(connection: Connection, jurisdiction_id: str, numbers: Sequence[str]) -> list[Published]:
    """The requests of these public numbers, in their order; unknown ones are left out."""
    rows = {number: row for number in numbers if (row := row_number(number)) is not None}
    if not rows:
        return []
    statement = select(*_COLUMNS).where(SERVICE_REQUEST.c.id.in_(rows.values()), SERVICE_REQUEST.c.jurisdiction_id == jurisdiction_id)
    found = {row.id: _published(row) for row in connection.execute(statement)}
    return [found[row] for number, row in rows.items() if row in found and found[row].service_request_id == number]


def ask(connection: Connection, question: Question) -> list[Published]:
    """The page of requests that the question asks for, newest first."""
    found: list[Published] = []
    skipped = 0
    for row in _rows(connection, question):
        published = _published(row)
        if not _fits(published.document, question):
            continue
        if skipped < question.offset:
            skipped += 1
            continue
        found.append(published)
        if len(found) >= question.limit:
            break
    return found


def _rows(connection: Connection, question: Question) -> Iterator[Any]:
    """Rows in order; where every filter is in the statement only the page, otherwise a bounded scan in chunks."""
    statement = _statement(question)
    if question.box is None and question.circle is None and not question.words:
        yield from connection.execute(statement.limit(question.offset + question.limit))
        return
    yield from connection.execute(statement.limit(_SCANNED).execution_options(yield_per=_CHUNK))


def _statement(question: Question) -> Select[Any]:
    request = SERVICE_REQUEST.c
    statement = select(*_COLUMNS).where(request.jurisdiction_id == question.jurisdiction_id)
    if question.service_codes:
        statement = statement.where(request.service_code.in_(question.service_codes))
    if question.statuses:
        statement = statement.where(request.status.in_(question.statuses))
    for column, bound, later in (
        (request.requested_datetime, question.start, True),
        (request.requested_datetime, question.end, False),
        (request.updated_datetime, question.updated_after, True),
        (request.updated_datetime, question.updated_before, False),
    ):
        if bound is not None:
            statement = statement.where(column >= bound if later else column <= bound)
    if question.circle is not None:
        cells = cell_places(question.jurisdiction_id, question.circle.lat, question.circle.long)
        statement = statement.where(request.id.in_(select(REQUEST_PLACE.c.request_id).where(REQUEST_PLACE.c.place.in_(cells))))
    return statement.order_by(request.requested_datetime.desc(), request.id.desc())


def _fits(document: dict[str, Any], question: Question) -> bool:
    lat, long = document.get("lat"), document.get("long")
    if question.box is not None and (lat is None or long is None or not question.box.has(lat, long)):
        return False
    if question.circle is not None:
        circle = question.circle
        if lat is None or long is None or metres(circle.lat, circle.long, lat, long) > circle.radius:
            return False
    if question.words:
        text = f"{document.get('description', '')} {document.get('address_string') or ''} {document.get('service_name', '')}".casefold()
        return all(word in text for word in question.words.casefold().split())
    return True


def _published(row: Any) -> Published:
    return Published(
        row.service_request_id,
        row.service_code,
        row.status,
        row.department,
        row.channel,
        row.requested_datetime,
        row.updated_datetime,
        orjson.loads(row.document),
    )
