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
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import structlog
from aiohttp import web

from channels.base import ListenContext, Listener, Poller
from channels.outward import Client, Manners
from gateway import failpoint, telemetry, wiring
from gateway.errors import StoreError
from gateway.intake import Intake
from gateway.polling import Polled, Polling
from gateway.processing import nursery
from gateway.processing.keeper import Processing
from gateway.store import fresh, schema
from gateway.store.blobs import open_blobs
from gateway.store.inbox import Appender, PostgresAppender, SqliteAppender
from gateway.store.location import StoreLocation, locate
from gateway.store.polls import open_polls
from gateway.store.sqlite import only_gateway
from gateway.welcome import welcome
from gateway.wiring import Wired

_log = structlog.get_logger("gateway.app")
_SWITCH = 0.0005
"""Seconds after which a thread that waits for Python's lock gets it: those that sync files have little to do between two calls, and
the default of 5 ms for each would add up to more than the disk takes."""


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
        if not (schema.is_current(location) or fresh.make(location) or nursery.in_child(lambda: schema.migrate(location))):
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
            polling = self._polling(intake)
            await self._serve_http(intake, polling, running)
            await self._listen(intake, running)
            running.push_async_callback(_end, asyncio.create_task(polling.run(self._stop)))
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

    def _polling(self, intake: Intake) -> Polling:
        wired = self._wired
        pollers = {
            channel_id: Polled(channel, intake.accept_for(channel_id, wired.channel_jurisdictions[channel_id]))
            for channel_id, channel in wired.channels.items()
            if isinstance(channel, Poller)
        }
        return Polling(pollers, open_polls(self._location), make_client, wired.configuration.server.public_url)

    async def _serve_http(self, intake: Intake, polling: Polling, running: AsyncExitStack) -> None:
        from gateway.web.draining import Draining
        from gateway.web.server import application, listen

        settings = self._wired.configuration.server
        draining = Draining()
        app, keys = application(self._wired, self._location, intake, self.state, str(self._metrics_folder), polling)
        app.middlewares.insert(0, draining.middleware)
        running.callback(keys.close)
        runner = web.AppRunner(app, access_log=None, keepalive_timeout=30, shutdown_timeout=1, handle_signals=False)
        await runner.setup()
        running.push_async_callback(runner.cleanup)
        running.push_async_callback(draining.drain)
        try:
            server = await listen(runner, settings.listen.host, settings.listen.port, settings.max_connections)
        except OSError as error:
            raise StoreError(f"server.listen: {settings.listen}: {error.strerror}") from error
        running.callback(server.close)

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
        """Tell whoever started the gateway where everything is: in the log, and to a person at a terminal in words."""
        server = self._wired.configuration.server
        _log.info("ready", http=f"http://{server.listen}", channels=sorted(self._wired.channels), store=self._location.kind)
        if sys.stdout.isatty():
            sys.stdout.write("\n".join(welcome(self._wired)) + "\n")
            sys.stdout.flush()


def make_client(manners: Manners) -> Client:
    """A client for an adapter that calls out; the libraries are loaded by the first one, since most gateways need none here."""
    from gateway.http import client

    return client(manners)


async def _end(task: asyncio.Task[None]) -> None:
    """Wait for a task that was told to stop; what it raises is logged, so that the others are ended all the same."""
    try:
        await task
    except Exception:  # noqa: BLE001  (as above)
        _log.exception("a task of the gateway failed")


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
