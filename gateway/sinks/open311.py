"""Files each request with another Open311 server (GeoReport v2), follows its token to a number, and reads back what becomes of it.

GeoReport has no idempotency key, so a repeat makes a second request. Therefore: once a token or a number was given, nothing is posted
again, only the token is asked for; and before anything is posted a second time, the server is asked whether it has the request already.

Verified against: the specification, this project's own peer in tests/gateway/peers/open311.py, and the quirks named where they are handled.
Does not: send changes of a request (GeoReport v2 has no call for it), upload files (``media_url`` is passed on).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import quote, urlencode

from pydantic import Field, SecretStr

from channels.base import Permanent, Unavailable
from gateway import clock
from gateway.http import Answer, CallFailed, Http
from gateway.sinks import _georeport
from gateway.sinks._georeport import NotGeoReport, Read, Record
from gateway.sinks._http import OPERATOR, HttpSinkSettings, failed, refusal
from gateway.sinks.base import Attempt, Deferred, Delivered, Delivery, Rejected, StatusUpdate, forwardable
from normalizer.model import ServiceRequest

_FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
_DESCRIPTION = 4000  # GeoReport v2, POST Service Request: at most 4,000 characters
_SKEW = timedelta(minutes=10)
_WINDOW = timedelta(days=89)  # GET Service Requests: a span of at most 90 days
_NEAR = 1e-4  # degrees, some 10 m: servers round
_CHUNK = 50
_PAGES = 200


class Settings(HttpSinkSettings):
    """Settings of another Open311 server."""

    endpoint: str = Field(pattern=r"^https?://[^\s?#]+$")
    """Address of its GeoReport v2 service, without /requests.xml."""

    format: Literal["xml", "json"] = "xml"
    """What to ask for: every server has to offer XML, JSON is optional."""

    api_key: SecretStr | None = None
    """Key that the server gave for filing requests."""

    jurisdiction_id: str | None = None
    """Jurisdiction to name in every call, for a server of several cities."""

    service_codes: dict[str, str] = Field(default_factory=dict)
    """The server's service_code for each of ours; codes that do not stand here are passed on unchanged."""

    other_service_code: str | None = None
    """The server's service_code for everything that service_codes does not name."""

    send_contact: bool = True
    """Whether the person's name and contact are sent; never where the person asked to stay anonymous."""

    fields: dict[str, str] = Field(default_factory=dict)
    """Further arguments of every request, as the server needs them, for example "attribute[SOURCE]"."""

    find_again: bool = True
    """Whether to look for the request on the server before posting it a second time."""

    updates: Literal["by_id", "updated_after"] = "by_id"
    """How to ask what changed: for the numbers that we know, or by the widespread argument updated_after."""

    page_url: str | None = Field(default=None, pattern=r"^https?://\S*\{id\}\S*$")
    """Page for people about one request, with {id} where its number goes."""


