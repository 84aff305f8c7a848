"""Runs the pollers: each asks its provider on time or when woken, and its cursor moves only over what is durable.

One task a channel, in the process that accepts: a poller fetches bytes and understands nothing of them. Of several gateways on one store
one polls a channel. A poller that fails is asked again, later each time, and says so in its state, which the channel's health shows.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from channels.base import Accept, Notebook, PollContext, Poller, ProbeContext, RateLimited, Temporary, Unavailable, Waiting
from channels.outward import MakeClient
from gateway import failpoint
from gateway.backoff import Backoff
from gateway.clock import now
from gateway.store.location import StoreLocation
from gateway.store.polls import Polls, PollState, open_polls

_log = structlog.get_logger("gateway.polling")
_BACKOFF = Backoff(first=2.0, cap=300.0, least=0.5)
_MOVE_EVERY = 1.0
"""Seconds after which the cursor is stored while messages stream in; a message that is seen twice is recognised."""
_LEAD_EVERY = 10.0
"""Seconds between a gateway's questions whether it may poll a channel that another one polls, and whether it still may."""
_TELL_EVERY = 30.0
"""Seconds after which a poller that streams, and so never ends, counts as having succeeded once more."""


@dataclass(frozen=True, slots=True)
class Polled:
    """One channel that is polled, and where its messages go."""

    poller: Poller
    accept: Accept


@dataclass(slots=True)
class _Turn:
    """How one poller fares: failures in a row, and whether this gateway is the one that polls."""

    failures: int = 0
    leading: bool = True


