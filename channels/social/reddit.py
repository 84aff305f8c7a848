"""Reddit: what people write to the city's account, and what is new in the subreddits that the city follows.

The inbox brings mentions, answers to the city's posts and comments, and private messages; each subreddit its new posts and comments, all of
them or those with one of the words that the operator names. Nothing is marked as read.

Sources: reddit.com/dev/api; github.com/reddit-archive/reddit/wiki (OAuth2, API rules); praw-dev/praw for what listings do in practice.

Does not: notice that something was edited or deleted after it was read, or approved by a moderator long after it was written; read chats
(Reddit has no API for them) or videos.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, ByteSize, Field, SecretStr, model_validator

from channels._webhook import now
from channels.base import (
    AdapterSettings,
    ChannelError,
    FetchContext,
    Fetched,
    Health,
    Permanent,
    PollContext,
    ProbeContext,
    RateLimited,
    RawMessage,
    Unavailable,
)
from channels.replying import Delivery, OutboundMessage, ReplyContext
from channels.social import _hosted, _reddit_reading, _reddit_replies, _shapes
from channels.social._reddit_api import Api, Login, Unclear
from channels.social._reddit_feeds import Cursor, Feeds, Place, name_of
from normalizer.model import InboundMessage

TYPE = "social.reddit"
INBOX = "/message/inbox"


def _address(url: str) -> str:
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?|http://(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?", url):
        raise ValueError("must be https://host[:port]; http only on this machine")
    return url


Secret = Annotated[SecretStr, Field(min_length=8)]
Address = Annotated[str, AfterValidator(_address)]


class Settings(AdapterSettings):
    """Table of a channel of type ``social.reddit``."""

    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{3,20}$")]
    """The city's account, without ``u/``."""
    password: Secret | None = None
    """The account's password, for an app of the kind *script*."""
    refresh_token: Secret | None = None
    """A refresh token (scopes ``identity privatemessages read submit history``) instead of the password."""
    client_id: Annotated[str, Field(min_length=8)]
    """The app's id, below its name."""
    client_secret: Secret
    """The app's secret."""
    subreddits: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]{1,20}$")]] = Field(default_factory=list)
    """Subreddits to follow, without ``r/``; without any only the account's inbox is read."""
    match: list[Annotated[str, Field(min_length=2)]] = Field(default_factory=list)
    """Words of which a post or comment of a subreddit must have one (``311``, ``pothole``, ``city hall``). Empty: all are taken."""
    interval: Annotated[int, Field(ge=10, le=86_400)] = 60
    """Seconds between two readings. Each costs one or two of the 100 calls a minute that Reddit allows, for the inbox and twice for each
    subreddit."""
    look_back: Annotated[int, Field(ge=0, le=1_000)] = 24
    """Hours: how old something may be that is read when the channel is started for the first time."""
    max_media_size: ByteSize = ByteSize(25 * 1024 * 1024)
    """Largest picture that is fetched."""
    api_url: Address = "https://oauth.reddit.com"
    """Where Reddit's API is."""
    login_url: Address = "https://www.reddit.com"
    """Where tokens are got."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Settings:
        if (self.password is None) == (self.refresh_token is None):
            raise ValueError("set one of password and refresh_token")
        return self


def build(channel_id: str, settings: Settings) -> Reddit:
    """The adapter for one table of the configuration."""
    return Reddit(channel_id, settings)


class Reddit:
    """A channel of type ``social.reddit``."""

    max_reply = _reddit_replies.MAX_REPLY

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        self.interval = timedelta(seconds=settings.interval)
        self._words = [word.casefold() for word in settings.match]
        self._api = Api(
            Login(
                settings.client_id,
                settings.client_secret.get_secret_value(),
                settings.username,
                settings.password.get_secret_value() if settings.password is not None else None,
                settings.refresh_token.get_secret_value() if settings.refresh_token is not None else None,
                settings.api_url,
                settings.login_url,
            )
        )

    async def poll(self, cursor: str | None, context: PollContext, /) -> AsyncIterator[tuple[RawMessage | None, str]]:
        """Everything above the cursor, listing by listing, each oldest first. One that cannot be read does not stop the others."""
        at = Cursor(cursor)
        first: ChannelError | None = None
        paths = [INBOX, *(f"/r/{name}/{what}" for name in self.settings.subreddits for what in ("new", "comments"))]
        async with self._api.client(context.http) as client:
            feeds = Feeds(self._api, client)
            for path in paths:
                if path not in at.places:
                    at.places[path] = Place(latest=time.time() - self.settings.look_back * 3600.0)
                    yield None, str(at)
                try:
                    async with aclosing(self._listing(feeds, path, at.places[path])) as found:  # type: ignore[type-var]  # an AsyncIterator made by ``yield``
                        async for raw in found:
                            yield raw, str(at)
                except RateLimited:
                    raise
                except ChannelError as error:
                    first = first or error
        if first is not None:
            raise first

    async def _listing(self, feeds: Feeds, path: str, place: Place) -> AsyncIterator[RawMessage | None]:
        """The messages of one listing; the place is moved before each."""
        async with aclosing(feeds.newer(path, place)) as pages:  # type: ignore[type-var]  # an AsyncIterator made by ``yield``
            async for things in pages:
                parents = await feeds.parents([thing for thing in things if self._wanted(thing, path)])
                for thing in things:
                    raw = self._message(thing, path, parents)
                    if name_of(thing):
                        place.passed(thing)
                    yield raw

    def _wanted(self, thing: dict[str, Any], path: str) -> bool:
        """Whether somebody else wrote it, something is left of it, and it is of those that the operator asked for."""
        data = _shapes.table(thing.get("data"))
        if _shapes.text(data.get("author")).lower() == self.settings.username.lower() or _reddit_reading.is_gone(thing):
            return False
        if path == INBOX or not self._words:
            return True
        words = " ".join(_shapes.text(data.get(name)) for name in ("title", "selftext", "body")).casefold()
        return any(word in words for word in self._words) or f"u/{self.settings.username}".casefold() in words

    def _message(self, thing: dict[str, Any], path: str, parents: Mapping[str, dict[str, Any]]) -> RawMessage | None:
        if not name_of(thing):
            content = orjson.dumps(thing)
            return RawMessage(_hosted.digest(content), now(), "application/json", content, {"listing": path}, held="unfetchable")
        if not self._wanted(thing, path):
            return None
        parent = parents.get(_shapes.identifier(_shapes.table(thing.get("data")).get("parent_id")))
        content = orjson.dumps({**thing, "parent": parent} if parent is not None else thing)
        return RawMessage(name_of(thing), now(), "application/json", content, {"listing": path})

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored thing. Raises Unreadable.

        ``hints`` may have: ``surface`` (``comment, post, message``), ``private``, ``person``, ``subreddit``, ``thread_title``,
        ``conversation``, ``media``.
        """
        message = InboundMessage(
            channel="social",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id,
            received_datetime=raw.received_at,
        )
        _reddit_reading.fill(message, _shapes.document(raw.content), self.settings.username)
        return message

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched:
        """A picture, from Reddit's picture hosts only."""
        return await _hosted.fetch(
            str(item.get("url", "")),
            context.http,
            allowed=lambda url: _hosted.on_hosts(url, _reddit_reading.HOSTS),
            max_size=int(self.settings.max_media_size),
        )

    async def reply(self, message: OutboundMessage, context: ReplyContext, /) -> Delivery:
        """A comment below what was written, or a private message."""
        return await _reddit_replies.send(message, self._api, context.http)

    async def check(self, context: ProbeContext, /) -> Health:
        """Ask Reddit who we are. Raises Temporary or Permanent."""
        try:
            async with self._api.client(context.http) as client:
                me = _shapes.table(await self._api.get(client, "/api/v1/me"))
        except Unclear as error:
            raise Unavailable(str(error)) from error
        name = _shapes.text(me.get("name"))
        if name.lower() != self.settings.username.lower():
            raise Permanent(f"the app signs in as u/{name}, not as u/{self.settings.username}")
        return Health(detail=f"signed in as u/{name}; {self._api.left} calls left in this window")
