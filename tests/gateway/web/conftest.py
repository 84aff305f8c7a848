"""The same stores as those of the store's own tests."""

from __future__ import annotations

from tests.gateway.store.conftest import engines

__all__ = ["engines"]
