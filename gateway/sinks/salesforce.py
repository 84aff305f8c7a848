"""Writes each request into a Salesforce object, by default Case, and reads back what becomes of it.

A record is upserted by a field that holds our number and is marked there as external id and unique, so that a repeat changes the same
record. A change never makes a record anew that somebody deleted there. Files become Salesforce Files; before one is sent, the record's
files are compared by their checksum.

Verified against: Salesforce's documentation of the REST API, as tests/gateway/peers/salesforce.py plays it; not a live org.
Does not: close records there; use the Bulk or Composite API.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Self
from uuid import uuid4

import orjson
from pydantic import ByteSize, Field, SecretStr, model_validator

from channels.base import Permanent, Unavailable
from config.tables import dotted
from gateway.errors import ConfigError, Mistake
from gateway.http import CallFailed
from gateway.sinks._attaching import attach
from gateway.sinks._held import differing
from gateway.sinks._http import HttpSinkSettings, failed
from gateway.sinks._mapping import SAMPLES, Fields, Undeclared, declared, iso, merged
from gateway.sinks._oauth import Bearer, ClientCredentials, Grant, NoToken
from gateway.sinks._salesforce import Salesforce, Trouble, asking, document, meaning, signer, soql
from gateway.sinks._statuses import Statuses
from gateway.sinks.base import Attached, Attempt, Deferred, Delivered, Delivery, Holding, Rejected, StatusUpdate
from normalizer.model import ServiceRequest

_NAME = r"^[A-Za-z][A-Za-z0-9_]*$"
_PLACE = "[address_string, ('%.6f, %.6f' % (lat, long)) if lat is not none and long is not none else none]"
_FIELDS = {
    "Subject": "(summary or service_name or service_code) | max_length(255)",
    "Description": f"([description] + {_PLACE}) | select | join('\\n\\n') | max_length(32000)",
    "Origin": "{'phone': 'Phone', 'sms': 'Phone', 'email': 'Email'}.get(channel, 'Web')",
    "Priority": "{'emergency': 'High', 'high': 'High', 'low': 'Low'}.get(priority, 'Medium')",
    "SuppliedName": "([first_name, last_name] | select | join(' ') | max_length(80)) or none",
    "SuppliedEmail": "email",
    "SuppliedPhone": "phone | max_length(40) if phone else none",
}
_CHUNK = 100


class Settings(HttpSinkSettings):
    """Settings of a Salesforce object."""

    url: str = Field(pattern=r"^https?://[^\s/?#@]+/?$")
    """The org's My Domain address, for example https://city.my.salesforce.com."""

    client_id: str = Field(min_length=1)
    """Consumer key of the external client app (or connected app)."""

    client_secret: SecretStr | None = None
    """Its consumer secret, for the client credentials flow."""

    private_key: SecretStr | None = None
    """RSA key (PEM) whose certificate the app knows, for the JWT bearer flow, in place of client_secret."""

    username: str | None = None
    """The user that the JWT bearer flow works as."""

    audience: str = "https://login.salesforce.com"
    """Audience of the JWT bearer flow; https://test.salesforce.com for a sandbox."""

    api_version: str = Field(default="62.0", pattern=r"^\d{2,3}\.0$")
    """Version of the REST API."""

    object: str = Field(default="Case", pattern=_NAME)
    """API name of the object."""

    external_id: str = Field(default="Intake311_Id__c", pattern=_NAME)
    """Field that holds our number, marked as external id and unique."""

    key_prefix: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$")
    """Put before our number, where several gateways write into one object."""

    number: str = Field(default="CaseNumber", pattern=_NAME)
    """Field of the number that people call the record by; "Id" where there is none."""

    fields: dict[str, str] = Field(default_factory=dict)
    """Fields, each a Jinja expression over the request. For Case there are defaults, which an empty text takes away."""

    only_at_creation: list[str] = Field(default=["Subject", "Origin", "Priority"])
    """Fields that a change does not write again, since people work on them there."""

    attachments: bool = True
    """Whether files are sent, as files of the record."""

    largest_attachment: ByteSize = ByteSize(25 * 2**20)
    """Size over which a file is not sent; more than 37.5 MB in base64 the REST API does not take in this way."""

    status: str = Field(default="Status", pattern=_NAME)
    """Field that says how it stands."""

    closed: str | None = Field(default="IsClosed", pattern=_NAME)
    """Field that is true when a record is closed, for values that statuses does not name."""

    statuses: Statuses = Field(default_factory=dict)
    """What the values of the status field mean: "Closed" = "closed", or "New" = { status = "open", word = "Received" }."""

    notes: str | None = Field(default=None, pattern=_NAME)
    """Field with words for the resident. Without one nothing but the status is told: comments of a record are internal."""

    agency: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9_.]*$")
    """Field that names who is responsible, for example "Owner.Name"."""

    expected: str | None = Field(default=None, pattern=_NAME)
    """Field with the instant by which it is to be done."""

    page_url: str | None = Field(default=None, pattern=r"^https?://\S*\{id\}\S*$")
    """Page for people about one record, with {id} where its id goes; by default the org's own."""

    @model_validator(mode="after")
    def _has_one_way_in(self) -> Self:
        if (self.client_secret is None) == (self.private_key is None):
            raise ValueError("give either client_secret (client credentials flow) or private_key (JWT bearer flow)")
        if self.private_key is not None and not self.username:
            raise ValueError("username is missing, which the JWT bearer flow works as")
        return self


