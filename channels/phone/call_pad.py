"""The message that an agent's call log makes: ``POST /channels/{id}`` with a key, or the console in the same process.

A body is JSON; only ``text``, what the caller said, is demanded::

    {
        "call_id": "c-2026-0042",
        "caller": "+1 613 555 0142",
        "agent": "A. Roy",
        "started": "2026-11-23T10:00:00-05:00",
        "text": "A tree has fallen on the sidewalk",
        "place": {"address": "12 Elm Street", "landmark": "by the school"},
        "read_back": {"text": "A fallen tree at 12 Elm Street, by the school", "confirmed": true},
        "contact": {"preference": "sms"},
        "on_behalf_of": {"name": "Zoé Tremblay"},
        "language": "en",
        "anonymous": false,
    }

A log is one message: the same ``call_id`` again adds nothing, whatever the body says (409 where it says something else, so that nothing
is thought saved that is not). A correction has a ``revision`` above the one before it; it is a message of its own in the same conversation
(``hints["conversation"]``), which the pipeline adds to the request. Drafts of an unfinished call are not sent here: messages are
immutable, so the console keeps a draft to itself and posts once, when the agent ends the call or leaves the page.

Does not: check a telephone number (``identify`` does, and keeps what it cannot read).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any

from aiohttp import web
from pydantic import ByteSize, Field, SecretStr

from channels._webhook import Forged, now, receive
from channels.base import Accept, AdapterSettings, Health, ProbeContext, RawMessage, Receipt, Unreadable, WebhookContext
from channels.phone import _pad, _proofs
from channels.phone._pad import BadPad, Pad
from normalizer.model import Authentication, Call, InboundMessage, Sender

__all__ = ["BadPad", "CallPad", "Settings", "build"]

TYPE = "phone.call_pad"
CONTENT_TYPE = "application/json"


class Settings(AdapterSettings):
    """Table of a channel of type ``phone.call_pad``."""

    key: Annotated[SecretStr, Field(min_length=16)] | None = None
    """A key of the channel's own, for a telephone system; keys of scope ``intake`` (``intake311 key add``) are good as well."""
    max_size: ByteSize = ByteSize(256 * 1024)
    """Largest body."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""


def build(channel_id: str, settings: Settings) -> CallPad:
    """The adapter for one table of the configuration."""
    return CallPad(channel_id, settings)


class CallPad:
    """A channel of type ``phone.call_pad``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    def receive(self, body: bytes, *, remote_ip: str = "", agent: str | None = None) -> RawMessage:
        """The message to accept, made of a body; for the console, which knows its ``agent``. Raises BadPad (its ``status``)."""
        pad = _pad.read(body)
        envelope = {"remote_ip": remote_ip, "fingerprint": hashlib.sha256(body).hexdigest()}
        if agent:
            envelope["agent"] = agent
        return RawMessage(_source_id(pad, body), now(), CONTENT_TYPE, body, envelope)

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``POST /channels/{id}``."""

        async def log(request: web.Request) -> web.StreamResponse:
            refused: list[BadPad] = []

            def read(body: bytes) -> RawMessage:
                try:
                    return self.receive(body, remote_ip=request.remote or "")
                except BadPad as error:
                    refused.append(error)
                    raise Unreadable(str(error)) from error

            try:
                await self._believe(request, context)
            except Forged as error:
                context.refused(error.reason, request.remote or "unknown")
                return web.Response(status=403)
            answer = await receive(request, accept, context, read=read, acknowledge=_answer, max_body=int(self.settings.max_size))
            if refused:
                return _problem(refused[0].status, str(refused[0]), refused[0].field)
            return answer

        return [web.post(f"/channels/{self.channel_id}", log)]

    async def _believe(self, request: web.Request, context: WebhookContext) -> None:
        """The channel's own key, or one of the gateway's. Raises Forged, or what makes the caller try again."""
        given = _proofs.given_key(request.headers)
        if given and context.counsel is not None:
            try:
                if await context.counsel.may(given, "intake"):
                    return
            except Exception:  # noqa: BLE001  the store cannot say: the channel's own key may do without it
                if self.settings.key is None:
                    raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"}) from None
        if self.settings.key is None:
            raise Forged("key_missing" if given is None else "key")
        _proofs.by_key(request.headers, self.settings.key.get_secret_value())

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored log. Raises Unreadable where it is none.

        ``hints`` may have: ``conversation``, ``on_behalf_of``, ``address``, ``landmark``, ``lat``, ``long``, ``read_back``
        (``text, confirmed``), ``contact_preference``, ``language``, ``service_code``, ``anonymous``.
        """
        try:
            pad = _pad.read(raw.content)
        except BadPad as error:
            raise Unreadable(str(error)) from error
        message = InboundMessage(
            channel="phone",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id,
            received_datetime=raw.received_at,
            sent_datetime=pad.started,
            text=_text(pad),
            notes=pad.notes,
            authentication=Authentication(signature=raw.envelope.get("signature")),
        )
        caller = None if pad.anonymous else pad.caller
        message.call = Call(caller=caller, agent=raw.envelope.get("agent") or pad.agent, started=pad.started, ended=pad.ended)
        if pad.anonymous:
            if pad.caller or pad.caller_name or pad.email:
                message.notes.append("the caller wishes to stay anonymous: number and name are left out")
        else:
            message.sender = Sender(phone=caller, name=pad.caller_name, address=pad.email)
        message.hints = _hints(pad)
        if pad.call_id:
            first = f"{self.channel_id}:{pad.call_id}"
            message.message_id = f"{first}/{pad.revision}" if pad.revision else first
            message.in_reply_to = first if pad.revision else None
        return message

    async def check(self, context: ProbeContext, /) -> Health:
        """There is nothing outside to ask."""
        return Health()


