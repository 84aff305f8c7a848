"""Keys of integrators: 256 random bits, of which only the SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from gateway.store.tables import API_KEY

Scope = Literal["intake", "open311", "read", "admin"]
SCOPES: tuple[Scope, ...] = ("intake", "open311", "read", "admin")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key."""

    name: str
    scope: str
    jurisdiction_id: str
    created: datetime
    revoked: datetime | None = None

    def may(self, scope: Scope) -> bool:
        """Whether the key opens that door; an administrator's opens all."""
        return self.revoked is None and self.scope in (scope, "admin")


def add(connection: Connection, name: str, scope: Scope, jurisdiction_id: str, now: datetime) -> str:
    """Make a key and return it: this is the only time that it can be seen."""
    key = f"i311_{secrets.token_urlsafe(32)}"
    connection.execute(insert(API_KEY).values(hash=digest(key), name=name, scope=scope, jurisdiction_id=jurisdiction_id, created=now))
    return key


def find(connection: Connection, key: str) -> ApiKey | None:
    """The key's record, or None when there is no such key or it was revoked."""
    found = connection.execute(select(API_KEY).where(API_KEY.c.hash == digest(key))).first()
    return None if found is None or found.revoked is not None else _api_key(found)


def listing(connection: Connection) -> Iterator[ApiKey]:
    """All keys, oldest first."""
    for row in connection.execute(select(API_KEY).order_by(API_KEY.c.created)):
        yield _api_key(row)


def revoke(connection: Connection, name: str, now: datetime) -> int:
    """Revoke the keys of that name; returns how many."""
    statement = update(API_KEY).where(API_KEY.c.name == name, API_KEY.c.revoked.is_(None)).values(revoked=now)
    return connection.execute(statement).rowcount


def digest(key: str) -> str:
    """What is kept of a key. A fast hash is enough: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def _api_key(row: object) -> ApiKey:
    return ApiKey(**{name: getattr(row, name) for name in ("name", "scope", "jurisdiction_id", "created", "revoked")})
