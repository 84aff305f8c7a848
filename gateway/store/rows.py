"""Inserts many rows with the driver's own statement: SQLAlchemy's part of an INSERT costs more than the database's.

The statement is made once for a table and its columns; values go to the driver as the columns' types would have sent them. For the path
that every message takes; elsewhere SQLAlchemy's ``insert`` is clearer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table

from gateway.store.instants import to_micros
from gateway.store.tables import Instant

Pick = Callable[[dict[str, Any]], tuple[Any, ...]]
"""Takes a row's values in the order of the columns."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert ``rows``, all of which have the same columns; those that are left out get the database's default."""
    if not rows:
        return
    columns = tuple(rows[0])
    statement, pick, instants = _statement(table, columns, connection.dialect.paramstyle)
    values = list(map(pick, rows))
    if instants:
        converted: dict[Any, Any] = {}  # a batch has few different instants: most are those of the transaction
        changed = [list(row) for row in values]
        for row in changed:
            for at in instants:
                value = row[at]
                row[at] = converted[value] if value in converted else converted.setdefault(value, _micros(value))
        values = [tuple(row) for row in changed]
    connection.exec_driver_sql(statement, values)


@lru_cache(maxsize=128)
def _statement(table: Table, columns: tuple[str, ...], paramstyle: str) -> tuple[str, Pick, list[int]]:
    mark = "?" if paramstyle == "qmark" else "%s"
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join([mark] * len(columns))
    instants = [at for at, name in enumerate(columns) if isinstance(table.c[name].type, Instant)]
    pick: Pick = itemgetter(*columns) if len(columns) > 1 else lambda row: (row[columns[0]],)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', pick, instants  # noqa: S608  our own tables and columns


def _micros(value: Any) -> Any:
    return None if value is None else to_micros(value)
