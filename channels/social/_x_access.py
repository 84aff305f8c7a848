"""With which credentials X is called: the account's own tokens (OAuth 1.0a), a user token that is refreshed (OAuth 2.0), or the app's.

An OAuth 2.0 refresh token is used up by its use, so the next one is written into the notebook before anything is done with it. Two
processes that refresh at once cannot both win: the one that loses reads what the other noted.

Source: docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code ("Refresh tokens").
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson

from channels.base import Notebook, Permanent, RateLimited, Unavailable
from channels.outward import CallFailed, MakeClient, Manners
from channels.social import _shapes
from channels.social._x_session import Session

if TYPE_CHECKING:
    from tweepy.asynchronous import AsyncClient  # type: ignore[import-untyped]  # the library has no types

NOTE = "oauth2"
EARLY_SECONDS = 120.0
"""A token is refreshed so long before it ends."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What an operator gave us; each may be missing."""

    api_url: str
    consumer_key: str | None = None
    consumer_secret: str | None = None
    access_token: str | None = None
    access_token_secret: str | None = None
    bearer_token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    refresh_token: str | None = None

    @property
    def oauth1(self) -> bool:
        """Whether the account's own tokens are complete."""
        return None not in (self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret)

    @property
    def oauth2(self) -> bool:
        """Whether a user token can be had by refreshing."""
        return self.client_id is not None and self.refresh_token is not None

    @property
    def user(self) -> bool:
        """Whether calls can be made as the account, which replies need."""
        return self.oauth1 or self.oauth2

    @property
    def any(self) -> bool:
        """Whether X can be called at all."""
        return self.user or self.bearer_token is not None


@dataclass(frozen=True, slots=True)
class Caller:
    """A tweepy client that is ready, and whether its calls are to be signed by OAuth 1.0a (tweepy's ``user_auth``)."""

    client: AsyncClient
    user_auth: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A user token: what is sent, what renews it, when it ends (Unix seconds), and a hash of the configured one that it came from."""

    access: str
    refresh: str
    ends: float
    seed: str


class Access:
    """The credentials of one channel."""

    def __init__(self, keys: Keys) -> None:
        if keys.any and find_spec("tweepy") is None:  # said at start, not at the first poll
            raise ModuleNotFoundError("No module named 'tweepy'", name="tweepy")
        self.keys = keys
        self._token: Token | None = None
        self._lock = asyncio.Lock()

    @property
    def ends(self) -> datetime | None:
        """When the present user token ends, where there is one that does."""
        return datetime.fromtimestamp(self._token.ends, UTC) if self._token is not None else None

    @asynccontextmanager
    async def calling(self, http: MakeClient, notebook: Notebook | None, *, app: bool = False) -> AsyncIterator[Caller]:
        """A client with the best credentials: the account's, unless ``app`` asks for the app's. Raises Permanent without any."""
        from tweepy.asynchronous import AsyncClient

        keys = self.keys
        if keys.oauth1 and not app:
            client = AsyncClient(
                consumer_key=keys.consumer_key,
                consumer_secret=keys.consumer_secret,
                access_token=keys.access_token,
                access_token_secret=keys.access_token_secret,
                return_type=dict,
            )
        else:
            bearer = keys.bearer_token if app or not keys.oauth2 else await self._user_token(http, notebook)
            if bearer is None:
                raise Permanent("no token to call X with: set bearer_token, or the account's own tokens")
            client = AsyncClient(bearer, return_type=dict)
        client.session = session = Session(keys.api_url)
        try:
            yield Caller(client, user_auth=keys.oauth1 and not app)
        finally:
            await session.close()

    async def _user_token(self, http: MakeClient, notebook: Notebook | None) -> str:
        async with self._lock:
            token = await self._noted(notebook)
            if token is not None and token.ends - EARLY_SECONDS > time.time():
                return token.access
            if notebook is None:  # a refresh token that is used and not noted is lost
                raise Unavailable("the user token has ended, and this process cannot note a new one", retry_after=60)
            return (await self._refresh(http, notebook, token)).access

    async def _noted(self, notebook: Notebook | None) -> Token | None:
        """The token of the notebook, unless the operator has configured another one since."""
        seed = hashlib.sha256((self.keys.refresh_token or "").encode()).hexdigest()[:16]
        note = await notebook.get(NOTE) if notebook is not None else None
        try:
            found = Token(**orjson.loads(note)) if note else self._token
        except (orjson.JSONDecodeError, TypeError):
            found = None
        self._token = found if found is not None and found.seed == seed else None
        return self._token

    async def _refresh(self, http: MakeClient, notebook: Notebook, last: Token | None) -> Token:
        keys = self.keys
        refresh = last.refresh if last is not None else keys.refresh_token or ""
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if keys.client_secret is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{keys.client_id}:{keys.client_secret}".encode()).decode()
        else:
            form["client_id"] = keys.client_id or ""
        client = http(Manners(timeout=30))
        try:
            answer = await client.call("POST", f"{keys.api_url}/2/oauth2/token", content=urlencode(form).encode(), headers=headers)
        except CallFailed as error:
            raise Unavailable(f"X's token could not be refreshed: {error.reason}") from error
        finally:
            await client.aclose()
        if answer.status == 429:
            raise RateLimited("X asks to slow down", retry_after=900)
        if answer.status in (400, 401, 403):
            other = await self._noted(notebook)
            if other is not None and other.refresh != refresh:
                return other
            raise Permanent("X does not renew the user token: authorise the app again and configure the new refresh_token")
        found = _answer(answer.body)
        if answer.status != 200 or not found.get("access_token"):
            raise Unavailable(f"X's token could not be refreshed: {answer.status}")
        lasts = found.get("expires_in")
        token = Token(
            access=_shapes.text(found["access_token"]),
            refresh=_shapes.text(found.get("refresh_token")) or refresh,
            ends=time.time() + (float(lasts) if isinstance(lasts, int | float) else 7200.0),
            seed=hashlib.sha256((keys.refresh_token or "").encode()).hexdigest()[:16],
        )
        self._token = token
        await notebook.put(NOTE, orjson.dumps(token).decode())
        return token


def _answer(body: bytes) -> dict[str, Any]:
    try:
        return _shapes.table(orjson.loads(body))
    except orjson.JSONDecodeError:
        return {}
