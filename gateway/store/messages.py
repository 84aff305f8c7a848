"""Messages as people and programs read them: the canonical documents, in the order of arrival."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select, update

from gateway.errors import NotFound
from gateway.store import history
from gateway.store.claims import cursor
from gateway.store.documents import pack, unpack
from gateway.store.engine import Engines
from gateway.store.history import Event
from gateway.store.stored import Stored, stored_from_row
from gateway.store.tables import INBOX, MESSAGE
from normalizer.model import Disposition, InboundMessage


def listing(
    connection: Connection,
    *,
    since: datetime | None = None,
    channel: str | None = None,
    disposition: str | None = None,
    limit: int | None = None,
) -> Iterator[InboundMessage]:
    """The messages oldest first; with ``limit`` the newest so many.

    ``channel`` is a channel's name in the configuration.
    """
    statement = select(MESSAGE.c.document)
    if since is not None:
        statement = statement.where(MESSAGE.c.received_datetime >= since)
    if channel is not None:
        statement = statement.where(MESSAGE.c.channel_id == channel)
    if disposition is not None:
        statement = statement.where(MESSAGE.c.disposition == disposition)
    if limit is not None:
        newest = connection.execute(statement.order_by(MESSAGE.c.seq.desc()).limit(limit)).scalars()
        yield from map(unpack, reversed(list(newest)))
        return
    yield from map(unpack, connection.execute(statement.order_by(MESSAGE.c.seq).execution_options(yield_per=500)).scalars())


def pending(engines: Engines, *, since: datetime | None = None, channel: str | None = None) -> Iterator[InboundMessage]:
    """Messages that no worker has settled yet, as far as they are known: ids, channel and time, with ``disposition`` null."""
    if engines.location.is_sqlite:
        with engines.reading() as connection:
            waiting: Any = INBOX.c.seq > cursor(connection)
    else:
        waiting = INBOX.c.done == 0
    statement = select(INBOX.c.intake_id, INBOX.c.jurisdiction_id, INBOX.c.channel_id, INBOX.c.source_id, INBOX.c.received_at)
    statement = statement.where(waiting).order_by(INBOX.c.seq)
    if since is not None:
        statement = statement.where(INBOX.c.received_at >= since)
    if channel is not None:
        statement = statement.where(INBOX.c.channel_id == channel)
    with engines.reading_inbox() as connection:
        for row in connection.execute(statement.execution_options(yield_per=500)):
            yield InboundMessage(
                intake_id=row.intake_id,
                jurisdiction_id=row.jurisdiction_id,
                channel_id=row.channel_id,
                source_id=row.source_id,
                received_datetime=row.received_at,
            )


def show(connection: Connection, intake_id: str) -> tuple[InboundMessage, dict[str, Any], list[tuple[datetime, str, str, dict[str, Any]]]]:
    """One message, its trace and its history; raises NotFound."""
    statement = select(MESSAGE.c.document, MESSAGE.c.trace).where(MESSAGE.c.intake_id == intake_id)
    found = connection.execute(statement).first()
    if found is None:
        raise NotFound(f"no message {intake_id}, or it is not settled yet")
    events = history.of_subject(connection, intake_id)
    return unpack(found[0]), orjson.loads(found[1]), events


def raw(engines: Engines, intake_id: str) -> Stored:
    """The message as it arrived (its content may lie in a blob); raises NotFound."""
    with engines.reading() as connection:
        seq = connection.execute(select(MESSAGE.c.seq).where(MESSAGE.c.intake_id == intake_id)).scalar()
    wanted = INBOX.c.seq == seq if seq is not None else INBOX.c.intake_id == intake_id
    with engines.reading_inbox() as connection:
        row = connection.execute(select(INBOX).where(wanted)).mappings().first()
    if row is None:
        raise NotFound(f"no message {intake_id}")
    return stored_from_row(row)


def held_ids(connection: Connection, intake_ids: Sequence[str]) -> set[str]:
    """Those of the ids whose message is held."""
    statement = select(MESSAGE.c.intake_id).where(MESSAGE.c.intake_id.in_(intake_ids), MESSAGE.c.disposition == "held")
    return set(connection.execute(statement).scalars())


def discard(connection: Connection, intake_ids: Sequence[str], disposition: Disposition, actor: str, at: datetime) -> int:
    """Settle held messages as something else than a request; returns how many. Raises NotFound for one that is not held."""
    known = held_ids(connection, intake_ids)
    for missing in [intake_id for intake_id in intake_ids if intake_id not in known]:
        raise NotFound(f"{missing} is not held")
    events = []
    for row in connection.execute(select(MESSAGE).where(MESSAGE.c.intake_id.in_(known))).all():
        message = unpack(row.document)
        message.disposition, message.reason = disposition, f"discarded: {message.reason}"
        connection.execute(
            update(MESSAGE).where(MESSAGE.c.seq == row.seq).values(disposition=disposition, reason=message.reason, document=pack(message))
        )
        events.append(Event(row.jurisdiction_id, "message.discarded", row.intake_id, actor, {"disposition": disposition}))
    history.append(connection, events, at)
    return len(events)
