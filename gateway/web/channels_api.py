"""``GET /api/v1/channels``: how each channel is, for a dashboard or a monitor, with a key of scope ``read``; those of the key's city."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from gateway.clock import now
from gateway.web.keys import Keys
from gateway.wiring import Wired

if TYPE_CHECKING:
    from gateway.overview import Habits


def routes(wired: Wired, keys: Keys) -> Iterable[web.RouteDef]:
    """The list, and one channel alone."""
    habits: Habits = {}

    async def listing(request: web.Request) -> web.StreamResponse:
        key = await keys.require(request, "read")
        return _json({"channels": await asyncio.to_thread(_reports, wired, keys, habits, key.jurisdiction_id)})

    async def one(request: web.Request) -> web.StreamResponse:
        key = await keys.require(request, "read")
        found = await asyncio.to_thread(_reports, wired, keys, habits, key.jurisdiction_id)
        report = next((report for report in found if report["channel_id"] == request.match_info["channel_id"]), None)
        if report is None:
            raise web.HTTPNotFound
        return _json(report)

    return [web.get("/api/v1/channels", listing), web.get("/api/v1/channels/{channel_id}", one)]


def _reports(wired: Wired, keys: Keys, habits: Habits, jurisdiction_id: str) -> list[dict[str, object]]:
    from gateway.overview import reports  # the accepting process does without it until somebody asks

    return reports(wired, keys.engines(), now(), habits=habits, jurisdiction_id=jurisdiction_id)


def _json(value: object) -> web.Response:
    return web.Response(body=orjson.dumps(value, option=orjson.OPT_UTC_Z), content_type="application/json")
