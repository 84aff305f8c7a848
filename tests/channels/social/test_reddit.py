from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import orjson
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from channels.base import ChannelError, Permanent, RateLimited, Unavailable
from channels.replying import Deferred, Delivered, OutboundMessage, Rejected
from channels.social._reddit_feeds import Cursor
from channels.social.reddit import INBOX, Reddit
from tests.channels.case_files import Case, check, load
from tests.channels.social._adapters_reddit import reddit
from tests.channels.social._polling import FETCHING, PROBING, REPLYING, Killed, poll, polling
from tests.channels.social._reddit_server import RedditServer, reddit_server
from tests.channels.webhooks import Inbox


@pytest.mark.parametrize("case", load(__file__, "reddit"), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(reddit(), case)


def read(server: RedditServer, **changes: Any) -> Reddit:
    return reddit(**{"api_url": server.url, "login_url": server.url, **changes})


def numbers(inbox: Inbox) -> list[int]:
    return [int(name[3:], 16) for name in inbox.stored]


async def failing(channel: Reddit, cursor: str | None, inbox: Inbox) -> tuple[str | None, ChannelError]:
    """Poll until it raises; the last cursor and what was raised."""
    try:
        async with aclosing(channel.poll(cursor, polling())) as found:  # type: ignore[type-var]  # an AsyncIterator made by ``yield``
            async for raw, new in found:
                cursor = new
                if raw is not None:
                    await inbox(raw)
    except ChannelError as error:
        return cursor, error
    raise AssertionError("nothing was raised")


# 950 things that were missed are caught up in order, a page at a time from the oldest.
async def test_what_was_missed_is_caught_up_oldest_first() -> None:
    async with reddit_server() as server:
        server.add(INBOX, 1)
        inbox = Inbox()
        cursor = await poll(read(server), None, inbox)
        for n in range(2, 952):
            server.add(INBOX, n)
        cursor = await poll(read(server), cursor, inbox)
        assert numbers(inbox) == list(range(1, 952))
        assert [query for query in server.asked if "before=t1_1&" in query or query.endswith("before=t1_1")]
        assert cursor == await poll(read(server), cursor, inbox)


@pytest.mark.parametrize("dies_after", [1, 57, 100, 101, 230])
async def test_a_death_anywhere_loses_and_doubles_nothing(dies_after: int) -> None:
    async with reddit_server() as server:
        server.add(INBOX, 1)
        inbox = Inbox()
        cursor = await poll(read(server), None, inbox)
        for n in range(2, 242):
            server.add(INBOX, n)
        with pytest.raises(Killed):
            await poll(read(server), cursor, inbox, dies_after=dies_after)
        await poll(read(server), cursor, inbox)
        assert numbers(inbox) == list(range(1, 242))


async def test_every_cursor_on_the_way_is_safe() -> None:
    async with reddit_server() as server:
        server.add(INBOX, 1)
        first = await poll(read(server), None, Inbox())
        for n in range(2, 12):
            server.add(INBOX, n)
        seen: set[str] = set()
        async with aclosing(read(server).poll(first, polling())) as found:  # type: ignore[type-var]  # as above
            async for raw, cursor in found:
                assert raw is not None
                seen.add(raw.source_id)
                rest = Inbox()
                await poll(read(server), cursor, rest)
                assert seen | rest.stored.keys() >= {f"t1_{n:x}" for n in range(2, 12)}


# The thing that the cursor stands on is deleted: ``before`` then gives nothing for ever, and everything after it would be lost.
@pytest.mark.parametrize("deleted", [[5], [1, 2, 3, 4, 5]])
async def test_a_deleted_anchor_loses_nothing(deleted: list[int]) -> None:
    async with reddit_server() as server:
        for n in range(1, 6):
            server.add(INBOX, n, made=time.time() - 1000 + n)
        inbox = Inbox()
        cursor = await poll(read(server), None, inbox)
        server.delete(INBOX, *deleted)
        assert await poll(read(server), cursor, inbox) == cursor, "nothing is new"
        for n in range(6, 250):
            server.add(INBOX, n, made=time.time() - 500 + n)
        cursor = await poll(read(server), cursor, inbox)
        assert numbers(inbox) == list(range(1, 250))
        server.add(INBOX, 250)
        await poll(read(server), cursor, inbox)
        assert numbers(inbox)[-1] == 250


async def test_the_first_poll_looks_back_and_no_further_and_its_start_is_kept() -> None:
    async with reddit_server() as server:
        server.add(INBOX, 1, made=time.time() - 3 * 3600)
        server.add(INBOX, 2, made=time.time() - 600)
        inbox = Inbox()
        await poll(read(server, look_back=1), None, inbox)
        assert numbers(inbox) == [2]
        start = await poll(read(server, look_back=1), None, Inbox())
        assert Cursor(start).places[INBOX].latest > 0


async def test_posts_and_comments_of_subreddits_are_read_and_chosen_by_word() -> None:
    async with reddit_server() as server:
        new, comments = "/r/springfield/new", "/r/springfield/comments"
        server.add(new, 1, kind="t3", title="Huge POTHOLE on Elm", selftext="", body="")
        server.add(new, 2, kind="t3", title="Best pizza?", selftext="hungry", body="")
        server.add(comments, 3, body="the pothole again", parent_id="t3_1", link_id="t3_1")
        server.add(comments, 4, body="lol")
        server.add(comments, 5, body="ask u/springfield311")
        server.info["t3_1"] = server.listings[new][0]
        inbox = Inbox()
        channel = read(server, subreddits=["springfield"], match=["pothole"])
        cursor = await poll(channel, None, inbox)
        assert list(inbox.stored) == ["t3_1", "t1_3", "t1_5"]
        assert orjson.loads(inbox.stored["t1_3"].content)["parent"]["data"]["name"] == "t3_1"
        assert channel.translate(inbox.stored["t1_3"]).text_quoted.endswith("Huge POTHOLE on Elm")
        assert cursor == await poll(channel, cursor, inbox)


async def test_what_is_ours_or_gone_moves_the_cursor_and_is_no_message() -> None:
    async with reddit_server() as server:
        server.add(INBOX, 1, author="springfield311")
        server.add(INBOX, 2, author="[deleted]", body="[deleted]")
        server.add(INBOX, 3, body="[removed]")
        server.add(INBOX, 4, author=None, body="who deleted the account said this")
        inbox = Inbox()
        cursor = await poll(read(server), None, inbox)
        assert numbers(inbox) == [4]
        assert Cursor(cursor).places[INBOX].anchors[-1] == "t1_4"


async def test_a_thing_without_a_name_stops_nobody() -> None:
    async with reddit_server() as server:
        server.add(INBOX, 1)
        server.listings[INBOX].append({"kind": "t1", "data": {"body": "no name", "created_utc": time.time()}})
        server.add(INBOX, 2)
        inbox = Inbox()
        await poll(read(server), None, inbox)
        assert sorted(raw.held or "" for raw in inbox.stored.values()) == ["", "", "unfetchable"]


# A subreddit that went private does not stop the inbox, and is told of.
async def test_a_listing_that_is_refused_does_not_stop_the_others() -> None:
    async with reddit_server() as server:
        server.add("/r/springfield/comments", 7)
        server.fails["/r/springfield/new"] = [web.json_response({"reason": "private", "error": 403}, status=403)]
        server.add(INBOX, 1)
        inbox = Inbox()
        _cursor, error = await failing(read(server, subreddits=["springfield"]), None, inbox)
        assert isinstance(error, Permanent)
        assert "/r/springfield/new" in str(error)
        assert numbers(inbox) == [1, 7]


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (web.Response(status=502, text="<html>"), Unavailable, "502"),
        (web.Response(status=200, text="<html>"), Unavailable, "without JSON"),
        (web.Response(status=429, headers={"x-ratelimit-reset": "77.5"}), RateLimited, "slow down"),
        (web.Response(status=403, text="<html>blocked"), Permanent, "forbidden"),
    ],
)
async def test_what_reddit_refuses_with_says_again_or_never(answer: web.Response, kind: type[Exception], says: str) -> None:
    async with reddit_server() as server:
        server.fails[INBOX] = [answer]
        _cursor, error = await failing(read(server), None, Inbox())
        assert isinstance(error, kind)
        assert says in str(error)
        if isinstance(error, RateLimited):
            assert error.retry_after == 77


