"""Transcripts of calls from whoever makes them: files, a watched folder, webhooks, providers that are asked, and a live relay.

The stored bytes are the transcript as it came. Which shape it has is found out when it is read (``_sniff.py``), so that a shape that is
learned tomorrow makes yesterday's held transcripts readable. Read ``_turns.py`` (the one model), ``_shapes.py``, ``_whisper.py``,
``_vcon.py``, ``_plain.py`` (the shapes), ``_roles.py`` (who is who), ``_places.py`` (what was read back), ``_conversation.py`` (the
message), ``_proofs.py`` (who may send), ``_catching_up.py`` with ``_intelligence.py`` and ``_assemblyai.py`` (who is asked),
``_folder.py``, ``_relay.py``.

Does not: listen to recordings (it reads what others wrote down), nor fetch from Amazon S3 or Genesys (their files are brought by a
folder or a POST).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import structlog
from aiohttp import web
from pydantic import ByteSize, Field, SecretStr, model_validator

from channels import _twilio
from channels._webhook import Forged, now, receive
from channels.base import (
    Accept,
    AdapterSettings,
    Health,
    Permanent,
    PollContext,
    ProbeContext,
    RawMessage,
    Receipt,
    Unreadable,
    WebhookContext,
)
from channels.outward import MakeClient, Manners
from channels.phone import _proofs, _relay, _sniff
from channels.phone import _values as v
from channels.phone._assemblyai import AssemblyAI
from channels.phone._catching_up import Refused, catch_up
from channels.phone._conversation import fill
from channels.phone._folder import Folder
from channels.phone._intelligence import Intelligence
from normalizer.model import Authentication, InboundMessage

TYPE = "phone.transcript"
CONTENT_TYPE = "application/octet-stream"
"""Of files: what they hold is found out by reading them."""

_NOTICE = "application/x-notice"
"""Marks a call that brings no transcript and only says that there is one."""

_log = structlog.get_logger(__name__)

Key = Annotated[SecretStr, Field(min_length=16)]
Token = Annotated[SecretStr, Field(min_length=_twilio.MIN_SECRET)]


class Settings(AdapterSettings):
    """Table of a channel of type ``phone.transcript``. With none of these set it takes files (``intake311 ingest``)."""

    folder: Path | None = None
    """Folder into which another program puts transcripts; complete files are taken and moved to ``done/`` or ``failed/`` in it."""
    key: Key | None = None
    """Key that senders show: ``Authorization: Bearer``, HTTP Basic with the key as password, or ``X-Api-Key``."""
    hmac_secret: Key | None = None
    """Secret of senders that sign: ``X-Signature-256: sha256=`` and the HMAC-SHA256 of the body in hexadecimal letters."""
    account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$", examples=["ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"])] | None = None
    """Twilio's account, where its Voice Intelligence or ConversationRelay is used."""
    auth_token: Token | None = None
    """That account's auth token: it signs the webhooks, and without an API key it opens the list of transcripts."""
    auth_token_previous: Token | None = None
    """The token that is being replaced: accepted as well while it is set."""
    api_key: str | None = None
    """Id (``SK…``) of a Twilio API key for asking for transcripts."""
    api_key_secret: SecretStr | None = None
    """Secret of that key."""
    intelligence: bool = True
    """Whether Twilio is asked for Voice Intelligence transcripts, where an account is set."""
    service_sid: Annotated[str, Field(pattern=r"^GA[0-9a-fA-F]{32}$")] | None = None
    """The Voice Intelligence service whose transcripts are taken; without it those of all."""
    assemblyai_key: Key | None = None
    """AssemblyAI's API key, where its transcripts are taken."""
    assemblyai_region: Literal["us", "eu"] = "us"
    """Which of AssemblyAI's servers has them."""
    public_url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9_.~/-]*)?$")] | None = None
    """Address under which Twilio reaches the gateway, where it differs from the server's ``public_url``."""
    interval: Annotated[int, Field(ge=1, le=86_400)] = 30
    """Seconds between two looks at the folder and the providers' lists."""
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Segments that their recogniser was less sure of are left out."""
    max_size: ByteSize = ByteSize(8 * 1024 * 1024)
    """Largest transcript."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""

    @model_validator(mode="after")
    def _together(self) -> Settings:
        if (self.account_sid is None) != (self.auth_token is None):
            raise ValueError("account_sid and auth_token belong together")
        if (self.api_key is None) != (self.api_key_secret is None):
            raise ValueError("api_key and api_key_secret belong together")
        return self


