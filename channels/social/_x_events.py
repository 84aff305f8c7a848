"""X's webhook: whether a call is X's, what it asks to be answered, and which messages an event carries.

X signs an event's bytes with the app's secret, and asks from time to time whether we hold that secret: it sends any text, and wants the
same signature over it. Anybody may ask that, so a text that could itself be an event is not answered, or whoever asked could send it as
one.

Sources: docs.x.com/x-api/webhooks/quickstart ("The CRC check", "Signature verification"), …/activity/event-payloads.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any

import orjson

from channels._webhook import Forged, now
from channels.base import NotForUs, RawMessage
from channels.social import _hosted, _shapes
from channels.social._x_post import is_id, is_repost

HEADER = "x-twitter-webhooks-signature"
MAX_BODY = 1 << 20

_CHALLENGE = re.compile(r"[A-Za-z0-9+/=_.:-]{1,512}", re.ASCII)
_POSTS = frozenset({"post.mention.create", "post.reply.create", "post.quote.create"})
_JSON = "application/json"


def signature(secret: str, content: bytes) -> str:
    """``sha256=`` and the base64 of the HMAC-SHA256."""
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()


def answer_challenge(secret: str, token: str) -> bytes | None:
    """The JSON that proves that we hold the secret; None for a token that X does not send."""
    if not _CHALLENGE.fullmatch(token):
        return None
    return orjson.dumps({"response_token": signature(secret, token.encode())})


def verify(secrets: Sequence[str], given: str | None, body: bytes) -> None:
    """Raise Forged unless the bytes were signed with one of our secrets, and are more than an answered challenge."""
    if given is None:
        raise Forged("signature_missing")
    shown = given.encode("utf-8", "surrogateescape")
    believed = [hmac.compare_digest(signature(secret, body).encode(), shown) for secret in secrets]  # all, so that time tells nothing
    if True not in believed:
        raise Forged("signature")
    if _CHALLENGE.fullmatch(body.decode("latin-1")):
        raise Forged("not_an_event")


def messages(body: bytes, user_id: str | None, envelope: dict[str, str]) -> list[RawMessage]:
    """What people wrote of a believed event; empty for an event without a message (a like, a post of ours).

    What cannot be read is kept whole under its hash. Raises NotForUs for another account's event.
    """
    try:
        document: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = None
    data = _shapes.table(_shapes.table(document).get("data"))
    event, payload = _shapes.text(data.get("event_type")), _shapes.table(data.get("payload"))
    about = _shapes.table(data.get("filter")).get("user_id")
    if user_id is not None and is_id(about) and about != user_id:
        raise NotForUs("an event of another account")
    if event in _POSTS and is_id(payload.get("id")):
        own = payload.get("author_id") in (about, user_id or about)
        return [] if own or is_repost(payload) else [RawMessage(payload["id"], now(), _JSON, body, envelope)]
    if event == "dm.received" and (found := _direct(document, data, payload, body, envelope)):
        return found
    if event == "chat.received":  # end-to-end encrypted: a person has to look
        name = _shapes.identifier(payload.get("id")) or _shapes.identifier(data.get("event_uuid")) or _hosted.digest(body)
        return [RawMessage(f"chat:{name}", now(), _JSON, body, envelope, held="encrypted")]
    if event and event not in _POSTS and event != "dm.received":
        return []
    if not event and is_id(data.get("id")):  # the filtered stream's webhook delivers posts as the stream does
        own = user_id is not None and data.get("author_id") == user_id
        return [] if own or is_repost(data) else [RawMessage(data["id"], now(), _JSON, body, envelope)]
    return [RawMessage(_hosted.digest(body), now(), _JSON, body, envelope)]


def _direct(document: Any, data: dict[str, Any], payload: dict[str, Any], body: bytes, envelope: dict[str, str]) -> list[RawMessage]:
    """One message for each direct message; the bytes are the event's own where it brings one."""
    events = [event for event in _shapes.tables(payload.get("direct_message_events")) if is_id(event.get("id"))]
    if len(events) == 1:
        return [RawMessage(f"dm:{events[0]['id']}", now(), _JSON, body, envelope)]
    found = []
    for event in events:
        part = {**document, "data": {**data, "payload": {**payload, "direct_message_events": [event]}}}
        found.append(RawMessage(f"dm:{event['id']}", now(), _JSON, orjson.dumps(part), envelope))
    return found
