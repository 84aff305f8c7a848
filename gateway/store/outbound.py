"""What the city says to residents, as rows: written with what it answers, read by those who send it, counted to be no nuisance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from channels.replying import OutboundMessage
from gateway.store.documents import unpack
from gateway.store.numbers import reserve
from gateway.store.reply_tables import OUTBOUND
from gateway.store.rows import insert_rows
from gateway.store.tables import DELIVERY, MESSAGE, REQUEST_MESSAGE
from normalizer.model import InboundMessage

LANE = "reply:"
"""What the name of an outbox lane begins with that carries words to residents; the channel follows."""
_COUNTER = "outbound"
_IN = 400


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that was said before to an address."""

    kind: str
    created: datetime
    request_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Something to say. ``key`` is the same however often the same is planned; ``number`` is the row's own."""

    number: int
    key: str
    jurisdiction_id: str
    request_id: int | None
    intake_id: str | None
    channel_id: str
    kind: str
    contact_key: str
    message: OutboundMessage
    message_id: str | None = None
    expires: datetime | None = None
    hold: str | None = field(default=None)
    """Why it waits for a person in place of being sent."""


def numbers(connection: Connection, count: int) -> range:
    """Reserve numbers for so many messages."""
    return reserve(connection, _COUNTER, count)


def planned_before(connection: Connection, keys: Collection[str]) -> set[str]:
    """Those of the keys under which something was planned before: reading a message again says nothing twice."""
    wanted, found = sorted(keys), set[str]()
    for start in range(0, len(wanted), _IN):
        statement = select(DELIVERY.c.idempotency_key).where(DELIVERY.c.idempotency_key.in_(wanted[start : start + _IN]))
        found.update(connection.execute(statement).scalars())
    return found


def said_to(connection: Connection, keys: Collection[str], since: datetime, each: int = 50) -> dict[str, list[Sent]]:
    """What was said to these addresses since then, the newest ``each`` of each, oldest first."""
    found: dict[str, list[Sent]] = defaultdict(list)
    row = OUTBOUND.c
    for key in sorted(keys):
        statement = (
            select(row.kind, row.created, row.request_id)
            .where(row.contact_key == key, row.created >= since)
            .order_by(row.created.desc())
            .limit(each)
        )
        found[key] = [Sent(*one) for one in reversed(connection.execute(statement).all())]
    return found


def said_at_all(connection: Connection, since: datetime, most: int) -> list[str]:
    """The addresses of everything that was said since then, at most so many."""
    statement = select(OUTBOUND.c.contact_key).where(OUTBOUND.c.created >= since).limit(most)
    return list(connection.execute(statement).scalars())


def rows(planned: Sequence[Planned], now: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of messages and of their deliveries."""
    said = [
        {
            "id": one.number,
            "jurisdiction_id": one.jurisdiction_id,
            "request_id": one.request_id,
            "intake_id": one.intake_id,
            "channel_id": one.channel_id,
            "kind": one.kind,
            "contact_key": one.contact_key,
            "language": one.message.language,
            "message_id": one.message_id,
            "created": now,
            "expires": one.expires,
            "answered": None,
            "document": dump(one.message),
        }
        for one in planned
    ]
    deliveries = [
        {
            "jurisdiction_id": one.jurisdiction_id,
            "request_id": one.request_id or 0,
            "sink_id": LANE + one.channel_id,
            "event": one.kind,
            "idempotency_key": one.key,
            "state": "hold" if one.hold else "pending",
            "created": now,
            "next_attempt": None if one.hold else now,
            "attempts": 0,
            "reason": one.hold,
            "log": "[]",
            "outbound_id": one.number,
        }
        for one in planned
    ]
    return said, deliveries


def find(connection: Connection, idempotency_key: str) -> Any | None:
    """The row of the message whose delivery has this key, or None."""
    statement = (
        select(OUTBOUND).join(DELIVERY, DELIVERY.c.outbound_id == OUTBOUND.c.id).where(DELIVERY.c.idempotency_key == idempotency_key)
    )
    return connection.execute(statement).first()


def by_message_ids(connection: Connection, jurisdiction_id: str, message_ids: Collection[str]) -> list[Any]:
    """The rows of our own messages with one of these Message-IDs."""
    wanted = sorted(message_ids)[:_IN]
    statement = select(OUTBOUND).where(OUTBOUND.c.message_id.in_(wanted), OUTBOUND.c.jurisdiction_id == jurisdiction_id)
    return list(connection.execute(statement))


def of_request(connection: Connection, request_id: int) -> list[Any]:
    """Everything that was said about a request, oldest first."""
    return list(connection.execute(select(OUTBOUND).where(OUTBOUND.c.request_id == request_id).order_by(OUTBOUND.c.id)))


def insert(connection: Connection, said: Sequence[dict[str, Any]], deliveries: Sequence[dict[str, Any]]) -> None:
    """Insert the rows that ``rows`` made."""
    insert_rows(connection, OUTBOUND, said)
    insert_rows(connection, DELIVERY, deliveries)


def told(connection: Connection, request_id: int, most: int = 500) -> list[tuple[InboundMessage, str]]:
    """The messages about a request with their role in it, oldest first: whose senders are told of what becomes of it.

    ``most`` bounds them: a surge has its own broadcast. Where the resident asked on the request's page for no more news (the last of
    ``hints["tracking"]`` is ``quiet``), only those are left who saw the same: they were not asked.
    """
    statement = (
        select(MESSAGE.c.document, REQUEST_MESSAGE.c.role)
        .join(REQUEST_MESSAGE, REQUEST_MESSAGE.c.seq == MESSAGE.c.seq)
        .where(REQUEST_MESSAGE.c.request_id == request_id, REQUEST_MESSAGE.c.role.in_(("request", "follow_up", "duplicate")))
        .order_by(REQUEST_MESSAGE.c.seq)
        .limit(most)
    )
    found = [(unpack(document), role) for document, role in connection.execute(statement)]
    chosen = [message.hints["tracking"] for message, _role in found if message.hints.get("tracking") in ("tell", "quiet")]
    return [(message, role) for message, role in found if role == "duplicate"] if chosen[-1:] == ["quiet"] else found


def dump(message: OutboundMessage) -> str:
    """A message as it is kept."""
    fields = {name: getattr(message, name) for name in OutboundMessage.__dataclass_fields__}
    return orjson.dumps({**fields, "hints": dict(message.hints)}, default=str).decode()


def load(document: str) -> OutboundMessage:
    """The message of a row."""
    fields = orjson.loads(document)
    return OutboundMessage(**{**fields, "references": tuple(fields.get("references", ()))})
