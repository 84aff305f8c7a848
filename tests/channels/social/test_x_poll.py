from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import orjson
import pytest
from aiohttp import web
from pydantic import ValidationError

from channels.base import Permanent, RateLimited, Temporary, Unavailable
from channels.social._x_mentions import Cursor, id_at
from channels.social.x import X
from tests.channels.social._adapters_x import OWN_ID, x
from tests.channels.social._polling import PROBING, Killed, Notebook, poll, polling
from tests.channels.social._x_server import XServer, problem, x_server
from tests.channels.webhooks import Inbox

FIRST = 1_992_600_000_000_000_000
TOKENS = {
    "consumer_key": "consumer-key-of-the-app",
    "access_token": f"{OWN_ID}-access-token",
    "access_token_secret": "access-token-secret",
}


def polled(server: XServer, **changes: Any) -> X:
    return x(**{"mode": "poll", "api_url": server.url, **TOKENS, **changes})


async def poll_until(kind: type[Exception], channel: X, cursor: str, inbox: Inbox) -> tuple[str, Exception]:
    """Poll until it raises; the last cursor and what was raised."""
    try:
        async with aclosing(channel.poll(cursor, polling())) as found:  # type: ignore[type-var]  # an AsyncIterator made by ``yield``
            async for raw, new in found:
                cursor = new
                if raw is not None:
                    await inbox(raw)
    except kind as error:
        return cursor, error
    raise AssertionError(f"{kind.__name__} was not raised")


async def test_all_pages_are_read_and_handed_over_oldest_first() -> None:
    async with x_server() as server:
        for n in range(257):
            server.add(FIRST + n)
        inbox = Inbox()
        cursor = await poll(polled(server), str(FIRST - 1), inbox)
        assert [int(name) for name in inbox.stored] == [FIRST + n for n in range(257)]
        assert cursor == str(FIRST + 256)
        assert [query.get("max_results") for query in server.asked] == ["100"] * 3
        assert server.asked[0]["since_id"] == str(FIRST - 1)
        first = polled(server).translate(inbox.stored[str(FIRST)])
        assert (first.sender.handle, first.text) == ("@zoe_example", f"a lamp is out {FIRST}")
        assert orjson.loads(inbox.stored[str(FIRST)].content).keys() == {"data", "includes"}


# The cursor follows what is durable: a gateway that dies anywhere loses nothing and doubles nothing.
@pytest.mark.parametrize("dies_after", [1, 2, 99, 120])
async def test_a_death_anywhere_loses_and_doubles_nothing(dies_after: int) -> None:
    async with x_server() as server:
        for n in range(120):
            server.add(FIRST + n)
        inbox = Inbox()
        with pytest.raises(Killed):
            await poll(polled(server), str(FIRST - 1), inbox, dies_after=dies_after)
        await poll(polled(server), str(FIRST - 1), inbox)
        assert [int(name) for name in inbox.stored] == [FIRST + n for n in range(120)]


# Each cursor on the way is safe to start from: whatever it names as read was handed over before.
async def test_every_cursor_on_the_way_is_safe() -> None:
    async with x_server() as server:
        for n in range(30):
            server.add(FIRST + n)
        seen: set[str] = set()
        async with aclosing(polled(server).poll(str(FIRST - 1), polling())) as found:  # type: ignore[type-var]  # an AsyncIterator made by ``yield``
            async for raw, text in found:
                assert raw is not None
                seen.add(raw.source_id)
                rest = Inbox()
                await poll(polled(server), text, rest)
                assert seen | rest.stored.keys() == {str(FIRST + n) for n in range(30)}


async def test_own_posts_and_reposts_move_the_cursor_and_are_no_messages() -> None:
    async with x_server() as server:
        server.add(FIRST, author=OWN_ID)
        server.add(FIRST + 1, referenced_tweets=[{"type": "retweeted", "id": "5"}])
        inbox = Inbox()
        assert await poll(polled(server), str(FIRST - 1), inbox) == str(FIRST + 1)
        assert not inbox.stored


async def test_an_item_without_an_id_stops_nobody() -> None:
    async with x_server() as server:
        server.add(FIRST)
        server.add(FIRST + 2)
        server.posts[FIRST + 1] = {"text": "no id", "author_id": None}
        inbox = Inbox()
        assert await poll(polled(server), str(FIRST - 1), inbox) == str(FIRST + 2)
        assert sorted(raw.held or "" for raw in inbox.stored.values()) == ["", "", "unfetchable"]


