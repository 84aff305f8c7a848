"""The adapter against a server with the lexicons' shapes, over real sockets."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from channels.base import Permanent, RateLimited, TooLarge, Unavailable
from channels.replying import Deferred, Delivered, OutboundMessage, Rejected
from channels.social import bluesky as module
from channels.social._bluesky_xrpc import Invalid, Refused
from channels.social.bluesky import Bluesky
from tests.channels.social._adapters_bluesky import PASSWORD, bluesky
from tests.channels.social._bluesky_server import CID, CITY, POST, ZOE, Pds, refusal, serve
from tests.channels.social._polling import FETCHING, FETCHING_HERE, PROBING, REPLYING, Killed, Notebook, poll, polling
from tests.channels.webhooks import Inbox


@pytest.fixture
async def pds() -> AsyncIterator[Pds]:
    async with serve(Pds(PASSWORD)) as running:
        yield running


def adapter(pds: Pds, **settings: Any) -> Bluesky:
    return bluesky(service=pds.url, plc_directory=pds.url, **settings)


def texts(inbox: Inbox) -> list[str]:
    return [bluesky().translate(raw).text for raw in inbox.stored.values()]


# What is there before the channel is connected is history; what comes then arrives once, oldest first, over several pages.
async def test_mentions_come_once_and_in_order(pds: Pds, monkeypatch: pytest.MonkeyPatch) -> None:
    pds.page = 4
    pds.notify(0)
    channel, inbox = adapter(pds), Inbox()
    cursor = await poll(channel, None, inbox)
    assert not inbox.stored
    for number in range(1, 12):
        pds.notify(number)
    cursor = await poll(channel, cursor, inbox)
    assert texts(inbox) == [f"pothole {number}" for number in range(1, 12)]
    assert await poll(channel, cursor, inbox) == cursor
    assert inbox.tries == 11
    everything = Inbox()
    await poll(adapter(pds, history=True), None, everything)
    assert texts(everything) == [f"pothole {number}" for number in range(12)]


# It is read until an hour before what was seen, and no further: a thousand old mentions are not read at each poll.
async def test_old_pages_are_not_read_again(pds: Pds) -> None:
    for number in range(0, 7200 * 2, 60):
        pds.notify(number)
    pds.page = 20
    channel, inbox = adapter(pds), Inbox()
    cursor = await poll(channel, None, inbox)
    pds.calls.clear()
    pds.notify(7200 * 2)
    await poll(channel, cursor, inbox)
    assert texts(inbox) == ["pothole 14400"]
    assert pds.calls["app.bsky.notification.listNotifications"] == 4


# A post of a device whose clock is slow appears below what was seen already; one whose clock is ahead hides nothing.
async def test_wrong_clocks_hide_nothing(pds: Pds) -> None:
    pds.notify(0)
    channel, inbox = adapter(pds), Inbox()
    cursor = await poll(channel, None, inbox)
    pds.notify(600)
    cursor = await poll(channel, cursor, inbox)
    pds.notify(300, text="ten minutes slow")
    pds.notify(601, at="2999-01-01T00:00:00.000Z", text="from the future")
    cursor = await poll(channel, cursor, inbox)
    pds.notify(700)
    await poll(channel, cursor, inbox)
    assert sorted(texts(inbox)) == sorted(["pothole 600", "ten minutes slow", "from the future", "pothole 700"])


# A gateway that dies after any message begins again at its last cursor: nothing is lost, nothing is stored twice.
async def test_a_poller_that_is_killed_loses_and_doubles_nothing(pds: Pds) -> None:
    pds.page = 3
    inbox = Inbox()
    first = await poll(adapter(pds), None, inbox)
    for number in range(7):
        pds.notify(number)
    for dies_after in range(1, 8):
        with pytest.raises(Killed):
            await poll(adapter(pds), first, inbox, dies_after=dies_after)
    await poll(adapter(pds), first, inbox)
    assert texts(inbox) == [f"pothole {number}" for number in range(7)]


async def test_a_strange_item_does_not_stop_the_others(pds: Pds) -> None:
    pds.notify(1)
    pds.notifications += [{"uri": "at://nobody", "indexedAt": "2026-11-23T10:00:00Z"}]
    inbox = Inbox()
    await poll(adapter(pds, history=True), None, inbox)
    assert [raw.held for raw in inbox.stored.values()] == ["unfetchable", None]


# The refresh token is noted, so that a restart does not cost one of the 300 sessions of a day.
async def test_a_session_is_refreshed_and_begun_only_when_it_must(pds: Pds) -> None:
    notebook = Notebook()
    begin, refresh = "com.atproto.server.createSession", "com.atproto.server.refreshSession"
    channel, inbox = adapter(pds), Inbox()
    cursor = await poll(channel, None, inbox, polling(notebook))
    assert (pds.calls[begin], pds.calls[refresh]) == (1, 0)
    pds.expired = True
    await poll(channel, cursor, inbox, polling(notebook))
    assert (pds.calls[begin], pds.calls[refresh]) == (1, 1)
    await poll(adapter(pds), cursor, inbox, polling(notebook))  # after a restart
    assert (pds.calls[begin], pds.calls[refresh]) == (1, 2)
    pds.fails[refresh] = [refusal(400, "ExpiredToken")]
    await poll(adapter(pds), cursor, inbox, polling(notebook))
    assert (pds.calls[begin], pds.calls[refresh]) == (2, 3)
    await poll(adapter(pds, identifier=CITY), cursor, inbox, polling(notebook))  # the note is another account's
    assert (pds.calls[begin], pds.calls[refresh]) == (3, 3)
    assert PASSWORD not in str(notebook.notes)
    notebook.notes["session"] = "no JSON"
    await poll(adapter(pds), cursor, inbox, polling(notebook))
    assert pds.calls[begin] == 4


async def test_what_goes_wrong_is_told_apart(pds: Pds) -> None:
    pds.notify(1)
    inbox = Inbox()
    name = "app.bsky.notification.listNotifications"
    reset = {"RateLimit-Reset": "9999999999"}
    for answer, kind in [
        (refusal(429, "RateLimitExceeded", **reset), RateLimited),
        (refusal(502, "UpstreamFailure"), Unavailable),
        (web.Response(text="<html>", status=200), Unavailable),
        (web.json_response({"notifications": 7}), Unavailable),
        (refusal(400, "InvalidRequest"), Invalid),
    ]:
        pds.fails[name] = [answer]
        with pytest.raises(kind) as caught:
            await poll(adapter(pds, history=True), None, inbox)
        if kind is RateLimited:
            assert caught.value.retry_after == 86_400  # type: ignore[attr-defined]  # it is RateLimited
    await poll(adapter(pds, history=True), None, inbox)
    assert len(inbox.stored) == 1


async def test_the_account_is_checked(pds: Pds) -> None:
    assert (await adapter(pds).check(PROBING)).detail == "as @311.springfield.example"
    with pytest.raises(Refused, match="refuses the account"):
        await adapter(pds, app_password="wrong-wrong-wrong-wrong").check(PROBING)
    pds.active = False
    with pytest.raises(Refused, match="suspended"):
        await adapter(pds).check(PROBING)
    with pytest.raises(Unavailable):
        await bluesky(service="http://127.0.0.1:1").check(PROBING)
    pds.active = True
    found = await bluesky(identifier=CITY, plc_directory=pds.url).check(PROBING)  # the server is found by the DID
    assert found.detail == "as @311.springfield.example"
    assert pds.calls["directory"] == 1


async def answered(pds: Pds) -> OutboundMessage:
    uri = pds.notify(1)
    inbox = Inbox()
    await poll(adapter(pds, history=True), None, inbox)
    message = bluesky().translate(next(iter(inbox.stored.values())))
    assert message.message_id == uri
    return OutboundMessage(
        idempotency_key="k1",
        to="@zoe.bsky.social",
        text="Merci : https://311.example/t/7Q2M",
        language="fr",
        private=False,
        hints=message.hints,
    )


async def test_a_reply_is_posted_once_in_the_thread(pds: Pds) -> None:
    outbound = await answered(pds)
    channel = adapter(pds)
    first = await channel.reply(outbound, REPLYING)
    assert await channel.reply(outbound, REPLYING) == first
    assert isinstance(first, Delivered)
    ((rkey, record),) = pds.records.items()
    assert first.external_id == f"at://{CITY}/{POST}/{rkey}"
    assert first.url == f"https://bsky.app/profile/{CITY}/post/{rkey}"
    assert record["reply"]["parent"] == record["reply"]["root"] == outbound.hints["reply"]["parent"]
    assert (record["langs"], record["facets"][0]["features"][0]["uri"]) == (["fr"], "https://311.example/t/7Q2M")
    # Two attempts at once: the second finds that the key is taken.
    pds.fails["com.atproto.repo.getRecord"] = [refusal(400, "RecordNotFound")]
    assert await channel.reply(outbound, REPLYING) == first
    assert len(pds.records) == 1


async def test_what_cannot_be_answered_says_so(pds: Pds) -> None:
    outbound = await answered(pds)
    channel = adapter(pds)
    uri = outbound.hints["reply"]["parent"]["uri"]

    async def reply(**changes: Any) -> Any:
        return await channel.reply(OutboundMessage(**{**vars_of(outbound), **changes}), REPLYING)

    assert (await reply(private=True)).reason == "private"
    assert (await reply(hints={})).reason == "no_post"
    assert (await reply(text="x" * 301)).reason == "too_long"
    assert (await reply(text="👨‍👩‍👧‍👦" * 130)).reason == "too_long"
    pds.posts[uri]["viewer"] = {"replyDisabled": True}
    assert await reply() == Rejected("replies_disabled", detail="the author of the post allows no reply of the city's")
    post = pds.posts.pop(uri)
    assert (await reply()).reason == "gone"
    pds.posts[uri] = post | {"viewer": {}}
    put = "com.atproto.repo.putRecord"
    pds.fails[put] = [refusal(400, "InvalidRequest"), refusal(429, "RateLimitExceeded", **{"Retry-After": "7"}), refusal(503, "x")]
    assert (await reply()).reason == "refused"
    assert await reply() == Deferred("rate_limited", retry_after=7.0, throttled=True)
    assert (await reply()).reason == "unavailable"
    wrong = await adapter(pds, app_password="wrong-wrong-wrong-wrong").reply(outbound, REPLYING)
    assert isinstance(wrong, Deferred)
    assert wrong.reason == "unauthorized"
    assert not pds.records
    pds.no_appview = True
    assert isinstance(await reply(), Delivered)


def vars_of(message: OutboundMessage) -> dict[str, Any]:
    return {name: getattr(message, name) for name in ("idempotency_key", "to", "text", "language", "private", "hints")}


async def test_originals_are_fetched_and_compared_with_their_hash(pds: Pds) -> None:
    content = b"\xff\xd8\xff\xe0" + b"x" * 1000
    digest = bytes((1, 0x55, 0x12, 0x20)) + hashlib.sha256(content).digest()
    cid = "b" + base64.b32encode(digest).decode().lower().rstrip("=")
    pds.blobs[cid] = content
    pds.url = pds.url.replace("127.0.0.1", "localhost")
    channel = adapter(pds)
    item = {"id": f"{ZOE}/{cid}", "media_type": "image/jpeg"}
    fetched = await channel.fetch(item, FETCHING_HERE)
    assert (fetched.content, fetched.media_type) == (content, "image/jpeg")
    pds.blobs[cid] = content + b"!"
    with pytest.raises(Permanent, match="not those that were posted"):
        await channel.fetch(item, FETCHING_HERE)
    with pytest.raises(TooLarge):
        await adapter(pds, max_media_size="2 KiB").fetch(item | {"id": f"{ZOE}/{_large(pds)}"}, FETCHING_HERE)
    del pds.blobs[cid]
    with pytest.raises(Permanent, match="400"):
        await channel.fetch(item, FETCHING_HERE)
    with pytest.raises(Permanent, match="private_address"):  # the gateway's own client does not open addresses of this machine
        await bluesky(plc_directory="http://127.0.0.1:1").fetch(item, FETCHING)
    calls = pds.calls.total()
    for strange in ("", f"{ZOE}/../x", f"did:plc:x/{cid}", f"{ZOE}/{CID}", f"did:web:127.0.0.1/../{cid}", f"http://127.0.0.1/{cid}"):
        with pytest.raises(Permanent):
            await channel.fetch({"id": strange, "url": f"{pds.url}/secret", "media_type": "image/jpeg"}, FETCHING_HERE)
    # A film on a server that nobody named is not fetched from there.
    with pytest.raises(Permanent, match="media_hosts"):
        await bluesky(plc_directory=pds.url).fetch(item | {"media_type": "video/mp4"}, FETCHING_HERE)
    assert pds.calls.total() == calls + 1


def _large(pds: Pds) -> str:
    content = b"x" * 5000
    cid = "b" + base64.b32encode(bytes((1, 0x55, 0x12, 0x20)) + hashlib.sha256(content).digest()).decode().lower().rstrip("=")
    pds.blobs[cid] = content
    return cid


def test_settings() -> None:
    assert bluesky(identifier="@311.Springfield.example").settings.identifier == "311.springfield.example"
    for wrong in (
        {"identifier": "311"},
        {"service": "http://pds.example"},
        {"service": "https://pds.example/xrpc"},
        {"app_password": "short"},
    ):
        with pytest.raises(ValueError, match="validation error"):
            bluesky(**wrong)
    assert module.REASONS == ["mention", "reply", "quote"]
