"""Lets the city talk in real time: messages at the times of a Poisson process, and the summary of how they were taken."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from gateway.clock import new_id
from gateway.errors import IntakeError
from gateway.simulate.city import City, Message
from gateway.simulate.senders import Answer, JsonSender, Sender, SmtpSender, TwilioSender, reachable
from gateway.wiring import Wired

_AT_ONCE = 64
"""Messages that are on their way at one time."""
_STORM = (0.2, 0.7)
"""Part of the time in which the storm rages."""
_STORM_RATE = 5.0
_WEIGHTS = {"email.smtp": 6, "api.message": 3, "sms.twilio": 2}
_MAIL_ONLY = frozenset({"follow_up", "redelivery", "auto_reply", "spam"})


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how much: ``rate`` messages a second on average, for ``seconds``; ``seed`` decides what is said."""

    rate: float
    seconds: float
    storm: bool = False
    seed: int = 311
    french: float = 0.5


@dataclass(slots=True)
class Summary:
    """How the messages were taken; seconds to the acknowledgement by channel."""

    kinds: Counter[str] = field(default_factory=Counter)
    answers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    taken: int = 0
    late: float = 0.0
    """How far behind its times the simulation was at worst, in seconds: more than a moment means that the rate was too high for it."""

    def add(self, channel_id: str, message: Message, answer: Answer) -> None:
        """Count one answer."""
        self.kinds[message.kind] += 1
        self.answers[channel_id][answer.status] += 1
        self.taken += answer.taken
        if answer.taken:
            self.seconds[channel_id].append(answer.seconds)

    def document(self) -> dict[str, Any]:
        """For programs: latencies in milliseconds."""
        return {
            "sent": sum(self.kinds.values()),
            "accepted": self.taken,
            "kinds": dict(self.kinds.most_common()),
            "late_seconds": round(self.late, 3),
            "channels": {
                channel_id: {"answers": dict(answers), "ack_ms": latencies(self.seconds[channel_id])}
                for channel_id, answers in sorted(self.answers.items())
            },
        }


def latencies(seconds: Sequence[float]) -> dict[str, float]:
    """The median, the 95th and the 99th percentile, in milliseconds."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    return {f"p{part}": round(ordered[min(len(ordered) * part // 100, len(ordered) - 1)] * 1000, 2) for part in (50, 95, 99)}


def can_talk_to(wired: Wired) -> dict[str, str]:
    """The configured channels that residents can use, with their types. One behind the PROXY protocol is reached through its proxy only."""
    return {
        channel_id: settings.type
        for channel_id, settings in wired.channel_settings.items()
        if settings.type in _WEIGHTS and not getattr(settings, "proxy_protocol", False)
    }


async def simulate(wired: Wired, plan: Plan, keys: Mapping[str, str], advance: Callable[[int], None], stop: asyncio.Event) -> Summary:
    """Talk until the time is over or ``stop`` is set. ``keys`` has an API key for each jurisdiction.

    ``advance`` is told of the seconds that have passed. Raises IntakeError where there is no channel to talk to.
    """
    summary = Summary()
    chance = Random(plan.seed)  # noqa: S311  (chance, not secrecy)
    city = City(chance, french=plan.french)
    async with AsyncExitStack() as running:
        senders = await _senders(wired, keys, running)
        mails = [sender for sender, kind in senders if kind == "email.smtp"]
        weights = [_WEIGHTS[kind] for _sender, kind in senders]
        room = asyncio.Semaphore(_AT_ONCE)
        tasks: set[asyncio.Task[None]] = set()

        async def deliver(sender: Sender, message: Message) -> None:
            try:
                summary.add(sender.channel_id, message, await sender.send(message))
            finally:
                room.release()

        started = time.monotonic()
        at, passed = 0.0, 0
        while not stop.is_set():
            raging = plan.storm and _STORM[0] <= at / plan.seconds < _STORM[1]
            at += chance.expovariate(plan.rate * (_STORM_RATE if raging else 1.0))
            if at > plan.seconds:
                break
            message = city.next(storm=raging)
            sender = _choose(chance, message, senders, mails, weights)
            if sender in mails:
                city.sent_by_mail(message)
            passed = await _wait(started + at, stop, advance, started, passed)
            await room.acquire()
            summary.late = max(summary.late, time.monotonic() - started - at)
            task = asyncio.create_task(deliver(sender, message))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
    return summary


def _choose(
    chance: Random, message: Message, senders: Sequence[tuple[Sender, str]], mails: Sequence[Sender], weights: Sequence[int]
) -> Sender:
    (sender,) = chance.choices([sender for sender, _kind in senders], weights)
    return mails[message.number % len(mails)] if message.kind in _MAIL_ONLY and mails else sender


async def _wait(until: float, stop: asyncio.Event, advance: Callable[[int], None], started: float, passed: int) -> int:
    """Sleep, showing each second that has passed; returns how many have."""
    while (left := until - time.monotonic()) > 0 and not stop.is_set():
        await asyncio.sleep(min(left, 0.25))
        if (now_passed := int(time.monotonic() - started)) > passed:
            advance(now_passed - passed)
            passed = now_passed
    return passed


async def _senders(wired: Wired, keys: Mapping[str, str], running: AsyncExitStack) -> list[tuple[Sender, str]]:
    server = wired.configuration.server
    host = reachable(server.listen.host)
    base = f"http://{f'[{host}]' if ':' in host else host}:{server.listen.port}"
    run = new_id().lower()
    http = await running.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_AT_ONCE)))
    threads = running.enter_context(ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="resident"))
    found: list[tuple[Sender, str]] = []
    for channel_id, kind in can_talk_to(wired).items():
        settings: Any = wired.channel_settings[channel_id]
        if kind == "email.smtp":
            found.append((SmtpSender(channel_id, settings, run, threads), kind))
        elif kind == "api.message":
            found.append((JsonSender(channel_id, base, keys[wired.channel_jurisdictions[channel_id]], run, http), kind))
        else:
            found.append((TwilioSender(channel_id, settings, base, server.public_url, run, http), kind))
    if not found:
        raise IntakeError("no channel is configured that residents could use (email.smtp, api.message, sms.twilio)")
    return found
