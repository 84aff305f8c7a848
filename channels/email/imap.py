"""E-mail from a mailbox on another server, read over IMAP: by IDLE where the server has it, and by asking again and again in any case.

What was taken is known by UIDVALIDITY and UID, never by the flag of what somebody has read; no flag is set. A mail that a server delivers
twice, or that comes again under another UIDVALIDITY, is recognised by its content, as over SMTP. Signs in with a password, or with an
OAuth 2.0 access token (Exchange Online, Gmail).

Does not: delete anything, read folders below the named ones, tell the server's own flags and labels apart, or send.

The parts: ``_imap_session.py`` (one connection), ``_imap_answers.py`` (what it says), ``_imap_folder.py`` (what is taken in which order),
``_imap_position.py`` (the cursor), ``_oauth.py`` (tokens). They and imap-tools are imported by who polls: translating needs none of them.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, ByteSize, Field, SecretStr, model_validator

from channels.base import Health, Notebook, Permanent, PollContext, ProbeContext, RawMessage, Temporary
from channels.email._oauth import OAuth, Tokens, is_loopback, manners
from channels.email._trust import TrustSettings
from channels.outward import MakeClient
from normalizer.model import InboundMessage

if TYPE_CHECKING:
    from channels.email._imap_folder import Folder
    from channels.email._imap_session import Session

TYPE = "email.imap"
_MIB = 1_048_576
_PORTS = {"tls": 993, "starttls": 143, "none": 143}


def _folder(text: str) -> str:
    if not text.strip() or any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise ValueError("should be a folder's name, like INBOX")
    return text


def _distinct(folders: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(folders)) != len(folders):
        raise ValueError("names a folder twice")
    return folders


FolderName = Annotated[str, AfterValidator(_folder)]


class Settings(TrustSettings):
    """Table of a channel of type ``email.imap``."""

    host: Annotated[str, Field(min_length=1, max_length=255)]
    """Name of the mail server, as its certificate has it."""
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Its port; by default 993, and 143 with starttls."""
    security: Literal["tls", "starttls", "none"] = "tls"
    """tls, starttls, or none; none only for a server on this machine."""
    ca_file: Path | None = None
    """PEM file with the certificate authority of the mail server (and of the token server), in place of the public ones."""
    username: Annotated[str, Field(min_length=1)]
    """Who signs in; with OAuth the mailbox's address."""
    password: Annotated[SecretStr, Field(min_length=4)] | None = None
    """The password. Give it by the environment or a file."""
    oauth: OAuth | None = None
    """Sign in with an access token in place of a password."""
    folders: Annotated[tuple[FolderName, ...], Field(min_length=1, max_length=8), AfterValidator(_distinct)] = ("INBOX",)
    """Folders that are read, as the server names them; each has a connection of its own."""
    processed_folder: FolderName | None = None
    """Where a mail is moved once it is durable; by default it stays where it is."""
    failed_folder: FolderName | None = None
    """Where a mail is moved that is held as too large or as unfetchable; by default it stays."""
    since: date | None = None
    """Only mails that came to the mailbox on this day or later, as 2026-11-24; by default all that are there."""
    max_size: Annotated[ByteSize, Field(ge=1_024, le=1_024 * _MIB)] = ByteSize(25 * _MIB)
    """Largest mail, like 25 MiB; of a larger one the headers are held for a person."""
    interval: Annotated[float, Field(ge=0.05, le=3_600)] = 60.0
    """Seconds between two looks at the mailbox; with IDLE the server says sooner that there is something new."""
    idle: bool = True
    """Let the server say when there is something new, where it can (IDLE)."""
    give_up_after: Annotated[float, Field(ge=0)] = 3_600.0
    """Seconds for which a mail that the server cannot deliver is asked for again, before it is held as unfetchable."""
    timeout: Annotated[float, Field(gt=0, le=600)] = 60.0
    """Seconds to wait for the server's next byte."""
    proxy: str | None = None
    """HTTP proxy for the calls to the token server, like http://proxy.city.example:3128. The mailbox itself is reached directly."""

    @model_validator(mode="after")
    def _complete(self) -> Settings:
        if (self.password is None) == (self.oauth is None):
            raise ValueError("needs either password or oauth")
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError("security: none would send the password in clear; use tls or starttls")
        if {self.processed_folder, self.failed_folder} & set(self.folders):
            raise ValueError("processed_folder and failed_folder cannot be among folders: what was moved there would be read again")
        return self


def build(channel_id: str, settings: Settings) -> Mailbox:
    """The adapter of the channel ``channel_id``. Raises ModuleNotFoundError where imap-tools is not installed."""
    if importlib.util.find_spec("imap_tools") is None:
        raise ModuleNotFoundError("imap_tools", name="imap_tools")
    return Mailbox(channel_id, settings)