async def test_the_last_calls_of_a_window_are_not_made() -> None:
    async with reddit_server() as server:
        server.left = 1.0
        channel = read(server)
        await poll(channel, None, Inbox())
        asked = len(server.asked)
        _cursor, error = await failing(channel, None, Inbox())
        assert isinstance(error, RateLimited)
        assert 290 <= error.retry_after <= 301
        assert len(server.asked) == asked


async def test_a_token_that_ended_early_is_got_anew_and_a_wrong_password_says_so() -> None:
    async with reddit_server() as server:
        channel = read(server)
        await poll(channel, None, Inbox())
        server.tokens += 5
        await poll(channel, None, Inbox())
        with pytest.raises(Permanent, match="invalid_grant"):
            await read(server, password="another-password").check(PROBING)
        with pytest.raises(Permanent, match="401"):
            await read(server, client_secret="another-secret").check(PROBING)


async def test_the_probe_says_who_we_are() -> None:
    async with reddit_server() as server:
        assert "u/Springfield311" in (await read(server).check(PROBING)).detail
        with pytest.raises(Permanent, match="not as"):
            await read(server, username="Elsewhere").check(PROBING)


ANSWER = OutboundMessage(idempotency_key="k", to="u/zoe_example", text="Received.\nThank you.", in_reply_to="t1_abc", private=False)