class SalesforceSink:
    """One object of one org."""

    def __init__(self, sink_id: str, settings: Settings, org: Salesforce, fields: Fields) -> None:
        self._id, self._settings, self._org, self._fields = sink_id, settings, org, fields

    async def check(self) -> None:
        """Look at the object and its fields, and try a change of a record that does not exist: nothing is written."""
        settings = self._settings
        with asking():
            found = await self._org.read(f"sobjects/{settings.object}/describe")
            _require_fields(found, settings, self._fields.names)
            if settings.attachments:
                await self._org.read("sobjects/ContentVersion/describe")
            body = self._fields.of(SAMPLES[-1], Attempt("check", event="updated"))
            answer = await self._org.call("PATCH", self._address(f"check-{uuid4()}"), body, updateOnly="true")
            if answer.status != 404:
                raise Trouble(meaning(answer))
            async for _ in self._org.rows(f"SELECT {self._told()} FROM {settings.object} LIMIT 1"):
                pass

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:
        """Upsert the record, read it back, then send what files it lacks."""
        until = asyncio.get_running_loop().time() + self._settings.timeout
        record = attempt.token
        number = self._settings.key_prefix + request.service_request_id
        if not re.fullmatch(r"[A-Za-z0-9_-]+", number):
            # "Upsert Records Using sObject Rows by External ID": a value that ends like a file's name may be answered with 404.
            return Rejected("number_not_plain")
        try:
            sent = self._body(request, attempt)
            held = await self._held(record, sent) if record and attempt.event == "created" else None
            fresh = held is None
            if held is None:
                record = await self._upsert(number, sent, attempt)
                held = await self._held(record, sent)
            if held is None:
                return Deferred("not_there_after_all", scope="delivery")  # said to be written, and not to be found
            return await self._finish(request, attempt, str(record), {**held, "sent": sent, "fresh": fresh}, until)
        except CallFailed as error:
            return _remember(failed(error), record)
        except (NoToken, Trouble) as error:
            return _remember(error.answer, record)
        except Undeclared as error:
            return Rejected("field_failed", detail=str(error))

    async def updates(self, since: datetime, /, *, known: Sequence[str] = ()) -> AsyncIterator[StatusUpdate]:
        """What changed after ``since``, oldest first; raises Unavailable when the org cannot be asked, or its calls are scarce."""
        settings = self._settings
        if self._org.scarce:
            self._org.spent = 0.0  # what is left today belongs to the deliveries; the next round asks anew
            raise Unavailable("nearly all of the org's calls of today are used")
        text = (
            f"SELECT {self._told()} FROM {settings.object} "
            f"WHERE SystemModstamp > {iso(since)} AND {settings.external_id} != null ORDER BY SystemModstamp ASC"
        )
        with asking():
            async for row in self._org.rows(text):
                update = self._update(row, known)
                if update is not None:
                    yield update

    async def holdings(self, since: datetime, /, *, known: Sequence[str] = ()) -> AsyncIterator[Holding]:
        """The records of ``known`` and those with a number of ours that were created after ``since``; raises Unavailable."""
        settings, told = self._settings, set[str]()
        conditions = [
            f"{settings.number} IN ({','.join(soql(number) for number in known[start : start + _CHUNK])})"
            for start in range(0, len(known), _CHUNK)
        ]
        conditions.append(f"CreatedDate > {iso(since)} AND {settings.external_id} != null")
        with asking():
            for condition in conditions:
                async for row in self._org.rows(f"SELECT {self._told()} FROM {settings.object} WHERE {condition}"):
                    update = self._update(row, ())
                    if update is None or update.external_id in told:
                        continue
                    told.add(update.external_id)
                    ours = str(row.get(settings.external_id) or "")
                    number = ours.removeprefix(settings.key_prefix) if ours.startswith(settings.key_prefix) else ""
                    yield Holding(update.external_id, number or None, update.status)

    def preview(self, request: ServiceRequest, attempt: Attempt, /) -> str:
        """The fields that would be written, as JSON; raises Undeclared."""
        return orjson.dumps(self._body(request, attempt)).decode()

    async def aclose(self) -> None:
        """End the connections."""
        await self._org.aclose()

    async def _upsert(self, number: str, body: Mapping[str, Any], attempt: Attempt) -> str:
        """The record's id; raises Trouble."""
        change = attempt.event == "updated" and bool(attempt.external_id or attempt.token)
        answer = await self._org.call("PATCH", self._address(number), body, **({"updateOnly": "true"} if change else {}))
        if change and answer.status == 404:
            raise Trouble(Rejected("deleted_there", detail="the record is gone there, and is not made again"))
        said = document(answer)
        if answer.status in (200, 201) and isinstance(said, dict) and said.get("success") and said.get("id"):
            return str(said["id"])
        if answer.status == 204:  # before version 46 an update is answered with nothing
            said = await self._org.read(self._address(number), fields="Id")
            return str(said["Id"])
        raise Trouble(meaning(answer))

    async def _held(self, record: str | None, sent: Mapping[str, Any]) -> dict[str, Any] | None:
        """The record as the org holds it, None where it is not there."""
        names = dict.fromkeys(["Id", self._settings.number, *sent])
        answer = await self._org.call("GET", f"sobjects/{self._settings.object}/{record}", fields=",".join(names))
        said = document(answer)
        if answer.status == 200 and isinstance(said, dict) and said.get("Id"):
            return said
        if answer.status == 404:
            return None
        raise Trouble(meaning(answer))

    async def _finish(
        self, request: ServiceRequest, attempt: Attempt, record: str, held: Mapping[str, Any], until: float
    ) -> Deferred | Delivered:
        missed = await self._attach(request, attempt, record, until) if self._settings.attachments else ()
        if isinstance(missed, Deferred):
            return replace(missed, token=record)
        differs = differing(held["sent"], held)
        page = self._settings.page_url or f"{self._settings.url.rstrip('/')}/lightning/r/{self._settings.object}/{{id}}/view"
        return Delivered(
            external_id=str(held.get(self._settings.number) or record),
            token=record,
            url=page.replace("{id}", record),
            reason="differs" if differs else missed[0] if missed else "",
            detail=", ".join([*differs, *missed]),
        )

    async def _attach(self, request: ServiceRequest, attempt: Attempt, record: str, until: float) -> Deferred | tuple[str, ...]:
        held: set[str] | None = None

        async def put(file: Attached) -> Deferred | Rejected | None:
            nonlocal held
            if held is None:
                latest = "ContentDocument.LatestPublishedVersion"
                rows = self._org.rows(f"SELECT {latest}.Checksum FROM ContentDocumentLink WHERE LinkedEntityId = {soql(record)}")
                held = {_inner(row, f"{latest}.Checksum") or "" async for row in rows}
            content = await attempt.files.content(file)
            # "ContentVersion": Checksum is the MD5 of the file. It tells files of one record apart, and proves nothing.
            checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()
            if checksum in held:
                return None
            body = {
                "Title": file.filename.rpartition(".")[0] or file.filename,
                "PathOnClient": file.filename,
                "FirstPublishLocationId": record,
                "VersionData": base64.b64encode(content).decode(),
            }
            answer = await self._org.call("POST", "sobjects/ContentVersion", body)
            said = document(answer)
            if answer.status == 201 and isinstance(said, dict) and said.get("success"):
                held.add(checksum)
                return None
            return meaning(answer)

        return await attach(request, attempt, put, largest=self._settings.largest_attachment, until=until)

    def _body(self, request: ServiceRequest, attempt: Attempt) -> dict[str, Any]:
        change = attempt.event == "updated" and bool(attempt.external_id or attempt.token)
        kept = self._settings.only_at_creation if change else ()
        return {name: value for name, value in self._fields.of(request, attempt).items() if name not in kept}

    def _address(self, number: str) -> str:
        return f"sobjects/{self._settings.object}/{self._settings.external_id}/{number}"

    def _told(self) -> str:
        """The fields that a reading of what changed asks for."""
        settings = self._settings
        more = [settings.status, settings.closed, settings.notes, settings.agency, settings.expected]
        names = ["Id", settings.number, settings.external_id, "SystemModstamp", *more]
        return ", ".join(dict.fromkeys(name for name in names if name))

    def _update(self, row: Mapping[str, Any], known: Sequence[str]) -> StatusUpdate | None:
        settings = self._settings
        numbers = [str(row[name]) for name in (settings.number, "Id") if row.get(name)]
        value = row.get(settings.status)
        if not numbers or value is None:
            return None
        meant = settings.statuses.get(str(value))
        return StatusUpdate(
            external_id=next((one for one in numbers if one in known), numbers[0]),
            status=meant.status if meant else "closed" if settings.closed and row.get(settings.closed) is True else "open",
            status_word=(meant.word if meant else "") or str(value),
            status_notes=_inner(row, settings.notes),
            agency_responsible=_inner(row, settings.agency),
            updated_datetime=_instant(row.get("SystemModstamp")),
            expected_datetime=_instant(row.get(settings.expected or "")),
        )


