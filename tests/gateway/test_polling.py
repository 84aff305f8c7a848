"""Pollers are asked on time, and their cursors move only over what is durable; tried on a real store of each kind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from channels.base import PollContext, RateLimited, RawMessage, StoreBusy, Unavailable
from channels.outward import no_client
from gateway import polling
from gateway.polling import Polled, Polling
from gateway.store import schema
from gateway.store.location import StoreLocation, locate
from gateway.store.polls import Polls, PollState, open_polls
from normalizer.model import InboundMessage
from tests.channels.webhooks import Inbox

PATIENCE = 20.0
HOUR = timedelta(hours=1)
SOON = timedelta(milliseconds=5)
Step = RawMessage | None | BaseException


def message(number: int, **more: object) -> RawMessage:
    return RawMessage(f"m{number}", datetime(2026, 11, 24, tzinfo=UTC), "text/plain", b"x", {}, **more)  # type: ignore[arg-type]  # tests pass what it takes


@dataclass
class Provider:
    """A poller: numbered items in a list, of which one may raise. The cursor is the number of the last one."""

    items: list[Step] = field(default_factory=list)
    interval: timedelta = SOON
    began: list[str | None] = field(default_factory=list)
    durable: list[int] = field(default_factory=list)
    closed: int = 0
    endless: bool = False
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        raise NotImplementedError

    async def poll(self, cursor: str | None, context: PollContext, /) -> AsyncIterator[tuple[RawMessage | None, str]]:
        self.began.append(cursor)
        at = int(cursor or 0)
        try:
            while True:
                while at < len(self.items):
                    step = self.items[at]
                    if isinstance(step, BaseException):
                        raise step
                    at += 1
                    yield step, str(at)
                    self.durable.append(at)
                if not self.endless:
                    return
                self.more.clear()
                await self.more.wait()
        finally:
            self.closed += 1


class Pushed(Provider):
    """A provider that says when there is something new."""

    def __init__(self) -> None:
        super().__init__(interval=HOUR)
        self.news: asyncio.Queue[BaseException | None] = asyncio.Queue()

    async def wait(self, context: PollContext, /) -> None:
        if (error := await self.news.get()) is not None:
            raise error


class Quick:
    """Hardly waits, and remembers after how many failures it was asked."""

    least = 0.0

    def __init__(self) -> None:
        self.asked: list[int] = []

    def delay(self, attempts: int, draw: Callable[[], float]) -> float:
        self.asked.append(attempts)
        return 0.001


@pytest.fixture
def backoff(monkeypatch: pytest.MonkeyPatch) -> Quick:
    quick = Quick()
    monkeypatch.setattr(polling, "_BACKOFF", quick)
    return quick


@pytest.fixture
def location(store_url: str) -> StoreLocation:
    found = locate(store_url)
    schema.migrate(found)
    return found


@pytest.fixture
def polls(location: StoreLocation) -> Iterator[Polls]:
    opened = open_polls(location)
    yield opened
    opened.close()


@asynccontextmanager
async def running(location: StoreLocation, provider: Provider, inbox: Inbox) -> AsyncIterator[Polling]:
    """A gateway's pollers, with one channel."""
    made = Polling({"feed": Polled(provider, inbox)}, open_polls(location), no_client, "https://311.example.gov")
    stop = asyncio.Event()
    task = asyncio.create_task(made.run(stop))
    try:
        yield made
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE)


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - a test has nothing to be woken by
            await asyncio.sleep(0.002)


def state(polls: Polls) -> PollState:
    return next((found for found in polls.states() if found.channel_id == "feed"), PollState("feed"))


