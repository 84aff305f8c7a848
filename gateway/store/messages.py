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
from gateway.store.engine import Engines
from gateway.store.history import Event
from gateway.store.stored import Stored, stored_from_row
from gateway.store.tables import InboxRow, MessageRow
from normalizer.model import Disposition, InboundMessage

_INBOX = InboxRow.__table__  # type: ignore[attr-defined]


def listing(
    connection: Connection,
    *,
    since: datetime | None = None,
    channel: str | None = None,
    disposition: str | None = None,
    limit: int | None = None,
) -> Iterator[str]:
    """The documents (JSON of an InboundMessage) oldest first; with ``limit`` the newest so many. ``channel`` is a channel's name in the configuration."""
    statement = select(MessageRow.document)
    if since is not None:
        statement = statement.where(MessageRow.received_datetime >= since)  # type: ignore[arg-type]
    if channel is not None:
        statement = statement.where(MessageRow.channel_id == channel)  # type: ignore[arg-type]
    if disposition is not None:
        statement = statement.where(MessageRow.disposition == disposition)  # type: ignore[arg-type]
    if limit is not None:
        newest = connection.execute(statement.order_by(MessageRow.seq.desc()).limit(limit)).scalars()  # type: ignore[attr-defined]
        yield from reversed(list(newest))
        return
    yield from connection.execute(statement.order_by(MessageRow.seq).execution_options(yield_per=500)).scalars()  # type: ignore[arg-type]


def pending(engines: Engines, *, since: datetime | None = None, channel: str | None = None) -> Iterator[str]:
    """Messages that no worker has settled yet, as far as they are known: ids, channel and time, with ``disposition`` null."""
    if engines.location.is_sqlite:
        with engines.reading() as connection:
            waiting: Any = _INBOX.c.seq > cursor(connection)
    else:
        waiting = _INBOX.c.done == 0
    statement = select(_INBOX.c.intake_id, _INBOX.c.jurisdiction_id, _INBOX.c.channel_id, _INBOX.c.source_id, _INBOX.c.received_at)
    statement = statement.where(waiting).order_by(_INBOX.c.seq)
    if since is not None:
        statement = statement.where(_INBOX.c.received_at >= since)
    if channel is not None:
        statement = statement.where(_INBOX.c.channel_id == channel)
    with engines.reading_inbox() as connection:
        for row in connection.execute(statement.execution_options(yield_per=500)):
            yield InboundMessage(
                intake_id=row.intake_id,
                jurisdiction_id=row.jurisdiction_id,
                channel_id=row.channel_id,
                source_id=row.source_id,
                received_datetime=row.received_at,
            ).model_dump_json()


def show(connection: Connection, intake_id: str) -> tuple[InboundMessage, dict[str, Any], list[tuple[datetime, str, str, dict[str, Any]]]]:
    """One message, its trace and its history; raises NotFound."""
    statement = select(MessageRow.document, MessageRow.trace).where(MessageRow.intake_id == intake_id)  # type: ignore[arg-type]
    found = connection.execute(statement).first()
    if found is None:
        raise NotFound(f"no message {intake_id}, or it is not settled yet")
    events = history.of_subject(connection, intake_id)
    return InboundMessage.model_validate_json(found[0]), orjson.loads(found[1]), events


def raw(engines: Engines, intake_id: str) -> Stored:
    """The message as it arrived (its content may lie in a blob); raises NotFound."""
    with engines.reading() as connection:
        seq = connection.execute(select(MessageRow.seq).where(MessageRow.intake_id == intake_id)).scalar()  # type: ignore[call-overload]
    wanted = _INBOX.c.seq == seq if seq is not None else _INBOX.c.intake_id == intake_id
    with engines.reading_inbox() as connection:
        row = connection.execute(select(_INBOX).where(wanted)).mappings().first()
    if row is None:
        raise NotFound(f"no message {intake_id}")
    return stored_from_row(row)


def held_ids(connection: Connection, intake_ids: Sequence[str]) -> set[str]:
    """Those of the ids whose message is held."""
    statement = select(MessageRow.intake_id).where(MessageRow.intake_id.in_(intake_ids), MessageRow.disposition == "held")  # type: ignore[attr-defined,call-overload]
    return set(connection.execute(statement).scalars())


def discard(connection: Connection, intake_ids: Sequence[str], disposition: Disposition, actor: str, at: datetime) -> int:
    """Settle held messages as something else than a request; returns how many. Raises NotFound for one that is not held."""
    known = held_ids(connection, intake_ids)
    for missing in [intake_id for intake_id in intake_ids if intake_id not in known]:
        raise NotFound(f"{missing} is not held")
    events = []
    for row in connection.execute(select(MessageRow.__table__).where(MessageRow.intake_id.in_(known))).all():  # type: ignore[attr-defined]
        message = InboundMessage.model_validate_json(row.document)
        message.disposition, message.reason = disposition, f"discarded: {message.reason}"
        connection.execute(
            update(MessageRow)
            .where(MessageRow.seq == row.seq)  # type: ignore[arg-type]
            .values(disposition=disposition, reason=message.reason, document=message.model_dump_json())
        )
        events.append(Event(row.jurisdiction_id, "message.discarded", row.intake_id, actor, {"disposition": disposition}))
    history.append(connection, events, at)
    return len(events)