class Open311Sink:
    """One Open311 server."""

    def __init__(self, sink_id: str, settings: Settings, http: Http) -> None:
        self._id = sink_id
        self._settings = settings
        self._endpoint = settings.endpoint.rstrip("/")
        self._http = http

    async def check(self) -> None:
        """Read the server's service list and find the configured codes in it."""
        answer = await self._ask("services")
        offered = {record["service_code"] for record in answer.records if "service_code" in record}
        if not offered:
            raise Permanent("the server offers no services at this endpoint")
        wanted = {*self._settings.service_codes.values(), *filter(None, [self._settings.other_service_code])}
        if missing := sorted(wanted - offered):
            raise Permanent(f"the server does not offer the service_code {', '.join(missing)}")

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:
        """File the request, or follow what became of an earlier attempt. A change of a filed request is delivered by doing nothing."""
        number = attempt.external_id or next((known.id for known in request.external_ids if known.system == self._id), None)
        if number:
            return self._delivered(number, attempt.token)
        if attempt.token:
            return await self._follow(attempt.token)
        form = self._form(request)
        if attempt.number > 1 and self._settings.find_again:
            found = await self._find(request, form)
            if isinstance(found, Deferred):
                return found
            if found is not None:
                return self._accepted(found)
        return await self._post(request, form)

    async def updates(self, since: datetime, /, *, known: Sequence[str] = ()) -> AsyncIterator[StatusUpdate]:
        """What changed after ``since``; raises Unavailable when the server cannot be asked."""
        records = self._changed(since) if self._settings.updates == "updated_after" else self._known(known)
        async for record in records:
            update = _georeport.status_update(record)
            if update is not None and (update.updated_datetime is None or update.updated_datetime > since):
                yield update

    async def aclose(self) -> None:
        """End the connections."""
        await self._http.aclose()

    async def _post(self, request: ServiceRequest, form: list[tuple[str, str]]) -> Delivery:
        key = self._settings.api_key
        body = urlencode([*form, ("api_key", key.get_secret_value())] if key else form).encode()
        try:
            answer = await self._http.call("POST", self._url("requests"), content=body, headers=_FORM)
        except CallFailed as error:
            return failed(error)
        said = _understood(answer)
        detail = said.detail if said else ""
        if 200 <= answer.status < 300:
            return self._filed(said)
        if answer.status == 400 and "duplicate" in detail.lower():
            # Seen in practice: SeeClickFix answers 400 "base is a duplicate" to the same description at the same place.
            found = await self._find(request, form)
            return self._accepted(found) if isinstance(found, Mapping) else Delivered()
        if answer.status == 404 and said and said.errors:
            return Rejected("http_404", detail=detail)  # GeoReport v2: this service_code or jurisdiction_id does not exist
        return refusal(answer, clock.now(), detail)

    def _filed(self, said: Read | None) -> Delivery:
        """What a success says. Where it says nothing that can be read, nobody knows whether the request was filed."""
        if said is None:
            return Deferred("not_georeport")  # a proxy's page, for example; the next attempt looks for the request first
        record = next((record for record in said.records if "service_request_id" in record or "token" in record), None)
        if record is not None:
            return self._accepted(record)
        if said.errors:
            return Rejected("error_in_success", detail=said.detail)
        return Rejected("no_number_given", detail="the server took the request and gave neither a number nor a token")

    def _accepted(self, record: Record) -> Delivery:
        number, token = record.get("service_request_id"), record.get("token")
        if number:
            return self._delivered(number, token)
        return Deferred("token", token=token, scope="delivery")

    def _delivered(self, number: str, token: str | None) -> Delivered:
        page = self._settings.page_url
        return Delivered(number, token, page.replace("{id}", quote(number, safe="")) if page else None)

    async def _follow(self, token: str) -> Delivery:
        """GET Service Request Id From Token: the number comes "after an undetermined time"; until then some servers answer 404 or 400."""
        try:
            answer = await self._http.call("GET", self._url(f"tokens/{quote(token, safe='')}"), params=self._jurisdiction())
        except CallFailed as error:
            return replace(failed(error), token=token)
        said = _understood(answer)
        if 200 <= answer.status < 300:
            if said is None:
                return Deferred("not_georeport", token=token)
            number = next((record["service_request_id"] for record in said.records if "service_request_id" in record), None)
            return self._delivered(number, token) if number else Deferred("token_pending", token=token, scope="delivery")
        if answer.status in (400, 404):
            return Deferred("token_unknown", token=token, scope="delivery", detail=said.detail if said else "")
        trouble = refusal(answer, clock.now())
        return replace(trouble, token=token) if isinstance(trouble, Deferred) else Deferred(trouble.reason, OPERATOR, token)

    async def _find(self, request: ServiceRequest, form: list[tuple[str, str]]) -> Record | Deferred | None:
        """The request on the server, if an attempt whose end we did not see has filed it; Deferred where the server cannot tell now."""
        ours, now = dict(form), clock.now()
        start = max((request.requested_datetime or now) - _SKEW, now - _WINDOW)
        query: dict[str, str] = {name: ours[name] for name in ("jurisdiction_id", "service_code", "account_id") if name in ours}
        query |= {"start_date": _iso(start), "end_date": _iso(now + _SKEW)}
        try:
            answer = await self._http.call("GET", self._url("requests"), params=query)
        except CallFailed as error:
            return None if error.reason == "too_large" else failed(error)
        said = _understood(answer)
        if said is None or not 200 <= answer.status < 300:
            # A server that has no such list, or keeps it closed, cannot be asked; one in trouble can be asked later.
            trouble = refusal(answer, now)
            return trouble if isinstance(trouble, Deferred) and (answer.status == 429 or answer.status >= 500) else None
        return next((record for record in said.records if _is_ours(record, ours)), None)

    def _form(self, request: ServiceRequest) -> list[tuple[str, str]]:
        """The arguments of POST Service Request, without the key."""
        settings = self._settings
        person = forwardable(request) if settings.send_contact else None
        at = request.lat is not None and request.long is not None
        fields: dict[str, str | None] = {
            "jurisdiction_id": settings.jurisdiction_id,
            "service_code": settings.service_codes.get(request.service_code, settings.other_service_code or request.service_code),
            "lat": f"{request.lat:.7f}" if at else None,
            "long": f"{request.long:.7f}" if at else None,
            "address_string": request.address_string,
            "address_id": request.address_id,
            "description": _shortened(request.description or request.summary),
            "media_url": request.media_url,
            # Our number in place of the person's account: it is how the request is found again.
            "account_id": request.service_request_id,
            "first_name": person.first_name if person else None,
            "last_name": person.last_name if person else None,
            "email": person.email if person else None,
            "phone": person.phone if person else None,
        }
        pairs = [(name, value) for name, value in fields.items() if value]
        for code, value in request.attributes.items():
            pairs += _attribute(code, value)
        return [*pairs, *settings.fields.items()]

    async def _changed(self, since: datetime) -> AsyncIterator[Record]:
        """By updated_after and page (Chicago, Boston, FixMyStreet). A server that does not know ``page`` gives the same page again."""
        seen: set[str] = set()
        for page in range(1, _PAGES + 1):
            said = await self._ask("requests", {"updated_after": _iso(since), "page": str(page), "page_size": "100"})
            fresh = [record for record in said.records if record.get("service_request_id", "") not in seen]
            for record in fresh:
                seen.add(record.get("service_request_id", ""))
                yield record
            if not fresh:
                return

    async def _known(self, numbers: Sequence[str]) -> AsyncIterator[Record]:
        for start in range(0, len(numbers), _CHUNK):
            chunk = numbers[start : start + _CHUNK]
            try:
                said = await self._ask("requests", {"service_request_id": ",".join(chunk)})
            except Permanent:
                said = await self._one_by_one(chunk)
            for record in said.records:
                yield record

    async def _one_by_one(self, numbers: Sequence[str]) -> Read:
        """Some servers answer 404 to a whole list where one number in it is gone."""
        found = Read()
        for number in numbers:
            try:
                found.records.extend((await self._ask(f"requests/{quote(number, safe='')}")).records)
            except Permanent:
                continue
        return found

    async def _ask(self, path: str, query: Mapping[str, str] | None = None) -> Read:
        """One GET; raises Unavailable (again) or Permanent (the server refuses)."""
        try:
            answer = await self._http.call("GET", self._url(path), params={**(query or {}), **self._jurisdiction()})
        except CallFailed as error:
            raise Unavailable(f"the server does not answer: {error.reason}") from error
        said = _understood(answer)
        if said is not None and 200 <= answer.status < 300:
            return said
        if answer.status in (400, 404):
            raise Permanent(f"the server answers {answer.status} to {path.partition('/')[0]}")
        raise Unavailable(f"the server answers {answer.status}, or nothing that is GeoReport")

    def _url(self, path: str) -> str:
        return f"{self._endpoint}/{path}.{self._settings.format}"

    def _jurisdiction(self) -> dict[str, str]:
        return {"jurisdiction_id": self._settings.jurisdiction_id} if self._settings.jurisdiction_id else {}


