"""The webhook over a real server, signed by Twilio's own library as the other side."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
import structlog
from hypothesis import assume, given
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from channels import _twilio
from channels._webhook import Forged
from channels.base import NotForUs, RateLimited, StoreBusy, TooLarge
from channels.sms import _form
from channels.sms.twilio import Settings, Twilio, build
from tests.channels.case_files import Case, load
from tests.channels.webhooks import Site, serve

SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "f00dfeed0123456789abcdef01234567"
OLD_TOKEN = "01d01d01d01d01d01d01d01d01d01d01"
SHARED = "5ha4ed5ha4ed5ha4ed5ha4ed5ha4ed5ha4ed"
PUBLIC = "https://311.springfield.example.gov"
URL = f"{PUBLIC}/channels/text"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MESSAGES = [case for case in load(__file__, "twilio") if not case.unreadable and not case.name.startswith("status-")]

Fields = Mapping[str, str] | Iterable[tuple[str, str]]


def adapter(**settings: Any) -> Twilio:
    return build("text", Settings.model_validate({"type": "sms.twilio", "account_sid": SID, "auth_token": TOKEN} | settings))


def sms(number: int = 1, body: str = "Nid-de-poule au 4008 rue Saint-Denis", **fields: str) -> dict[str, str]:
    sid = f"SM{number:032d}"
    return {
        "MessageSid": sid, "SmsSid": sid, "AccountSid": SID, "From": "+15145550123", "To": "+15145550100", "Body": body,
        "NumMedia": "0", "NumSegments": "1",
    } | fields  # fmt: skip


def sign(fields: Fields, url: str = URL, token: str = TOKEN, algorithm: str = "HMAC_SHA1") -> str:
    signature: str = RequestValidator(token).compute_signature(url, MultiDict(fields), algorithm)
    return signature


async def post(site: Site, body: bytes | Fields, headers: Mapping[str, str] | None = None, path: str = "/channels/text") -> tuple[int, str]:
    """Post a form; signed as Twilio would unless ``headers`` are given."""
    if not isinstance(body, bytes):
        headers = {"X-Twilio-Signature": sign(body, PUBLIC + path)} if headers is None else headers
        body = urlencode(list(body.items()) if isinstance(body, Mapping) else list(body)).encode()
    async with site.http.post(site.url + path, data=body, headers=FORM | dict(headers or {})) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("case", MESSAGES, ids=lambda case: case.name)
async def test_a_signed_form_is_stored_and_thanked(case: Case) -> None:
    fields = parse_qsl(case.content.decode(), keep_blank_values=True)
    async with serve(adapter(), PUBLIC) as site:
        headers = {"X-Twilio-Signature": sign(fields)}
        async with site.http.post(site.url + "/channels/text", data=case.content, headers=FORM | headers) as answer:
            assert answer.status == 200
            assert answer.content_type == "text/xml"
            assert await answer.text() == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
        (raw,) = site.inbox.stored.values()
        assert raw.content == case.content
        assert raw.source_id == dict(fields)["MessageSid"]
        assert raw.envelope["signature"] == "pass"
        assert adapter().translate(raw).source_id == raw.source_id


async def test_a_redelivery_is_thanked_and_stored_once() -> None:
    async with serve(adapter(), PUBLIC) as site:
        assert {(await post(site, sms()))[0] for _ in range(50)} == {200}
        # a second try at the fallback address says why; it is still the same message
        assert (await post(site, sms(ErrorCode="11200", ErrorUrl=URL)))[0] == 200
        assert len(site.inbox.stored) == 1
        assert site.inbox.tries == 51


async def test_one_message_sid_with_two_texts_is_thanked_and_raises_an_alarm() -> None:
    async with serve(adapter(), PUBLIC) as site:
        with structlog.testing.capture_logs() as log:
            await post(site, sms())
            await post(site, sms(NumSegments="2"))
            assert log == []
            assert (await post(site, sms(body="another text")))[0] == 200
        assert [(line["event"], line["log_level"]) for line in log] == [("message_sid_reused", "error")]
        assert "another text" not in str(log)
        assert len(site.inbox.stored) == 1


async def test_forgeries_are_refused_and_counted() -> None:
    async with serve(adapter(), PUBLIC) as site:
        good = sign(sms())
        for headers in (
            {},
            {"X-Twilio-Signature": ""},
            {"X-Twilio-Signature": "AAAA"},
            {"X-Twilio-Signature": good[:-2] + "A="},
            {"X-Twilio-Signature": "é" * 28},
            {"X-Twilio-Signature": sign(sms(), token="x" * 32)},
            {"X-Twilio-Signature": sign(sms(), token="")},
            {"X-Twilio-Signature": sign(sms(), url=site.url + "/channels/text")},  # the address that Host would give
            {"X-Twilio-Signature": sign(sms(), url=URL.replace("https", "http"))},
            {"X-Twilio-Signature": sign(sms(), url=URL + "/status")},
            {"X-Twilio-Signature": good, "X-Twilio-Webhooks-Signature-Settings": "key=a,algorithm=HMAC_SHA256"},
            {"X-Twilio-Signature": good, "X-Twilio-Webhooks-Signature-Settings": "algorithm=NONE"},
            {"X-Twilio-Signature": sign(sms(), url="https://evil.example/channels/text"), "Host": "evil.example"},
            {"X-Twilio-Signature": good, "Content-Type": "application/json"},
        ):
            assert (await post(site, sms(), headers))[0] == 403, headers
        assert (await post(site, sms(AccountSid="AC" + "1" * 32)))[0] == 403
        assert (await post(site, [*sms().items(), ("AccountSid", "AC" + "1" * 32)]))[0] == 403
        assert site.inbox.tries == 0
        assert site.refused == {"signature_missing": 2, "signature": 10, "signature_algorithm": 1, "content_type": 1, "account": 2}
        assert (await post(site, sms()))[0] == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"AccountSid": SID, "CallSid": "CA" + "1" * 32, "From": "+1", "To": "+1"},
        sms(MessageSid="SM1"),
        sms(MessageSid="SM" + "0" * 32 + "\n"),
        {key: value for key, value in sms().items() if key != "From"},
        {key: value for key, value in sms().items() if key != "Body"},
        [*sms().items(), ("MessageSid", "SM" + "f" * 32)],
        [*sms().items(), ("Body", "Nid-de-poule au 4008 rue Saint-Denis")],  # signs like the form without it
        [*sms().items(), ("lower", "x")],
        [*sms().items(), ("With Space", "x")],
    ],
    ids=str,
)
async def test_signed_but_not_a_message_of_ours(fields: Fields) -> None:
    async with serve(adapter(), PUBLIC) as site:
        assert (await post(site, fields))[0] == 403
        assert not site.inbox.stored


@pytest.mark.parametrize("name", ["FutureThing", "AddressSid", "ChannelMetadataVersion", "Zone", "SmsEncoding"])
async def test_a_field_that_twilio_adds_later_does_not_lose_messages(name: str) -> None:
    async with serve(adapter(), PUBLIC) as site:
        assert (await post(site, sms() | {name: "x"}))[0] == 200


@pytest.mark.parametrize(
    "text", ["Forwarded from my neighbour: ErrorCode 5 on the meter", "To Body From MessageSid NumMedia", "Latitude 48", "&=?"]
)
async def test_a_text_may_have_any_words(text: str) -> None:
    async with serve(adapter(), PUBLIC) as site:
        assert (await post(site, sms(1, text)))[0] == 200
        pin = sms(2, text, From="whatsapp:+15145550177", ProfileName=text, Label=text, Address=text, Latitude="45.5", Longitude="-73.5")
        assert (await post(site, pin))[0] == 200


async def test_rotation_shared_keys_and_the_second_algorithm() -> None:
    channel = adapter(auth_token_previous=OLD_TOKEN, shared_keys={"webhooks_sharedkey_1": SHARED})
    keyed = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    async with serve(channel, PUBLIC) as site:
        for number, (headers, expected) in enumerate(
            [
                ({"X-Twilio-Signature": sign(sms(0))}, 200),
                ({"X-Twilio-Signature": sign(sms(1), token=OLD_TOKEN)}, 200),
                (
                    {
                        "X-Twilio-Signature": sign(sms(2), token=SHARED, algorithm="HMAC_SHA256"),
                        "X-Twilio-Webhooks-Signature-Settings": keyed,
                    },
                    200,
                ),
                (
                    {
                        "X-Twilio-Signature": sign(sms(3), algorithm="HMAC_SHA256"),
                        "X-Twilio-Webhooks-Signature-Settings": "algorithm=HMAC_SHA256",
                    },
                    200,
                ),
                (
                    {
                        "X-Twilio-Signature": sign(sms(4), algorithm="HMAC_SHA256"),  # the token where the shared key is announced
                        "X-Twilio-Webhooks-Signature-Settings": keyed,
                    },
                    403,
                ),
                ({"X-Twilio-Signature": sign(sms(5), token=SHARED)}, 403),  # a shared key where the token should sign
                ({"X-Twilio-Signature": sign(sms(6), algorithm="HMAC_SHA256")}, 403),  # not announced
            ]
        ):
            assert (await post(site, sms(number), headers))[0] == expected, number


async def test_public_address_behind_a_proxy() -> None:
    channel = adapter(public_url="https://city.example/intake/", fallback_url="https://second.example:8443")
    async with serve(channel, PUBLIC) as site:
        for number, (url, expected) in enumerate(
            [
                ("https://city.example/intake/channels/text", 200),
                ("https://city.example:443/intake/channels/text", 200),  # Twilio may or may not sign the port
                ("https://second.example:8443/channels/text", 200),
                (URL, 403),
            ]
        ):
            status, _ = await post(site, sms(number), {"X-Twilio-Signature": sign(sms(number), url)})
            assert status == expected, url
        query = "?city=qc%20&x="
        headers = {"X-Twilio-Signature": sign(sms(9), "https://city.example/intake/channels/text" + query)}
        assert (await post(site, sms(9), headers, "/channels/text" + query))[0] == 200


async def test_numbers_of_others_are_not_for_us() -> None:
    async with serve(adapter(numbers=["+1 (514) 555-0100"]), PUBLIC) as site:
        assert (await post(site, sms(1)))[0] == 200
        assert (await post(site, sms(2, To="whatsapp:+15145550100")))[0] == 200
        assert (await post(site, sms(3, To="+15145550199")))[0] == 404


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (StoreBusy(retry_after=7), 503, "7"),
        (StoreBusy(full=True), 503, "30"),
        (RateLimited(retry_after=3), 429, "3"),
        (TooLarge(), 413, None),
        (NotForUs(), 404, None),
        (RuntimeError("database is locked: /var/lib/secret.db"), 503, "30"),
        (AssertionError(), 503, "30"),
    ],
    ids=repr,
)
async def test_a_store_that_cannot_is_never_thanked(error: Exception, status: int, retry_after: str | None) -> None:
    async with serve(adapter(), PUBLIC) as site:
        site.inbox.fails.append(error)
        headers = FORM | {"X-Twilio-Signature": sign(sms())}
        async with site.http.post(site.url + "/channels/text", data=urlencode(sms()), headers=headers) as answer:
            assert answer.status == status
            assert answer.headers.get("Retry-After") == retry_after
            assert "secret" not in await answer.text()
        assert not site.inbox.stored
        assert (await post(site, sms()))[0] == 200
        assert len(site.inbox.stored) == 1


async def test_size_and_encoding_are_bounded() -> None:
    async with serve(adapter(), PUBLIC) as site:
        assert (await post(site, b"Body=" + b"x" * 65_532))[0] == 413

        async def drip() -> Any:
            for _ in range(70):
                yield b"x" * 1024

        headers = FORM | {"X-Twilio-Signature": "x"}
        async with site.http.post(site.url + "/channels/text", data=drip(), headers=headers) as answer:  # no Content-Length
            assert answer.status == 413
        assert (await post(site, b"\x1f\x8b", {"Content-Encoding": "gzip"}))[0] == 415
        assert (await post(site, b"&".join(b"A%d=" % n for n in range(300)), {"X-Twilio-Signature": "x"}))[0] == 403
        assert (await post(site, b"Body=%ff%fe", {"X-Twilio-Signature": "x"}))[0] == 403
        assert (await post(site, b"Body=\xe9", {"X-Twilio-Signature": "x"}))[0] == 403
        assert (await post(site, b"", {"X-Twilio-Signature": "x"}))[0] == 403
        async with site.http.get(site.url + "/channels/text") as answer:
            assert answer.status == 405
        assert site.inbox.tries == 0


async def test_status_callbacks_are_kept_one_for_each_state() -> None:
    (case,) = [case for case in load(__file__, "twilio") if case.name.startswith("status-")]
    fields = dict(parse_qsl(case.content.decode()))
    async with serve(adapter(), PUBLIC) as site:
        path = "/channels/text/status"
        for state in ("sent", "undelivered", "undelivered"):
            assert (await post(site, fields | {"MessageStatus": state}, path=path))[0] == 200
        assert sorted(site.inbox.stored) == [f"{fields['MessageSid']}/sent", f"{fields['MessageSid']}/undelivered"]
        assert (await post(site, fields, {"X-Twilio-Signature": sign(fields)}, path))[0] == 403  # signed for the other address
        assert (await post(site, sms(), path=path))[0] == 403


def _mutated(fields: list[tuple[str, str]], dice: random.Random) -> list[tuple[str, str]]:
    """A form that differs from ``fields``: a letter changed, a field gone, added, doubled, or the marks between them moved."""
    changed = list(fields)
    at = dice.randrange(len(changed))
    name, value = changed[at]
    match dice.randrange(9):
        case 0:
            where = dice.randrange(len(name))
            changed[at] = (name[:where] + chr(ord(name[where]) ^ 1) + name[where + 1 :], value)
        case 1 if value:
            where = dice.randrange(len(value))
            changed[at] = (name, value[:where] + chr(ord(value[where]) ^ 1) + value[where + 1 :])
        case 2:
            del changed[at]
        case 3:
            changed.append((dice.choice(["A", "Zz", "Body2", "MediaUrl0", ""]), dice.choice(["x", "9"])))
        case 4:
            changed.append((name, value + "x" * dice.randrange(2)))
        case 5 if value:  # letters move from the value into the name …
            where = dice.randrange(1, len(value) + 1)
            changed[at] = (name + value[:where], value[where:])
        case 6:  # … or back
            where = dice.randrange(1, len(name) + 1)
            changed[at] = (name[:-where], name[-where:] + value)
        case 7:  # a field disappears into the one before it
            changed.sort()
            at = min(at, len(changed) - 2)
            (name, value), (next_name, next_value) = changed[at : at + 2]
            changed[at : at + 2] = [(name, value + next_name + next_value)]
        case _ if value:  # the end of a value becomes a field of its own
            where = dice.randrange(len(value))
            rest = value[where:]
            cut = dice.randrange(1, len(rest) + 1)
            changed[at : at + 1] = [(name, value[:where]), (rest[:cut], rest[cut:])]
        case _:
            changed[at] = (name, value + "x")
    return changed


def _by_name(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(fields)


PLAIN = [case for case in MESSAGES if case.name[:3] in ("arr", "sms", "mms") and case.name != "sms-unknown-field"]


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
async def test_mutations_are_403_and_never_500(case: Case) -> None:
    fields = parse_qsl(case.content.decode(), keep_blank_values=True)
    dice = random.Random(case.name)
    headers = {"X-Twilio-Signature": sign(fields)}
    accepted = []
    async with serve(adapter(), PUBLIC) as site:
        for _ in range(100):
            changed = _mutated(fields, dice)
            if _by_name(changed) == _by_name(fields):
                continue
            status, _ = await post(site, changed, headers)
            assert status in (200, 403)
            if status == 200:
                accepted.append(changed)
    assert accepted == []


@given(st.randoms(use_true_random=False), st.text(min_size=1, max_size=40))
def test_a_form_cut_anew_is_seen(dice: random.Random, body: str) -> None:
    """Without sockets, so that many can be tried: whatever has the signature of another form is refused by its shape."""
    fields = list(sms(body="Trou " + body, FromCity="MONTREAL", ToCity="", SmsStatus="received", ApiVersion="2010-04-01").items())
    changed = _mutated(fields, dice)
    assume(_by_name(changed) != _by_name(fields))
    signatures = _twilio.Signatures([TOKEN], {})
    try:
        signatures.verify({"X-Twilio-Signature": sign(fields)}, [URL], MultiDict(changed))
    except Forged:
        return
    kept = dict(changed)
    refused = _form.doubt(MultiDict(changed)) is not None or any(name not in kept for name in ("Body", "From", "To", "MessageSid"))
    assert refused or kept["MessageSid"] != dict(fields)["MessageSid"] or kept["AccountSid"] != SID, changed


@given(st.binary(max_size=300), st.dictionaries(st.sampled_from(["X-Twilio-Signature", "X-Twilio-Webhooks-Signature-Settings"]), st.text()))
def test_verifying_nonsense_is_only_ever_forged(body: bytes, headers: dict[str, str]) -> None:
    try:
        params = _twilio.form(body)
    except ValueError:
        return
    with pytest.raises(Forged):
        _twilio.Signatures([TOKEN, OLD_TOKEN], {"k": SHARED}).verify(headers, [URL], params)
    _form.doubt(params)
