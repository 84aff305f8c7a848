"""Mentions, replies and quotes on Bluesky, by the notifications of the city's account.

The stored bytes are one notification with the post as its author signed it. The list of notifications is newest first and has no "since",
so it is read until what was seen before, and handed over from the oldest on. It is sorted by the time that the author's device claims,
so a post may appear below what was seen: the first page is always looked at as a whole, and further pages an hour back.

Sources: the lexicons (github.com/bluesky-social/atproto), atproto.com/specs, docs.bsky.app/docs/advanced-guides.

Does not: read direct messages (chat.bsky); notice that a post was deleted; read what a post replies to.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, ByteSize, Field, SecretStr

from channels._webhook import now
from channels.base import (
    AdapterSettings,
    FetchContext,
    Fetched,
    Health,
    PollContext,
    ProbeContext,
    RateLimited,
    RawMessage,
    Unavailable,
)
from channels.outward import Client, Manners
from channels.replying import Deferred, Delivery, OutboundMessage, ReplyContext
from channels.social import _bluesky_identity, _bluesky_media, _bluesky_reading, _bluesky_replies
from channels.social._bluesky_session import Login, Session, Tokens
from channels.social._bluesky_text import MAX_GRAPHEMES
from channels.social._bluesky_xrpc import MANNERS, Refused
from channels.social._shapes import document, identifier, moment, table, text
from normalizer.model import InboundMessage

TYPE = "social.bluesky"
CONTENT_TYPE = "application/vnd.bsky.notification+json"

REASONS = ["mention", "reply", "quote"]

_PAGE = 100
_OVERLAP = timedelta(hours=1)
_MAX_PAGES = 1_000
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def _who(value: str) -> str:
    found = value.removeprefix("@")
    if not _bluesky_identity.DID.fullmatch(found) and not _bluesky_identity.HANDLE.fullmatch(found):
        raise ValueError("must be a handle (311.springfield.example) or a DID (did:plc:…)")
    return found if found.startswith("did:") else found.lower()


def _server(url: str) -> str:
    found = url.rstrip("/")
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?|http://(?:localhost|127\.0\.0\.1)(?::[0-9]{1,5})?", found):
        raise ValueError("must be https://host, without a path")
    return found


class Settings(AdapterSettings):
    """Table of a channel of type ``social.bluesky``."""

    identifier: Annotated[str, AfterValidator(_who), Field(examples=["311.springfield.example"])]
    """The city's account: its handle or, better because it never changes, its DID."""
    app_password: Annotated[SecretStr, Field(min_length=16)]
    """An app password of that account (``xxxx-xxxx-xxxx-xxxx``), never its main password. Give it by the environment or a file."""
    service: Annotated[str, AfterValidator(_server)] | None = None
    """The account's server (PDS). Without it the server is found by the account's DID."""
    plc_directory: Annotated[str, AfterValidator(_server)] = "https://plc.directory"
    """The directory of DIDs."""
    interval: Annotated[int, Field(ge=5, le=3600)] = 30
    """Seconds between two looks at the notifications."""
    history: bool = False
    """Whether the first run takes the mentions that are already there; otherwise it begins with the next one."""
    media_hosts: list[str] = Field(default_factory=list)
    """Servers of accounts, beside Bluesky's own, that original pictures and films may be fetched from."""
    max_media_size: ByteSize = ByteSize(16 * 1024 * 1024)
    """Largest attachment that is fetched. Bluesky allows 2 MB for a picture and 300 MB for a film."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""


def build(channel_id: str, settings: Settings) -> Bluesky:
    """The adapter for one table of the configuration."""
    return Bluesky(channel_id, settings)


@dataclass(frozen=True, slots=True)
class Position:
    """How far the notifications were read: the time of the newest one, and the time up to which nothing is taken."""

    reached: datetime
    since: datetime

    def __str__(self) -> str:
        return f"{self.reached.isoformat()} {self.since.isoformat()}"

    @classmethod
    def read(cls, cursor: str) -> Position:
        reached, _, since = cursor.partition(" ")
        return cls(moment(reached) or _BEGINNING, moment(since) or _BEGINNING)


class Bluesky:
    """A channel of type ``social.bluesky``."""

    max_reply = MAX_GRAPHEMES

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        self.interval = timedelta(seconds=settings.interval)
        self._login = Login(settings.identifier, settings.app_password.get_secret_value(), settings.service, settings.plc_directory)
        self._polling: Session | None = None
        self._writing = Session(self._login)
        self._seen: set[str] = set()

    # Reading

    async def poll(self, cursor: str | None, context: PollContext, /) -> AsyncIterator[tuple[RawMessage | None, str]]:
        """Everything that was not seen before, oldest first."""
        client = context.http(MANNERS)
        if self._polling is None:
            self._polling = Session(self._login, context.notebook)
        session = self._polling
        try:
            tokens = await session.tokens(client)
            if cursor is None and not self.settings.history:
                cursor = str(await _newest(session, client))
                yield None, cursor
            place = Position.read(cursor or "")
            items = await _above(session, client, place)
            keys = set()
            for item in items:
                raw, told = self._raw(item, tokens), _told(item)
                if told is not None and told <= place.since:
                    continue
                keys.add(raw.source_id)
                if raw.source_id not in self._seen:
                    # A device whose clock is ahead must not hide what comes until then.
                    place = Position(max(place.reached, min(told or _BEGINNING, now())), place.since)
                    yield raw, str(place)
            self._seen = keys
        finally:
            await client.aclose()

    def _raw(self, item: Any, tokens: Tokens) -> RawMessage:
        content = orjson.dumps(item)
        envelope = {"did": tokens.did, "handle": tokens.handle}
        post = _bluesky_reading.PostRef.read(item)
        if post is None:
            return RawMessage(f"sha256:{sha256(content).hexdigest()}", now(), CONTENT_TYPE, content, envelope, held="unfetchable")
        return RawMessage(f"{post.uri}#{post.cid}", now(), CONTENT_TYPE, content, envelope)

    # The message

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored notification. Raises Unreadable where it is none of a post.

        ``hints`` may have: ``reason`` (mention, reply, quote), ``language``, ``media`` (what :meth:`fetch` may fetch), ``conversation``,
        ``reply`` (what an answer refers to), ``did`` (the author's), ``quoted`` (address of the quoted post), ``labels``, ``sensitive``.
        """
        message = InboundMessage(
            channel="social",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id,
            received_datetime=raw.received_at,
        )
        notification = document(raw.content)
        _bluesky_reading.fill(
            message, notification, own_did=raw.envelope.get("did", ""), own_handle=raw.envelope.get("handle") or self.settings.identifier
        )
        return message

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched:
        """The bytes of one attachment, from Bluesky's own hosts. Raises Permanent, TooLarge, RateLimited or Unavailable."""
        hosts = {host.lower() for host in self.settings.media_hosts}
        if self.settings.service is not None:
            hosts.add(_bluesky_identity.host_of(self.settings.service))
        client = context.http(Manners(timeout=60.0, max_body=int(self.settings.max_media_size), private_addresses=False))
        try:
            return await _bluesky_media.fetch(
                identifier(item.get("id")), text(item.get("media_type")), client, self.settings.plc_directory, hosts
            )
        finally:
            await client.aclose()

    # Replies and health

    async def reply(self, message: OutboundMessage, context: ReplyContext, /) -> Delivery:
        """Answer the resident's post in its thread. A post can be read by everybody, so a private answer is never sent."""
        client = context.http(MANNERS)
        try:
            return await _bluesky_replies.send(message, self._writing, client)
        except RateLimited as error:
            return Deferred("rate_limited", retry_after=float(error.retry_after), throttled=True)
        except Refused as error:
            return Deferred("unauthorized", retry_after=900.0, detail=str(error))
        except Unavailable as error:
            return Deferred("unavailable", detail=str(error))
        finally:
            await client.aclose()

    async def check(self, context: ProbeContext, /) -> Health:
        """Whether the account can log in and its server answers. An app password does not expire; it may be revoked."""
        client = context.http(MANNERS)
        try:
            found = await self._writing.use(client, lambda xrpc, tokens: xrpc.query("com.atproto.server.getSession", {}, tokens.access))
        finally:
            await client.aclose()
        if found.get("active") is False:
            raise Refused(f"the account is {text(found.get('status')) or 'not active'}")
        return Health(detail=f"as @{text(found.get('handle'))}")


