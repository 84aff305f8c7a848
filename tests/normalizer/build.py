"""Messages, contexts and runs for the tests of the core."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from gateway.models import CatalogModel
from normalizer.catalog import Catalog
from normalizer.model import InboundMessage, Sender
from normalizer.pipeline import Context, Known, Work, relate, understand

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CASES = Path(__file__).parent / "cases"
ROOT = Path(__file__).parents[2]


@cache
def catalog() -> Catalog:
    """The catalog that ships."""
    return Catalog.from_toml(tomllib.loads((ROOT / "config" / "catalog.toml").read_text(encoding="utf-8")))


def context(**changes: Any) -> Context:
    settings: dict[str, Any] = {
        "jurisdiction_id": "springfield.example.gov",
        "catalog": catalog(),
        "own_addresses": frozenset({"311@springfield.example.gov"}),
        "staff_domains": frozenset({"springfield.example.gov"}),
    }
    chosen = settings | changes
    chosen.setdefault("weights", CatalogModel(chosen["catalog"]))
    return Context(**chosen)


def cases(name: str, table: str = "case") -> list[dict[str, Any]]:
    """The tables ``[[table]]`` of ``cases/name.toml``."""
    found: list[dict[str, Any]] = tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))[table]
    return found


def label(case: dict[str, Any]) -> str:
    """A short name for a case in pytest's output."""
    return str(case.get("name") or case.get("text") or case.get("one"))[:60]


def message(text: str = "", **fields: Any) -> InboundMessage:
    defaults: dict[str, Any] = {
        "intake_id": "01J0",
        "channel": "email",
        "adapter": "email.smtp",
        "received_datetime": NOW,
        "sender": Sender(address="marie@example.net", name="Marie Untel"),
        "text": text,
    }
    return InboundMessage(**(defaults | fields))


def work(text: str = "", *, released: bool = False, **fields: Any) -> Work:
    return Work(message=message(text, **fields), now=NOW + timedelta(minutes=1), released=released)


def run(item: Work, known: Known | None = None, **changes: Any) -> Work:
    """One message through the whole pipeline."""
    setting = context(**changes)
    understand([item], setting)
    relate([item], setting, known or Known())
    return item
