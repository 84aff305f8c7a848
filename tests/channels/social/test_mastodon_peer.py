"""The adapter against mastodon-mock; residents write with Mastodon.py."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from mastodon_mock.config import DatabaseConfig, MastodonMockConfig, SeedAccount, SeedConfig, StreamingConfig
from mastodon_mock.testing import MockServer
from PIL import Image

from channels.base import Permanent, RateLimited, TooLarge, Unavailable
from channels.replying import Deferred, Delivered, OutboundMessage, Rejected
from channels.social import mastodon as module
from channels.social._mastodon_api import Refused
from channels.social.mastodon import Mastodon
from tests.channels.social._adapters_mastodon import mastodon
from tests.channels.social._polling import FETCHING, FETCHING_HERE, PROBING, REPLYING, Killed, poll, polling
from tests.channels.webhooks import Inbox

TOKEN = "the-citys-token-0123456789"


class Server(MockServer):
    """The peer, steered without the HTTP library that its own helpers want."""

    def steer(self, method: str, path: str, body: Any = None) -> Any:
        call = urllib.request.Request(f"{self.base_url}/api/v1/_mock/{path}", json.dumps(body).encode(), method=method)
        call.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(call) as answer:
            return json.loads(answer.read() or b"null")

    def reset(self) -> None:
        self.steer("POST", "reset")

    @contextlib.contextmanager
    def failing(self, path: str, *, methods: list[str] | None = None, count: int | None = None, **effect: Any) -> Iterator[None]:
        rule = {"match": {"methods": methods, "path": path}, "effect": {"type": "status", **effect}, "count": count}
        self.steer("POST", "faults", rule)
        yield
        self.steer("DELETE", "faults")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    accounts = [
        SeedAccount(username="city311", display_name="Springfield 311", access_token=TOKEN),
        SeedAccount(username="zoe", display_name="Zoé", note="I live at 9 Elm Street", access_token="zoes-token"),
        SeedAccount(username="luc", display_name="Luc", access_token="lucs-token"),
    ]
    config = MastodonMockConfig(
        database=DatabaseConfig(path=":memory:"), seed=SeedConfig(accounts=accounts), streaming=StreamingConfig(heartbeat_seconds=0.2)
    )
    running = Server(config=config)
    with running:
        config.domain = f"127.0.0.1:{running.port}"
        config.url_scheme = "http"
        yield running


@pytest.fixture
def zoe(server: Server) -> Any:
    server.reset()
    return server.client("zoe")


def adapter(server: Server, **settings: Any) -> Mastodon:
    return mastodon(instance=server.base_url, access_token=TOKEN, **settings)


def texts(channel: Mastodon, inbox: Inbox) -> list[str]:
    return [channel.translate(raw).text for raw in inbox.stored.values()]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return out.getvalue()


# What is there before the channel is connected is history; what comes then arrives once, oldest first.
async def test_mentions_come_once_and_in_order(server: Server, zoe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAGE", 4)
    zoe.status_post("@city311 from before")
    channel, inbox = adapter(server), Inbox()
    cursor = await poll(channel, None, inbox)
    assert not inbox.stored
    for number in range(11):
        zoe.status_post(f"@city311 pothole {number}")
    cursor = await poll(channel, cursor, inbox)
    assert texts(channel, inbox) == [f"pothole {number}" for number in range(11)]
    assert await poll(adapter(server), cursor, inbox) == cursor
    assert inbox.tries == 11
    everything = Inbox()
    await poll(adapter(server, history=True), None, everything)
    assert texts(channel, everything) == ["from before", *(f"pothole {number}" for number in range(11))]


# A gateway that dies after any message begins again at its last cursor: nothing is lost, nothing is stored twice.
async def test_a_poller_that_is_killed_loses_and_doubles_nothing(server: Server, zoe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAGE", 3)
    inbox = Inbox()
    first = await poll(adapter(server), None, inbox)
    for number in range(7):
        zoe.status_post(f"@city311 lamp {number}")
    for dies_after in range(1, 8):
        with pytest.raises(Killed):
            await poll(adapter(server), first, inbox, dies_after=dies_after)
    await poll(adapter(server), first, inbox)
    assert texts(adapter(server), inbox) == [f"lamp {number}" for number in range(7)]


async def test_a_photo_is_fetched_from_the_server_only(server: Server, zoe: Any) -> None:
    channel, inbox = adapter(server), Inbox()
    cursor = await poll(channel, None, inbox)
    media = zoe.media_post(io.BytesIO(picture()), mime_type="image/jpeg", description="A red hole")
    zoe.status_post("@city311 see this", media_ids=[media])
    await poll(channel, cursor, inbox)
    (raw,) = inbox.stored.values()
    message = channel.translate(raw)
    assert message.text == "see this\n\n[image: A red hole]"
    (item,) = message.hints["media"]
    fetched = await channel.fetch(item, FETCHING_HERE)
    assert fetched.content == picture()
    assert fetched.media_type == "image/jpeg"
    with pytest.raises(TooLarge):
        await adapter(server, max_media_size="100 B").fetch(item, FETCHING_HERE)
    with pytest.raises(Permanent, match="private_address"):  # the gateway's own client does not open addresses of this machine
        await channel.fetch(item, FETCHING)
    for foreign in ("http://127.0.0.1:1/x.jpg", "http://localhost/x.jpg", "https://files.other.example/x.jpg", "file:///etc/passwd"):
        with pytest.raises(Permanent, match="not fetched from"):
            await channel.fetch({"url": foreign}, FETCHING_HERE)


async def test_a_private_message_is_private_and_answered_directly(server: Server, zoe: Any) -> None:
    channel, inbox = adapter(server), Inbox()
    cursor = await poll(channel, None, inbox)
    sent = zoe.status_post("@city311 my neighbour's dog", visibility="direct")
    await poll(channel, cursor, inbox)
    (raw,) = inbox.stored.values()
    message = channel.translate(raw)
    assert message.hints["private"] is True
    assert message.sender.handle == f"@zoe@127.0.0.1:{server.port}"
    assert message.text == "my neighbour's dog"
    assert "Elm" not in message.model_dump_json()
    given: dict[str, Any] = {"idempotency_key": "k1", "in_reply_to": message.message_id, "private": False, "hints": message.hints}
    refused = await channel.reply(OutboundMessage(to="@zoe @luc", text="Thank you.", **given), REPLYING)
    assert isinstance(refused, Rejected)
    delivery = await channel.reply(OutboundMessage(to="@zoe", text="Thank you. @luc looks at it, luc@city.example", **given), REPLYING)
    assert isinstance(delivery, Delivered)
    (answer,) = zoe.status_context(sent)["descendants"]
    assert [mention["acct"] for mention in answer["mentions"]] == ["zoe"]  # whoever is named would read it
    assert (answer["visibility"], answer["account"]["acct"]) == ("direct", "city311")


async def test_an_edited_post_becomes_a_follow_up(server: Server, zoe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_BACK_EVERY", 0.0)
    old = zoe.status_post("@city311 history")
    channel, inbox = adapter(server), Inbox()
    cursor = await poll(channel, None, inbox)
    sent = zoe.status_post("@city311 pothole at 45 Elm Street")
    cursor = await poll(channel, cursor, inbox)
    zoe.status_update(old, "@city311 history, rewritten")
    zoe.status_update(sent, "@city311 pothole at 54 Elm Street")
    for _again in range(2):
        cursor = await poll(channel, cursor, inbox)
    assert inbox.tries == 2
    first, second = (channel.translate(raw) for raw in inbox.stored.values())
    assert second.text == "pothole at 54 Elm Street"
    assert second.in_reply_to == first.message_id != second.message_id
    await poll(adapter(server), cursor, inbox)  # after a restart it is offered again, and recognised
    assert (inbox.tries, len(inbox.stored)) == (3, 2)


# The stream says that something happened; what happened is read from the list.
async def test_a_mention_wakes_the_poll(server: Server, zoe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.0)
    channel, inbox = adapter(server), Inbox()
    cursor = await poll(channel, None, inbox)
    waiting = asyncio.create_task(channel.wait(polling()))
    number = 0
    while not waiting.done():  # the stream may open after a post
        number += 1
        await asyncio.to_thread(zoe.status_post, f"@city311 lamp {number}")
    await waiting
    await poll(channel, cursor, inbox)
    assert texts(channel, inbox)[0] == "lamp 1"
    with server.failing("/api/v1/streaming/user/notification", status=404, body={"error": "off"}), pytest.raises(TimeoutError):
        await asyncio.wait_for(channel.wait(polling()), 0.1)  # a server without a stream does not make us ask all the time
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(adapter(server, stream=False).wait(polling()), 0.01)


async def test_a_reply_is_posted_once_in_the_thread(server: Server, zoe: Any) -> None:
    channel, inbox = adapter(server), Inbox()
    cursor = await poll(channel, None, inbox)
    sent = zoe.status_post("@city311 pothole at 9 Birch Street")
    await poll(channel, cursor, inbox)
    (raw,) = inbox.stored.values()
    message = channel.translate(raw)
    said = "Thank you. It is request 26-00017: https://311.springfield.example/track/7Q2M"
    for key in ("k1", "k1", "after the server forgot k1"):
        outbound = OutboundMessage(
            idempotency_key=key, to="@zoe", text=said, in_reply_to=message.message_id, private=False, hints=message.hints
        )
        delivery = await channel.reply(outbound, REPLYING)
        assert isinstance(delivery, Delivered)
        assert delivery.external_id
        assert delivery.url
    (answer,) = zoe.status_context(sent)["descendants"]
    assert answer["visibility"] == "unlisted"
    assert answer["in_reply_to_id"] == sent["id"]
    assert [mention["acct"] for mention in answer["mentions"]] == ["zoe"]
    assert any(note["type"] == "mention" for note in zoe.notifications())


async def test_what_cannot_be_answered_says_so(server: Server, zoe: Any) -> None:
    channel = adapter(server)
    sent = zoe.status_post("@city311 pothole")
    outbound: dict[str, Any] = {
        "idempotency_key": "k",
        "to": "@zoe",
        "private": False,
        "hints": {"status_id": str(sent["id"]), "visibility": "public"},
    }
    long = await channel.reply(OutboundMessage(text="x" * 500, **outbound), REPLYING)
    assert long == Rejected("too_long", detail="505 characters, 500 allowed")
    zoe.status_delete(sent)
    gone = await channel.reply(OutboundMessage(text="Thank you.", **outbound), REPLYING)
    assert isinstance(gone, Rejected)
    assert gone.reason == "gone"
    del outbound["hints"]
    with server.failing("/api/v1/statuses", methods=["POST"], status=422, body={"error": "Validation failed"}):
        assert isinstance(await channel.reply(OutboundMessage(text="a", **outbound), REPLYING), Rejected)
    with server.failing("/api/v1/statuses", methods=["POST"], status=503):
        assert isinstance(await channel.reply(OutboundMessage(text="b", **outbound), REPLYING), Deferred)
    with server.failing("/api/v1/statuses", status=429, headers={"X-RateLimit-Reset": "2020-01-01T00:00:00Z"}):
        limited = await channel.reply(OutboundMessage(text="c", **outbound), REPLYING)
    assert limited == Deferred("rate_limited", retry_after=1.0, throttled=True)
    wrong = mastodon(instance=server.base_url, access_token="not-the-citys-token-000")
    refused = await wrong.reply(OutboundMessage(text="d", **outbound), REPLYING)
    assert isinstance(refused, Deferred)
    assert refused.reason == "unauthorized"


async def test_what_goes_wrong_is_told_apart(server: Server, zoe: Any) -> None:
    channel, inbox = adapter(server), Inbox()
    cursor = await poll(channel, None, inbox)
    zoe.status_post("@city311 pothole")
    path = "/api/v1/notifications"
    reset = {"X-RateLimit-Reset": "2999-01-01T00:00:00.000Z"}
    with server.failing(path, status=429, headers=reset), pytest.raises(RateLimited) as limited:
        await poll(channel, cursor, inbox)
    assert limited.value.retry_after == 3600
    with server.failing(path, status=503), pytest.raises(Unavailable):
        await poll(channel, cursor, inbox)
    with server.failing(path, type="malformed"), pytest.raises(Unavailable):
        await poll(channel, cursor, inbox)
    with server.failing(path, status=200, body={"no": "list"}), pytest.raises(Unavailable):
        await poll(channel, cursor, inbox)
    await poll(channel, cursor, inbox)
    assert len(inbox.stored) == 1
    assert (await channel.check(PROBING)).detail == f"as @city311@127.0.0.1:{server.port}"
    with pytest.raises(Refused, match="refuses the access token"):
        await mastodon(instance=server.base_url, access_token="not-the-citys-token-000").check(PROBING)
    with pytest.raises(Unavailable):
        await mastodon(instance="http://127.0.0.1:1").check(PROBING)


# One item that has no status, or no shape at all, does not stop the ones behind it: it is held for a person.
async def test_a_strange_item_does_not_stop_the_others(server: Server, zoe: Any) -> None:
    page = [{"id": "3", "status": {"id": "30", "content": "<p>after</p>"}}, 7, {"id": "2", "type": "mention", "status": None}]
    channel, inbox = adapter(server), Inbox()
    with server.failing("/api/v1/notifications", status=200, body=page, count=1):
        cursor = await poll(channel, "1", inbox)
    assert cursor == "3"
    assert [raw.held for raw in inbox.stored.values()] == ["unfetchable", "unfetchable", None]
