"""Mentions, quotes and private messages on Mastodon, by its notifications.

The stored bytes are one notification of the server's list. The list is read forward from the last one seen, so that nothing between two
polls is missed however long the gateway was away. The server's stream of events only wakes the poll: what it carries is not read, because
a stream that breaks has gaps and the list has none.

A status that was edited raises no notification, so the newest ones are looked at again: an edited status becomes a message of its own that
follows the first.

Sources: docs.joinmastodon.org/methods/notifications, …/methods/streaming, …/methods/statuses, …/entities/Status, …/api/guidelines.

Does not: notice that a status was deleted; read what a mention replies to; take reports of moderators.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
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
from channels.outward import CallFailed, Manners
from channels.replying import Deferred, Delivery, OutboundMessage, ReplyContext
from channels.social import _mastodon_media, _mastodon_reading, _mastodon_replies
from channels.social._mastodon_api import MANNERS, Account, Api, Refused, TooLong, host_of
from channels.social._mastodon_replies import Visibility
from channels.social._shapes import document, identifier, moment, table, text
from normalizer.model import InboundMessage

TYPE = "social.mastodon"
CONTENT_TYPE = "application/vnd.mastodon.notification+json"

PAUSE = 3.0
"""Seconds between two wakes: a post of the city's that many like must not use up its 300 calls in 5 minutes."""

_PAGE = 40
_LOOK_BACK_EVERY = 60.0
"""Seconds between looks for statuses that were edited."""
_STREAM = Manners(timeout=3_600.0, max_body=512)
"""The stream is read until an event has come: a heartbeat has 7 bytes every 15 seconds, an event some thousand."""


def _server(url: str) -> str:
    found = url.rstrip("/")
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?|http://(?:localhost|127\.0\.0\.1)(?::[0-9]{1,5})?", found):
        raise ValueError("must be https://host, without a path")
    return found


class Settings(AdapterSettings):
    """Table of a channel of type ``social.mastodon``."""

    instance: Annotated[str, AfterValidator(_server), Field(examples=["https://mastodon.example"])]
    """The server that the city's account is on."""
    access_token: Annotated[SecretStr, Field(min_length=16)]
    """Token of an application of that account, with the scopes ``read:accounts read:notifications read:statuses write:statuses``.
    Give it by the environment or a file."""
    interval: Annotated[int, Field(ge=5, le=3600)] = 30
    """Seconds between two looks at the notifications, where no event wakes the gateway before."""
    stream: bool = True
    """Whether to be woken by the server's stream of events, so that a mention is seen within seconds."""
    history: bool = False
    """Whether the first run takes the mentions that are already there; otherwise it begins with the next one."""
    reply_visibility: Visibility = "unlisted"
    """Who may read a reply to a public post: ``public``, ``unlisted`` (in no timeline), ``direct``. Private posts are answered directly."""
    media_hosts: list[str] = Field(default_factory=list)
    """Hosts that the server keeps uploads on, where they cannot be told from the city's own profile picture."""
    max_media_size: ByteSize = ByteSize(16 * 1024 * 1024)
    """Largest attachment that is fetched. Mastodon itself allows 16 MB for pictures and 99 MB for films."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""


def build(channel_id: str, settings: Settings) -> Mastodon:
    """The adapter for one table of the configuration."""
    return Mastodon(channel_id, settings)


@dataclass(frozen=True, slots=True)
class Position:
    """How far the notifications were read: the last one's id, and the time (ISO 8601) before which nothing is taken."""

    id: str
    since: str = ""

    def __str__(self) -> str:
        return f"{self.id} {self.since}".strip()

    @classmethod
    def read(cls, cursor: str) -> Position:
        last, _, since = cursor.partition(" ")
        return cls(last, since)


