"""Calls of Meta's Graph API: the token of the account, a proof that we hold the app's secret, and what its errors mean.

Sources: developers.facebook.com/docs/graph-api/guides/error-handling, …/graph-api/guides/secure-requests (appsecret_proof),
…/whatsapp/cloud-api/support/error-codes, …/messenger-platform/error-codes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from channels.base import ChannelError, Permanent, RateLimited, Unavailable
from channels.outward import CallFailed, Client, MakeClient, Manners
from channels.replying import Deferred, Delivery, Rejected
from channels.social import _shapes

_LIMITS = frozenset({4, 17, 32, 341, 613, 80001, 80002, 80004, 80006, 80007, 80008, 130429, 131048, 131056, 133016})
_WINDOW = frozenset({131047, 2018278, 2534022, 2018065, 1893029})
"""More than 24 hours since the person's last message."""
_GONE = frozenset({551, 131026, 131030, 131050, 1545041, 2018001, 2018108})
"""The person cannot be reached: no such account, blocked, not in the allowed list of a test number."""


class GraphError(Exception):
    """The API answered with an error. ``code`` and ``subcode`` are Meta's, 0 where it gave none."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        self.status = status
        self.code, self.subcode = _number(error.get("code")), _number(error.get("error_subcode"))
        data = _shapes.table(error.get("error_data"))
        self.message = _shapes.line(error.get("message"))[:300] or f"status {status}"
        if details := _shapes.line(data.get("details")):
            self.message = f"{self.message}: {details}"[:400]
        self.transient = error.get("is_transient") is True or self.code in (1, 2) or status >= 500
        super().__init__(f"Meta answers {status}, code {self.code}/{self.subcode}: {self.message}")

    @property
    def numbers(self) -> set[int]:
        """Code and subcode, for looking up in the lists above."""
        return {self.code, self.subcode}

    @property
    def token(self) -> bool:
        """Whether the token is the trouble: ended, revoked, or of a changed password."""
        return self.code in (190, 102) or self.status == 401

    def for_probe(self) -> ChannelError:
        """What a probe raises for it, with what an administrator can do."""
        if self.token:
            return Permanent("Meta does not accept the access token: make a new one for the system user, and configure it")
        if self.numbers & _LIMITS or self.status == 429:
            return RateLimited("Meta asks to slow down", retry_after=300)
        if self.transient:
            return Unavailable(str(self))
        return Permanent(str(self))

    def for_reply(self) -> Delivery:
        """What it means for a reply."""
        if self.numbers & _WINDOW:
            return Rejected("outside_window", detail="the person's last message is more than 24 hours old: Meta allows no reply any more")
        if self.numbers & _GONE:
            return Rejected("unreachable_person", detail=self.message)
        if self.token:
            return Deferred("unauthorized", retry_after=900, detail="Meta does not accept the access token")
        if self.numbers & _LIMITS or self.status == 429:
            return Deferred("rate_limited", retry_after=300, throttled=True, detail=self.message)
        if self.transient:
            return Deferred("unavailable", detail=self.message)
        if self.code in (3, 10) or 200 <= self.code <= 299:
            return Deferred("forbidden", retry_after=3600, detail=self.message)
        return Rejected("refused", detail=str(self))


class Unclear(Exception):
    """No complete answer: ``sent`` tells whether Meta may have seen the call."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(f"Meta: {reason}")
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Graph:
    """The API for one channel: ``tokens`` by account, ``token`` for the others."""

    url: str
    version: str
    secret: str
    token: str | None
    tokens: Mapping[str, str]

    def token_of(self, account: str) -> str | None:
        """The token for calls about an account."""
        return self.tokens.get(account) or self.token

    def proof(self, token: str) -> str:
        """``appsecret_proof``: the hexadecimal HMAC-SHA256 of the token."""
        return hmac.new(self.secret.encode(), token.encode(), hashlib.sha256).hexdigest()

    @asynccontextmanager
    async def client(self, http: MakeClient, seconds: float = 20.0) -> AsyncIterator[Client]:
        """A client for a few calls in a row, each at most so long."""
        made = http(Manners(timeout=seconds))
        try:
            yield made
        finally:
            await made.aclose()

    async def call(
        self,
        client: Client,
        method: str,
        path: str,
        *,
        account: str = "",
        params: Mapping[str, str] | None = None,
        json: Any = None,
        token: str | None = None,
    ) -> dict[str, Any]:
        """One call and the object that it answers. Raises GraphError, Unclear, and Permanent where there is no token."""
        token = token or self.token_of(account)
        if token is None:
            raise Permanent("no access token: set access_token, or access_tokens for the account")
        query = {**(params or {})}
        headers = {"Authorization": f"Bearer {token}"}
        if "|" not in token:  # an app's own token is id|secret, and needs no proof
            query["appsecret_proof"] = self.proof(token)
        content = None
        if json is not None:
            content, headers["Content-Type"] = orjson.dumps(json), "application/json"
        try:
            answer = await client.call(method, f"{self.url}/{self.version}/{path}", content=content, headers=headers, params=query)
        except CallFailed as error:
            raise Unclear(error.reason, sent=error.sent) from error
        try:
            found = _shapes.table(orjson.loads(answer.body))
        except orjson.JSONDecodeError:
            found = {}
        if not 200 <= answer.status < 300 or "error" in found:
            raise GraphError(answer.status, _shapes.table(found.get("error")))
        return found


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
