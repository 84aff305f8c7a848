"""The outbox in memory: the twin of the store's, for tests of dispatch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from gateway.outbox import Claimed, Deliveries, Outcome
from gateway.sinks.base import Event
from normalizer.model import ExternalId, ServiceRequest

State = Literal["pending", "deferred", "delivered", "dead_letter", "shadowed"]


@dataclass(slots=True)
class Row:
    """One outbox row, with its log of attempts."""

    delivery_id: str
    sink_id: str
    event: Event
    request_id: str
    created_at: datetime
    next_attempt: datetime
    state: State = "pending"
    on_hold: bool = False
    attempts: int = 0
    leased_until: datetime | None = None
    token: str | None = None
    external_id: str | None = None
    url: str | None = None
    reason: str = ""
    log: list[Outcome] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return self.state in ("pending", "deferred")


class FakeDeliveries:
    """Implements :class:`gateway.outbox.Deliveries`. ``troubles`` are raised by the next calls, one each, before anything happens."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.requests: dict[str, ServiceRequest] = {}
        self.troubles: list[Exception] = []
        self.claims = 0
        self.finishes = 0

    def add(self, request: ServiceRequest, sink_id: str, now: datetime, event: Event = "created") -> Row:
        """Write an outbox row, as the worker does in the transaction of the request."""
        self.requests[request.service_request_id] = request
        row = Row(f"d{len(self.rows) + 1}", sink_id, event, request.service_request_id, now, now)
        self.rows[row.delivery_id] = row
        return row

    @property
    def unfinished(self) -> list[Row]:
        return [row for row in self.rows.values() if row.open and not row.on_hold]

    async def recover(self, *, now: datetime) -> int:
        self._trouble()
        leased = [row for row in self.rows.values() if row.leased_until is not None and row.open]
        for row in leased:
            row.leased_until = None
        return len(leased)

    async def claim(
        self, *, sink_ids: Sequence[str], limit: int, lease: timedelta, now: datetime, backoff: Callable[[int], timedelta]
    ) -> Sequence[Claimed]:
        self._trouble()
        self.claims += 1
        due = [row for row in self.rows.values() if row.sink_id in sink_ids and self._is_due(row, now)]
        chosen = sorted(due, key=lambda row: row.next_attempt)[:limit]
        for row in chosen:
            row.attempts += 1
            row.leased_until = now + lease
            row.next_attempt = now + backoff(row.attempts)
        return [self._claimed(row) for row in chosen]

    async def finish(self, outcomes: Sequence[Outcome]) -> None:
        self._trouble()
        self.finishes += 1
        for outcome in outcomes:
            row = self.rows[outcome.delivery_id]
            if outcome in row.log:
                continue
            row.log.append(outcome)
            row.token = row.token or outcome.token
            row.external_id = row.external_id or outcome.external_id
            if outcome.attempts != row.attempts or not row.open:
                continue
            row.state, row.reason, row.url, row.leased_until = outcome.state, outcome.reason, outcome.url, None
            row.next_attempt = outcome.next_attempt or row.next_attempt
            if outcome.state == "delivered" and row.external_id:
                request = self.requests[row.request_id]
                others = [known for known in request.external_ids if known.system != row.sink_id]
                known = ExternalId(system=row.sink_id, id=row.external_id, url=row.url)
                self.requests[row.request_id] = request.model_copy(update={"external_ids": [*others, known]})

    async def release(self, claims: Sequence[Claimed]) -> None:
        self._trouble()
        for claimed in claims:
            row = self.rows[claimed.delivery_id]
            if row.attempts == claimed.attempts and row.leased_until is not None:
                row.attempts -= 1
                row.leased_until = None
                row.next_attempt = row.created_at

    def _is_due(self, row: Row, now: datetime) -> bool:
        if not row.open or row.on_hold or row.next_attempt > now or (row.leased_until is not None and row.leased_until > now):
            return False
        same = (other for other in self.rows.values() if (other.request_id, other.sink_id) == (row.request_id, row.sink_id))
        return next(other for other in same if other.open) is row

    def _claimed(self, row: Row) -> Claimed:
        same = [other for other in self.rows.values() if (other.request_id, other.sink_id) == (row.request_id, row.sink_id)]
        return Claimed(
            delivery_id=row.delivery_id,
            service_request_id=row.request_id,
            sink_id=row.sink_id,
            event=row.event,
            idempotency_key=f"key-{row.delivery_id}",
            attempts=row.attempts,
            created_at=row.created_at,
            request=self.requests[row.request_id],
            token=next((other.token for other in same if other.token), None),
            external_id=next((other.external_id for other in same if other.external_id), None),
        )

    def _trouble(self) -> None:
        if self.troubles:
            raise self.troubles.pop(0)


class OfProcess:
    """What one process sees of an outbox: after :meth:`die`, nothing that it still does has an effect."""

    def __init__(self, deliveries: FakeDeliveries) -> None:
        self._deliveries = deliveries
        self._alive = True

    def die(self) -> None:
        self._alive = False

    async def recover(self, *, now: datetime) -> int:
        return await self._deliveries.recover(now=now) if self._alive else 0

    async def claim(
        self, *, sink_ids: Sequence[str], limit: int, lease: timedelta, now: datetime, backoff: Callable[[int], timedelta]
    ) -> Sequence[Claimed]:
        if not self._alive:
            return []
        return await self._deliveries.claim(sink_ids=sink_ids, limit=limit, lease=lease, now=now, backoff=backoff)

    async def finish(self, outcomes: Sequence[Outcome]) -> None:
        if self._alive:
            await self._deliveries.finish(outcomes)

    async def release(self, claims: Sequence[Claimed]) -> None:
        if self._alive:
            await self._deliveries.release(claims)


def an_outcome(claimed: Claimed, outcome: Outcome) -> Outcome:
    """The outcome, as one of that claim."""
    return replace(outcome, delivery_id=claimed.delivery_id, attempts=claimed.attempts)


_: type[Deliveries] = FakeDeliveries
