"""The own store as a sink, and what all sinks have in common."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import gateway.sinks
from gateway.sinks import store
from gateway.sinks.base import Attempt, Closing, Delivered, Sink, SinkSettings, close, forwardable
from normalizer.model import Reporter
from tests.gateway.sinks.cases import a_request

MODULES = [info.name for info in pkgutil.iter_modules(gateway.sinks.__path__) if not info.name.startswith("_") and info.name != "base"]


async def test_the_own_store_has_it_already() -> None:
    sink = store.build("store", store.Settings())
    await sink.check()
    assert await sink.deliver(a_request(), Attempt("a")) == Delivered("2026-00012")
    assert isinstance(sink, Sink)


@pytest.mark.parametrize("name", MODULES)
def test_every_sink_module_exports_settings_and_build_and_describes_each_setting(name: str) -> None:
    module = importlib.import_module(f"gateway.sinks.{name}")
    assert issubclass(module.Settings, SinkSettings)
    assert callable(module.build)
    for key, info in module.Settings.model_fields.items():
        assert info.description, f"{name}.{key} has no description"


async def test_closing_ends_those_that_hold_something() -> None:
    closed: list[str] = []

    class Holding(store.StoreSink):
        async def aclose(self) -> None:
            closed.append("holding")

    sinks: list[Sink] = [store.StoreSink(), Holding()]
    assert [isinstance(sink, Closing) for sink in sinks] == [False, True]
    await close(sinks)
    assert closed == ["holding"]


def test_only_who_asked_for_it_is_anonymous() -> None:
    named = a_request(reporters=[Reporter(), Reporter(role="me_too", anonymous=True)])
    assert forwardable(named) is named
    for hidden in (a_request(visibility="anonymous"), a_request(reporters=[Reporter(anonymous=True)])):
        left = forwardable(hidden)
        assert (left.first_name, left.last_name, left.email, left.phone) == (None, None, None, None)
        assert hidden.email == "marie@example.net"  # the request itself is not touched
