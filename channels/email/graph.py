"""E-mail from an Exchange Online mailbox, read through Microsoft Graph: its notifications tell when, a delta query tells what.

An application signs in as itself (client credentials). A notification only wakes the poller, which asks what is new, fetches each mail as
MIME and hands it over; so a notification that is lost, late or doubled loses and doubles nothing, and without a public address mail comes
by asking alone. A mail is known by its content, as over SMTP.

Does not: mark mails as read, delete anything, read folders below the named one, sign in as a person or with a certificate, or send.

The parts: ``_graph_client.py`` (calls and what they answer), ``_graph_round.py`` (what is taken in which order),
``_graph_subscription.py`` (that Graph calls), ``_graph_notice.py`` (when it calls), ``_oauth.py`` (tokens).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import structlog
from aiohttp import web
from pydantic import AfterValidator, ByteSize, Field, SecretStr, model_validator

from channels.base import Accept, Health, PollContext, ProbeContext, RawMessage, WebhookContext
from channels.email._graph_client import CLOUDS, CloudName, Graph
from channels.email._graph_notice import answer
from channels.email._graph_round import Cursor, Reader, Rules
from channels.email._graph_subscription import Subscription, told
from channels.email._oauth import OAuth, Tokens, manners
from channels.email._trust import TrustSettings
from channels.outward import MakeClient, Manners
from normalizer.model import InboundMessage

TYPE = "email.graph"
_MIB = 1_048_576
_LATE = (2.0, 8.0)
"""Seconds after a call of Graph's at which it is asked once more, where it did not know yet of what it had called about."""
_log = structlog.get_logger(__name__)


def _no_slash(text: str) -> str:
    if not text.strip() or any(letter in text for letter in "/?#\\") or not text.isprintable():
        raise ValueError("should be a name or an id, without slashes")
    return text


Name = Annotated[str, AfterValidator(_no_slash)]


class Settings(TrustSettings):
    """Table of a channel of type ``email.graph``."""

    tenant: Name
    """The directory (tenant) id, or one of its domains."""
    client_id: Annotated[str, Field(min_length=1)]
    """The application (client) id."""
    client_secret: Annotated[SecretStr, Field(min_length=8)]
    """A client secret of the application. Give it by the environment or a file."""
    client_secret_expires: date | None = None
    """The day on which that secret ends, as Entra shows it, like 2027-11-24: the channel's health warns before it."""
    mailbox: Name
    """The mailbox that is read: its address (user principal name) or id."""
    folder: Name = "inbox"
    """The folder that is read: a well-known name such as inbox, or an id."""
    client_state: Annotated[SecretStr, Field(min_length=16, max_length=128)] | None = None
    """A secret of your own by which Graph's calls are known; without it Graph does not call, and mail comes by asking alone."""
    processed_folder: Name | None = None
    """Where a mail is moved once it is durable: a well-known name, an id, or a name, which is made at the top; by default it stays."""
    failed_folder: Name | None = None
    """Where a mail is moved that is held as too large or as unfetchable; by default it stays."""
    since: date | None = None
    """Only mails that came on this day (UTC) or later, as 2026-11-24; by default all that are there."""
    max_size: Annotated[ByteSize, Field(ge=1_024, le=150 * _MIB)] = ByteSize(35 * _MIB)
    """Largest mail as MIME, like 35 MiB; of a larger one what Graph says of it is held for a person."""
    interval: Annotated[float, Field(ge=0.05, le=3_600)] = 120.0
    """Seconds between two looks at the mailbox, whether Graph calls or not."""
    give_up_after: Annotated[float, Field(ge=0)] = 3_600.0
    """Seconds for which a mail that Graph cannot deliver is asked for again, before it is held as unfetchable."""
    cloud: CloudName = "global"
    """Microsoft's cloud: global (also GCC), us_gov (GCC High), us_dod or china. No other host is called."""
    ca_file: Path | None = None
    """PEM file with the certificate authority of a proxy that looks into TLS, in place of the public ones."""
    proxy: str | None = None
    """HTTP proxy for the calls to Microsoft, like http://proxy.city.example:3128."""

    @model_validator(mode="after")
    def _apart(self) -> Settings:
        if self.folder in (self.processed_folder, self.failed_folder):
            raise ValueError("processed_folder and failed_folder cannot be the folder that is read")
        return self


def build(channel_id: str, settings: Settings) -> GraphMailbox:
    """The adapter of the channel ``channel_id``."""
    return GraphMailbox(channel_id, settings)


