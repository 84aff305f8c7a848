"""Speaks to a Salesforce org: how tokens are asked for, its addresses and queries, its allowance, and what its errors mean for a delivery.

Sources are Salesforce's pages, named where the code follows them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast
from urllib.parse import quote

import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from channels.base import Permanent, Unavailable
from gateway import clock
from gateway.http import Answer, CallFailed
from gateway.sinks._http import OPERATOR, refusal
from gateway.sinks._oauth import Bearer, NoToken
from gateway.sinks.base import Deferred, Rejected

log = structlog.get_logger(__name__)

_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIMIT_PAUSE = 900.0
"""Seconds of rest when the day's calls are used up: they are counted over the last 24 hours, so that some come back at any time."""
_SCARCE = 0.95
_PAGES = 1000
_PASSING = frozenset({"UNABLE_TO_LOCK_ROW", "DUPLICATE_VALUE", "REQUEST_RUNNING_TOO_LONG", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT"})
"""Errors that a repeat may not meet: a row that another write holds, and two upserts of one external id at the same moment."""
_OPERATORS = frozenset(
    {"INVALID_FIELD", "INVALID_TYPE", "NOT_FOUND", "API_DISABLED_FOR_ORG", "INSUFFICIENT_ACCESS", "API_CURRENTLY_DISABLED"}
)
"""Errors that every request would meet: a field, an object or a permission that is not there."""


class Trouble(Exception):
    """An answer that is no success; ``answer`` is what it means for a delivery."""

    def __init__(self, answer: Deferred | Rejected) -> None:
        super().__init__(answer.reason)
        self.answer = answer


class Salesforce:
    """One org. ``spent`` is the part of the day's calls that were made when it last said so."""

    def __init__(self, url: str, version: str, bearer: Bearer) -> None:
        self._host, self._data = url, f"/services/data/v{version}"
        self._bearer = bearer
        self.spent = 0.0

    @property
    def scarce(self) -> bool:
        """Whether so few calls are left today that they belong to the deliveries."""
        return self.spent >= _SCARCE

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str) -> Answer:
        """One call below the REST API's address; raises CallFailed and NoToken."""
        content = None if body is None else orjson.dumps(body)
        headers = {"accept": "application/json"} | ({"content-type": "application/json; charset=utf-8"} if body is not None else {})
        options = "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items()) if query else ""
        whole = path if path.startswith(f"{self._data}/") else f"{self._data}/{path}"
        answer = await self._bearer.call(method, self._host + whole + options, content=content, headers=headers)
        self._count(answer.headers.get("sforce-limit-info", ""))
        return answer

    async def read(self, path: str, **query: str) -> dict[str, Any]:
        """The JSON of a GET; raises CallFailed, NoToken, and Trouble where the answer is no success."""
        answer = await self.call("GET", path, **query)
        said = document(answer)
        if answer.status != 200 or not isinstance(said, dict):
            raise Trouble(meaning(answer))
        return said

    async def rows(self, soql: str) -> AsyncIterator[dict[str, Any]]:
        """The records that a query finds, over all its pages; raises as :meth:`read`."""
        page = await self.read("query", q=soql)
        for _ in range(_PAGES):
            for row in page.get("records", ()):
                if isinstance(row, dict):
                    yield row
            following = page.get("nextRecordsUrl")
            if page.get("done", True) or not isinstance(following, str):
                return
            if not following.startswith(f"{self._data}/query/"):
                raise Trouble(Rejected("page_elsewhere", detail="the next page of a query has another address than queries have"))
            page = await self.read(following)

    async def aclose(self) -> None:
        """End the connections."""
        await self._bearer.aclose()

    def _count(self, told: str) -> None:
        """Sforce-Limit-Info ("Headers"): api-usage=18/5000."""
        usage = re.search(r"api-usage=(\d+)/(\d+)", told)
        if usage is None or not int(usage[2]):
            return
        before, self.spent = self.spent, int(usage[1]) / int(usage[2])
        if before < _SCARCE <= self.spent:
            log.warning("calls_scarce", host=self._host, used=int(usage[1]), allowed=int(usage[2]))


@contextmanager
def asking() -> Iterator[None]:
    """Turn what a reading raises into Unavailable, where the org can be asked again, or Permanent, where a person has to act."""
    try:
        yield
    except CallFailed as error:
        raise Unavailable(f"the org does not answer: {error.reason}") from error
    except (NoToken, Trouble) as error:
        answer = error.answer
        lasting = isinstance(answer, Rejected) or answer.retry_after == OPERATOR
        kind = Permanent if lasting else Unavailable
        raise kind(f"the org refuses: {answer.reason} {answer.detail[:300]}".rstrip()) from error


def meaning(answer: Answer) -> Deferred | Rejected:
    """What an answer that is no success means for the delivery ("Status Codes and Error Responses").

    300 says that several records have the external id: nobody but a person can say which is meant. 403 with REQUEST_LIMIT_EXCEEDED
    says that the day's calls are used up, which pauses the sink.
    """
    said = document(answer)
    code, detail = _first_error(said)
    if answer.status == 300:
        return Rejected("ambiguous_external_id", detail=f"several records have this external id: {_listed(said)}")
    if 200 <= answer.status < 300 and not code:
        return Deferred("not_salesforce")
    if code == "REQUEST_LIMIT_EXCEEDED":
        trouble = refusal(answer, clock.now())
        asked = trouble.retry_after if isinstance(trouble, Deferred) else None
        return Deferred("request_limit_exceeded", asked if asked not in (None, OPERATOR) else _LIMIT_PAUSE, throttled=True, detail=detail)
    if code in _PASSING:
        return Deferred(code.lower(), scope="sink" if code == "SERVER_UNAVAILABLE" else "delivery", detail=detail)
    if code in _OPERATORS or code.startswith("INSUFFICIENT_ACCESS"):
        return Deferred(code.lower(), retry_after=OPERATOR, detail=detail)
    if 200 <= answer.status < 300:
        return Rejected(code.lower(), detail=detail)
    trouble = refusal(answer, clock.now(), detail)
    return replace(trouble, reason=code.lower()) if isinstance(trouble, Rejected) and code else trouble


def document(answer: Answer) -> Any:
    """The answer's JSON, or None."""
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None


def soql(text: str) -> str:
    """A text as a query writes it ("Quoted String Escape Sequences")."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r") + "'"


def signer(pem: str, *, client_id: str, username: str, audience: str) -> Any:
    """Makes the arguments of the JWT bearer flow: a claim that lives three minutes, signed RS256. Raises ValueError for a key of no use."""
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError) as error:
        raise ValueError("is no private key in PEM without a password") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("is no RSA key; Salesforce takes RS256 only")  # noqa: TRY004  # the setting's value is wrong

    def form() -> dict[str, str]:
        claims = {"iss": client_id, "sub": username, "aud": audience, "exp": int(clock.now().timestamp()) + 180}
        signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
        signature = cast("rsa.RSAPrivateKey", key).sign(signed.encode(), padding.PKCS1v15(), SHA256())
        return {"grant_type": _JWT, "assertion": f"{signed}.{_base64url(signature)}"}

    return form


def _part(value: Mapping[str, Any]) -> str:
    return _base64url(orjson.dumps(value))


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _first_error(said: Any) -> tuple[str, str]:
    """Code and sentence: errors are a list, or stand in ``errors`` of a result that is no success."""
    if isinstance(said, dict) and said.get("success") is False:
        said = said.get("errors") or [{"errorCode": "NO_SUCCESS"}]
    first = said[0] if isinstance(said, list) and said else None
    if not isinstance(first, dict):
        return "", ""
    code = re.sub(r"[^A-Z0-9_]", "", str(first.get("errorCode") or first.get("statusCode") or ""))[:60]
    fields = first.get("fields") or ()
    return code, " ".join([code, str(first.get("message", "")), *(str(name) for name in fields)]).strip()


def _listed(said: Any) -> str:
    return ", ".join(str(one).rpartition("/")[2] for one in said[:10]) if isinstance(said, list) else ""
