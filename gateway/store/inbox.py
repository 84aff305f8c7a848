"""The inbox: messages exactly as they arrived, appended in groups and read in order.

The appenders speak to the driver itself, without SQLAlchemy, because this is the path that a sender waits on. Reading, which nobody waits
on, goes through SQLAlchemy. Idempotent receiver (Enterprise Integration Patterns): the key is UNIQUE, and whoever comes second gets the
first one's id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import orjson

from channels.base import RawMessage, Receipt
from gateway import failpoint
from gateway.store.instants import to_micros
from gateway.store.sqlite import connect

_COLUMNS = (
    "intake_id",
    "jurisdiction_id",
    "channel_id",
    "source_id",
    "source_key",
    "received_at",
    "content_type",
    "envelope",
    "size",
    "content",
    "blob",
    "held",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message to append. Either ``content`` is set or ``blob`` (the SHA-256 of a blob that is already durable)."""

    intake_id: str
    jurisdiction_id: str
    channel_id: str
    raw: RawMessage
    size: int
    blob: str | None = None

    @property
    def weight(self) -> int:
        """Bytes that this arrival holds in memory while it waits."""
        return 512 + (0 if self.blob else len(self.raw.content))

    def row(self) -> tuple[Any, ...]:
        """Values in the order of the columns."""
        raw = self.raw
        return (
            self.intake_id,
            self.jurisdiction_id,
            self.channel_id,
            raw.source_id,
            source_key(self.channel_id, raw.source_id),
            to_micros(raw.received_at),
            raw.content_type,
            orjson.dumps(dict(raw.envelope)).decode(),
            self.size,
            None if self.blob else raw.content,
            self.blob,
            raw.held,
        )


def source_key(channel_id: str, source_id: str) -> bytes:
    """The key of the idempotent receiver: 16 bytes of SHA-256 over both ids, so that its index stays small."""
    return hashlib.sha256(f"{channel_id}\0{source_id}".encode()).digest()[:16]


def is_known(connection: Any, channel_id: str, source_id: str) -> bool:
    """Whether a message of this key is in the inbox; ``connection`` is SQLAlchemy's."""
    from sqlalchemy import select

    from gateway.store.tables import INBOX

    return connection.execute(select(INBOX.c.seq).where(INBOX.c.source_key == source_key(channel_id, source_id))).first() is not None


class Appender(Protocol):
    """Makes arrivals durable; one transaction for the whole batch. ``close`` releases the connection."""

    def append(self, arrivals: Sequence[Arrival], /) -> list[Receipt]: ...

    def close(self) -> None: ...


class SqliteAppender:
    """Appends to the inbox file of a SQLite store.

    A batch is one statement, which is its own transaction: each call into SQLite lets go of Python's lock, and taking it back from the
    event loop costs more than inserting a row.
    """

    def __init__(self, path: Path) -> None:
        self._connection = connect(path, write=True)
        self._statements: dict[int, str] = {}

    def append(self, arrivals: Sequence[Arrival], /) -> list[Receipt]:
        """Durable when it returns (``synchronous=FULL``); raises sqlite3.Error with nothing stored."""
        rows = [arrival.row() for arrival in arrivals]
        failpoint.hit("inbox.insert")
        failpoint.hit("inbox.commit.before")
        stored = self._connection.execute(self._insert(len(rows)), list(chain.from_iterable(rows))).rowcount
        failpoint.hit("inbox.commit.after")
        if stored == len(rows):
            return [Receipt(arrival.intake_id) for arrival in arrivals]
        found = self._found([row[4] for row in rows])
        return [
            Receipt(arrival.intake_id) if found[row[4]][0] == arrival.intake_id else _second(arrival, *found[row[4]])
            for arrival, row in zip(arrivals, rows, strict=True)
        ]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _insert(self, count: int) -> str:
        """The statement for so many rows: the same text each time, so that SQLite's wrapper finds it prepared."""
        if count not in self._statements:
            row = f"({', '.join('?' * len(_COLUMNS))})"
            values = ", ".join([row] * count)
            columns = ", ".join(_COLUMNS)
            self._statements[count] = f"INSERT INTO inbox ({columns}) VALUES {values} ON CONFLICT (source_key) DO NOTHING"  # noqa: S608  # our own columns
        return self._statements[count]

    def _found(self, keys: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
        marks = ", ".join("?" * len(keys))
        rows = self._connection.execute(f"SELECT source_key, intake_id, envelope FROM inbox WHERE source_key IN ({marks})", list(keys))  # noqa: S608  # question marks only
        return {key: (intake_id, envelope) for key, intake_id, envelope in rows}


class PostgresAppender:
    """Appends to the inbox table of a PostgreSQL store; reconnects after a failure, which refuses the batch (the senders retry)."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: Any = None
        self._insert = (
            f"INSERT INTO inbox ({', '.join(_COLUMNS)}, seq) VALUES ({', '.join(['%s'] * (len(_COLUMNS) + 1))}) "  # noqa: S608  # our own columns
            "ON CONFLICT (source_key) DO NOTHING RETURNING intake_id"
        )

    def append(self, arrivals: Sequence[Arrival], /) -> list[Receipt]:
        """Durable when it returns (``synchronous_commit=on``); raises psycopg.Error. After an error in COMMIT itself the rows may
        be stored: the sender, who was refused, tries again and is recognised by the key.
        """
        import psycopg

        connection = self._connected()
        try:
            with connection.transaction(), connection.cursor() as cursor:
                failpoint.hit("inbox.insert")
                cursor.execute("SELECT nextval(pg_get_serial_sequence('inbox', 'seq')) FROM generate_series(1, %s)", (len(arrivals),))
                numbers = sorted(number for (number,) in cursor.fetchall())
                # Numbered in the order of arrival, but inserted in the order of the keys: two gateways that insert the same keys in
                # different orders would wait for each other.
                numbered = ((*arrival.row(), number) for arrival, number in zip(arrivals, numbers, strict=True))
                rows = sorted(numbered, key=lambda row: row[4])
                cursor.executemany(self._insert, rows, returning=True)
                stored: set[str] = set()
                for _result in rows:
                    stored.update(found[0] for found in cursor.fetchall())
                    cursor.nextset()
                known = self._known(cursor, [row[4] for row in rows if row[0] not in stored])
                failpoint.hit("inbox.commit.before")
        except psycopg.Error:
            connection.close()
            raise
        failpoint.hit("inbox.commit.after")
        return [
            Receipt(arrival.intake_id)
            if arrival.intake_id in stored
            else _second(arrival, *known[source_key(arrival.channel_id, arrival.raw.source_id)])
            for arrival in arrivals
        ]

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def _connected(self) -> Any:
        import psycopg

        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, application_name="intake311 inbox")
        return self._connection

    @staticmethod
    def _known(cursor: Any, keys: Sequence[bytes]) -> Mapping[bytes, tuple[str, str]]:
        if not keys:
            return {}
        cursor.execute("SELECT source_key, intake_id, envelope FROM inbox WHERE source_key = ANY(%s)", (list(keys),))
        return {bytes(key): (intake_id, envelope) for key, intake_id, envelope in cursor.fetchall()}


def _second(arrival: Arrival, intake_id: str, envelope: str) -> Receipt:
    """The receipt of a message that was there before; a different fingerprint says that it is not the same message."""
    mine = arrival.raw.envelope.get("fingerprint")
    return Receipt(intake_id, duplicate=True, conflict=mine is not None and orjson.loads(envelope).get("fingerprint", mine) != mine)
