"""Takes messages by all three roads at once: a webhook, a port and a stream that is polled, for tests of starting and stopping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from channels._webhook import now, receive
from channels.base import Accept, AdapterSettings, ListenContext, PollContext, RawMessage, WebhookContext
from normalizer.model import InboundMessage


class Settings(AdapterSettings):
    """The table of a ``pigeon.coop``."""

    listen: str
    """Where its port is."""
    traces: Path
    """A folder in which it leaves a file when it has been ended in an orderly way."""


class Coop:
    """The adapter."""

    interval = timedelta(seconds=1)

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """The text as it is."""
        return InboundMessage(
            channel="api",
            adapter="pigeon.coop",
            channel_id=self.channel_id,
            source_id=raw.source_id,
            text=f"A pothole at {raw.content.decode()} Main Street",
        )

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``POST /channels/{id}``: the body is the message and its id."""

        async def post(request: web.Request) -> web.StreamResponse:
            return await receive(
                request, accept, context, read=lambda body: _raw("web", body), acknowledge=lambda _receipt: web.Response(text="kept")
            )

        return [web.post(f"/channels/{self.channel_id}", post)]

    @asynccontextmanager
    async def listen(self, accept: Accept, _context: ListenContext, /) -> AsyncIterator[None]:
        """One message a line, each answered."""
        sessions: set[asyncio.Task[None]] = set()

        async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            sessions.add(task)
            try:
                while line := (await reader.readline()).strip():
                    await accept(_raw("port", line))
                    writer.write(b"kept\n")
                    await writer.drain()
            except asyncio.CancelledError:
                return  # told to stop between two lines: what was answered is kept
            finally:
                sessions.discard(task)
                writer.close()

        host, _, port = self.settings.listen.rpartition(":")
        server = await asyncio.start_server(session, host, int(port))
        try:
            yield
        finally:
            server.close()
            for task in list(sessions):
                task.cancel()
            await asyncio.gather(*sessions, return_exceptions=True)
            (self.settings.traces / "listener").touch()

    async def poll(self, cursor: str | None, _context: PollContext, /) -> AsyncIterator[tuple[RawMessage, str]]:
        """A stream without an end."""
        number = int(cursor or 0)
        try:
            while True:
                number += 1
                yield _raw("poll", str(number).encode()), str(number)
                await asyncio.sleep(0.02)
        finally:
            (self.settings.traces / "poller").touch()


def _raw(road: str, content: bytes) -> RawMessage:
    return RawMessage(f"{road}-{content.decode()}", now(), "text/plain", content)


def build(channel_id: str, settings: Settings) -> Coop:
    """Make the adapter."""
    return Coop(channel_id, settings)
