"""What holds for every route: no answer shows an exception, no body is endless, and each carries the same careful headers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from channels._webhook import TIME_LIMIT
from channels.base import Permanent, RateLimited, StoreBusy, Temporary, TooLarge

_log = structlog.get_logger("gateway.web")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DEADLINE = 120.0
"""Seconds that a request may take from its head to its answer."""


def problem(status: int, title: str, *, detail: str = "", headers: dict[str, str] | None = None, **more: object) -> web.Response:
    """An error as RFC 9457 ``application/problem+json``."""
    body = {"type": "about:blank", "title": title, "status": status, **({"detail": detail} if detail else {}), **more}
    return web.json_response(body, status=status, headers=headers, content_type="application/problem+json")


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:  # noqa: PLR0911  (one answer for each kind of error)
    """Turn whatever is raised into an answer that tells no secrets: again (503, 429) or never (4xx)."""
    try:
        async with asyncio.timeout(DEADLINE) as deadline:
            request[TIME_LIMIT] = deadline
            return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return problem(error.status, error.reason, headers=allowed)
    except RateLimited as error:
        return _again(429, "Too Many Requests", error.retry_after)
    except StoreBusy as error:
        return _again(507 if error.full else 503, "Insufficient Storage" if error.full else "Service Unavailable", error.retry_after)
    except Temporary as error:
        return _again(503, "Service Unavailable", error.retry_after)
    except TooLarge:
        return problem(413, "Content Too Large")
    except Permanent:
        return problem(400, "Bad Request")
    except TimeoutError:
        return problem(408, "Request Timeout", headers={"Connection": "close"})
    except (ConnectionError, asyncio.CancelledError):
        raise
    except Exception:  # noqa: BLE001  (an error that nobody foresaw is temporary, and never shown)
        _log.exception("a request failed", method=request.method, route=_route_of(request))
        return _again(503, "Service Unavailable", 30)


async def careful_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer; a page may have set stricter ones of its own."""
    response.headers["Server"] = "intake311"
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers.setdefault("Cache-Control", "no-store")


def _again(status: int, title: str, seconds: int) -> web.Response:
    return problem(status, title, headers={"Retry-After": str(seconds)})


def _route_of(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"