class Mastodon:
    """A channel of type ``social.mastodon``."""

    max_reply = 460
    """500 characters less a mention of the resident."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        self.interval = timedelta(seconds=settings.interval)
        self._me: Account | None = None
        self._edits: set[str] = set()
        self._looked_back = float("-inf")
        self._woken = False

    # Reading

    async def poll(self, cursor: str | None, context: PollContext, /) -> AsyncIterator[tuple[RawMessage | None, str]]:
        """Everything above the cursor, oldest first; then what was edited lately."""
        client = context.http(MANNERS)
        try:
            api = self._api(client)
            me = await self._account(api)
            if cursor is None and not self.settings.history:
                cursor = str(await _newest(api))
                yield None, cursor
            place = Position.read(cursor if cursor is not None else "0")
            async for item in _above(api, place.id):
                place = replace(place, id=identifier(item.get("id")) or place.id)
                yield self._raw(item, me), str(place)
            clock = asyncio.get_running_loop().time()
            if clock - self._looked_back >= _LOOK_BACK_EVERY:
                async for raw in self._edited(api, me, place.since):
                    yield raw, str(place)
                self._looked_back = clock
        finally:
            await client.aclose()

    async def wait(self, context: PollContext, /) -> None:
        """Return when the server says that something has happened to the account. Where it cannot say, the interval decides."""
        if self._woken:
            self._woken = False
            await asyncio.sleep(PAUSE)
        if self.settings.stream and self._me is not None:
            client = context.http(_STREAM)
            try:
                url = f"{self._me.streaming or self.settings.instance}/api/v1/streaming/user/notification"
                await client.call("GET", url, headers={"Authorization": f"Bearer {self.settings.access_token.get_secret_value()}"})
            except CallFailed as error:
                # More bytes than heartbeats have: an event has begun.
                if error.reason == "too_large" and error.head is not None and error.head.status == 200:
                    self._woken = True
                    return
            finally:
                await client.aclose()
        await asyncio.get_running_loop().create_future()

    def _raw(self, item: dict[str, Any], me: Account) -> RawMessage:
        content = orjson.dumps(item)
        envelope = {"domain": me.domain, "account": me.handle, "account_id": me.id}
        key = _mastodon_reading.version(item)
        if not key:  # the status was deleted before we saw it, or the server speaks another dialect
            return RawMessage(f"sha256:{sha256(content).hexdigest()}", now(), CONTENT_TYPE, content, envelope, held="unfetchable")
        return RawMessage(key, now(), CONTENT_TYPE, content, envelope)

    async def _edited(self, api: Api, me: Account, since: str) -> AsyncIterator[RawMessage]:
        """The newest statuses that were edited and not handed over in that version yet; a second time is recognised by its key."""
        begin = moment(since)
        edited: set[str] = set()
        for item in reversed(await api.notifications(limit=_PAGE)):
            status = table(table(item).get("status"))
            told = moment(table(item).get("created_at"))
            if not status.get("edited_at") or (begin is not None and (told is None or told <= begin)):
                continue
            key = _mastodon_reading.version(item)
            edited.add(key)
            if key not in self._edits:
                yield self._raw(item, me)
        self._edits = edited

    # The message

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored notification. Raises Unreadable where it is none, or has no status.

        ``hints`` may have: ``private``, ``visibility``, ``status_id``, ``language``, ``media`` (what :meth:`fetch` may fetch),
        ``conversation``, ``edited`` (ISO 8601), ``quoted`` (address of the quoted post), ``sensitive``, ``bot``.
        """
        notification = document(raw.content)
        message = InboundMessage(
            channel="social",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id,
            received_datetime=raw.received_at,
        )
        envelope = raw.envelope
        domain = envelope.get("domain") or host_of(self.settings.instance)
        _mastodon_reading.fill(
            message, notification, domain=domain, own_id=envelope.get("account_id", ""), own_account=envelope.get("account", "")
        )
        return message

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched:
        """The bytes of one attachment, from the server's own hosts only. Raises Permanent, TooLarge, RateLimited or Unavailable."""
        url = text(item.get("url"))
        scheme = self.settings.instance.partition("://")[0]
        hosts = {host_of(self.settings.instance), *self.settings.media_hosts}
        if not _mastodon_media.allowed(url, hosts, scheme):
            client = context.http(MANNERS)
            try:
                hosts |= (await self._account(self._api(client))).media_hosts
            finally:
                await client.aclose()
        client = context.http(Manners(timeout=60.0, max_body=int(self.settings.max_media_size), private_addresses=False))
        try:
            return await _mastodon_media.fetch(url, client, hosts, scheme)
        finally:
            await client.aclose()

    # Replies and health

    async def reply(self, message: OutboundMessage, context: ReplyContext, /) -> Delivery:
        """Answer the resident's post in its thread, to no more people than could read the post."""
        client = context.http(MANNERS)
        try:
            api = self._api(client)
            return await _mastodon_replies.send(message, api, await self._account(api), self.settings.reply_visibility)
        except (CallFailed, RateLimited, Refused, Unavailable) as error:
            return _mastodon_replies.deferred(error)
        except TooLong:
            return Deferred("too_large")
        finally:
            await client.aclose()

    async def check(self, context: ProbeContext, /) -> Health:
        """Whether the token is valid and may read notifications. Tokens of Mastodon's do not expire."""
        client = context.http(MANNERS)
        try:
            api = self._api(client)
            me = await api.account()
            await api.notifications(limit=1)
        finally:
            await client.aclose()
        return Health(detail=f"as {me.handle}")

    def _api(self, client: Any) -> Api:
        return Api(client, self.settings.instance, self.settings.access_token.get_secret_value())

    async def _account(self, api: Api) -> Account:
        """Whose token it is; asked once."""
        if self._me is None:
            self._me = await api.account()
        return self._me


async def _newest(api: Api) -> Position:
    """The place behind all that is there already."""
    page = await api.notifications(limit=1)
    first = table(page[0]) if page else {}
    created = moment(first.get("created_at"))
    return Position(identifier(first.get("id")) or "0", created.isoformat() if created else "")


async def _above(api: Api, last: str) -> AsyncIterator[dict[str, Any]]:
    """The notifications above an id, oldest first, page by page; smaller pages where one is too large to read."""
    limit = _PAGE
    while True:
        try:
            page = await api.notifications(limit=limit, above=last)
        except TooLong:
            if limit == 1:
                raise
            limit = max(limit // 6, 1)
            continue
        before = last
        for item in reversed(page):
            last = identifier(table(item).get("id")) or last
            yield item if isinstance(item, dict) else {"unreadable": item}
        if last == before:
            return
