"""Keeps the requests that a transaction begins or completes, each in its latest state, and writes what changed once.

A request that begins in the same batch is completed before it is inserted; a stored one is read, and updated at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select, update

from gateway.store.engine import for_update
from gateway.store.known import Facts
from gateway.store.tables import REQUEST_MESSAGE, SERVICE_REQUEST
from normalizer.merge import Completed
from normalizer.model import ServiceRequest
from normalizer.pipeline import Work

Complete = Callable[[ServiceRequest, Work, Facts], Completed]
"""What a request becomes that a message completes."""

DERIVED = {"intake_ids", "channels_seen", "reporters", "history", "external_ids", "status", "updated_datetime", "priority", "department"}
"""Fields of a request that rows and columns hold, so that the document need not be rewritten when they change."""


class Growing:
    """The requests of one transaction that may still change."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection, self._now = connection, now
        self._requests: dict[int, ServiceRequest] = {}
        self._rows: dict[int, dict[str, Any]] = {}
        self._changed: set[int] = set()

    def begun(self, number: int, request: ServiceRequest) -> dict[str, Any]:
        """The row of a request that begins here; it is to be inserted at the end and changes until then."""
        row = {
            "id": number,
            "service_request_id": request.service_request_id,
            "jurisdiction_id": request.jurisdiction_id,
            "status": request.status,
            "channel": request.channel,
            "requested_datetime": request.requested_datetime or self._now,
            **self._columns(request),
        }
        self._requests[number], self._rows[number] = request, row
        return row

    def request(self, number: int) -> ServiceRequest | None:
        """The request in its latest state, with the id of the message that it began with; None where there is none of that number."""
        if number not in self._requests:
            statement = (
                select(SERVICE_REQUEST, REQUEST_MESSAGE.c.intake_id)
                .join(REQUEST_MESSAGE, REQUEST_MESSAGE.c.request_id == SERVICE_REQUEST.c.id)
                .where(SERVICE_REQUEST.c.id == number, REQUEST_MESSAGE.c.role == "request")
                .order_by(REQUEST_MESSAGE.c.seq)
                .limit(1)
            )
            row = self._connection.execute(for_update(statement, self._connection)).first()
            if row is None:
                return None
            fields = orjson.loads(row.document)
            fields |= {"status": row.status, "priority": row.priority, "department": row.department, "intake_ids": [row.intake_id]}
            self._requests[number] = ServiceRequest.model_validate(fields)
        return self._requests[number]

    def completed(self, number: int, request: ServiceRequest) -> None:
        """Keep the request's new state."""
        self._requests[number] = request
        if number in self._rows:
            self._rows[number].update(self._columns(request))
        else:
            self._changed.add(number)

    def write(self) -> None:
        """Update the stored requests that were completed."""
        if self._changed:
            statement = update(SERVICE_REQUEST).where(SERVICE_REQUEST.c.id == bindparam("b_id"))
            rows = [{"b_id": number, **self._columns(self._requests[number])} for number in sorted(self._changed)]
            names = [name for name in rows[0] if name != "b_id"]
            self._connection.execute(statement.values({name: bindparam(name) for name in names}), rows)

    def _columns(self, request: ServiceRequest) -> dict[str, Any]:
        return {
            "service_code": request.service_code,
            "priority": request.priority,
            "department": request.department,
            "updated_datetime": self._now,
            "document": request.model_dump_json(exclude=DERIVED, exclude_defaults=True),
        }
