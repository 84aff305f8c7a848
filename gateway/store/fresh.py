"""Makes the schema of a new SQLite store at once: what all migrations come to, as SQL that was written down.

Alembic takes half a second to load, which a first start would have to wait for. The SQL is made by ``make docs`` from the migrations, and a
test compares; a store that has anything in it is the migrations' business.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from gateway.store.location import StoreLocation
from gateway.store.sqlite import connect

FOLDER = "migrations/fresh"


def make(location: StoreLocation) -> bool:
    """Give every database of a new store its schema; False where one of them is not new, or the store is none of SQLite's.

    Each database gets its schema in one transaction: whoever is killed in between leaves one that is new, and one that is done.
    """
    if location.inbox is None or location.main is None:
        return False
    made = [_make(location.inbox, "inbox"), _make(location.main, "main")]
    return all(made)


def sql_of(part: str) -> str:
    """The statements of a part (``inbox``, ``main``), with the revision that they come to."""
    return resources.files("gateway.store").joinpath(FOLDER, f"{part}.sql").read_text("utf-8")


def _make(path: Path, part: str) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(path, write=True)
    try:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            connection.execute("ROLLBACK")
            return False
        for statement in sql_of(part).split(";\n"):
            if statement.strip():
                connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        connection.close()
    return True
