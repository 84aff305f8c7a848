"""The worker, the dispatcher and the timers of one gateway, on one event loop."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import structlog
import uvloop

from channels.base import Fetcher
from channels.replying import ReplyContext
from gateway import metrics, wiring
from gateway.clock import now
from gateway.dispatch import Dispatcher, Limits, Pace
from gateway.errors import StoreError
from gateway.fetching import Fetching
from gateway.http import client
from gateway.polling import Notes
from gateway.readers.pool import Readers
from gateway.readers.zygote import Zygote
from gateway.replies.assembly import WayBack, lanes, open_way_back
from gateway.routing import route
from gateway.schedule import Schedule
from gateway.sinks.base import close as close_sinks
from gateway.store import deliveries as outbox_rows
from gateway.store import media as media_rows
from gateway.store.blobs import open_blobs
from gateway.store.claims import open_claims
from gateway.store.deliveries import StoredDeliveries
from gateway.store.engine import Engines
from gateway.store.files import StoredFiles
from gateway.store.location import locate
from gateway.store.media import StoredMedia
from gateway.store.outcome import Outbox
from gateway.store.polls import open_polls
from gateway.store.sqlite import only_gateway
from gateway.store.transactions import Transactions
from gateway.watch import Watch
from gateway.wiring import Wired
from gateway.worker import Counted, Worker

_log = structlog.get_logger("gateway.processing")
_WAIT_FOR_PREDECESSOR = 120.0
"""Seconds that a process whose accepting half was killed may take to notice and go."""


def run(zygote: Zygote) -> int:
    """Run until standard input ends; returns the exit status. Raises IntakeError when it cannot start."""
    wired = wiring.load(None, os.environ)
    location = locate(wired.configuration.store.url)
    with ExitStack() as held:
        _lock(held, location.lock)
        engines = Engines(location)
        held.callback(engines.dispose)
        uvloop.run(_serve(wired, engines, zygote))
    return 0


def outbox_of(wired: Wired, way_back: WayBack | None = None) -> Outbox:
    """The routing of a configuration, and what residents are told."""
    catalogs = {jurisdiction_id: context.catalog for jurisdiction_id, context in wired.contexts.items()}
    routes, sinks = wired.configuration.routes, list(wired.configuration.sinks)
    own = frozenset(name for name, table in wired.configuration.sinks.items() if table.get("type") == "store")
    fetching = frozenset(name for name, channel in wired.channels.items() if isinstance(channel, Fetcher))
    answer = way_back.planner.answer if way_back is not None else None
    return Outbox(lambda request: route(request, routes, sinks, catalogs.get(request.jurisdiction_id)), own, fetching, answer)


async def _serve(wired: Wired, engines: Engines, zygote: Zygote) -> None:
    settings = wired.configuration
    transactions = Transactions(engines)
    readers = Readers(zygote, processes=settings.worker.processes, deadline=settings.worker.deadline)
    sinks = {name: sink for name, sink in wired.sinks.items() if settings.sinks[name].get("type") != "store"}
    way_back = open_way_back(wired, engines)
    notes = open_polls(engines.location)
    replying = lanes(
        way_back, lambda channel_id: ReplyContext(client, settings.server.public_url, Notes(notes, channel_id)), engines, transactions
    )
    dispatcher = Dispatcher(
        StoredDeliveries(transactions, shared=not engines.location.is_sqlite),
        {**sinks, **replying},
        limits={name: Limits.of(wired.sink_settings[name]) for name in sinks},  # type: ignore[arg-type]  # a sink's settings are SinkSettings
        pace=Pace(concurrency=settings.dispatch.concurrency),
        observe=metrics.attempted,
        files=StoredFiles(engines, open_blobs(settings.store.blobs)),
    )
    outbox = outbox_of(wired, way_back)
    fetching = Fetching(
        {name: channel for name, channel in wired.channels.items() if isinstance(channel, Fetcher)},
        StoredMedia(transactions, outbox.own),
        open_blobs(settings.store.blobs),
        readers,
        client,
        due=lambda: _due(engines),
        observe=metrics.fetched,
        on_fetched=dispatcher.wake,
    )

    def _on_requests() -> None:
        dispatcher.wake()
        fetching.wake()

    worker = Worker(
        open_claims(engines),
        readers,
        transactions,
        wired.contexts,
        outbox,
        adapters={name: channel.type for name, channel in wired.channel_settings.items()},
        batch=settings.worker.batch,
        processes=settings.worker.processes,
        lease=2 * settings.worker.deadline + 30,
        observe=_count,
        on_requests=_on_requests,
    )
    stop, halt = asyncio.Event(), asyncio.Event()
    _listen(worker.wake, stop)
    watch = Watch(engines, transactions, wired, client)
    schedule = Schedule(transactions, wired, watch)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_work(worker, stop, halt))
            if sinks or replying:
                group.create_task(dispatcher.run(halt))
            group.create_task(fetching.run(halt))
            group.create_task(schedule.run(halt))
            group.create_task(_gauge(engines, wired, watch, halt))
            group.create_task(_mind(zygote, halt))
    finally:
        await readers.close()
        await close_sinks([*wired.sinks.values(), *replying.values()])
        await asyncio.to_thread(notes.close)
        await transactions.close()


def _due(engines: Engines) -> bool:
    with engines.reading() as connection:
        return media_rows.due(connection, now())


async def _work(worker: Worker, stop: asyncio.Event, halt: asyncio.Event) -> None:
    """Process until told to stop; only then do the others halt, so that the last requests still get their outbox rows."""
    try:
        await worker.run(stop)
    finally:
        halt.set()


class ReadersGone(Exception):
    """The process that readers come from has ended by itself."""


async def _mind(zygote: Zygote, halt: asyncio.Event) -> None:
    """Raise ReadersGone when the zygote ends by itself: this process has threads and must not fork another, so it has to start anew."""
    loop = asyncio.get_running_loop()
    handle = os.pidfd_open(zygote.pid)
    ended = asyncio.Event()
    loop.add_reader(handle, ended.set)
    waits = [asyncio.ensure_future(ended.wait()), asyncio.ensure_future(halt.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        loop.remove_reader(handle)
        os.close(handle)
        for wait in waits:
            wait.cancel()
    if not halt.is_set():
        _log.error("the process that readers come from has ended: processing starts anew")
        raise ReadersGone


def _listen(wake: Callable[[], None], stop: asyncio.Event) -> None:
    """Turn standard input into wake-ups, and its end into the stop."""
    loop = asyncio.get_running_loop()
    handle = sys.stdin.fileno()
    os.set_blocking(handle, False)

    def _readable() -> None:
        with suppress(BlockingIOError):
            if os.read(handle, 65_536):
                wake()
                return
            loop.remove_reader(handle)
            stop.set()

    loop.add_reader(handle, _readable)


async def _gauge(engines: Engines, wired: Wired, watch: Watch, halt: asyncio.Event) -> None:
    """Keep the gauges of what waits, and of the channels, up to date."""
    metrics.BUILD.labels(metrics.program_version()).set(1)
    claims = open_claims(engines)

    def _look() -> None:
        metrics.PENDING.set(claims.waiting())
        with engines.reading() as connection:
            found = outbox_rows.depth(connection, now())
            metrics.MEDIA_WAITING.set(media_rows.waiting(connection))
        for sink in wired.sinks:
            count, age = found.get(sink, (0, 0.0))
            metrics.OUTBOX.labels(sink).set(count)
            metrics.OLDEST.labels(sink).set(age)
        watch.gauge()

    while not halt.is_set():
        try:
            await asyncio.to_thread(_look)
        except Exception as error:  # noqa: BLE001  (a gauge that cannot be read must not end the processing)
            _log.warning("gauges could not be read", error=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(halt.wait(), 5)


def _count(counted: Counted) -> None:
    for (channel, disposition), stages in zip(counted.dispositions, counted.stages, strict=True):
        metrics.settled(channel, disposition, stages)


def _lock(held: ExitStack, lock: Path | None) -> None:
    """Wait for a predecessor that lost its accepting half: two workers on one SQLite store would deliver twice."""
    if lock is None:
        return
    mine = lock.with_name(lock.name.removesuffix(".lock") + ".worker.lock")
    limit = time.monotonic() + _WAIT_FOR_PREDECESSOR
    while True:
        try:
            held.enter_context(only_gateway(mine))
        except StoreError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.1)
        else:
            return
