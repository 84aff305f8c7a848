"""What dispatch asks of the store: the outbox, as a port of batches.

An outbox row is one event of one request for one sink. It is written in the same transaction as the request; whoever delivers it
claims it for a while (a lease), tries, and reports an outcome. The store implements :class:`Deliveries`;
``tests/gateway/fakes_deliveries.py`` is its twin in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from gateway.sinks.base import Event
from normalizer.model import ServiceRequest

Answer = Literal["delivered", "deferred", "rejected", "shadowed"]
State = Literal["delivered", "deferred", "dead_letter", "shadowed"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours until its lease ends.

    ``attempts`` counts this one already. ``request`` is the request's current state, not the state at the event, with what a person
    corrected for this sink. ``token`` and ``external_id`` are what this sink has answered for this request so far, by this delivery or an
    earlier one of the same request. ``idempotency_key`` is made of letters, digits, ``_`` and ``-`` and never changes for a delivery.
    ``created_at`` is when the row was written. ``shadowed`` says that what came before it at this sink was recorded and not sent, so that
    the system knows nothing of the request.
    """

    delivery_id: str
    service_request_id: str
    sink_id: str
    event: Event
    idempotency_key: str
    attempts: int
    created_at: datetime
    request: ServiceRequest
    token: str | None = None
    external_id: str | None = None
    shadowed: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one attempt, for the row (``state``) and for its log of attempts (``answer``).

    ``attempts`` is the number that the claim had: together with the id it says whose attempt this was. ``reason`` is a coded word,
    ``detail`` what the other side said (it may quote a person: never logged). ``next_attempt`` is set exactly when the state is
    ``deferred``. ``seconds`` is how long the attempt took. ``payload`` is what would have been sent, where the state is ``shadowed``.
    """

    delivery_id: str
    service_request_id: str
    sink_id: str
    attempts: int
    state: State
    answer: Answer
    at: datetime
    seconds: float
    reason: str = ""
    detail: str = ""
    external_id: str | None = None
    token: str | None = None
    url: str | None = None
    next_attempt: datetime | None = None
    payload: str | None = None


class Deliveries(Protocol):
    """The outbox. Every method is one transaction; what it raises means that nothing of it happened."""

    async def recover(self, *, now: datetime) -> int:
        """Called once, before the first claim: end the leases of processes that are no more, and say how many.

        On a store that only this process may open those are all leases; on a shared one it may be none, and they run out. The rows
        stay due when their claim set them to be, so that a row whose attempt kills the process comes back ever more slowly.
        """
        ...

    async def claim(
        self, *, sink_ids: Sequence[str], limit: int, lease: timedelta, now: datetime, backoff: Callable[[int], timedelta]
    ) -> Sequence[Claimed]:
        """Claim up to ``limit`` due rows of these sinks, the longest due first.

        A row can be claimed when it is pending or deferred, not on hold, due (``next_attempt <= now``), under no lease, and the oldest
        row of its request and sink that is not over (delivered, shadowed or a dead letter): the order of a request's events is kept.
        What belongs to no request (row number 0) waits for nothing.
        Claiming adds one to its attempts and sets its lease to ``now + lease`` and, *before* the attempt, its next attempt to
        ``now + backoff(attempts)``: should the process die, the row is due again when both are over.
        """
        ...

    async def finish(self, outcomes: Sequence[Outcome]) -> None:
        """Record outcomes: state, reason, next attempt and the end of the lease on the row, one entry each in its log of attempts.

        Reporting the same outcome again changes nothing. Where ``attempts`` is no longer the row's, another claim has overtaken this
        attempt: then only a ``token`` or ``external_id`` that the row lacks is kept (an accepted token must never be lost), and the
        log entry. A delivered row's ``external_id`` and ``url`` also become the request's ``external_ids`` entry for that sink.
        """
        ...

    async def release(self, claims: Sequence[Claimed]) -> None:
        """Give back claims of which no attempt was begun: due at once, the attempt not counted. Overtaken claims are left alone."""
        ...
