"""How the contract's tests build ``social.x``, and the events that X sends it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from channels.social.x import Settings, X, build
from tests.channels.case_files import load
from tests.channels.peers import Call, Peer

SECRET = "consumer-secret-of-the-city-app"
OWN_ID = "1400000000000000001"
PUBLIC = "https://311.springfield.example.gov"


def x(**changes: Any) -> X:
    table = {"type": "social.x", "username": "Springfield311", "user_id": OWN_ID, "mode": "webhook", "consumer_secret": SECRET}
    return build("x", Settings.model_validate(table | changes))


def sign(body: bytes, secret: str = SECRET) -> str:
    """As docs.x.com/x-api/webhooks/quickstart says, "Signature verification"."""
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def call(body: bytes, messages: int = 1) -> Call:
    return Call("/channels/x", body, {"Content-Type": "application/json", "x-twitter-webhooks-signature": sign(body)}, messages=messages)


def calls() -> Sequence[Call]:
    """The cases that a webhook brought, two direct messages in one event, and a like, which is no message."""
    found = [call(case.content) for case in load(__file__, "x") if case.envelope.get("mode") == "webhook"]
    direct = (
        b'{"type":"message_create","id":"%d","message_create":{"sender_id":"2222222222222222222","message_data":{"text":"part %d"}}}'
        % (n, n)
        for n in (11, 12)
    )
    head = b'{"data":{"event_uuid":"1","filter":{"user_id":"1400000000000000001"},"event_type":"dm.received","payload":'
    two = head + b'{"direct_message_events":[' + b",".join(direct) + b'],"users":{}}}}'
    like = b'{"data":{"event_uuid":"2","filter":{"user_id":"1400000000000000001"},"event_type":"like.create","payload":{"id":"5"}}}'
    return [*found, call(two, 2), call(like, 0)]


ADAPTERS = {"social.x": x}
PEERS = {"social.x": Peer(calls, PUBLIC, ("x-twitter-webhooks-signature",), again=frozenset({503}))}
