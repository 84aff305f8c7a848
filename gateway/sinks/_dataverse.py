"""Speaks to a Dataverse environment: its addresses, headers, pages, preconditions, and what its errors mean for a delivery.

Sources are Microsoft's pages on the Dataverse Web API, named where the code follows them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from channels.base import Permanent, Unavailable
from gateway import clock
from gateway.http import Answer, CallFailed
from gateway.sinks._http import OPERATOR, refusal
from gateway.sinks._oauth import Bearer, NoToken
from gateway.sinks.base import Deferred, Rejected

# "Compose HTTP requests and handle errors": every call carries these.
_HEADERS = {"accept": "application/json", "odata-version": "4.0", "odata-maxversion": "4.0"}
_JSON = {"content-type": "application/json; charset=utf-8"}
CREATE_ONLY = {"if-none-match": "*"}
"""\"Perform conditional operations", prevent update in upsert: 412 where the record exists."""
UPDATE_ONLY = {"if-match": "*"}
"""… and prevent create: 404 where it does not."""
SHOW = {"prefer": "return=representation"}
_LIMITS = {"0x80072322": "too_many_requests", "0x80072321": "too_much_time", "0x80072326": "too_many_at_once"}
"""\"Service protection API limits", the three errors."""
_DUPLICATE = "0x80040333"
_NO_SUCH_KEY = "0x80060891"
_PAGES = 1000


class Trouble(Exception):
    """An answer to a reading that is no success; ``answer`` is what it means for a delivery."""

    def __init__(self, answer: Deferred | Rejected) -> None:
        super().__init__(answer.reason)
        self.answer = answer


class Dataverse:
    """One environment."""

    def __init__(self, url: str, version: str, bearer: Bearer) -> None:
        self._base = f"{url.rstrip('/')}/api/data/v{version}/"
        self._bearer = bearer

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, headers: Mapping[str, str] | None = None, query: str = ""
    ) -> Answer:
        """One call below the Web API's address; raises CallFailed and NoToken."""
        content = None if body is None else orjson.dumps(body)
        wanted = {**_HEADERS, **(_JSON if body is not None else {}), **(headers or {})}
        return await self._bearer.call(method, self._base + path + query, content=content, headers=wanted)

    async def read(self, path: str, query: str = "", prefer: str = "") -> dict[str, Any]:
        """The JSON of a GET; raises CallFailed, NoToken, and Trouble where the answer is no success."""
        return await self._read(self._base + path + query, prefer)

    async def pages(self, path: str, query: str, prefer: str) -> AsyncIterator[dict[str, Any]]:
        """A list, page by page; raises as :meth:`read`. The token never goes to another server than the configured one."""
        url: str | None = path if self.is_ours(path) else self._base + path + query
        for _ in range(_PAGES):
            if url is None:
                return
            page = await self._read(url, prefer)
            yield page
            url = page.get("@odata.nextLink")
            if url is not None and not self.is_ours(url):
                raise Trouble(Rejected("page_elsewhere", detail="the server's next page is on another server"))

    def is_ours(self, url: str) -> bool:
        """Whether a whole address is one of this environment."""
        return urlsplit(url)[:2] == urlsplit(self._base)[:2]

    async def aclose(self) -> None:
        """End the connections."""
        await self._bearer.aclose()

    async def _read(self, url: str, prefer: str) -> dict[str, Any]:
        answer = await self._bearer.call("GET", url, headers={**_HEADERS, **({"prefer": prefer} if prefer else {})})
        said = document(answer)
        if answer.status == 200 and said is not None and "error" not in said:
            return said
        raise Trouble(meaning(answer))


@contextmanager
def asking() -> Iterator[None]:
    """Turn what a reading raises into Unavailable, where the server can be asked again, or Permanent, where a person has to act."""
    try:
        yield
    except CallFailed as error:
        raise Unavailable(f"the server does not answer: {error.reason}") from error
    except (NoToken, Trouble) as error:
        answer = error.answer
        lasting = isinstance(answer, Rejected) or answer.retry_after == OPERATOR
        kind = Permanent if lasting else Unavailable
        raise kind(f"the server refuses: {answer.reason} {answer.detail[:300]}".rstrip()) from error


