"""What is known of an address as one to write to: whether its owner wants that, whether mail comes back, whether it is theirs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.store.reply_tables import CONTACT

_IN = 400


@dataclass(frozen=True, slots=True)
class Contact:
    """``opted_out``: since when its owner wants nothing; ``bounced``: since when nothing arrives; ``verified``: since when it is known to
    be its owner who writes.
    """

    opted_out: datetime | None = None
    bounced: datetime | None = None
    bounces: int = 0
    verified: datetime | None = None


UNKNOWN = Contact()


def find(connection: Connection, jurisdiction_id: str, keys: Collection[str]) -> dict[str, Contact]:
    """What is known of these addresses (``email:zoe@example.net``); those of which nothing is known are left out."""
    found: dict[str, Contact] = {}
    wanted = sorted(keys)
    row = CONTACT.c
    for start in range(0, len(wanted), _IN):
        statement = select(row.key, row.opted_out, row.bounced, row.bounces, row.verified).where(
            row.jurisdiction_id == jurisdiction_id, row.key.in_(wanted[start : start + _IN])
        )
        for key, opted_out, bounced, bounces, verified in connection.execute(statement):
            found[key] = Contact(opted_out, bounced, bounces, verified)
    return found


def opt_out(connection: Connection, jurisdiction_id: str, key: str, at: datetime) -> None:
    """Its owner wants no more messages."""
    _put(connection, jurisdiction_id, key, at, {"opted_out": at})


def opt_in(connection: Connection, jurisdiction_id: str, key: str, at: datetime) -> None:
    """Its owner wants messages again."""
    _put(connection, jurisdiction_id, key, at, {"opted_out": None})


def verify(connection: Connection, jurisdiction_id: str, key: str, at: datetime) -> None:
    """Somebody who can read what is sent there has shown that they asked for it. What bounced before may be tried again."""
    _put(connection, jurisdiction_id, key, at, {"verified": at, "bounced": None, "reason": None})


def bounce(connection: Connection, jurisdiction_id: str, key: str, at: datetime, reason: str) -> None:
    """Nothing arrives there."""
    _put(connection, jurisdiction_id, key, at, {"bounced": at, "reason": reason[:200]}, bounces=1)


def _put(connection: Connection, jurisdiction_id: str, key: str, at: datetime, values: dict[str, Any], bounces: int = 0) -> None:
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {"jurisdiction_id": jurisdiction_id, "key": key, "bounces": bounces, "updated": at, **values}
    changed = {**values, "updated": at, "bounces": CONTACT.c.bounces + bounces}
    connection.execute(insert(CONTACT).values(row).on_conflict_do_update(index_elements=["jurisdiction_id", "key"], set_=changed))