def build(sink_id: str, settings: Settings) -> Open311Sink:
    """Make the sink; it connects at its first call."""
    return Open311Sink(sink_id, settings, settings.http(max_body=8 << 20))


def _understood(answer: Answer) -> Read | None:
    try:
        return _georeport.read(answer.body)
    except NotGeoReport:
        return None


def _is_ours(record: Record, ours: Mapping[str, str]) -> bool:
    """Whether a request on the server is the one that we posted: by our number, or by its words and its place."""
    if not ("service_request_id" in record or "token" in record):
        return False  # Seen in practice: Chicago lists requests that have neither yet
    if "account_id" in record:
        return record["account_id"] == ours.get("account_id")
    if record.get("service_code", ours["service_code"]) != ours["service_code"] or not ours.get("description"):
        return False
    return _words(record.get("description")) == _words(ours["description"]) and _same_place(record, ours)


def _same_place(record: Record, ours: Mapping[str, str]) -> bool:
    try:
        return all(abs(float(record[name]) - float(ours[name])) <= _NEAR for name in ("lat", "long"))
    except (KeyError, ValueError):
        return "address_string" in ours and _words(record.get("address")) == _words(ours["address_string"])


def _words(text: str | None) -> list[str]:
    return (text or "").casefold().split()


def _shortened(text: str) -> str:
    return text if len(text) <= _DESCRIPTION else text[: _DESCRIPTION - 4] + " […]"


def _attribute(code: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, list | tuple):
        return [(f"attribute[{code}][]", str(item)) for item in value]
    return [] if value is None else [(f"attribute[{code}]", str(value).lower() if isinstance(value, bool) else str(value))]


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
