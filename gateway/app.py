"""The process that accepts: it listens, stores, acknowledges, and keeps the process that understands running beside it.

It parses nothing of what residents send and never waits for those who do, so that neither a hostile message nor a backlog delays an
acknowledgement.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Self

import structlog
from aiohttp import web

from channels.base import ListenContext, Listener
from gateway import failpoint, telemetry, wiring
from gateway.errors import StoreError
from gateway.intake import Intake
from gateway.processing import nursery
from gateway.store import schema
from gateway.store.blobs import open_blobs
from gateway.store.inbox import Appender, PostgresAppender, SqliteAppender
from gateway.store.location import StoreLocation, locate
from gateway.store.sqlite import only_gateway
from gateway.wiring import Wired

_log = structlog.get_logger("gateway.app")
_SWITCH = 0.0005
"""Seconds after which a thread that waits for Python's lock gets it: those that sync files have little to do between two calls, and
the default of 5 ms for each would add up to more than the disk takes."""
_PATIENCE = 20.0
"""Seconds that the processing may take to finish at a stop."""
_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the processing is started again after it ended by itself, time after time."""


class Ended(Exception):
    """The gateway ends by itself: the disk failed to sync (1), or what it should run with is wrong (2)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def serve(config: Path | None) -> int:
    """Run the gateway until SIGTERM or SIGINT; returns the exit status. Raises ConfigError and StoreError when it cannot start."""
    failpoint.arm(os.environ)
    if config is not None:
        os.environ["INTAKE311_CONFIG"] = str(config)
    wired = wiring.load(None, os.environ, parts={"channels"})
    telemetry.set_up_logging(wired.configuration.log.format, wired.configuration.log.level)
    metrics_folder = telemetry.metrics_folder(os.environ)
    location = locate(wired.configuration.store.url)
    with only_gateway(location.lock):
        if not schema.is_current(location) and not nursery.in_child(lambda: schema.migrate(location)):
            raise StoreError("the store could not be brought to today's schema")
        child = nursery.fork(wired)  # before there is a thread or a loop
        sys.setswitchinterval(_SWITCH)
        import uvloop

        try:
            uvloop.run(Gateway(wired, location, child, metrics_folder).run())
        except Ended as ended:
            return ended.status
    return 0


class Gateway:
    """One running gateway."""

    def __init__(self, wired: Wired, location: StoreLocation, child: nursery.Child, metrics_folder: Path) -> None:
        self._wired, self._location, self._metrics_folder = wired, location, metrics_folder
        self._stop = asyncio.Event()
        self._status = 0
        self._listening = False
        self._processing = Processing(child, lambda: self._give_up(nursery.REFUSED))
        self._intake: Intake | None = None

    async def run(self) -> None:
        """Start everything, wait for the end, stop everything in the opposite order. Raises Ended when it could not go on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        async with AsyncExitStack() as running:
            await running.enter_async_context(self._processing)
            intake = self._intake = self._open_intake()
            running.push_async_callback(intake.close)
            await self._serve_http(intake, running)
            await self._listen(intake, running)
            self._listening = True
            _notify("READY=1")
            self._tell()
            await self._stop.wait()
            self._listening = False
            _notify("STOPPING=1")
            _log.info("stopping: what was accepted is being finished")
        if self._status:
            raise Ended(self._status)

    def state(self) -> Mapping[str, object]:
        """What ``/health/ready`` shows."""
        ready = self._listening and self._intake is not None and self._intake.ready
        return {"ready": ready, "accepting": self._listening, "processing": self._processing.state}

    def _open_intake(self) -> Intake:
        from gateway import metrics

        settings = self._wired.configuration.store
        blobs = open_blobs(settings.blobs)
        watched = [blobs.spool_dir, *([self._location.main.parent] if self._location.main else [])]
        return Intake(
            _appender(self._location),
            blobs,
            inline_limit=int(settings.inline_limit),
            min_free=int(settings.min_free),
            watched=watched,
            on_stored=self._processing.wake,
            on_broken=lambda: self._give_up(1),
            observe=metrics.stored,
        )

    async def _serve_http(self, intake: Intake, running: AsyncExitStack) -> None:
        from gateway.web.server import application

        settings = self._wired.configuration.server
        app, keys = application(self._wired, self._location, intake, self.state, str(self._metrics_folder))
        running.callback(keys.close)
        runner = web.AppRunner(app, access_log=None, keepalive_timeout=30, shutdown_timeout=10, handle_signals=False)
        await runner.setup()
        running.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, settings.listen.host, settings.listen.port, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            raise StoreError(f"server.listen: {settings.listen}: {error.strerror}") from error

    async def _listen(self, intake: Intake, running: AsyncExitStack) -> None:
        settings = self._wired.configuration
        spool = open_blobs(settings.store.blobs).spool_dir
        for channel_id, channel in self._wired.channels.items():
            if isinstance(channel, Listener):
                accept = intake.accept_for(channel_id, self._wired.channel_jurisdictions[channel_id])
                try:
                    await running.enter_async_context(channel.listen(accept, ListenContext(spool, settings.server.public_name)))
                except OSError as error:
                    raise StoreError(f"channels.{channel_id}.listen: {error.strerror}") from error

    def _give_up(self, status: int) -> None:
        self._status = status
        self._stop.set()

    def _tell(self) -> None:
        """Tell whoever started the gateway where everything is."""
        server = self._wired.configuration.server
        _log.info("ready", http=f"http://{server.listen}", channels=sorted(self._wired.channels), store=self._location.kind)