def build(sink_id: str, settings: Settings) -> SalesforceSink:
    """Make the sink; it connects at its first call. Raises ConfigError where a field cannot be rendered or the key is of no use."""
    fields = declared(sink_id, "fields", merged(_FIELDS if settings.object == "Case" else {}, settings.fields))
    url = settings.url.rstrip("/")
    token_url = f"{url}/services/oauth2/token"
    if settings.private_key is not None:
        pem, who = settings.private_key.get_secret_value(), settings.username or ""
        try:
            form = signer(pem, client_id=settings.client_id, username=who, audience=settings.audience)
        except ValueError as error:
            raise ConfigError([Mistake(dotted(("sinks", sink_id, "private_key")), str(error))]) from error
        grant = Grant(token_url, form)
    else:
        secret = settings.client_secret or SecretStr("")
        grant = ClientCredentials(token_url=token_url, client_id=settings.client_id, client_secret=secret).grant()
    org = Salesforce(url, settings.api_version, Bearer(settings.http(max_body=16 << 20), grant))
    return SalesforceSink(sink_id, settings, org, fields)


def _require_fields(found: Mapping[str, Any], settings: Settings, written: Sequence[str]) -> None:
    """Compare the object's description with what will be written and read; raises Permanent with the first thing that is wrong."""
    fields = {str(field.get("name")): field for field in found.get("fields", ()) if isinstance(field, dict)}
    key = fields.get(settings.external_id)
    if key is None or not key.get("externalId"):
        raise Permanent(f"{settings.object} has no external id {settings.external_id}")
    if not key.get("unique"):
        raise Permanent(f"{settings.external_id} is not unique: two upserts at one moment would make two records")
    for name in written:
        if not fields.get(name, {}).get("createable"):
            raise Permanent(f"{settings.object} has no field {name} that this user can write")
    for name in (settings.number, settings.status, settings.closed, settings.notes, settings.expected):
        if name and name not in fields:
            raise Permanent(f"{settings.object} has no field {name} that this user can read")
    for name, field in fields.items():
        needed = field.get("createable") and not field.get("nillable") and not field.get("defaultedOnCreate")
        if needed and name not in written and name != settings.external_id:
            raise Permanent(f"{settings.object} requires the field {name}, which is not declared")


def _remember(answer: Deferred | Rejected, record: str | None) -> Deferred | Rejected:
    return replace(answer, token=record) if record and isinstance(answer, Deferred) else answer


def _inner(row: Mapping[str, Any], path: str | None) -> str | None:
    """The text of a field, also of a related record ("Owner.Name")."""
    value: Any = row
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, Mapping) else None
    return str(value).strip() or None if path and value is not None and not isinstance(value, Mapping) else None


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None