def build(channel_id: str, settings: Settings) -> Transcripts:
    """The adapter for one table of the configuration; it polls only where there is something to look at."""
    asks = (
        settings.folder is not None or settings.assemblyai_key is not None or (settings.account_sid is not None and settings.intelligence)
    )
    return Watching(channel_id, settings) if asks else Transcripts(channel_id, settings)


class Transcripts:
    """A channel of type ``phone.transcript``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        tokens = [token.get_secret_value() for token in (settings.auth_token, settings.auth_token_previous) if token is not None]
        self._signatures = _twilio.Signatures(tokens, {}) if tokens else None

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored transcript. Raises Unreadable where it is none, or nobody says anything in it.

        ``hints`` may have: ``language``, ``conversation`` (the call), ``address`` (read back by the agent and confirmed),
        ``read_back`` (``text, place, answer, confirmed``), ``redacted``, ``transcript`` (the shape that it had).
        """
        transcript = _sniff.read(raw.content)
        message = InboundMessage(
            channel="phone",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id,
            received_datetime=raw.received_at,
            authentication=Authentication(signature=raw.envelope.get("signature")),
        )
        fill(message, transcript, min_confidence=self.settings.min_confidence)
        return message

    # The webhook

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``/channels/{id}`` for transcripts and notices, ``/channels/{id}/relay`` for a ConversationRelay; none where nobody may call."""
        settings = self.settings
        path = f"/channels/{self.channel_id}"

        async def keep(raw: RawMessage, /) -> Receipt:
            if raw.content_type == _NOTICE:  # there is nothing in it to keep: what it speaks of comes by the poll
                context.wake()
                return Receipt("")
            return await accept(raw)

        async def post(request: web.Request) -> web.StreamResponse:
            return await receive(
                request, keep, context, read=lambda body: self._read(request, context, body), acknowledge=self._thanks,
                max_body=int(settings.max_size),
            )  # fmt: skip

        async def relay(request: web.Request) -> web.StreamResponse:
            try:
                self._believe_relay(request, context)
            except Forged as error:
                context.refused(error.reason, request.remote or "unknown")
                return web.Response(status=403)
            return await _relay.talk(request, accept)

        found: list[web.AbstractRouteDef] = []
        if settings.key is not None or settings.hmac_secret is not None or self._signatures is not None:
            found += [web.post(path, post), web.put(path, post)]  # Deepgram can be told to PUT
        if self._signatures is not None:
            found.append(web.get(f"{path}/relay", relay))
        return found

    def _read(self, request: web.Request, context: WebhookContext, body: bytes) -> RawMessage:
        envelope = {"signature": "pass", "remote_ip": request.remote or "", "fingerprint": hashlib.sha256(body).hexdigest()}
        notice = RawMessage("", now(), _NOTICE)
        if _twilio.SIGNATURE in request.headers and self._signatures is not None:
            _proofs.by_twilio(self._signatures, request.headers, self._urls(request, context), body, request.content_type)
            return notice
        if _proofs.SIGNATURE in request.headers and self.settings.hmac_secret is not None:
            _proofs.by_hmac(request.headers, body, self.settings.hmac_secret.get_secret_value())
        elif self.settings.key is not None:
            _proofs.by_key(request.headers, self.settings.key.get_secret_value())
        else:
            raise Forged("signature_missing")
        if not body.strip():
            raise Unreadable("an empty body")
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError:
            data = None
        if self.settings.assemblyai_key is not None and _is_notice(data):
            return notice
        return RawMessage(_source_id(data, body), now(), request.content_type, body, envelope)

    def _believe_relay(self, request: web.Request, context: WebhookContext) -> None:
        """The signature covers the address of the WebSocket, without parameters; ``https`` is what proxies that end TLS make of ``wss``."""
        if self._signatures is None:
            raise Forged("signature_missing")
        addresses = self._urls(request, context, "/relay")
        addresses += [url.replace("https://", "wss://", 1).replace("http://", "ws://", 1) for url in addresses]
        _proofs.by_twilio(self._signatures, request.headers, addresses, b"", _proofs.FORM)

    def _urls(self, request: web.Request, context: WebhookContext, below: str = "") -> list[str]:
        base = (self.settings.public_url or context.public_url).rstrip("/")
        query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
        return [f"{base}/channels/{self.channel_id}{below}{query}"]

    def _thanks(self, receipt: Receipt) -> web.Response:
        if receipt.conflict:
            _log.error("transcript_id_reused", channel_id=self.channel_id, intake_id=receipt.intake_id)
        return web.json_response({"intake_id": receipt.intake_id, "duplicate": receipt.duplicate})

    # The probe

    async def check(self, context: ProbeContext, /) -> Health:
        """Look at the folder and ask each provider for one line. Raises Permanent or Temporary."""
        return await _checked(self.settings, context.http)


class Watching(Transcripts):
    """A channel of type ``phone.transcript`` that looks for transcripts by itself."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        super().__init__(channel_id, settings)
        self.interval = timedelta(seconds=settings.interval)
        self._folder = _folder(settings, self._readable)

    async def poll(self, cursor: str | None, context: PollContext, /) -> AsyncIterator[tuple[RawMessage | None, str]]:
        """What is new in the folder and at each provider. One of them that fails does not keep the others from being asked."""
        position = _position(cursor)
        failed: Exception | None = None
        if self._folder is not None:
            try:
                async for raw in self._folder.take():
                    yield raw, _cursor(position)
            except OSError as error:
                failed = Permanent(f"the folder {self.settings.folder}: {error.strerror}")
        http = context.http(Manners(max_body=32 << 20, timeout=60.0))
        try:
            for provider in _providers(self.settings, http):
                try:
                    async for found, moved in catch_up(
                        provider.source, v.table(position.get(provider.source)), provider.pages, provider.fetch
                    ):
                        position[provider.source] = moved
                        yield found, _cursor(position)
                except Exception as error:  # noqa: BLE001  raised below, once the others were asked
                    failed = error
        finally:
            await http.aclose()
        if failed is not None:
            raise failed

    def _readable(self, content: bytes) -> bool:
        try:
            _sniff.read(content)
        except Unreadable:
            return False
        return True


