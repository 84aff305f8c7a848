"""What Exchange Online says when it calls: "is this you", "there is mail", "look after your subscription".

Microsoft's page "Receive change notifications through webhooks". Nothing in a notification is signed; each carries the ``clientState`` of
the subscription, a secret that only we and Graph know. A notification brings no mail: it makes the poller ask.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson
from aiohttp import web

from channels._webhook import Forged, body_of
from channels.base import Temporary, TooLarge, Unreadable, WebhookContext
from channels.email._graph_subscription import EVENT, MISSED, REAUTHORIZE, REMOVED

MAX_BODY = 1 << 20
"""Bytes of one call: some hundred notifications."""
_MAX_TOKEN = 4_096
_NOTE_SECONDS = 1.5
"""Graph waits three seconds for an answer, and calls those who need longer less often."""


async def answer(request: web.Request, context: WebhookContext, client_state: str) -> web.StreamResponse:
    """Answer one call; the poller is woken when it is genuine. Never more than a status, and 400, 403, 408 or 413 for what is not."""
    token = request.query.get("validationToken")
    if token is not None:
        return _echo(token)
    try:
        events = lifecycle_events(await body_of(request, MAX_BODY), client_state)
    except Forged as error:
        context.refused(error.reason, request.remote or "unknown")
        return web.Response(status=403)
    except TimeoutError:
        return web.Response(status=408)
    except web.HTTPException as error:
        return web.Response(status=error.status)
    except TooLarge:
        return web.Response(status=413)
    except Unreadable:
        return web.Response(status=400)
    event = next((one for one in (REMOVED, REAUTHORIZE) if one in events), None)
    if event is not None and context.notebook is not None:
        with suppress(Temporary, TimeoutError):  # the subscription is looked after in any case, only later
            async with asyncio.timeout(_NOTE_SECONDS):
                await context.notebook.put(EVENT, event)
    context.wake()
    return web.Response(status=202)


def _echo(token: str) -> web.StreamResponse:
    """The token as plain text, which is how Graph sees that the address is ours. Nobody is to read it as anything else."""
    if len(token) > _MAX_TOKEN or not token.isprintable():
        return web.Response(status=400)
    return web.Response(text=token, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})


def lifecycle_events(body: bytes, client_state: str) -> Sequence[str]:
    """The lifecycle events of a genuine call; empty where it only says that there is mail.

    Raises Unreadable where it is no collection of notifications, and Forged unless each of them has the secret.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unreadable("not JSON") from error
    notices: Any = found.get("value") if isinstance(found, dict) else None
    if not isinstance(notices, list) or not notices or not all(isinstance(notice, dict) for notice in notices):
        raise Unreadable("not a collection of notifications")
    genuine = True
    for notice in notices:
        given = notice.get("clientState")
        genuine &= isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "surrogatepass"), client_state.encode())
    if not genuine:
        raise Forged("client_state")
    return [notice["lifecycleEvent"] for notice in notices if notice.get("lifecycleEvent") in (REMOVED, REAUTHORIZE, MISSED)]
