"""Secrets that all gateways of a store share; each is made when it is first asked for, and only read after that."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.store.reply_tables import SECRET

_BYTES = 32


def find(connection: Connection, name: str) -> bytes | None:
    """The secret of that name; None before somebody has made it."""
    found: bytes | None = connection.execute(select(SECRET.c.value).where(SECRET.c.name == name)).scalar()
    return found


def ensure(connection: Connection, name: str, now: datetime) -> bytes:
    """The secret of that name, made where there is none: whoever is first wins, also against another machine."""
    found = find(connection, name)
    if found is None:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        row = {"name": name, "value": secrets.token_bytes(_BYTES), "created": now}
        connection.execute(insert(SECRET).values(row).on_conflict_do_nothing())
        found = find(connection, name)
    assert found is not None  # noqa: S101  (it was there, or is now)
    return found
