"""The gateway's side of a webhook in memory: an ``accept`` that remembers, and a real aiohttp server around an adapter's routes."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from channels.base import RawMessage, Receipt, Webhook, WebhookContext


@dataclass
class Inbox:
    """An idempotent receiver in memory. ``fails`` holds what the next calls raise instead of storing; ``tries`` counts all calls."""

    stored: dict[str, RawMessage] = field(default_factory=dict)
    fails: list[BaseException] = field(default_factory=list)
    tries: int = 0

    async def __call__(self, raw: RawMessage, /) -> Receipt:
        self.tries += 1
        if self.fails:
            raise self.fails.pop(0)
        first = self.stored.setdefault(raw.source_id, raw)
        conflict = first.envelope.get("fingerprint") != raw.envelope.get("fingerprint")
        return Receipt(f"intake-{raw.source_id}", duplicate=first is not raw, conflict=conflict)


@dataclass
class Site:
    """A running server: its address, what it stored, and what it refused by reason."""

    url: str
    inbox: Inbox
    http: ClientSession
    refused: Counter[str] = field(default_factory=Counter)


@contextlib.asynccontextmanager
async def serve(channel: Webhook, public_url: str) -> AsyncIterator[Site]:
    """Serve the adapter on a free port of the loopback interface; ``public_url`` is what the outside would call it."""
    inbox = Inbox()
    refused: Counter[str] = Counter()
    context = WebhookContext(public_url, lambda reason, _source: refused.update([reason]))
    app = web.Application()
    app.add_routes(channel.routes(inbox, context))
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        async with ClientSession(auto_decompress=False) as http:
            yield Site(str(server.make_url("")).rstrip("/"), inbox, http, refused)
    finally:
        await server.close()
