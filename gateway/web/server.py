"""The one HTTP server: the gateway's own routes and the webhooks of the configured channels."""

from __future__ import annotations

from collections import Counter

import structlog
from aiohttp import http_parser, web

from channels.base import Webhook, WebhookContext
from gateway import metrics
from gateway.errors import StoreError
from gateway.intake import Intake
from gateway.store.location import StoreLocation
from gateway.web import health, intake_api
from gateway.web.keys import Keys
from gateway.web.middleware import careful_headers, errors
from gateway.wiring import Wired

_log = structlog.get_logger("gateway.web")
_SOURCES = 10_000
"""Refused sources that are remembered, to log each once."""


def application(
    wired: Wired, location: StoreLocation, intake: Intake, state: health.State, metrics_folder: str
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
    for channel_id, channel in wired.channels.items():
        if isinstance(channel, Webhook):
            accept = intake.accept_for(channel_id, wired.channel_jurisdictions[channel_id])
            app.add_routes(channel.routes(accept, WebhookContext(settings.public_url, _Refusals(channel_id))))
    return app, keys


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
