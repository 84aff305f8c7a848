"""Decides what a sink's answer means for an outbox row: delivered, again later and when, or a dead letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.backoff import Backoff, Draw
from gateway.outbox import Answer, Claimed, Outcome, State
from gateway.sinks.base import Deferred, Delivered, Delivery, Rejected, SinkSettings

_BACKOFF = Backoff(first=2.0, cap=3600.0)
_PAUSES = Backoff(first=5.0, cap=300.0, least=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How one sink is treated.

    ``concurrency`` is how many attempts may be under way; ``deadline`` (seconds) cuts one, whatever the sink does. A delivery that fails
    becomes a dead letter when it is older than ``keep_trying`` *and* had ``least_attempts``: a system that is down for a week takes
    nothing with it that was hardly tried. ``longest_retry_after`` (seconds) bounds what a system may ask for. ``ahead`` is how many
    seconds of work, and ``batch`` how many rows, may be claimed before they can begin. ``breaker_threshold`` different deliveries that
    fail in a row open the circuit breaker, for ``breaker_pauses``. With ``shadow`` nothing is sent, what would have been is recorded.
    """

    concurrency: int = 20
    deadline: float = 45.0
    keep_trying: timedelta = timedelta(hours=96)
    least_attempts: int = 10
    longest_retry_after: float = 86_400.0
    backoff: Backoff = _BACKOFF
    ahead: float = 2.0
    batch: int = 200
    breaker_threshold: int = 5
    breaker_pauses: Backoff = _PAUSES
    shadow: bool = False

    @classmethod
    def of(cls, settings: SinkSettings) -> Limits:
        """The limits of a configured sink; an attempt may take two calls (a look, then a post)."""
        return cls(
            concurrency=settings.concurrency,
            deadline=2 * settings.timeout + 5,
            keep_trying=timedelta(hours=settings.keep_trying_hours),
            shadow=settings.shadow,
        )


@dataclass(frozen=True, slots=True)
class Shadowed:
    """The end of a delivery that was not sent: what it would have carried, or why it would have been rejected."""

    payload: str
    reason: str = ""


def settle(claimed: Claimed, answer: Delivery | Shadowed, limits: Limits, *, now: datetime, seconds: float, draw: Draw) -> Outcome:
    """The outcome of one attempt. A token once given is never given up: it stays with the row through every later answer."""

    def outcome(state: State, verdict: Answer, **known: str | None) -> Outcome:
        return Outcome(
            delivery_id=claimed.delivery_id,
            service_request_id=claimed.service_request_id,
            sink_id=claimed.sink_id,
            attempts=claimed.attempts,
            state=state,
            answer=verdict,
            at=now,
            seconds=seconds,
            reason=known.get("reason") or "",
            detail=known.get("detail") or "",
            external_id=known.get("external_id"),
            token=known.get("token") or claimed.token,
            url=known.get("url"),
            next_attempt=again if state == "deferred" else None,
            payload=known.get("payload"),
        )

    if isinstance(answer, Shadowed):
        again = now
        return outcome("shadowed", "shadowed", reason=answer.reason, payload=answer.payload)
    again = now + timedelta(seconds=_wait(claimed.attempts, answer, limits, draw))
    if isinstance(answer, Delivered):
        noted = {"reason": answer.reason, "detail": answer.detail}
        return outcome("delivered", "delivered", external_id=answer.external_id, token=answer.token, url=answer.url, **noted)
    if isinstance(answer, Rejected):
        return outcome("dead_letter", "rejected", reason=answer.reason, detail=answer.detail)
    given_up = now - claimed.created_at > limits.keep_trying and claimed.attempts >= limits.least_attempts
    return outcome("dead_letter" if given_up else "deferred", "deferred", reason=answer.reason, detail=answer.detail, token=answer.token)


def _wait(attempts: int, answer: Delivery, limits: Limits, draw: Draw) -> float:
    """Seconds to the next attempt: the back-off, or what the system asked for and up to a tenth more, so that not all come at once."""
    wait = limits.backoff.delay(attempts, draw)
    if isinstance(answer, Deferred) and answer.retry_after is not None:
        wait = max(wait, min(answer.retry_after, limits.longest_retry_after) * (1 + draw() / 10))
    return wait