Provider = Intelligence | AssemblyAI


def _providers(settings: Settings, http: Any) -> list[Provider]:
    found: list[Provider] = []
    if settings.account_sid is not None and settings.auth_token is not None and settings.intelligence:
        user, password = settings.account_sid, settings.auth_token
        if settings.api_key is not None and settings.api_key_secret is not None:
            user, password = settings.api_key, settings.api_key_secret
        found.append(Intelligence(http, user, password.get_secret_value(), settings.service_sid))
    if settings.assemblyai_key is not None:
        found.append(AssemblyAI(http, settings.assemblyai_key.get_secret_value(), settings.assemblyai_region))
    return found


async def _checked(settings: Settings, make: MakeClient) -> Health:
    backlog = None
    folder = _folder(settings, lambda _content: True)
    if folder is not None:
        try:
            backlog = len(await asyncio.to_thread(folder.waiting))
        except OSError as error:
            raise Permanent(f"the folder {folder.path}: {error.strerror}") from error
        if not os.access(folder.path, os.W_OK):
            raise Permanent(f"the folder {folder.path}: files cannot be moved out of it")
    http = make(Manners()) if _asks(settings) else None
    if http is not None:
        try:
            for provider in _providers(settings, http):
                await provider.check()
        except Refused as error:
            raise Permanent(str(error)) from error
        finally:
            await http.aclose()
    return Health(backlog=backlog)


def _asks(settings: Settings) -> bool:
    """Whether a provider is asked for its list."""
    return settings.assemblyai_key is not None or (settings.account_sid is not None and settings.intelligence)


def _folder(settings: Settings, readable: Any) -> Folder | None:
    return Folder(settings.folder, CONTENT_TYPE, int(settings.max_size), readable) if settings.folder is not None else None


def _is_notice(data: Any) -> bool:
    """AssemblyAI's: an id and a status, and no words."""
    return isinstance(data, dict) and bool(v.first(data, "transcript_id")) and "status" in data and not {"text", "utterances"} & data.keys()


def _source_id(data: Any, body: bytes) -> str:
    """The sender's own id of a transcript that is final when it is sent; else the hash of the bytes.

    A vCon is sent again under its ``uuid`` whenever something is added to it, so its id alone is none.
    """
    request_id = v.first(v.table(v.table(data).get("metadata")), "request_id")
    if request_id and isinstance(v.table(data).get("results"), dict):
        return f"deepgram:{request_id[:200]}"
    contact_id = v.first(v.table(v.table(data).get("CustomerMetadata")), "ContactId")
    if contact_id and isinstance(v.table(data).get("Transcript"), list):
        output = v.first(v.table(data.get("ContentMetadata")), "Output") or "Raw"
        return f"contact_lens:{contact_id[:200]}:{output[:20]}"
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _position(cursor: str | None) -> dict[str, Any]:
    try:
        return v.table(orjson.loads(cursor or "{}"))
    except orjson.JSONDecodeError:
        return {}


def _cursor(position: dict[str, Any]) -> str:
    return orjson.dumps(position).decode()
