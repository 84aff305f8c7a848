"""Mail that SendGrid's Inbound Parse posts to the gateway: the mail as it came ("send raw"), or taken apart.

The proof is the signature of a security policy (ECDSA P-256 with SHA-256 over timestamp and raw body), or user and password in the address
that SendGrid was given. There is no event id: the mail itself is the key, as with SMTP.

Sources: twilio.com/docs/sendgrid/for-developers/parsing-email (fields, ``charsets``; tried again for 3 days, after a 5xx only),
…/securing-your-parse-webhooks (signature).

Does not: verify the OAuth tokens that a security policy may send.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any

import orjson
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import AfterValidator, ByteSize, Field, SecretStr, model_validator

from channels import _multipart
from channels._multipart import Form, NotAForm
from channels._webhook import Forged, aside, now, receive_all, unbase64
from channels.base import Accept, AdapterSettings, RawMessage, Receipt, Unreadable, WebhookContext
from channels.email import _parsed
from channels.email._charset import decode
from channels.email._source_id import source_id
from normalizer.model import InboundMessage

TYPE = "email.sendgrid"
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
CONTENT_TYPE = "application/octet-stream"
"""What a file of captured posts is called; a post keeps the type that it came with."""
_AT_ONCE = 4
"""Posts that are taken at one time: each is held in memory."""
_VERDICTS = frozenset({"pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"})


def _public_key(text: str) -> str:
    _loaded(text)
    return text


def _loaded(text: str) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        raise ValueError("must be the public key as SendGrid shows it: base64, without BEGIN and END") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("must be a key of an elliptic curve")  # noqa: TRY004  the setting's value is wrong, not its type
    return key


class Settings(AdapterSettings):
    """Table of a channel of type ``email.sendgrid``; it needs ``public_key``, or ``username`` and ``password``, or all three."""

    public_key: Annotated[str, AfterValidator(_public_key)] | None = None
    """Public key of the security policy that is attached to the parse webhook, as base64. With it every post must be signed."""
    username: str | None = None
    """User in the address that SendGrid was given (``https://user:password@…``)."""
    password: Annotated[SecretStr, Field(min_length=16)] | None = None
    """Password in that address. Give it by the environment or a file."""
    max_age_hours: float = Field(default=96.0, gt=0, le=240)
    """Age of a signature after which it is not believed. SendGrid tries again for 3 days."""
    max_size: ByteSize = ByteSize(48 * 1024 * 1024)
    """Largest post. SendGrid takes mails of up to 30 MB; encoded they are larger, and what is refused is dropped by SendGrid."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""

    @model_validator(mode="after")
    def _provable(self) -> Settings:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together")
        if self.public_key is None and self.password is None:
            raise ValueError("public_key, or username and password, is needed: otherwise anybody could post mail")
        return self


def build(channel_id: str, settings: Settings) -> SendGrid:
    """The adapter for one table of the configuration."""
    return SendGrid(channel_id, settings)


class SendGrid:
    """A channel of type ``email.sendgrid``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        self._key = _loaded(settings.public_key) if settings.public_key else None
        user, password = settings.username, settings.password
        self._basic = (
            base64.b64encode(f"{user}:{password.get_secret_value()}".encode()) if user is not None and password is not None else None
        )

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``POST /channels/{id}``."""
        few = asyncio.Semaphore(_AT_ONCE)

        async def mail(request: web.Request) -> web.StreamResponse:
            async with few:
                answer = await receive_all(
                    request,
                    accept,
                    context,
                    read=lambda body: aside(self._read, request, body),
                    acknowledge=lambda receipts: _thanks(receipts[0]),
                    max_body=int(self.settings.max_size),
                )
            # SendGrid sends again after a 5xx only: a 429 or a 408 would lose the mail.
            return web.Response(status=503, headers=answer.headers) if answer.status in (408, 429) else answer

        return [web.post(f"/channels/{self.channel_id}", mail)]

    def _read(self, request: web.Request, body: bytes) -> RawMessage:
        self._believe(request, body)
        content_type = request.headers.get("Content-Type", "")
        envelope = {"signature": "pass", "remote_ip": request.remote or ""}
        try:
            form = _multipart.read(content_type, body)
            envelope |= _said(form)
            key = source_id(form.raw.get("email") or _mail(form))
        except (NotAForm, Unreadable):
            key = f"sha256:{hashlib.sha256(body).hexdigest()}"  # believed, so it is kept
        return RawMessage(key, now(), content_type, body, envelope)

    def _believe(self, request: web.Request, body: bytes) -> None:
        """Raises Forged unless the post proves, by each means that is set up, that SendGrid sent it."""
        if self._basic is not None:
            kind, _, given = request.headers.get("Authorization", "").partition(" ")
            if kind.lower() != "basic" or not hmac.compare_digest(given.strip().encode(), self._basic):
                raise Forged("password")
        if self._key is None:
            return
        signature, timestamp = request.headers.get(SIGNATURE, ""), request.headers.get(TIMESTAMP, "")
        if not signature or not timestamp:
            raise Forged("signature_missing")
        try:
            self._key.verify(unbase64(signature), timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError) as error:
            raise Forged("signature") from error
        # An age is an extra: SendGrid does not say what form its timestamp has.
        if (
            timestamp.isascii()
            and timestamp.isdigit()
            and abs(now().timestamp() - int(timestamp[:10])) > self.settings.max_age_hours * 3600
        ):
            raise Forged("signature_age")

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
        content = form.raw.get("email") or _mail(form)
        message = mime.translate(
            replace(raw, content=content, envelope=_said(form) | dict(raw.envelope)), adapter=TYPE, channel_id=self.channel_id
        )
        self._placed(message)
        message.authentication.signature = raw.envelope.get("signature")
        message.authentication.spf = _verdict(form.get("SPF"))
        message.authentication.dkim = _verdict(form.get("dkim").strip("{}").rpartition(":")[2])
        return message


def _thanks(_receipt: Receipt) -> web.Response:
    return web.Response(status=200)


def _verdict(text: str) -> str | None:
    """A result name of RFC 8601, as SendGrid writes it (``pass``, ``{@example.net : pass}``)."""
    word = text.strip().lower()
    return word if word in _VERDICTS else None


def _said(form: Form) -> dict[str, str]:
    """What the SMTP transaction said (field ``envelope``)."""
    envelope = _object(form.get("envelope"))
    to = envelope.get("to")
    recipients = [str(address) for address in to] if isinstance(to, list) else []
    return {"mail_from": str(envelope.get("from") or "")[:320], "rcpt_to": " ".join(recipients)[:2000]}


def _mail(form: Form) -> bytes:
    """The mail that a post in parsed form speaks of. Raises Unreadable where there is none in it."""
    if not any(name in form.raw for name in ("headers", "text", "html", "subject")):
        raise Unreadable("a form without a mail")
    charsets = _object(form.get("charsets"))

    def field(name: str) -> str | None:
        value = form.raw.get(name)
        return None if value is None else decode(value, str(charsets.get(name) or "utf-8"))[0]

    headers = _parsed.header_lines(field("headers") or "")
    known = {name.lower() for name, _value in headers}
    headers += [(name.title(), said) for name in ("from", "to", "cc", "subject") if name not in known and (said := field(name))]
    about = _object(form.get("attachment-info"))
    parts = [_part(file, about.get(file.name)) for file in form.files]
    return _parsed.mime(headers, field("text"), field("html"), parts)


def _part(file: _multipart.File, about: Any) -> _parsed.Part:
    facts = about if isinstance(about, dict) else {}
    content_id = facts.get("content-id")
    name, media_type = str(facts.get("filename") or file.filename), str(facts.get("type") or file.media_type)
    return _parsed.Part(name, media_type, file.content, str(content_id) if content_id else None)


def _object(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
