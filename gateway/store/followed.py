"""Which requests are asked after at which system, when, and how far the asking has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.store.status_tables import FOLLOWED
from gateway.store.tables import CURSOR

_AFTER_CLOSING = timedelta(days=30)
"""How long a closed request is still asked after, once a day: it may be opened again."""
_SELDOM = 100
"""A request is asked after every hundredth of the time that nothing has changed, between the sink's period and six hours."""
_SELDOMEST = timedelta(hours=6)
_IN = 400


@dataclass(frozen=True, slots=True)
class Known:
    """A request that a system gave a number. ``since`` is when it was last asked after, or when it began."""

    request_id: int
    jurisdiction_id: str
    external_id: str
    status: str
    since: datetime
    heard: datetime | None = None
    updated: datetime | None = None


def follow(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Begin to follow requests that were just given a number; those that are followed already stay as they are."""
    if rows:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(insert(FOLLOWED).on_conflict_do_nothing(), list(rows))


def due(connection: Connection, sink_id: str, now: datetime, limit: int) -> list[Known]:
    """The requests that are to be asked after now, the longest due first."""
    statement = (
        select(FOLLOWED)
        .where(FOLLOWED.c.sink_id == sink_id, FOLLOWED.c.due <= now)
        .order_by(FOLLOWED.c.due, FOLLOWED.c.request_id)
        .limit(limit)
    )
    return [_known(row) for row in connection.execute(statement)]


def page(connection: Connection, sink_id: str, after: int, limit: int, *, unheard: datetime | None = None) -> list[Known]:
    """The followed requests of a sink in the order of their numbers, from the one after ``after`` on.

    ``unheard`` takes only those that the system has never spoken of and that began before that moment.
    """
    statement = select(FOLLOWED).where(FOLLOWED.c.sink_id == sink_id, FOLLOWED.c.due.is_not(None), FOLLOWED.c.request_id > after)
    if unheard is not None:
        statement = statement.where(FOLLOWED.c.heard.is_(None), FOLLOWED.c.begun < unheard)
    return [_known(row) for row in connection.execute(statement.order_by(FOLLOWED.c.request_id).limit(limit))]


def asked(connection: Connection, sink_id: str, known: Sequence[Known], now: datetime, period: timedelta) -> None:
    """These were asked after; set when they are next: the less happens to one, the more seldom."""
    groups: dict[datetime | None, list[int]] = {}
    current = _current(connection, sink_id, [one.request_id for one in known])
    for request_id, (status, changed) in current.items():
        groups.setdefault(_next(status, changed, now, period), []).append(request_id)
    for at, numbers in groups.items():
        for start in range(0, len(numbers), _IN):
            chosen = FOLLOWED.c.request_id.in_(numbers[start : start + _IN])
            connection.execute(update(FOLLOWED).where(FOLLOWED.c.sink_id == sink_id, chosen).values(asked=now, due=at))


def position(connection: Connection, sink_id: str) -> datetime | None:
    """How far the asking has come, in the system's own time."""
    value = connection.execute(select(CURSOR.c.value).where(CURSOR.c.name == _name(sink_id))).scalar()
    return datetime.fromisoformat(value) if value else None


def move(connection: Connection, sink_id: str, to: datetime) -> None:
    """Move on; never back, whichever of several gateways comes last."""
    before = position(connection, sink_id)
    if before is not None and before >= to:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(CURSOR).values(name=_name(sink_id), jurisdiction_id="", value=to.isoformat())
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": to.isoformat()}))


def counts(connection: Connection) -> dict[str, int]:
    """How many requests are followed at each sink."""
    statement = select(FOLLOWED.c.sink_id, func.count()).where(FOLLOWED.c.due.is_not(None)).group_by(FOLLOWED.c.sink_id)
    return {str(sink_id): int(count) for sink_id, count in connection.execute(statement)}


def _current(connection: Connection, sink_id: str, request_ids: Sequence[int]) -> dict[int, tuple[str, datetime]]:
    """Status, and when it last changed or began: as it is now, since the answers may have changed it."""
    row, found = FOLLOWED.c, dict[int, tuple[str, datetime]]()
    for start in range(0, len(request_ids), _IN):
        chosen = row.request_id.in_(request_ids[start : start + _IN])
        for request_id, status, updated, begun in connection.execute(
            select(row.request_id, row.status, row.updated, row.begun).where(row.sink_id == sink_id, chosen)
        ):
            found[request_id] = (status, updated or begun)
    return found


def _next(status: str, changed: datetime, now: datetime, period: timedelta) -> datetime | None:
    """When to ask again; None for never. Rounded to minutes, so that many share one statement."""
    if status == "closed":
        return now + timedelta(days=1) if now - changed < _AFTER_CLOSING else None
    wait = max(
        period / 2,
        min(  # a little early, so that the next round finds it due
            (now - changed) / _SELDOM, _SELDOMEST
        ),
    )
    return now + timedelta(minutes=max(0, int(wait.total_seconds() // 60)))


def _known(row: Any) -> Known:
    return Known(row.request_id, row.jurisdiction_id, row.external_id, row.status, row.asked or row.begun, row.heard, row.updated)


def _name(sink_id: str) -> str:
    return f"follow:{sink_id}"
