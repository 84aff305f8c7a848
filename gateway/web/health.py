"""Probes and metrics: ``/health/live``, ``/health/ready``, ``/metrics``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from aiohttp import web

from gateway import metrics

State = Callable[[], Mapping[str, object]]
"""What the probes show: ``ready`` (bool) and whatever helps to see why not."""


def routes(state: State, metrics_folder: str) -> Iterable[web.RouteDef]:
    """The routes of the probes."""

    async def live(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "ok", "version": metrics.program_version()})

    async def ready(_request: web.Request) -> web.StreamResponse:
        found = dict(state())
        return web.json_response(found, status=200 if found.get("ready") else 503)

    async def exposition(_request: web.Request) -> web.StreamResponse:
        body = await asyncio.to_thread(metrics.exposition, metrics_folder)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    return [web.get("/health/live", live), web.get("/health/ready", ready), web.get("/metrics", exposition)]
