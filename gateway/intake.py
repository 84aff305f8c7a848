"""Accepts messages: makes each durable, then returns, and returning is the acknowledgement.

``accept`` is the only way in. Messages that wait at the same time share one commit (see :mod:`gateway.store.writer`). It refuses, for the
time being, when the writer falls behind, when the disk is nearly full, and when anything unforeseen happens: the sender keeps its copy.
A caller that is cancelled (its client vanished) does not cancel the commit.
"""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from channels.base import Accept, ChannelError, RawMessage, Receipt, StoreBusy, Temporary
from gateway import failpoint
from gateway.clock import new_id
from gateway.store.blobs import Blobs, free_bytes
from gateway.store.inbox import Appender, Arrival
from gateway.store.writer import GroupCommit

_log = structlog.get_logger("gateway.intake")
_FREE_FOR = 1.0
"""Seconds for which a look at the free space holds good."""
_BLOB_THREADS = 8
"""Blobs that are synced at once: the file system's journal commits them together."""
_SYNC_ERRORS = {1034, 1290}
"""SQLite's extended codes IOERR_FSYNC and IOERR_DIR_FSYNC."""


class Intake:
    """The receiving end of one gateway process.

    ``on_stored`` is called in the event loop after each commit (to wake the worker); ``on_broken`` when the disk failed to sync: nothing
    can be
    promised then until the process has started anew. ``observe(channel_id, seconds, result)`` gets each message's time to durability.
    """

    def __init__(
        self,
        appender: Appender,
        blobs: Blobs,
        *,
        inline_limit: int,
        min_free: int,
        watched: Sequence[Path],
        on_stored: Callable[[], None] = lambda: None,
        on_broken: Callable[[], None] = lambda: None,
        observe: Callable[[str, float, str], None] = lambda _channel, _seconds, _result: None,
    ) -> None:
        self._appender, self._blobs = appender, blobs
        self._inline_limit, self._min_free, self._watched = inline_limit, min_free, tuple(watched)
        self._on_stored, self._on_broken, self._observe = on_stored, on_broken, observe
        self._commits: GroupCommit[Arrival, Receipt] = GroupCommit(self._append, name="inbox", weight=lambda arrival: arrival.weight)
        self._threads = ThreadPoolExecutor(_BLOB_THREADS, thread_name_prefix="blob")
        self._tasks: set[asyncio.Future[Receipt]] = set()
        self._checked, self._free = 0.0, True
        self._broken = self._telling = False

    def accept_for(self, channel_id: str, jurisdiction_id: str) -> Accept:
        """The ``accept`` of one channel."""

        async def accept(raw: RawMessage, /) -> Receipt:
            started = time.perf_counter()
            try:
                receipt = await self._accept(channel_id, jurisdiction_id, raw)
            except ChannelError as error:
                self._observe(channel_id, time.perf_counter() - started, "refused")
                _log.warning("refused for now", channel=channel_id, reason=str(error))
                raise
            except Exception as error:
                self._observe(channel_id, time.perf_counter() - started, "failed")
                _log.exception("could not store", channel=channel_id)
                raise _refusal(error) from error
            self._observe(channel_id, time.perf_counter() - started, "duplicate" if receipt.duplicate else "stored")
            failpoint.hit("reply.before")
            return receipt

        return accept

    @property
    def ready(self) -> bool:
        """Whether the next message would be taken."""
        return not self._broken and self._has_space()

    async def close(self) -> None:
        """Store what is under way, refuse what comes now."""
        await self._commits.close()
        await asyncio.to_thread(self._threads.shutdown)
        self._appender.close()

    async def _accept(self, channel_id: str, jurisdiction_id: str, raw: RawMessage) -> Receipt:
        failpoint.hit("accept.start")
        if self._broken:
            raise StoreBusy("the disk failed to sync; waiting for the restart")
        if not self._has_space():
            raise StoreBusy("too little space on the disk", full=True)
        size = raw.spool.size if raw.spool else len(raw.content)
        if raw.spool is None and size <= self._inline_limit:
            arrival = Arrival(new_id(), jurisdiction_id, channel_id, raw, size)
            return await asyncio.shield(self._kept(self._commits.submit(arrival)))
        return await asyncio.shield(self._kept(asyncio.ensure_future(self._accept_large(channel_id, jurisdiction_id, raw, size))))

    async def _accept_large(self, channel_id: str, jurisdiction_id: str, raw: RawMessage, size: int) -> Receipt:
        """The blob first, then the row that names it: a row without its blob cannot come to be."""
        loop = asyncio.get_running_loop()
        if raw.spool is not None:
            blob = await loop.run_in_executor(self._threads, self._blobs.adopt, raw.spool)
        else:
            blob = (await loop.run_in_executor(self._threads, self._blobs.put_many, [raw.content]))[0]
        return await self._commits.submit(Arrival(new_id(), jurisdiction_id, channel_id, raw, size, blob))

    def _kept(self, future: asyncio.Future[Receipt]) -> asyncio.Future[Receipt]:
        """A shielded future needs somebody who holds it while its caller is gone."""
        self._tasks.add(future)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: asyncio.Future[Receipt]) -> None:
        self._tasks.discard(future)
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            if not self._telling:  # once for all that a commit brought
                self._telling = True
                asyncio.get_running_loop().call_soon(self._tell)
        elif _lost_sync(error) and not self._broken:
            self._broken = True
            _log.critical("the disk failed to sync: no message is accepted any more; the gateway has to start anew")
            self._on_broken()

    def _tell(self) -> None:
        self._telling = False
        self._on_stored()

    def _append(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        return self._appender.append(arrivals)

    def _has_space(self) -> bool:
        now = time.monotonic()
        if now - self._checked > _FREE_FOR:
            self._checked = now
            self._free = all(free_bytes(folder) >= self._min_free for folder in self._watched)
        return self._free


def _refusal(error: Exception) -> Temporary:
    """What the sender is told: disk full and busy by their names, everything else as plainly temporary."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreBusy("the disk is full", full=True)
    if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
        return StoreBusy("the disk is full", full=True)
    return StoreBusy(type(error).__name__)


def _lost_sync(error: BaseException) -> bool:
    """Whether an fsync failed: the kernel may have dropped what it could not write, so trying again proves nothing (fsyncgate, 2018)."""
    return getattr(error, "sqlite_errorcode", 0) in _SYNC_ERRORS or (isinstance(error, OSError) and error.errno == errno.EIO)
