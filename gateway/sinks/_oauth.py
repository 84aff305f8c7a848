"""Calls made with an OAuth 2 access token that is fetched once for all of them, renewed before its end, and once after a 401.

What the token endpoint refuses concerns the operator (a secret that ended, a wrong client), never a single delivery: it defers.
"""

from __future__ import annotations

import asyncio
import base64
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote_plus, urlencode

import orjson
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gateway import clock
from gateway.http import Answer, CallFailed, Http
from gateway.sinks._http import OPERATOR, failed, refusal
from gateway.sinks.base import Deferred

_FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8", "accept": "application/json"}


class NoToken(Exception):
    """There is no access token to call with; ``answer`` is what that means for a delivery."""

    def __init__(self, answer: Deferred) -> None:
        super().__init__(answer.reason)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Grant:
    """How a token is asked for.

    ``form`` makes the arguments anew for every request (a signed assertion has a time in it). ``lifetime`` is how many seconds a
    token is taken to live where the answer does not say. ``headers`` are further ones of the request.
    """

    url: str
    form: Callable[[], Mapping[str, str]]
    lifetime: float = 3600.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class ClientCredentials(BaseModel):
    """Settings of the OAuth 2 client credentials grant (RFC 6749 §4.4)."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True, use_attribute_docstrings=True)

    token_url: str = Field(pattern=r"^https?://[^\s/?#@]+\S*$")
    """Address that tokens are asked from."""

    client_id: str = Field(min_length=1)
    """The client's id."""

    client_secret: SecretStr
    """The client's secret."""

    scope: str | None = None
    """Scopes to ask for, separated by spaces."""

    basic: bool = False
    """Whether id and secret are sent as a Basic authorization in place of the body."""

    arguments: dict[str, str] = Field(default_factory=dict)
    """Further arguments of the request, for example "audience"."""

    def grant(self) -> Grant:
        """The grant that these settings describe."""
        secret = self.client_secret.get_secret_value()
        form = {"grant_type": "client_credentials", **self.arguments}
        if self.scope:
            form["scope"] = self.scope
        if not self.basic:
            form |= {"client_id": self.client_id, "client_secret": secret}
            return Grant(self.token_url, lambda: form)
        # RFC 6749 §2.3.1: id and secret are form-encoded before they become a Basic authorization.
        pair = f"{quote_plus(self.client_id)}:{quote_plus(secret)}".encode()
        return Grant(self.token_url, lambda: form, headers={"authorization": "Basic " + base64.b64encode(pair).decode()})


class Bearer:
    """An HTTP client whose calls carry an access token."""

    def __init__(self, http: Http, grant: Grant, *, seconds: Callable[[], float] = time.monotonic) -> None:
        """``seconds`` is the clock that a token's life is measured by."""
        self._http, self._grant, self._seconds = http, grant, seconds
        self._token, self._renew = "", 0.0
        self._fetching: asyncio.Task[str] | None = None

    async def call(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make a call, and once more with a new token where the answer is 401. Raises CallFailed, and NoToken where there is none."""
        token = await self.token()
        answer = await self._http.call(method, url, content=content, headers=_authorized(headers, token), params=params)
        if answer.status != 401:
            return answer
        if self._token == token:  # of twenty calls that meet the end of a token, the first renews it for all
            self._token = ""
        token = await self.token()
        return await self._http.call(method, url, content=content, headers=_authorized(headers, token), params=params)

    async def token(self) -> str:
        """A token that is good for some time; raises NoToken. Whoever comes while it is fetched waits for the same answer."""
        if self._token and self._seconds() < self._renew:
            return self._token
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(_looked_at)
        return await asyncio.shield(self._fetching)

    async def aclose(self) -> None:
        """End the connections."""
        if self._fetching is not None:
            self._fetching.cancel()
        await self._http.aclose()

    async def _fetch(self) -> str:
        grant = self._grant
        try:
            body = urlencode(grant.form()).encode()
            answer = await self._http.call("POST", grant.url, content=body, headers={**_FORM, **grant.headers})
        except CallFailed as error:
            trouble = failed(error)
            raise NoToken(replace(trouble, reason=f"token_{trouble.reason}")) from None
        said = _object(answer.body)
        token = said.get("access_token")
        if answer.status != 200 or not isinstance(token, str) or not token:
            raise NoToken(_refused(answer, said))
        lifetime = _seconds_in(said.get("expires_in")) or grant.lifetime
        self._token, self._renew = token, self._seconds() + lifetime - min(300.0, lifetime / 5)
        return token


def _authorized(headers: Mapping[str, str] | None, token: str) -> dict[str, str]:
    return {**(headers or {}), "authorization": f"Bearer {token}"}


def _refused(answer: Answer, said: Mapping[str, object]) -> Deferred:
    """RFC 6749 §5.2: an error is one coded word and a description for developers."""
    word = re.sub(r"[^a-z_]", "", str(said.get("error", "")))[:40]
    detail = str(said.get("error_description", ""))
    if answer.status == 200:
        return Deferred("token_unreadable")
    trouble = refusal(answer, clock.now())
    if isinstance(trouble, Deferred) and (answer.status == 429 or answer.status >= 500):
        return replace(trouble, reason=f"token_{trouble.reason}", detail=detail)
    return Deferred(f"token_{word or trouble.reason}", retry_after=OPERATOR, detail=detail)


def _object(body: bytes) -> dict[str, object]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _seconds_in(value: object) -> float | None:
    """Seen in practice: Entra's v1 endpoint writes expires_in as text."""
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 < seconds < 1e7 else None


def _looked_at(task: asyncio.Task[str]) -> None:
    """Keep asyncio from complaining of an error that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