# When the day's reads are used up half-way, what was paid for is kept, and the gap is read first the next day.
async def test_a_budget_that_ends_half_way_leaves_a_gap_that_is_read_first() -> None:
    async with x_server() as server:
        for n in range(40):
            server.add(FIRST + n)
        notes, inbox = Notebook(), Inbox()
        channel = polled(server, max_reads_per_day=60)
        cursor = await poll(channel, str(FIRST - 1), inbox, polling(notes))
        assert cursor == f"{FIRST + 39} {FIRST - 1}-{min(map(int, inbox.stored))}"
        assert 10 <= len(inbox.stored) < 40
        assert server.charged <= 60
        asked = len(server.asked)
        assert await poll(channel, cursor, inbox, polling(notes)) == cursor, "the budget is used up: the poll rests"
        assert len(server.asked) == asked
        health = await channel.check(replace(PROBING, notebook=notes))
        assert "used up" in health.detail
        server.add(FIRST + 50)
        for day in range(9):
            notes.notes["reads"] = orjson.dumps({"day": f"2020-01-{day + 1:02}", "used": 60}).decode()
            cursor = await poll(channel, cursor, inbox, polling(notes))
        assert cursor == str(FIRST + 50)
        assert set(map(int, inbox.stored)) == {*range(FIRST, FIRST + 40), FIRST + 50}


async def test_the_budget_outlives_a_restart_and_a_spoilt_note_costs_nothing() -> None:
    async with x_server() as server:
        server.add(FIRST)
        notes = Notebook()
        await poll(polled(server), str(FIRST - 1), Inbox(), polling(notes))
        assert orjson.loads(notes.notes["reads"])["used"] == 2
        notes.notes["reads"] = "spoilt"
        asked = len(server.asked)
        await poll(polled(server), str(FIRST - 1), Inbox(), polling(notes), dies_after=None)
        assert len(server.asked) == asked


# A limit in the middle of the pages: what was read is handed over, then the poll says how long to wait.
async def test_a_limit_half_way_keeps_what_was_read() -> None:
    async with x_server() as server:
        for n in range(150):
            server.add(FIRST + n)
        inbox = Inbox()
        server.fails = ["", problem(429, "rate-limit-exceeded", "Too Many Requests")]
        cursor, _error = await poll_until(RateLimited, polled(server), str(FIRST - 1), inbox)
        assert cursor == f"{FIRST + 149} {FIRST - 1}-{FIRST + 50}"
        assert await poll(polled(server), cursor, inbox) == str(FIRST + 149)
        assert set(map(int, inbox.stored)) == set(range(FIRST, FIRST + 150))


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html"), Unavailable, "502"),
        (web.Response(status=200, text="<html>maintenance</html>", content_type="text/html"), Unavailable, "not_json"),
        (web.json_response({"errors": "not a list"}, status=500), Unavailable, "500"),
        (web.json_response([1, 2], status=400), Permanent, "400"),
        (problem(401, "unauthorized", "Unauthorized"), Permanent, "make new keys"),
        (problem(403, "client-forbidden", "Client Forbidden"), Permanent, "client-forbidden"),
        (problem(402, "credits-depleted", "CreditsDepleted"), Temporary, "add credits"),
        (problem(429, "usage-capped", "Usage cap exceeded: Monthly product cap"), Temporary, "add credits"),
        (problem(429, "rate-limit-exceeded", "Too Many Requests"), RateLimited, "slow down"),
        ("drop", Unavailable, "no answer"),
    ],
)
async def test_what_x_refuses_with_says_again_or_never_and_what_to_do(answer: Any, kind: type[Exception], says: str) -> None:
    async with x_server() as server:
        server.fails = [answer, answer]  # aiohttp asks once more where a connection broke
        with pytest.raises(kind, match=says):
            await poll(polled(server), str(FIRST), Inbox())


async def test_the_wait_is_what_the_header_says() -> None:
    async with x_server() as server:
        limited = problem(429, "rate-limit-exceeded", "Too Many Requests")
        limited.headers["x-rate-limit-reset"] = str(int(time.time()) + 500)
        server.fails = [limited]
        with pytest.raises(RateLimited) as caught:
            await poll(polled(server), str(FIRST), Inbox())
        assert 490 <= caught.value.retry_after <= 502


# Posts appear in the timeline a little after each other: one with a lower id than the cursor is found while the cursor is fresh.
async def test_a_post_that_appears_late_is_found() -> None:
    async with x_server() as server:
        now = id_at(time.time() - 5)
        server.add(now)
        inbox = Inbox()
        cursor = await poll(polled(server), str(now - 1), inbox)
        server.add(now - (3_000 << 22))
        assert await poll(polled(server), cursor, inbox) == cursor
        assert len(inbox.stored) == 2


