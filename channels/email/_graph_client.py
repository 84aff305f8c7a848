"""Calls to Microsoft Graph as an application: which hosts, with which token, and what each answer means.

Errors and throttling as in Microsoft's pages "Microsoft Graph error responses" and "Microsoft Graph throttling guidance"; the hosts are
those of "Microsoft Graph national cloud deployments". A call goes to the configured cloud's host or nowhere: the addresses that Graph
hands out for the next page are followed only there, since the token goes with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson

from channels.base import Permanent, RateLimited, Temporary, Unavailable
from channels.email._oauth import Tokens
from channels.outward import Answer, CallFailed, Client, MakeClient, Manners

CloudName = Literal["global", "us_gov", "us_dod", "china"]
IMMUTABLE = 'IdType="ImmutableId"'
_RESYNC = {"resyncrequired", "syncstatenotfound", "syncstateinvalid", "fullsyncrequired"}
_NOBODY = {"connect", "tls", "private_address", "bad_address"}
_LONGEST = 3_600
"""Seconds for which a ``Retry-After`` is obeyed at most."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """Where Graph and the token server of one of Microsoft's clouds are."""

    graph: str
    login: str


CLOUDS: dict[str, Cloud] = {
    "global": Cloud("https://graph.microsoft.com", "https://login.microsoftonline.com"),
    "us_gov": Cloud("https://graph.microsoft.us", "https://login.microsoftonline.us"),
    "us_dod": Cloud("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
    "china": Cloud("https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
}


class NotThere(Permanent):
    """404: there is no such thing (any more)."""


class Resync(Temporary):
    """410, or a state token that Graph does not know any more: everything has to be read from the beginning."""


class Refused(Temporary):
    """Graph answered that it will not or cannot do this; other calls may work."""


class TooMuch(Permanent):
    """The answer is larger than what is read."""


class Graph:
    """Connections to Graph for one round; ``aclose`` ends them. ``contents`` are the manners of what ``content`` reads."""

    def __init__(self, cloud: Cloud, tokens: Tokens, http: MakeClient, manners: Manners, contents: Manners) -> None:
        self.cloud, self._tokens, self._http = cloud, tokens, http
        self._client, self._large = http(manners), http(contents)

    async def aclose(self) -> None:
        """End the connections."""
        await self._client.aclose()
        await self._large.aclose()

    async def json(self, method: str, where: str, body: Any = None, *, prefer: str = IMMUTABLE) -> dict[str, Any]:
        """Call and read a JSON object; ``where`` is a path below v1.0, or an address that Graph has handed out.

        Raises NotThere, Resync, Refused, TooMuch, RateLimited and Unavailable.
        """
        headers = {"accept": "application/json", "prefer": prefer}
        if body is not None:
            headers["content-type"] = "application/json"
        answer = await self._call(self._client, method, where, headers, orjson.dumps(body) if body is not None else None)
        if not answer.body.strip():
            return {}
        try:
            found = orjson.loads(answer.body)
        except orjson.JSONDecodeError as error:
            raise Refused("Graph's answer is not JSON") from error
        if not isinstance(found, dict):
            raise Refused("Graph's answer is no object")
        return found

    async def content(self, path: str) -> bytes:
        """The bytes at a path (``…/$value``). Raises as ``json`` does."""
        return (await self._call(self._large, "GET", path, {"prefer": IMMUTABLE}, None)).body

    def address(self, where: str) -> str:
        """The address of a path, or what Graph handed out where it is on Graph's host; raises Unavailable where it is not."""
        if where.startswith("/"):
            return f"{self.cloud.graph}/v1.0{where}"
        parts, own = urlsplit(where), urlsplit(self.cloud.graph)
        if (parts.scheme, parts.hostname, parts.port, parts.username) != ("https", own.hostname, own.port, None):
            raise Unavailable("Graph hands out an address on another host")
        return where

    async def _call(self, client: Client, method: str, where: str, headers: dict[str, str], content: bytes | None) -> Answer:
        url = self.address(where)
        for again in (True, False):
            token = await self._tokens.get(self._http)
            try:
                answer = await client.call(method, url, content=content, headers={**headers, "authorization": f"Bearer {token}"})
            except CallFailed as error:
                raise _failed(error) from error
            if answer.status == 401 and again:  # the token was revoked or the clocks differ: once with a new one
                self._tokens.forget()
                continue
            if 200 <= answer.status < 300:
                return answer
            raise _refusal(answer)
        raise AssertionError("returned or raised above")


def _failed(error: CallFailed) -> Exception:
    if error.reason == "too_large":
        return TooMuch("larger than what is read")
    if error.reason in _NOBODY:
        return Unavailable(f"Graph cannot be reached: {error.reason}")
    return Refused(f"no answer from Graph: {error.reason}")


def _refusal(answer: Answer) -> Exception:
    code, words = _error(answer.body)
    told = f"Graph answers {answer.status} {code}: {words}"
    if answer.status == 410 or code.lower() in _RESYNC:
        return Resync(told)
    if answer.status == 404:
        return NotThere(told)
    after = answer.headers.get("retry-after", "")
    if answer.status == 429 or (answer.status in (503, 504) and after):
        seconds = int(after) if after.isascii() and after.isdigit() else 30
        return RateLimited(told, retry_after=min(max(seconds, 1), _LONGEST))
    if answer.status in (401, 403):
        return Unavailable(told)
    return Refused(told)


def _error(body: bytes) -> tuple[str, str]:
    """``{"error": {"code", "message"}}``, each as one short line."""
    try:
        error = orjson.loads(body)["error"]
        found = (error.get("code"), error.get("message"))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        found = (None, None)
    code, message = (" ".join(str(part).split())[:200] if part else "" for part in found)
    return code or "without a code", message or "no reason given"
