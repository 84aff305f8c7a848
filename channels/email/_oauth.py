"""Access tokens of a mail provider: fetched by the client-credentials or the refresh-token grant, and renewed before their end.

RFC 6749 §4.4 and §6. A refresh token that the provider replaces is kept in the channel's notebook, beside a digest of the configured
one: an operator who configures another starts anew with that.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode, urlsplit

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from channels.base import Notebook, Permanent, RateLimited, Temporary, Unavailable
from channels.outward import CallFailed, MakeClient, Manners

NOTE = "refresh_token"
_MARGIN = 300.0
"""Seconds before its end at which a token is renewed; where it lives shorter, at four fifths of its life."""
_LIFE = 3600.0
"""Life of a token whose answer names none (RFC 6749 §5.1 only recommends it)."""


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own, so that what is said to it in clear does not leave the machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def secure_url(text: str) -> str:
    """An address for secrets: https, or http to this machine; raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme == "https" and parts.hostname:
        return text
    if parts.scheme == "http" and parts.hostname and is_loopback(parts.hostname):
        return text
    raise ValueError("should be an address that begins with https://")


class OAuth(BaseModel):
    """How access tokens are fetched, where the provider takes no passwords (Exchange Online, Gmail)."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True, use_attribute_docstrings=True)

    token_url: Annotated[str, AfterValidator(secure_url)]
    """Where tokens are fetched, like https://login.microsoftonline.com/TENANT/oauth2/v2.0/token or https://oauth2.googleapis.com/token."""
    client_id: Annotated[str, Field(min_length=1)]
    """The registered application's id."""
    client_secret: Annotated[SecretStr, Field(min_length=8)]
    """The application's secret. Give it by the environment or a file."""
    scope: str = ""
    """What is asked for, like https://outlook.office365.com/.default; Google wants none with a refresh token."""
    refresh_token: Annotated[SecretStr, Field(min_length=8)] | None = None
    """A refresh token, where a person gave consent (Gmail); without it the application signs in as itself (client credentials)."""


@dataclass(slots=True)
class _Token:
    text: str
    renew_at: float


class Tokens:
    """The current access token of one application. ``manners`` are those of the calls to the token server."""

    def __init__(self, oauth: OAuth, manners: Manners | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._oauth, self._manners, self._clock = oauth, manners or Manners(max_body=1 << 18), clock
        self._token: _Token | None = None
        self._refresh = oauth.refresh_token.get_secret_value() if oauth.refresh_token else None

    async def get(self, http: MakeClient, notebook: Notebook | None = None) -> str:
        """A token that is good for some minutes. Raises Permanent where the server refuses, Temporary where it cannot be had now."""
        if self._token is None or self._clock() >= self._token.renew_at:
            self._token = await self._fetch(http, notebook)
        return self._token.text

    def forget(self) -> None:
        """The token was not taken: the next one is fetched anew."""
        self._token = None

    async def _fetch(self, http: MakeClient, notebook: Notebook | None) -> _Token:
        answer = await self._ask(http, await self._form(notebook))
        text = answer.get("access_token")
        if not isinstance(text, str) or not text:
            raise Unavailable("the token server's answer holds no token")
        replaced = answer.get("refresh_token")
        if self._refresh is not None and isinstance(replaced, str) and replaced and replaced != self._refresh:
            self._refresh = replaced
            if notebook is not None:
                await notebook.put(NOTE, orjson.dumps({"of": self._configured(), "token": replaced}).decode())
        life = _seconds(answer.get("expires_in"))
        return _Token(text, self._clock() + max(life - _MARGIN, life * 0.8 if life < 2 * _MARGIN else 0.0))

    async def _form(self, notebook: Notebook | None) -> dict[str, str]:
        oauth = self._oauth
        form = {"client_id": oauth.client_id, "client_secret": oauth.client_secret.get_secret_value()}
        if oauth.scope:
            form["scope"] = oauth.scope
        if self._refresh is None:
            return {**form, "grant_type": "client_credentials"}
        noted = await notebook.get(NOTE) if notebook is not None else None
        if noted is not None:
            kept = orjson.loads(noted)
            if kept.get("of") == self._configured():
                self._refresh = kept["token"]
        return {**form, "grant_type": "refresh_token", "refresh_token": self._refresh}

    def _configured(self) -> str:
        secret = self._oauth.refresh_token.get_secret_value() if self._oauth.refresh_token else ""
        return hashlib.sha256(secret.encode()).hexdigest()[:16]

    async def _ask(self, http: MakeClient, form: dict[str, str]) -> dict[str, object]:
        client = http(self._manners)
        try:
            answer = await client.call(
                "POST",
                self._oauth.token_url,
                content=urlencode(form).encode(),
                headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
            )
        except CallFailed as error:
            raise Unavailable(f"the token server cannot be reached: {error.reason}") from error
        finally:
            await client.aclose()
        document = _object(answer.body)
        if answer.status == 200:
            return document
        if answer.status == 429 or answer.status >= 500:
            raise _again(answer.status, answer.headers.get("retry-after", ""))
        raise Permanent(f"the token server refuses ({answer.status}): {_reason(document)}")


def _object(body: bytes) -> dict[str, object]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _reason(document: dict[str, object]) -> str:
    """The error's code and the first line of its description (RFC 6749 §5.2): Microsoft says there which secret has expired."""
    words = [str(document.get(name, "")).partition("\n")[0].strip()[:200] for name in ("error", "error_description")]
    return ": ".join(word for word in words if word) or "no reason given"


def _seconds(value: object) -> float:
    try:
        return max(1.0, float(value))  # type: ignore[arg-type]  # whatever JSON holds; what is no number raises
    except (TypeError, ValueError):
        return _LIFE


def _again(status: int, retry_after: str) -> Temporary:
    wait = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else 30
    return RateLimited(f"the token server answers {status}", retry_after=min(wait, 3600))


def manners(ca_file: Path | None = None, proxy: str | None = None) -> Manners:
    """Manners of calls to a token server behind the city's own proxy or certificate authority."""
    return Manners(max_body=1 << 18, ca_file=ca_file, proxy=proxy)
