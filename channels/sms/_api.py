"""Twilio's REST API: who asks, where, and what its answers mean.

Sources: twilio.com/docs/usage/api (authentication, errors), …/iam/api-keys/keys-in-console (a standard key may not read the account),
twilio_api_v2010 (OpenAPI).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from channels.outward import Answer, CallFailed, Client, MakeClient, Manners

VERSION: Final = "2010-04-01"
_TIMEOUT: Final = 15.0


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a host of Twilio's, and the credentials for it: an API key, or the account's own id and token."""

    host: str
    sid: str
    user: str
    password: str

    @property
    def url(self) -> str:
        """Where the account's resources are."""
        return f"https://{self.host}/{VERSION}/Accounts/{self.sid}"

    @property
    def authorization(self) -> str:
        """RFC 7617."""
        return f"Basic {base64.b64encode(f'{self.user}:{self.password}'.encode()).decode()}"

    @property
    def is_key(self) -> bool:
        """Whether the credentials are an API key."""
        return self.user != self.sid


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the API: its status, its JSON (empty where it is none), and Twilio's own number of an error."""

    status: int
    body: Mapping[str, Any]
    retry_after: float | None = None

    @property
    def code(self) -> int:
        """Twilio's number of the error, 0 where it names none."""
        code = self.body.get("code")
        return code if isinstance(code, int) else 0

    @property
    def message(self) -> str:
        """What Twilio says of the error; it may quote a number."""
        message = self.body.get("message")
        return message if isinstance(message, str) else ""


async def call(
    http: MakeClient,
    account: Account,
    method: str,
    path: str,
    *,
    form: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
) -> Said:
    """One call. Raises CallFailed where no answer came."""
    client: Client = http(Manners(timeout=_TIMEOUT))
    headers = {"Authorization": account.authorization, "Accept": "application/json"}
    content = None
    if form is not None:
        content = urlencode(form).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        answer = await client.call(method, account.url + path, content=content, headers=headers, params=params)
    finally:
        await client.aclose()
    return _said(answer)


def _said(answer: Answer) -> Said:
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        body = {}
    after = answer.headers.get("Retry-After", "") or ""
    return Said(answer.status, body if isinstance(body, dict) else {}, min(float(after), 86_400.0) if after.isdecimal() else None)


__all__ = ["VERSION", "Account", "CallFailed", "Said", "call"]
