"""Makes the calls of tweepy's clients: with a deadline, a bound on what is read, and one judgement of what X answers.

tweepy 4.17 takes whatever object it finds in ``client.session`` for an ``aiohttp.ClientSession``. This one keeps it from what it does not
survive: an error that is not JSON (a proxy's page) raises ``aiohttp.ContentTypeError`` there, one whose ``errors`` is no list an
``AttributeError``; a stream that is refused is tried again for ever, with the error's text in the log.

Sources: docs.x.com/x-api/fundamentals/response-codes-and-errors, …/rate-limits, …/consuming-streaming-data.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
import orjson

from channels.base import ChannelError, Permanent, RateLimited, Unavailable
from channels.social import _shapes

TWEEPY_HOST = "https://api.twitter.com"
"""The host that tweepy writes into every address, and that it signs for."""
STREAM = f"{TWEEPY_HOST}/2/tweets/search/stream"
CALL_SECONDS = 30.0
MAX_BODY = 8 << 20
"""Bytes of one answer: a page of 100 posts with all that belongs to them stays below 1 MiB."""
SILENCE_SECONDS = 60.0
"""A stream says something every 20 seconds, if only an empty line; three times that is a dead connection."""
MAX_LINE = 1 << 20


class Refusal(Exception):
    """X answered, and not with what was asked for.

    ``kind`` is the last word of the problem's ``type`` or its title (``usage-capped``), ``detail`` what X says, ``wait`` seconds until the
    window of a limit ends.
    """

    def __init__(self, status: int, kind: str, detail: str = "", wait: int | None = None) -> None:
        super().__init__(f"X answers {status} {kind}".strip())
        self.status, self.kind, self.detail, self.wait = status, kind, detail, wait

    @property
    def spent(self) -> bool:
        """Whether money or the month's cap is used up, which waiting for a window does not mend."""
        return self.status == 402 or "usage" in self.kind.lower() or "credits" in self.kind.lower()

    def for_poller(self) -> ChannelError:
        """What a poller raises for it, with what an administrator can do."""
        if self.spent:
            return Unavailable(
                "X: credits or monthly cap used up; add credits or raise the spending limit in X's console", retry_after=3600
            )
        if self.status == 429:
            return RateLimited("X asks to slow down", retry_after=self.wait or 900)
        if self.status == 401:
            return Permanent("X does not accept the token: make new keys and tokens in X's console, or authorise the app again")
        if self.status == 403:
            return Permanent(f"X forbids the call ({self.kind}): give the app access, the user token its scopes")
        if self.status == 404:
            return Permanent("X does not know the account: check username or user_id")
        if 400 <= self.status < 500 and self.status != 408:
            return Permanent(f"X refuses the call: {self.status} {self.kind} {self.detail}".strip())
        return Unavailable(str(self))


class Unclear(Exception):
    """No complete answer: ``sent`` tells whether X may have seen the call."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(f"X: {reason}")
        self.sent = sent


class Session:
    """Stands for ``aiohttp.ClientSession`` in tweepy's clients."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._inner: aiohttp.ClientSession | None = None
        self.headers: dict[str, str] = {}

    @property
    def closed(self) -> bool:
        """As tweepy asks before it streams."""
        return False

    async def close(self) -> None:
        """End the connections."""
        inner, self._inner = self._inner, None
        if inner is not None:
            await inner.close()

    @asynccontextmanager
    async def request(self, method: str, url: Any, **arguments: Any) -> AsyncIterator[SimpleNamespace]:
        """One call: an object with ``status``, ``reason``, ``headers``, ``read()`` and ``json()``, or of a stream its ``content``.

        Raises :class:`Refusal` for whatever is not 2xx with JSON, and :class:`Unclear`.
        """
        arguments.pop("proxy", None)
        if str(url) == STREAM:
            async with self._stream(method, self._address(url), arguments) as content:
                yield SimpleNamespace(status=200, headers={}, content=content)
            return
        status, headers, body = await self._call(method, self._address(url), arguments)
        if not 200 <= status < 300:
            raise _refusal(status, headers, body)
        try:
            found = orjson.loads(body) if body else {}
        except orjson.JSONDecodeError:
            raise Refusal(502, "not_json") from None
        if not isinstance(found, dict):
            raise Refusal(502, "not_an_object")

        async def read() -> bytes:
            return body

        async def json() -> Any:
            return found

        yield SimpleNamespace(status=status, reason="", headers=headers, read=read, json=json)

    @asynccontextmanager
    async def _stream(self, method: str, url: Any, arguments: dict[str, Any]) -> AsyncIterator[aiohttp.StreamReader]:
        try:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=SILENCE_SECONDS)
            async with self._open().request(method, url, allow_redirects=False, timeout=timeout, **arguments) as answer:
                if answer.status != 200:
                    body = await answer.content.read(64 * 1024)
                    raise _refusal(answer.status, answer.headers, body)
                yield answer.content
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unclear(type(error).__name__, sent=True) from error

    def _address(self, url: Any) -> Any:
        """The address below our host; tweepy hands over a text, or a yarl.URL that it has signed."""
        text = str(url)
        if self._api_url == TWEEPY_HOST or not text.startswith(TWEEPY_HOST):
            return url
        from yarl import URL

        return URL(self._api_url + text.removeprefix(TWEEPY_HOST), encoded=True)

    async def _call(self, method: str, url: Any, arguments: dict[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        try:
            async with asyncio.timeout(CALL_SECONDS), self._open().request(method, url, allow_redirects=False, **arguments) as answer:
                body = bytearray()
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > MAX_BODY:
                        raise Unclear("answer too large", sent=True)
                return answer.status, answer.headers, bytes(body)
        except aiohttp.ClientConnectorError as error:
            raise Unclear(f"not reached: {type(error).__name__}", sent=False) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unclear(f"no answer: {type(error).__name__}", sent=True) from error

    def _open(self) -> aiohttp.ClientSession:
        if self._inner is None:
            self._inner = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
                headers={"Accept-Encoding": "identity"},  # a small compressed answer may be a large one
                read_bufsize=MAX_LINE,
            )
        return self._inner


def _refusal(status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    try:
        problem = _shapes.table(orjson.loads(body))
    except orjson.JSONDecodeError:
        problem = {}
    first = next(iter(_shapes.tables(problem.get("errors"))), {})
    kind = (_shapes.line(problem.get("type")) or _shapes.line(first.get("type"))).rpartition("/")[2]
    if kind in ("", "about:blank"):
        kind = _shapes.line(problem.get("title")) or _shapes.line(first.get("title")) or ("" if problem else "without JSON")
    detail = _shapes.line(problem.get("detail")) or _shapes.line(first.get("message")) or _shapes.line(first.get("detail"))
    return Refusal(status, kind[:80], detail[:300], _wait(headers) if status == 429 else None)


def _wait(headers: Mapping[str, str]) -> int | None:
    """Seconds until the limit's window ends (``x-rate-limit-reset`` is in Unix seconds), at most a day."""
    reset = headers.get("x-rate-limit-reset", "")
    if not reset.isascii() or not reset.isdigit() or len(reset) > 12:
        return None
    return max(1, min(int(reset) - int(time.time()) + 1, 86_400))
