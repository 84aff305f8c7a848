"""Calls of Reddit's API: a token, the name that Reddit wants to be told, its limits, and what its refusals mean.

Sources: github.com/reddit-archive/reddit/wiki/OAuth2, …/wiki/API (User-Agent, ``X-Ratelimit-*``), reddit.com/dev/api.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from channels.base import Permanent, RateLimited, Unavailable
from channels.outward import Answer, CallFailed, Client, MakeClient, Manners
from channels.social import _shapes

EARLY_SECONDS = 300.0
RESERVE = 2.0
"""So many calls of a window are left to others of the same app."""

_CHECK = "check client_id, client_secret, username and password or refresh_token"


@dataclass(frozen=True, slots=True)
class Login:
    """An app and the account that it acts for, by password (a script app) or by a refresh token."""

    client_id: str
    client_secret: str
    username: str
    password: str | None
    refresh_token: str | None
    api_url: str
    login_url: str


class Unclear(Exception):
    """No complete answer: ``sent`` tells whether Reddit may have seen the call."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(f"Reddit: {reason}")
        self.sent = sent


class Refused(Permanent):
    """Reddit answered with a status that asking again will not change."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """Reddit's API for one channel."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._token, self._ends = "", 0.0
        self._left, self._window_ends = RESERVE + 1, 0.0
        self._lock = asyncio.Lock()

    @property
    def left(self) -> int:
        """Calls that are left in the present window, as Reddit last said."""
        return int(self._left)

    @asynccontextmanager
    async def client(self, http: MakeClient) -> AsyncIterator[Client]:
        """A client for a few calls in a row."""
        made = http(Manners(timeout=30, max_body=8 << 20, user_agent=self._agent()))
        try:
            yield made
        finally:
            await made.aclose()

    async def get(self, client: Client, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON of a GET. ``raw_json`` keeps Reddit from writing ``&lt;`` for ``<``.

        Raises Refused, RateLimited, Unavailable, Unclear.
        """
        return await self._call(client, "GET", path, {"raw_json": "1", **(params or {})}, None)

    async def post(self, client: Client, path: str, form: Mapping[str, str]) -> Any:
        """The JSON that answers a form. Raises as :meth:`get` does."""
        content = urlencode({"api_type": "json", "raw_json": "1", **form}).encode()
        return await self._call(client, "POST", path, {}, content)

    async def _call(self, client: Client, method: str, path: str, params: Mapping[str, str], content: bytes | None) -> Any:
        if self._left <= RESERVE and time.monotonic() < self._window_ends:
            raise RateLimited("Reddit's limit is used up", retry_after=int(self._window_ends - time.monotonic()) + 1)
        url, kind = f"{self.login.api_url}{path}", {"Content-Type": "application/x-www-form-urlencoded"} if content is not None else {}
        try:
            answer = await client.call(method, url, content=content, headers=await self._headers(client, kind), params=params)
            self._note_limit(answer)
            if answer.status == 401:  # the token has ended early: once more with a new one
                self._token = ""
                answer = await client.call(method, url, content=content, headers=await self._headers(client, kind), params=params)
                self._note_limit(answer)
        except CallFailed as error:
            raise Unclear(error.reason, sent=error.sent) from error
        if answer.status == 401:
            raise Refused(401, f"Reddit does not accept the token: {_CHECK}")
        return _judged(answer, path)

    async def _headers(self, client: Client, more: Mapping[str, str]) -> dict[str, str]:
        return {"Authorization": f"bearer {await self._signed_in(client)}", **more}

    async def _signed_in(self, client: Client) -> str:
        """A token; one holds for a day."""
        async with self._lock:
            if self._token and self._ends - EARLY_SECONDS > time.monotonic():
                return self._token
            login = self.login
            form = (
                {"grant_type": "refresh_token", "refresh_token": login.refresh_token}
                if login.refresh_token is not None
                else {"grant_type": "password", "username": login.username, "password": login.password or ""}
            )
            basic = base64.b64encode(f"{login.client_id}:{login.client_secret}".encode()).decode()
            headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
            try:
                answer = await client.call(
                    "POST", f"{login.login_url}/api/v1/access_token", content=urlencode(form).encode(), headers=headers
                )
            except CallFailed as error:
                raise Unavailable(f"Reddit does not answer the sign-in: {error.reason}") from error
            told = _shapes.table(_json(answer.body))
            if answer.status in (400, 401) or "error" in told:  # a wrong password is answered 200 with {"error": "invalid_grant"}
                reason = _shapes.line(told.get("error"))[:40]
                raise Refused(
                    401, f"Reddit refuses the sign-in ({reason or answer.status}): check client_id, client_secret, username, password"
                )
            _judged(answer, "sign-in")
            lasts = told.get("expires_in")
            self._token = _shapes.text(told.get("access_token"))
            self._ends = time.monotonic() + (float(lasts) if isinstance(lasts, int | float) else 3600.0)
            if not self._token:
                raise Unavailable("Reddit answers the sign-in without a token")
            return self._token

    def _agent(self) -> str:
        """Reddit refuses names of libraries and browsers: platform, app, version, and who answers for it."""
        return f"server:org.intake311.gateway:v1 (by /u/{self.login.username})"

    def _note_limit(self, answer: Answer) -> None:
        try:
            left, reset = float(answer.headers.get("x-ratelimit-remaining", "")), float(answer.headers.get("x-ratelimit-reset", ""))
        except ValueError:
            return
        if 0 <= reset <= 3600:
            self._left, self._window_ends = left, time.monotonic() + reset


def _judged(answer: Answer, path: str) -> Any:
    """The JSON of a good answer."""
    if answer.status == 429:
        reset = answer.headers.get("x-ratelimit-reset", "") or answer.headers.get("retry-after", "")
        wait = reset.partition(".")[0]
        raise RateLimited("Reddit asks to slow down", retry_after=max(1, min(int(wait), 3600)) if wait.isdecimal() else 60)
    if answer.status >= 500 or answer.status == 408:
        raise Unavailable(f"Reddit answers {answer.status}")
    if not 200 <= answer.status < 300:
        why = {403: "forbidden: private, banned, or the app is blocked", 404: "there is no such place"}.get(answer.status, "refused")
        raise Refused(answer.status, f"Reddit answers {answer.status} for {path}: {why}")
    found = _json(answer.body)
    if found is None:
        raise Unavailable("Reddit answers without JSON")
    return found


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
