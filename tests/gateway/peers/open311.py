"""An Open311 server (GeoReport v2) on a real socket, with the dialects that real servers speak and the faults that real networks have.

It files every POST that it accepts, so that whoever posts twice has two requests there: ``filed`` shows it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Self
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import web

Fault = Callable[["Open311Peer", web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Dialect:
    """How a server differs from the specification's text; the default does not."""

    json_wrapper: str | None = None  # FixMyStreet: {"service_requests": […]}
    json_item: str | None = None  # … and {"requests": [{"request": {…}}]}
    one_object: bool = False  # a single request without its list
    numbers: bool = False  # ids as JSON numbers
    xml_root: str = "service_requests"  # Helsinki: requests
    created: int = 200  # Helsinki: 201
    token_polls: int | None = None  # None: a number at once; n: a token, and its number at the n-th question
    pending: Literal["404", "400", "empty", "no_id"] = "404"
    echoes_account: bool = False
    refuses_duplicates: bool = False  # SeeClickFix
    lists: bool = True  # GET requests is offered
    knows_updated_after: bool = False


_SHOWN = (
    "service_request_id",
    "status",
    "status_notes",
    "service_code",
    "description",
    "requested_datetime",
    "updated_datetime",
    "lat",
    "long",
)


@dataclass
class Open311Peer:
    """Use as ``async with Open311Peer() as peer``; ``faults`` happen to the next POSTs, one each."""

    dialect: Dialect = Dialect()
    faults: list[Fault] = field(default_factory=list)
    key: str = "secret-key"
    services: tuple[str, ...] = ("pothole", "PH-1", "other")
    filed: list[dict[str, str]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """Method and path of every call, in order."""
    polls: int = 0
    endpoint: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/v2/services.{format}", self._services)
        app.router.add_post("/v2/requests.{format}", self._post)
        app.router.add_get("/v2/requests.{format}", self._list)
        app.router.add_get("/v2/requests/{id}.{format}", self._one)
        app.router.add_get("/v2/tokens/{token}.{format}", self._token)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.endpoint = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v2"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()

    @property
    def posts(self) -> int:
        return sum(line.startswith("POST") for line in self.seen)

    def file(self, form: Any) -> dict[str, str]:
        """Take a request into the books."""
        number = str(1000 + len(self.filed))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        record = {
            **form,
            "service_request_id": number,
            "token": f"t{number}",
            "requested_datetime": now,
            "updated_datetime": now,
            "status": "open",
        }
        self.filed.append(record)
        return record

    async def _post(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(f"POST {request.path}")
        if self.faults:
            return await self.faults.pop(0)(self, request)
        return await self.accept(request)

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """POST Service Request by the book: check, file, answer with a number or a token."""
        if request.content_type != "application/x-www-form-urlencoded":
            return self.errors(request, 400, "unsupported content type")
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form.pop("api_key", "") != self.key:
            return self.errors(request, 403, "api_key was not valid")
        if form.get("service_code", "") not in self.services:
            return self.errors(request, 404, "service_code was not found")
        if not ({"lat", "long"} <= form.keys() or form.keys() & {"address_string", "address_id"}):
            return self.errors(request, 400, "Invalid service request: location can't be blank.")
        if len(form.get("description", "")) > 4000:
            return self.errors(request, 400, "description too long")
        same = ("description", "lat", "long")
        if self.dialect.refuses_duplicates and any(all(old.get(k) == form.get(k) for k in same) for old in self.filed):
            return self.errors(request, 400, "Invalid service request: base is a duplicate.")
        record = self.file(form)
        waiting = self.dialect.token_polls is not None
        answer = {"token": record["token"]} if waiting else {"service_request_id": record["service_request_id"]}
        return self.records(request, [{**answer, "service_notice": "", "account_id": ""}], status=self.dialect.created)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(f"GET {request.path}")
        self.polls += 1
        record = next((old for old in self.filed if old["token"] == request.match_info["token"]), None)
        if record is None:
            return self.errors(request, 404, "token was not found")
        if self.polls < (self.dialect.token_polls or 0):
            match self.dialect.pending:
                case "empty":
                    return self.records(request, [])
                case "no_id":
                    return self.records(request, [{"service_request_id": "", "token": record["token"]}])
                case status:
                    return self.errors(request, int(status), "token was not found")
        return self.records(request, [{"service_request_id": record["service_request_id"], "token": record["token"]}])

    async def _list(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(f"GET {request.path}")
        if not self.dialect.lists:
            return self.errors(request, 404, "not offered")
        query, found = request.query, self.filed
        if ids := query.get("service_request_id"):
            wanted = ids.split(",")
            found = [old for old in found if old["service_request_id"] in wanted]
            if len(found) < len(wanted):
                return self.errors(request, 404, "service_request_id was not found")
        else:
            if code := query.get("service_code"):
                found = [old for old in found if old["service_code"] == code]
            if start := query.get("start_date"):
                found = [old for old in found if datetime.fromisoformat(old["requested_datetime"]) >= datetime.fromisoformat(start)]
            if (after := query.get("updated_after")) and self.dialect.knows_updated_after:
                found = [old for old in found if datetime.fromisoformat(old["updated_datetime"]) > datetime.fromisoformat(after)]
            if self.dialect.knows_updated_after and (page := int(query.get("page", "1"))):
                found = found[(page - 1) * 2 : page * 2]
        return self.records(request, [self._public(old) for old in found])

    async def _one(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(f"GET {request.path}")
        found = [old for old in self.filed if old["service_request_id"] == request.match_info["id"]]
        return self.records(request, [self._public(old) for old in found]) if found else self.errors(request, 404, "not found")

    async def _services(self, request: web.Request) -> web.StreamResponse:
        found = [{"service_code": code, "service_name": code, "metadata": "false", "type": "realtime"} for code in self.services]
        if request.match_info["format"] == "json":
            return _json(found, 200)
        return _xml("services", "service", found, 200)

    def _public(self, record: dict[str, str]) -> dict[str, str]:
        """What GET shows: no person, and the reporter's account only in some dialects."""
        shown = {name: record[name] for name in _SHOWN if name in record}
        shown["address"] = record.get("address_string", "")
        if self.dialect.echoes_account:
            shown["account_id"] = record.get("account_id", "")
        return shown

    def records(self, request: web.Request, records: list[dict[str, str]], status: int = 200) -> web.Response:
        dialect = self.dialect
        if request.match_info["format"] == "xml":
            return _xml(dialect.xml_root, "request", records, status)
        items: list[Any] = [{k: int(v) if dialect.numbers and v.isdigit() else v for k, v in record.items()} for record in records]
        if dialect.json_item:
            items = [{dialect.json_item: item} for item in items]
        body: Any = items[0] if dialect.one_object and len(items) == 1 else items
        return _json({dialect.json_wrapper: body} if dialect.json_wrapper else body, status)

    def errors(self, request: web.Request, status: int, description: str) -> web.Response:
        found = [{"code": str(status), "description": description}]
        if request.match_info["format"] == "xml":
            return _xml("errors", "error", found, status)
        return _json({"errors": found} if self.dialect.json_wrapper else found, status)


def _json(value: Any, status: int) -> web.Response:
    return web.Response(text=json.dumps(value), status=status, content_type="application/json", charset="utf-8")


def _xml(root: str, item: str, records: list[dict[str, str]], status: int) -> web.Response:
    top = Element(root)
    for record in records:
        element = SubElement(top, item)
        for name, value in record.items():
            SubElement(element, name).text = value
    return web.Response(body=tostring(top, "utf-8", xml_declaration=True), status=status, content_type="text/xml", charset="utf-8")


async def files_and_resets(peer: Open311Peer, request: web.Request) -> web.StreamResponse:
    """The request is filed, the answer is lost: nobody but the server knows."""
    await peer.accept(request)
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def resets(peer: Open311Peer, request: web.Request) -> web.StreamResponse:
    """The call is lost on its way."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def says(status: int, text: str = "", **headers: str) -> Fault:
    """Files nothing and answers so."""

    async def fault(peer: Open311Peer, request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return fault


def files_and_says(status: int, text: str) -> Fault:
    """Files the request and answers with something that is no answer, as a proxy in between does."""

    async def fault(peer: Open311Peer, request: web.Request) -> web.StreamResponse:
        await peer.accept(request)
        return web.Response(status=status, text=text)

    return fault
