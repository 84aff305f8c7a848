"""Runs Alembic on every database of a store."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from gateway.store.engine import sqlalchemy_url, sqlite_engine
from gateway.store.location import StoreLocation

_ADVISORY_LOCK = 311_2026
"""Any number that only our migrations use (pg_advisory_xact_lock)."""


def upgrade(location: StoreLocation, revision: str) -> None:
    """Upgrade each database in a transaction of its own; a migration that fails leaves its database as it was."""
    if location.main is not None and location.inbox is not None:
        _upgrade(sqlite_engine(location.inbox, write=True), "inbox", revision)
        _upgrade(sqlite_engine(location.main, write=True), "main", revision)
    else:
        _upgrade(create_engine(sqlalchemy_url(location), poolclass=NullPool), "both", revision)


def script_head() -> str | None:
    """The newest revision that ships with this program."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(None, "both")).get_current_head()


def _upgrade(engine: Engine, part: str, revision: str) -> None:
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
            command.upgrade(_config(connection, part), revision)
    finally:
        engine.dispose()


def _config(connection: Connection | None, part: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes.update(connection=connection, part=part)
    return config
