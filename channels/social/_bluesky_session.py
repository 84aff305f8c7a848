"""A session of the city's account: begun with the app password, kept alive with the refresh token, begun anew where that is over.

A server allows 300 new sessions a day, and a refresh token lives for some 90 days, so a poller notes the last one and goes on with it after
a restart. Sources: com.atproto.server.createSession, …refreshSession; docs.bsky.app/docs/advanced-guides/rate-limits.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from channels.base import Notebook, Unavailable
from channels.outward import Client
from channels.social import _bluesky_identity as identity
from channels.social._bluesky_xrpc import Expired, Refused, Xrpc
from channels.social._shapes import table, text

_NOTE = "session"


@dataclass(frozen=True, slots=True)
class Login:
    """Whose session: ``service`` is the account's server, found by the account's DID where it is None."""

    identifier: str
    password: str
    service: str | None
    directory: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """A running session."""

    did: str
    handle: str
    pds: str
    access: str
    refresh: str


Use = Callable[[Xrpc, Tokens], Awaitable[dict[str, Any]]]


class Session:
    """One session; ``notebook`` keeps its refresh token, where there is one."""

    def __init__(self, login: Login, notebook: Notebook | None = None) -> None:
        self._login, self._notebook = login, notebook
        self._tokens: Tokens | None = None

    async def use(self, client: Client, call: Use) -> dict[str, Any]:
        """Make a call with the session; once more with a new one where it had expired. Raises as Xrpc does."""
        tokens = await self.tokens(client)
        try:
            return await call(Xrpc(client, tokens.pds), tokens)
        except Expired:
            tokens = await self._renew(client, tokens)
        try:
            return await call(Xrpc(client, tokens.pds), tokens)
        except Expired as error:
            raise Unavailable(f"a new session is not accepted: {error}") from error

    async def tokens(self, client: Client) -> Tokens:
        """The running session, begun where there is none."""
        if self._tokens is None:
            noted = await self._noted()
            self._tokens = await (self._begin(client) if noted is None else self._renew(client, noted))
        return self._tokens

    async def _renew(self, client: Client, tokens: Tokens) -> Tokens:
        try:
            answer = await Xrpc(client, tokens.pds).procedure("com.atproto.server.refreshSession", None, tokens.refresh)
        except (Expired, Refused):
            return await self._begin(client)
        return await self._keep(answer, tokens.pds)

    async def _begin(self, client: Client) -> Tokens:
        login = self._login
        service = login.service
        if service is None:
            service = await identity.pds_of(await identity.did_of(login.identifier, client), client, login.directory)
        self._tokens = None
        try:
            answer = await Xrpc(client, service).procedure(
                "com.atproto.server.createSession", {"identifier": login.identifier, "password": login.password}
            )
        except Expired as error:
            raise Refused(str(error)) from error
        return await self._keep(answer, service)

    async def _keep(self, answer: dict[str, Any], service: str) -> Tokens:
        """The tokens of an answer; the server that the account's document names takes the calls (bsky.social only hands out sessions)."""
        did, status = text(answer.get("did")), text(answer.get("status"))
        if answer.get("active") is False:
            raise Refused(f"the account is {status or 'not active'}")
        pds = identity.service_of(table(answer.get("didDoc")), did) if self._login.service is None else None
        tokens = Tokens(did, text(answer.get("handle")), pds or service, text(answer.get("accessJwt")), text(answer.get("refreshJwt")))
        if not (identity.DID.fullmatch(did) and tokens.access and tokens.refresh):
            raise Unavailable("the server's session has no DID or no tokens")
        self._tokens = tokens
        if self._notebook is not None:
            noted = {"for": self._login.identifier, "did": did, "handle": tokens.handle, "pds": tokens.pds, "refresh": tokens.refresh}
            await self._notebook.put(_NOTE, json.dumps(noted))
        return tokens

    async def _noted(self) -> Tokens | None:
        noted = await self._notebook.get(_NOTE) if self._notebook is not None else None
        try:
            found = table(json.loads(noted or "null"))
        except ValueError:
            return None
        words = {name: text(found.get(name)) for name in ("for", "did", "handle", "pds", "refresh")}
        if not all(words.values()) or words["for"] != self._login.identifier or self._login.service not in (None, words["pds"]):
            return None
        return Tokens(words["did"], words["handle"], words["pds"], "", words["refresh"])
