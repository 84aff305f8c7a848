"""Turns stored messages into requests: claims a batch, has it read, relates it to what is known, and commits what came of it.

Reading happens in other processes, several batches ahead; relating and committing happen here, in the order of arrival, because whether a
message is a follow-up or a duplicate depends on those before it. A message that cannot be processed becomes *held* and stops nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, get_args

import structlog

from channels.base import Temporary
from gateway import failpoint
from gateway.clock import now
from gateway.readers.pool import Readers
from gateway.readers.wire import Result, Unread
from gateway.store import channels
from gateway.store.claims import Claims
from gateway.store.engine import Connection
from gateway.store.known import Facts
from gateway.store.messages import held_ids
from gateway.store.outcome import Outbox, Outcome, OutcomeWriter, forget_message
from gateway.store.stored import Stored
from gateway.store.transactions import Transactions
from normalizer.merge import Completed, complete
from normalizer.model import ChannelName, InboundMessage, ServiceRequest
from normalizer.pipeline import Context, Known, Work, relate

_log = structlog.get_logger("gateway.worker")
_BATCH_BYTES = 16 << 20
_IDLE = 0.5
"""Seconds between looks at the inbox when nobody wakes the worker: messages may come in by another process."""
_PAUSE = 2.0
"""Seconds to wait after the store refused a commit."""
_POISON_CLAIMS = 5
"""Claims after which a message is held unread (PostgreSQL): whoever had it before did not live to say why."""

_CHANNELS: dict[str, ChannelName] = {name: name for name in get_args(ChannelName)}


@dataclass(frozen=True, slots=True)
class Counted:
    """What one batch became, for metrics: dispositions and the seconds of each stage, message by message."""

    dispositions: Sequence[tuple[str, str]]
    stages: Sequence[Mapping[str, float]]


class Worker:
    """The worker of one gateway process.

    ``adapters`` has each channel's type, for messages that cannot be read; ``observe`` is told of every committed batch.
    """

    def __init__(  # noqa: PLR0913  (the parts that it works with, each named)
        self,
        claims: Claims,
        readers: Readers,
        transactions: Transactions,
        contexts: Mapping[str, Context],
        outbox: Outbox,
        *,
        adapters: Mapping[str, str],
        batch: int,
        processes: int,
        lease: float,
        observe: Callable[[Counted], None] = lambda _counted: None,
        on_requests: Callable[[], None] = lambda: None,
    ) -> None:
        self._claims, self._readers, self._transactions = claims, readers, transactions
        self._contexts, self._outbox, self._adapters = contexts, outbox, adapters
        self._batch, self._ahead, self._lease = batch, processes + 1, lease
        self._observe, self._on_requests = observe, on_requests
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Look at the inbox now."""
        self._awake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Process messages as they come until ``stop`` is set; what was claimed then is finished."""
        await self._process(stop, until_empty=False)

    async def drain(self, progress: Callable[[int], None] = lambda _count: None) -> int:
        """Process what is there and return how many messages that was."""
        return await self._process(asyncio.Event(), until_empty=True, progress=progress)

    async def release(self, stored: Sequence[Stored], actor: str) -> list[Outcome]:
        """Make requests of held messages because a person said so; returns what became of them."""
        results = await self._readers.read(stored, released=True)
        return await self._commit(stored, results, actor=actor, again=True)

    async def reread(self, stored: Sequence[Stored], actor: str) -> list[Outcome]:
        """Process held messages anew, screens and all; returns what became of those that can be read now, the others stay as they are."""
        pairs = zip(stored, await self._readers.read(stored), strict=True)
        able = [(held, result) for held, result in pairs if isinstance(result, Work)]
        return await self._commit([held for held, _result in able], [result for _held, result in able], actor=actor, again=True)

    async def _process(self, stop: asyncio.Event, *, until_empty: bool, progress: Callable[[int], None] = lambda _count: None) -> int:
        reading: deque[tuple[list[Stored], asyncio.Task[list[Result]]]] = deque()
        total = 0
        while True:
            try:
                while len(reading) < self._ahead and not stop.is_set():
                    self._awake.clear()
                    failpoint.hit("claim")
                    taken = await asyncio.to_thread(self._claims.take, self._batch, _BATCH_BYTES, lease=self._lease)
                    if not taken:
                        break
                    reading.append((taken, asyncio.create_task(self._read(taken))))
                if reading:
                    taken, task = reading.popleft()
                    await self._settle(taken, await task)
                    total += len(taken)
                    progress(len(taken))
                elif stop.is_set() or until_empty:
                    return total
                else:
                    await self._rest(stop)
            except (Temporary, OSError, RuntimeError) as error:
                _log.error("processing failed, trying again", error=type(error).__name__, exc_info=True)
                for _taken, task in reading:
                    task.cancel()
                reading.clear()
                self._claims.forget()
                if until_empty:
                    raise
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _PAUSE)
                if stop.is_set():
                    return total

    async def _rest(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(self._awake.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(waits, timeout=_IDLE, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _read(self, taken: Sequence[Stored]) -> list[Result]:
        healthy = [stored for stored in taken if stored.attempts <= _POISON_CLAIMS]
        results = iter(await self._readers.read(healthy)) if healthy else iter(())
        return [
            next(results) if stored.attempts <= _POISON_CLAIMS else Unread("unreadable", f"claimed {stored.attempts} times")
            for stored in taken
        ]

    async def _settle(self, taken: Sequence[Stored], results: Sequence[Result]) -> None:
        """Commit the batch; where it fails for a reason that lies in a message, commit one by one and hold the one."""
        try:
            await self._commit(taken, results)
        except Temporary:
            raise
        except Exception:  # noqa: BLE001  (whatever one message does to the commit, the others go on)
            _log.exception("a batch could not be committed: trying its messages one by one", messages=len(taken))
            for stored in taken:
                # Read anew: the attempt has related these works to each other, under numbers that were never given.
                await self._settle_alone(stored, (await self._read([stored]))[0])

    async def _settle_alone(self, stored: Stored, result: Result) -> None:
        try:
            await self._commit([stored], [result])
        except Temporary:
            raise
        except Exception as error:  # noqa: BLE001  (as above)
            _log.exception("a message could not be processed: it is held", intake_id=stored.intake_id)
            await self._commit([stored], [Unread("processing_failed", type(error).__name__)])

    async def _commit(
        self, taken: Sequence[Stored], results: Sequence[Result], *, actor: str = "gateway", again: bool = False
    ) -> list[Outcome]:
        outcomes = [
            _outcome(stored, result, self._adapters.get(stored.channel_id, "")) for stored, result in zip(taken, results, strict=True)
        ]

        def _write(connection: Connection) -> list[Outcome]:
            failpoint.hit("worker.begin")
            if again:
                # Looked at in this transaction: somebody else may have decided about one meanwhile.
                held = held_ids(connection, [stored.intake_id for stored in taken])
                fresh = {stored.seq for stored in taken if stored.intake_id in held}
                forget_message(connection, list(fresh))
            else:
                fresh = {stored.seq for stored in self._claims.settle(connection, taken)}
            written = [outcome for outcome in outcomes if outcome.seq in fresh]
            if written:
                OutcomeWriter(connection, self._outbox, now(), actor=actor).write(written, self._relate, self._complete)
                if not again:
                    channels.note(connection, [outcome.work.message for outcome in written])
            failpoint.hit("worker.commit.before")
            return written

        written = await self._transactions.run(_write)
        failpoint.hit("worker.commit.after")
        self._observe(
            Counted(
                [(outcome.work.message.channel_id, outcome.work.message.disposition or "") for outcome in written],
                [outcome.work.seconds for outcome in written],
            )
        )
        if any(outcome.work.message.service_request_ids for outcome in written):
            self._on_requests()
        return written

    def _relate(self, work: Work, facts: Facts) -> None:
        context = self._contexts.get(work.message.jurisdiction_id)
        if context is None or work.settled:
            work.settle("held", "jurisdiction_unknown")
            return
        relate([work], context, facts.known(work.message.jurisdiction_id))

    def _complete(self, request: ServiceRequest, work: Work, facts: Facts) -> Completed:
        jurisdiction_id = work.message.jurisdiction_id
        return complete(request, work, self._contexts[jurisdiction_id], facts.known(jurisdiction_id))


def _outcome(stored: Stored, result: Result, adapter: str) -> Outcome:
    """What is to be written for one message; an unread one is held with what is known of it without reading it."""
    trace: dict[str, Any] = {"received": stored.raw.received_at.isoformat(), "size": stored.size, "claims": stored.attempts}
    if isinstance(result, Work):
        trace["stages"] = {name: round(seconds * 1e6) for name, seconds in result.seconds.items()}
        return Outcome(stored.seq, result, trace)
    trace["unread"] = result.detail
    message = InboundMessage(
        intake_id=stored.intake_id,
        channel=_CHANNELS.get(adapter.partition(".")[0], "api"),
        adapter=adapter,
        channel_id=stored.channel_id,
        jurisdiction_id=stored.jurisdiction_id,
        source_id=stored.raw.source_id,
        received_datetime=stored.raw.received_at,
        notes=[f"could not be read: {result.detail}"] if result.detail else [],
        disposition="held",
        reason=result.reason,
    )
    return Outcome(stored.seq, Work(message=message, now=stored.raw.received_at), trace)


def pure_run(work: Work, context: Context) -> None:
    """Settle a work that has been read, with nothing known: for a run without a store."""
    started = time.perf_counter()
    if not work.settled:
        relate([work], context, Known())
    work.seconds["relate"] = time.perf_counter() - started
