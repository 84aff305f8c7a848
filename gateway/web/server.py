"""The one HTTP server: the gateway's own routes and the webhooks of the configured channels."""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog
from aiohttp import http_parser, web

from channels.base import Webhook, WebhookContext
from gateway import metrics
from gateway.errors import StoreError
from gateway.intake import Intake
from gateway.polling import Polling
from gateway.store.blobs import open_blobs
from gateway.store.location import StoreLocation
from gateway.web import channels_api, health, intake_api, open311, tracking
from gateway.web.counsel import GatewayCounsel
from gateway.web.keys import Keys
from gateway.web.middleware import careful_headers, errors
from gateway.wiring import Wired

_log = structlog.get_logger("gateway.web")
_SOURCES = 10_000
"""Refused sources that are remembered, to log each once."""


def application(
    wired: Wired, location: StoreLocation, intake: Intake, state: health.State, metrics_folder: str, polling: Polling
) -> tuple[web.Application, Keys]:
    """Build the application, and the keys that whoever runs it closes at the end."""
    if http_parser.HttpRequestParser is http_parser.HttpRequestParserPy:
        raise StoreError("aiohttp runs on its pure Python parser, which had its own security bugs: install a build with the C extension")
    settings = wired.configuration.server
    app = web.Application(middlewares=[errors], client_max_size=int(settings.max_body))
    app.on_response_prepare.append(careful_headers)
    keys = Keys(location)
    app.add_routes(health.routes(state, metrics_folder))
    app.add_routes(intake_api.routes(wired, intake, keys))
    app.add_routes(channels_api.routes(wired, keys))
    advising = asyncio.Semaphore(2)
    spool_dir = open_blobs(wired.configuration.store.blobs).spool_dir
    for channel_id, channel in wired.channels.items():
        if isinstance(channel, Webhook):
            jurisdiction_id = wired.channel_jurisdictions[channel_id]
            accept = intake.accept_for(channel_id, jurisdiction_id)
            counsel = GatewayCounsel(wired.contexts[jurisdiction_id], keys, advising, tracked=tracking.is_served(wired))
            context = WebhookContext(
                settings.public_url,
                _Refusals(channel_id),
                polling.http,
                polling.waker(channel_id),
                counsel,
                spool_dir=spool_dir,
                notebook=polling.notebook(channel_id),
            )
            app.add_routes(channel.routes(accept, context))
    app.add_routes(open311.routes(_endpoints(wired), keys))
    app.add_routes(tracking.routes(wired, intake, keys, lambda city: GatewayCounsel(wired.contexts[city], keys, advising), spool_dir))
    return app, keys


def _endpoints(wired: Wired) -> list[open311.Endpoint]:
    """Where Open311 is read: beside each channel that takes it."""
    settings = wired.configuration
    contact = settings.public.contact or settings.server.public_url
    return [
        open311.Endpoint(
            getattr(wired.channel_settings[channel_id], "endpoint", ""),
            wired.contexts[wired.channel_jurisdictions[channel_id]],
            settings.server.public_url,
            contact,
        )
        for channel_id, channel in wired.channel_settings.items()
        if channel.type == open311.TYPE
    ]


async def listen(runner: web.AppRunner, host: str, port: int, max_connections: int) -> asyncio.Server:
    """Accept connections for a runner that has been set up, at most so many at one time; one more is told so and closed. Raises OSError."""
    served = runner.server
    assert served is not None  # noqa: S101  (it has been set up)

    def _protocol() -> asyncio.Protocol:
        return served() if len(served.connections) < max_connections else _Full()

    return await asyncio.get_running_loop().create_server(_protocol, host, port, backlog=1024, reuse_address=True)


class _Full(asyncio.Protocol):
    """Tells one connection too many to come back later."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101  (a TCP server's transports are)
        transport.write(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        transport.close()


class _Refusals:
    """Counts webhook calls that were not believed, and logs each source once."""

    def __init__(self, channel_id: str) -> None:
        self._channel_id = channel_id
        self._seen: Counter[tuple[str, str]] = Counter()

    def __call__(self, reason: str, source: str) -> None:
        metrics.REFUSED.labels(self._channel_id, reason).inc()
        if len(self._seen) > _SOURCES:
            self._seen.clear()
        self._seen[reason, source] += 1
        if self._seen[reason, source] == 1:
            _log.warning("webhook call refused", channel=self._channel_id, reason=reason, source=source)
