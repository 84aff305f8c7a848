"""A store is brought to today's schema once, and one that is newer is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlmodel import SQLModel

from gateway.errors import StoreError
from gateway.store import channel_tables, duplicate_tables, fresh, reply_tables, schema, status_tables  # noqa: F401  # they register them
from gateway.store.engine import Engines
from gateway.store.location import locate
from gateway.store.migrations.run import script_head
from gateway.store.sqlite import is_locked, only_gateway, require_sound_version
from gateway.store.tables import inbox_metadata
from tests.project import fresh_schema


def test_the_head_that_is_asked_for_is_the_one_that_ships() -> None:
    assert script_head() == schema.HEAD


def test_the_migrations_make_the_tables_of_the_code(engines: Engines) -> None:
    for engine, metadata in ((engines.reader, SQLModel.metadata), (engines.inbox, inbox_metadata)):
        found = inspect(engine)
        for table in metadata.sorted_tables:
            assert {column["name"]: column["nullable"] for column in found.get_columns(table.name)} == {
                column.name: column.nullable for column in table.columns
            }
            wanted = {index.name for index in table.indexes if index.name != "ix_inbox_waiting" or not engines.location.is_sqlite}
            assert {index["name"] for index in found.get_indexes(table.name) if not index.get("duplicates_constraint")} == wanted


def test_a_new_store_is_made_at_once_and_is_what_the_migrations_make(tmp_path: Path) -> None:
    location = locate(f"sqlite:///{tmp_path}/new.db")
    assert fresh.make(location)
    assert schema.is_current(location)
    assert not fresh.make(location), "only a new one"
    assert fresh_schema.documents() == {part: fresh.sql_of(part) for part in ("inbox", "main")}, "run: make docs"
    schema.migrate(location)


def test_several_may_migrate_at_once(store_url: str) -> None:
    location = locate(store_url)
    assert not schema.is_current(location)
    with ThreadPoolExecutor(1) as first:
        list(first.map(lambda _number: schema.migrate(location), range(2)))
    assert schema.is_current(location)


def test_a_newer_store_is_refused(engines: Engines) -> None:
    with engines.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="9999"):
        schema.is_current(engines.location)


def test_a_second_gateway_on_a_sqlite_store_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    lock = tmp_path_factory.mktemp("lock") / "store.lock"
    assert not is_locked(lock)
    with only_gateway(lock):
        assert is_locked(lock)
        with pytest.raises(StoreError, match="another gateway"), only_gateway(lock):
            pass
    assert not is_locked(lock)


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 50, 6), (3, 44, 5), (3, 49, 9)])
def test_a_sqlite_with_the_wal_reset_bug_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(StoreError, match="pysqlite3"):
        require_sound_version(version)


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 53, 4), (3, 50, 7), (3, 44, 6), (4, 0, 0)])
def test_a_sound_sqlite_is_taken(version: tuple[int, ...]) -> None:
    require_sound_version(version)


@pytest.mark.parametrize(
    ("url", "word"),
    [("mysql://x/y", "sqlite"), ("sqlite://", "file"), ("sqlite:///:memory:", "memory"), ("postgresql://u:secret@h:port/db", "postgresql")],
)
def test_a_url_that_cannot_be_a_store_is_refused_without_its_password(url: str, word: str) -> None:
    with pytest.raises(StoreError, match=word) as caught:
        locate(url)
    assert "secret" not in str(caught.value)
