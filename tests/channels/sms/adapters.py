"""How the contract's tests build this channel's adapters, and what their providers send."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
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


@cache
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


def mutate(call: Call, number: int) -> Call | None:
    """The call with a byte or its signature changed; None where the form still says the same in another spelling (``%2B``, ``%2b``).

    Twilio signs the fields, not the bytes in which they travel.
    """
    dice = random.Random(number)
    if dice.randrange(4) == 0:
        signature = call.headers["X-Twilio-Signature"]
        at = dice.randrange(len(signature))
        changed = [
            signature[:at] + dice.choice("ABCabc019+/= é") + signature[at + 1 :],
            signature[:at],
            dice.choice(calls()).headers["X-Twilio-Signature"],
        ][dice.randrange(3)]
        return replace(call, headers={**call.headers, "X-Twilio-Signature": changed}) if changed != signature else None
    body = bytearray(call.body)
    for _ in range(dice.randrange(1, 3)):
        at = dice.randrange(len(body))
        match dice.randrange(5):
            case 0:
                body[at] ^= 1 << dice.randrange(8)
            case 1:
                body.insert(at, dice.randrange(256))
            case 2:
                del body[at]
            case 3:
                del body[max(at, 1) :]
            case _:
                body += bytes(dice.randrange(256) for _ in range(dice.randrange(1, 9)))
    return None if _fields(bytes(body)) == _fields(call.body) else replace(call, body=bytes(body))


def _fields(body: bytes) -> list[tuple[str, str]] | None:
    try:
        return sorted(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict"))
    except ValueError:
        return None


ADAPTERS = {"sms.twilio": twilio}
PEERS = {"sms.twilio": Peer(calls, PUBLIC, ("X-Twilio-Signature",), again=frozenset({503}), mutate=mutate)}
