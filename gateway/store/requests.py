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
from gateway.store.tables import DeliveryRow, ReporterRow, RequestMessageRow, ServiceRequestRow
from normalizer.model import ExternalId, HistoryEntry, Reporter, ServiceRequest

_CHUNK = 500


def load_many(connection: Connection, request_ids: Sequence[int]) -> dict[int, ServiceRequest]:
    """The requests with those row numbers; absent ones are left out."""
    found: dict[int, ServiceRequest] = {}
    for start in range(0, len(request_ids), _CHUNK):
        chunk = list(request_ids[start : start + _CHUNK])
        statement = select(ServiceRequestRow.__table__).where(ServiceRequestRow.id.in_(chunk))  # type: ignore[attr-defined]
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
    statement = select(ServiceRequestRow.id)
    if since is not None:
        statement = statement.where(ServiceRequestRow.requested_datetime >= since)  # type: ignore[arg-type]
    if channel is not None:
        statement = statement.where(ServiceRequestRow.channel == channel)  # type: ignore[arg-type]
    if limit is not None:
        statement = statement.order_by(ServiceRequestRow.id.desc()).limit(limit)  # type: ignore[attr-defined]
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
        select(RequestMessageRow.request_id, RequestMessageRow.intake_id, RequestMessageRow.channel)
        .where(RequestMessageRow.request_id.in_(request_ids))  # type: ignore[attr-defined]
        .order_by(RequestMessageRow.seq)
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for request_id, intake_id, channel in connection.execute(statement):
        found[request_id].append((intake_id, channel))
    return found


def _reporters(connection: Connection, request_ids: Sequence[int]) -> dict[int, list[Reporter]]:
    statement = (
        select(ReporterRow.request_id, ReporterRow.document)
        .where(ReporterRow.request_id.in_(request_ids))  # type: ignore[attr-defined]
        .order_by(ReporterRow.seq)
    )
    found: dict[int, list[Reporter]] = defaultdict(list)
    for request_id, document in connection.execute(statement):
        found[request_id].extend(Reporter.model_validate(entry) for entry in orjson.loads(document))
    return found


def _external_ids(connection: Connection, request_ids: Sequence[int]) -> dict[int, list[ExternalId]]:
    statement = (
        select(DeliveryRow.request_id, DeliveryRow.sink_id, DeliveryRow.external_id, DeliveryRow.external_url)
        .where(DeliveryRow.request_id.in_(request_ids), DeliveryRow.external_id.is_not(None))  # type: ignore[attr-defined,union-attr]
        .order_by(DeliveryRow.id)  # type: ignore[arg-type]
    )
    found: dict[int, dict[tuple[str, str], ExternalId]] = defaultdict(dict)
    for request_id, sink_id, external_id, url in connection.execute(statement):
        found[request_id][sink_id, external_id] = ExternalId(system=sink_id, id=external_id, url=url)
    return defaultdict(list, {number: list(ids.values()) for number, ids in found.items()})
