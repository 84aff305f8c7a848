"""The gateway's side of a poller in memory: one round after the other, with a notebook, an inbox and a cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from channels.base import PollContext, Poller, ProbeContext
from channels.outward import MakeClient
from gateway import http
from tests.channels.webhooks import Inbox

PATIENCE = 20.0


@dataclass
class Notes:
    """A notebook in memory."""

    words: dict[str, str] = field(default_factory=dict)

    async def get(self, name: str, /) -> str | None:
        return self.words.get(name)

    async def put(self, name: str, value: str, /) -> None:
        self.words[name] = value


@dataclass
class Rounds:
    """``round`` polls as the gateway does: accept, then let the poller go on, then move the cursor; the ids of what came in it."""

    poller: Poller
    inbox: Inbox = field(default_factory=Inbox)
    cursor: str | None = None
    notes: Notes = field(default_factory=Notes)
    http: MakeClient = http.client
    public_url: str = "https://311.springfield.example.gov"

    @property
    def context(self) -> PollContext:
        return PollContext(self.http, self.notes, self.public_url)

    @property
    def probe(self) -> ProbeContext:
        return ProbeContext(self.http, self.public_url, self.notes, self.cursor)

    async def round(self, *, stop_after: int | None = None) -> list[str]:
        """``stop_after`` messages the gateway dies: the poller is left where it is, and the cursor where it was stored."""
        found: list[str] = []
        async with asyncio.timeout(PATIENCE), aclosing(self.poller.poll(self.cursor, self.context)) as items:  # type: ignore[type-var]  # made by ``yield``
            async for raw, cursor in items:
                if raw is not None:
                    await self.inbox(raw)
                    found.append(raw.source_id)
                    if stop_after is not None and len(found) == stop_after:
                        return found
                self.cursor = cursor
        return found


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - a test has nothing to be woken by
            await asyncio.sleep(0.005)
