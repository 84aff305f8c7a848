"""Calls to servers of the AT Protocol over XRPC, and what their refusals mean.

Sources: atproto.com/specs/xrpc (errors have a name in ``error``), docs.bsky.app/docs/advanced-guides/rate-limits. A server of
accounts (PDS) passes calls of ``app.bsky.*`` on to the network's AppView.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from channels.base import Permanent, RateLimited, Unavailable
from channels.outward import Answer, CallFailed, Client, Manners
from channels.social._shapes import line, table

MANNERS = Manners(timeout=30.0, max_body=8 << 20)
"""A page of 100 notifications is some 300 kB."""

_EXPIRED = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing"})
_STOPPED = frozenset({"AccountTakedown", "AccountDeactivated", "AccountSuspended", "AuthFactorTokenRequired"})


class Refused(Permanent):
    """The server does not know the account or the password, or the account is suspended."""


class Expired(Permanent):
    """The session is over: another one is needed."""


class Invalid(Permanent):
    """The server does not do what was asked; ``name`` is its word for why (``RecordNotFound``, ``InvalidSwap`` …)."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}" if message else name)
        self.name = name


class Xrpc:
    """The calls of one client to one server."""

    def __init__(self, client: Client, base: str) -> None:
        self._client, self.base = client, base.rstrip("/")

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.base).netloc

    async def query(self, nsid: str, params: Mapping[str, str | list[str]], token: str | None = None) -> dict[str, Any]:
        """A call that reads. Raises Expired, Refused, Invalid, RateLimited or Unavailable."""
        return await self._call("GET", f"{nsid}?{urlencode(params, doseq=True)}", None, token)

    async def procedure(self, nsid: str, body: Mapping[str, Any] | None, token: str | None = None) -> dict[str, Any]:
        """A call that changes something. Raises the same."""
        return await self._call("POST", nsid, None if body is None else json.dumps(body).encode(), token)

    async def _call(self, method: str, path: str, content: bytes | None, token: str | None) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = await self._client.call(method, f"{self.base}/xrpc/{path}", content=content, headers=headers)
        except CallFailed as error:
            raise Unavailable(f"{self.host} gave no answer: {error.reason}") from error
        return self._read(answer)

    def _read(self, answer: Answer) -> dict[str, Any]:
        if answer.status == 429:
            raise RateLimited(f"{self.host} asks to slow down", retry_after=wait_of(answer))
        found = _object(answer)
        if answer.status == 200:
            if found is None:
                raise Unavailable(f"{self.host} answers with something that is not JSON")
            return found
        name, message = line(table(found).get("error"))[:60], line(table(found).get("message"))[:200]
        if answer.status in (400, 401) and name in _EXPIRED:
            raise Expired(f"{self.host} says {name}")
        if answer.status == 401 or name in _STOPPED:
            raise Refused(f"{self.host} refuses the account: {message or name or answer.status}")
        if 400 <= answer.status < 500 and name:
            raise Invalid(name, message)
        raise Unavailable(f"{self.host} answers {answer.status}")


def wait_of(answer: Answer) -> int:
    """Seconds until the rate limit ends: ``Retry-After``, else ``RateLimit-Reset`` (seconds since 1970); 60 where neither says."""
    after, reset = answer.headers.get("Retry-After", ""), answer.headers.get("RateLimit-Reset", "")
    if after.isdecimal() and len(after) < 10:
        seconds = int(after)
    elif reset.isdecimal() and len(reset) < 12:
        seconds = int(int(reset) - time.time()) + 1
    else:
        seconds = 60
    return min(max(seconds, 1), 86_400)


def _object(answer: Answer) -> dict[str, Any] | None:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
