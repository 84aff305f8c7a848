"""Service requests that apps and other systems post by Open311 GeoReport v2.

``POST {endpoint}/requests.{json|xml}`` takes a form (urlencoded, or multipart with photos in ``media``); its bytes are stored as they came.
The answer is the request's number where it is known within ``wait`` seconds, otherwise a token; ``GET {endpoint}/tokens/{token}`` tells the
number later. The reading side of Open311 (services, lists) is the gateway's.

Source: wiki.open311.org/GeoReport_v2. Seen in practice: the key in the form, in the query or in a header; several ``media_url``
(FixMyStreet); the same POST again because the answer was slow.

Does not: take the updates of mySociety's extension; fetch a ``media_url`` from hosts that are not named in ``media_hosts``.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from pydantic import ByteSize, Field

from channels import _multipart
from channels._webhook import body_of, now
from channels.base import (
    Accept,
    AdapterSettings,
    FetchContext,
    Fetched,
    Permanent,
    RateLimited,
    RawMessage,
    Temporary,
    TooLarge,
    Unavailable,
    Unreadable,
    WebhookContext,
)
from channels.open311 import answers, submission
from channels.outward import CallFailed, Manners
from normalizer.model import Attachment, InboundMessage, Sender

if TYPE_CHECKING:
    from channels.counsel import Counsel

TYPE = "open311.georeport"
CONTENT_TYPE = _multipart.URLENCODED
"""What a file of captured posts is taken for, where it is not multipart by its first line."""
_LOOKS = (0.05, 0.1, 0.15, 0.2, 0.25)
"""Seconds between looks for the number; the last goes on until the wait is over."""
_LARGE = 1 << 20
_AT_ONCE = 4
"""Bodies of more than a mebibyte that are taken at one time: each is held in memory."""
_REPEATED = 3600
"""Seconds for which the same bytes with the same key are the same message sent again, and no second one."""

_log = structlog.get_logger(__name__)


class Settings(AdapterSettings):
    """Table of a channel of type ``open311.georeport``."""

    endpoint: str = Field(default="/open311/v2", pattern=r"^(/[a-z0-9._~-]+)+$")
    """Path below which the channel answers. Leave it, unless the gateway serves several cities by Open311."""
    max_body: ByteSize = ByteSize(25 * 1024 * 1024)
    """Largest POST, photos included."""
    wait: float = Field(default=1.5, ge=0, le=20)
    """Seconds that a POST waits for the request's number before it answers with a token."""
    media_hosts: list[str] = Field(default_factory=list)
    """Hosts that a ``media_url`` may be fetched from (https only); an address elsewhere is kept in the message and not fetched."""
    max_media_size: ByteSize = ByteSize(16 * 1024 * 1024)
    """Largest picture that is fetched."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""


def build(channel_id: str, settings: Settings) -> Georeport:
    """The adapter for one table of the configuration."""
    return Georeport(channel_id, settings)


class Georeport:
    """A channel of type ``open311.georeport``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``POST {endpoint}/requests.{format}`` and ``GET {endpoint}/tokens/{token}.{format}``."""
        large = asyncio.Semaphore(_AT_ONCE)

        async def post(request: web.Request) -> web.StreamResponse:
            return await self._post(request, accept, context, large)

        async def token(request: web.Request) -> web.StreamResponse:
            return await self._token(request, context)

        endpoint = self.settings.endpoint
        return [
            web.post(f"{endpoint}/requests.{{format:[a-z]+}}", post),
            web.get(f"{endpoint}/tokens/{{token:[^/.]+}}.{{format:[a-z]+}}", token),
        ]

    async def _post(self, request: web.Request, accept: Accept, context: WebhookContext, large: asyncio.Semaphore) -> web.StreamResponse:
        wanted = answers.format_of(request)
        try:
            if (request.content_length or _LARGE + 1) > _LARGE:
                async with large:
                    return await self._take(request, accept, context, wanted)
            return await self._take(request, accept, context, wanted)
        except TooLarge:
            return answers.errors(413, [f"the request is larger than {int(self.settings.max_body)} bytes"], wanted)
        except TimeoutError:
            return answers.errors(408, ["the request took too long to arrive"], wanted)
        except web.HTTPException as error:
            return answers.errors(error.status, [error.reason], wanted)
        except Temporary as error:
            return _again(429 if isinstance(error, RateLimited) else 503, error.retry_after, wanted)
        except Permanent:
            return answers.errors(400, ["the request was not understood"], wanted)
        except Exception as error:  # noqa: BLE001  what we do not understand, we ask to be sent again
            _log.error("open311_post_failed", error=type(error).__name__, exc_info=True)
            return _again(503, 30, wanted)

    async def _take(self, request: web.Request, accept: Accept, context: WebhookContext, wanted: answers.Format) -> web.StreamResponse:
        counsel = _counsel(context)
        body = await body_of(request, int(self.settings.max_body))
        content_type = (body and request.headers.get("Content-Type")) or _multipart.URLENCODED
        try:
            form = (
                await asyncio.to_thread(_multipart.read, content_type, body) if len(body) > _LARGE else _multipart.read(content_type, body)
            )
        except _multipart.NotAForm as error:
            return answers.errors(400, [str(error)], wanted)
        for name, value in request.query.items():
            form.fields.append((name, value))
        key = _key(request, form)
        if not key or not await counsel.may(key, "open311"):
            context.refused("api_key", request.remote or "unknown")
            return answers.errors(403, ["api_key was not provided" if not key else "api_key is not valid"], wanted)
        mistakes = submission.examine(form, counsel.offers(counsel.languages[0]), counsel.jurisdiction_id)
        if mistakes.texts:
            return answers.errors(mistakes.status, mistakes.texts, wanted)
        receipt = await accept(self._message(request, content_type, body, key))
        number = await self._number(counsel, receipt.intake_id)
        answer: dict[str, Any] = {"service_request_id": number} if number else {"token": receipt.intake_id}
        answer |= {"service_notice": None, "account_id": form.get("account_id") or None}
        return answers.listing("service_requests", "request", [answer], wanted, status=200)

    def _message(self, request: web.Request, content_type: str, body: bytes, key: str) -> RawMessage:
        """The bytes as they came. GeoReport has no id for a POST: the same bytes with the same key within an hour are one message."""
        at = now()
        envelope = {"remote_ip": request.remote or "", "query": request.rel_url.raw_query_string[:2000]}
        source_id = request.headers.get("Idempotency-Key", "")[:200] or f"{int(at.timestamp()) // _REPEATED}"
        digest = hashlib.sha256(b"\0".join((key.encode(), source_id.encode(), envelope["query"].encode(), body))).hexdigest()
        return RawMessage(f"sha256:{digest}", at, content_type, body, envelope)

    async def _number(self, counsel: Counsel, intake_id: str) -> str | None:
        """The request's number, once the message is understood; None where that takes longer than a client should wait."""
        until = time.monotonic() + self.settings.wait
        looks = iter(_LOOKS)
        pause = _LOOKS[0]
        while True:
            try:
                became = await counsel.became(intake_id)
            except Temporary:
                return None  # it is durable: the token will tell
            if became is not None and became.disposition is not None:
                return became.service_request_ids[0] if became.service_request_ids else None
            pause = next(looks, pause)
            if time.monotonic() + pause > until:
                return None
            await asyncio.sleep(pause)

    async def _token(self, request: web.Request, context: WebhookContext) -> web.StreamResponse:
        wanted = answers.format_of(request)
        token = request.match_info["token"]
        try:
            became = await _counsel(context).became(token)
        except Temporary as error:
            return _again(503, error.retry_after, wanted)
        if became is None:
            return answers.errors(404, ["the token was not found"], wanted)
        numbers = became.service_request_ids or ("",)
        return answers.listing(
            "service_requests", "request", [{"service_request_id": number, "token": token} for number in numbers], wanted
        )

    # The message

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored POST. Raises Unreadable where it is no form.

        ``hints`` may have ``service_code``, ``lat``, ``long``, ``address``, ``address_id``, ``attributes`` (lists by code), ``account_id``,
        ``device_id``, ``media`` (what :meth:`fetch` may fetch).
        """
        try:
            form = _multipart.read(_multipart.form_type(raw.content_type, raw.content), raw.content)
            if query := raw.envelope.get("query"):
                form.fields += _multipart.read(_multipart.URLENCODED, query.encode()).fields
            place = submission.position(form)
        except ValueError as error:
            raise Unreadable(str(error)) from error
        if not any(form.get(name) for name in ("service_code", "description", "address_string", "lat")) and not form.files:
            raise Unreadable("a form without anything of a service request")
        message = InboundMessage(
            channel="open311",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or form.get("jurisdiction_id")[:255],
            source_id=raw.source_id,
            received_datetime=raw.received_at,
            sender=_sender(form),
            text=form.get("description"),
        )
        hints: dict[str, Any] = {name: form.get(name)[:500] for name in _COPIED if form.get(name)}
        if place is not None:
            hints["lat"], hints["long"] = place
        if address := form.get("address_string") or form.get("address"):
            hints["address"] = address[:500]
        if given := submission.attributes(form):
            hints["attributes"] = given
        self._name_media(form, message, hints)
        message.hints = hints
        message.attachments = [
            Attachment(filename=file.filename or None, declared_media_type=file.media_type, size=len(file.content), content=file.content)
            for file in form.files
            if file.content
        ]
        return message

    def _name_media(self, form: _multipart.Form, message: InboundMessage, hints: dict[str, Any]) -> None:
        for url in dict.fromkeys([*form.all("media_url"), *form.all("media_url[]")]):
            if self._may_fetch(url):
                hints.setdefault("media", []).append({"url": url})
            else:
                message.notes.append(f"a picture at {_host(url)} is not fetched: the host is not in media_hosts")

    def _may_fetch(self, url: str) -> bool:
        parts = _split(url)
        return parts is not None and parts.scheme == "https" and (parts.hostname or "") in self.settings.media_hosts

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched:
        """The bytes of a ``media_url`` on a host that the city allows; no redirect is followed. Raises as its protocol says."""
        url = str(item.get("url", ""))
        if not self._may_fetch(url):
            raise Permanent("the host of a media_url is not in media_hosts")
        client = context.http(Manners(max_body=int(self.settings.max_media_size), private_addresses=False))
        try:
            answer = await client.call("GET", url)
        except CallFailed as error:
            if error.reason == "too_large":
                raise TooLarge("a picture larger than max_media_size") from error
            if error.reason in ("private_address", "bad_address"):
                raise Permanent(f"a media_url leads to a {error.reason}") from error
            raise Unavailable(f"a picture was not fetched: {error.reason}") from error
        finally:
            await client.aclose()
        if answer.status == 429:
            raise RateLimited("the host of a media_url asks to slow down")
        if answer.status >= 500:
            raise Unavailable(f"a media_url answered {answer.status}")
        if answer.status != 200:
            raise Permanent(f"a media_url answered {answer.status}")
        return Fetched(answer.body, answer.headers.get("Content-Type"), _host(url, path=True))


_COPIED = ("service_code", "address_id", "account_id", "device_id")


def _sender(form: _multipart.Form) -> Sender:
    name = " ".join(filter(None, (form.get("first_name"), form.get("last_name"))))
    return Sender(name=name[:300] or None, address=form.get("email")[:320] or None, phone=form.get("phone")[:60] or None)


def _key(request: web.Request, form: _multipart.Form) -> str:
    """The key: in the form or the query as the specification has it, or as the API's other keys are given."""
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return form.get("api_key") or (bearer.strip() if kind.lower() == "bearer" else "") or request.headers.get("X-Api-Key", "").strip()


def _counsel(context: WebhookContext) -> Counsel:
    if context.counsel is None:
        raise Unavailable("there is nobody to ask for keys and services")
    return context.counsel


def _again(status: int, retry_after: int, wanted: answers.Format) -> web.Response:
    answer = answers.errors(status, ["not taken for the time being: send it again later"], wanted)
    answer.headers["Retry-After"] = str(retry_after)
    return answer


def _split(url: str) -> Any:
    try:
        return urlsplit(url) if "@" not in url and url.isprintable() else None
    except ValueError:
        return None


def _host(url: str, *, path: bool = False) -> str:
    parts = _split(url)
    if parts is None or not parts.hostname:
        return "an unreadable address"
    return parts.path.rpartition("/")[2][:100] if path else str(parts.hostname)[:100]
