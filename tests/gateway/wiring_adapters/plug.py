"""Lets ``channels`` and ``gateway.sinks`` find the adapters of this folder while a test runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import channels
import gateway.sinks

HERE = Path(__file__).parent


@contextmanager
def plugged_in() -> Iterator[None]:
    """Within the block ``pigeon.post`` is a type of channel, and ``drawer`` one of sink."""
    places = [(channels.__path__, str(HERE / "channels")), (gateway.sinks.__path__, str(HERE / "sinks"))]
    for path, place in places:
        path.append(place)
    try:
        yield
    finally:
        for path, place in places:
            path.remove(place)
        for name in [name for name in sys.modules if name.startswith(("channels.pigeon", "gateway.sinks.drawer"))]:
            del sys.modules[name]
