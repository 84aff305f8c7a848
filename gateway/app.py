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
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Self

import structlog
from aiohttp import web

from channels.base import ListenContext, Listener
from gateway import failpoint, telemetry, wiring
from gateway.errors import StoreError
from gateway.intake import Intake
from gateway.store import schema
from gateway.store.blobs import open_blobs
from gateway.store.inbox import Appender, PostgresAppender, SqliteAppender
from gateway.store.location import StoreLocation, locate
from gateway.store.sqlite import only_gateway
from gateway.wiring import Wired

_log = structlog.get_logger("gateway.app")
_PATIENCE = 20.0
"""Seconds that the processing may take to finish at a stop."""
_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the processing is started again after it ended by itself, time after time."""


class Broken(Exception):
    """The disk failed to sync: only a new process may promise anything again."""


def serve(config: Path | None) -> int:
    """Run the gateway until SIGTERM or SIGINT; returns the exit status. Raises ConfigError and StoreError when it cannot start."""
    import uvloop

    failpoint.arm(os.environ)
    if config is not None:
        os.environ["INTAKE311_CONFIG"] = str(config)
    wired = wiring.load(None, os.environ, parts={"channels"})
    telemetry.set_up_logging(wired.configuration.log.format, wired.configuration.log.level)
    metrics_folder = telemetry.metrics_folder(os.environ)
    location = locate(wired.configuration.store.url)
    with only_gateway(location.lock):
        if not schema.is_current(location):
            schema.migrate(location)
        try:
            uvloop.run(Gateway(wired, location, metrics_folder).run())
        except Broken:
            return 1
    return 0


class Gateway:
    """One running gateway."""

    def __init__(self, wired: Wired, location: StoreLocation, metrics_folder: Path) -> None:
        self._wired, self._location, self._metrics_folder = wired, location, metrics_folder
        self._stop = asyncio.Event()
        self._broken = False
        self._listening = False
        self._processing = Processing()
        self._intake: Intake | None = None

    async def run(self) -> None:
        """Start everything, wait for the end, stop everything in the opposite order. Raises Broken after a failed sync."""
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
        if self._broken:
            raise Broken

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
            on_broken=self._give_up,
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
        hostname = settings.server.hostname or settings.server.public_url.split("//", 1)[1].split("/", 1)[0].rsplit(":", 1)[0]
        spool = open_blobs(settings.store.blobs).spool_dir
        for channel_id, channel in self._wired.channels.items():
            if isinstance(channel, Listener):
                accept = intake.accept_for(channel_id, self._wired.channel_jurisdictions[channel_id])
                try:
                    await running.enter_async_context(channel.listen(accept, ListenContext(spool, hostname)))
                except OSError as error:
                    raise StoreError(f"channels.{channel_id}.listen: {error.strerror}") from error

    def _give_up(self) -> None:
        self._broken = True
        self._stop.set()

    def _tell(self) -> None:
        """Tell whoever started the gateway where everything is."""
        server = self._wired.configuration.server
        _log.info("ready", http=f"http://{server.listen}", channels=sorted(self._wired.channels), store=self._location.url.drivername)


class Processing:
    """The process that understands and delivers: started, woken, started again when it ends, and at last asked to finish."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def state(self) -> str:
        """``running``, ``starting`` or ``stopped``."""
        if self._stopping:
            return "stopped"
        return "running" if self._process is not None and self._process.returncode is None else "starting"

    def wake(self) -> None:
        """There is something new in the inbox."""
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.is_closing():
            transport = self._process.stdin.transport
            if transport.get_write_buffer_size() == 0:  # one wake-up that was not read yet is as good as two
                transport.write(b"\n")

    async def __aenter__(self) -> Self:
        await self._start()
        self._watch = asyncio.create_task(self._keep_running())
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_PATIENCE):
                await process.wait()
        except TimeoutError:
            _log.warning("processing did not finish in time; what it had claimed is done at the next start")
            process.kill()
            await process.wait()

    async def _start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway.processing", stdin=asyncio.subprocess.PIPE, env=dict(os.environ)
        )

    async def _keep_running(self) -> None:
        failures = 0
        while self._process is not None:
            started = time.monotonic()
            status = await self._process.wait()
            failures = 0 if time.monotonic() - started > 60 else failures + 1
            pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
            _log.error("processing ended by itself; messages are still accepted and wait", status=status, again_in=pause)
            await asyncio.sleep(pause)
            await self._start()


def _appender(location: StoreLocation) -> Appender:
    return SqliteAppender(location.inbox) if location.inbox is not None else PostgresAppender(schema.conninfo(location))


def _notify(state: str) -> None:
    """Tell systemd (sd_notify(3)), where it asked to be told."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall(state.encode())
