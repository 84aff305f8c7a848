"""Service requests as the outside sees them: the document, with what rows and columns know about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from gateway.errors import NotFound
from gateway.store import history
from gateway.store.numbers import row_number
from gateway.store.tables import DELIVERY, REPORTER, REQUEST_MESSAGE, SERVICE_REQUEST
from normalizer.model import ExternalId, HistoryEntry, Reporter, ServiceRequest

_CHUNK = 500


def load_many(connection: Connection, request_ids: Sequence[int]) -> dict[int, ServiceRequest]:
    """The requests with those row numbers; absent ones are left out."""
    found: dict[int, ServiceRequest] = {}
    for start in range(0, len(request_ids), _CHUNK):
        chunk = list(request_ids[start : start + _CHUNK])
        statement = select(SERVICE_REQUEST).where(SERVICE_REQUEST.c.id.in_(chunk))
        rows = {row.id: row for row in connection.execute(statement)}
        messages = _messages(connection, chunk)
        reporters = _reporters(connection, chunk)
        external = _external_ids(connection, chunk)
        for number, row in rows.items():
            found[number] = _assembled(row, messages[number], reporters[number], external[number])
    return found


def show(connection: Connection, service_request_id: str) -> ServiceRequest:
    """One request with its history; raises NotFound."""
    number = row_number(service_request_id)
    request = load_many(connection, [number]).get(number) if number is not None else None
    if request is None:
        raise NotFound(f"no request {service_request_id}")
    request.history = [
        HistoryEntry(at=at, kind=kind, actor=actor, detail=data)
        for at, kind, actor, data in history.of_subject(connection, request.service_request_id)
    ]
    return request


def listing(
    connection: Connection, *, since: datetime | None = None, channel: str | None = None, limit: int | None = None
) -> Iterator[ServiceRequest]:
    """Requests in the order of their numbers, oldest first; with ``limit`` the newest so many."""
    statement = select(SERVICE_REQUEST.c.id)
    if since is not None:
        statement = statement.where(SERVICE_REQUEST.c.requested_datetime >= since)
    if channel is not None:
        statement = statement.where(SERVICE_REQUEST.c.channel == channel)
    if limit is not None:
        statement = statement.order_by(SERVICE_REQUEST.c.id.desc()).limit(limit)
    ids = sorted(connection.execute(statement).scalars())
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        loaded = load_many(connection, chunk)
        yield from (loaded[number] for number in chunk if number in loaded)


def _assembled(
    row: Any, messages: Sequence[tuple[str, str]], reporters: Sequence[Reporter], external: Sequence[ExternalId]
) -> ServiceRequest:
    fields = orjson.loads(row.document)
    fields.update(
        status=row.status,
        updated_datetime=row.updated_datetime,
        priority=row.priority,
        department=row.department,
        intake_ids=[intake_id for intake_id, _channel in messages],
        channels_seen=list(dict.fromkeys(channel for _intake_id, channel in messages)),
        reporters=list(reporters),
        external_ids=list(external),
    )
    return ServiceRequest.model_validate(fields)


def _messages(connection: Connection, request_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    statement = (
        select(REQUEST_MESSAGE.c.request_id, REQUEST_MESSAGE.c.intake_id, REQUEST_MESSAGE.c.channel)
        .where(REQUEST_MESSAGE.c.request_id.in_(request_ids))
        .order_by(REQUEST_MESSAGE.c.seq)
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for request_id, intake_id, channel in connection.execute(statement):
        found[request_id].append((intake_id, channel))
    return found


def _reporters(connection: Connection, request_ids: Sequence[int]) -> dict[int, list[Reporter]]:
    statement = select(REPORTER.c.request_id, REPORTER.c.document).where(REPORTER.c.request_id.in_(request_ids)).order_by(REPORTER.c.seq)
    found: dict[int, list[Reporter]] = defaultdict(list)
    for request_id, document in connection.execute(statement):
        found[request_id].extend(Reporter.model_validate(entry) for entry in orjson.loads(document))
    return found


def _external_ids(connection: Connection, request_ids: Sequence[int]) -> dict[int, list[ExternalId]]:
    statement = (
        select(DELIVERY.c.request_id, DELIVERY.c.sink_id, DELIVERY.c.external_id, DELIVERY.c.external_url)
        .where(DELIVERY.c.request_id.in_(request_ids), DELIVERY.c.external_id.is_not(None), DELIVERY.c.outbound_id.is_(None))
        .order_by(DELIVERY.c.id)
    )
    found: dict[int, dict[tuple[str, str], ExternalId]] = defaultdict(dict)
    for request_id, sink_id, external_id, url in connection.execute(statement):
        found[request_id][sink_id, external_id] = ExternalId(system=sink_id, id=external_id, url=url)
    return defaultdict(list, {number: list(ids.values()) for number, ids in found.items()})
