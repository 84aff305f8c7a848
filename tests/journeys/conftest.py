"""What journeys share: a gateway on demand, a receiver, and records of what was promised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.receiver import SECRET, Receiver
from tests.journeys.running import Gateway
from tests.journeys.senders import Records

MakeGateway = Callable[..., Gateway]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults: a longer run of faults; `make faults` runs them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the longer runs unless they are asked for (``-m faults``)."""
    if "faults" in str(config.getoption("-m")):
        return
    longer = [item for item in items if item.get_closest_marker("faults")]
    if longer:
        config.hook.pytest_deselected(items=longer)
        items[:] = [item for item in items if item not in longer]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    kept = Records(tmp_path / "acked.log")
    yield kept
    kept.close()


@pytest.fixture
def make_gateway(tmp_path: Path) -> Iterator[MakeGateway]:
    """Make gateways, each in a folder of its own, that are killed at the end of the test. ``sink`` is where requests go."""
    with ExitStack() as running:
        count = 0

        def make(store_url: str = "", sink: Receiver | None = None, **more: Any) -> Gateway:
            nonlocal count
            count += 1
            where: dict[str, Any] = {"sink_url": sink.url, "secret": SECRET} if sink is not None else {}
            gateway = Gateway(tmp_path / f"gateway-{count}", store_url, **where, **more)
            running.callback(gateway.close)
            return gateway

        yield make