def meaning(answer: Answer) -> Deferred | Rejected:
    """What an answer that is no success means for the delivery.

    429 is one of three limits and pauses the sink for the time that is asked for: going on lengthens the penalty ("Service protection
    API limits"). A record that the environment's duplicate rules refuse is rejected; it comes as 500 or 412 ("Detect duplicate data").
    A key that the table does not have is an operator's mistake.
    """
    said = document(answer)
    code, detail = error_code(said), _detail(said)
    if code == _DUPLICATE:
        return Rejected("duplicate_found", detail=detail)
    if code == _NO_SUCH_KEY:
        return Deferred("no_such_key", retry_after=OPERATOR, detail=detail)
    if answer.status == 412:
        return Rejected("precondition_failed", detail=detail)
    if 200 <= answer.status < 300:
        return Deferred("error_in_success" if code or detail else "not_odata", detail=detail)
    trouble = refusal(answer, clock.now(), detail)
    if answer.status == 429 and isinstance(trouble, Deferred):
        return replace(trouble, reason=_LIMITS.get(code, trouble.reason), throttled=True)
    return trouble


def document(answer: Answer) -> dict[str, Any] | None:
    """The answer's JSON object, or None."""
    try:
        said = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    return said if isinstance(said, dict) else None


def error_code(said: Mapping[str, Any] | None) -> str:
    """The hexadecimal code of an error; it is frequently empty ("Parse errors from the response")."""
    error = (said or {}).get("error")
    return str(error.get("code", "")).lower() if isinstance(error, dict) else ""


def record_of(answer: Answer, primary_key: str) -> tuple[str | None, dict[str, Any]]:
    """The id and the columns of a record that was written: from the representation, or from OData-EntityId where there is none."""
    said = document(answer) or {}
    if "error" in said:
        return None, {}
    found = said.get(primary_key) or _last_guid(answer.headers.get("odata-entityid", ""))
    return guid(found), said


def by_key(entity_set: str, key: str, value: str) -> str:
    """The address of a record by an alternate key."""
    return f"{entity_set}({key}={quote(literal(value), safe='')})"


def by_id(entity_set: str, record: str) -> str:
    """The address of a record by its id."""
    return f"{entity_set}({record})"


def literal(text: str) -> str:
    """A text as OData writes it: in single quotes, those inside doubled (OData 4.0 URL conventions §5.1.1.6.2)."""
    return "'" + text.replace("'", "''") + "'"


def query(**options: str) -> str:
    """System query options as a query string; a space is %20 and a plus sign %2B."""
    return "?" + "&".join(f"${name}={quote(value, safe='(),;/*')}" for name, value in options.items() if value)


def own_id(*parts: str) -> str:
    """An id that is always the same for the same parts: a record that is written under it is never written twice."""
    return str(uuid5(NAMESPACE_URL, "urn:intake311:" + ":".join(quote(part, safe="") for part in parts)))


def is_own(record: object) -> bool:
    """Whether an id may have been made by :func:`own_id`: those that the system assigns are of another version (RFC 9562 §5.5)."""
    found = guid(record)
    return found is not None and UUID(found).version == 5


def guid(value: object) -> str | None:
    """The value in the form of an id, or None where it is none."""
    try:
        return str(UUID(str(value)))
    except ValueError:
        return None


def _last_guid(text: str) -> str:
    found = re.search(r"\(([0-9a-fA-F-]{36})\)\s*$", text)
    return found[1] if found else ""


def _detail(said: Mapping[str, Any] | None) -> str:
    error = (said or {}).get("error")
    return f"{error.get('code', '')} {error.get('message', '')}".strip() if isinstance(error, dict) else ""
