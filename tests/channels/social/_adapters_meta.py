"""How the contract's tests build ``social.meta``, and the calls that Meta makes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import orjson

from channels.social.meta import Meta, Settings, build
from tests.channels.case_files import load
from tests.channels.peers import Call, Peer

SECRET = "app-secret-of-the-city"
VERIFY = "a-word-of-the-citys-own"
TOKEN = "EAAB-token-of-the-system-user"
PAGE = "110000000000001"
PUBLIC = "https://311.springfield.example.gov"


def meta(**changes: Any) -> Meta:
    return build("meta", Settings.model_validate({"type": "social.meta", "app_secret": SECRET, "verify_token": VERIFY} | changes))


def sign(body: bytes, secret: str = SECRET) -> str:
    """As developers.facebook.com/docs/graph-api/webhooks/getting-started says, "Validating Payloads"."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def call(body: bytes, messages: int = 1) -> Call:
    return Call("/channels/meta", body, {"Content-Type": "application/json", "X-Hub-Signature-256": sign(body)}, messages=messages)


def batch(count: int) -> bytes:
    """Comments, chats and what is no message, in one call."""
    entries: list[dict[str, Any]] = []
    for n in range(count):
        value = {"item": "comment", "verb": "add", "comment_id": f"1_{n}", "post_id": f"{PAGE}_1", "from": {"id": "6"}, "message": f"m {n}"}
        entries.append({"id": PAGE, "time": 1, "changes": [{"field": "feed", "value": value}]})
    like = {"item": "reaction", "verb": "add", "post_id": f"{PAGE}_1", "from": {"id": "6"}, "reaction_type": "like"}
    read = {"sender": {"id": "4"}, "recipient": {"id": PAGE}, "timestamp": 1, "read": {"watermark": 1}}
    echo = {"sender": {"id": PAGE}, "recipient": {"id": "4"}, "timestamp": 1, "message": {"mid": "m_echo", "is_echo": True, "text": "ours"}}
    entries.append({"id": PAGE, "time": 1, "changes": [{"field": "feed", "value": like}], "messaging": [read, echo]})
    return orjson.dumps({"object": "page", "entry": entries})


def calls() -> Sequence[Call]:
    """Every case, a batch, and a call without a message. What Meta does not send (the Graph API's answer) is left out."""
    found = [call(case.content) for case in load(__file__, "meta") if case.name != "instagram-mention-asked"]
    return [*found, call(batch(7), 7), call(batch(0), 0)]


ADAPTERS = {"social.meta": meta}
PEERS = {"social.meta": Peer(calls, PUBLIC, ("X-Hub-Signature-256",), again=frozenset({503}))}
