"""Engines and the two kinds of transaction: one that writes, at once and alone, and many that read.

SQLite: the writer takes its lock when the transaction begins (BEGIN IMMEDIATE), because a reader that later wants to write fails at
once with BUSY_SNAPSHOT and no time-out helps. PostgreSQL: limits on statements, locks and idle transactions, and ``synchronous_commit=on``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.pool import QueuePool, StaticPool

from channels.base import Unavailable
from gateway.errors import StoreError
from gateway.store.location import StoreLocation
from gateway.store.sqlite import connect

__all__ = ["Connection", "Engines", "for_update", "sqlalchemy_url", "sqlite_engine"]

_POSTGRES_OPTIONS = (
    "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC "
    "-c application_name=intake311"  # by it a restore sees that somebody uses the store
)


class Engines:
    """The connections of one process to one store. ``inbox`` reads the inbox (on PostgreSQL the same database).

    Where the database itself fails (locked, full, gone), a transaction raises channels.base.Unavailable.
    """

    def __init__(self, location: StoreLocation) -> None:
        self.location = location
        if location.main is not None and location.inbox is not None:
            self.writer = sqlite_engine(location.main, write=True)
            self.reader = sqlite_engine(location.main, write=False)
            self.inbox = sqlite_engine(location.inbox, write=False)
        else:
            url = sqlalchemy_url(location)
            self.writer = create_engine(url, pool_size=2, max_overflow=0, pool_pre_ping=True, connect_args={"options": _POSTGRES_OPTIONS})
            self.reader = create_engine(url, pool_size=4, max_overflow=4, pool_pre_ping=True, connect_args={"options": _POSTGRES_OPTIONS})
            self.inbox = self.reader

    def dispose(self) -> None:
        """Close every connection."""
        for engine in {self.writer, self.reader, self.inbox}:
            engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; committed and durable when the block ends, rolled back when it raises."""
        with _telling_why(), self.writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view of the store."""
        with _telling_why(), self.reader.begin() as connection:
            yield connection

    @contextmanager
    def reading_inbox(self) -> Iterator[Connection]:
        """A consistent view of the inbox."""
        with _telling_why(), self.inbox.begin() as connection:
            yield connection

    def require_durable(self) -> None:
        """Raise StoreError where the database is set up to lose acknowledged rows, or cannot be reached."""
        if self.location.is_sqlite:
            return  # connect() has read the settings back
        try:
            with self.reading() as connection:
                setting = connection.execute(text("SHOW synchronous_commit")).scalar_one()
        except Unavailable as error:
            raise StoreError(f"store.url: PostgreSQL cannot be reached: {error}") from error
        if setting == "off":
            raise StoreError("PostgreSQL has synchronous_commit=off: acknowledged messages could be lost; set it to on")


@contextmanager
def _telling_why() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(f"the store failed: {type(error.orig).__name__}: {str(error.orig).strip()}") from error


def sqlalchemy_url(location: StoreLocation) -> URL:
    """The URL of a PostgreSQL store as SQLAlchemy takes it, with our driver."""
    return make_url(location.conninfo).set(drivername="postgresql+psycopg")


def sqlite_engine(path: Path, *, write: bool) -> Engine:
    """An engine on one SQLite file, whose transactions begin as the module says."""
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: connect(path, write=write),
        module=dbapi2,  # whose errors SQLAlchemy is to know: with the standard library's module none of ours would be one
        poolclass=StaticPool if write else QueuePool,
        **({} if write else {"pool_size": 4, "max_overflow": 4}),
    )
    begin = "BEGIN IMMEDIATE" if write else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def for_update(statement: Any, connection: Connection) -> Any:
    """Lock the selected rows until the end of the transaction; SQLite's writer is alone already."""
    return statement if connection.dialect.name == "sqlite" else statement.with_for_update()
