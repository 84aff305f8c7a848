"""Texting back: what Twilio is asked, what its answers mean, and that an unclear end is no second text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Permanent, ProbeContext, Probed, RateLimited, Unavailable
from channels.outward import Answer, CallFailed, Manners
from channels.replying import Deferred, Delivered, OutboundMessage, Rejected, Replier, ReplyContext
from channels.sms import _gsm
from channels.sms.twilio import Settings, Twilio, build
from gateway.http import client
from tests.channels.sms.scripted import Asked, Network, answer

SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "f00dfeed0123456789abcdef01234567"
MESSAGES = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json"
SENT = answer(201, {"sid": "SM" + "1" * 32, "status": "queued"})


def adapter(**settings: Any) -> Twilio:
    return build("text", Settings.model_validate({"type": "sms.twilio", "account_sid": SID, "auth_token": TOKEN} | settings))


def message(text: str = "Votre demande 1000015 est reçue.", key: str = "k1", **more: Any) -> OutboundMessage:
    hints = more.pop("hints", {"reply_from": "+15145550100", "via": "sms"})
    return OutboundMessage(idempotency_key=key, to=more.pop("to", "+15145550123"), text=text, hints=hints)


def form(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl((asked.content or b"").decode()))


class Notes:
    """A notebook in memory."""

    def __init__(self) -> None:
        self.written: dict[str, str] = {}

    async def get(self, name: str, /) -> str | None:
        return self.written.get(name)

    async def put(self, name: str, value: str, /) -> None:
        self.written[name] = value


async def test_a_reply_goes_out_from_the_number_that_was_written_to() -> None:
    network = Network([SENT])
    twilio = adapter()
    assert isinstance(twilio, Replier)
    assert await twilio.reply(message(), ReplyContext(network)) == Delivered("SM" + "1" * 32)
    (asked,) = network.asked
    assert (asked.method, asked.url) == ("POST", MESSAGES)
    assert form(asked) == {"To": "+15145550123", "From": "+15145550100", "Body": "Votre demande 1000015 est reçue."}
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.headers["Authorization"].startswith("Basic ")
    assert network.open == 0


@pytest.mark.parametrize(
    ("settings", "hints", "wanted"),
    [
        ({}, {"reply_from": "whatsapp:+15145550100", "via": "whatsapp"}, {"To": "whatsapp:+15145550123", "From": "whatsapp:+15145550100"}),
        ({"numbers": ["+15145550101"]}, {}, {"To": "+15145550123", "From": "+15145550101"}),
        ({"messaging_service_sid": "MG" + "a" * 32}, {}, {"To": "+15145550123", "MessagingServiceSid": "MG" + "a" * 32}),
        (
            {"messaging_service_sid": "MG" + "a" * 32},
            {"reply_from": "+15145550100", "via": "mms"},
            {"To": "+15145550123", "From": "+15145550100", "MessagingServiceSid": "MG" + "a" * 32},
        ),
    ],
)
async def test_who_writes_to_whom(settings: dict[str, Any], hints: dict[str, str], wanted: dict[str, str]) -> None:
    network = Network([SENT])
    await adapter(**settings).reply(message("Hi", hints=hints), ReplyContext(network))
    assert form(network.asked[0]) == wanted | {"Body": "Hi"}


async def test_without_a_number_nothing_is_sent() -> None:
    network = Network([SENT])
    assert isinstance(await adapter().reply(message(hints={}), ReplyContext(network)), Rejected)
    assert isinstance(await adapter().reply(message("  "), ReplyContext(network)), Rejected)
    assert isinstance(await adapter().reply(message("x" * 2_000), ReplyContext(network)), Rejected)
    assert isinstance(await adapter(max_segments=2).reply(message("ê" * 135), ReplyContext(network)), Rejected)
    assert not network.asked


@pytest.mark.parametrize(
    ("status", "body", "wanted"),
    [
        (400, {"code": 21610, "message": "unsubscribed"}, Rejected("opted_out", detail="unsubscribed")),
        (400, {"code": 21211}, Rejected("bad_number")),
        (400, {"code": 63016}, Rejected("outside_window")),
        (400, {"code": 12345}, Rejected("twilio_12345")),
        (400, b"<html>", Rejected("twilio_400")),
        (429, {"code": 20429}, Deferred("rate_limited", retry_after=7.0, throttled=True)),
        (401, {"code": 20003}, Deferred("credentials", retry_after=7.0)),
        (403, {"code": 20005}, Deferred("account", retry_after=7.0)),
        (500, b"", Deferred("http_500", retry_after=7.0)),
        (503, {}, Deferred("http_503", retry_after=7.0)),
        (404, {}, Deferred("http_404", retry_after=7.0)),
        (200, b"no json", Delivered(None)),
    ],
)
async def test_what_the_answers_mean(status: int, body: Any, wanted: Any) -> None:
    network = Network([answer(status, body, Retry_After="7")])
    assert await adapter().reply(message(), ReplyContext(network)) == wanted


def listed(text: str, *, minutes_ago: float = 0.0, direction: str = "outbound-api", sid: str = "SM" + "2" * 32) -> dict[str, Any]:
    created = format_datetime(datetime.now(UTC) - timedelta(minutes=minutes_ago))
    return {"sid": sid, "body": text, "date_created": created, "direction": direction}


@pytest.mark.parametrize("end", [CallFailed("timeout", sent=True), CallFailed("reset", sent=True), answer(502)], ids=repr)
@pytest.mark.parametrize("noted", [True, False])
async def test_an_unclear_end_is_looked_into_before_it_is_sent_again(end: Any, noted: bool) -> None:
    text = "Your request 1000015 was received."
    context = ReplyContext(Network([end]), notebook=Notes() if noted else None)
    twilio = adapter()
    assert isinstance(await twilio.reply(message(text), context), Deferred)
    found = Network([answer(200, {"messages": [listed("another text"), listed(text, direction="inbound"), listed(text)]})])
    # A new process knows what the notebook knows.
    again = adapter() if noted else twilio
    assert await again.reply(message(text), ReplyContext(found, notebook=context.notebook)) == Delivered("SM" + "2" * 32)
    assert [(asked.method, dict(asked.params or {})) for asked in found.asked] == [
        ("GET", {"To": "+15145550123", "From": "+15145550100", "PageSize": "50"})
    ]


@pytest.mark.parametrize("others", [[], [listed("Another text")], [listed("Hello", minutes_ago=60)], "nonsense", [None, {"body": 1}]])
async def test_what_twilio_does_not_have_is_sent_again(others: Any) -> None:
    twilio, notes = adapter(), Notes()
    await twilio.reply(message("Hello"), ReplyContext(Network([CallFailed("timeout", sent=True)]), notebook=notes))
    network = Network([answer(200, {"messages": others}), SENT])
    assert await twilio.reply(message("Hello"), ReplyContext(network, notebook=notes)) == Delivered("SM" + "1" * 32)
    assert [asked.method for asked in network.asked] == ["GET", "POST"]
    assert all("k1" not in note for note in notes.written.values()), "the end is known: the note is gone"


async def test_nothing_is_sent_again_while_twilio_does_not_say_what_it_has() -> None:
    twilio, notes = adapter(), Notes()
    await twilio.reply(message(), ReplyContext(Network([CallFailed("timeout", sent=True)]), notebook=notes))
    for said in (answer(500), answer(429), CallFailed("connect", sent=False), CallFailed("timeout", sent=True)):
        network = Network([said])
        assert isinstance(await twilio.reply(message(), ReplyContext(network, notebook=notes)), Deferred)
        assert [asked.method for asked in network.asked] == ["GET"]


async def test_what_never_left_is_not_looked_for_by_others() -> None:
    twilio, notes = adapter(), Notes()
    refused = ReplyContext(Network([CallFailed("connect", sent=False)]), notebook=notes)
    assert await twilio.reply(message(), refused) == Deferred("connect")
    other = Network([SENT])
    assert isinstance(await twilio.reply(message(key="k2"), ReplyContext(other, notebook=notes)), Delivered)
    assert [asked.method for asked in other.asked] == ["POST"]


async def test_the_notes_do_not_grow_with_the_replies() -> None:
    twilio, notes = adapter(), Notes()
    for number in range(300):
        failing: Any = CallFailed("timeout", sent=True) if number % 3 else SENT
        await twilio.reply(message(key=f"key-{number}"), ReplyContext(Network([failing]), notebook=notes))
    assert len(notes.written) <= 64
    assert sum(note.count("key-") for note in notes.written.values()) == 200


# The length of a text


@pytest.mark.parametrize(
    ("text", "alphabet", "segments"),
    [
        ("a" * 160, "gsm7", 1),
        ("a" * 161, "gsm7", 2),
        ("a" * 306, "gsm7", 2),
        ("a" * 307, "gsm7", 3),
        ("€" * 80, "gsm7", 1),
        ("€" * 81, "gsm7", 2),
        ("a" * 152 + "€" * 2 + "a" * 151, "gsm7", 3),
        ("é" * 160, "gsm7", 1),
        ("ê" * 70, "ucs2", 1),
        ("ê" * 71, "ucs2", 2),
        ("💡" * 35, "ucs2", 1),
        ("💡" * 36, "ucs2", 2),
        ("x" * 66 + "💡" + "x" * 66, "ucs2", 3),
        ("", "gsm7", 1),
    ],
)
def test_how_many_messages_a_text_makes(text: str, alphabet: str, segments: int) -> None:
    assert _gsm.size(text) == (alphabet, segments)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("L’équipe passera à l’été – merci…", "L'équipe passera à l'été - merci..."),
        ("«\u00a0Nid-de-poule\u00a0» reçu", "«\u00a0Nid-de-poule\u00a0» reçu"),
        ("Dossier «\u00a0Nid-de-poule\u00a0» noté", 'Dossier "Nid-de-poule" noté'),
        ("“Quoted” \u202f!", '"Quoted"  !'),
        ("L’arrêt d’autobus", "L’arrêt d’autobus"),
        ("Bon 👍", "Bon 👍"),
    ],
)
def test_typographic_characters_give_way_only_where_that_helps(text: str, wanted: str) -> None:
    assert _gsm.plain(text) == wanted


@given(st.text(max_size=400))
def test_a_text_is_never_longer_for_being_plain(text: str) -> None:
    plain = _gsm.plain(text)
    assert _gsm.size(plain).segments <= _gsm.size(text).segments
    assert _gsm.size(text).segments >= 1


# The account


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (answer(200, {"sid": SID, "status": "active"}), None),
        (answer(200, {"sid": SID, "status": "suspended"}), Permanent),
        (answer(200, {"sid": "AC" + "0" * 32, "status": "active"}), Permanent),
        (answer(200, b"no json"), Permanent),
        (answer(401, {"code": 20003}), Permanent),
        (answer(404), Permanent),
        (answer(429), RateLimited),
        (answer(500), Unavailable),
        (CallFailed("connect", sent=False), Unavailable),
    ],
    ids=repr,
)
async def test_the_probe_reads_the_account(said: Any, error: type[Exception] | None) -> None:
    network, twilio = Network([said]), adapter()
    assert isinstance(twilio, Probed)
    if error is None:
        assert (await twilio.check(ProbeContext(network))).detail == "the account is active"
    else:
        with pytest.raises(error):
            await twilio.check(ProbeContext(network))
    assert [(asked.method, asked.url) for asked in network.asked] == [("GET", MESSAGES.replace("/Messages.json", ".json"))]


async def test_with_an_api_key_the_probe_reads_the_numbers() -> None:
    network = Network([answer(200, {"incoming_phone_numbers": [{}, {}]})])
    health = await adapter(api_key="SK1", api_key_secret="s").check(ProbeContext(network))
    assert health.detail == "2 numbers at the account"
    assert network.asked[0].url.endswith(f"/Accounts/{SID}/IncomingPhoneNumbers.json")


# Over real sockets, with a Twilio that loses its answers.


class Provider:
    """Twilio's Messages resource, in memory; ``lose`` answers are lost after their effect."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.lose = 0

    async def post(self, request: web.Request) -> web.StreamResponse:
        assert request.headers["Authorization"].startswith("Basic ")
        fields = {name: str(value) for name, value in (await request.post()).items()}
        self.sent.append(fields)
        if self.lose:
            self.lose -= 1
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"sid": f"SM{len(self.sent):032d}"}, status=201)

    async def get(self, request: web.Request) -> web.StreamResponse:
        mine = [fields for fields in self.sent if fields["To"] == request.query["To"]]
        return web.json_response({"messages": [listed(fields["Body"], sid=f"SM{at:032d}") for at, fields in enumerate(mine, 1)]})


