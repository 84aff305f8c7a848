"""How far each poller has come, how its last attempts ended, and the words that adapters note: written by the accepting process.

Like the appenders of the inbox it speaks to the driver itself, so that the accepting process does without SQLAlchemy. Every write is
durable when it returns.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from gateway.store.instants import from_micros, to_micros
from gateway.store.location import StoreLocation
from gateway.store.sqlite import connect

_MOVE = (
    "INSERT INTO poll (channel_id, position, failures, error) VALUES ({0}, {0}, 0, '') "
    "ON CONFLICT (channel_id) DO UPDATE SET position = excluded.position"
)
_SUCCEEDED = (
    "INSERT INTO poll (channel_id, succeeded, failures, error) VALUES ({0}, {0}, 0, '') "
    "ON CONFLICT (channel_id) DO UPDATE SET succeeded = excluded.succeeded, failures = 0, error = ''"
)
_FAILED = (
    "INSERT INTO poll (channel_id, failed, failures, error) VALUES ({0}, {0}, 1, {0}) "
    "ON CONFLICT (channel_id) DO UPDATE SET failed = excluded.failed, failures = poll.failures + 1, error = excluded.error"
)
_GET = "SELECT value FROM note WHERE channel_id = {0} AND name = {0}"
_PUT = (
    "INSERT INTO note (channel_id, name, value) VALUES ({0}, {0}, {0}) ON CONFLICT (channel_id, name) DO UPDATE SET value = excluded.value"
)
_STATES = "SELECT channel_id, position, succeeded, failed, failures, error FROM poll"


@dataclass(frozen=True, slots=True)
class PollState:
    """How a poller is: where it has come to, when it last succeeded and failed, and how many failures there were since."""

    channel_id: str
    position: str | None = None
    succeeded: datetime | None = None
    failed: datetime | None = None
    failures: int = 0
    error: str = ""


class Polls(Protocol):
    """The durable side of polling. Blocking: call it in a thread. ``lead`` says whether this gateway is the one that polls a channel."""

    def lead(self, channel_id: str, /) -> bool: ...

    def states(self) -> list[PollState]: ...

    def move(self, channel_id: str, position: str, /) -> None: ...

    def succeeded(self, channel_id: str, at: datetime, /) -> None: ...

    def failed(self, channel_id: str, at: datetime, error: str, /) -> None: ...

    def get(self, channel_id: str, name: str, /) -> str | None: ...

    def put(self, channel_id: str, name: str, value: str, /) -> None: ...

    def close(self) -> None: ...


def open_polls(location: StoreLocation) -> Polls:
    """The polls of a store; nothing is opened before the first call."""
    return SqlitePolls(location.inbox) if location.inbox is not None else PostgresPolls(location.conninfo)


class _Statements:
    """What both kinds of store do alike; ``mark`` is the driver's placeholder."""

    mark = "?"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Any = None

    def states(self) -> list[PollState]:
        return [_state(*row) for row in self._run(_STATES)]

    def move(self, channel_id: str, position: str, /) -> None:
        self._run(_MOVE, channel_id, position)

    def succeeded(self, channel_id: str, at: datetime, /) -> None:
        self._run(_SUCCEEDED, channel_id, to_micros(at))

    def failed(self, channel_id: str, at: datetime, error: str, /) -> None:
        self._run(_FAILED, channel_id, to_micros(at), error[:500])

    def get(self, channel_id: str, name: str, /) -> str | None:
        rows = self._run(_GET, channel_id, name)
        return rows[0][0] if rows else None

    def put(self, channel_id: str, name: str, value: str, /) -> None:
        self._run(_PUT, channel_id, name, value)

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _open(self) -> Any:
        raise NotImplementedError

    def _run(self, statement: str, *values: Any) -> list[Any]:
        with self._lock:
            if self._connection is None:
                self._connection = self._open()
            return self._execute(self._connection, statement.format(self.mark), values)

    def _execute(self, connection: Any, statement: str, values: tuple[Any, ...]) -> list[Any]:
        return list(connection.execute(statement, values))


class SqlitePolls(_Statements):
    """Polls beside the inbox of a SQLite store, which has one gateway."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def lead(self, _channel_id: str, /) -> bool:
        """Always: the store's lock has seen to it."""
        return True

    def _open(self) -> Any:
        return connect(self._path, write=True)


class PostgresPolls(_Statements):
    """Polls of a PostgreSQL store; the gateway that got a channel's advisory lock polls it as long as its connection lives."""

    mark = "%s"

    def __init__(self, conninfo: str) -> None:
        super().__init__()
        self._conninfo = conninfo
        self._mine: set[str] = set()

    def lead(self, channel_id: str, /) -> bool:
        """Whether the lock is ours, or was free. It belongs to the connection: a new connection asks anew."""
        if channel_id in self._mine and self._alive():
            return True
        if self._run("SELECT pg_try_advisory_lock(hashtext('intake311 poll'), hashtext({0}))", channel_id)[0][0]:
            self._mine.add(channel_id)
            return True
        return False

    def _alive(self) -> bool:
        self._run("SELECT 1")
        return bool(self._mine)

    def _open(self) -> Any:
        import psycopg

        self._mine.clear()
        return psycopg.connect(self._conninfo, autocommit=True, application_name="intake311 polls")

    def _execute(self, connection: Any, statement: str, values: tuple[Any, ...]) -> list[Any]:
        import psycopg

        try:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error:
            if connection.closed or connection.broken:
                connection.close()
                self._connection = None
                self._mine.clear()
            raise


def _state(channel_id: str, position: str | None, succeeded: int | None, failed: int | None, failures: int, error: str) -> PollState:
    def when(micros: int | None) -> datetime | None:
        return None if micros is None else from_micros(micros)

    return PollState(channel_id, position, when(succeeded), when(failed), failures, error)
