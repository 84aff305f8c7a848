from __future__ import annotations

import orjson
import pytest

from channels._webhook import _accept_all
from channels.base import RawMessage, Receipt, StoreBusy, Unreadable
from channels.social._meta_updates import split
from tests.channels.case_files import RECEIVED, Case, check, load
from tests.channels.social._adapters_meta import PAGE, PUBLIC, SECRET, VERIFY, batch, meta, sign
from tests.channels.webhooks import Inbox, Site, serve

CASES = load(__file__, "meta")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(meta(), case)


def case(name: str) -> bytes:
    return next(case.content for case in CASES if case.name == name)


async def post(site: Site, body: bytes, secret: str = SECRET) -> int:
    async with site.http.post(f"{site.url}/channels/meta", data=body, headers={"X-Hub-Signature-256": sign(body, secret)}) as answer:
        return answer.status


def hello(**changes: str) -> dict[str, str]:
    return {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY, **changes}


async def test_the_handshake_is_answered_for_our_own_word() -> None:
    async with serve(meta(), PUBLIC) as site, site.http.get(f"{site.url}/channels/meta", params=hello()) as answer:
        assert (answer.status, await answer.text(), answer.content_type) == (200, "1158201444", "text/plain")


@pytest.mark.parametrize(
    "changes", [{"hub.verify_token": "another"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}, {"hub.challenge": "<script>"}]
)
async def test_another_handshake_is_refused(changes: dict[str, str]) -> None:
    async with serve(meta(), PUBLIC) as site:
        async with site.http.get(f"{site.url}/channels/meta", params=hello(**changes)) as answer:
            assert answer.status == 403
        assert site.refused == {"verify_token": 1}


# A call with a thousand updates: each message for itself, with Meta's own id; sent again it adds nothing.
async def test_a_thousand_updates_are_a_thousand_messages() -> None:
    async with serve(meta(), PUBLIC) as site:
        body = batch(1000)
        for _time in range(2):
            assert await post(site, body) == 200
        assert list(site.inbox.stored) == [f"1_{n}" for n in range(1000)]
        last = meta().translate(site.inbox.stored["1_999"])
        assert (last.text, last.message_id) == ("m 999", "1_999")


# One of many is not stored: the call is not acknowledged, and sent again it completes.
async def test_a_call_is_thanked_when_all_of_it_is_stored() -> None:
    inbox, busy = Inbox(), ["m3"]

    async def accept(raw: RawMessage, /) -> Receipt:
        if raw.source_id in busy:
            raise StoreBusy("busy")
        return await inbox(raw)

    def messages() -> list[RawMessage]:
        return [RawMessage(f"m{n}", RECEIVED, "application/json", b"{}") for n in range(5)]

    with pytest.raises(StoreBusy):
        await _accept_all(messages(), accept)
    assert list(inbox.stored) == ["m0", "m1", "m2", "m4"]
    busy.clear()
    assert [receipt.duplicate for receipt in await _accept_all(messages(), accept)] == [True, True, True, False, True]


async def test_a_message_alone_keeps_its_bytes() -> None:
    async with serve(meta(), PUBLIC) as site:
        body = case("page-comment-nid-de-poule")
        assert await post(site, body) == 200
        assert [raw.content for raw in site.inbox.stored.values()] == [body]


async def test_the_secret_that_is_being_replaced_and_instagrams_own_are_believed() -> None:
    async with serve(meta(other_secrets=["the-secret-before-this-one", "the-instagram-apps-own-secret"]), PUBLIC) as site:
        for secret in (SECRET, "the-secret-before-this-one", "the-instagram-apps-own-secret"):
            assert await post(site, case("instagram-comment"), secret) == 200
        assert await post(site, case("instagram-comment"), "a-secret-of-nobody-at-all") == 403


async def test_only_the_named_accounts_are_ours() -> None:
    async with serve(meta(accounts=["106540352242922"]), PUBLIC) as site:
        assert await post(site, case("page-post-emergency")) == 200
        assert not site.inbox.stored
        assert await post(site, case("whatsapp-pin")) == 200
        assert len(site.inbox.stored) == 1


@pytest.mark.parametrize("body", [b"not json", b"[]", b"{}", b'{"object":"page","entry":[7]}', b'{"object":"page","entry":[{"id":"1"}]}'])
async def test_what_meta_signed_and_nobody_can_read_is_kept(body: bytes) -> None:
    async with serve(meta(), PUBLIC) as site:
        assert await post(site, body) == 200
        assert await post(site, body) == 200
        (raw,) = site.inbox.stored.values()
        with pytest.raises(Unreadable):
            meta().translate(raw)


