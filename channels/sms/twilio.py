"""Text messages that come through Twilio: SMS, MMS and WhatsApp, by signed webhook; replies go out over its REST API.

The stored bytes are the form as Twilio sent it. Pictures are not in it: they are named by address, and fetched after the message is
safe (:meth:`Twilio.fetch`), because Twilio waits at most 15 seconds for an answer.

Sources: twilio.com/docs/messaging/guides/webhook-request (fields), …/usage/webhooks/webhooks-security (signature),
…/usage/webhooks/webhooks-connection-overrides (what is tried again: by default only a failed connection, once).

Does not: answer a webhook with a text of its own (replies do); send pictures or WhatsApp's templates.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import structlog
from aiohttp import web
from pydantic import AfterValidator, ByteSize, Field, SecretStr, model_validator

from channels import _twilio
from channels._webhook import Forged, now, receive
from channels.base import (
    Accept,
    AdapterSettings,
    FetchContext,
    Fetched,
    Health,
    NotForUs,
    ProbeContext,
    RawMessage,
    Receipt,
    Unreadable,
    WebhookContext,
)
from channels.replying import Delivery, OutboundMessage, ReplyContext
from channels.sms import _account, _form, _media, _reading
from channels.sms._api import Account
from channels.sms._replies import MAX_REPLY, Replies
from normalizer.model import Authentication, InboundMessage

if TYPE_CHECKING:
    from multidict import MultiDict

TYPE = "sms.twilio"
CONTENT_TYPE = "application/x-www-form-urlencoded"

_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""An answer that sends nothing back: replies go out by themselves, once the message is understood."""

_log = structlog.get_logger(__name__)


def _long_enough(secret: SecretStr) -> SecretStr:
    # RequestValidator("") accepts whatever anybody signs with an empty key.
    if len(secret.get_secret_value().strip()) < _twilio.MIN_SECRET:
        raise ValueError(f"must have at least {_twilio.MIN_SECRET} characters: copy it whole from Twilio's console")
    return secret


def _base_url(url: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[\w.~/-]*)?", url):
        raise ValueError("must be http(s)://host[:port][/path], without user, query or fragment")
    return url.rstrip("/")


Secret = Annotated[SecretStr, AfterValidator(_long_enough)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]