class Mailbox:
    """A channel of type ``email.imap``: a Poller that can wait for its server's word."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id, self.settings = channel_id, settings
        self.interval = timedelta(seconds=settings.interval)
        self._tokens = Tokens(settings.oauth, manners(settings.ca_file, settings.proxy)) if settings.oauth else None
        self._trust = settings.trust()
        self._folders: list[Folder] | None = None
        self._context: PollContext | None = None

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read the mail; raises :class:`channels.base.Unreadable`."""
        from channels.email import mime

        message = mime.translate(raw, adapter=self.settings.type, channel_id=self.channel_id, trust=self._trust)
        if self.settings.jurisdiction_id:
            message.jurisdiction_id = self.settings.jurisdiction_id
        return message

    async def poll(self, cursor: str | None, context: PollContext, /) -> AsyncIterator[tuple[RawMessage | None, str]]:
        """What is new in each folder, oldest first. A folder that cannot be read stops no other; its error is raised at the end."""
        from channels.email._imap_position import Positions

        self._context = context
        positions = Positions(cursor)
        failure: Temporary | None = None
        for folder in self._opened():
            try:
                async with aclosing(folder.take(positions)) as found:
                    async for item in found:
                        yield item
            except Temporary as error:
                failure = failure or error
        if failure is not None:
            raise failure

    async def wait(self, context: PollContext, /) -> None:
        """Return when the server says that there is something new in a folder."""
        self._context = context
        waits = [asyncio.ensure_future(folder.idle()) for folder in self._opened() if self.settings.idle]
        try:
            if not waits:
                await asyncio.Event().wait()
            done, _pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in done:
                wait.result()
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def check(self, context: ProbeContext, /) -> Health:
        """Sign in, count the mails of each folder and compare with what was taken. Raises Permanent or Temporary where that fails."""
        from channels.email._imap_position import Positions
        from channels.email._imap_session import Refused, SignInRefused
        from channels.email._imap_thread import in_thread

        positions, words, waiting, known = Positions(context.position), list[str](), 0, True
        for folder in self._opened():
            try:
                session = await self._session(folder.name, context.http, context.notebook, writable=False)
            except SignInRefused as error:
                raise Permanent(str(error)) from error
            try:
                opened = await in_thread(session.open)
                uids = await in_thread(partial(session.uids, self.settings.since))
            except Refused as error:
                raise Permanent(str(error)) from error
            finally:
                with suppress(Exception):
                    await in_thread(session.close)
            if (self.settings.processed_folder or self.settings.failed_folder) and not session.can_move:
                raise Permanent("the server offers neither MOVE nor UIDPLUS, so mails cannot be moved: leave out processed_folder")
            if not positions.has(folder.name):
                known = False
                words.append(f"{folder.name}: {len(uids)} mails")
                continue
            position = positions.of(folder.name, opened.validity)
            left = position.waiting(uids)
            waiting += len(left)
            stuck = f", {len(position.again)} of them cannot be fetched" if position.again else ""
            words.append(f"{folder.name}: {len(uids)} mails, {len(uids) - len(left)} taken, {len(left)} waiting{stuck}")
        return Health(backlog=waiting if known else None, detail="; ".join(words))

    def _opened(self) -> list[Folder]:
        if self._folders is None:
            from channels.email._imap_folder import Folder, Rules

            settings = self.settings
            rules = Rules(
                settings.host,
                int(settings.max_size),
                since=settings.since,
                processed=settings.processed_folder,
                failed=settings.failed_folder,
                patience=settings.give_up_after,
            )
            self._folders = [Folder(name, partial(self._connect, name), rules) for name in settings.folders]
        return self._folders

    async def _connect(self, folder: str) -> Session:
        context = self._context
        assert context is not None, "nobody polls"  # noqa: S101  poll and wait have set it
        writable = bool(self.settings.processed_folder or self.settings.failed_folder)
        return await self._session(folder, context.http, context.notebook, writable=writable)

    async def _session(self, folder: str, http: MakeClient, notebook: Notebook | None, *, writable: bool) -> Session:
        """A new connection that is signed in. Raises SignInRefused, Dropped, and what the token server's answer calls for."""
        from channels.email._imap_session import Server, Session, SignIn, SignInRefused
        from channels.email._imap_thread import in_thread

        settings = self.settings
        server = Server(settings.host, settings.port or _PORTS[settings.security], settings.security, settings.ca_file, settings.timeout)
        password = settings.password.get_secret_value() if settings.password else None
        for last in (False, True):
            token = await self._tokens.get(http, notebook) if self._tokens else None
            who = SignIn(settings.username, password, token)
            try:
                return await in_thread(partial(Session, server, who, folder, writable=writable))
            except SignInRefused:
                if last or self._tokens is None:
                    raise
                self._tokens.forget()  # it may have been revoked: once with a new one
        raise AssertionError("returned or raised above")
