"""Mentions of the city's account on X: polled, streamed, or by X's webhook; direct messages by the webhook; replies.

Whatever way a post comes, it is the same message (its id is the post's), so that the ways can be changed or used together: behind a stream
and a webhook the timeline is read as well, for what they missed.

Sources: docs.x.com (the pages are named in the modules); X's OpenAPI description 2.167; tweepy 4.17.

Does not: read end-to-end encrypted chats (they are held for a person), pictures in direct messages, or videos; take a post's place or a
profile's for the place of the problem; notice that a post was deleted.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import AfterValidator, ByteSize, Field, SecretStr, model_validator

from channels._webhook import receive_all
from channels.base import (
    Accept,
    AdapterSettings,
    FetchContext,
    Fetched,
    Health,
    Notebook,
    Permanent,
    PollContext,
    ProbeContext,
    RawMessage,
    Receipt,
    Unavailable,
    WebhookContext,
)
from channels.outward import MakeClient
from channels.replying import Delivery, OutboundMessage, ReplyContext
from channels.social import _hosted, _shapes, _x_events, _x_length, _x_post, _x_stream
from channels.social._x_access import Access, Caller, Keys
from channels.social._x_budget import Budget
from channels.social._x_mentions import Cursor, Mentions, id_at
from channels.social._x_replies import Replies
from channels.social._x_session import TWEEPY_HOST, Refusal, Unclear
from normalizer.model import Authentication, InboundMessage

TYPE = "social.x"
STREAM_SECONDS = 1800.0
"""A stream is left and opened again after so long, so that the timeline is read for what it may have missed."""


def _api_url(url: str) -> str:
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?|http://(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?", url):
        raise ValueError("must be https://host[:port]; http only on this machine")
    return url


Secret = Annotated[SecretStr, Field(min_length=16)]


class Settings(AdapterSettings):
    """Table of a channel of type ``social.x``."""

    username: Annotated[str, Field(pattern=r"^@?[A-Za-z0-9_]{1,15}$", examples=["Springfield311"])]
    """The city's account, with or without ``@``."""
    user_id: Annotated[str, Field(pattern=r"^[0-9]{1,19}$")] | None = None
    """The account's number; without it X is asked once (and charges for a person read)."""
    mode: Literal["poll", "stream", "webhook"] = "poll"
    """How mentions come: asked for every ``interval``, by the filtered stream (needs ``bearer_token``), or by X's webhook (needs
    ``consumer_secret``; with tokens the timeline is still read every ``interval``, for what the webhook missed)."""
    interval: Annotated[int, Field(ge=5, le=86_400)] = 60
    """Seconds between two readings of the timeline. An answer without new mentions costs nothing."""
    consumer_key: Secret | None = None
    """The app's API key."""
    consumer_secret: Secret | None = None
    """The app's API key secret: signs calls as the account, and X signs the webhook with it."""
    consumer_secret_previous: Secret | None = None
    """The API key secret that is being replaced: webhooks signed with it are believed while it is set."""
    access_token: Secret | None = None
    """The account's own access token (OAuth 1.0a), with its secret the simplest way to read and reply: it does not end."""
    access_token_secret: Secret | None = None
    """Secret of that token."""
    bearer_token: Secret | None = None
    """The app's bearer token: reads mentions (at a higher price than the account's own tokens), opens the stream; cannot reply."""
    client_id: str | None = None
    """OAuth 2.0 client id, where a user token with a refresh token is used instead of the account's own token."""
    client_secret: Secret | None = None
    """OAuth 2.0 client secret, for a confidential client."""
    refresh_token: Secret | None = None
    """OAuth 2.0 refresh token (scopes ``tweet.read tweet.write users.read dm.write offline.access``). Used once; the next ones are kept."""
    max_reads_per_day: Annotated[int, Field(ge=60, le=3_000_000)] = 3_000
    """Most posts and people to read on a day (UTC), since X charges for each. When they are used up, mentions wait until midnight."""
    look_back: Annotated[int, Field(ge=0, le=1_000_000)] = 24
    """Hours: how old a mention may be that is read when the channel is started for the first time."""
    max_media_size: ByteSize = ByteSize(16 * 1024 * 1024)
    """Largest picture that is fetched."""
    api_url: Annotated[str, AfterValidator(_api_url)] = TWEEPY_HOST
    """Where X's API is."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""

    @model_validator(mode="after")
    def _has_what_its_mode_needs(self) -> Settings:
        own = (self.access_token, self.access_token_secret)
        if (self.access_token is None) != (self.access_token_secret is None):
            raise ValueError("access_token and access_token_secret belong together")
        if own != (None, None) and None in (self.consumer_key, self.consumer_secret):
            raise ValueError("access_token needs consumer_key and consumer_secret")
        if self.refresh_token is not None and self.client_id is None:
            raise ValueError("refresh_token needs client_id")
        if self.mode == "poll" and own[0] is None and self.bearer_token is None and self.refresh_token is None:
            raise ValueError("set access_token (with the other three keys), refresh_token or bearer_token")
        if self.mode == "stream" and self.bearer_token is None:
            raise ValueError('mode = "stream" needs bearer_token')
        if self.mode == "webhook" and self.consumer_secret is None:
            raise ValueError('mode = "webhook" needs consumer_secret')
        return self


def build(channel_id: str, settings: Settings) -> X:
    """The adapter for one table of the configuration."""
    return X(channel_id, settings)


class X:
    """A channel of type ``social.x``."""

    max_reply = _x_length.LIMIT

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        self.interval = timedelta(seconds=settings.interval)
        self.username = settings.username.removeprefix("@")
        self._access = Access(_keys(settings))
        self._budget = Budget(settings.max_reads_per_day)
        self._replies = Replies(self._access)
        token = _plain(settings.access_token) or ""
        first = token.partition("-")[0]  # an access token begins with its account's number
        self._own_id = settings.user_id or (first if _x_post.is_id(first) else None)

    # Polling and the stream

    async def poll(self, cursor: str | None, context: PollContext, /) -> AsyncIterator[tuple[RawMessage | None, str]]:
        """Everything above the cursor; with ``mode = "stream"`` then what is posted, for a while."""
        if not self._access.keys.any:
            return
        at = Cursor.read(cursor)
        if at is None:
            at = Cursor(id_at(time.time() - self.settings.look_back * 3600))
            yield None, str(at)
        if self.settings.mode != "stream":
            async with aclosing(self._missed(at, context)) as missed:  # type: ignore[type-var]  # an AsyncIterator made by ``yield``
                async for step in missed:
                    yield step
            return
        await self._budget.load(context.notebook)
        if not self._budget.page:
            return
        bearer = _plain(self.settings.bearer_token) or ""
        async with _x_stream.listening(bearer, self.settings.api_url, self.username) as queue:
            position = str(at)
            async with aclosing(self._missed(at, context)) as missed:  # type: ignore[type-var]  # as above
                async for raw, position in missed:
                    yield raw, position
            async with aclosing(self._streamed(queue, position, context.notebook)) as streamed:  # type: ignore[type-var]  # as above
                async for step in streamed:
                    yield step

    async def _missed(self, at: Cursor, context: PollContext) -> AsyncIterator[tuple[RawMessage | None, str]]:
        await self._budget.load(context.notebook)
        try:
            async with self._access.calling(context.http, context.notebook) as caller:
                own_id = await self._id(caller, context.notebook)
                async with aclosing(Mentions(caller, own_id, self._budget, context.notebook).since(at)) as found:  # type: ignore[type-var]  # as above
                    async for step in found:
                        yield step
        except Refusal as refusal:
            raise refusal.for_poller() from refusal
        except Unclear as error:
            raise Unavailable(str(error)) from error

    async def _streamed(
        self, queue: asyncio.Queue[bytes | Exception], position: str, notebook: Notebook
    ) -> AsyncIterator[tuple[RawMessage | None, str]]:
        at = Cursor.read(position) or Cursor(0)
        until = time.monotonic() + STREAM_SECONDS
        while (left := until - time.monotonic()) > 0:
            try:
                line = await asyncio.wait_for(queue.get(), left)
            except TimeoutError:
                return
            if isinstance(line, Exception):
                raise line
            await self._budget.spend(notebook, _x_stream.resources(line))
            raw, post_id = _x_stream.message(line, self._own_id or "")
            at = Cursor(max(at.newest, post_id), at.low, at.high)
            yield raw, str(at)
            if not self._budget.page:
                return

    async def _id(self, caller: Caller, notebook: Notebook | None) -> str:
        """The account's number: configured, noted, or asked for once."""
        if self._own_id is not None:
            return self._own_id
        name = f"user_id {self.username.lower()}"
        found = await notebook.get(name) if notebook is not None else None
        if found is None:
            answer = _shapes.table(await caller.client.get_user(username=self.username, user_auth=caller.user_auth))
            found = _shapes.text(_shapes.table(answer.get("data")).get("id"))
            if not _x_post.is_id(found):
                raise Permanent(f"X knows no account @{self.username}")
            if notebook is not None:
                await notebook.put(name, found)
        self._own_id = found
        return found

    # The webhook

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``/channels/{id}`` with ``mode = "webhook"``: GET proves to X that we hold its secret, POST brings an event."""
        secrets = [secret for secret in map(_plain, (self.settings.consumer_secret, self.settings.consumer_secret_previous)) if secret]
        if self.settings.mode != "webhook" or not secrets:
            return []

        async def challenge(request: web.Request) -> web.StreamResponse:
            answer = _x_events.answer_challenge(secrets[0], request.query.get("crc_token", ""))
            if answer is None:
                context.refused("challenge", request.remote or "unknown")
                return web.Response(status=400)
            return web.Response(body=answer, content_type="application/json")

        async def event(request: web.Request) -> web.StreamResponse:
            async def read(body: bytes) -> Sequence[RawMessage]:
                _x_events.verify(secrets, request.headers.get(_x_events.HEADER), body)
                envelope = {"signature": "pass", "remote_ip": request.remote or "", "mode": "webhook"}
                return _x_events.messages(body, self._own_id, envelope)

            return await receive_all(request, accept, context, read=read, acknowledge=_thanks, max_body=_x_events.MAX_BODY)

        path = f"/channels/{self.channel_id}"
        return [web.get(path, challenge), web.post(path, event)]

    # The message

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored post, event or direct message. Raises Unreadable.

        ``hints`` may have: ``private``, ``person`` (the writer's number), ``conversation``, ``language`` (X's guess), ``media``,
        ``post_place`` (where the post says it was made: not a position of the problem), ``edit_of``, ``event``.
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
        _x_post.fill(message, _shapes.document(raw.content), self.username)
        return message

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched:
        """A picture of a post, from X's picture host only."""
        return await _hosted.fetch(
            str(item.get("url", "")),
            context.http,
            allowed=lambda url: _hosted.on_hosts(url, _x_post.PICTURES),
            max_size=int(self.settings.max_media_size),
        )

    async def reply(self, message: OutboundMessage, context: ReplyContext, /) -> Delivery:
        """A reply below the post, or a direct message to who wrote one."""
        return await self._replies.send(message, self._own_id, context)

    async def check(self, context: ProbeContext, /) -> Health:
        """Ask X who we are (a free or the cheapest call), and say how much of the day's budget is used. Raises Temporary or Permanent."""
        keys = self._access.keys
        if not keys.any:
            return Health(detail="X calls the webhook; no token to ask X or to reply with")
        await self._budget.load(context.notebook)
        try:
            detail = await self._who(context.http, context.notebook)
        except Refusal as refusal:
            raise refusal.for_poller() from refusal
        except Unclear as error:
            raise Unavailable(str(error)) from error
        used = str(self._budget) if context.notebook is not None else f"at most {self._budget.most} reads a day"
        return Health(token_expires=self._access.ends, detail=f"{detail}; {used}")

    async def _who(self, http: MakeClient, notebook: Notebook | None) -> str:
        async with self._access.calling(http, notebook) as caller:
            if not self._access.keys.user:
                answer = await (await caller.client.request("GET", "/2/usage/tweets", params={})).json()
                usage = _shapes.table(_shapes.table(answer).get("data"))
                read, cap = _shapes.identifier(usage.get("project_usage")), _shapes.identifier(usage.get("project_cap"))
                return f"{read} of this month's {cap} posts read; the app's token cannot reply"
            answer = _shapes.table(await caller.client.get_me(user_auth=caller.user_auth))
            name = _shapes.text(_shapes.table(answer.get("data")).get("username"))
            if name.lower() != self.username.lower():
                raise Permanent(f"the tokens belong to @{name}, not to @{self.username}")
            return f"signed in as @{name}"


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _keys(settings: Settings) -> Keys:
    return Keys(
        settings.api_url,
        consumer_key=_plain(settings.consumer_key),
        consumer_secret=_plain(settings.consumer_secret),
        access_token=_plain(settings.access_token),
        access_token_secret=_plain(settings.access_token_secret),
        bearer_token=_plain(settings.bearer_token),
        client_id=settings.client_id,
        client_secret=_plain(settings.client_secret),
        refresh_token=_plain(settings.refresh_token),
    )


def _thanks(_receipts: Sequence[Receipt]) -> web.Response:
    return web.Response()