class Settings(AdapterSettings):
    """Table of a channel of type ``sms.twilio``."""

    account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$", examples=["ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"])]
    """The account whose messages are taken; those of other accounts are refused."""
    auth_token: Secret
    """The account's auth token, which signs the webhooks. Give it by the environment or a file."""
    auth_token_previous: Secret | None = None
    """The token that is being replaced: accepted as well while it is set."""
    shared_keys: dict[str, Secret] = Field(default_factory=dict)
    """Shared keys by their id, where a webhook rule of Twilio's signs with one (HMAC-SHA256) instead of the token."""
    numbers: list[str] = Field(default_factory=list)
    """Our own numbers in E.164 form; messages to others are answered 404. Empty: every number of the account.

    A reply goes out from the number that was written to, and where that is not known, from the first of these.
    """
    public_url: BaseUrl | None = None
    """Address under which Twilio reaches the gateway, where it differs from the server's ``public_url``."""
    fallback_url: BaseUrl | None = None
    """Second address that Twilio was given as fallback ("primary handler fails"), when it leads to this gateway too."""
    api_key: str | None = None
    """Id (``SK…``) of an API key for fetching pictures and for replies; without it the account's id and token are used."""
    api_key_secret: SecretStr | None = None
    """Secret of that key."""
    max_media_size: ByteSize = ByteSize(16 * 1024 * 1024)
    """Largest picture that is fetched. Twilio's own limit is 5 MB a message for MMS and 16 MB for WhatsApp."""
    delete_media: bool = False
    """Remove pictures from Twilio once they are stored here; Twilio keeps them otherwise, for a fee."""
    messaging_service_sid: Annotated[str, Field(pattern=r"^MG[0-9a-fA-F]{32}$")] | None = None
    """Messaging Service that replies by SMS go out through, where the numbers belong to one (Advanced Opt-Out, sender pools)."""
    max_segments: Annotated[int, Field(ge=1, le=10)] = 6
    """Most messages of the telephone network that one reply by SMS may make; Twilio bills each."""
    api_host: Annotated[str, Field(pattern=r"^api(\.[a-z0-9-]+\.[a-z]{2}[0-9])?\.twilio\.com$")] = "api.twilio.com"
    """Host of the API, for an account in another region than the United States (``api.dublin.ie1.twilio.com``)."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""

    @model_validator(mode="after")
    def _key_has_a_secret(self) -> Settings:
        if (self.api_key is None) != (self.api_key_secret is None):
            raise ValueError("api_key and api_key_secret belong together")
        return self


def build(channel_id: str, settings: Settings) -> Twilio:
    """The adapter for one table of the configuration."""
    return Twilio(channel_id, settings)


class Twilio:
    """A channel of type ``sms.twilio``."""

    max_reply = MAX_REPLY

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        tokens = [token.get_secret_value() for token in (settings.auth_token, settings.auth_token_previous) if token is not None]
        shared = {key: secret.get_secret_value() for key, secret in settings.shared_keys.items()}
        self._signatures = _twilio.Signatures(tokens, shared)
        self._numbers = frozenset(_reading.number(number) for number in settings.numbers)
        user, password = settings.account_sid, settings.auth_token
        if settings.api_key is not None and settings.api_key_secret is not None:
            user, password = settings.api_key, settings.api_key_secret
        self._account = Account(settings.api_host, settings.account_sid, user, password.get_secret_value())
        self._replies = Replies(self._account, settings.numbers, settings.messaging_service_sid, settings.max_segments)

    # The webhook

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``/channels/{id}`` for messages, ``/channels/{id}/status`` for what became of the ones we sent."""

        async def message(request: web.Request) -> web.StreamResponse:
            return await receive(
                request, accept, context, read=lambda body: self._message(request, context, body), acknowledge=self._acknowledge
            )

        async def status(request: web.Request) -> web.StreamResponse:
            return await receive(
                request, accept, context, read=lambda body: self._status(request, context, body), acknowledge=self._acknowledge
            )

        path = f"/channels/{self.channel_id}"
        return [web.post(path, message), web.post(f"{path}/status", status)]

    def _message(self, request: web.Request, context: WebhookContext, body: bytes) -> RawMessage:
        params, envelope = self._believe(request, context, body, "")
        sid = params.get("MessageSid", "")
        if not _form.MESSAGE_SID.fullmatch(sid) or "From" not in params or "To" not in params:
            raise Forged("not_a_message", "signed, but without MessageSid, From or To: is a call's webhook set to this address?")
        if "Body" not in params and not _says_something(params):
            raise Forged("not_a_message", "signed, but it says nothing")
        if found := _form.doubt(params):
            raise Forged("ambiguous", found)
        if self._numbers and _reading.number(params["To"]) not in self._numbers:
            raise NotForUs("the number written to is not one of this channel's")
        return RawMessage(sid, now(), CONTENT_TYPE, body, envelope | {"fingerprint": _fingerprint(params)})

    def _status(self, request: web.Request, context: WebhookContext, body: bytes) -> RawMessage:
        params, envelope = self._believe(request, context, body, "/status")
        sid, state = params.get("MessageSid", ""), params.get("MessageStatus", "")
        if not _form.MESSAGE_SID.fullmatch(sid) or not re.fullmatch(r"[a-z_]{1,32}", state):
            raise Forged("not_a_status", "signed, but without MessageSid or MessageStatus")
        return RawMessage(f"{sid}/{state}", now(), CONTENT_TYPE, body, envelope)

    def _believe(self, request: web.Request, context: WebhookContext, body: bytes, below: str) -> tuple[MultiDict[str], dict[str, str]]:
        """The form's fields and the envelope, once the signature and the account are ours. Raises Forged."""
        if request.content_type != CONTENT_TYPE:
            raise Forged("content_type")
        try:
            params = _twilio.form(body)
        except ValueError as error:
            raise Forged("not_a_form", type(error).__name__) from error
        algorithm = self._signatures.verify(request.headers, self._urls(request, context, below), params)
        if params.getall("AccountSid", []) != [self.settings.account_sid]:
            raise Forged("account")
        envelope = {"signature": "pass", "signature_algorithm": algorithm, "remote_ip": request.remote or ""}
        if token := request.headers.get(_twilio.IDEMPOTENCY):
            envelope["idempotency_token"] = token.encode("utf-8", "replace").decode()[:200]
        return params, envelope

    def _urls(self, request: web.Request, context: WebhookContext, below: str) -> list[str]:
        """The addresses that Twilio may have been given and therefore signed; never from Host or X-Forwarded-*."""
        bases = [self.settings.public_url or _base_url(context.public_url)]
        if self.settings.fallback_url is not None:
            bases.append(self.settings.fallback_url)
        query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
        return [f"{base}/channels/{self.channel_id}{below}{query}" for base in bases]

    def _acknowledge(self, receipt: Receipt) -> web.Response:
        if receipt.conflict:  # a MessageSid is unique: somebody replays a form that was changed, or Twilio has a fault
            _log.error("message_sid_reused", channel_id=self.channel_id, intake_id=receipt.intake_id)
        return web.Response(text=_EMPTY_TWIML, content_type="text/xml")

    # The message

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored form. Raises Unreadable where it is none.

        ``hints`` may have: ``lat``, ``long``, ``address`` (a WhatsApp pin), ``via`` (``sms, mms, whatsapp, rcs, messenger``),
        ``command`` (``stop, start, help, delivery_status``: opens no request), ``opt_out`` (true after STOP, false after START),
        ``media`` (what :meth:`fetch` may fetch), ``button`` (the quick reply that was pressed), ``delivery`` (what became of a message of
        ours), ``reply_from`` (our number, as a reply must name it), ``conversation`` and ``conversation_window`` (``_parts.py``).
        """
        try:
            params = _twilio.form(raw.content.strip())  # a captured form in a file may end in a newline
        except ValueError as error:
            raise Unreadable(f"not a form: {type(error).__name__}") from error
        if "From" not in params and "MessageSid" not in params:
            raise Unreadable("a form without From and MessageSid")
        message = InboundMessage(
            channel="sms",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id or params.get("MessageSid", ""),
            received_datetime=raw.received_at,
            authentication=Authentication(signature=raw.envelope.get("signature")),
        )
        message.message_id = params.get("MessageSid") or None
        if params.get("MessageStatus", "received") != "received":
            _reading.fill_status(message, params)
        else:
            _reading.fill(message, params, self.settings.account_sid, self.settings.api_host)
        return message

    # What goes out

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched:
        """One medium of ``hints["media"]``, fetched from Twilio only and at most ``max_media_size`` long."""
        return await _media.fetch(item, context.http, self._account, self.settings.max_media_size)

    async def stored(self, item: Mapping[str, Any], context: FetchContext, /) -> None:
        """The medium is safe here: remove it from Twilio, if that is wanted."""
        if self.settings.delete_media:
            await _media.delete(item, context.http, self._account)

    async def reply(self, message: OutboundMessage, context: ReplyContext, /) -> Delivery:
        """Text a resident."""
        return await self._replies.send(message, context)

    async def check(self, context: ProbeContext, /) -> Health:
        """Whether Twilio takes the credentials and the account may be used; costs nothing and shows no balance."""
        return await _account.check(context.http, self._account)


def _says_something(params: MultiDict[str]) -> bool:
    return params.get("NumMedia", "0") not in ("", "0") or any(name in params for name in ("Latitude", "ButtonText", "ListTitle"))


def _fingerprint(params: MultiDict[str]) -> str:
    """A hash of what the person sent, without the ErrorCode and ErrorUrl that a second try at the fallback address brings along."""
    meant = ("Body", "From", "To", "NumMedia", "Latitude", "Longitude", *(f"MediaUrl{n}" for n in range(10)))
    said = [(name, params[name]) for name in meant if name in params]
    return hashlib.sha256(repr(said).encode()).hexdigest()
