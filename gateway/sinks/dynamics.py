"""Writes each request into a Dataverse table (Dynamics 365 Customer Service, Civio), and reads back what becomes of it.

A record is created under a key that is ours: an alternate key of the table, or an id made of the request's number. So a repeat meets
"412 Precondition Failed" instead of making a second record. Files become notes, and people contacts, under ids of the same kind. A
record that somebody deleted there is not made again by a later change.

Verified against: Microsoft's documentation of the Web API, as tests/gateway/peers/dataverse.py plays it; not a live environment.
Does not: close records there; send files over the size that the environment allows.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Self

import orjson
from pydantic import ByteSize, Field, SecretStr, model_validator

from gateway.http import Answer, CallFailed
from gateway.sinks._attaching import attach
from gateway.sinks._dataverse import (
    CREATE_ONLY,
    SHOW,
    UPDATE_ONLY,
    Dataverse,
    Trouble,
    asking,
    by_id,
    by_key,
    guid,
    literal,
    meaning,
    own_id,
    query,
    record_of,
)
from gateway.sinks._dataverse_reading import Columns, DataverseReading
from gateway.sinks._held import differing
from gateway.sinks._http import HttpSinkSettings, failed
from gateway.sinks._mapping import Fields, Undeclared, declared, merged
from gateway.sinks._oauth import Bearer, ClientCredentials, NoToken
from gateway.sinks._statuses import Statuses
from gateway.sinks.base import Attached, Attempt, Deferred, Delivered, Delivery, Holding, Rejected, StatusUpdate, forwardable
from normalizer.model import ServiceRequest

_PLACE = "[address_string, ('%.6f, %.6f' % (lat, long)) if lat is not none and long is not none else none]"
_FIELDS = {
    "title": "(summary or service_name or service_code) | max_length(200)",
    "description": f"([description] + {_PLACE}) | select | join('\\n\\n') | max_length(2000)",
    "caseorigincode": "{'phone': 1, 'sms': 1, 'email': 2}.get(channel, 3)",
    "prioritycode": "{'emergency': 1, 'high': 1, 'low': 3}.get(priority, 2)",
}
_CONTACT = {
    "firstname": "first_name | max_length(50) if first_name else none",
    "lastname": "(last_name or email or phone) | max_length(50)",
    "emailaddress1": "email",
    "mobilephone": "phone",
}


class Settings(HttpSinkSettings):
    """Settings of a Dataverse table."""

    url: str = Field(pattern=r"^https?://[^\s/?#@]+/?$")
    """Address of the environment, for example https://city.crm3.dynamics.com."""

    tenant_id: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    """The Microsoft Entra tenant: its id or its domain."""

    client_id: str = Field(min_length=1)
    """Application (client) id of the app registration that is an application user of the environment."""

    client_secret: SecretStr
    """Secret of the app registration."""

    authority: str = Field(default="https://login.microsoftonline.com", pattern=r"^https?://[^\s/?#@]+/?$")
    """Where tokens are asked from; another one in national clouds."""

    scope: str | None = None
    """Scope of the token; by default the environment's address and /.default."""

    api_version: str = Field(default="9.2", pattern=r"^\d+\.\d+$")
    """Version of the Web API."""

    table: str = Field(default="incident", pattern=r"^[a-z][a-z0-9_]*$")
    """Logical name of the table, in the singular."""

    entity_set: str = Field(default="incidents", pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    """Name of the table in addresses, in the plural."""

    primary_key: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")
    """Column of the record's id; by default the table's name and "id"."""

    key: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")
    """Column of an alternate key that holds our number. Without one, the record's id itself is made of our number."""

    key_prefix: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$")
    """Put before our number in the key, where several gateways write into one table."""

    number: str | None = "ticketnumber"
    """Column of the number that people call the record by; where it is empty, the record's id is kept."""

    fields: dict[str, str] = Field(default_factory=dict)
    """Columns, each a Jinja expression over the request. For incidents there are defaults, which an empty text takes away."""

    only_at_creation: list[str] = Field(default=["title", "caseorigincode", "prioritycode"])
    """Columns that a change does not write again, since people work on them there."""

    customer: Literal["contact", "account", "none"] = "contact"
    """Whom a record belongs to: the person, found or made as a contact; one account for all; or nobody, for tables without a customer."""

    account_id: str | None = Field(default=None, pattern=r"^[0-9a-fA-F-]{36}$")
    """Id of the account that records of nobody in particular belong to: of who is anonymous or left no address."""

    create_contacts: bool = True
    """Whether a person who is no contact yet becomes one; otherwise such records belong to the account."""

    contact_fields: dict[str, str] = Field(default_factory=dict)
    """Columns of a new contact, each an expression; an empty text takes a default away."""

    duplicate_detection: bool = False
    """Whether the environment's duplicate rules may refuse a record (MSCRM.SuppressDuplicateDetection: false)."""

    attachments: bool = True
    """Whether files are sent, as notes of the record."""

    largest_attachment: ByteSize = ByteSize(5 * 2**20)
    """Size over which a file is not sent; what an environment allows is set there (MaxUploadFileSize, 5 MB at first)."""

    updates: Literal["modified", "changes"] = "modified"
    """How to ask what changed: by modifiedon, or by change tracking, which the table must have enabled."""

    status: str = "statuscode"
    """Column that says how it stands."""

    statuses: Statuses = Field(default_factory=dict)
    """What its values mean: "5" = "closed", or "5" = { status = "closed", word = "Repaired" }. Others are open while statecode is 0."""

    notes: str | None = None
    """Column with words for the resident. Without one nothing but the status is told: notes of a record are internal."""

    agency: str | None = None
    """Column that names who is responsible, for example "_owningteam_value"."""

    expected: str | None = None
    """Column with the instant by which it is to be done."""

    page_url: str | None = Field(default=None, pattern=r"^https?://\S*\{id\}\S*$")
    """Page for people about one record, with {id} where its id goes; by default the environment's own."""

    @model_validator(mode="after")
    def _has_somebody(self) -> Self:
        if self.customer != "none" and self.account_id is None:
            raise ValueError("account_id is missing: a resident may be anonymous, and a record needs a customer")
        return self


class DynamicsSink:
    """One table of one environment."""

    def __init__(self, sink_id: str, settings: Settings, server: Dataverse, fields: Fields, contact: Fields) -> None:
        self._id, self._settings, self._server = sink_id, settings, server
        self._fields, self._contact = fields, contact
        self._primary = settings.primary_key or f"{settings.table}id"
        shown = [self._primary, settings.number, settings.key, *fields.names]
        self._shown = ",".join(dict.fromkeys(name for name in shown if name and "@" not in name))
        columns = Columns(settings.table, settings.entity_set, self._primary, settings.key, settings.number, settings.status)
        columns = replace(columns, notes=settings.notes, agency=settings.agency, expected=settings.expected)
        self._reading = DataverseReading(server, columns, settings.statuses)

    async def check(self) -> None:
        """Look at the table, its key and its columns, and try a change of a record that does not exist: nothing is written."""
        settings = self._settings
        written = {*self._fields.names, *(["customerid_account@odata.bind"] if settings.customer != "none" else [])}
        await self._reading.check_table(written, tracked=settings.updates == "changes")
        with asking():
            if settings.customer == "contact":
                await self._server.read("contacts", query(select="contactid", top="1"))
            if settings.attachments:
                await self._server.read("annotations", query(select="annotationid", top="1"))
        await self._reading.check_writing(self._fields)

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:
        """Create the record, or change it where it is known to be there, then send what files it lacks."""
        until = asyncio.get_running_loop().time() + self._settings.timeout
        record = guid(attempt.token)
        try:
            answer = await self._write(request, attempt, record)
            if isinstance(answer, Deferred | Rejected):
                return answer
            record, held = record_of(answer, self._primary)
            if record is None:
                return meaning(answer)  # a success that names no record; the next attempt meets what was written
            if not held:  # 204: the server did not show what it holds
                held = await self._server.read(by_id(self._settings.entity_set, record), query(select=self._shown))
            return await self._finish(request, attempt, record, held, until)
        except CallFailed as error:
            return _remember(failed(error), record)
        except (NoToken, Trouble) as error:
            return _remember(error.answer, record)
        except Undeclared as error:
            return Rejected("field_failed", detail=str(error))

    async def updates(self, since: datetime, /, *, known: Sequence[str] = ()) -> AsyncIterator[StatusUpdate]:
        """What changed after ``since``; raises Unavailable when the server cannot be asked."""
        changed = self._reading.changed if self._settings.updates == "modified" else self._reading.tracked
        wanted = frozenset(known)
        async for update in changed(since, wanted):
            yield update

    def preview(self, request: ServiceRequest, attempt: Attempt, /) -> str:
        """The columns that would be written, as JSON; raises Undeclared."""
        return orjson.dumps(self._body(request, attempt)).decode()

    async def holdings(self, since: datetime, /, *, known: Sequence[str] = ()) -> AsyncIterator[Holding]:
        """The records of ``known`` and those with a number of ours that were created after ``since``; raises Unavailable."""
        async for holding in self._reading.holdings(since, known, self._settings.key_prefix):
            yield holding

    async def aclose(self) -> None:
        """End the connections."""
        await self._server.aclose()

    async def _write(self, request: ServiceRequest, attempt: Attempt, record: str | None) -> Answer | Deferred | Rejected:
        """The answer that shows the record, after it was created, changed, or found to be there."""
        address = by_id(self._settings.entity_set, record) if record else self._address(request)
        shown = query(select=self._shown)
        if attempt.event == "updated" and self._known(request, attempt):
            body = self._body(request, attempt)
            answer = await self._patch(address, shown, body, UPDATE_ONLY) if body else await self._server.call("GET", address, query=shown)
            if answer.status == 404:
                return Rejected("deleted_there", detail="the record is gone there, and is not made again")
            return answer if 200 <= answer.status < 300 else meaning(answer)
        if record:  # an earlier attempt created it, and some files are left
            answer = await self._server.call("GET", address, query=shown)
            if answer.status != 404:
                return answer if answer.status == 200 else meaning(answer)
            address = self._address(request)
        return await self._create(request, attempt, address, shown)

    async def _create(self, request: ServiceRequest, attempt: Attempt, address: str, shown: str) -> Answer | Deferred | Rejected:
        customer = await self._customer(request, attempt)
        if isinstance(customer, Deferred | Rejected):
            return customer
        answer = await self._patch(address, shown, {**self._body(request, attempt), **customer}, CREATE_ONLY)
        if 200 <= answer.status < 300:
            return answer
        trouble = meaning(answer)
        if trouble.reason != "precondition_failed":
            return trouble
        # It is there: an attempt whose end nobody saw has created it.
        there = await self._server.call("GET", address, query=shown)
        if there.status == 404:
            return trouble  # 412 also means that another key of the table is taken ("Identify status codes", DuplicateRecord)
        return there if there.status == 200 else meaning(there)

    async def _patch(self, address: str, shown: str, body: Mapping[str, Any], condition: Mapping[str, str]) -> Answer:
        rules = {"mscrm.suppressduplicatedetection": "false"} if self._settings.duplicate_detection else {}
        return await self._server.call("PATCH", address, body, headers={**condition, **SHOW, **rules}, query=shown)

    async def _finish(
        self, request: ServiceRequest, attempt: Attempt, record: str, held: Mapping[str, Any], until: float
    ) -> Deferred | Delivered:
        missed = await self._attach(request, attempt, record, until) if self._settings.attachments else ()
        if isinstance(missed, Deferred):
            return replace(missed, token=record)
        settings = self._settings
        differs = differing(self._body(request, attempt), held)
        usual = f"{settings.url.rstrip('/')}/main.aspx?pagetype=entityrecord&etn={settings.table}&id={{id}}"
        return Delivered(
            external_id=str(held.get(settings.number or "") or record),
            token=record,
            url=(settings.page_url or usual).replace("{id}", record),
            reason="differs" if differs else missed[0] if missed else "",
            detail=", ".join([*differs, *missed]),
        )

    def _body(self, request: ServiceRequest, attempt: Attempt) -> dict[str, Any]:
        """The declared columns; of a change, those that it may write again."""
        body = self._fields.of(request, attempt)
        kept = self._settings.only_at_creation if attempt.event == "updated" and self._known(request, attempt) else ()
        return {name: value for name, value in body.items() if name not in kept}

    def _known(self, request: ServiceRequest, attempt: Attempt) -> bool:
        return bool(attempt.token or attempt.external_id or any(one.system == self._id for one in request.external_ids))

    async def _customer(self, request: ServiceRequest, attempt: Attempt) -> dict[str, str] | Deferred | Rejected:
        """The binding of the person: a contact with this address, the oldest of several, or a new one."""
        settings = self._settings
        if settings.customer == "none":
            return {}
        nobody = {"customerid_account@odata.bind": f"/accounts({settings.account_id})"}
        person = forwardable(request)
        if settings.customer == "account" or not (person.email or person.phone):
            return nobody
        phone = literal(person.phone or "")
        same = f"emailaddress1 eq {literal(person.email)}" if person.email else f"mobilephone eq {phone} or telephone1 eq {phone}"
        found = await self._server.read("contacts", query(select="contactid", filter=same, orderby="createdon asc", top="1"))
        contact = next((guid(row.get("contactid")) for row in found.get("value", ()) if isinstance(row, dict)), None)
        if contact is None and settings.create_contacts:
            contact = own_id("contact", (person.email or person.phone or "").casefold())
            answer = await self._server.call("PATCH", by_id("contacts", contact), self._contact.of(request, attempt), headers=CREATE_ONLY)
            if answer.status != 412 and not 200 <= answer.status < 300:
                return meaning(answer)
        return {"customerid_contact@odata.bind": f"/contacts({contact})"} if contact else nobody

    async def _attach(self, request: ServiceRequest, attempt: Attempt, record: str, until: float) -> Deferred | tuple[str, ...]:
        held: set[str] | None = None

        async def put(file: Attached) -> Deferred | Rejected | None:
            nonlocal held
            if held is None:
                rows = query(select="annotationid", filter=f"_objectid_value eq {record}")
                held = {str(row.get("annotationid")) async for page in self._server.pages("annotations", rows, "") for row in page["value"]}
            note = own_id("note", record, file.sha256)
            if note in held:
                return None
            body = {
                "subject": file.filename,
                "filename": file.filename,
                "mimetype": file.media_type,
                "isdocument": True,
                "documentbody": base64.b64encode(await attempt.files.content(file)).decode(),
                f"objectid_{self._settings.table}@odata.bind": f"/{by_id(self._settings.entity_set, record)}",
            }
            answer = await self._server.call("PATCH", by_id("annotations", note), body, headers=CREATE_ONLY)
            return None if answer.status == 412 or 200 <= answer.status < 300 else meaning(answer)

        return await attach(request, attempt, put, largest=self._settings.largest_attachment, until=until)

    def _address(self, request: ServiceRequest) -> str:
        settings = self._settings
        number = settings.key_prefix + request.service_request_id
        if settings.key:
            return by_key(settings.entity_set, settings.key, number)
        return by_id(settings.entity_set, own_id("request", settings.table, request.jurisdiction_id, number))


def build(sink_id: str, settings: Settings) -> DynamicsSink:
    """Make the sink; it connects at its first call. Raises ConfigError where a declared column cannot be rendered."""
    defaults = _FIELDS if settings.table == "incident" else {}
    fields = declared(sink_id, "fields", merged(defaults, settings.fields))
    contact = declared(sink_id, "contact_fields", merged(_CONTACT, settings.contact_fields))
    url = settings.url.rstrip("/")
    oauth = ClientCredentials(
        token_url=f"{settings.authority.rstrip('/')}/{settings.tenant_id}/oauth2/v2.0/token",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scope=settings.scope or f"{url}/.default",
    )
    server = Dataverse(url, settings.api_version, Bearer(settings.http(max_body=16 << 20), oauth.grant()))
    return DynamicsSink(sink_id, settings, server, fields, contact)


def _remember(answer: Deferred | Rejected, record: str | None) -> Deferred | Rejected:
    return replace(answer, token=record) if record and isinstance(answer, Deferred) else answer
