"""Reads what a resident may follow of a request: the request, what they wrote about it, what they were told, what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from gateway.store import contacts, history, outbound
from gateway.store.contacts import Contact
from gateway.store.documents import unpack
from gateway.store.numbers import row_number
from gateway.store.reply_tables import OUTBOUND
from gateway.store.requests import load_many
from gateway.store.tables import DELIVERY, MESSAGE, REQUEST_MESSAGE, SERVICE_REQUEST
from normalizer.model import InboundMessage, ServiceRequest

_MOST = 300
"""Messages of a request that are read: the one that it began with and the newest."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message about a request; ``role`` is ``request`` (it began with this one) or ``follow_up``."""

    role: str
    message: InboundMessage


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said to somebody about a request; ``state`` is that of its delivery, ``intake_id`` what it answers."""

    kind: str
    created: datetime
    state: str
    channel_id: str
    intake_id: str | None
    contact_key: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Tracked:
    """One request as it is stored. Whose messages are whose, and what of it may be shown, is the caller's decision."""

    request: ServiceRequest
    written: list[Written]
    said: list[Said]
    events: list[tuple[datetime, str, str, dict[str, Any]]]
    contacts: dict[str, Contact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a number alone tells: whether the request is open, what it asks for, since when, in which city."""

    service_request_id: str
    jurisdiction_id: str
    service_code: str
    status: str
    kind: str
    requested_datetime: datetime


def read(connection: Connection, jurisdiction_id: str, service_request_id: str) -> Tracked | None:
    """A request of that city; None where there is none of this number (any more)."""
    number = row_number(service_request_id)
    request = load_many(connection, [number]).get(number) if number is not None else None
    if request is None or number is None or request.jurisdiction_id != jurisdiction_id:
        return None
    statement = (
        select(REQUEST_MESSAGE.c.seq, REQUEST_MESSAGE.c.role, MESSAGE.c.document)
        .join(MESSAGE, MESSAGE.c.seq == REQUEST_MESSAGE.c.seq)
        .where(REQUEST_MESSAGE.c.request_id == number, REQUEST_MESSAGE.c.role.in_(("request", "follow_up")))
        .order_by(REQUEST_MESSAGE.c.role == "follow_up", REQUEST_MESSAGE.c.seq.desc())
        .limit(_MOST)
    )
    rows = sorted(connection.execute(statement).all(), key=lambda row: int(row.seq))
    written = [Written(row.role, unpack(row.document)) for row in rows]
    said = _said(connection, number)
    known = contacts.find(connection, jurisdiction_id, {one.contact_key for one in said})
    return Tracked(request, written, said, history.of_subject(connection, service_request_id), known)


def standing(connection: Connection, service_request_id: str) -> Standing | None:
    """What a number alone tells; None where there is no such request."""
    row = SERVICE_REQUEST.c
    statement = select(row.jurisdiction_id, row.service_code, row.status, row.requested_datetime, row.document).where(
        row.id == row_number(service_request_id), row.service_request_id == service_request_id
    )
    found = connection.execute(statement).first()
    if found is None:
        return None
    jurisdiction_id, service_code, status, requested, document = found
    kind = str(orjson.loads(document).get("kind", "report"))
    return Standing(service_request_id, jurisdiction_id, service_code, status, kind, requested)


def _said(connection: Connection, number: int) -> list[Said]:
    statement = (
        select(OUTBOUND, DELIVERY.c.state)
        .join(DELIVERY, DELIVERY.c.outbound_id == OUTBOUND.c.id)
        .where(OUTBOUND.c.request_id == number)
        .order_by(OUTBOUND.c.id.desc())
        .limit(_MOST)
    )
    found = []
    for row in reversed(connection.execute(statement).all()):
        message = outbound.load(row.document)
        found.append(
            Said(row.kind, row.created, row.state, row.channel_id, row.intake_id, row.contact_key, message.subject or "", message.text)
        )
    return found
