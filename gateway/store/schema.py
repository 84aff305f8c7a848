"""Which schema a store has, and how it is brought to today's.

The migrations are Alembic's (``gateway/store/migrations``). On SQLite the inbox and the main database each carry their own version, on
PostgreSQL there is one. Asking for the version needs no Alembic, so that a gateway whose store is up to date starts without it.
"""

from __future__ import annotations

from pathlib import Path

from pysqlite3 import dbapi2

from gateway.errors import StoreError
from gateway.store.location import StoreLocation
from gateway.store.sqlite import connect

HEAD = "0005"
"""The newest revision in ``migrations/versions`` (a test compares)."""


def versions(location: StoreLocation) -> dict[str, str | None]:
    """The revision of each database by its part (``inbox``, ``main``; ``store`` on PostgreSQL); None where there is nothing yet."""
    if location.main is not None and location.inbox is not None:
        return {"inbox": _sqlite_version(location.inbox), "main": _sqlite_version(location.main)}
    return {"store": _postgres_version(location)}


def is_current(location: StoreLocation) -> bool:
    """Whether nothing has to be migrated. Raises StoreError when the store is newer than this program or cannot be reached."""
    found = versions(location)
    for part, version in found.items():
        if version is not None and version > HEAD:
            raise StoreError(f"the {part} database has schema {version}, this program knows {HEAD}: install the newer intake311")
    return all(version == HEAD for version in found.values())


def migrate(location: StoreLocation, revision: str = "head") -> None:
    """Bring the store to ``revision``; does nothing when it is there.

    Several gateways may do this at once: one migrates, the others wait.
    """
    from gateway.store.migrations.run import upgrade

    for path in (location.inbox, location.main):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
    upgrade(location, revision)


def _sqlite_version(path: Path) -> str | None:
    if not path.exists():
        return None
    try:
        return _revision(path, write=False)
    except dbapi2.OperationalError:
        # Whoever made it was killed in the middle of a transaction, which a reader may not undo (SQLITE_READONLY_ROLLBACK).
        return _revision(path, write=True)


def _revision(path: Path, *, write: bool) -> str | None:
    connection = connect(path, write=write)
    try:
        table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if table else None
        return row[0] if row else None
    finally:
        connection.close()


def _postgres_version(location: StoreLocation) -> str | None:
    import psycopg

    try:
        with psycopg.connect(location.conninfo, connect_timeout=10) as connection:
            table = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if table and table[0] else None
            return row[0] if row else None
    except psycopg.OperationalError as error:
        raise StoreError(f"store.url: PostgreSQL cannot be reached: {str(error).strip()}") from error
