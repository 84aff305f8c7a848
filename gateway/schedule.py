"""The alarm clock: periodic jobs, each run once per period however many gateways share the store.

APScheduler only rings. Whether a job runs is decided by a row: whoever moves its ``due`` forward in a transaction runs it, so that a
missed or a doubled ring is harmless (with two processes APScheduler alone runs everything twice).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from gateway.clock import now
from gateway.store import timers
from gateway.store.blobs import LocalBlobs, open_blobs
from gateway.store.transactions import Transactions
from gateway.watch import Watch
from gateway.wiring import Wired

_log = structlog.get_logger("gateway.schedule")
Job = Callable[[], Awaitable[None]]


class Schedule:
    """The periodic jobs of a gateway."""

    def __init__(self, transactions: Transactions, wired: Wired, watch: Watch) -> None:
        self._transactions, self._wired = transactions, wired
        self._running: dict[str, asyncio.Task[bool]] = {}
        self._jobs: dict[str, tuple[timedelta, Job]] = {"sweep-spool": (timedelta(hours=6), self._sweep), **watch.jobs()}

    async def run(self, stop: asyncio.Event) -> None:
        """Ring until ``stop`` is set."""
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
        for name, (period, job) in self._jobs.items():
            ring = min(period.total_seconds() / 4, 60.0)
            scheduler.add_job(self._start, "interval", args=(name, period, job), seconds=ring, id=name)
        scheduler.start()
        try:
            await stop.wait()
        finally:
            scheduler.shutdown(wait=False)
            # A probe may wait for its provider for half a minute; whoever stops the gateway does not.
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _start(self, name: str, period: timedelta, job: Job) -> None:
        """Ring in a task of our own, which can be ended with us, unless the last one of the same name still runs."""
        if name not in self._running:
            task = self._running[name] = asyncio.create_task(self.ring(name, period, job))
            task.add_done_callback(lambda _task: self._running.pop(name, None))

    async def ring(self, name: str, period: timedelta, job: Job) -> bool:
        """Run ``job`` if it is due and nobody else has taken it; returns whether it ran."""
        try:
            if not await self._transactions.run(lambda connection: timers.claim(connection, name, period, now())):
                return False
            await job()
        except Exception:  # noqa: BLE001  (whatever a job does, the others must still ring)
            _log.exception("a periodic job failed; it is tried again at its next time", job=name)
            return False
        return True

    async def _sweep(self) -> None:
        blobs = open_blobs(self._wired.configuration.store.blobs)
        if isinstance(blobs, LocalBlobs):
            swept = await asyncio.to_thread(blobs.sweep)
            if swept:
                _log.info("removed unfinished receptions", files=swept)
