"""Calls to one Mastodon server: what it is asked, and what its refusals mean.

Sources: docs.joinmastodon.org/methods/notifications, …/methods/statuses, …/methods/accounts, …/methods/instance, …/api/rate-limits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from channels.base import Permanent, RateLimited, Temporary, Unavailable
from channels.outward import Answer, CallFailed, Client, Manners
from channels.social._shapes import identifier, line, moment, table, text

MANNERS = Manners(timeout=30.0, max_body=8 << 20)
"""A page of 40 notifications is some 200 kB; a server may take in statuses of 1 MB from others."""

_KINDS = "types[]=mention&types[]=quote"
"""A server that knows no quotes leaves that word out (4.5 and later know them)."""


class Refused(Permanent):
    """The server does not take the access token, or not for this."""


class Gone(Permanent):
    """What was asked for is not there, or not for us."""


class TooLong(Temporary):
    """A page is larger than we read; fewer items a page may do."""


@dataclass(frozen=True, slots=True)
class Account:
    """The city's account on its server. ``domain`` is the one in its address, ``media_hosts`` where the server keeps uploads."""

    id: str
    handle: str
    domain: str
    media_hosts: frozenset[str] = frozenset()
    streaming: str | None = None
    max_characters: int = 500
    reserved_per_url: int = 23


class Api:
    """The calls of one client with one token."""

    def __init__(self, client: Client, base: str, token: str) -> None:
        self._client, self._base = client, base
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    async def notifications(self, *, limit: int, above: str | None = None) -> list[Any]:
        """Mentions and quotes of the account, newest first: those just above an id, or the newest ones of all.

        Filtered ones are asked for too: a new resident's account is what a server's policy filters first.
        """
        query = f"{_KINDS}&include_filtered=true&limit={limit}" + (f"&min_id={quote(above, safe='')}" if above is not None else "")
        try:
            page = await self.get(f"/api/v1/notifications?{query}")
        except CallFailed as error:
            if error.reason == "too_large":
                raise TooLong(f"a page of {limit} notifications has more than {MANNERS.max_body} bytes") from error
            raise Unavailable(f"{self.host} gave no answer: {error.reason}") from error
        if not isinstance(page, list):
            raise Unavailable(f"{self.host} did not answer with a list of notifications")
        return page

    async def account(self) -> Account:
        """Who the token belongs to, and what the server says of itself. Raises as :meth:`ask`."""
        me = table(await self.ask("/api/v1/accounts/verify_credentials"))
        try:
            instance = table(await self.ask("/api/v2/instance"))
        except Gone:  # before 4.0, and on some other servers
            instance = {}
        own_id, name = identifier(me.get("id")), line(me.get("acct"))
        if not own_id or not name:
            raise Unavailable(f"{self.host} does not say whose token this is")
        domain = line(instance.get("domain")) or self.host
        settings = table(instance.get("configuration"))
        statuses = table(settings.get("statuses"))
        uploads = (me.get("avatar"), me.get("header"), table(instance.get("thumbnail")).get("url"))
        return Account(
            id=own_id,
            handle=f"@{name}" if "@" in name else f"@{name}@{domain}",
            domain=domain,
            media_hosts=frozenset(filter(None, (host_of(text(url)) for url in uploads))),
            streaming=_over_http(text(table(settings.get("urls")).get("streaming"))),
            max_characters=_number(statuses.get("max_characters"), 500),
            reserved_per_url=_number(statuses.get("characters_reserved_per_url"), 23),
        )

    async def ask(self, path: str) -> Any:
        """As :meth:`get`, where no answer at all is Unavailable."""
        try:
            return await self.get(path)
        except CallFailed as error:
            raise Unavailable(f"{self.host} gave no answer: {error.reason}") from error

    async def get(self, path: str) -> Any:
        """The JSON of a page. Raises Refused, Gone, RateLimited, Unavailable, or CallFailed where there was no answer."""
        return self.read(await self._client.call("GET", self._base + path, headers=self._headers))

    async def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """Send JSON; any status is an answer. Raises CallFailed."""
        content = json.dumps(body).encode()
        return await self._client.call(
            "POST", self._base + path, content=content, headers={**self._headers, "Content-Type": "application/json", **headers}
        )

    def read(self, answer: Answer) -> Any:
        """The JSON of an answer that says 200; otherwise what it means, raised."""
        if answer.status == 429:
            raise RateLimited(f"{self.host} asks to slow down", retry_after=wait_of(answer))
        if answer.status in (401, 403):
            raise Refused(f"{self.host} refuses the access token ({answer.status}): {complaint(answer) or 'no reason given'}")
        if answer.status in (404, 410):
            raise Gone(f"{self.host} answers {answer.status}: {complaint(answer)}")
        if answer.status != 200:
            raise Unavailable(f"{self.host} answers {answer.status}")
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise Unavailable(f"{self.host} answers with something that is not JSON") from None

    @property
    def host(self) -> str:
        """The server's name."""
        return host_of(self._base)


def complaint(answer: Answer) -> str:
    """What the server says is wrong (docs.joinmastodon.org/entities/Error), cut to a line."""
    try:
        found = table(json.loads(answer.body))
    except (ValueError, RecursionError):
        return ""
    return line(found.get("error_description") or found.get("error"))[:200]


def wait_of(answer: Answer) -> int:
    """Seconds until the rate limit ends: ``X-RateLimit-Reset`` is a time in ISO 8601; 60 where it does not say."""
    if (reset := moment(answer.headers.get("X-RateLimit-Reset"))) is None:
        return 60
    return min(max(int((reset - datetime.now(UTC)).total_seconds()) + 1, 1), 3_600)


def host_of(url: str) -> str:
    """The host (with a port that is not the usual one) of an address; empty where it is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    return host if port is None or port == {"https": 443, "http": 80}.get(parts.scheme) else f"{host}:{port}"


def _over_http(url: str) -> str | None:
    """The address of server-sent events beside a WebSocket's (docs.joinmastodon.org/methods/streaming)."""
    for web, http in (("wss://", "https://"), ("ws://", "http://"), ("https://", "https://"), ("http://", "http://")):
        if url.startswith(web) and host_of(http + url.removeprefix(web)):
            return http + url.removeprefix(web).rstrip("/")
    return None


def _number(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000_000 else otherwise
