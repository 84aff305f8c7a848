"""One message's way through the gateway, from its arrival to the last delivery, as lines that people read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from gateway.store import deliveries, history
from gateway.store.engine import Connection
from normalizer.model import InboundMessage


class Line(NamedTuple):
    """Something that happened: when, how long after the arrival, what, and what is known of it."""

    at: datetime
    after: str
    what: str
    detail: str


def timeline(
    connection: Connection, message: InboundMessage, trace: dict[str, Any], own: list[tuple[datetime, str, str, dict[str, Any]]]
) -> list[Line]:
    """The lines in the order of time."""
    start = message.received_datetime
    assert start is not None  # noqa: S101  (a stored message has it)
    found: list[tuple[datetime, str, str]] = [(start, "received", f"{trace.get('size', 0)} bytes by {message.channel_id}")]
    if stages := trace.get("stages"):
        stored = datetime.fromisoformat(trace["stored"])
        found.append((stored, "understood", ", ".join(f"{name} {micros} µs" for name, micros in stages.items())))
    found += [(at, kind, _words(data, actor)) for at, kind, actor, data in own]
    for number in message.service_request_ids:
        found += [(at, kind, f"{number} {_words(data, actor)}") for at, kind, actor, data in history.of_subject(connection, number)]
        for delivery in deliveries.listing(connection, service_request_id=number):
            for entry in delivery["log"]:
                detail = f"{number} to {delivery['sink']}: {entry['outcome']} {entry.get('reason', '')}".strip()
                found.append((datetime.fromisoformat(entry["at"]), "delivery attempted", detail))
    found.sort(key=lambda entry: entry[0])
    return [Line(at, _after(at, start), what, detail) for at, what, detail in found]


def _words(data: dict[str, Any], actor: str) -> str:
    words = [f"{name} {value}" for name, value in data.items() if value not in (None, [], "")]
    return ", ".join([*words, *([f"by {actor}"] if actor != "gateway" else [])])


def _after(at: datetime, start: datetime) -> str:
    seconds = (at - start).total_seconds()
    return f"+{seconds * 1000:.0f} ms" if seconds < 10 else f"+{seconds:.0f} s"
