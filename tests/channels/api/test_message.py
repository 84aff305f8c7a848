from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from channels.api.message import BadMessage, Message, Settings, build, parse
from channels.base import RawMessage, TooLarge, Unreadable
from tests.channels.case_files import RECEIVED, Case, check, load


def adapter(**settings: Any) -> Message:
    return build("partner", Settings.model_validate({"type": "api.message"} | settings))


def body(**fields: Any) -> bytes:
    return orjson.dumps({"source_id": "p-1", "text": "Dead raccoon on the sidewalk at 9 Birch Street"} | fields)


@pytest.mark.parametrize("case", load(__file__, "message"), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(adapter(), case)


@pytest.mark.parametrize("case", [case for case in load(__file__, "message") if not case.unreadable], ids=lambda case: case.name)
def test_what_is_accepted_is_stored_as_it_came(case: Case) -> None:
    raw = adapter().receive(case.content, remote_ip="192.0.2.1")
    assert raw.content == case.content
    assert raw.content_type == "application/json"
    assert raw.source_id == orjson.loads(case.content)["source_id"]
    assert raw.received_at.tzinfo is not None
    assert raw.envelope["remote_ip"] == "192.0.2.1"
    assert adapter().translate(raw).source_id == raw.source_id


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        (b'"\\ud800"', 400),
        (b'{"text": "\\ud83d"}', 400),
        (b'{"text": "\xed\xa0\x80"}', 400),
        (b'{"text": NaN}', 400),
        (b'{"lat": Infinity}', 400),
        (b'{"lat": 1e999}', 400),
        (b"1" * 900_000, 400),
        (b'{"source_id":"p","text":"x","lat":' + b"1" * 900_000 + b"}", 400),
        (b"\xef\xbb\xbf{}", 400),
        (b"\xff\xfe{\x00}\x00", 400),
        (b"<xml/>", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b'{"text": 5}', 422),
        (b'{"attributes":' + b"[" * 1000 + b"]" * 1000 + b"}", 422),
        (orjson.dumps({str(number): 1 for number in range(100_000)}), 422),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else "",
)
def test_nonsense_is_named_and_never_a_crash(bad: bytes, status: int) -> None:
    with pytest.raises(BadMessage) as caught:
        parse(bad, idempotency_key="k")
    assert caught.value.status == status
    assert 1 <= len(caught.value.mistakes) <= 21
    assert len(str(caught.value)) < 4000
    with pytest.raises(Unreadable):
        adapter().translate(RawMessage("x", RECEIVED, "application/json", bad))


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ({"text": None}, "text: must be a string"),
        ({"text": " \n"}, "text: is empty, and there are no attachments"),
        ({"text": "x" * 100_001}, "text: has more than 100000 characters"),
        ({"source_id": ""}, "source_id: is empty"),
        ({"source_id": "a\nb"}, "source_id: must be printable, without spaces at its ends"),
        ({"source_id": "x" * 256}, "source_id: has more than 255 characters"),
        ({"source_id": 5}, "source_id: must be a string"),
        ({"tekst": "x"}, "tekst: unknown key; did you mean text?"),
        ({"x" * 5000: 1}, "x" * 100 + ": unknown key"),
        ({"lat": 45.5}, "long: is required beside lat"),
        ({"long": -73}, "lat: is required beside long"),
        ({"lat": 90.1, "long": 0}, "lat: must be at most 90"),
        ({"lat": 0, "long": -180.5}, "long: must be at least -180"),
        ({"lat": "45.5", "long": 0}, "lat: must be a number"),
        ({"lat": True, "long": 0}, "lat: must be a number"),
        ({"sender": "Zoé"}, "sender: must be an object"),
        ({"sender": {"mail": "x@y"}}, "sender.mail: unknown key"),
        ({"sender": {"email": "not an address"}}, "sender.email: must have the form name@host"),
        ({"sent_datetime": "2026-11-23T10:00:00"}, "sent_datetime: must have an offset from UTC, as in 2026-11-23T10:00:00-05:00"),
        ({"sent_datetime": 1763910000}, "sent_datetime: must be a date and time in RFC 3339 form, as 2026-11-23T10:00:00-05:00"),
        ({"sent_datetime": "0001-01-01T00:00:00+23:00"}, "sent_datetime: is out of range"),
        ({"sent_datetime": "yesterday"}, "sent_datetime: must be a date and time in RFC 3339 form, as 2026-11-23T10:00:00-05:00"),
        ({"channel": "fax"}, "channel: must be one of 'email', 'sms', 'phone', 'social', 'web', 'open311', 'api' or 'bulk'"),
        ({"language": "français!"}, "language: must be a language tag, as fr or en-CA"),
        ({"permalink": "javascript:alert(1)"}, "permalink: must be an http(s) address"),
        ({"attachments": {}}, "attachments: must be a list"),
        ({"attachments": [{}]}, "attachments.0.data: is required"),
        ({"attachments": [{"data": "AAA"}]}, "attachments.0.data: is not base64 (RFC 4648 §4)"),
        ({"attachments": [{"data": "AA AA"}]}, "attachments.0.data: is not base64 (RFC 4648 §4)"),
        ({"attachments": [{"data": "é"}]}, "attachments.0.data: is not base64 (RFC 4648 §4)"),
        ({"attachments": [{"data": 1}]}, "attachments.0.data: must be a string of base64"),
        ({"attachments": [{"data": "", "media_type": "image"}]}, "attachments.0.media_type: must be a media type, as image/jpeg"),
        ({"attachments": [{"data": ""}] * 21}, "attachments: has more than 20 entries"),
        ({"attributes": {"a": {"b": 1}}}, "attributes: each must be a string, a number, true, false or a list of those"),
        ({"call": {"segments": [{"start": -1}]}}, "call.segments.0.start: must be at least 0"),
        ({"service_code": "pot hole"}, "service_code: must be a code: letters, digits, _ . : -"),
    ],
    ids=lambda value: next(iter(value))[:20] if isinstance(value, dict) else "",
)
def test_each_mistake_is_named_by_its_path(fields: dict[str, Any], mistake: str) -> None:
    with pytest.raises(BadMessage) as caught:
        parse(body(**fields))
    assert str(caught.value) == mistake
    assert caught.value.status == 422


