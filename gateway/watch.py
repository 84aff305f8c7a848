"""Watches the channels: asks them whether they work, sends their canaries, and tells a person once when something is wrong or right again.

Runs in the process that understands, as jobs of :mod:`gateway.schedule`: whichever gateway has a job's turn does it. What is found goes
into the store, where every gateway, the API and the command line read it (:mod:`gateway.overview`).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

import structlog

from channels.base import Canaried, ProbeContext, Probed
from channels.base import Health as Found
from channels.outward import MakeClient
from gateway import health, metrics, polling, probing
from gateway.clock import now
from gateway.health import ALARMS, Alarm, Known
from gateway.overview import Habits, look
from gateway.silence import HISTORY, WEEK
from gateway.store import channels, history
from gateway.store.engine import Connection, Engines
from gateway.store.transactions import Transactions
from gateway.wiring import Wired

_log = structlog.get_logger("gateway.channels")
Job = Callable[[], Awaitable[None]]
_AT_ONCE = 8
_JUDGE, _FORGET = timedelta(minutes=1), timedelta(days=1)
_KEPT = HISTORY + WEEK
"""Hours of counts that are kept before a channel's last message: what was usual is not forgotten while it is silent."""


class Watch:
    """The watch over the channels of one gateway."""

    def __init__(self, engines: Engines, transactions: Transactions, wired: Wired, http: MakeClient) -> None:
        self._engines, self._transactions, self._wired = engines, transactions, wired
        self._context = ProbeContext(http, wired.configuration.server.public_url)
        self._habits: Habits = {}
        self._started = now()

    def jobs(self) -> dict[str, tuple[timedelta, Job]]:
        """The periodic jobs by name, with their periods."""
        settings = self._wired.configuration.health
        found: dict[str, tuple[timedelta, Job]] = {"judge-channels": (_JUDGE, self.judge), "forget-hours": (_FORGET, self._forget)}
        if any(isinstance(channel, Probed) for channel in self._wired.channels.values()):
            found["probe-channels"] = (settings.probe, self.probe)
        for channel_id, period in settings.canary.items():
            found[f"canary:{channel_id}"] = (period, self._canary_job(channel_id))
        return found

    async def probe(self) -> None:
        """Ask every channel that can tell, some at a time, and note what they say; then judge."""
        doors = asyncio.Semaphore(_AT_ONCE)

        async def one(channel_id: str, channel: Probed, context: ProbeContext) -> None:
            async with doors:
                asked = await probing.ask(channel, context, probing.secrets_of(self._wired.channel_settings[channel_id]))
            jurisdiction_id = self._wired.channel_jurisdictions[channel_id]
            found = asked.found or Found()

            def _note(connection: Connection) -> None:
                history.lock(connection)
                channels.probed(
                    connection,
                    channel_id,
                    jurisdiction_id,
                    now(),
                    error=asked.error,
                    token_expires=found.token_expires,
                    backlog=found.backlog,
                )

            await self._transactions.run(_note)

        probed = {name: channel for name, channel in self._wired.channels.items() if isinstance(channel, Probed)}
        async with polling.probing(self._engines.location, self._context.http, self._context.public_url) as context:
            await asyncio.gather(*(one(name, channel, context(name)) for name, channel in probed.items()))
        await self.judge()

    async def canary(self, channel_id: str) -> None:
        """Send a channel its canary; that it is on its way is noted first."""
        channel, at, token = self._wired.channels[channel_id], now(), secrets.token_urlsafe(18)
        jurisdiction_id = self._wired.channel_jurisdictions[channel_id]
        if not isinstance(channel, Canaried):
            return

        def _note(connection: Connection) -> None:
            history.lock(connection)
            channels.canary_sent(connection, channel_id, jurisdiction_id, token, at)

        await self._transactions.run(_note)
        hidden = [token, *probing.secrets_of(self._wired.channel_settings[channel_id])]
        try:
            async with asyncio.timeout(probing.SECONDS):
                await channel.send_canary(token, self._context)
        except Exception as error:  # noqa: BLE001  (that it does not arrive is the alarm; this line says why)
            _log.warning("a canary could not be sent", channel=channel_id, error=probing.in_words(error, hidden))

    async def judge(self) -> None:
        """Raise and lower alarms: each is told once, in the log and in the history, when it begins and when it ends."""
        at = now()
        found = await asyncio.to_thread(look, self._wired, self._engines, self._habits)
        settings = self._wired.configuration.health
        wanted = {(name, kind): why for name, known in found.items() for kind, why in health.alarms(known, settings, at).items()}
        # While the gateway was away messages and canaries waited with their senders, who come again.
        catching_up = frozenset({"silent", "canary"} if at - self._started < settings.canary_deadline else ())
        turned = await self._transactions.run(lambda connection: self._turn(connection, found, wanted, at, catching_up))
        for channel_id, kind, raised in turned:
            if not raised:
                _log.info("channel recovered", channel=channel_id, kind=kind)
            elif kind == "expiring":
                _log.warning("channel needs a person soon", channel=channel_id, kind=kind, what=wanted[channel_id, kind])
            else:
                _log.error("channel needs a person", channel=channel_id, kind=kind, what=wanted[channel_id, kind])

    def gauge(self) -> None:
        """Bring the gauges of the channels up to date. Blocking."""
        at, settings = now(), self._wired.configuration.health
        for channel_id, known in look(self._wired, self._engines, self._habits).items():
            wanted = health.alarms(known, settings, at)
            last = known.state.last_message
            metrics.channel(channel_id, up=health.failing(known, at) is None, last=last.timestamp() if last else 0.0, alarms=wanted)

    def _turn(
        self,
        connection: Connection,
        found: Mapping[str, Known],
        wanted: Mapping[tuple[str, Alarm], str],
        at: datetime,
        not_yet: AbstractSet[str],
    ) -> list[tuple[str, Alarm, bool]]:
        history.lock(connection)
        raised = channels.alarms(connection, found)
        turned: list[tuple[str, Alarm, bool]] = []
        for channel_id, known in found.items():
            pairs = [(channel_id, kind) for kind in ALARMS]
            changed = [(*pair, pair in wanted) for pair in pairs if (pair in wanted) != (pair in raised)]
            turned += [(name, kind, on) for name, kind, on in changed if not (on and kind in not_yet)]
            since = health.silent_since(known, at)
            if since != known.state.silent_since:
                channels.silent(connection, channel_id, since)
        events = [channels.turned(self._wired.channel_jurisdictions[name], name, kind, raised=on) for name, kind, on in turned]
        history.append(connection, events, at)
        return turned

    async def _forget(self) -> None:
        await self._transactions.run(lambda connection: channels.forget_hours(connection, _KEPT))

    def _canary_job(self, channel_id: str) -> Job:
        async def job() -> None:
            await self.canary(channel_id)

        return job