class Polling:
    """The pollers of one gateway."""

    def __init__(self, channels: Mapping[str, Polled], polls: Polls, http: MakeClient, public_url: str) -> None:
        self._channels, self._polls = channels, polls
        self.http, self._public_url = http, public_url
        self._awake = {channel_id: asyncio.Event() for channel_id in channels}

    def waker(self, channel_id: str) -> Callable[[], None]:
        """What makes the channel's poller run at once; does nothing for a channel that is not polled."""
        event = self._awake.get(channel_id)
        return event.set if event is not None else lambda: None

    def notebook(self, channel_id: str) -> Notebook:
        """The channel's notebook, polled or not."""
        return Notes(self._polls, channel_id)

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until ``stop`` is set. What a poller has handed over is stored, what it has not is fetched again next time."""
        tasks = [asyncio.create_task(self._keep(channel_id, polled)) for channel_id, polled in self._channels.items()]
        try:
            await stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(self._polls.close)

    async def states(self) -> list[PollState]:
        """How each poller is."""
        return await asyncio.to_thread(self._polls.states)

    async def _keep(self, channel_id: str, polled: Polled) -> None:
        context = PollContext(self.http, Notes(self._polls, channel_id), self._public_url)
        turn = _Turn()
        while True:
            try:
                if not await asyncio.to_thread(self._polls.lead, channel_id):
                    await asyncio.sleep(_LEAD_EVERY)
                    continue
                self._awake[channel_id].clear()
                await self._poll_while_leading(channel_id, polled, context, turn)
                await asyncio.to_thread(self._polls.succeeded, channel_id, now())
                turn.failures = 0
                await self._rest(channel_id, polled.poller, context)
            except Exception as error:  # noqa: BLE001  (whatever a provider or a poller does, it is asked again and the others go on)
                turn.failures += 1
                await self._failed(channel_id, error, turn.failures)

    async def _poll_while_leading(self, channel_id: str, polled: Polled, context: PollContext, turn: _Turn) -> None:
        """Poll; raise Unavailable when another gateway has taken over meanwhile, as it does when our connection to the store broke."""
        turn.leading = True
        poll = asyncio.ensure_future(self._poll(channel_id, polled, context, turn))
        lost = asyncio.ensure_future(self._until_lost(channel_id, turn))
        try:
            done, _pending = await asyncio.wait((poll, lost), return_when=asyncio.FIRST_COMPLETED)
            if poll not in done:
                lost.result()
                raise Unavailable("another gateway polls this channel now")
        finally:
            for task in (poll, lost):
                task.cancel()
            await asyncio.gather(poll, lost, return_exceptions=True)
        poll.result()

    async def _until_lost(self, channel_id: str, turn: _Turn) -> None:
        while turn.leading:
            await asyncio.sleep(_LEAD_EVERY)
            turn.leading = False  # also where the question fails: then nobody knows
            turn.leading = await asyncio.to_thread(self._polls.lead, channel_id)

    async def _poll(self, channel_id: str, polled: Polled, context: PollContext, turn: _Turn) -> None:
        position = stored = await self._position(channel_id)
        moved = told = time.monotonic()
        try:
            async with aclosing(polled.poller.poll(position, context)) as found:  # type: ignore[type-var]  # an AsyncIterator made by ``yield``
                async for raw, new in found:
                    if raw is not None:
                        await polled.accept(raw)
                    position = new
                    if position != stored:
                        turn.failures = 0  # who gets ahead is not asked later each time
                    if time.monotonic() - moved > _MOVE_EVERY:
                        await self._move(channel_id, new)
                        stored, moved = new, time.monotonic()
                    if time.monotonic() - told > _TELL_EVERY:
                        await asyncio.to_thread(self._polls.succeeded, channel_id, now())
                        told = time.monotonic()
        finally:
            # Who no longer leads may not write over what the other gateway has come to meanwhile.
            if position is not None and position != stored and turn.leading:
                await asyncio.shield(self._move(channel_id, position))

    async def _position(self, channel_id: str) -> str | None:
        # Read each time: another gateway may have polled the channel meanwhile.
        return next((state.position for state in await self.states() if state.channel_id == channel_id), None)

    async def _move(self, channel_id: str, position: str) -> None:
        failpoint.hit("poll.cursor.before")
        await asyncio.to_thread(self._polls.move, channel_id, position)
        failpoint.hit("poll.cursor.after")

    async def _rest(self, channel_id: str, poller: Poller, context: PollContext) -> None:
        """Until the interval is over, somebody wakes the poller, or its provider says that there is something new."""
        waits: list[asyncio.Future[bool]] = [asyncio.ensure_future(self._awake[channel_id].wait())]
        if isinstance(poller, Waiting):
            waits.append(asyncio.ensure_future(_waited(poller, context)))
        try:
            done, _pending = await asyncio.wait(waits, timeout=poller.interval.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
            for wait in done:
                wait.result()  # what the provider raised while we waited counts as a failure
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _failed(self, channel_id: str, error: Exception, failures: int) -> None:
        reason = str(error) if isinstance(error, Temporary) and str(error) else f"{type(error).__name__}: {error}"[:500]
        _log.warning("polling failed, trying again", channel=channel_id, error=type(error).__name__, failures=failures)
        with suppress(Exception):  # the store itself may be what failed
            await asyncio.to_thread(self._polls.failed, channel_id, now(), reason)
        wait = _BACKOFF.delay(failures, random.random)
        if isinstance(error, RateLimited):  # nobody may wake it: a provider that calls knows nothing of its own limits
            await asyncio.sleep(max(wait, float(error.retry_after)))
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._awake[channel_id].wait(), wait)
            await asyncio.sleep(_BACKOFF.least)  # a provider that calls all the time must not make us ask all the time


async def _waited(poller: Waiting, context: PollContext) -> bool:
    await poller.wait(context)
    return True


@asynccontextmanager
async def probing(location: StoreLocation, http: MakeClient, public_url: str) -> AsyncIterator[Callable[[str], ProbeContext]]:
    """What channels are given, by their ids, when they are asked whether they work: also how far their pollers have come."""
    polls = open_polls(location)
    try:
        positions: dict[str, str | None] = {}
        with suppress(Exception):  # a channel can be asked without it
            positions = {state.channel_id: state.position for state in await asyncio.to_thread(polls.states)}
        yield lambda channel_id: ProbeContext(http, public_url, Notes(polls, channel_id), positions.get(channel_id))
    finally:
        await asyncio.to_thread(polls.close)


class Notes:
    """An adapter's notebook in the store."""

    def __init__(self, polls: Polls, channel_id: str) -> None:
        self._polls, self._channel_id = polls, channel_id

    async def get(self, name: str, /) -> str | None:
        return await asyncio.to_thread(self._polls.get, self._channel_id, name)

    async def put(self, name: str, value: str, /) -> None:
        try:
            await asyncio.to_thread(self._polls.put, self._channel_id, name, value)
        except Exception as error:
            raise Unavailable(f"a note could not be stored: {type(error).__name__}") from error
