"""Mail that Mailgun's routes post to the gateway: the mail as it came (an address that ends in ``mime``), or taken apart.

Mailgun signs a timestamp and a token with the webhook signing key; the signature covers neither body nor address. The token is therefore
the key of the idempotent receiver: one token brings one message, whatever is posted with it.

Sources: documentation.mailgun.com, "Receiving messages via HTTP through a forward() action" (fields; 200 done, 406 stop, anything else is
tried again for 8 hours) and "Securing webhooks".

Does not: take tracking webhooks (JSON with ``event-data``); fetch what a ``store()`` action keeps at Mailgun.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

import orjson
import structlog
from aiohttp import web
from pydantic import ByteSize, Field, SecretStr

from channels import _multipart
from channels._multipart import Form, NotAForm
from channels._webhook import Forged, aside, now, receive_all
from channels.base import Accept, AdapterSettings, NotForUs, RawMessage, Receipt, Unreadable, WebhookContext
from channels.email import _parsed
from normalizer.model import InboundMessage

TYPE = "email.mailgun"
CONTENT_TYPE = "application/octet-stream"
"""What a file of captured posts is called; a post keeps the type that it came with."""
_AT_ONCE = 4
"""Posts that are taken at one time: each is held in memory."""
_TOKEN = re.compile(r"[0-9A-Za-z]{16,128}")
_log = structlog.get_logger(__name__)


class Settings(AdapterSettings):
    """Table of a channel of type ``email.mailgun``."""

    signing_key: Annotated[SecretStr, Field(min_length=16)]
    """The account's *HTTP webhook signing key*. Give it by the environment or a file."""
    signing_key_previous: Annotated[SecretStr, Field(min_length=16)] | None = None
    """The key that is being replaced: accepted as well while it is set."""
    recipients: tuple[str, ...] = ()
    """Whose mail is taken: addresses and whole domains (@city.example). Empty: whatever the route forwards."""
    max_age_hours: float = Field(default=12.0, gt=0, le=72)
    """Age of a signature after which it is not believed. Mailgun tries again for 8 hours."""
    max_size: ByteSize = ByteSize(40 * 1024 * 1024)
    """Largest post. Mailgun takes mails of up to 25 MiB; encoded they are larger."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""


def build(channel_id: str, settings: Settings) -> Mailgun:
    """The adapter for one table of the configuration."""
    return Mailgun(channel_id, settings)


class Mailgun:
    """A channel of type ``email.mailgun``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        keys = (settings.signing_key, settings.signing_key_previous)
        self._keys = [key.get_secret_value().encode() for key in keys if key is not None]

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``POST /channels/{id}/mime`` for mails as they came, ``POST /channels/{id}`` for those that were taken apart."""
        few = asyncio.Semaphore(_AT_ONCE)

        async def mail(request: web.Request) -> web.StreamResponse:
            async with few:
                answer = await receive_all(
                    request,
                    accept,
                    context,
                    read=lambda body: aside(self._read, request, body),
                    acknowledge=lambda receipts: self._thanks(receipts[0]),
                    max_body=int(self.settings.max_size),
                )
            # Only 406 tells Mailgun that trying again is of no use; a wrong key may be mended within its 8 hours.
            return web.Response(status=406) if answer.status in (400, 404, 413, 415, 422) else answer

        path = f"/channels/{self.channel_id}"
        return [web.post(path, mail), web.post(f"{path}/mime", mail)]

    def _read(self, request: web.Request, body: bytes) -> RawMessage:
        content_type = request.headers.get("Content-Type", "")
        try:
            form = _multipart.read(content_type, body)
        except NotAForm as error:
            hint = ": is a tracking webhook set to this address?" if request.content_type == "application/json" else ""
            raise Forged("not_a_form", f"{error}{hint}") from error
        token = self._believe(form)
        recipients = [address.strip() for address in form.get("recipient").split(",") if address.strip()]
        if self.settings.recipients and not any(map(self._ours, recipients)):
            raise NotForUs("none of the recipients is one of this channel's")
        envelope = {
            "signature": "pass",
            "mail_from": form.get("sender")[:320],
            "rcpt_to": " ".join(recipients)[:2000],
            "remote_ip": request.remote or "",
            "fingerprint": hashlib.sha256(body).hexdigest() if "body-mime" not in form.raw else _digest(form.raw["body-mime"]),
        }
        return RawMessage(token, now(), content_type, body, envelope)

    def _believe(self, form: Form) -> str:
        """The token, once its signature is ours and young enough. Raises Forged."""
        timestamp, token = form.get("timestamp"), form.get("token")
        given = form.get("signature").encode()
        if not timestamp or not token or not given:
            raise Forged("signature_missing")
        signed = f"{timestamp}{token}".encode()
        if not any(hmac.compare_digest(hmac.new(key, signed, hashlib.sha256).hexdigest().encode(), given) for key in self._keys):
            raise Forged("signature")
        # Both are signed together: without a look at their form "1" + "23" could be read as "12" + "3".
        if not _TOKEN.fullmatch(token) or not re.fullmatch(r"\d{9,11}", timestamp):
            raise Forged("signature")
        if abs(now().timestamp() - int(timestamp)) > timedelta(hours=self.settings.max_age_hours).total_seconds():
            raise Forged("signature_age")
        return token

    def _ours(self, address: str) -> bool:
        address = address.lower()
        return any(
            address == ours.lower() or (ours.startswith("@") and address.endswith(ours.lower())) for ours in self.settings.recipients
        )

    def _thanks(self, receipt: Receipt) -> web.Response:
        if receipt.conflict:  # somebody posts something else with a token that was used
            _log.error("mailgun_token_reused", channel_id=self.channel_id, intake_id=receipt.intake_id)
        return web.Response(status=200)

    def _placed(self, message: InboundMessage) -> InboundMessage:
        message.jurisdiction_id = self.settings.jurisdiction_id or ""
        return message

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored post, or a mail out of a file. Raises Unreadable where it is no form, or no mail is in it."""
        from channels.email import mime

        if _parsed.is_mail(raw.content):  # out of a file: the mail itself
            return self._placed(mime.translate(raw, adapter=TYPE, channel_id=self.channel_id))
        try:
            form = _multipart.read(_multipart.form_type(raw.content_type, raw.content), raw.content)
        except NotAForm as error:
            raise Unreadable(str(error)) from error
        content = form.raw.get("body-mime") or _mail(form)
        envelope = {"mail_from": form.get("sender"), "rcpt_to": form.get("recipient").replace(",", " ")} | dict(raw.envelope)
        message = mime.translate(replace(raw, content=content, envelope=envelope), adapter=TYPE, channel_id=self.channel_id)
        self._placed(message)
        message.authentication.signature = raw.envelope.get("signature")
        return message


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _mail(form: Form) -> bytes:
    """The mail that a post in parsed form speaks of. Raises Unreadable where there is none in it."""
    if not any(name in form.raw for name in ("body-plain", "body-html", "message-headers", "subject")):
        raise Unreadable("a form without a mail")
    headers = _headers(form)
    ids = {field: content_id for content_id, field in _object(form.get("content-id-map")).items() if isinstance(field, str)}
    parts = [_parsed.Part(file.filename, file.media_type, file.content, ids.get(file.name)) for file in form.files]
    html = form.get("body-html") if form.raw.get("body-html") else None
    return _parsed.mime(headers, form.get("body-plain"), html, parts)


def _headers(form: Form) -> list[tuple[str, str]]:
    listed: Any = None
    try:
        listed = orjson.loads(form.get("message-headers") or b"[]")
    except orjson.JSONDecodeError:
        pass  # the fields below say the most important of it
    pairs = [item for item in listed if isinstance(item, list) and len(item) == 2] if isinstance(listed, list) else []
    found = [(str(name), str(value)) for name, value in pairs]
    known = {name.lower() for name, _value in found}
    fields = (
        ("From", form.get("from")),
        ("To", form.get("To") or form.get("recipient")),
        ("Subject", form.get("subject")),
        ("Date", form.get("Date")),
    )
    return found + [(name, value) for name, value in fields if value and name.lower() not in known]


def _object(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