def _source_id(pad: Pad, body: bytes) -> str:
    if pad.call_id is None:
        return f"sha256:{hashlib.sha256(body).hexdigest()}"
    return f"{pad.call_id}/{pad.revision}" if pad.revision else pad.call_id


def _text(pad: Pad) -> str:
    """What was said, and below it a place that is only words: it is part of what the crew must know."""
    if pad.landmark and pad.landmark.casefold() not in pad.text.casefold():
        return f"{pad.text}\n\n{'Lieu' if (pad.language or '').lower().startswith('fr') else 'Place'}: {pad.landmark}"
    return pad.text


def _hints(pad: Pad) -> dict[str, Any]:
    hints: dict[str, Any] = {
        "conversation": pad.call_id,
        "conversation_window": 86_400 if pad.call_id else None,
        "address": pad.address,
        "landmark": pad.landmark,
        "lat": pad.lat,
        "long": pad.long,
        "read_back": {"text": pad.read_back, "confirmed": pad.confirmed} if pad.read_back else None,
        "contact_preference": pad.preference,
        "language": pad.language,
        "service_code": pad.service_code,
    }
    if pad.anonymous:
        hints["anonymous"] = True
    else:
        hints["on_behalf_of"] = pad.on_behalf_of or None
    return {name: value for name, value in hints.items() if value is not None}


def _answer(receipt: Receipt) -> web.Response:
    if receipt.conflict:
        return _problem(409, "this call was saved with other words before: send a correction with a revision", "call_id", receipt.intake_id)
    return web.json_response({"intake_id": receipt.intake_id, "duplicate": receipt.duplicate}, status=202)


def _problem(status: int, detail: str, field: str = "", intake_id: str = "") -> web.Response:
    body: dict[str, Any] = {"title": "The call log was not saved", "status": status, "detail": detail}
    if field:
        body["errors"] = [{"field": field, "message": detail}]
    if intake_id:
        body["intake_id"] = intake_id
    return web.json_response(body, status=status, content_type="application/problem+json")