async def test_what_is_found_is_stored_in_its_order_and_the_next_round_begins_behind_it(location: StoreLocation, polls: Polls) -> None:
    provider, inbox = Provider([message(1), message(2), None, message(4)]), Inbox()
    async with running(location, provider, inbox):
        await until(lambda: len(provider.began) >= 2)
        provider.items.append(message(5))
        await until(lambda: len(inbox.stored) == 4)
    assert list(inbox.stored) == ["m1", "m2", "m4", "m5"]
    assert provider.began[:2] == [None, "4"]
    assert inbox.tries == 4
    assert state(polls).position == "5"
    assert state(polls).succeeded is not None
    assert state(polls).failures == 0


# A position that is stored before its message is a message that a power cut loses.
async def test_the_cursor_stops_before_what_could_not_be_stored(location: StoreLocation, polls: Polls, backoff: Quick) -> None:
    provider, inbox = Provider([message(number) for number in range(1, 6)]), Inbox()
    seen: list[str | None] = []

    async def accept(raw: RawMessage, /) -> object:
        if raw.source_id == "m3" and len(seen) < 3:
            seen.append(None)
            raise StoreBusy("the disk is full", full=True)
        return await inbox(raw)

    made = Polling({"feed": Polled(provider, accept)}, polls, no_client, "")  # type: ignore[arg-type]  # it accepts
    stop = asyncio.Event()
    task = asyncio.create_task(made.run(stop))
    await until(lambda: len(inbox.stored) == 5)
    stop.set()
    await task
    assert provider.began[:5] == [None, "2", "2", "2", "5"][: len(provider.began)]
    assert provider.durable == [1, 2, 3, 4, 5], "what follows a yield ran only for what is durable"
    assert inbox.tries == 5, "nothing that was stored is asked for again"


async def test_why_it_failed_is_told_and_forgotten_when_it_works(location: StoreLocation, polls: Polls, backoff: Quick) -> None:
    provider, inbox = Provider([message(1), Unavailable("the provider is away")]), Inbox()
    async with running(location, provider, inbox):
        await until(lambda: state(polls).failures >= 2)
        first = state(polls)
        provider.items[1] = KeyError("data")
        await until(lambda: "KeyError" in state(polls).error)
        provider.items[1] = message(2)
        await until(lambda: state(polls).failures == 0)
    assert (first.position, first.error) == ("1", "the provider is away")
    assert first.failed is not None
    assert state(polls).error == ""
    assert list(inbox.stored) == ["m1", "m2"]


async def test_each_failure_in_a_row_makes_the_wait_longer(location: StoreLocation, backoff: Quick) -> None:
    provider = Provider([RuntimeError("again")])
    async with running(location, provider, Inbox()):
        await until(lambda: len(provider.began) > 4)
        provider.items[:] = [message(1), RuntimeError("after some progress")]
        asked = len(backoff.asked)
        await until(lambda: len(backoff.asked) > asked + 3)
    assert backoff.asked[:4] == [1, 2, 3, 4]
    assert 1 in backoff.asked[4:], "who gets ahead begins anew"


async def test_a_provider_that_limits_is_not_asked_sooner_because_it_calls(location: StoreLocation, backoff: Quick) -> None:
    provider = Provider([RateLimited("slow down", retry_after=3600)])
    async with running(location, provider, Inbox()) as made:
        await until(lambda: backoff.asked)
        for _time in range(20):
            made.waker("feed")()
            await asyncio.sleep(0.002)
        assert len(provider.began) == 1


async def test_a_poison_item_stops_nobody(location: StoreLocation, polls: Polls) -> None:
    provider = Provider([message(1), message(2, held="unfetchable"), message(3)])
    inbox = Inbox()
    async with running(location, provider, inbox):
        await until(lambda: len(inbox.stored) == 3)
    assert [raw.held for raw in inbox.stored.values()] == [None, "unfetchable", None]
    assert state(polls).position == "3"


async def test_ten_thousand_missed_items_are_caught_up_in_order(location: StoreLocation, polls: Polls) -> None:
    provider, inbox = Provider([message(number) for number in range(10_000)], interval=HOUR), Inbox()
    async with running(location, provider, inbox):
        await until(lambda: state(polls).succeeded)
    assert list(inbox.stored) == [f"m{number}" for number in range(10_000)]
    assert inbox.tries == 10_000
    assert state(polls).position == "10000"