class Nearby:
    """The gateway's own client, for whom Twilio is on this machine."""

    def __init__(self, server: TestServer, manners: Manners) -> None:
        self._server, self._client = server, client(manners)

    async def call(self, method: str, url: str, **more: Any) -> Answer:
        path = url.removeprefix("https://api.twilio.com")
        return await self._client.call(method, str(self._server.make_url(path)), **more)

    async def aclose(self) -> None:
        await self._client.aclose()


@pytest.fixture
async def provider() -> AsyncIterator[tuple[Provider, ReplyContext]]:
    found = Provider()
    app = web.Application()
    path = f"/2010-04-01/Accounts/{SID}/Messages.json"
    app.add_routes([web.post(path, found.post), web.get(path, found.get)])
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield found, ReplyContext(lambda manners: Nearby(server, manners), notebook=Notes())
    await server.close()


async def test_an_answer_that_is_lost_makes_no_second_text(provider: tuple[Provider, ReplyContext]) -> None:
    twilio, (peer, context) = adapter(), provider
    peer.lose = 1
    first = await twilio.reply(message("L’égout déborde: noté."), context)
    assert isinstance(first, Deferred)
    assert first.reason.startswith("unclear")
    assert isinstance(await adapter().reply(message("L’égout déborde: noté."), context), Delivered)
    assert [fields["Body"] for fields in peer.sent] == ["L'égout déborde: noté."]
    assert isinstance(await twilio.reply(message("L’égout déborde: noté.", key="k2"), context), Delivered)
    assert len(peer.sent) == 2, "the same words under another key are another text"


def test_settings_of_replies() -> None:
    def refused(**settings: Any) -> bool:
        with pytest.raises(ValueError, match=next(iter(settings))):
            adapter(**settings)
        return True

    assert refused(messaging_service_sid="MG1")
    assert refused(max_segments=0)
    assert refused(api_host="api.twilio.com.evil.example")
    assert adapter(api_host="api.sydney.au1.twilio.com").settings.api_host
