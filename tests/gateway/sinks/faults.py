"""Faults for any peer that is an aiohttp application, and the expectation that all sinks share: nothing lost, nothing doubled.

A peer takes ``faults.middleware`` and so meets, one call each, whatever ``faults.next`` holds. A fault is handed the call and the peer's
own way of answering it, so that it can come before the effect or after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from gateway.sinks.base import Attempt, Deferred, Delivery, Sink
from normalizer.model import ServiceRequest

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Fault = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]


def writes(request: web.Request) -> bool:
    """Calls that may have an effect; tokens are asked for by POST too, but not of this kind."""
    return request.method in ("POST", "PUT", "PATCH") and "token" not in request.path


@dataclass
class Faults:
    """What happens to the next calls that ``applies`` to, in order; when ``next`` is empty, nothing."""

    next: list[Fault] = field(default_factory=list)
    applies: Callable[[web.Request], bool] = writes

    @property
    def middleware(self) -> Any:
        @web.middleware
        async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
            if self.next and self.applies(request):
                return await self.next.pop(0)(request, handler)
            return await handler(request)

        return meet


def says(status: int, text: str = "", content_type: str = "text/html", **headers: str) -> Fault:
    """No effect, and this answer; ``retry_after="5"`` becomes a header."""

    async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, content_type=content_type, headers=named)

    return fault


def then_says(status: int, text: str = "", content_type: str = "text/html") -> Fault:
    """The effect, and another answer than the peer's own."""

    async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
        await handler(request)
        return web.Response(status=status, text=text, content_type=content_type)

    return fault


async def resets(request: web.Request, handler: Handler) -> web.StreamResponse:
    """No effect; the connection is reset."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def then_resets(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The effect, then the connection is reset: nobody can know."""
    await handler(request)
    return await resets(request, handler)


async def then_hangs(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The effect, and never an answer."""
    await handler(request)
    await asyncio.sleep(30)
    return web.Response()


async def then_drips(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The effect, and an answer of which each byte comes well within any time-out for a single read."""
    await handler(request)
    assert request.transport is not None
    for byte in b"HTTP/1.1 200 OK\r\nx-" + b"y" * 5000:
        if request.transport.is_closing():
            break
        request.transport.write(bytes([byte]))
        await asyncio.sleep(0.02)
    return web.Response()


def in_a_minute() -> str:
    """A Retry-After as an HTTP date (RFC 9110 §10.2.3)."""
    return format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)


FAULTS: dict[str, Fault] = {
    "500": says(500, "<html>oops</html>"),
    "503 with seconds": says(503, retry_after="1"),
    "429 with seconds": says(429, retry_after="7"),
    "429 with a date": says(429, retry_after=in_a_minute()),
    "a reset": resets,
    "a reset after the effect": then_resets,
    "a hang after the effect": then_hangs,
    "a byte at a time": then_drips,
    "502 after the effect": then_says(502),
    "200 with a page": then_says(200, "<html>We are back soon</html>"),
    "200 with a page and no effect": says(200, "<html>We are back soon</html>"),
    "200 with nothing": then_says(200, ""),
}
"""By name; each is followed by a peer that works again."""


async def deliver_until_final(sink: Sink, request: ServiceRequest, attempt: Attempt, attempts: int = 12) -> tuple[Delivery, list[Deferred]]:
    """What dispatch does: attempts are counted, the first token is handed on, Deferred is tried again; also returns what was deferred."""
    deferred: list[Deferred] = []
    answer: Delivery = Deferred("never tried")
    for number in range(1, attempts + 1):
        answer = await sink.deliver(request, replace(attempt, number=number))
        if not isinstance(answer, Deferred):
            break
        deferred.append(answer)
        attempt = replace(attempt, token=attempt.token or answer.token)
    return answer, deferred