def test_all_mistakes_at_once_and_no_value_repeated() -> None:
    with pytest.raises(BadMessage) as caught:
        parse(body(text=5, lat="hunter2", sender={"email": "hunter2"}, attachments=[{"data": "hunter2!"}]))
    assert [mistake.path for mistake in caught.value.mistakes] == ["text", "sender.email", "lat", "attachments.0.data"]
    assert "hunter2" not in str(caught.value)


def test_the_key_may_come_in_the_header() -> None:
    assert parse(b'{"text":"x"}', idempotency_key='"8e03978e"').source_id == "8e03978e"
    assert parse(b'{"text":"x"}', idempotency_key=" 8e03978e ").source_id == "8e03978e"
    assert parse(b'{"text":"x","source_id":"p"}', idempotency_key="8e03978e").source_id == "p"
    for key in (None, "", '""', "a\x00b", "x" * 300):
        with pytest.raises(BadMessage) as caught:
            parse(b'{"text":"x"}', idempotency_key=key)
        assert caught.value.mistakes[0].path == ("source_id" if key is None else "Idempotency-Key")


def test_the_fingerprint_is_of_what_is_said() -> None:
    first = parse(b'{"source_id":"p","text":"caf\xc3\xa9","lat":45.50,"long":-73}').fingerprint
    assert parse(b'{ "long": -73,\n "lat": 45.5, "text": "caf\\u00e9", "source_id": "p" }').fingerprint == first
    assert parse(b'{"source_id":"p","text":"caf\xc3\xa9!","lat":45.50,"long":-73}').fingerprint != first


def test_size_and_channels_are_the_operators() -> None:
    channel = adapter(max_size="1 KiB", channel="phone", channels=["phone", "web"])
    with pytest.raises(TooLarge):
        channel.receive(body(text="x" * 1024))
    with pytest.raises(BadMessage, match="channel: must be one of phone, web"):
        channel.receive(body(channel="email"))
    assert channel.translate(channel.receive(body())).channel == "phone"
    # what was accepted yesterday is still read today
    raw = adapter().receive(body(channel="email", text="x" * 2000))
    assert channel.translate(raw).channel == "email"


def test_settings() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    with pytest.raises(ValidationError):
        adapter(channel="fax")
    with pytest.raises(ValidationError):
        adapter(max_sise="1 MiB")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    ["source_id", "text", "subject", "sender", "lat", "long", "sent_datetime", "attachments", "attributes", "call", "references"]
)


@given(st.binary(max_size=200) | st.dictionaries(fields, json_values).map(lambda data: __import__("json").dumps(data).encode()))
def test_any_body_is_parsed_or_refused(content: bytes) -> None:
    try:
        parsed = parse(content, idempotency_key="k")
    except BadMessage:
        pass
    else:
        adapter().translate(RawMessage(parsed.source_id, RECEIVED, "application/json", content)).model_dump_json()


@given(
    st.text(min_size=1).filter(lambda text: text.replace("\0", "").strip()),
    st.binary(max_size=100),
    st.floats(-90, 90),
    st.floats(-180, 180),
)
def test_what_was_sent_is_what_is_read(text: str, data: bytes, lat: float, long: float) -> None:
    content = body(text=text, lat=lat, long=long, attachments=[{"data": base64.b64encode(data).decode()}])
    message = adapter().translate(adapter().receive(content))
    assert message.text == text.replace("\0", "")
    assert (message.hints["lat"], message.hints["long"]) == (lat, long)
    assert message.attachments[0].content == data
