"""Puts requests into a drawer: a sink for tests."""

from __future__ import annotations

from gateway.sinks.base import Attempt, Delivered, Delivery, SinkSettings
from normalizer.model import ServiceRequest


class Settings(SinkSettings):
    """The table of a ``drawer``."""

    label: str = ""
    """What stands on it."""


class Drawer:
    """The sink."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def check(self) -> None:
        """A drawer always works."""

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:
        """Into the drawer."""
        return Delivered(external_id=request.service_request_id)


def build(sink_id: str, settings: Settings) -> Drawer:
    """Make the sink."""
    return Drawer(settings)
