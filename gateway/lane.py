"""The road to one sink: claims its outbox rows a little ahead, makes so many attempts at once, and minds its circuit breaker."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from gateway import failpoint
from gateway.backoff import Draw
from gateway.breaker import Breaker, BreakerState
from gateway.outbox import Claimed, Deliveries, Outcome
from gateway.settle import Limits, Shadowed, settle
from gateway.sinks.base import NO_FILES, Attempt, Deferred, Delivered, Delivery, Files, Previewing, Rejected, Sink, forwardable

log = structlog.get_logger(__name__)

Observe = Callable[[str, str, float], None]
"""Told of each attempt: sink_id, outcome (delivered, deferred, dead_letter), seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How dispatch goes as a whole; times are in seconds.

    A lane looks for due rows at least every ``poll``. A stop waits ``grace`` for attempts under way. A lease lasts ``lease_margin``
    longer than an attempt and what may be claimed ahead of it. ``concurrency`` bounds the attempts under way to all sinks together.
    """

    concurrency: int = 64
    poll: float = 1.0
    grace: float = 20.0
    lease_margin: float = 10.0
    report_batch: int = 500


class Reports(Protocol):
    """Where outcomes go. While it is ``behind`` (the store does not take them), nothing more is claimed."""

    @property
    def behind(self) -> bool: ...

    def add(self, outcome: Outcome) -> None: ...


@dataclass(frozen=True, slots=True)
class Shared:
    """What all lanes have in common."""

    deliveries: Deliveries
    reports: Reports
    pace: Pace
    slots: asyncio.Semaphore
    now: Callable[[], datetime]
    draw: Draw
    observe: Observe | None
    files: Files = NO_FILES


@dataclass(frozen=True, slots=True)
class LaneState:
    """How a sink is doing: its breaker, why it is not closed, and how many attempts are under way."""

    breaker: BreakerState
    reason: str
    under_way: int


@dataclass(frozen=True, slots=True)
class Held:
    """A claim and the moment (of the event loop's clock) at which its lease ends."""

    claimed: Claimed
    until: float


class Lane:
    """Delivers to one sink."""

    def __init__(self, sink_id: str, sink: Sink, limits: Limits, shared: Shared) -> None:
        self._id, self._sink, self._limits, self._shared = sink_id, sink, limits, shared
        self._breaker = Breaker(limits.breaker_threshold, limits.breaker_pauses, shared.draw)
        self._queue: asyncio.Queue[Held] = asyncio.Queue()
        self._back: list[Claimed] = []
        self._stir = asyncio.Event()
        self._idle = asyncio.Event()
        self._busy = 0
        self._dry = False
        self._closing = False
        self._average: float | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until ``stop`` is set, then wind down: nothing more begins, what is under way has the grace time to end."""
        self._closing = False
        workers = [asyncio.create_task(self._work()) for _ in range(self._limits.concurrency)]
        stopping = asyncio.create_task(self._stir_at(stop))
        try:
            while not stop.is_set():
                self._stir.clear()
                await self._give_back()
                await self._refill()
                await self._pause()
        finally:
            stopping.cancel()
            await self._wind_down(workers, self._shared.pace.grace if stop.is_set() else 0.0)

    def wake(self) -> None:
        """Look for due rows now."""
        self._dry = False
        self._stir.set()

    def reset(self) -> None:
        """Close the breaker, whatever opened it."""
        self._breaker.reset()
        self.wake()

    def state(self) -> LaneState:
        """How the sink is doing."""
        return LaneState(self._breaker.state, self._breaker.reason, self._busy)

    async def _stir_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stir.set()

    async def _pause(self) -> None:
        """Sleep until something happens, the next look is due, or an open breaker lets one attempt through."""
        wait = self._breaker.wait(asyncio.get_running_loop().time())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._shared.pace.poll if wait is None else max(wait, 0.001)):
                await self._stir.wait()

    async def _refill(self) -> None:
        """Claim what the attempts can use soon."""
        pace, limits = self._shared.pace, self._limits
        ahead = self._ahead()
        if self._shared.reports.behind or self._queue.qsize() > ahead // 2:
            return
        began = asyncio.get_running_loop().time()
        wanted = self._allowance(began, limits.concurrency - self._busy + ahead - self._queue.qsize())
        if wanted < 1:
            return
        lease = limits.deadline + limits.ahead + pace.lease_margin
        self._dry = False
        try:
            claims = await self._shared.deliveries.claim(
                sink_ids=(self._id,), limit=wanted, lease=timedelta(seconds=lease), now=self._shared.now(), backoff=self._backoff
            )
        except Exception as error:  # noqa: BLE001  # the store is busy or away: whatever it is, look again later
            log.warning("outbox_unavailable", sink=self._id, step="claim", error=type(error).__name__)
            return
        self._dry = len(claims) < wanted
        for claimed in claims:
            self._queue.put_nowait(Held(claimed, began + lease))

    def _allowance(self, now: float, wanted: int) -> int:
        allowed = self._breaker.allowance(now, wanted)
        if self._breaker.state == "half_open" and (self._busy or self._queue.qsize()):
            return 0  # the one that may try is under way, or late ones from before are
        return allowed

    def _ahead(self) -> int:
        """How many rows to have waiting: the work of some seconds, as long as attempts are quick."""
        if self._average is None or self._breaker.state != "closed":
            return 0
        work = self._limits.concurrency * self._limits.ahead / max(self._average, 0.001)
        return min(self._limits.batch, int(work) if self._average < self._limits.ahead else 0)

    def _backoff(self, attempts: int) -> timedelta:
        return timedelta(seconds=self._limits.backoff.delay(attempts, self._shared.draw))

    async def _work(self) -> None:
        while True:
            held = await self._queue.get()
            self._busy += 1
            self._idle.clear()
            try:
                if not self._dry and self._queue.qsize() <= self._ahead() // 2:
                    self._stir.set()
                async with self._shared.slots:
                    await self._attempt(held)
            except Exception as error:  # noqa: BLE001  # a fault of ours must not end the worker; the lease ends by itself
                facts = {"delivery_id": held.claimed.delivery_id, "error": _name(error), "at": _place(error)}
                log.error("dispatch_fault", sink=self._id, **facts)  # noqa: TRY400  # the error's text may quote a person
            finally:
                self._busy -= 1
                if not self._busy:
                    self._idle.set()
                if self._breaker.state != "closed":
                    self._stir.set()

    async def _attempt(self, held: Held) -> None:
        clock, claimed = asyncio.get_running_loop().time, held.claimed
        began = clock()
        if self._closing or self._breaker.state in ("open", "disabled") or held.until - began < self._limits.deadline:
            self._back.append(claimed)
            self._stir.set()
            return
        shadow = self._limits.shadow or claimed.shadowed
        answer = self._shadowed(claimed) if shadow else await self._deliver(claimed)
        seconds = clock() - began
        outcome = settle(claimed, answer, self._limits, now=self._shared.now(), seconds=seconds, draw=self._shared.draw)
        self._shared.reports.add(outcome)
        self._average = seconds if self._average is None else self._average + (seconds - self._average) / 16
        if not isinstance(answer, Shadowed):
            self._judge(claimed, answer, clock())
        self._tell(outcome)

    def _attempt_of(self, claimed: Claimed) -> Attempt:
        return Attempt(
            idempotency_key=claimed.idempotency_key,
            number=claimed.attempts,
            event=claimed.event,
            token=claimed.token,
            external_id=claimed.external_id,
            files=self._shared.files,
        )

    def _shadowed(self, claimed: Claimed) -> Shadowed:
        """What would be sent, and nothing sent."""
        why = "" if self._limits.shadow else "begun_in_shadow"
        try:
            if isinstance(self._sink, Previewing):
                return Shadowed(self._sink.preview(claimed.request, self._attempt_of(claimed)), why)
        except Exception as error:  # noqa: BLE001  # what a sink cannot make of a request is what shadow mode is to find
            return Shadowed(forwardable(claimed.request).model_dump_json(exclude_defaults=True), f"would_fail: {_name(error)}")
        return Shadowed(forwardable(claimed.request).model_dump_json(exclude_defaults=True), why)

    async def _deliver(self, claimed: Claimed) -> Delivery:
        attempt = self._attempt_of(claimed)
        cut = asyncio.timeout(self._limits.deadline)
        try:
            async with cut:
                failpoint.hit("deliver.before")
                answer: object = await self._sink.deliver(claimed.request, attempt)
                failpoint.hit("deliver.sent")
        except Exception as error:  # noqa: BLE001  # a sink is foreign code: whatever it raises, the delivery is tried again
            if isinstance(error, TimeoutError) and cut.expired():
                return Deferred("deadline")
            # The error's text is left out: it may quote the request.
            log.warning("sink_fault", sink=self._id, delivery_id=claimed.delivery_id, error=_name(error), at=_place(error))
            return Deferred(_name(error))
        return answer if isinstance(answer, Delivered | Deferred | Rejected) else Deferred("no_answer")

    def _judge(self, claimed: Claimed, answer: Delivery, now: float) -> None:
        """What the answer says of the system itself. Any answer about this one delivery shows that the system is there."""
        if isinstance(answer, Rejected) and answer.scope == "sink":
            if self._breaker.disable(answer.reason):
                log.error("sink_disabled", sink=self._id, reason=answer.reason)
        elif isinstance(answer, Deferred) and answer.scope == "sink":
            pause = min(answer.retry_after or 0.0, self._limits.longest_retry_after) if answer.throttled else None
            if self._breaker.failure(claimed.delivery_id, answer.reason, now, pause):
                log.warning("sink_paused", sink=self._id, reason=answer.reason, seconds=round(self._breaker.until - now, 1))
        elif self._breaker.success():
            log.info("sink_resumed", sink=self._id)

    def _tell(self, outcome: Outcome) -> None:
        facts = {"sink": self._id, "delivery_id": outcome.delivery_id, "service_request_id": outcome.service_request_id}
        if outcome.state == "dead_letter":
            log.error("delivery_dead_letter", **facts, reason=outcome.reason, attempts=outcome.attempts)
        elif outcome.state == "deferred":
            log.info("delivery_deferred", **facts, reason=outcome.reason, attempts=outcome.attempts)
        else:
            log.debug("delivery_delivered", **facts, attempts=outcome.attempts)
        if self._shared.observe is not None:
            self._shared.observe(self._id, outcome.state, outcome.seconds)

    async def _give_back(self) -> None:
        back, self._back = self._back, []
        if not back:
            return
        try:
            await self._shared.deliveries.release(back)
        except Exception as error:  # noqa: BLE001  # the store is busy or away: the leases end by themselves
            log.warning("outbox_unavailable", sink=self._id, step="release", error=type(error).__name__)

    async def _wind_down(self, workers: list[asyncio.Task[None]], grace: float) -> None:
        self._closing = True
        while not self._queue.empty():
            self._back.append(self._queue.get_nowait().claimed)
        if self._busy:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await self._idle.wait()
        if self._busy:
            log.warning("attempts_cut", sink=self._id, attempts=self._busy)  # their leases end by themselves
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        await self._give_back()


def _name(error: BaseException) -> str:
    return type(error).__name__


def _place(error: BaseException) -> str:
    """File and line of the innermost frame: what a developer needs of a traceback, without anybody's data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