class GraphMailbox:
    """A channel of type ``email.graph``: a Poller that a Webhook wakes."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id, self.settings = channel_id, settings
        self.interval = timedelta(seconds=settings.interval)
        self._cloud = CLOUDS[settings.cloud]
        oauth = OAuth(
            token_url=f"{self._cloud.login}/{settings.tenant}/oauth2/v2.0/token",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scope=f"{self._cloud.graph}/.default",
        )
        self._tokens = Tokens(oauth, manners(settings.ca_file, settings.proxy))
        self._rules = Rules(
            settings.mailbox,
            settings.folder,
            since=settings.since,
            processed=settings.processed_folder,
            failed=settings.failed_folder,
            patience=settings.give_up_after,
        )
        self._reader = Reader(self._rules)
        self._trust = settings.trust()
        self._subscription: Subscription | None = None
        self._called = False

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read the mail; raises :class:`channels.base.Unreadable`."""
        from channels.email import mime

        message = mime.translate(raw, adapter=self.settings.type, channel_id=self.channel_id, trust=self._trust)
        if self.settings.jurisdiction_id:
            message.jurisdiction_id = self.settings.jurisdiction_id
        return message

    def routes(self, _accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``POST /channels/{id}`` for notifications of mails and of the subscription."""
        secret = self.settings.client_state
        if secret is None:
            return []

        async def notice(request: web.Request) -> web.StreamResponse:
            said = await answer(request, context, secret.get_secret_value())
            self._called = self._called or said.status == 202
            return said

        return [web.post(f"/channels/{self.channel_id}", notice)]

    async def poll(self, cursor: str | None, context: PollContext, /) -> AsyncIterator[tuple[RawMessage | None, str]]:
        """What is new in the folder, in the order in which it came."""
        called, self._called = self._called, False
        position = Cursor.read(cursor, self._rules)
        async with aclosing(self._graph(context.http)) as graph:
            await self._subscribe(graph, context)
            for pause in (0.0, *_LATE) if called else (0.0,):
                await asyncio.sleep(pause)
                found = False
                async with aclosing(self._reader.take(graph, position)) as taken:
                    async for raw, position in taken:
                        found = found or raw is not None
                        yield raw, position.text()
                if found:
                    return

    async def check(self, context: ProbeContext, /) -> Health:
        """Sign in and look at the folder. Raises Permanent or Temporary where that fails."""
        async with aclosing(self._graph(context.http)) as graph:
            found: dict[str, Any] = await graph.json("GET", f"{self._rules.user}/mailFolders/{self._rules.folder}")
        count = found.get("totalItemCount")
        words = [f"{found.get('displayName', self._rules.folder)}: {count} mails"]
        again = Cursor.read(context.position, self._rules).again
        if again:
            words.append(f"{len(again)} of them cannot be fetched")
        words.append(await self._notified(context))
        expires = self.settings.client_secret_expires
        return Health(
            token_expires=datetime.combine(expires, time(), UTC) if expires else None,
            # What is moved away when it is durable waits as long as it is there.
            backlog=count if self.settings.processed_folder and isinstance(count, int) else None,
            detail="; ".join(words),
        )

    async def _notified(self, context: ProbeContext) -> str:
        if self.settings.client_state is None:
            return "Graph does not call: there is no client_state"
        if not context.public_url.startswith("https://"):
            return "Graph does not call: server.public_url is not https"
        return await told(context.notebook) if context.notebook is not None else "Graph calls when the gateway runs"

    async def _subscribe(self, graph: Graph, context: PollContext) -> None:
        secret = self.settings.client_state
        if secret is None or not context.public_url.startswith("https://"):  # Graph calls no other address
            return
        if self._subscription is None:
            resource = f"users/{self.settings.mailbox}/mailFolders('{self.settings.folder}')/messages"
            url = f"{context.public_url.rstrip('/')}/channels/{self.channel_id}"
            self._subscription = Subscription(resource, url, secret.get_secret_value())
        await self._subscription.keep(graph, context.notebook)

    def _graph(self, http: MakeClient) -> Graph:
        settings = self.settings
        common: dict[str, Any] = {"ca_file": settings.ca_file, "proxy": settings.proxy}
        small = Manners(timeout=60.0, max_body=4 * _MIB, **common)
        return Graph(self._cloud, self._tokens, http, small, Manners(timeout=300.0, max_body=int(settings.max_size), **common))