class Processing:
    """The process that understands and delivers: woken, started again when it ends by itself, and at last asked to finish."""

    def __init__(self, child: nursery.Child, on_refused: Callable[[], None]) -> None:
        self._child, self._on_refused = child, on_refused
        self._watch: asyncio.Task[None] | None = None
        self._running, self._stopping = True, False

    @property
    def state(self) -> str:
        """``running``, ``starting`` or ``stopped``."""
        return "stopped" if self._stopping else "running" if self._running else "starting"

    def wake(self) -> None:
        """There is something new in the inbox. A pipe that is full or broken says so just as well, or is mended by the watch."""
        with suppress(OSError):
            os.write(self._child.wake, b"\n")

    async def __aenter__(self) -> Self:
        self._watch = asyncio.create_task(self._keep_running())
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._stopping = True
        with suppress(OSError):
            os.close(self._child.wake)
        if self._watch is None:
            return
        done, _pending = await asyncio.wait([self._watch], timeout=_PATIENCE)
        if not done:
            _log.warning("processing did not finish in time; what it had claimed is done at the next start")
            with suppress(ProcessLookupError):
                os.kill(self._child.pid, signal.SIGKILL)
            await self._watch

    async def _keep_running(self) -> None:
        failures = 0
        while True:
            started = time.monotonic()
            status = await _ended(self._child.pid)
            if self._stopping:
                return
            self._running = False
            with suppress(OSError):
                os.close(self._child.wake)
            if status == nursery.REFUSED and not failures:
                self._on_refused()  # it said why: a configuration that is wrong does not become right by waiting
                return
            failures = 0 if time.monotonic() - started > 60 else failures + 1
            pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
            _log.error("processing ended by itself; messages are still accepted and wait", status=status, again_in=pause)
            await asyncio.sleep(pause)
            if self.state == "stopped":  # it may have become so while we slept
                return
            self._child = await asyncio.to_thread(nursery.spawn)
            self._running = True


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


def _appender(location: StoreLocation) -> Appender:
    return SqliteAppender(location.inbox) if location.inbox is not None else PostgresAppender(location.conninfo)


def _notify(state: str) -> None:
    """Tell systemd (sd_notify(3)), where it asked to be told."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall(state.encode())
