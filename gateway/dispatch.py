"""Delivers outbox rows to the sinks, each by a lane of its own, and reports their outcomes to the store in batches.

No sink waits for another: each lane has its own claims, its own attempts and its own circuit breaker (lane.py). One reporter writes the
outcomes of all; while it writes, the next ones gather. What an answer means for a row stands in settle.py, what the store has to offer
in outbox.py.

At least once: an attempt whose outcome was not written is made again, under the same idempotency key.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import structlog

from gateway import clock
from gateway.backoff import Draw
from gateway.lane import Lane, LaneState, Observe, Pace, Shared
from gateway.outbox import Claimed, Deliveries, Outcome
from gateway.settle import Limits
from gateway.sinks.base import NO_FILES, Files, Sink

__all__ = ["Claimed", "Deliveries", "Dispatcher", "LaneState", "Limits", "Observe", "Outcome", "Pace"]

log = structlog.get_logger(__name__)


class Dispatcher:
    """Delivers until it is stopped. Everything happens in the event loop that ``run`` is called in; ``wake`` too belongs there."""

    def __init__(
        self,
        deliveries: Deliveries,
        sinks: Mapping[str, Sink],
        *,
        limits: Mapping[str, Limits] | None = None,
        pace: Pace | None = None,
        now: Callable[[], datetime] = clock.now,
        draw: Draw = random.random,
        observe: Observe | None = None,
        files: Files = NO_FILES,
    ) -> None:
        self._deliveries, self._pace, self._now = deliveries, pace or Pace(), now
        self._reporter = _Reporter(deliveries, self._pace, self._wake_all)
        slots = asyncio.Semaphore(self._pace.concurrency)
        shared = Shared(deliveries, self._reporter, self._pace, slots, now, draw, observe, files)
        self._lanes = {sink_id: Lane(sink_id, sink, (limits or {}).get(sink_id, Limits()), shared) for sink_id, sink in sinks.items()}

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until ``stop`` is set; then wait for attempts under way, up to the grace time, and write their outcomes."""
        await self._recover(stop)
        self._reporter.begin()
        reporting = asyncio.create_task(self._reporter.run())
        try:
            async with asyncio.TaskGroup() as group:
                for lane in self._lanes.values():
                    group.create_task(lane.run(stop))
                await stop.wait()
        finally:
            self._reporter.end()
            await reporting

    def wake(self, sink_id: str | None = None) -> None:
        """There is something new for this sink, or for any: look now."""
        self._wake_all(self._lanes if sink_id is None else [sink_id])

    def states(self) -> dict[str, LaneState]:
        """How each sink is doing."""
        return {sink_id: lane.state() for sink_id, lane in self._lanes.items()}

    def reset(self, sink_id: str) -> None:
        """Try a sink again that is paused or wants no deliveries: for a person who mended it. KeyError where there is none."""
        self._lanes[sink_id].reset()

    def _wake_all(self, sink_ids: Iterable[str]) -> None:
        for sink_id in sink_ids:
            if lane := self._lanes.get(sink_id):
                lane.wake()

    async def _recover(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                ended = await self._deliveries.recover(now=self._now())
            except Exception as error:  # noqa: BLE001  # the store is busy or away: nothing can be delivered before it is back
                log.warning("outbox_unavailable", step="recover", error=type(error).__name__)
                await _sleep(self._pace.poll, stop)
            else:
                if ended:
                    log.info("leases_recovered", deliveries=ended)
                return


class _Reporter:
    """Writes outcomes in the order in which they came, in batches: those that come while one batch is written make the next."""

    def __init__(self, deliveries: Deliveries, pace: Pace, written: Callable[[Iterable[str]], None]) -> None:
        self._deliveries, self._pace, self._written = deliveries, pace, written
        self._waiting: list[Outcome] = []
        self._stir = asyncio.Event()
        self._ending = asyncio.Event()
        self._failing = False

    @property
    def behind(self) -> bool:
        return self._failing or len(self._waiting) > 2 * self._pace.report_batch

    def add(self, outcome: Outcome) -> None:
        self._waiting.append(outcome)
        self._stir.set()

    def begin(self) -> None:
        """Get ready for ``run``."""
        self._ending.clear()

    def end(self) -> None:
        """Write what waits, then end ``run``."""
        self._ending.set()
        self._stir.set()

    async def run(self) -> None:
        """Write until ended. After that, a store that takes nothing within the grace time is left: the leases end by themselves."""
        given_up = 0.0
        while self._waiting or not self._ending.is_set():
            if not self._waiting:
                self._stir.clear()
                await self._stir.wait()
                continue
            batch = self._waiting[: self._pace.report_batch]
            if await self._write(batch):
                del self._waiting[: len(batch)]
                self._written({outcome.sink_id for outcome in batch})
                continue
            if self._ending.is_set():
                given_up += self._pace.poll
                if given_up > self._pace.grace:
                    log.error("outcomes_lost", outcomes=len(self._waiting))
                    self._waiting.clear()
                    return
                await asyncio.sleep(self._pace.poll)
            else:
                await _sleep(self._pace.poll, self._ending)

    async def _write(self, batch: list[Outcome]) -> bool:
        try:
            await self._deliveries.finish(batch)
        except Exception as error:  # noqa: BLE001  # the store is busy or away: outcomes are kept and written when it is back
            log.warning("outbox_unavailable", step="finish", outcomes=len(batch), error=type(error).__name__)
            self._failing = True
            return False
        self._failing = False
        return True


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
