"""The Graph API as the adapter uses it: answers, files, mentions. The other side is a script of what Meta documents."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from channels.base import FetchContext, Permanent, ProbeContext, RateLimited, TooLarge, Unavailable, WebhookContext
from channels.outward import Answer, CallFailed, Client, Manners
from channels.replying import Deferred, Delivered, OutboundMessage, Rejected, ReplyContext
from channels.social._meta_replies import shortened
from tests.channels.social._adapters_meta import SECRET, TOKEN, meta
from tests.channels.test_contract import cases
from tests.channels.webhooks import Inbox

WHATSAPP = "106540352242922"
PAGE = "110000000000001"


@dataclass
class Call:
    method: str
    url: str
    params: dict[str, str]
    headers: dict[str, str]
    json: Any


@dataclass
class Other:
    """Meta: answers by ``METHOD path`` or host, and remembers what it was asked. Checks token and proof of every call of the API."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[Call] = field(default_factory=list)
    manners: list[Manners] = field(default_factory=list)

    def __call__(self, manners: Manners) -> Client:
        self.manners.append(manners)
        return self  # type: ignore[return-value]  # it is the client as well

    async def call(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        deadline: float | None = None,
    ) -> Answer:
        found = Call(method, url, dict(params or {}), dict(headers or {}), orjson.loads(content) if content else None)
        self.asked.append(found)
        host, path = urlsplit(url).hostname, urlsplit(url).path
        if host == "graph.facebook.com":
            assert path.startswith("/v25.0/")
            token = found.headers["Authorization"].removeprefix("Bearer ")
            if "|" not in token:
                assert found.params["appsecret_proof"] == hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
            answer = self.answers.get(f"{method} {path.removeprefix('/v25.0/')}")
        else:
            answer = self.answers.get(host or "")
        if callable(answer):
            answer = await answer(found)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Answer):
            return answer
        if answer is None:
            return error(100, status=404)
        return Answer(200, {"content-type": "application/json"}, orjson.dumps(answer))

    async def aclose(self) -> None: ...


