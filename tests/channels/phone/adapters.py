"""How the contract's tests build this channel's adapters, and what their providers send."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from multidict import MultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from channels.base import Channel
from channels.phone import call_pad, transcript, voice
from tests.channels.case_files import load
from tests.channels.peers import Call, Peer

SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "f00dfeed0123456789abcdef01234567"
PUBLIC = "https://311.springfield.example.gov"
KEY = "the-key-of-the-telephone-system"
SECRET = "what-the-transcriber-signs-with"
FORM = "application/x-www-form-urlencoded"


def pad() -> call_pad.CallPad:
    return call_pad.build("pad", call_pad.Settings.model_validate({"type": "phone.call_pad", "key": KEY}))


def calls() -> transcript.Transcripts:
    settings = {
        "type": "phone.transcript", "key": KEY, "hmac_secret": SECRET, "account_sid": SID, "auth_token": TOKEN, "assemblyai_key": KEY,
    }  # fmt: skip
    return transcript.build("calls", transcript.Settings.model_validate(settings))


def line(**settings: object) -> voice.Voice:
    table = {"type": "phone.voice", "account_sid": SID, "auth_token": TOKEN, "patience": 0}
    return voice.build("line", voice.Settings.model_validate(table | settings))


def signed(path: str, body: bytes, token: str = TOKEN) -> dict[str, str]:
    """The headers of a form, signed by Twilio's own library."""
    fields = MultiDict(parse_qsl(body.decode(), keep_blank_values=True))
    return {"Content-Type": FORM, "X-Twilio-Signature": RequestValidator(token).compute_signature(PUBLIC + path, fields)}


def bearer(key: str = KEY) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}


def _pad_calls() -> Sequence[Call]:
    return [Call("/channels/pad", case.content, bearer()) for case in load(__file__, "call_pad") if not case.unreadable]


def _transcript_calls() -> Sequence[Call]:
    """Each proof in turn over the cases, Deepgram's by HTTP Basic; and the two notices that only wake the poll."""
    basic = {"Authorization": "Basic " + base64.b64encode(f"deepgram:{KEY}".encode()).decode()}
    found = []
    for number, case in enumerate(load(__file__, "transcript")):
        mac = "sha256=" + hmac.new(SECRET.encode(), case.content, hashlib.sha256).hexdigest()
        proof = ({"X-Signature-256": mac}, bearer(), basic, {"X-Api-Key": KEY})[number % 4]
        found.append(Call("/channels/calls", case.content, {"Content-Type": case.content_type} | proof))
    notice = b'{"transcript_id":"5552493-16d8-42d8-8feb-c2a16b56f6e8","status":"completed"}'
    found.append(Call("/channels/calls", notice, bearer(), messages=0))
    ready = b'{"account_sid":"AC0","transcript_sid":"GT0","event_type":"voice_intelligence_transcript_available"}'
    path = f"/channels/calls?bodySHA256={hashlib.sha256(ready).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, {})
    found.append(Call(path, ready, {"Content-Type": "application/json", "X-Twilio-Signature": signature}, messages=0))
    return found


def changed(call: Call, number: int) -> Call | None:
    """A call whose proof is damaged; the body as well, where the proof covers it."""
    dice = random.Random(number)
    if number % 2 and ("X-Signature-256" in call.headers or "X-Twilio-Signature" in call.headers) and call.body:
        body = bytearray(call.body)
        body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
        return replace(call, body=bytes(body))
    names = [name for name in call.headers if name in ("Authorization", "X-Api-Key", "X-Signature-256", "X-Twilio-Signature")]
    name = dice.choice(names)
    value = call.headers[name]
    if number % 5 == 0:
        return replace(call, headers={key: text for key, text in call.headers.items() if key != name})
    scheme, space, secret = value.rpartition(" ")
    at = dice.randrange(len(secret) - (3 if scheme == "Basic" else 0))  # the last letters of base64 may stand for nothing
    damaged = secret[:at] + dice.choice([letter for letter in "ABCdef0123/-é" if letter != secret[at]]) + secret[at + 1 :]
    if scheme == "Basic" and base64.b64decode(secret).endswith(KEY.encode()) and _same_key(damaged):
        return None  # the name before the colon is no part of the proof
    return replace(call, headers={**call.headers, name: scheme + space + damaged})


def _same_key(encoded: str) -> bool:
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2] == KEY.encode()
    except ValueError:
        return False


def _voice_calls() -> Sequence[Call]:
    """Every readable case at its address, with the state in the query as our own answers write it."""
    found = []
    for case in load(__file__, "voice"):
        if case.unreadable:
            continue
        about = case.envelope
        below = {"turn": "/turn", "dialled": "/dialled", "message": "/message", "status": "/status"}[about["kind"]]
        query = f"?step={about['step']}&lang={about['lang']}&turn={about['turn']}&tries=0&dials=1&ref=" if about["kind"] != "status" else ""
        path = f"/channels/line/voice{below}{query}"
        # Keys stand for services only where there is a catalog behind them.
        stored = 0 if case.name == "service-key" else 1
        found.append(Call(path, case.content, signed(path, case.content), messages=stored))
    first = next(case.content for case in load(__file__, "voice") if case.name == "ended")
    found.append(Call("/channels/line/voice", first, signed("/channels/line/voice", first), messages=0))
    return found


def _fields(body: bytes) -> list[tuple[str, str]]:
    return sorted(set(parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")))


def changed_form(call: Call, number: int) -> Call | None:
    """A form with a byte changed, added, taken out or cut off, or a signature that is another; None where it still says the same.

    Twilio signs what a form says, not how it is written: ``%2b`` is ``%2B``, and a field without ``=`` is an empty one.
    """
    dice = random.Random(number)
    body = bytearray(call.body)
    at = dice.randrange(len(body))
    match dice.randrange(7):
        case 0:
            body[at] ^= 1 << dice.randrange(8)
        case 1:
            body.insert(at, dice.randrange(256))
        case 2:
            del body[at]
        case 3:
            del body[at:]
        case 4:
            body.insert(at, ord(dice.choice("&=")))
        case 5:
            body += bytes(dice.randrange(256) for _ in range(dice.randrange(1, 9)))
        case _:
            return changed(call, 2 * number)  # an even number changes what the headers say
    if _fields(bytes(body)) == _fields(call.body):
        return None
    return replace(call, body=bytes(body))


ADAPTERS: dict[str, Callable[[], Channel]] = {"phone.call_pad": pad, "phone.transcript": calls, "phone.voice": line}
PEERS = {
    "phone.call_pad": Peer(_pad_calls, PUBLIC, ("Authorization",), mutate=changed),
    "phone.transcript": Peer(_transcript_calls, PUBLIC, ("Authorization", "X-Signature-256"), mutate=changed),
    # A caller is told what happened, and connected with a person: Twilio itself would only say that there was an error.
    "phone.voice": Peer(_voice_calls, PUBLIC, ("X-Twilio-Signature",), again=frozenset({200, 503}), mutate=changed_form),
}