async def test_a_call_of_the_provider_makes_it_poll_at_once(location: StoreLocation) -> None:
    provider, inbox = Provider(interval=HOUR), Inbox()
    async with running(location, provider, inbox) as made:
        made.waker("nobody")()
        await until(lambda: provider.closed == 1)
        provider.items.append(message(1))
        made.waker("feed")()
        await until(lambda: inbox.stored)


# The call may come while the poll that it is about is just ending; it must not be forgotten.
async def test_a_call_during_a_poll_makes_another(location: StoreLocation) -> None:
    provider, inbox = Provider(interval=HOUR), Inbox()
    async with running(location, provider, inbox) as made:
        provider.items.append(message(1))
        await until(lambda: provider.began)
        made.waker("feed")()
        await until(lambda: len(provider.began) == 2)


async def test_a_provider_that_says_so_is_polled_at_once(location: StoreLocation, polls: Polls, backoff: Quick) -> None:
    provider, inbox = Pushed(), Inbox()
    async with running(location, provider, inbox):
        await until(lambda: provider.closed == 1)
        provider.items.append(message(1))
        provider.news.put_nowait(None)
        await until(lambda: inbox.stored)
        provider.news.put_nowait(Unavailable("the line dropped"))
        await until(lambda: backoff.asked)
        await until(lambda: provider.closed >= 3)
        await until(lambda: state(polls).failures == 0)
    assert backoff.asked == [1]


async def test_a_stream_moves_its_cursor_and_counts_as_well_while_it_goes_on(
    location: StoreLocation, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_MOVE_EVERY", 0.0)
    monkeypatch.setattr(polling, "_TELL_EVERY", 0.0)
    provider, inbox = Provider([message(1)], endless=True), Inbox()
    async with running(location, provider, inbox):
        await until(lambda: state(polls).position == "1")
        await until(lambda: state(polls).succeeded)
        provider.items.append(message(2))
        provider.more.set()
        await until(lambda: state(polls).position == "2")
        assert provider.closed == 0
    assert provider.closed == 1, "stopping ends the stream in an orderly way"
    assert len(provider.began) == 1


async def test_stopping_stores_how_far_it_has_come(location: StoreLocation, polls: Polls) -> None:
    provider, inbox = Provider([message(1), message(2)], endless=True), Inbox()
    async with running(location, provider, inbox):
        await until(lambda: provider.durable == [1, 2])
        assert state(polls).position is None, "a stream's cursor is not stored after each message"
    assert state(polls).position == "2"
    assert state(polls).failures == 0


async def test_stopping_waits_for_no_provider(location: StoreLocation, polls: Polls) -> None:
    provider = Pushed()
    async with running(location, provider, Inbox()):
        await until(lambda: provider.closed == 1)
    assert state(polls).failures == 0


async def test_an_adapters_notes_outlive_it(location: StoreLocation) -> None:
    made = Polling({}, open_polls(location), no_client, "")
    notes = made.notebook("feed")
    assert await notes.get("token") is None
    await notes.put("token", "one")
    await notes.put("token", "zwei · déjà")
    await made.notebook("other").put("token", "three")
    again = Polling({}, open_polls(location), no_client, "")
    assert await again.notebook("feed").get("token") == "zwei · déjà"
    for each in (made, again):
        stop = asyncio.Event()
        stop.set()
        await each.run(stop)


async def test_a_note_that_cannot_be_kept_is_a_temporary_error(polls: Polls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polls, "put", lambda *_arguments: 1 / 0)
    with pytest.raises(Unavailable, match="ZeroDivisionError"):
        await Polling({}, polls, no_client, "").notebook("feed").put("token", "one")