async def _page(session: Session, client: Client, limit: int, cursor: str | None) -> dict[str, Any]:
    params: dict[str, str | list[str]] = {"reasons": REASONS, "limit": str(limit), "priority": "false"}
    if cursor is not None:
        params["cursor"] = cursor
    return await session.use(client, lambda xrpc, tokens: xrpc.query("app.bsky.notification.listNotifications", params, tokens.access))


async def _newest(session: Session, client: Client) -> Position:
    """The place behind all that is there already."""
    page = (await _page(session, client, 1, None)).get("notifications")
    newest = _told(page[0]) if isinstance(page, list) and page else None
    return Position(newest or _BEGINNING, newest or _BEGINNING)


async def _above(session: Session, client: Client, place: Position) -> list[Any]:
    """The notifications of the first page, and of those behind it until an hour before the place; oldest first."""
    found: list[Any] = []
    cursor: str | None = None
    for _number in range(_MAX_PAGES):
        page = await _page(session, client, _PAGE, cursor)
        items = page.get("notifications")
        if not isinstance(items, list):
            raise Unavailable("the server did not answer with a list of notifications")
        found += items
        before, cursor = cursor, text(page.get("cursor")) or None
        oldest = min((told for item in items if (told := _told(item)) is not None), default=None)
        if cursor is None or cursor == before or (oldest is not None and oldest < place.reached - _OVERLAP):
            break
    found.reverse()
    return found


def _told(item: Any) -> datetime | None:
    return moment(table(item).get("indexedAt"))
