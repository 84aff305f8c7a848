"""Who may use the API: keys as ``Authorization: Bearer``, looked up in the store and remembered for a moment.

Whoever else in the accepting process reads the main database reads it through here too (:meth:`Keys.reading`).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from aiohttp import web

if TYPE_CHECKING:
    from gateway.store.apikeys import ApiKey, Scope
    from gateway.store.engine import Connection, Engines
    from gateway.store.location import StoreLocation

Result = TypeVar("Result")
_REMEMBERED = 5.0
"""Seconds for which a key that was found is not looked up again: a revoked one works no longer than that."""
_MOST = 1_000


class Keys:
    """The keys of one store.

    The database is opened at the first use: a gateway that nobody asks over the API needs no second connection.
    """

    def __init__(self, location: StoreLocation) -> None:
        self._location = location
        self._engines: Engines | None = None
        self._opening = threading.Lock()
        self._known: dict[str, tuple[float, ApiKey]] = {}

    async def require(self, request: web.Request, scope: Scope) -> ApiKey:
        """The key of the request. Raises HTTPUnauthorized without a valid one, HTTPForbidden where it does not open this door."""
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        found = await self._find(key.strip()) if kind.lower() == "bearer" and 16 <= len(key) <= 200 else None
        if found is None:
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Bearer realm="intake311"'})
        if not found.may(scope):
            raise web.HTTPForbidden
        return found

    async def find(self, key: str) -> ApiKey | None:
        """The key of this text, or None."""
        return await self._find(key) if 16 <= len(key) <= 200 else None

    def reading(self, piece: Callable[[Connection], Result]) -> Result:
        """Run ``piece`` with a view of the store; blocking. Raises channels.base.Unavailable."""
        with self._opened().reading() as connection:
            return piece(connection)

    def reading_inbox(self, piece: Callable[[Connection], Result]) -> Result:
        """Run ``piece`` with a view of the inbox; blocking. Raises channels.base.Unavailable."""
        with self._opened().reading_inbox() as connection:
            return piece(connection)

    def engines(self) -> Engines:
        """The store, opened; blocking."""
        return self._opened()

    def close(self) -> None:
        """Close the database."""
        if self._engines is not None:
            self._engines.dispose()

    async def _find(self, key: str) -> ApiKey | None:
        remembered = self._known.get(key)
        if remembered is not None and time.monotonic() - remembered[0] < _REMEMBERED:
            return remembered[1]
        found = await asyncio.to_thread(self._look_up, key)
        if found is None:
            self._known.pop(key, None)
            return None
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = (time.monotonic(), found)
        return found

    def _look_up(self, key: str) -> ApiKey | None:
        from gateway.store import apikeys

        return self.reading(lambda connection: apikeys.find(connection, key))

    def _opened(self) -> Engines:
        from gateway.store.engine import Engines

        with self._opening:
            if self._engines is None:
                self._engines = Engines(self._location)
        return self._engines
