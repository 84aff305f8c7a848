"""The history: appended in the transaction of what it records, each event hashed over its content and the one before.

Whoever changes, removes or reorders a past event breaks the chain from there on. Events refer to people and texts by id only, so that
erasing a person does not break it. The head (number and hash of the last event) is a row that every writing transaction locks, which also
puts the transactions of several gateways in one order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.store.engine import for_update
from gateway.store.instants import from_micros, to_micros
from gateway.store.rows import insert_rows
from gateway.store.tables import COUNTER, EVENT

_HEAD = "history"
GENESIS = bytes(32)
"""What the first event is chained to."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ``kind`` as ``aggregate.verb`` (``request.created``), ``subject`` the id it is about,
    ``actor`` who did it.
    """

    jurisdiction_id: str
    kind: str
    subject: str
    actor: str = "gateway"
    data: dict[str, Any] = field(default_factory=dict)


def lock(connection: Connection) -> tuple[int, bytes]:
    """Take the head of the history for this transaction; returns its number and hash."""
    statement = for_update(select(COUNTER.c.value, COUNTER.c.hash).where(COUNTER.c.name == _HEAD), connection)
    found = connection.execute(statement).first()
    if found is None:
        # The first transaction of all creates the row; a second gateway that does the same waits for it here.
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(COUNTER).values(name=_HEAD, value=0, hash=GENESIS).on_conflict_do_nothing())
        found = connection.execute(statement).one()
    return found[0], bytes(found[1] or GENESIS)


def append(connection: Connection, events: Sequence[Event], at: datetime) -> None:
    """Append ``events`` in order, in the caller's transaction."""
    if not events:
        return
    number, head = lock(connection)
    rows = []
    for event in events:
        number += 1
        data = orjson.dumps(event.data, option=orjson.OPT_SORT_KEYS)
        head = _chained(head, number, event.jurisdiction_id, to_micros(at), event.kind, event.subject, event.actor, data)
        rows.append(
            {
                "seq": number,
                "jurisdiction_id": event.jurisdiction_id,
                "at": at,
                "kind": event.kind,
                "subject": event.subject,
                "actor": event.actor,
                "data": data.decode(),
                "hash": head,
            }
        )
    insert_rows(connection, EVENT, rows)
    connection.execute(update(COUNTER).where(COUNTER.c.name == _HEAD).values(value=number, hash=head))


def of_subject(connection: Connection, subject: str) -> list[tuple[datetime, str, str, dict[str, Any]]]:
    """(when, kind, actor, data) of every event about ``subject``, oldest first."""
    statement = select(EVENT.c.at, EVENT.c.kind, EVENT.c.actor, EVENT.c.data).where(EVENT.c.subject == subject).order_by(EVENT.c.seq)
    return [(at, kind, actor, orjson.loads(data)) for at, kind, actor, data in connection.execute(statement)]


def verify(connection: Connection) -> str | None:
    """None when every event's hash holds and the head matches the last one; otherwise what is wrong, in words."""
    head, expected = GENESIS, 0
    statement = select(EVENT).order_by(EVENT.c.seq).execution_options(yield_per=5_000)
    for row in connection.execute(statement):
        expected += 1
        if row.seq != expected:
            return f"event {expected} is missing"
        head = _chained(head, row.seq, row.jurisdiction_id, to_micros(row.at), row.kind, row.subject, row.actor, row.data.encode())
        if head != bytes(row.hash):
            return f"event {row.seq} of {from_micros(to_micros(row.at)).isoformat()} does not match its hash"
    known = connection.execute(select(COUNTER.c.value, COUNTER.c.hash).where(COUNTER.c.name == _HEAD)).first()
    if known is not None and (known[0], bytes(known[1])) != (expected, head):
        return f"the history ends at event {expected}, its head says {known[0]}"
    return None


def _chained(previous: bytes, number: int, jurisdiction_id: str, at: int, kind: str, subject: str, actor: str, data: bytes) -> bytes:
    fields = orjson.dumps([number, jurisdiction_id, at, kind, subject, actor])
    return hashlib.sha256(previous + fields + data).digest()