async def test_an_answer_is_made_below_the_comment_and_once() -> None:
    async with reddit_server() as server:
        server.drop = True
        first = await read(server).reply(ANSWER, REPLYING)
        assert isinstance(first, Deferred)
        assert first.reason == "unclear"
        again = await read(server).reply(ANSWER, REPLYING)
        assert again == Delivered("t1_z1", url="https://www.reddit.com/r/springfield/comments/1/x/z/")
        assert [form["text"] for form in server.said] == ["Received.\n\nThank you."]
        assert server.said[0]["thing_id"] == "t1_abc"


async def test_a_private_answer_is_not_public() -> None:
    async with reddit_server() as server:
        await read(server).reply(replace(ANSWER, private=True), REPLYING)
        assert server.said[0]["to"] == "zoe_example"
        assert "thing_id" not in server.said[0]
        server.said.clear()
        await read(server).reply(replace(ANSWER, private=True, in_reply_to="t4_2abc", text="other"), REPLYING)
        assert server.said[0]["thing_id"] == "t4_2abc"


@pytest.mark.parametrize(
    ("errors", "kind", "reason"),
    [
        ([["RATELIMIT", "you are doing that too much. try again in 9 minutes.", "ratelimit"]], Deferred, "rate_limited"),
        ([["THREAD_LOCKED", "Comments are locked.", "parent"]], Rejected, "not_possible"),
        ([["DELETED_COMMENT", "that comment has been deleted", "parent"]], Rejected, "not_possible"),
        ([["BAD_CAPTCHA", "care to try these again?", "captcha"]], Deferred, "refused_for_now"),
    ],
)
async def test_a_refused_answer_says_again_or_never(errors: list[list[str]], kind: type, reason: str) -> None:
    async with reddit_server() as server:
        server.errors = errors
        made = await read(server).reply(ANSWER, REPLYING)
        assert isinstance(made, kind)
        assert isinstance(made, Deferred | Rejected)
        assert made.reason == reason
        if reason == "rate_limited":
            assert isinstance(made, Deferred)
            assert made.retry_after == 541.5


async def test_an_answer_to_nothing_is_refused() -> None:
    made = await reddit().reply(replace(ANSWER, in_reply_to="../../x"), REPLYING)
    assert isinstance(made, Rejected)


@given(st.text(max_size=100))
def test_a_cursor_that_is_spoilt_is_a_new_start(text: str) -> None:
    assert str(Cursor(str(Cursor(text)))) == str(Cursor(text))


@pytest.mark.parametrize(
    "table", [{"password": None}, {"refresh_token": "refresh-token"}, {"subreddits": ["r/x"]}, {"api_url": "http://x.example"}]
)
def test_settings_that_cannot_work_are_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        reddit(**table)


@pytest.mark.parametrize(
    "url", ["https://i.redd.it.example.org/a", "http://i.redd.it/a", "https://i.redd.it@127.0.0.1/a", "https://10.0.0.1/a", ""]
)
async def test_nothing_outside_reddits_picture_hosts_is_fetched(url: str) -> None:
    with pytest.raises(Permanent):
        await reddit().fetch({"url": url}, FETCHING)
