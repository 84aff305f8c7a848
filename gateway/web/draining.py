"""Lets what is under way be answered before the HTTP server goes.

aiohttp's own shutdown waits for handlers too, but reads nothing any more: a form whose photos are half received would be cut off.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

PATIENCE = 8.0
"""Seconds that requests under way may take once the gateway is told to stop; who is cut off was acknowledged nothing."""


class Draining:
    """Counts the requests under way. While it drains, every answer ends its connection."""

    def __init__(self) -> None:
        self._count = 0
        self._draining = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def middleware(self) -> Middleware:
        """To be the outermost one."""

        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._count += 1
            self._idle.clear()
            try:
                response = await handler(request)
                if self._draining and not response.prepared:
                    response.force_close()
                return response
            finally:
                self._count -= 1
                if not self._count:
                    self._idle.set()

        return count

    async def drain(self, seconds: float = PATIENCE) -> None:
        """Wait until nothing is under way, at most so long."""
        self._draining = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
