from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from channels.base import FetchContext, Permanent, ProbeContext
from channels.replying import Deferred, Delivered, OutboundMessage, Rejected
from channels.social._x_length import LIMIT, fitted, weight
from channels.social.x import X
from gateway.http import client
from tests.channels.social._adapters_x import OWN_ID, x
from tests.channels.social._polling import FETCHING, PROBING, REPLYING
from tests.channels.social._x_server import XServer, problem, x_server

POST = "1992600000000000001"
ANSWER = OutboundMessage(
    idempotency_key="k1",
    to="@zoe_example",
    text="Received as 26-000123. https://311.example.gov/track/abc",
    in_reply_to=POST,
    private=False,
)


def speaking(server: XServer, **changes: Any) -> X:
    keys = {
        "consumer_key": "consumer-key-of-the-app",
        "access_token": f"{OWN_ID}-access-token",
        "access_token_secret": "access-token-secret",
    }
    return x(**{"mode": "poll", "api_url": server.url, **keys, **changes})


async def test_a_reply_is_made_below_the_post() -> None:
    async with x_server() as server:
        made = await speaking(server).reply(ANSWER, REPLYING)
        assert isinstance(made, Delivered)
        assert made.external_id == server.own_posts[0]["id"]
        assert server.own_posts[0]["referenced_tweets"] == [{"type": "replied_to", "id": POST}]


# Nobody saw the end of the first attempt. The second looks for it first; after a restart X's refusal of the same words leads to it.
@pytest.mark.parametrize("restart", [False, True])
async def test_what_was_said_is_not_said_again(restart: bool) -> None:
    async with x_server() as server:
        channel = speaking(server)
        server.fails = ["drop"]
        first = await channel.reply(ANSWER, REPLYING)
        assert isinstance(first, Deferred)
        assert first.reason == "unclear"
        again = await (speaking(server) if restart else channel).reply(ANSWER, REPLYING)
        assert isinstance(again, Delivered)
        assert [post["id"] for post in server.own_posts] == [again.external_id]


async def test_the_same_words_to_another_post_are_not_taken_for_said() -> None:
    async with x_server() as server:
        channel = speaking(server)
        await channel.reply(ANSWER, REPLYING)
        other = await channel.reply(replace(ANSWER, in_reply_to="1992600000000000002", idempotency_key="k2"), REPLYING)
        assert isinstance(other, Rejected)
        assert other.reason == "duplicate_content"


async def test_who_wrote_privately_is_answered_privately() -> None:
    async with x_server() as server:
        private = replace(ANSWER, private=True, hints={"person": "2222222222222222222"}, text="x" * 500)
        assert await speaking(server).reply(private, REPLYING) == Delivered("77")
        assert server.own_posts == [{"id": "1", "to": "2222222222222222222", "text": "x" * 500}]
        nobody = await speaking(server).reply(replace(ANSWER, private=True), REPLYING)
        assert isinstance(nobody, Rejected)


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (problem(429, "rate-limit-exceeded", "Too Many Requests"), Deferred, "rate_limited"),
        (problem(429, "usage-capped", "Usage cap exceeded"), Deferred, "credits"),
        (problem(401, "unauthorized", "Unauthorized"), Deferred, "unauthorized"),
        (
            problem(403, "about:blank", "Your client app is not configured with the oauth1 app permissions."),
            Deferred,
            "forbidden",
        ),
        (problem(403, "about:blank", "You attempted to reply to a Tweet that is deleted or not visible to you."), Rejected, "not_possible"),
        (web.Response(status=503, text="<html>", content_type="text/html"), Deferred, "http_503"),
    ],
)
async def test_a_refusal_says_again_or_never(answer: web.Response, kind: type, reason: str) -> None:
    async with x_server() as server:
        server.fails = [answer]
        made = await speaking(server).reply(ANSWER, REPLYING)
        assert isinstance(made, kind)
        assert isinstance(made, Deferred | Rejected)
        assert made.reason == reason


async def test_a_reply_without_the_accounts_tokens_waits() -> None:
    made = await x().reply(ANSWER, REPLYING)
    assert isinstance(made, Deferred)
    assert made.reason == "no_user_token"


async def test_the_probe_knows_whose_tokens_they_are() -> None:
    async with x_server() as server:
        assert "signed in as @Springfield311" in (await speaking(server).check(PROBING)).detail
        app = x(mode="poll", api_url=server.url, bearer_token="the-apps-bearer-token")
        assert "12 of this month's 3000000" in (await app.check(PROBING)).detail
        with pytest.raises(Permanent, match="not to @Elsewhere311"):
            await speaking(server, username="Elsewhere311").check(PROBING)
    assert "no token" in (await x().check(ProbeContext(client))).detail


# Weights as X's own twitter-text 3.1 computes them (checked once with the npm package).
@pytest.mark.parametrize(
    ("text", "weighs"),
    [
        ("", 0),
        ("Hello, world!", 13),
        ("Reçu — l’équipe passera « demain »", 34),
        ("日本語", 6),
        ("👾", 2),
        ("🙋🏽 👨‍🎤 👨‍👩‍👧‍👦", 8),
        ("🇨🇦", 2),
        ("https://example.com/very/long/path?with=query", 23),
        ("see https://example.com.", 28),
        ("see example.org/track/abc now", 31),
        ("cafe\u0301", 4),
        ("a…b", 4),
    ],
)
def test_x_weighs_a_text(text: str, weighs: int) -> None:
    assert weight(text) == weighs


@given(st.text(max_size=600))
def test_what_is_fitted_fits(text: str) -> None:
    assert weight(fitted(text)) <= LIMIT


def test_a_long_reply_keeps_its_address() -> None:
    text = "Merci, votre signalement est enregistré. " * 12 + "Suivi : https://311.example.gov/suivi/7K4M-92QX-11"
    short = fitted(text)
    assert short.endswith("… https://311.example.gov/suivi/7K4M-92QX-11")
    assert weight(short) <= LIMIT
    assert fitted("short") == "short"


@pytest.mark.parametrize(
    "url",
    [
        "https://pbs.twimg.com.example.org/a.jpg",
        "https://pbs.twimg.com@127.0.0.1/a.jpg",
        "http://pbs.twimg.com/a.jpg",
        "https://169.254.169.254/latest/meta-data/",
        "https://pbs.twimg.com:8443/a.jpg",
        "https://pbs.twimg.com\\@127.0.0.1/",
        "file:///etc/passwd",
        "",
        "https://pbs.twimg.com",
    ],
)
async def test_nothing_outside_xs_picture_host_is_fetched(url: str) -> None:
    with pytest.raises(Permanent):
        await x().fetch({"url": url}, FETCHING)


async def test_a_redirect_to_elsewhere_is_not_followed() -> None:
    from channels.outward import Answer, Client, Manners

    class Redirecting:
        async def call(self, method: str, url: str, **_arguments: Any) -> Answer:
            assert url.startswith("https://pbs.twimg.com/")
            return Answer(302, {"location": "http://127.0.0.1/secret"}, b"")

        async def aclose(self) -> None: ...

    def make(manners: Manners) -> Client:
        assert not manners.private_addresses
        return Redirecting()

    with pytest.raises(Permanent, match="outside"):
        await x().fetch({"url": "https://pbs.twimg.com/media/a.jpg"}, FetchContext(make))
