"""Brings files in and sees to it that they are processed: by the gateway that runs on the store, or here where none does."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from channels.bulk.files import FileItem
from gateway import failpoint
from gateway.cli import at_desk
from gateway.cli._common import Opened
from gateway.cli._progress import Bar
from gateway.errors import StoreError
from gateway.imports import Summary, bring_in
from gateway.intake import Intake
from gateway.store.blobs import open_blobs
from gateway.store.claims import open_claims
from gateway.store.inbox import Appender, PostgresAppender, SqliteAppender
from gateway.store.location import StoreLocation
from gateway.store.sqlite import only_gateway
from gateway.store.tally import dispositions
from gateway.worker import Worker

_LOOK = 0.3
_PATIENCE = 15.0
"""Seconds without any progress of the running gateway after which we no longer wait for it."""
_PREDECESSOR = 30.0
"""Seconds that the processing of a gateway whose accepting half was killed may take to go."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was brought in and what became of it; ``pending`` messages wait for the running gateway."""

    summary: Summary
    became: Counter[tuple[str, str]]
    pending: int

    def document(self) -> dict[str, Any]:
        """The report for programs."""
        counts: Counter[str] = Counter()
        reasons: dict[str, dict[str, int]] = {}
        for (disposition, reason), count in sorted(self.became.items()):
            counts[disposition] += count
            reasons.setdefault(disposition, {})[reason] = count
        return {
            "read": self.summary.read,
            "stored": len(self.summary.stored),
            "already_there": self.summary.already_there,
            "conflicts": self.summary.conflicts,
            "skipped": dict(self.summary.skipped.most_common()),
            "dispositions": dict(counts),
            "reasons": reasons,
            "pending": self.pending,
        }


def bring(store: Opened, channel_id: str, items: Iterable[FileItem], bar: Bar) -> Report:
    """Store every item through ``accept`` of the channel and process what is stored. Raises IntakeError when it has to stop."""
    failpoint.arm(os.environ)
    with ExitStack() as held:
        alone = _alone(held, store.engines.location)
        return asyncio.run(_bring(store, channel_id, items, bar, process=alone or not store.engines.location.is_sqlite))


async def _bring(store: Opened, channel_id: str, items: Iterable[FileItem], bar: Bar, *, process: bool) -> Report:
    async with AsyncExitStack() as running:
        # The worker first: it forks its readers, which must come before the threads of the intake.
        worker: Worker | None = await running.enter_async_context(at_desk.worker(store)) if process else None
        async with _intake(store) as intake:
            accept = intake.accept_for(channel_id, store.wired.channel_jurisdictions[channel_id])
            summary = await bring_in(
                items, accept, advance=bar.advance, skipped=lambda item: bar.say(f"skipped {item.origin}: {item.skipped}")
            )
        if worker is not None:
            waiting = await asyncio.to_thread(open_claims(store.engines).waiting)
            done = 0

            def processed(count: int) -> None:
                nonlocal done
                done += count
                bar.step("processing", done, max(waiting, done))

            await worker.drain(processed)
        pending = await _others(store, bar)
    with store.engines.reading() as connection:
        return Report(summary, dispositions(connection, summary.stored), pending)


async def _others(store: Opened, bar: Bar) -> int:
    """Wait until other processes have settled what waits; returns what they have not while nothing moves any more."""
    claims = open_claims(store.engines)
    first = left = await asyncio.to_thread(claims.waiting)
    moved = time.monotonic()
    while left and time.monotonic() - moved < _PATIENCE:
        await asyncio.sleep(_LOOK)
        now_left = await asyncio.to_thread(claims.waiting)
        if now_left != left:
            moved, left = time.monotonic(), now_left
            bar.step("processing", max(first - left, 0), first)
    return left


@asynccontextmanager
async def _intake(store: Opened) -> AsyncIterator[Intake]:
    settings, location = store.wired.configuration.store, store.engines.location
    blobs = open_blobs(settings.blobs)
    watched = [blobs.spool_dir, *([location.main.parent] if location.main else [])]
    intake = Intake(_appender(location), blobs, inline_limit=int(settings.inline_limit), min_free=int(settings.min_free), watched=watched)
    try:
        yield intake
    finally:
        await intake.close()


def _appender(location: StoreLocation) -> Appender:
    return SqliteAppender(location.inbox) if location.inbox is not None else PostgresAppender(location.conninfo)


def _alone(held: ExitStack, location: StoreLocation) -> bool:
    """Take the place of the gateway on a SQLite store, until ``held`` is closed; False where one runs."""
    lock = location.lock
    if lock is None:
        return False
    try:
        held.enter_context(only_gateway(lock))
    except StoreError:
        return False
    limit = time.monotonic() + _PREDECESSOR
    while True:
        try:
            held.enter_context(only_gateway(lock.with_name(lock.name.removesuffix(".lock") + ".worker.lock")))
        except StoreError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.1)
        else:
            return True
