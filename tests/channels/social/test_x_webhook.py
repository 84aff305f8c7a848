from __future__ import annotations

import orjson
import pytest

from channels.base import Channel
from channels.social._x_events import HEADER
from tests.channels.case_files import Case, check, load
from tests.channels.social._adapters_x import PUBLIC, SECRET, sign, x
from tests.channels.test_contract import send
from tests.channels.webhooks import serve

CASES = load(__file__, "x")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(x(), case)


# What a profile says of where its owner lives is nowhere in the message, and no position comes from a post's place.
@pytest.mark.parametrize("case", [case for case in CASES if not case.unreadable], ids=lambda case: case.name)
def test_neither_profile_nor_post_place_is_the_place(case: Case) -> None:
    channel: Channel = x()
    found = channel.translate(case.raw)
    assert not {"lat", "long", "address"} & found.hints.keys()
    assert "Brooklyn" not in found.model_dump_json()


async def test_x_is_shown_that_we_hold_the_secret() -> None:
    async with serve(x(), PUBLIC) as site, site.http.get(f"{site.url}/channels/x?crc_token=MTQ0ODk5-challenge_string.") as answer:
        assert answer.status == 200
        assert answer.content_type == "application/json"
        assert orjson.loads(await answer.read()) == {"response_token": sign(b"MTQ0ODk5-challenge_string.")}


# Anybody may ask for a challenge's answer, which is a signature of any text: a text that could be an event gets none.
@pytest.mark.parametrize("wanted", ['{"data":{"event_type":"post.mention.create"}}', "", "a" * 600, "[1]", "two words", "é", '"text"'])
async def test_a_challenge_never_signs_an_event(wanted: str) -> None:
    async with serve(x(), PUBLIC) as site:
        async with site.http.get(f"{site.url}/channels/x", params={"crc_token": wanted}) as answer:
            assert answer.status == 400
            assert b"sha256" not in await answer.read()
        assert site.refused == {"challenge": 1}


async def test_what_a_challenge_signs_is_never_taken_for_an_event() -> None:
    async with serve(x(), PUBLIC) as site:
        for token in ("12345", "null", "true", "abc.def"):
            async with site.http.get(f"{site.url}/channels/x?crc_token={token}") as answer:
                signed = orjson.loads(await answer.read())["response_token"]
            async with site.http.post(f"{site.url}/channels/x", data=token, headers={HEADER: signed}) as answer:
                assert answer.status == 403
        assert site.inbox.tries == 0


async def test_the_secret_that_is_being_replaced_is_believed() -> None:
    body = next(case for case in CASES if case.name == "event-emergency").content
    async with serve(x(consumer_secret="a-new-consumer-secret", consumer_secret_previous=SECRET), PUBLIC) as site:
        async with site.http.post(f"{site.url}/channels/x", data=body, headers={HEADER: sign(body)}) as answer:
            assert answer.status == 200
        async with site.http.get(f"{site.url}/channels/x?crc_token=abc") as answer:
            assert orjson.loads(await answer.read())["response_token"] == sign(b"abc", "a-new-consumer-secret")


# The same post by the webhook and by the timeline is one message.
async def test_an_event_and_a_poll_have_the_same_id() -> None:
    body = next(case for case in CASES if case.name == "event-emergency").content
    async with serve(x(), PUBLIC) as site:
        async with site.http.post(f"{site.url}/channels/x", data=body, headers={HEADER: sign(body)}) as answer:
            assert answer.status == 200
        assert list(site.inbox.stored) == ["1992600000000000003"]
        assert site.inbox.stored["1992600000000000003"].content == body


@pytest.mark.parametrize(
    ("event", "stored", "held"),
    [
        ({"event_type": "chat.received", "payload": {"id": "e4f4", "encoded_event": "CwAB"}}, ["chat:e4f4"], ["encrypted"]),
        ({"event_type": "dm.sent", "payload": {}}, [], []),
        ({"event_type": "post.mention.create", "payload": {"id": "5", "author_id": "1400000000000000001"}}, [], []),
        ({"event_type": "something.new", "payload": {"id": "5"}}, [], []),
    ],
)
async def test_events_without_a_message_open_nothing(event: dict[str, object], stored: list[str], held: list[str]) -> None:
    body = orjson.dumps({"data": {"filter": {"user_id": "1400000000000000001"}, **event}})
    async with serve(x(), PUBLIC) as site:
        async with site.http.post(f"{site.url}/channels/x", data=body, headers={HEADER: sign(body)}) as answer:
            assert answer.status == 200
        assert list(site.inbox.stored) == stored
        assert [raw.held for raw in site.inbox.stored.values()] == held


async def test_an_event_of_another_account_is_not_ours() -> None:
    body = orjson.dumps(
        {"data": {"event_type": "post.mention.create", "filter": {"user_id": "9"}, "payload": {"id": "5", "author_id": "7"}}}
    )
    async with serve(x(), PUBLIC) as site:
        async with site.http.post(f"{site.url}/channels/x", data=body, headers={HEADER: sign(body)}) as answer:
            assert answer.status == 404
        assert site.inbox.tries == 0


async def test_there_is_no_webhook_unless_it_is_the_mode() -> None:
    from tests.channels.peers import Call

    keys = {"consumer_key": "consumer-key-of-the-app", "access_token": "1-access-token-abc", "access_token_secret": "access-token-secret"}
    async with serve(x(mode="poll", **keys), PUBLIC) as site:
        assert await send(site, Call("/channels/x", b"{}")) == 404
