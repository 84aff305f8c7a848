"""The gateway's own store as a sink: a request is there already when its delivery is due."""

from __future__ import annotations

from gateway.sinks.base import Attempt, Delivered, Delivery, SinkSettings
from normalizer.model import ServiceRequest


class Settings(SinkSettings):
    """Settings of the own store as a sink. It needs no table: every request stays in the store, wherever else it goes."""

    type: str = "store"
    """Always ``store``."""


class StoreSink:
    """Delivers at once: the outbox row was written in the same transaction as the request."""

    async def check(self) -> None:
        """Nothing to check: where the store does not work, nobody asks."""

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:
        """Delivered, under our own number."""
        return Delivered(external_id=request.service_request_id or None)


def build(sink_id: str, settings: Settings) -> StoreSink:  # noqa: ARG001  # every sink is built like this
    """Make the sink."""
    return StoreSink()
