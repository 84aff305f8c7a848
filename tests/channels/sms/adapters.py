"""How the contract's tests build this channel's adapters, and what their providers send."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from multidict import MultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from channels.sms.twilio import Settings, Twilio, build
from tests.channels.case_files import load
from tests.channels.peers import Call, Peer

SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "f00dfeed0123456789abcdef01234567"
PUBLIC = "https://311.springfield.example.gov"


def twilio() -> Twilio:
    return build("text", Settings.model_validate({"type": "sms.twilio", "account_sid": SID, "auth_token": TOKEN}))


def calls() -> Sequence[Call]:
    """Every readable case, signed by Twilio's own library."""
    found = []
    for case in load(__file__, "twilio"):
        if case.unreadable or case.name.startswith("status-"):
            continue
        fields = MultiDict(parse_qsl(case.content.decode(), keep_blank_values=True))
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/channels/text", fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        found.append(Call("/channels/text", case.content, headers))
    return found


ADAPTERS = {"sms.twilio": twilio}
PEERS = {"sms.twilio": Peer(calls, PUBLIC, ("X-Twilio-Signature",), again=frozenset({503}))}
