"""What people decided of pairs of requests: remembered, and read for the thresholds of each service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from gateway.store.duplicate_tables import DUPLICATE_DECISION
from gateway.store.numbers import public_number, row_number
from normalizer.dedupe.thresholds import Decision


class Verdict(NamedTuple):
    """A person's word on two requests: whether they are the same problem, and the score that was shown."""

    one: str
    other: str
    same: bool
    score: float
    service_code: str
    actor: str


def record(connection: Connection, jurisdiction_id: str, verdict: Verdict, now: datetime) -> None:
    """Remember a verdict, in place of an earlier one on the same pair. Raises ValueError for numbers that are no requests'."""
    one, other = row_number(verdict.one), row_number(verdict.other)
    if one is None or other is None or one == other:
        raise ValueError("a verdict is about two requests")
    row = DUPLICATE_DECISION.c
    for request_id, other_id in ((one, other), (other, one)):
        connection.execute(delete(DUPLICATE_DECISION).where(row.request_id == request_id, row.other_id == other_id))
        values = {
            "request_id": request_id,
            "other_id": other_id,
            "jurisdiction_id": jurisdiction_id,
            "service_code": verdict.service_code,
            "same": verdict.same,
            "score": verdict.score,
            "actor": verdict.actor,
            "at": now,
        }
        connection.execute(insert(DUPLICATE_DECISION).values(**values))


def rejected(connection: Connection, jurisdiction_id: str, service_request_id: str) -> frozenset[str]:
    """The requests that somebody has said this one is not the same problem as."""
    number = row_number(service_request_id)
    if number is None:
        return frozenset()
    row = DUPLICATE_DECISION.c
    statement = select(row.other_id).where(row.request_id == number, row.jurisdiction_id == jurisdiction_id, ~row.same)
    return frozenset(public_number(other) for other in connection.execute(statement).scalars())


def all_of(connection: Connection, jurisdiction_id: str) -> Iterator[Decision]:
    """Each decided pair once, for ``normalizer.dedupe.thresholds.fit``."""
    row = DUPLICATE_DECISION.c
    statement = select(row.service_code, row.score, row.same).where(row.jurisdiction_id == jurisdiction_id, row.request_id < row.other_id)
    for service_code, score, same in connection.execute(statement.order_by(row.request_id, row.other_id)):
        yield Decision(service_code, score, same=bool(same))
