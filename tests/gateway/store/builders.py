"""Messages as the inbox and the pipeline know them, for tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from channels.base import RawMessage
from gateway.clock import new_id
from gateway.store.engine import Engines
from gateway.store.inbox import Appender, Arrival, PostgresAppender, SqliteAppender
from gateway.store.known import Facts
from gateway.store.outcome import Outcome
from gateway.store.stored import Stored
from normalizer.model import InboundMessage, Reporter, ServiceRequest
from normalizer.pipeline import Work

CITY = "springfield.example.gov"
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def appender(engines: Engines) -> Appender:
    """The appender that fits the store."""
    location = engines.location
    return SqliteAppender(location.inbox) if location.inbox else PostgresAppender(location.conninfo)


def arrival(name: str, *, channel: str = "mail", content: bytes = b"Subject: x\r\n\r\nbody", **envelope: str) -> Arrival:
    """A message that arrives."""
    return Arrival(new_id(), CITY, channel, RawMessage(name, START, "message/rfc822", content, envelope), len(content))


def outcome(
    stored: Stored, *, text: str = "A pothole", sender: str | None = "r@example.net", follows: str | None = None, **fields: Any
) -> Outcome:
    """What the first half of the pipeline makes of a stored message: one request."""
    message = InboundMessage(
        intake_id=stored.intake_id,
        jurisdiction_id=stored.jurisdiction_id,
        channel_id=stored.channel_id,
        channel="email",
        source_id=stored.raw.source_id,
        message_id=stored.raw.source_id,
        received_datetime=stored.raw.received_at,
        text=text,
    )
    request = ServiceRequest(
        jurisdiction_id=stored.jurisdiction_id,
        service_code="pothole",
        description=text,
        channel="email",
        requested_datetime=stored.raw.received_at,
        reporters=[Reporter()],
        **fields,
    )
    work = Work(message=message, now=stored.raw.received_at, requests=[request], follows=follows)
    if sender:
        work.identifiers, work.sender_key = [("email", sender)], f"email:{sender}"
    return Outcome(stored.seq, work)


def as_request(work: Work, _facts: Facts) -> None:
    """Relate nothing: every message is a request, unless the test settled it."""
    work.settle("request", "new")


def later(minutes: float) -> datetime:
    """So many minutes after the start."""
    return START + timedelta(minutes=minutes)
