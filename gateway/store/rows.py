"""Inserts many rows with the driver's own statement: SQLAlchemy's part of an INSERT costs more than the database's.

The statement is made once for a table and its columns; values go to the driver as the columns' types would have sent them. For the path
that every message takes; elsewhere SQLAlchemy's ``insert`` is clearer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table

from gateway.store.instants import to_micros
from gateway.store.tables import Instant

Convert = Callable[[Any], Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert ``rows``, all of which have the same columns; those that are left out get the database's default."""
    if not rows:
        return
    columns = tuple(rows[0])
    statement, conversions = _statement(table, columns, connection.dialect.paramstyle)
    values = [[row[name] for name in columns] for row in rows]
    for at, convert in conversions:
        for row in values:
            row[at] = convert(row[at])
    connection.exec_driver_sql(statement, [tuple(row) for row in values])


@lru_cache(maxsize=128)
def _statement(table: Table, columns: tuple[str, ...], paramstyle: str) -> tuple[str, list[tuple[int, Convert]]]:
    mark = "?" if paramstyle == "qmark" else "%s"
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join([mark] * len(columns))
    instants: list[tuple[int, Convert]] = [(at, _micros) for at, name in enumerate(columns) if isinstance(table.c[name].type, Instant)]
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', instants  # noqa: S608  our own tables and columns


def _micros(value: Any) -> Any:
    return None if value is None else to_micros(value)
