"""A Dataverse environment on a real socket, as Microsoft's pages on the Web API describe it: tokens, keys, preconditions, limits.

Its refusals are recorded in recorded/dataverse.json. Every record that is made is kept, so that whoever makes two has two.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from tests.gateway.sinks.faults import Faults

RECORDED: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "recorded" / "dataverse.json").read_text())
_API = "/api/data/v9.2/"
ACCOUNT = "00000000-0000-0000-0000-00000000aaaa"
_COLUMNS = {
    "incidents": {
        "title": "String",
        "description": "Memo",
        "caseorigincode": "Picklist",
        "prioritycode": "Picklist",
        "gw_externalid": "String",
        "gw_answer": "Memo",
        "gw_lat": "Double",
        "gw_due": "DateTime",
    },
    "contacts": {"firstname": "String", "lastname": "String", "emailaddress1": "String", "mobilephone": "String", "telephone1": "String"},
    "annotations": {"subject": "String", "filename": "String", "mimetype": "String", "isdocument": "Boolean", "documentbody": "String"},
}
_PRIMARY = {"incidents": "incidentid", "contacts": "contactid", "annotations": "annotationid"}
_LOOKUPS = {
    "incidents": {"customerid_contact": "contacts", "customerid_account": "accounts"},
    "contacts": {},
    "annotations": {"objectid_incident": "incidents"},
}
_LABELS = {1: "In Progress", 2: "On Hold", 5: "Problem Solved", 6: "Cancelled"}


class Refused(Exception):
    """Answer as recorded."""


def recorded(name: str) -> web.Response:
    """A recorded answer."""
    entry = RECORDED[name]
    text = "" if entry["body"] is None else json.dumps(entry["body"])
    return web.Response(status=entry["status"], text=text, content_type="application/json", headers=entry.get("headers", {}))


def fault_of(name: str) -> Any:
    """A recorded refusal as a fault."""

    async def fault(request: web.Request, handler: Any) -> web.StreamResponse:
        return recorded(name)

    return fault


@dataclass
class DataversePeer:
    """Use as ``async with DataversePeer() as peer``."""

    faults: Faults = field(default_factory=Faults)
    secret: str = "app-secret"
    keys: tuple[str, ...] = ("gw_externalid",)
    key_status: str = "Active"
    tracked: bool = True
    largest: int = 5 * 2**20
    shows: bool = True
    """Whether return=representation is honoured."""
    alters: Callable[[dict[str, Any]], None] | None = None
    """What the environment's own logic does to a record that is written."""
    required: str | None = None
    page: int = 2
    lifetime: int = 3599
    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {name: {} for name in _COLUMNS})
    seen: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    expired: set[str] = field(default_factory=set)
    """Delta tokens that are too old."""
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    """When the newest change was made; the next one is at least a millisecond later."""
    version: int = 0
    issued: int = 0
    created: int = 0
    url: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self.faults.middleware], client_max_size=64 << 20)
        app.router.add_post("/tenant-1/oauth2/v2.0/token", self._token)
        app.router.add_route("*", _API + "{path:.*}", self._api)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()

    @property
    def cases(self) -> list[dict[str, Any]]:
        return list(self.tables["incidents"].values())

    @property
    def notes(self) -> list[dict[str, Any]]:
        return list(self.tables["annotations"].values())

    @property
    def contacts(self) -> list[dict[str, Any]]:
        return list(self.tables["contacts"].values())

    def change(self, record: dict[str, Any], **values: Any) -> None:
        """Change a record as people there do."""
        record.update(values)
        self._touch(record)

    def _touch(self, record: dict[str, Any]) -> None:
        self.at = max(datetime.now(UTC), self.at + timedelta(milliseconds=1))
        record["modifiedon"] = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.version += 1
        record["versionnumber"] = self.version

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        expected = {
            "grant_type": "client_credentials",
            "client_id": "app-1",
            "client_secret": self.secret,
            "scope": f"{self.url}/.default",
        }
        self.seen.append("POST token")
        if form != expected:
            return recorded("token_refused")
        self.issued += 1
        token = f"token-{self.issued}"
        self.tokens.add(token)
        return web.json_response(
            {"token_type": "Bearer", "expires_in": self.lifetime, "ext_expires_in": self.lifetime, "access_token": token}
        )

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.raw_path.partition("?")[0].removeprefix(_API))
        self.seen.append(f"{request.method} {re.sub(r'[(].*', '()', path)}")
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return recorded("unauthorized")
        if request.headers.get("odata-version") != "4.0" or request.headers.get("accept") != "application/json":
            return web.Response(status=400)
        try:
            if path.startswith("EntityDefinitions("):
                return self._definition(path)
            return await self._record(request, path) if "(" in path else self._list(request, path)
        except Refused as refused:
            return recorded(str(refused))

    def _definition(self, path: str) -> web.Response:
        if "LogicalName='incident'" not in path:
            raise Refused("not_found")

        def attribute(name: str, kind: str, level: str = "None", *, valid: bool = True) -> dict[str, Any]:
            return {"LogicalName": name, "AttributeType": kind, "IsValidForCreate": valid, "RequiredLevel": {"Value": level}}

        system = [("incidentid", "Uniqueidentifier"), ("statecode", "State"), ("statuscode", "Status"), ("ownerid", "Owner")]
        attributes = [attribute(name, kind, "SystemRequired") for name, kind in system]
        attributes += [attribute("customerid", "Customer", "SystemRequired")]
        attributes += [attribute(name, "String", valid=False) for name in ("ticketnumber", "modifiedon")]
        attributes += [attribute(name, kind) for name, kind in _COLUMNS["incidents"].items()]
        if self.required:
            attributes.append(attribute(self.required, "String", "SystemRequired"))
        found = {
            "EntitySetName": "incidents",
            "PrimaryIdAttribute": "incidentid",
            "ChangeTrackingEnabled": self.tracked,
            "Keys": [{"LogicalName": f"{key}_key", "KeyAttributes": [key], "EntityKeyIndexStatus": self.key_status} for key in self.keys],
            "Attributes": attributes,
            "ManyToOneRelationships": [{"ReferencingEntityNavigationPropertyName": name} for name in _LOOKUPS["incidents"]],
        }
        return web.json_response(found)

    def _find(self, entity_set: str, inner: str) -> tuple[str, dict[str, str]]:
        """(id, columns that the key gives) of the record that an address names."""
        table = self.tables[entity_set]
        named = re.fullmatch(r"(\w+)='((?:[^']|'')*)'", inner)
        if named is None:
            return str(uuid.UUID(inner)), {}
        column, value = named[1], named[2].replace("''", "'")
        if column not in self.keys:
            raise Refused("no_such_key")
        record = next((id_ for id_, row in table.items() if row.get(column) == value), None)
        return record or str(uuid.uuid4()), {column: value}

    async def _record(self, request: web.Request, path: str) -> web.StreamResponse:
        entity_set, _, rest = path.partition("(")
        record, given = self._find(entity_set, rest.rstrip(")"))
        table = self.tables[entity_set]
        if request.method == "GET":
            if record not in table:
                raise Refused("not_found")
            return web.json_response(self._shown(request, entity_set, table[record]))
        assert request.method == "PATCH"
        if request.content_type != "application/json":
            return web.Response(status=415)
        body = self._checked(entity_set, await request.json(), given)
        exists = record in table
        if exists and request.headers.get("if-none-match") == "*":
            raise Refused("exists")
        if not exists and request.headers.get("if-match") == "*":
            raise Refused("not_found")
        if not exists and entity_set == "incidents" and not any(name.startswith("_customerid") for name in body):
            raise Refused("no_customer")
        if not exists:
            self._refuse_duplicates(request, entity_set, body)
            self._make(entity_set, record)
        table[record].update({**body, **given})
        if self.alters and entity_set == "incidents":
            self.alters(table[record])
        self._touch(table[record])
        where = {"OData-EntityId": f"{self.url}{_API}{entity_set}({record})"}
        if self.shows and "return=representation" in request.headers.get("prefer", ""):
            return web.json_response(self._shown(request, entity_set, table[record]), status=200 if exists else 201, headers=where)
        return web.Response(status=204, headers=where)

    def _refuse_duplicates(self, request: web.Request, entity_set: str, body: dict[str, Any]) -> None:
        rules = request.headers.get("mscrm.suppressduplicatedetection") == "false"
        if rules and any(row.get("title") == body.get("title") for row in self.tables[entity_set].values()):
            raise Refused("duplicate")

    def _make(self, entity_set: str, record: str) -> None:
        row: dict[str, Any] = {_PRIMARY[entity_set]: record}
        if entity_set == "incidents":
            self.created += 1
            row |= {"ticketnumber": f"CAS-{1000 + self.created}-X", "statecode": 0, "statuscode": 1}
        self.tables[entity_set][record] = row

    def _checked(self, entity_set: str, body: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
        """The columns of a body, with lookups in their place."""
        found: dict[str, Any] = {}
        for name, value in body.items():
            if name in given:
                raise Refused("key_in_body")
            target = _LOOKUPS[entity_set].get(name.removesuffix("@odata.bind"))
            if name.endswith("@odata.bind") and target:
                bound = re.fullmatch(rf"/{target}\(([0-9a-f-]{{36}})\)", value)
                if bound is None or (target in self.tables and bound[1] not in self.tables[target]):
                    raise Refused("not_found")
                found[f"_{name.partition('_')[0]}_value"] = bound[1]
            elif name not in _COLUMNS[entity_set]:
                raise Refused("no_such_property")
            else:
                found[name] = round(value, 5) if isinstance(value, float) else value
        if "documentbody" in found and len(found["documentbody"]) > self.largest * 4 / 3 + 4:
            raise Refused("too_large")
        return found

    def _shown(self, request: web.Request, entity_set: str, row: dict[str, Any]) -> dict[str, Any]:
        wanted = self._options(request).get("$select", "").split(",")
        shown = {name: row.get(name) for name in dict.fromkeys([*wanted, _PRIMARY[entity_set]]) if name}
        if "OData.Community.Display.V1.FormattedValue" in request.headers.get("prefer", "") and "statuscode" in shown:
            shown["statuscode@OData.Community.Display.V1.FormattedValue"] = _LABELS.get(row["statuscode"], "Other")
        return {"@odata.etag": f'W/"{row["versionnumber"]}"', **shown}

    @staticmethod
    def _options(request: web.Request) -> dict[str, str]:
        # A plus sign is a plus sign: only %20 is a space.
        return dict(parse_qsl(request.raw_path.partition("?")[2].replace("+", "%2B")))

    def _list(self, request: web.Request, entity_set: str) -> web.Response:
        options, prefer = self._options(request), request.headers.get("prefer", "")
        if "track-changes" in prefer and options.keys() & {"$filter", "$orderby", "$expand", "$top"}:
            raise Refused("option_refused")
        rows = list(self._chosen(entity_set, options))
        start, size = int(options.get("$skiptoken", "0")), self.page
        if "$top" in options:
            rows, size = rows[: int(options["$top"])], len(rows) or 1
        page: dict[str, Any] = {"value": [self._shown(request, entity_set, row) for row in rows[start : start + size]]}
        there = f"{self.url}{_API}{entity_set}?$select={options.get('$select', '')}"
        if start + size < len(rows):
            kept = "".join(f"&{name}={value}" for name, value in options.items() if name in ("$filter", "$orderby", "$deltatoken"))
            page["@odata.nextLink"] = f"{there}{kept}&$skiptoken={start + size}".replace(" ", "%20")
        elif "track-changes" in prefer or "$deltatoken" in options:
            page["@odata.deltaLink"] = f"{there}&$deltatoken={self.version}"
            page["value"].append(
                {"@odata.context": f"{self.url}/$metadata#{entity_set}/$deletedEntity", "id": ACCOUNT, "reason": "deleted"}
            )
        return web.json_response(page)

    def _chosen(self, entity_set: str, options: dict[str, str]) -> Iterator[dict[str, Any]]:
        if "$deltatoken" in options and options["$deltatoken"] not in self.expired:
            return (row for row in self.tables[entity_set].values() if row["versionnumber"] > int(options["$deltatoken"]))
        if "$deltatoken" in options:
            raise Refused("option_refused")
        found = [row for row in self.tables[entity_set].values() if _fits(row, options.get("$filter", ""))]
        if options.get("$orderby") == "modifiedon asc":
            found.sort(key=lambda row: str(row["modifiedon"]))
        return iter(found)


def _fits(row: dict[str, Any], text: str) -> bool:
    """The few filters that are asked for: eq, ne null, gt, or, and."""
    if " or " in text:
        return any(_fits(row, part) for part in text.split(" or "))
    if " and " in text:
        return all(_fits(row, part) for part in text.split(" and "))
    if not text:
        return True
    name, operator, value = text.split(" ", 2)
    held = row.get(name)
    if value == "null":
        return (held is not None) == (operator == "ne")
    value = value.strip("'").replace("''", "'")
    if operator == "gt":
        return datetime.fromisoformat(str(held)) > datetime.fromisoformat(value)
    assert operator == "eq", text
    return str(held or "").casefold() == value.casefold()
