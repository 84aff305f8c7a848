"""Keeps the processing process running, as the accepting process's event loop sees it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

import structlog

from gateway.processing import nursery

_log = structlog.get_logger("gateway.processing")
_PATIENCE = 20.0
"""Seconds that the processing may take to finish at a stop."""
_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the processing is started again after it ended by itself, time after time."""


class Processing:
    """The process that understands and delivers: woken, started again when it ends by itself, and at last asked to finish."""

    def __init__(self, child: nursery.Child, on_refused: Callable[[], None]) -> None:
        self._on_refused = on_refused
        # None as soon as it is closed or has ended: the system gives both numbers away again, and a wake-up must not end in another file.
        self._pipe: int | None = child.wake
        self._pid: int | None = child.pid
        self._watch: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    @property
    def state(self) -> str:
        """``running``, ``starting`` or ``stopped``."""
        return "stopped" if self._stopping.is_set() else "starting" if self._pipe is None else "running"

    def wake(self) -> None:
        """There is something new in the inbox. A pipe that is full or broken says so just as well, or is mended by the watch."""
        if self._pipe is not None:
            with suppress(OSError):
                os.write(self._pipe, b"\n")

    async def __aenter__(self) -> Self:
        self._watch = asyncio.create_task(self._keep_running())
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._stopping.set()
        self._close()
        if self._watch is None:
            return
        done, _pending = await asyncio.wait([self._watch], timeout=_PATIENCE)
        if not done:
            _log.warning("processing did not finish in time; what it had claimed is done at the next start")
            if self._pid is not None:
                os.kill(self._pid, signal.SIGKILL)
            await self._watch

    def _close(self) -> None:
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            os.close(pipe)

    async def _keep_running(self) -> None:
        failures = 0
        while self._pid is not None:
            started = time.monotonic()
            status = await _ended(self._pid)
            self._pid = None
            self._close()
            if self._stopping.is_set():
                return
            if status == nursery.REFUSED and not failures:
                self._on_refused()  # it said why: a configuration that is wrong does not become right by waiting
                return
            failures = 0 if time.monotonic() - started > 60 else failures + 1
            pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
            _log.error("processing ended by itself; messages are still accepted and wait", status=status, again_in=pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            if self._stopping.is_set():
                return
            child = await asyncio.to_thread(nursery.spawn)
            self._pipe, self._pid = child.wake, child.pid
            if self._stopping.is_set():  # it may have become so meanwhile
                self._close()


async def _ended(pid: int) -> int:
    """Wait for a process of ours to end; returns its exit status, negative for a signal."""
    loop = asyncio.get_running_loop()
    handle = os.pidfd_open(pid)
    try:
        ended = asyncio.Event()
        loop.add_reader(handle, ended.set)
        await ended.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])  # noqa: ASYNC222  (it has ended: there is nothing to wait for)
