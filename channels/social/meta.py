"""Facebook Pages, Messenger, Instagram and WhatsApp, by Meta's one signed webhook.

A call brings up to 1,000 updates; each that somebody wrote becomes a message of its own, stored before the call is answered. An update
without a message (a like, a read receipt, the city's own answer) opens nothing. Instagram tells of a mention only its ids: its words are
asked for within two seconds, and where that fails they are fetched later, like a picture.

Sources: developers.facebook.com/docs/graph-api/webhooks/getting-started (handshake, signature, up to 1,000 updates, tried again for 36
hours); the pages that the modules name.

Does not: read posts by asking (what was posted while no webhook was set up is not seen); take a handset's or a profile's place for the
place of the problem; send templates, which WhatsApp allows after 24 hours.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import structlog
from aiohttp import web
from pydantic import AfterValidator, ByteSize, Field, SecretStr

from channels._webhook import Forged, now, receive_all
from channels.base import (
    Accept,
    AdapterSettings,
    FetchContext,
    Fetched,
    Health,
    Permanent,
    ProbeContext,
    RawMessage,
    Receipt,
    Unavailable,
    WebhookContext,
)
from channels.outward import Client, MakeClient
from channels.replying import Delivery, OutboundMessage, ReplyContext
from channels.social import _hosted, _meta_media, _meta_reading, _shapes
from channels.social._meta_graph import Graph, GraphError, Unclear
from channels.social._meta_replies import Replies
from channels.social._meta_updates import Update, split
from normalizer.model import Authentication, InboundMessage

TYPE = "social.meta"
HEADER = "X-Hub-Signature-256"
MAX_BODY = 4 << 20
"""WhatsApp's calls have up to 3 MB."""
ASKING_SECONDS = 2.0
"""How long a call may wait for the words of mentions; Meta waits some ten seconds for an answer."""
MAX_ASKED = 20

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
_log = structlog.get_logger(__name__)


def _graph_url(url: str) -> str:
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?|http://(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?", url):
        raise ValueError("must be https://host[:port]; http only on this machine")
    return url


Secret = Annotated[SecretStr, Field(min_length=16)]