# A mention tells only its ids. Without a token nobody can learn more, and a person is told.
async def test_a_mention_without_a_token_is_held() -> None:
    async with serve(meta(), PUBLIC) as site:
        assert await post(site, case("instagram-mention-ids-only")) == 200
        assert [raw.held for raw in site.inbox.stored.values()] == ["unfetchable"]


async def test_a_mention_with_a_token_and_no_network_is_kept_for_later() -> None:
    async with serve(meta(access_token="EAAB-token-of-the-system-user"), PUBLIC) as site:
        assert await post(site, case("instagram-mention-ids-only")) == 200
        (raw,) = site.inbox.stored.values()
        assert raw.held is None
        assert meta().translate(raw).hints["media"][0]["url"] == "instagram:17841400000000001/media/18000000000000010"


def event(**parts: object) -> bytes:
    about = {"sender": {"id": "4567"}, "recipient": {"id": PAGE}, "timestamp": 1795791487123, **parts}
    return orjson.dumps({"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [about]}]})


@pytest.mark.parametrize(
    ("body", "source_id"),
    [
        (event(message={"mid": "m_1", "is_deleted": True}), "m_1/deleted"),
        (event(message_edit={"mid": "m_1", "text": "no, at 9 Birch Street", "num_edit": 2}), "m_1/edit/2"),
        (event(postback={"mid": "m_2", "title": "Get started", "payload": "GET_STARTED"}), "m_2"),
        (event(message={"mid": "m_3", "attachments": [{"type": "sticker", "payload": {"sticker_id": 1}}]}), "m_3"),
        (event(message={"mid": "m_4", "is_unsupported": True}), "m_4"),
    ],
)
async def test_edits_deletions_and_buttons_have_their_own_id(body: bytes, source_id: str) -> None:
    async with serve(meta(), PUBLIC) as site:
        assert await post(site, body) == 200
        assert list(site.inbox.stored) == [source_id]
        message = meta().translate(site.inbox.stored[source_id])
        assert message.hints["private"] is True
        expected = {"m_1/deleted": "withdrawn", "m_2": "start"}.get(source_id)
        assert message.hints.get("command") == expected


NO_MESSAGES: list[dict[str, object]] = [
    {"read": {"watermark": 1}},
    {"delivery": {}},
    {"reaction": {"mid": "m"}},
    {"optin": {}},
    {"message": {"mid": "m", "is_echo": True}},
]


@pytest.mark.parametrize("part", NO_MESSAGES)
async def test_what_is_no_message_opens_nothing(part: dict[str, object]) -> None:
    async with serve(meta(), PUBLIC) as site:
        assert await post(site, event(**part)) == 200
        assert site.inbox.tries == 0


# An app with Instagram's own login gets messages as a change of a field.
async def test_messages_of_instagrams_own_login_are_read() -> None:
    value = {"sender": {"id": "7001"}, "recipient": {"id": "178"}, "timestamp": 1795791487123, "message": {"mid": "aWdf", "text": "hello"}}
    body = orjson.dumps({"object": "instagram", "entry": [{"id": "178", "time": 1, "changes": [{"field": "messages", "value": value}]}]})
    async with serve(meta(), PUBLIC) as site:
        assert await post(site, body) == 200
        message = meta().translate(site.inbox.stored["aWdf"])
        assert (message.text, message.sender.handle, message.hints["surface"]) == ("hello", "instagram:7001", "instagram")


def test_parts_of_a_call_can_be_taken_apart_again() -> None:
    for found in CASES:
        for update in split(orjson.loads(found.content)):
            again = list(split(update.document))
            assert [other.source_id for other in again if not other.ignored] == ([] if update.ignored else [update.source_id])


# A time before the year 1 once ended the reading of a comment that was otherwise whole.
@pytest.mark.parametrize("time", [-62_135_596_801, 10**15, "soon", None])
def test_an_odd_time_is_no_time(time: object) -> None:
    value = {"from": {"id": "7", "username": "zoe"}, "id": "17", "text": "hello"}
    body = orjson.dumps({"object": "instagram", "entry": [{"id": "178", "time": time, "changes": [{"field": "comments", "value": value}]}]})
    message = meta().translate(RawMessage("17", RECEIVED, "application/json", body))
    assert (message.text, message.sent_datetime) == ("hello", None)


def test_a_stop_is_a_command() -> None:
    raw = RawMessage("m", RECEIVED, "application/json", event(message={"mid": "m", "text": "ARRET"}))
    assert meta().translate(raw).hints["command"] == "stop"


async def test_a_body_over_the_bound_is_refused() -> None:
    async with serve(meta(), PUBLIC) as site:
        assert await post(site, b"x" * (4 * 1024 * 1024 + 1)) == 413
