"""One thread that writes: it gathers what is waiting into one transaction, commits once, and then answers everybody.

An fsync costs the same for one row as for a hundred, so a writer that is busy gets faster, not slower. Whoever asks for a write waits for
the commit: when :meth:`GroupCommit.submit` has returned, the effect is durable.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from channels.base import StoreBusy

Item = TypeVar("Item")
Result = TypeVar("Result")
_GATHER = 0.001
"""Seconds that a commit waits for as many items as the last one had. Those who are many come in a rhythm: each got its answer from the last
commit and is about to ask for the next, and half-empty commits would make all of them wait longer. A single one never waits.
"""


class GroupCommit(Generic[Item, Result]):
    """Runs ``write(batch)`` in a thread of its own, one batch at a time, in the order of submission.

    ``write`` makes the whole batch durable in one transaction and returns one result, or one exception, for each item; when it raises,
    nothing of the batch is stored and every waiting caller gets the exception. ``weight`` says how heavy an item is (bytes);
    ``max_items`` and ``max_weight`` bound a batch, ``max_waiting`` and ``max_waiting_weight`` what may wait before callers are refused
    with StoreBusy.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Sequence[Result | BaseException]],
        *,
        name: str,
        weight: Callable[[Item], int] = lambda _item: 0,
        max_items: int = 256,
        max_weight: int = 16 << 20,
        max_waiting: int = 4_000,
        max_waiting_weight: int = 96 << 20,
    ) -> None:
        self._write = write
        self._weight = weight
        self._max_items, self._max_weight = max_items, max_weight
        self._max_waiting, self._max_waiting_weight = max_waiting, max_waiting_weight
        self._queue: deque[tuple[Item, asyncio.Future[Result], int]] = deque()
        self._waiting_weight = 0
        self._condition = threading.Condition()
        self._closing = False
        self._last = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many items wait for their commit."""
        return len(self._queue)

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Queue ``item``; the future has its result once it is durable. Must be called in an event loop. Raises StoreBusy."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        weight = self._weight(item)
        with self._condition:
            if self._closing:
                raise StoreBusy("the gateway is stopping")
            if len(self._queue) >= self._max_waiting or self._waiting_weight + weight > self._max_waiting_weight:
                raise StoreBusy(f"{len(self._queue)} writes are waiting")
            self._queue.append((item, future, weight))
            self._waiting_weight += weight
            if len(self._queue) == 1 or len(self._queue) == self._last:  # nothing, or not enough yet, for the thread to wake for
                self._condition.notify()
        return future

    async def close(self) -> None:
        """Write what is queued, then end the thread."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        await asyncio.to_thread(self._thread.join)

    def _take(self) -> list[tuple[Item, asyncio.Future[Result], int]]:
        with self._condition:
            while not self._queue and not self._closing:
                self._condition.wait()
            if self._last > 1 and len(self._queue) < self._last and not self._closing:
                self._condition.wait(_GATHER)
            batch: list[tuple[Item, asyncio.Future[Result], int]] = []
            weight = 0
            while self._queue and len(batch) < self._max_items and (not batch or weight + self._queue[0][2] <= self._max_weight):
                entry = self._queue.popleft()
                weight += entry[2]
                batch.append(entry)
            self._waiting_weight -= weight
            self._last = len(batch)
            return batch

    def _run(self) -> None:
        while batch := self._take():
            outcomes: Sequence[Result | BaseException]
            try:
                outcomes = self._write([item for item, _future, _weight in batch])
            except BaseException as error:  # noqa: BLE001  (whatever it is, each waiting caller must hear of it and refuse its sender)
                outcomes = [error] * len(batch)
            _answer([future for _item, future, _weight in batch], outcomes)


def _answer(futures: Sequence[asyncio.Future[Result]], outcomes: Sequence[Result | BaseException]) -> None:
    """Resolve the futures in their loop: one call into the loop for the whole batch."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Result], Result | BaseException]]] = {}
    for future, outcome in zip(futures, outcomes, strict=True):
        by_loop.setdefault(future.get_loop(), []).append((future, outcome))
    for loop, pairs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, pairs)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _resolve(pairs: Sequence[tuple[asyncio.Future[Result], Result | BaseException]]) -> None:
    for future, outcome in pairs:
        if future.cancelled():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
