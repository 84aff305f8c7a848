"""Open311 GeoReport v2, the reading side: discovery, services, and requests as the public may see them.

Posting is a channel's (``channels/open311/georeport.py``). What is shown never tells who reported anything: no name, no contact, and of
the description only what was written for the public (by Open311 or the form), with personal data masked; of a private mail or text only the
service and the place are shown.

Source: wiki.open311.org/GeoReport_v2 and wiki.open311.org/Service_Discovery. Additions that others use: ``page``, ``page_size``,
``updated_after``, ``updated_before``, ``q``, ``bbox``, ``lat``+``long``+``radius``, ``extensions=true``.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from channels.base import Unavailable
from channels.open311 import answers
from gateway.clock import now
from gateway.web.counsel import offer
from gateway.web.keys import Keys
from normalizer.pipeline import Context
from normalizer.redact import redact

if TYPE_CHECKING:
    from gateway.store.published import Box, Circle, Published, Question

TYPE = "open311.georeport"
"""The channel beside which the reading side is served."""
_WINDOW = timedelta(days=90)
_MOST = 1_000
_LARGEST_PAGE = 500
_CHANGESET = "2026-11-24T00:00:00Z"
_FOR_THE_PUBLIC = frozenset({"open311", "web"})
"""Channels whose texts were written knowing that they are shown."""
_MOST_NUMBERS = 200
Handler = Callable[[web.Request], Any]


class BadArgument(ValueError):
    """An argument that cannot be used; its text goes to the client (400)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One served endpoint: its path, its city, and how to reach whoever answers for it."""

    path: str
    context: Context
    public_url: str
    contact: str


def routes(endpoints: Sequence[Endpoint], keys: Keys) -> Iterable[web.AbstractRouteDef]:
    """The reading routes of every endpoint, and one discovery for all of them."""
    if not endpoints:
        return
    yield web.get("/open311/discovery.{format:[a-z]+}", _guarded(lambda request: _discovery(request, endpoints)))
    for endpoint in endpoints:
        side = _Side(endpoint, keys)
        yield web.get(f"{endpoint.path}/services.{{format:[a-z]+}}", _guarded(side.services))
        yield web.get(f"{endpoint.path}/services/{{code}}.{{format:[a-z]+}}", _guarded(side.definition))
        yield web.get(f"{endpoint.path}/requests.{{format:[a-z]+}}", _guarded(side.requests))
        yield web.get(f"{endpoint.path}/requests/{{number}}.{{format:[a-z]+}}", _guarded(side.request))


def _guarded(handler: Handler) -> Handler:
    """Answer what goes wrong in the format that was asked for, and let any page read what is public (CORS)."""

    async def answer(request: web.Request) -> web.StreamResponse:
        wanted = answers.format_of(request)
        response: web.StreamResponse
        try:
            found = handler(request)
            response = await found if asyncio.iscoroutine(found) else found
        except BadArgument as error:
            response = answers.errors(400, [str(error)], wanted)
        except Unavailable:
            response = answers.errors(503, ["not available for the time being"], wanted)
            response.headers["Retry-After"] = "30"
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return answer


def _discovery(request: web.Request, endpoints: Sequence[Endpoint]) -> web.StreamResponse:
    first = endpoints[0]
    listed = [
        {
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": f"{endpoint.public_url}{endpoint.path}",
            "changeset": _CHANGESET,
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }
        for endpoint in endpoints
    ]
    found = {
        "changeset": _CHANGESET,
        "contact": first.contact,
        "key_service": f"Ask for a key at {first.contact}",
        "endpoints": listed,
    }
    return answers.single("discovery", found, answers.format_of(request))


class _Side:
    """The reading side of one endpoint."""

    def __init__(self, endpoint: Endpoint, keys: Keys) -> None:
        self._context, self._keys = endpoint.context, keys
        self._language = endpoint.context.languages[0]

    def services(self, request: web.Request) -> web.StreamResponse:
        wanted = answers.format_of(request)
        if (refusal := self._foreign(request, wanted)) is not None:
            return refusal
        language = self._language_of(request)
        rows = [
            {
                "service_code": service.service_code,
                "service_name": service.name(language),
                "description": service.description.get(language) or service.description.get("en", ""),
                "metadata": bool(service.attributes),
                "type": "realtime",
                "keywords": ",".join(service.keywords.get(language, ())),
                "group": service.group,
            }
            for service in self._context.catalog.services
        ]
        return answers.listing("services", "service", rows, wanted)

    def definition(self, request: web.Request) -> web.StreamResponse:
        wanted = answers.format_of(request)
        if (refusal := self._foreign(request, wanted)) is not None:
            return refusal
        service = self._context.catalog.get(request.match_info["code"])
        if service is None:
            return answers.errors(404, ["service_code was not found"], wanted)
        questions = offer(service, self._language_of(request)).questions
        rows = [
            {
                "variable": question.variable,
                "code": question.code,
                "datatype": question.datatype,
                "required": question.required,
                "datatype_description": question.datatype_description or None,
                "order": question.order,
                "description": question.description,
                **({"values": [{"key": key, "name": name} for key, name in question.values]} if question.values else {}),
            }
            for question in questions
        ]
        return answers.single("service_definition", {"service_code": service.service_code, "attributes": rows}, wanted)

    async def requests(self, request: web.Request) -> web.StreamResponse:
        from gateway.store import published

        wanted = answers.format_of(request)
        if (refusal := self._foreign(request, wanted)) is not None:
            return refusal
        arguments = {name: value.strip() for name, value in request.query.items() if value.strip()}
        if "service_request_id" in arguments:  # overrides every other argument
            return await self._numbered(request, _list(arguments["service_request_id"])[:_MOST_NUMBERS], wanted)
        question = _question(self._context.jurisdiction_id, arguments)
        found = await asyncio.to_thread(self._keys.reading, lambda connection: published.ask(connection, question))
        return self._listed(request, found, wanted)

    async def request(self, request: web.Request) -> web.StreamResponse:
        wanted = answers.format_of(request)
        return self._foreign(request, wanted) or await self._numbered(request, [request.match_info["number"]], wanted)

    async def _numbered(self, request: web.Request, numbers: Sequence[str], wanted: answers.Format) -> web.StreamResponse:
        from gateway.store import published

        jurisdiction_id = self._context.jurisdiction_id
        found = await asyncio.to_thread(self._keys.reading, lambda connection: published.by_numbers(connection, jurisdiction_id, numbers))
        if not found:
            return answers.errors(404, ["service_request_id was not found"], wanted)
        return self._listed(request, found, wanted)

    def _listed(self, request: web.Request, found: Sequence[Published], wanted: answers.Format) -> web.StreamResponse:
        language, extended = self._language_of(request), request.query.get("extensions", "").lower() == "true"
        return answers.listing("service_requests", "request", [self._shown(item, language, extended=extended) for item in found], wanted)

    def _shown(self, item: Published, language: str, *, extended: bool) -> dict[str, Any]:
        """What the public may see of a request."""
        service = self._context.catalog.get(item.service_code)
        fields = item.document
        public = item.channel in _FOR_THE_PUBLIC
        shown: dict[str, Any] = {
            "service_request_id": item.service_request_id,
            "status": item.status,
            "status_notes": fields.get("status_notes"),
            "service_name": service.name(language) if service else fields.get("service_name") or item.service_code,
            "service_code": item.service_code,
            "description": _for_the_public(fields, language) if public else None,
            "agency_responsible": fields.get("agency_responsible") or item.department,
            "service_notice": None,
            "requested_datetime": _iso(item.requested_datetime),
            "updated_datetime": _iso(item.updated_datetime),
            "expected_datetime": fields.get("expected_datetime"),
            "address": redact(fields.get("address_string") or "")[0] or None,
            "address_id": fields.get("address_id"),
            "zipcode": fields.get("zipcode"),
            "lat": fields.get("lat"),
            "long": fields.get("long"),
            "media_url": fields.get("media_url") if public else None,
        }
        if extended:
            links = fields.get("duplicate_links") or ()
            shown["extended_attributes"] = {
                "channel": item.channel,
                "duplicate": any(link.get("state") == "linked" for link in links),
                "parent_service_request_id": fields.get("parent_service_request_id"),
                "photos": [],
            }
            shown["notes"] = []
        return shown

    def _language_of(self, request: web.Request) -> str:
        asked = request.query.get("locale", "")[:2].lower()
        return asked if asked in self._context.languages else self._language

    def _foreign(self, request: web.Request, wanted: answers.Format) -> web.StreamResponse | None:
        """A refusal where another city is asked for."""
        named = request.query.get("jurisdiction_id", "").strip()
        if named and named != self._context.jurisdiction_id:
            return answers.errors(404, ["jurisdiction_id was not found"], wanted)
        return None


def _question(jurisdiction_id: str, arguments: Mapping[str, str]) -> Question:
    from gateway.store.published import Question

    start, end = _time(arguments, "start_date"), _time(arguments, "end_date")
    updated_after, updated_before = _time(arguments, "updated_after"), _time(arguments, "updated_before")
    if updated_after is None and updated_before is None:
        start, end = _window(start, end)
    size = _number(arguments, "page_size", _MOST if "page" not in arguments else 50, most=_LARGEST_PAGE)
    page = _number(arguments, "page", 1, most=100_000)
    statuses = [status.lower() for status in _list(arguments.get("status", ""))]
    if unknown := [status for status in statuses if status not in ("open", "closed")]:
        raise BadArgument(f"status {unknown[0][:40]!r} is neither open nor closed")
    return Question(
        jurisdiction_id=jurisdiction_id,
        service_codes=_list(arguments.get("service_code", "")),
        statuses=statuses,
        start=start,
        end=end,
        updated_after=updated_after,
        updated_before=updated_before,
        box=_box(arguments),
        circle=_circle(arguments),
        words=arguments.get("q", "")[:200],
        offset=min((page - 1) * size, 1_000_000),
        limit=size,
    )


def _window(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    """The span of at most 90 days: the last ones unless an end or a beginning is given."""
    if end is None:
        end = min(start + _WINDOW, now()) if start is not None else now()
        end = max(end, start) if start is not None else end
    if start is None:
        start = end - _WINDOW
    if start > end:
        raise BadArgument("start_date is after end_date")
    return max(start, end - _WINDOW), end


def _time(arguments: Mapping[str, str], name: str) -> datetime | None:
    value = arguments.get(name)
    if value is None:
        return None
    try:
        # A plus sign that was not escaped arrives as a space.
        found = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadArgument(f"{name} is no time of ISO 8601, as 2026-11-24T00:00:00Z") from None
    if not 1970 <= found.year <= 2200:
        raise BadArgument(f"{name} lies outside of the years 1970 to 2200")
    return found


def _number(arguments: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    value = arguments.get(name)
    if value is None:
        return default
    if not value.isascii() or not value.isdigit() or len(value) > 9 or int(value) < 1:
        raise BadArgument(f"{name} must be a number from 1")
    return min(int(value), most)


def _box(arguments: Mapping[str, str]) -> Box | None:
    from gateway.store.published import Box

    if "bbox" not in arguments:
        return None
    numbers = [_degrees(part, "bbox") for part in arguments["bbox"].split(",")]
    if len(numbers) != 4:
        raise BadArgument("bbox must be west,south,east,north in degrees")
    return Box(*numbers)


def _circle(arguments: Mapping[str, str]) -> Circle | None:
    from gateway.store.published import Circle

    if "radius" not in arguments and not ("lat" in arguments and "long" in arguments):
        return None
    lat, long = _degrees(arguments.get("lat", ""), "lat"), _degrees(arguments.get("long", ""), "long")
    radius = _degrees(arguments.get("radius", "100"), "radius")
    if not 0 < radius <= 300:
        raise BadArgument("radius must be more than 0 and at most 300 metres")
    return Circle(lat, long, radius)


def _degrees(value: str, name: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadArgument(f"{name} must be a number")
    return number


def _list(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _iso(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _for_the_public(fields: Mapping[str, Any], language: str) -> str:
    """The description without personal data; the place of the problem stays."""
    return redact(fields.get("description", ""), place=fields.get("address_string"), language=language).text
