"""``POST /api/v1/intake/{channel_id}``: any system's JSON message, with a key of scope ``intake``; 202 means that it is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from channels._webhook import body_of
from channels.base import Accept
from gateway.intake import Intake
from gateway.web.keys import Keys
from gateway.web.middleware import problem
from gateway.wiring import Wired

if TYPE_CHECKING:
    from channels.api.message import Message

TYPE = "api.message"
_LARGE = 65_536


def routes(wired: Wired, intake: Intake, keys: Keys) -> Iterable[web.RouteDef]:
    """The one route, for all channels of that type; none where the configuration has no such channel."""
    channels: dict[str, tuple[Message, Accept, str]] = {}
    for channel_id, channel in wired.channels.items():
        if wired.channel_settings[channel_id].type == TYPE:
            jurisdiction_id = wired.channel_jurisdictions[channel_id]
            channels[channel_id] = (channel, intake.accept_for(channel_id, jurisdiction_id), jurisdiction_id)  # type: ignore[assignment]  # its type says so
    if not channels:
        return []

    async def post(request: web.Request) -> web.StreamResponse:
        from channels.api.message import BadMessage

        key = await keys.require(request, "intake")
        channel, accept, jurisdiction_id = channels.get(request.match_info["channel_id"], (None, None, ""))
        if channel is None or accept is None or key.jurisdiction_id != jurisdiction_id:
            raise web.HTTPNotFound
        body = await body_of(request, int(channel.settings.max_size))
        idempotency_key = request.headers.get("Idempotency-Key")
        try:
            # A body may be megabytes of base64: checking it must not hold up those who send mail.
            receive = partial(channel.receive, body, idempotency_key=idempotency_key, remote_ip=request.remote or "")
            raw = await asyncio.to_thread(receive) if len(body) > _LARGE else receive()
        except BadMessage as error:
            mistakes = [{"field": mistake.path, "message": mistake.message} for mistake in error.mistakes]
            return problem(error.status, "The message is not as it should be", detail=str(error), errors=mistakes)
        receipt = await accept(raw)
        if receipt.conflict:
            return problem(
                422,
                "This source_id came with another message before",
                detail="The first message is kept; send this one with a source_id of its own.",
                intake_id=receipt.intake_id,
            )
        return web.json_response({"intake_id": receipt.intake_id, "duplicate": receipt.duplicate}, status=202)

    return [web.post("/api/v1/intake/{channel_id}", post)]