class Settings(AdapterSettings):
    """Table of a channel of type ``social.meta``."""

    app_secret: Secret
    """The app's secret, which signs the webhook. Give it by the environment or a file."""
    other_secrets: list[Secret] = Field(default_factory=list)
    """Further secrets that a call may be signed with: the one that is being replaced, the Instagram app's own."""
    verify_token: Secret
    """A word of your own, at least 16 characters, that you also write into Meta's dashboard: proves that the address is meant."""
    accounts: list[Annotated[str, Field(pattern=r"^[0-9]{1,30}$")]] = Field(default_factory=list)
    """Ids of the Pages, Instagram accounts and WhatsApp phone numbers whose messages are taken. Empty: all that the app subscribed to."""
    access_token: Secret | None = None
    """Token of the system user (or Page): for replies, WhatsApp's files and Instagram's mentions."""
    access_tokens: dict[str, Secret] = Field(default_factory=dict)
    """Tokens by account id, where accounts have their own."""
    app_id: Annotated[str, Field(pattern=r"^[0-9]{1,30}$")] | None = None
    """The app's id: with it ``check`` says when the token ends."""
    graph_version: Annotated[str, Field(pattern=r"^v[0-9]{1,3}\.[0-9]$")] = "v25.0"
    """Version of the Graph API; Meta retires each after some two years."""
    graph_url: Annotated[str, AfterValidator(_graph_url)] = "https://graph.facebook.com"
    """Where the Graph API is; ``https://graph.instagram.com`` for an app that uses Instagram's own login."""
    max_media_size: ByteSize = ByteSize(25 * 1024 * 1024)
    """Largest attachment that is fetched."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""


def build(channel_id: str, settings: Settings) -> Meta:
    """The adapter for one table of the configuration."""
    return Meta(channel_id, settings)


class Meta:
    """A channel of type ``social.meta``."""

    max_reply = 1_000

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        self._secrets = [secret.get_secret_value().encode() for secret in (settings.app_secret, *settings.other_secrets)]
        self._graph = Graph(
            settings.graph_url,
            settings.graph_version,
            settings.app_secret.get_secret_value(),
            settings.access_token.get_secret_value() if settings.access_token is not None else None,
            {account: token.get_secret_value() for account, token in settings.access_tokens.items()},
        )
        self._replies = Replies(self._graph)

    # The webhook

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``/channels/{id}``: GET proves that the address is meant, POST brings updates."""

        async def verify(request: web.Request) -> web.StreamResponse:
            token = self.settings.verify_token.get_secret_value().encode()
            given = request.query.get("hub.verify_token", "").encode("utf-8", "surrogateescape")
            challenge = request.query.get("hub.challenge", "")
            meant = request.query.get("hub.mode") == "subscribe" and _CHALLENGE.fullmatch(challenge) is not None
            if not hmac.compare_digest(token, given) or not meant:
                context.refused("verify_token", request.remote or "unknown")
                return web.Response(status=403)
            return web.Response(text=challenge, content_type="text/plain")

        async def updates(request: web.Request) -> web.StreamResponse:
            async def read(body: bytes) -> Sequence[RawMessage]:
                self._believe(request, body)
                return await self._messages(body, {"signature": "pass", "remote_ip": request.remote or ""}, context.http)

            return await receive_all(request, accept, context, read=read, acknowledge=_thanks, max_body=MAX_BODY)

        path = f"/channels/{self.channel_id}"
        return [web.get(path, verify), web.post(path, updates)]

    def _believe(self, request: web.Request, body: bytes) -> None:
        given = request.headers.get(HEADER)
        if given is None:
            raise Forged("signature_missing")
        shown = given.encode("utf-8", "surrogateescape")
        believed = [hmac.compare_digest(b"sha256=" + _hmac(secret, body), shown) for secret in self._secrets]  # all: time tells nothing
        if True not in believed:
            raise Forged("signature")

    async def _messages(self, body: bytes, envelope: dict[str, str], http: MakeClient) -> list[RawMessage]:
        """What people wrote, each on its own; what cannot be read is kept whole under its hash."""
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict):
            return [RawMessage(_hosted.digest(body), now(), "application/json", body, envelope)]
        try:
            found = list(split(document))
        except Exception as error:  # noqa: BLE001  (a shape that nobody foresaw must not make Meta send it for ever)
            _log.error("updates not taken apart", channel_id=self.channel_id, error=type(error).__name__, exc_info=True)
            return [RawMessage(_hosted.digest(body), now(), "application/json", body, envelope)]
        ignored = Counter(update.ignored or "account" for update in found if update.ignored or not self._ours(update))
        if ignored:
            _log.debug("no messages", channel_id=self.channel_id, **ignored)
        mine: dict[str, Update] = {}
        for update in found:
            if not update.ignored and self._ours(update):
                mine.setdefault(update.source_id, update)
        try:
            said = await self._asked([update for update in mine.values() if update.kind == "instagram_mention"], http)
        except Exception as error:  # noqa: BLE001  (what a mention says can be had later; what it is must be stored now)
            _log.info("mentions not asked for", channel_id=self.channel_id, error=type(error).__name__)
            said = {}
        return [self._message(update, said.get(update.source_id), body if len(found) == 1 else None, envelope) for update in mine.values()]

    def _ours(self, update: Update) -> bool:
        return not self.settings.accounts or update.kind == "unknown" or update.account in self.settings.accounts

    def _message(self, update: Update, said: dict[str, Any] | None, body: bytes | None, envelope: dict[str, str]) -> RawMessage:
        content = body
        if said:
            content = orjson.dumps({**update.document, "graph": said})
        elif content is None:
            content = orjson.dumps(update.document)
        unnamed = update.kind == "instagram_mention" and not said and self._graph.token_of(update.account) is None
        return RawMessage(update.source_id, now(), "application/json", content, envelope, held="unfetchable" if unnamed else None)

    async def _asked(self, mentions: Sequence[Update], http: MakeClient) -> dict[str, dict[str, Any]]:
        """What Instagram says of mentions, of those that it tells in time."""
        able = [update for update in mentions if self._graph.token_of(update.account) is not None and _asks_plainly(update)][:MAX_ASKED]
        if not able:
            return {}
        said: dict[str, dict[str, Any]] = {}
        async with self._graph.client(http, ASKING_SECONDS) as client:
            tasks = {update.source_id: asyncio.create_task(self._ask(update, client)) for update in able}
            await asyncio.wait(tasks.values(), timeout=ASKING_SECONDS)
            for source_id, task in tasks.items():
                if task.done() and not task.cancelled() and task.exception() is None:
                    said[source_id] = task.result()
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        return said

    async def _ask(self, update: Update, client: Client) -> dict[str, Any]:
        kind, object_id = _named(update)
        return await _meta_media.mention(self._graph, client, update.account, kind, object_id)

    # The message

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored update. Raises Unreadable.

        ``hints`` may have: ``surface`` (``page_comment, page_post, instagram_comment, instagram_mention, messenger, instagram,
        whatsapp``), ``account`` (whose it is), ``person`` (the writer's id there), ``private``, ``conversation``, ``lat``, ``long``,
        ``address`` (a pin), ``media``, ``button``, ``command`` (``stop, start, withdrawn, delivery_status``), ``edit_of``.
        """
        message = InboundMessage(
            channel="social",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id,
            received_datetime=raw.received_at,
            authentication=Authentication(signature=raw.envelope.get("signature")),
        )
        document = _shapes.document(raw.content)
        _meta_reading.fill(message, document)
        if message.hints.get("surface") == "instagram_mention" and not _shapes.table(document.get("graph")):
            kind = "comment" if message.hints.get("comment_id") else "media"
            url = f"instagram:{message.hints['account']}/{kind}/{message.message_id}"
            message.hints["media"] = [{"url": url, "id": message.message_id, "media_type": "text/plain", "filename": "mention.txt"}]
        return message

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched:
        """A picture from Meta's hosts, a file of WhatsApp's by its id, or the words of an Instagram mention."""
        return await _meta_media.fetch(item, self._graph, context, int(self.settings.max_media_size))

    async def reply(self, message: OutboundMessage, context: ReplyContext, /) -> Delivery:
        """An answer by the way that the message came."""
        return await self._replies.send(message, context.http)

    async def check(self, context: ProbeContext, /) -> Health:
        """Ask whose the token is and when it ends. Raises Temporary or Permanent."""
        token = self._graph.token or next(iter(self._graph.tokens.values()), None)
        if token is None:
            return Health(detail="Meta calls the webhook; no access token to reply or to fetch attachments with")
        try:
            async with self._graph.client(context.http) as client:
                me = await self._graph.call(client, "GET", "me", params={"fields": "id,name"}, token=token)
                ends, detail = await self._ends(token, client)
        except GraphError as error:
            raise error.for_probe() from error
        except Unclear as error:
            raise Unavailable(str(error)) from error
        return Health(token_expires=ends, detail=f"the token is {_shapes.line(me.get('name')) or 'accepted'}'s{detail}")

    async def _ends(self, token: str, client: Client) -> tuple[datetime | None, str]:
        if self.settings.app_id is None:
            return None, ""
        own = f"{self.settings.app_id}|{self.settings.app_secret.get_secret_value()}"
        answer = await self._graph.call(client, "GET", "debug_token", params={"input_token": token}, token=own)
        told = _shapes.table(answer.get("data"))
        if told.get("is_valid") is False:
            raise Permanent("Meta says that the access token is not valid any more")
        ends = [told.get(name) for name in ("expires_at", "data_access_expires_at")]
        known = [end for end in ends if isinstance(end, int) and not isinstance(end, bool) and 0 < end < 32_000_000_000]
        return (datetime.fromtimestamp(min(known), UTC), "") if known else (None, ", without an end")


def _named(update: Update) -> tuple[str, str]:
    """What a mention names: a comment, or a caption's post."""
    comment_id = _shapes.identifier(update.value.get("comment_id"))
    return ("comment", comment_id) if comment_id else ("media", _shapes.identifier(update.value.get("media_id")))


def _asks_plainly(update: Update) -> bool:
    """Whether the ids are figures, as they are to be, so that they can stand in an address."""
    return all(part.isascii() and part.isdigit() and len(part) <= 30 for part in (update.account, _named(update)[1]))


def _hmac(secret: bytes, body: bytes) -> bytes:
    return hmac.new(secret, body, hashlib.sha256).hexdigest().encode()


def _thanks(_receipts: Sequence[Receipt]) -> web.Response:
    return web.Response(text="EVENT_RECEIVED")
