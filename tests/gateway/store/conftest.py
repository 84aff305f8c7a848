"""A migrated store of either kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.store import schema
from gateway.store.engine import Engines
from gateway.store.location import locate


@pytest.fixture
def engines(store_url: str) -> Iterator[Engines]:
    """The connections to an empty store with today's schema."""
    location = locate(store_url)
    schema.migrate(location)
    opened = Engines(location)
    yield opened
    opened.dispose()
