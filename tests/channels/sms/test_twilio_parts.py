"""What belongs together: album, pin, numbered and long texts, and what must stay apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import _twilio
from channels._webhook import Forged
from channels.base import RawMessage
from channels.sms import _parts
from channels.sms.twilio import Settings, Twilio, build
from tests.channels.case_files import RECEIVED

SID = "AC0123456789abcdef0123456789abcdef"
TOKENS = {"current": "f00dfeed0123456789abcdef01234567", "previous": "01d01d01d01d01d01d01d01d01d01d01"}
VECTORS = json.loads((Path(__file__).parent / "signatures" / "twilio-node-6.2.0.json").read_text("utf-8"))


def adapter() -> Twilio:
    return build("text", Settings.model_validate({"type": "sms.twilio", "account_sid": SID, "auth_token": TOKENS["current"]}))


def hints(body: str, **fields: str) -> dict[str, Any]:
    sid = "SM" + "4" * 32
    form = {"MessageSid": sid, "AccountSid": SID, "From": "+15145550123", "To": "+15145550100", "Body": body, "NumMedia": "0"} | fields
    content = urlencode(form).encode()
    return adapter().translate(RawMessage(sid, RECEIVED, "application/x-www-form-urlencoded", content)).hints


PICTURE = {
    "NumMedia": "1",
    "MediaUrl0": f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM{'a' * 32}/Media/ME{'b' * 32}",
    "MediaContentType0": "image/jpeg",
}


@pytest.mark.parametrize(
    ("body", "fields", "window"),
    [
        ("Pothole at 5 Elm Street", {}, _parts.NEVER),
        ("Nid-de-poule", {}, _parts.NEVER),
        ("5 Elm Street: the lamp is out", {}, _parts.NEVER),
        ("Pothole", PICTURE, _parts.NEVER),
        ("see the picture", PICTURE, _parts.NEVER),
        ("", PICTURE, _parts.ALBUM),
        ("", {"Latitude": "45.5", "Longitude": "-73.5"}, _parts.ALBUM),
        ("", {}, _parts.NEVER),
        ("(2/3) and the grate too", {}, _parts.ALBUM),
        ("[1 of 2] Good morning", {}, _parts.ALBUM),
        ("Bonjour, depuis lundi (1/2)", {}, _parts.ALBUM),
        ("2/3: and the grate too", {}, _parts.ALBUM),
        ("1/2 block from the school", {}, _parts.NEVER),
        ("Apartment (12/3) is cold", {}, _parts.NEVER),
        ("(3/2) no such part", {}, _parts.NEVER),
        ("and the other lamp as well", {}, _parts.REST),
        ("…et l'autre aussi", {}, _parts.REST),
        (", which is dangerous", {}, _parts.REST),
        ("étincelles", {}, _parts.REST),
    ],
)
def test_what_looks_like_a_part(body: str, fields: dict[str, str], window: float) -> None:
    found = hints(body, **fields)
    assert found["conversation"] == "+15145550123>+15145550100"
    assert found["conversation_window"] == window


def test_networks_and_people_are_kept_apart() -> None:
    sms = hints("x")["conversation"]
    whatsapp = hints("x", From="whatsapp:+15145550123", To="whatsapp:+15145550100")["conversation"]
    other = hints("x", From="+15145550124")["conversation"]
    assert len({sms, whatsapp, other}) == 3


def test_commands_are_no_parts() -> None:
    for word in ("STOP", "Aide", "START"):
        assert "conversation" not in hints(word)
    assert "conversation" not in hints("", MessageStatus="delivered")


@given(st.text(max_size=80))
def test_any_text_is_a_part_or_none(text: str) -> None:
    found: dict[str, Any] = {}
    _parts.name(found, "a", "b", text, files=0)
    assert found["conversation_window"] in (_parts.ALBUM, _parts.REST, _parts.NEVER)


# What twilio-node (another library of Twilio's, in another language) signed; made once with getExpectedTwilioSignature.


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_twilio_node_signs_what_we_believe(vector: dict[str, Any]) -> None:
    params = _twilio.form(urlencode(vector["fields"]).encode())
    signatures = _twilio.Signatures(TOKENS.values(), {})
    headers = {"X-Twilio-Signature": vector["signature"]}
    assert signatures.verify(headers, [vector["url"].replace(":443", "")], params) == "HMAC_SHA1"
    with pytest.raises(Forged):
        _twilio.Signatures(["0" * 32], {}).verify(headers, [vector["url"]], params)
    params["Body"] += "."
    with pytest.raises(Forged):
        signatures.verify(headers, [vector["url"]], params)
