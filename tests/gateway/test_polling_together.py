"""Of two gateways on one PostgreSQL store one polls a channel, and the other takes over when it is gone."""

from __future__ import annotations

import asyncio

import pytest

from channels.base import RawMessage, Receipt
from channels.outward import no_client
from gateway import polling
from gateway.backoff import Backoff
from gateway.store import schema
from gateway.store.location import StoreLocation, locate
from gateway.store.polls import open_polls
from tests.channels.webhooks import Inbox
from tests.gateway.test_polling import HOUR, SOON, Provider, message, running, state, until


@pytest.fixture
def location(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> StoreLocation:
    monkeypatch.setattr(polling, "_LEAD_EVERY", 0.01)
    found = locate(postgres_url)
    schema.migrate(found)
    return found


def end_connections(location: StoreLocation) -> int:
    """As a restart of the database does it; how many there were."""
    import psycopg

    with psycopg.connect(location.conninfo, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'intake311 polls' "
            "AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
        ).fetchall()
    return len(ended)


async def test_one_polls_and_the_other_waits(location: StoreLocation) -> None:
    one, other, inbox = Provider([message(1)]), Provider([message(1)]), Inbox()
    async with running(location, one, inbox):
        await until(lambda: one.began)
        async with running(location, other, inbox):
            await until(lambda: len(one.began) > 5)
            assert not other.began
            assert inbox.tries == 1


async def test_the_other_goes_on_where_the_first_stopped(location: StoreLocation) -> None:
    one, other, inbox = Provider([message(1), message(2)]), Provider([message(n) for n in (1, 2, 3)]), Inbox()
    async with running(location, one, inbox):
        await until(lambda: len(inbox.stored) == 2)
        waiting = running(location, other, inbox)
        await waiting.__aenter__()
        await asyncio.sleep(0.05)
    await until(lambda: len(inbox.stored) == 3)
    await waiting.__aexit__(None, None, None)
    assert other.began[0] == "2"
    assert inbox.tries == 3


async def test_each_gateway_may_poll_another_channel(location: StoreLocation) -> None:
    first, second = open_polls(location), open_polls(location)
    try:
        assert first.lead("mail")
        assert second.lead("posts")
        assert not second.lead("mail")
        assert not first.lead("posts")
        assert first.lead("mail")
    finally:
        first.close()
        await until(lambda: second.lead("mail"))  # the server lets go of it a moment after the connection has ended
        second.close()


# A stream never comes back to ask whether it may go on, so it is watched: two streams of one account cost twice and get each other closed.
async def test_a_stream_ends_when_its_gateway_has_lost_the_channel(location: StoreLocation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "_BACKOFF", Backoff(first=0.01, cap=0.01, least=0.0))
    one, other, inbox = Provider([message(1)], endless=True), Provider([message(1), message(2)], endless=True), Inbox()
    async with running(location, one, inbox):
        await until(lambda: one.durable == [1])
        ours = open_polls(location)
        assert end_connections(location) == 1
        await until(lambda: ours.lead("feed") or len(one.began) > 1)
        if ours.lead("feed"):
            await until(lambda: one.closed == len(one.began))
            count = len(one.began)
            await asyncio.sleep(0.05)
            assert len(one.began) == count, "it waits until the channel is free again"
        ours.close()
        await until(lambda: len(one.began) > one.closed)
    async with running(location, other, inbox):
        await until(lambda: len(inbox.stored) == 2)


async def test_who_lost_the_channel_does_not_write_over_the_others_cursor(location: StoreLocation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "_BACKOFF", Backoff(first=3600, cap=3600, least=3600))
    gate = asyncio.Event()
    inbox = Inbox()

    async def slow(raw: RawMessage, /) -> Receipt:
        await gate.wait()
        return await inbox(raw)

    one = Provider([message(1), message(2)], endless=True)
    theirs = open_polls(location)
    made = polling.Polling({"feed": polling.Polled(one, slow)}, open_polls(location), no_client, "")
    stop = asyncio.Event()
    task = asyncio.create_task(made.run(stop))
    await until(lambda: one.began)
    gate.set()
    await until(lambda: one.durable == [1, 2])
    assert end_connections(location) == 1
    await until(lambda: one.closed == 1)
    theirs.move("feed", "7")
    stop.set()
    await task
    assert state(theirs).position == "7"
    theirs.close()


async def test_the_store_may_be_away_for_a_while(location: StoreLocation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "_BACKOFF", Backoff(first=0.01, cap=0.01, least=0.0))
    provider, inbox = Provider([message(1)], interval=SOON), Inbox()
    async with running(location, provider, inbox):
        await until(lambda: inbox.stored)
        assert end_connections(location) == 1
        provider.items.append(message(2))
        await until(lambda: len(inbox.stored) == 2)
    assert provider.interval < HOUR
