"""A webhook receiver on a real socket that verifies signatures by itself and can misbehave in every way that receivers do.

It knows nothing of the sender: the signature is recomputed with hmac from the Standard Webhooks text, not with the sender's library.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

Manner = Callable[["WebhookPeer", web.Request, str], Awaitable[web.StreamResponse]]


@dataclass
class WebhookPeer:
    """Use as ``async with WebhookPeer(secret) as peer``. ``effects`` counts, by webhook-id, how often something was done."""

    secret: str
    manners: list[Manner] = field(default_factory=list)
    """How the next calls are answered, one each; when the list is empty, as a good receiver does."""
    idempotent: bool = True
    effects: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    calls: int = 0
    forged: int = 0
    redirected: int = 0
    url: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/hook", self._post)
        app.router.add_post("/elsewhere", self._elsewhere)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()

    def signed(self, headers: Any, body: bytes, secret: str | None = None) -> bool:
        """Standard Webhooks: HMAC-SHA256 over id.timestamp.body, base64, any of the signatures; at most five minutes old."""
        key = base64.b64decode((secret or self.secret).removeprefix("whsec_"))
        text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
        return fresh and any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split(" "))

    def act(self, key: str, body: bytes) -> None:
        """Do what the event asks for; an idempotent receiver does it once for each key."""
        if self.idempotent and key in self.effects:
            return
        self.effects[key] += 1
        self.order.append(key)
        self.events.append(json.loads(body))

    async def _post(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.calls += 1
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if not self.signed(request.headers, body):
            self.forged += 1
            return web.Response(status=401)
        manner = self.manners.pop(0) if self.manners else good
        return await manner(self, request, request.headers["webhook-id"])

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.redirected += 1
        return web.Response()


async def good(peer: WebhookPeer, request: web.Request, key: str) -> web.StreamResponse:
    peer.act(key, await request.read())
    return web.Response(status=204)


def answering(status: int, text: str = "", **headers: str) -> Manner:
    """Does nothing and answers so; ``retry_after="5"`` becomes a header."""

    async def manner(peer: WebhookPeer, request: web.Request, key: str) -> web.StreamResponse:
        return web.Response(status=status, text=text, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return manner


async def reset_after_the_effect(peer: WebhookPeer, request: web.Request, key: str) -> web.StreamResponse:
    """Does its work, then the connection is reset: the sender cannot know."""
    peer.act(key, await request.read())
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def close_without_answer(peer: WebhookPeer, request: web.Request, key: str) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def hang(peer: WebhookPeer, request: web.Request, key: str) -> web.StreamResponse:
    """Does its work and never says so."""
    peer.act(key, await request.read())
    await asyncio.sleep(30)
    return web.Response()


async def drip(peer: WebhookPeer, request: web.Request, key: str) -> web.StreamResponse:
    """Sends its answer's head a byte at a time, each well within any time-out for a single read."""
    assert request.transport is not None
    for byte in b"HTTP/1.1 200 OK\r\nx-" + b"y" * 5000:
        if request.transport.is_closing():
            break
        request.transport.write(bytes([byte]))
        await asyncio.sleep(0.02)
    return web.Response()


def huge(status: int) -> Manner:
    """Answers with a body without end."""

    async def manner(peer: WebhookPeer, request: web.Request, key: str) -> web.StreamResponse:
        if status < 300:
            peer.act(key, await request.read())
        response = web.StreamResponse(status=status)
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
        except ConnectionError:
            return response

    return manner


async def redirect(peer: WebhookPeer, request: web.Request, key: str) -> web.StreamResponse:
    return web.Response(status=307, headers={"location": "/elsewhere"})