def error(code: int, subcode: int = 0, status: int = 400, **more: Any) -> Answer:
    body = {"error": {"message": "(#x) no", "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "A"} | more}
    return Answer(status, {"content-type": "application/json"}, orjson.dumps(body))


def answer_to(name: str, text: str = "Received as 26-000123: https://311.example.gov/t/abc") -> OutboundMessage:
    """The city's answer to one of the cases, as the gateway makes it."""
    case = next(case for case in cases("social.meta") if case.name == name)
    message = meta().translate(case.raw)
    return OutboundMessage(
        idempotency_key=name,
        to=message.sender.handle or "",
        text=text,
        in_reply_to=message.message_id,
        private=message.hints.get("private") is True,
        hints=message.hints,
    )


SAYS = {"access_token": TOKEN}


@pytest.mark.parametrize(
    ("name", "path", "answer", "said"),
    [
        ("page-comment-nid-de-poule", "122000000000001_900000000000001/comments", {"id": "1_2"}, {"message": ...}),
        ("page-post-emergency", "110000000000001_122000000000009/comments", {"id": "1_2"}, {"message": ...}),
        ("page-comment-edited", "122000000000001_900000000000002/comments", {"id": "1_2"}, {"message": ...}),
        ("instagram-comment", "17900000000000001/replies", {"id": "1_2"}, {"message": ...}),
        (
            "instagram-mention-asked",
            "17841400000000001/mentions",
            {"id": "1_2"},
            {"message": ..., "media_id": "18000000000000009", "comment_id": "17900000000000009"},
        ),
        (
            "messenger-photo-and-pin",
            f"{PAGE}/messages",
            {"recipient_id": "4567000000000001", "message_id": "1_2"},
            {"recipient": {"id": "4567000000000001"}, "messaging_type": "RESPONSE", "message": {"text": ...}},
        ),
        (
            "whatsapp-pin",
            f"{WHATSAPP}/messages",
            {"messaging_product": "whatsapp", "messages": [{"id": "1_2"}]},
            {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": "15145550111",
                "type": "text",
                "text": {"body": ..., "preview_url": False},
                "context": {"message_id": "wamid.HBgLMTUxNDU1NTAxMTEVAgASGBQzQUE2"},
            },
        ),
    ],
)
async def test_an_answer_goes_back_by_the_way_that_the_message_came(name: str, path: str, answer: Any, said: dict[str, Any]) -> None:
    other = Other({f"POST {path}": answer, "GET 122000000000001_900000000000001/comments": {"data": []}})
    outbound = answer_to(name)
    assert await meta(**SAYS).reply(outbound, ReplyContext(other)) == Delivered("1_2")
    made = next(call for call in other.asked if call.method == "POST")
    assert made.json == orjson.loads(orjson.dumps(said, default=lambda _: outbound.text))
    assert made.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in made.url


async def test_who_shows_no_number_is_answered_by_whatsapps_own_id() -> None:
    other = Other({f"POST {WHATSAPP}/messages": {"messages": [{"id": "wamid.X"}]}})
    assert await meta(**SAYS).reply(answer_to("whatsapp-username"), ReplyContext(other)) == Delivered("wamid.X")
    assert other.asked[0].json["recipient"] == "CA.13491208655302741918"
    assert "to" not in other.asked[0].json


async def test_a_comment_that_is_answered_already_is_not_answered_again() -> None:
    outbound = answer_to("page-comment-nid-de-poule")
    path = "122000000000001_900000000000001/comments"
    other = Other({f"GET {path}": {"data": [{"id": "7", "message": "another"}, {"id": "8", "message": outbound.text}]}})
    assert await meta(**SAYS).reply(outbound, ReplyContext(other)) == Delivered("8")
    assert [call.method for call in other.asked] == ["GET"]


async def test_a_private_answer_that_nobody_saw_the_end_of_is_looked_for() -> None:
    outbound, channel = answer_to("messenger-photo-and-pin"), meta(**SAYS)
    other = Other({f"POST {PAGE}/messages": CallFailed("timeout", sent=True)})
    first = await channel.reply(outbound, ReplyContext(other))
    assert isinstance(first, Deferred)
    assert first.reason == "unclear"
    other.answers[f"GET {PAGE}/conversations"] = {"data": [{"id": "t", "messages": {"data": [{"id": "m_9", "message": outbound.text}]}}]}
    assert await channel.reply(outbound, ReplyContext(other)) == Delivered("m_9")
    assert other.asked[-1].params["user_id"] == "4567000000000001"


async def test_a_private_answer_to_a_comment_is_a_private_reply() -> None:
    other = Other({f"POST {PAGE}/messages": {"message_id": "m_5"}})
    outbound = replace(answer_to("page-comment-nid-de-poule"), private=True)
    assert await meta(**SAYS).reply(outbound, ReplyContext(other)) == Delivered("m_5")
    assert other.asked[0].json["recipient"] == {"comment_id": "122000000000001_900000000000001"}


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (error(10, 2018278), Rejected, "outside_window"),
        (error(10, 2534022, 403), Rejected, "outside_window"),
        (error(131047), Rejected, "outside_window"),
        (error(551, 1545041), Rejected, "unreachable_person"),
        (error(131026), Rejected, "unreachable_person"),
        (error(190, 463, 401), Deferred, "unauthorized"),
        (error(4), Deferred, "rate_limited"),
        (error(80007, status=429), Deferred, "rate_limited"),
        (error(2, is_transient=True, status=500), Deferred, "unavailable"),
        (error(200), Deferred, "forbidden"),
        (error(100), Rejected, "refused"),
        (Answer(502, {}, b"<html>"), Deferred, "unavailable"),
        (CallFailed("connect", sent=False), Deferred, "unreachable"),
    ],
)
async def test_a_refusal_says_again_or_never(answer: Any, kind: type, reason: str) -> None:
    made = await meta(**SAYS).reply(answer_to("whatsapp-pin"), ReplyContext(Other({f"POST {WHATSAPP}/messages": answer})))
    assert isinstance(made, kind)
    assert isinstance(made, Deferred | Rejected)
    assert made.reason == reason


async def test_an_answer_without_a_token_waits_and_one_without_a_way_back_is_refused() -> None:
    made = await meta().reply(answer_to("whatsapp-pin"), ReplyContext(Other()))
    assert isinstance(made, Deferred)
    lost = await meta(**SAYS).reply(replace(answer_to("whatsapp-pin"), hints={}), ReplyContext(Other()))
    assert isinstance(lost, Rejected)
    odd = replace(answer_to("messenger-photo-and-pin"), hints={"surface": "messenger", "account": PAGE, "person": "../../me"})
    assert isinstance(await meta(**SAYS).reply(odd, ReplyContext(Other())), Rejected)


def test_a_long_answer_is_cut_at_a_word_and_keeps_its_address() -> None:
    text = "Merci, votre signalement est enregistré. " * 12 + "https://311.example.gov/suivi/7K4M"
    short = shortened(text, 300)
    assert len(short) <= 300
    assert short.endswith("… https://311.example.gov/suivi/7K4M")
    assert len(shortened("é" * 900 + " é" * 200, 1000, lambda text: len(text.encode()))) <= 1000


LOOKASIDE = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=2754859441498128&ext=1&hash=A"


def file(content: bytes, **told: Any) -> Other:
    about = {"url": LOOKASIDE, "mime_type": "image/jpeg", "sha256": hashlib.sha256(content).hexdigest(), "file_size": len(content)}
    return Other(
        {
            "GET 2754859441498128": {**about, "id": "2754859441498128", "messaging_product": "whatsapp", **told},
            "lookaside.fbsbx.com": Answer(200, {"content-type": "image/jpeg; q=1"}, content),
        }
    )


def item() -> dict[str, Any]:
    case = next(case for case in cases("social.meta") if case.name == "whatsapp-photo")
    found: dict[str, Any] = meta().translate(case.raw).hints["media"][0]
    return found


