"""The one way from a webhook's bytes to its answer, with the table of outcomes that every webhook adapter shares.

An adapter says who may be believed (``read``) and how its provider wants to be thanked (``acknowledge``); the order in between is
always the same: read with a cap, verify on the raw bytes, make durable, acknowledge.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog
from aiohttp import web

from channels.base import (
    Accept,
    NotForUs,
    Permanent,
    RateLimited,
    RawMessage,
    Receipt,
    Temporary,
    TooLarge,
    Unreadable,
    WebhookContext,
)

MAX_BODY = 64 * 1024
"""Bytes of a webhook's body, unless the adapter says otherwise: messages carry addresses of media, not media."""

BODY_SECONDS = 30.0
"""How long a body may take to arrive; aiohttp itself has no deadline."""

_LARGE = 256 * 1024
"""Bytes from which on a body is read in a thread."""

TIME_LIMIT = web.RequestKey("time_limit", asyncio.Timeout)
"""Under this key a request has the time-out that the gateway gave it; a handler that bounds a long upload its own way reschedules it."""

_log = structlog.get_logger(__name__)


def now() -> datetime:
    """When a message came in: aware, UTC."""
    return datetime.now(UTC)


class Forged(Permanent):
    """The request does not prove that the provider sent it. ``reason`` is a coded word that the gateway counts under."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


def unbase64(text: str) -> bytes:
    """The bytes of a signature in base64; raises ValueError unless it is written in the one way that its encoder writes it."""
    found = base64.b64decode(text, validate=True)
    if base64.b64encode(found).decode() != text:
        raise ValueError("not canonical base64")
    return found


async def receive(
    request: web.Request,
    accept: Accept,
    context: WebhookContext,
    *,
    read: Callable[[bytes], RawMessage],
    acknowledge: Callable[[Receipt], web.StreamResponse],
    max_body: int = MAX_BODY,
) -> web.StreamResponse:
    """Answer one call of a provider; ``acknowledge`` is called only after ``accept`` has returned.

    ``read`` verifies the raw bytes and makes the message of them; it raises :class:`Forged` (403), NotForUs (404), TooLarge (413) or
    Unreadable (400). Whatever ``accept`` raises, and whatever nobody foresaw, is answered so that the provider keeps its copy: 429 or
    503 with ``Retry-After``. No answer says more than its status.
    """

    async def read_one(body: bytes) -> Sequence[RawMessage]:
        return (read(body),)

    return await receive_all(
        request, accept, context, read=read_one, acknowledge=lambda receipts: acknowledge(receipts[0]), max_body=max_body
    )


async def receive_all(
    request: web.Request,
    accept: Accept,
    context: WebhookContext,
    *,
    read: Callable[[bytes], Awaitable[Sequence[RawMessage]]],
    acknowledge: Callable[[Sequence[Receipt]], web.StreamResponse],
    max_body: int = MAX_BODY,
) -> web.StreamResponse:
    """Answer one call that may bring several messages, or none: it is thanked once all of them are durable.

    Outcomes as with :func:`receive`. Where one is not stored the call is not acknowledged, and the provider sends all of them again:
    those that were stored are then recognised.
    """
    try:
        body = await body_of(request, max_body)
        receipts = await _accept_all(await read(body), accept)
    except Forged as error:
        context.refused(error.reason, request.remote or "unknown")
        return web.Response(status=403)
    except TimeoutError:
        return web.Response(status=408)
    except web.HTTPException as error:
        return web.Response(status=error.status)
    except (Permanent, Temporary) as error:
        return _refusal(error)
    except Exception as error:  # noqa: BLE001  what we do not understand, we ask to be sent again
        _log.error("webhook_failed", path=request.path, error=type(error).__name__, exc_info=True)
        return _again(503, 30)
    return acknowledge(receipts)


async def aside(read: Callable[[web.Request, bytes], RawMessage], request: web.Request, body: bytes) -> Sequence[RawMessage]:
    """Run ``read`` on a body; on a large one in a thread, so that those who send mail or ask for pages do not wait meanwhile."""
    return (await asyncio.to_thread(read, request, body) if len(body) > _LARGE else read(request, body),)


async def _accept_all(messages: Sequence[RawMessage], accept: Accept) -> Sequence[Receipt]:
    """The first alone, because it tells whether the store takes any; then the others together, which share their commits."""
    if not messages:
        return ()
    first = await accept(messages[0])
    others = await asyncio.gather(*(accept(raw) for raw in messages[1:]), return_exceptions=True)
    for outcome in others:
        if isinstance(outcome, BaseException):
            raise outcome
    return (first, *(outcome for outcome in others if not isinstance(outcome, BaseException)))


async def body_of(request: web.Request, max_body: int) -> bytes:
    """The body's bytes as they came. Raises TooLarge, HTTPUnsupportedMediaType for a compressed one, TimeoutError for a slow one.

    Counted here, because ``client_max_size`` is one figure for the whole server.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType
    if request.content_length is not None and request.content_length > max_body:
        raise TooLarge(f"{request.content_length} bytes announced, {max_body} allowed")
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > max_body:
                raise TooLarge(f"more than {max_body} bytes")
    return bytes(body)


def _refusal(error: Permanent | Temporary) -> web.Response:
    match error:
        case RateLimited():
            return _again(429, error.retry_after)
        case Temporary():
            return _again(503, error.retry_after)
        case NotForUs():
            return web.Response(status=404)
        case TooLarge():
            return web.Response(status=413)
        case Unreadable():
            return web.Response(status=400)
        case _:
            return web.Response(status=422)


def _again(status: int, retry_after: int) -> web.Response:
    return web.Response(status=status, headers={"Retry-After": str(retry_after)})