async def test_the_first_poll_looks_back_and_no_further() -> None:
    async with x_server() as server:
        server.add(id_at(time.time() - 7200))
        server.add(id_at(time.time() - 1800))
        inbox = Inbox()
        await poll(polled(server, look_back=1), None, inbox)
        assert len(inbox.stored) == 1


async def test_an_account_that_is_known_by_name_is_looked_up_once() -> None:
    async with x_server() as server:
        notes = Notebook()
        for _time in range(3):
            channel = x(mode="poll", api_url=server.url, user_id=None, bearer_token="the-apps-bearer-token")
            await poll(channel, "1", Inbox(), polling(notes))
        assert server.charged == 1


async def test_a_user_token_is_renewed_and_the_next_one_kept_before_it_is_used() -> None:
    async with x_server() as server:
        notes, oauth2 = Notebook(), {"client_id": "c", "client_secret": "client-secret-of-app", "refresh_token": "user-refresh-token-1"}
        for _restart in range(2):
            await poll(x(mode="poll", api_url=server.url, **oauth2), "1", Inbox(), polling(notes))
        assert server.refreshed == 1
        note = orjson.loads(notes.notes["oauth2"])
        assert (note["access"], note["refresh"]) == ("user-token-1", "user-refresh-token-2")
        notes.notes["oauth2"] = orjson.dumps(note | {"ends": 0}).decode()
        channel = x(mode="poll", api_url=server.url, **oauth2)
        await poll(channel, "1", Inbox(), polling(notes))
        assert server.refreshed == 2
        assert (await channel.check(replace(PROBING, notebook=notes))).token_expires is not None
        server.refresh_token = "revoked"
        notes.notes["oauth2"] = orjson.dumps(note | {"ends": 0}).decode()
        with pytest.raises(Permanent, match="authorise the app again"):
            await poll(x(mode="poll", api_url=server.url, **oauth2), "1", Inbox(), polling(notes))


# The stream is opened before the timeline is read, so that nothing falls between; it ends when X ends it.
async def test_the_stream_brings_posts_after_what_was_missed() -> None:
    async with x_server() as server:
        server.add(FIRST)
        line = {"data": {"id": str(FIRST + 5), "text": "@Springfield311 hello", "author_id": "7"}, "matching_rules": [{"id": "0"}]}
        own = {"data": {"id": str(FIRST + 6), "text": "@Springfield311", "author_id": OWN_ID}}
        for part in (orjson.dumps(line), b"not json", orjson.dumps(own), b""):
            server.stream.put_nowait(part)
        inbox = Inbox()
        channel = polled(server, mode="stream", bearer_token="the-apps-bearer-token")
        cursor, error = await poll_until(Unavailable, channel, str(FIRST - 1), inbox)
        assert "closed" in str(error)
        assert list(inbox.stored)[:2] == [str(FIRST), str(FIRST + 5)]
        assert cursor == str(FIRST + 6)
        assert [rule["value"] for rule in server.rules] == ["@Springfield311 -is:retweet -from:Springfield311"]
        assert channel.translate(inbox.stored[str(FIRST + 5)]).text == "hello"


async def test_a_stream_that_is_refused_is_told_by_its_reason() -> None:
    async with x_server() as server:
        channel = polled(server, mode="stream", bearer_token="the-apps-bearer-token")
        server.rules = [{"id": "1", "value": "@Springfield311 -is:retweet -from:Springfield311"}]
        server.fails = ["", problem(429, "streaming-connection", "This stream is currently at the maximum allowed connection limit.")]
        with pytest.raises(RateLimited):
            await poll(channel, str(FIRST), Inbox())


def test_cursors_are_read_as_they_are_written() -> None:
    for cursor in (Cursor(5), Cursor(9, 2, 7)):
        assert Cursor.read(str(cursor)) == cursor
    assert Cursor.read("nonsense") is None
    assert Cursor.read(None) is None


@pytest.mark.parametrize(
    "table",
    [
        {"mode": "poll"},
        {"mode": "stream", **TOKENS},
        {"mode": "webhook", "consumer_secret": None},
        {"access_token": "1-token-without-secret"},
        {"refresh_token": "user-refresh-token-1"},
        {"api_url": "http://api.x.com"},
        {"username": "two words"},
    ],
)
def test_settings_that_cannot_work_are_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        x(**table)
