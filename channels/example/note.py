"""Notes of an imaginary service that posts signed JSON: the smallest webhook adapter that keeps every promise.

The service sends ``{"id": "n-17", "from": "Zoé <zoe@example.net>", "text": "…"}`` and signs the body: the header ``X-Note-Signature`` is
the hexadecimal HMAC-SHA256 of the bytes with a secret that both sides know. It sends again until it gets a 2xx.

A real adapter names here where the format is described, and under "Does not" what is left out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from email.utils import parseaddr
from typing import Annotated, Any

import orjson
from aiohttp import web
from pydantic import Field, SecretStr

from channels._webhook import Forged, now, receive
from channels.base import Accept, AdapterSettings, RawMessage, Receipt, Unreadable, WebhookContext
from normalizer.model import Authentication, InboundMessage, Sender

# The module's path is the type: channels/example/note.py is `type = "example.note"` in the configuration.
TYPE = "example.note"


# Whatever an operator can set. The text below a field is its documentation; a key that is not here is refused at start by its name.
# A secret is a SecretStr, so that no log and no error shows it, and has a least length, because an empty one would believe anybody.
class Settings(AdapterSettings):
    """Table of a channel of type ``example.note``."""

    secret: Annotated[SecretStr, Field(min_length=16)]
    """What the service signs with. Give it by the environment or a file."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""


# The gateway calls this once for each table of this type. `channel_id` is the name that the operator chose: [channels.notes].
def build(channel_id: str, settings: Settings) -> Note:
    """The adapter for one table of the configuration."""
    return Note(channel_id, settings)


class Note:
    """A channel of type ``example.note``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    # `receive` keeps the order that loses nothing: bytes with a cap, verify, make durable, and only then acknowledge. It also answers
    # when something goes wrong: 403, 413, 429, or 503 with Retry-After, so that the service tries again.
    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``POST /channels/{id}``."""

        async def note(request: web.Request) -> web.StreamResponse:
            return await receive(request, accept, context, read=lambda body: self._read(request, body), acknowledge=_thanks)

        return [web.post(f"/channels/{self.channel_id}", note)]

    # Verify before anything else, on the bytes as they came. Then take only what the envelope needs; understanding comes later.
    def _read(self, request: web.Request, body: bytes) -> RawMessage:
        key = self.settings.secret.get_secret_value().encode()
        expected = hmac.new(key, body, hashlib.sha256).hexdigest()
        given = request.headers.get("X-Note-Signature", "")
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape")):
            raise Forged("signature")
        # The key of the idempotent receiver is the sending side's own id: the same note a second time adds nothing. A body that we
        # believe but cannot read is kept all the same, under its hash: a parser's bug must never cost a resident's message.
        try:
            source_id = _note(body)["id"]
        except Unreadable:
            source_id = f"sha256:{hashlib.sha256(body).hexdigest()}"
        return RawMessage(source_id, now(), "application/json", body, {"signature": "pass", "remote_ip": request.remote or ""})

    # Pure: no clock, no network, no disk, nothing remembered. It is called again when stored messages are replayed with newer code.
    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored note. Raises Unreadable; the message is then held for a person."""
        note = _note(raw.content)
        name, address = parseaddr(note.get("from", ""))
        return InboundMessage(
            channel="api",  # what people see it came by: one of email, sms, phone, social, web, open311, api, bulk
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id,
            received_datetime=raw.received_at,
            sender=Sender(name=name or None, address=address or None),
            text=note["text"],
            authentication=Authentication(signature=raw.envelope.get("signature")),
        )


def _thanks(receipt: Receipt) -> web.Response:
    """What the service wants to hear, also for a note that we had already."""
    return web.json_response({"duplicate": receipt.duplicate})


def _note(content: bytes) -> dict[str, Any]:
    """The note's object, with an ``id`` and a ``text`` that are texts. Raises Unreadable."""
    try:
        note = orjson.loads(content)  # refuses NaN, lone surrogates and endless depth, which `json` does not
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg}") from error
    if not isinstance(note, dict) or not all(isinstance(note.get(name), str) and note[name].strip() for name in ("id", "text")):
        raise Unreadable("a note needs an id and a text")
    if len(note["id"]) > 255 or not isinstance(note.get("from", ""), str):
        raise Unreadable("an id of more than 255 characters, or a sender that is no text")
    return note
