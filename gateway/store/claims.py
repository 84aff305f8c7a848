"""How a worker takes messages from the inbox, and how it says that it is done with them: in the transaction of what they became.

SQLite has one worker, which keeps a cursor: the inbox is another file, so the cursor stands in the main database and moves with the
outcomes. PostgreSQL has several, which lease rows with ``FOR UPDATE SKIP LOCKED``; a row whose lease runs out is anybody's again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, func, insert, select, update

from gateway.store.engine import Engines
from gateway.store.stored import Stored, stored_from_row
from gateway.store.tables import CURSOR, INBOX, MESSAGE

_CURSOR = "inbox"


class Claims(Protocol):
    """Where a worker's messages come from. All methods block."""

    def take(self, limit: int, max_bytes: int, *, lease: float) -> list[Stored]:
        """Up to ``limit`` messages in the order of arrival, of at most ``max_bytes`` together (one is always taken), for
        ``lease`` seconds.
        """
        ...

    def settle(self, connection: Connection, taken: Sequence[Stored]) -> list[Stored]:
        """Mark them as done in this transaction; returns those that nobody else had settled."""
        ...

    def forget(self) -> None:
        """After a failure: what was taken but not settled is to be taken again."""
        ...

    def waiting(self) -> int:
        """How many messages are not settled."""
        ...


class SqliteClaims:
    """One worker with a cursor."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._next: int | None = None

    def take(self, limit: int, max_bytes: int, *, lease: float) -> list[Stored]:
        if self._next is None:
            with self._engines.reading() as connection:
                self._next = cursor(connection)
        statement = select(INBOX).where(INBOX.c.seq > self._next).order_by(INBOX.c.seq).limit(limit)
        taken: list[Stored] = []
        total = 0
        with self._engines.reading_inbox() as connection:
            for row in connection.execute(statement).mappings():
                total += row["size"]
                if taken and total > max_bytes:
                    break
                taken.append(stored_from_row(row))
        if taken:
            self._next = taken[-1].seq
        return taken

    def settle(self, connection: Connection, taken: Sequence[Stored]) -> list[Stored]:
        done = cursor(connection)
        fresh = [stored for stored in taken if stored.seq > done]
        if not fresh:
            return []
        moved = connection.execute(update(CURSOR).where(CURSOR.c.name == _CURSOR).values(value=str(fresh[-1].seq)))
        if not moved.rowcount:
            connection.execute(insert(CURSOR).values(name=_CURSOR, jurisdiction_id="", value=str(fresh[-1].seq)))
        return fresh

    def forget(self) -> None:
        self._next = None

    def waiting(self) -> int:
        with self._engines.reading() as connection:
            done = cursor(connection)
        with self._engines.reading_inbox() as connection:
            return connection.execute(select(func.count()).select_from(INBOX).where(INBOX.c.seq > done)).scalar_one()


class PostgresClaims:
    """Several workers with leases."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def take(self, limit: int, max_bytes: int, *, lease: float) -> list[Stored]:
        now = time.time()
        with self._engines.writing() as connection:
            due = (
                select(INBOX.c.seq, INBOX.c.size)
                .where(INBOX.c.done == 0, INBOX.c.lease_until < int(now))
                .order_by(INBOX.c.seq)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            chosen: list[int] = []
            total = 0
            for seq, size in connection.execute(due):
                total += size
                if chosen and total > max_bytes:
                    break
                chosen.append(seq)
            if not chosen:
                return []
            claim = (
                update(INBOX)
                .where(INBOX.c.seq.in_(chosen))
                .values(lease_until=int(now + lease) + 1, attempts=INBOX.c.attempts + 1)
                .returning(*INBOX.c)
            )
            rows = connection.execute(claim).mappings().all()
        return sorted((stored_from_row(row) for row in rows), key=lambda stored: stored.seq)

    def settle(self, connection: Connection, taken: Sequence[Stored]) -> list[Stored]:
        mark = update(INBOX).where(INBOX.c.seq.in_([stored.seq for stored in taken]), INBOX.c.done == 0).values(done=1)
        fresh = set(connection.execute(mark.returning(INBOX.c.seq)).scalars())
        return [stored for stored in taken if stored.seq in fresh]

    def forget(self) -> None:
        """Leases that were not settled run out by themselves."""

    def waiting(self) -> int:
        with self._engines.reading() as connection:
            return connection.execute(select(func.count()).select_from(INBOX).where(INBOX.c.done == 0)).scalar_one()


def open_claims(engines: Engines) -> Claims:
    """The way to claim that fits the store."""
    return SqliteClaims(engines) if engines.location.is_sqlite else PostgresClaims(engines)


def cursor(connection: Connection) -> int:
    """The number of the last inbox row that the SQLite store's worker has settled."""
    value = connection.execute(select(CURSOR.c.value).where(CURSOR.c.name == _CURSOR)).scalar()
    return int(value or 0)


def read_back(engines: Engines, connection: Connection, *, intake_ids: Sequence[str] = (), since: datetime | None = None) -> list[Stored]:
    """Stored messages by their ids (settled ones only), or all that arrived since then, oldest first."""
    if intake_ids:
        numbers = select(MESSAGE.c.seq).where(MESSAGE.c.intake_id.in_(intake_ids))
        chosen = list(connection.execute(numbers).scalars())
        statement = select(INBOX).where(INBOX.c.seq.in_(chosen))
    else:
        statement = select(INBOX) if since is None else select(INBOX).where(INBOX.c.received_at >= since)
    with engines.reading_inbox() as inbox:
        return [stored_from_row(row) for row in inbox.execute(statement.order_by(INBOX.c.seq)).mappings()]
