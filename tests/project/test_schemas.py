"""The published schemas are those of the model, and what the gateway writes fits them."""

from __future__ import annotations

from tests.project import schema_docs


def test_the_schemas_are_fresh() -> None:
    assert not schema_docs.stale(), "run 'make docs'"