async def test_a_file_of_whatsapp_is_fetched_in_two_steps() -> None:
    other = file(b"jpeg")
    fetched = await meta(**SAYS).fetch(item(), FetchContext(other))
    assert (fetched.content, fetched.media_type) == (b"jpeg", "image/jpeg")
    assert other.asked[0].params["phone_number_id"] == WHATSAPP
    assert other.asked[1].headers["Authorization"] == f"Bearer {TOKEN}"
    assert other.manners[1].private_addresses is False
    assert "curl" in other.manners[1].user_agent


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (file(b"jpeg", url="https://files.example.org/a"), Permanent),
        (file(b"jpeg", url="http://169.254.169.254/"), Permanent),
        (file(b"jpeg", url="https://lookaside.fbsbx.com@127.0.0.1/"), Permanent),
        (file(b"jpeg", sha256="0" * 64), Unavailable),
        (file(b"jpeg", file_size=99_999_999_999), TooLarge),
        (Other({"GET 2754859441498128": error(100, status=400)}), Permanent),
        (Other({"GET 2754859441498128": error(190, status=401)}), Unavailable),
        (Other({"GET 2754859441498128": error(4)}), RateLimited),
        (Other({"GET 2754859441498128": CallFailed("timeout", sent=True)}), Unavailable),
    ],
)
async def test_a_file_is_fetched_from_whatsapps_host_or_not_at_all(other: Other, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await meta(**SAYS).fetch(item(), FetchContext(other))
    assert not [call for call in other.asked if urlsplit(call.url).hostname not in ("graph.facebook.com", "lookaside.fbsbx.com")]


@pytest.mark.parametrize(
    "url",
    [
        "https://fbcdn.net.example.org/a.jpg",
        "https://xfbcdn.net/a.jpg",
        "https://scontent.xx.fbcdn.net@127.0.0.1/a",
        "http://scontent.xx.fbcdn.net/a",
        "https://127.0.0.1/a",
        "whatsapp:../../me",
        "instagram:1/comment/2}",
        "gopher://x",
        "",
    ],
)
async def test_nothing_outside_metas_hosts_is_fetched(url: str) -> None:
    other = Other()
    with pytest.raises(Permanent):
        await meta(**SAYS).fetch({"url": url}, FetchContext(other))
    assert not other.asked


MENTION = orjson.dumps(
    {
        "object": "instagram",
        "entry": [{"id": "17841400000000001", "changes": [{"field": "mentions", "value": {"media_id": "18", "comment_id": "17"}}]}],
    }
)
SAID = {"mentioned_comment": {"id": "17", "text": "look at this", "timestamp": "2026-11-27T14:57:00+0000", "username": "sam.okafor"}}


async def mention_stored(other: Other) -> Any:
    channel, inbox = meta(**SAYS), Inbox()
    found = await channel._messages(MENTION, {}, WebhookContext("https://311.example.gov", http=other).http)
    for raw in found:
        await inbox(raw)
    (raw,) = inbox.stored.values()
    return channel.translate(raw)


async def test_the_words_of_a_mention_are_asked_for_before_it_is_stored() -> None:
    other = Other({"GET 17841400000000001": SAID})
    message = await mention_stored(other)
    assert (message.text, message.sender.handle) == ("look at this", "instagram:sam.okafor")
    assert other.asked[0].params["fields"].startswith("mentioned_comment.comment_id(17){id,text")


# Meta's answer to our question takes too long: the call is answered all the same, and the words are fetched later.
async def test_a_mention_does_not_wait_for_words_that_do_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_call: Call) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr("channels.social.meta.ASKING_SECONDS", 0.02)
    message = await mention_stored(Other({"GET 17841400000000001": never}))
    assert message.text == ""
    later = Other({"GET 17841400000000001": SAID})
    fetched = await meta(**SAYS).fetch(message.hints["media"][0], FetchContext(later))
    assert fetched.content == b"@sam.okafor: look at this"


async def test_the_probe_says_when_the_token_ends() -> None:
    told = {"data": {"is_valid": True, "expires_at": 1_800_000_000, "data_access_expires_at": 1_799_000_000}}
    other = Other({"GET me": {"id": "1", "name": "City system user"}, "GET debug_token": told})
    health = await meta(app_id="123", **SAYS).check(ProbeContext(other))
    assert health.token_expires is not None
    assert health.token_expires.timestamp() == 1_799_000_000
    assert "City system user" in health.detail
    assert "no access token" in (await meta().check(ProbeContext(other))).detail
    with pytest.raises(Permanent, match="make a new one"):
        await meta(**SAYS).check(ProbeContext(Other({"GET me": error(190, 463, 401)})))
    invalid = Other({"GET me": {"name": "x"}, "GET debug_token": {"data": {"is_valid": False}}})
    with pytest.raises(Permanent, match="not valid"):
        await meta(app_id="123", **SAYS).check(ProbeContext(invalid))
