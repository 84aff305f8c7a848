"""Reads a Dataverse table: whether deliveries to it would work, and what changed in it.

Change tracking hands out links that lead on from where the last reading ended. They live in memory only; the reading after a start goes
by ``modifiedon``, and a link that has expired (seven days by default) is given up for a new one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog

from channels.base import Permanent, Unavailable
from gateway import clock
from gateway.sinks._dataverse import UPDATE_ONLY, Dataverse, asking, by_id, document, is_own, literal, meaning, query
from gateway.sinks._mapping import SAMPLES, Fields, iso
from gateway.sinks._statuses import Statuses
from gateway.sinks.base import Attempt, Deferred, Holding, StatusUpdate

log = structlog.get_logger(__name__)

_SHOWN_AS = "@OData.Community.Display.V1.FormattedValue"
_ANNOTATED = f'odata.include-annotations="{_SHOWN_AS[1:]}"'
_PREFER = f"odata.maxpagesize=500,{_ANNOTATED}"
_TRACK = "odata.track-changes,odata.maxpagesize=5000"
_KINDS = frozenset({"String", "Memo", "Integer", "DateTime", "Lookup", "Customer", "Decimal", "Double", "Money"})
"""Kinds of columns that nothing fills but the caller; the others have a default or are the system's own."""
_LINKS = 20
_CHUNK = 25


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of a table and of its columns."""

    table: str
    entity_set: str
    primary: str
    key: str | None
    number: str | None
    status: str
    notes: str | None = None
    agency: str | None = None
    expected: str | None = None

    def shown(self) -> str:
        """What a reading asks for."""
        names = [self.primary, self.number, self.key, self.status, self.notes, self.agency, self.expected, "statecode", "modifiedon"]
        return ",".join(dict.fromkeys(name for name in names if name))


class DataverseReading:
    """Reads one table."""

    def __init__(self, server: Dataverse, columns: Columns, statuses: Statuses) -> None:
        self._server, self._columns, self._statuses = server, columns, statuses
        self._links: list[tuple[datetime, str]] = []

    async def check_table(self, written: Collection[str], *, tracked: bool) -> None:
        """Compare the table's definition with what will be written; raises Permanent with the first thing that is wrong."""
        columns = self._columns
        attributes = "Attributes($select=LogicalName,AttributeType,IsValidForCreate,RequiredLevel)"
        keys = "Keys($select=LogicalName,KeyAttributes,EntityKeyIndexStatus)"
        relations = "ManyToOneRelationships($select=ReferencingEntityNavigationPropertyName)"
        options = query(select="EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled", expand=f"{keys},{attributes},{relations}")
        with asking():
            found = await self._server.read(f"EntityDefinitions(LogicalName='{columns.table}')", options)
        for name, wanted in (("EntitySetName", columns.entity_set), ("PrimaryIdAttribute", columns.primary)):
            if found.get(name) != wanted:
                raise Permanent(f"the table {columns.table} has {name} {found.get(name)}, not {wanted}")
        if columns.key:
            _require_key(found.get("Keys", ()), columns.key)
        if tracked and not found.get("ChangeTrackingEnabled"):
            raise Permanent(f"the table {columns.table} does not track changes; enable it there, or set updates to modified")
        _require_columns(found, written, {columns.primary, columns.key})
        have = {row.get("LogicalName") for row in found.get("Attributes", ())}
        for name in filter(None, columns.shown().split(",")):
            if name not in have and name.removeprefix("_").removesuffix("_value") not in have:
                raise Permanent(f"the table {columns.table} has no column {name} to read")

    async def check_writing(self, fields: Fields) -> None:
        """Change a record that does not exist: what is wrong with the columns or the permission is said before "Does Not Exist"."""
        body = fields.of(SAMPLES[-1], Attempt("check", event="updated"))
        with asking():
            address = by_id(self._columns.entity_set, str(uuid4()))
            answer = await self._server.call("PATCH", address, body, headers=UPDATE_ONLY)
        if answer.status == 404 and document(answer) is not None:
            return
        trouble = meaning(answer)
        kind = Unavailable if isinstance(trouble, Deferred) and (answer.status == 429 or answer.status >= 500) else Permanent
        raise kind(f"the server would refuse a record: {trouble.reason} {trouble.detail}")

    async def changed(self, since: datetime, known: frozenset[str]) -> AsyncIterator[StatusUpdate]:
        """By ``modifiedon``, oldest first."""
        filters = [f"modifiedon gt {iso(since)}"] + ([f"{self._columns.key} ne null"] if self._columns.key else [])
        options = query(select=self._columns.shown(), filter=" and ".join(filters), orderby="modifiedon asc")
        async for page in self._pages(self._columns.entity_set, options, _PREFER):
            for update in self._updates(page, since, known):
                yield update

    async def holdings(self, since: datetime, known: Sequence[str], prefix: str) -> AsyncIterator[Holding]:
        """The records of the numbers ``known``, some at a time, and those with a key of ours that were created after ``since``."""
        columns, column = self._columns, self._columns.number or self._columns.primary
        bare = column == columns.primary  # ids are written without quotes
        filters = [
            " or ".join(f"{column} eq {number if bare else literal(number)}" for number in known[start : start + _CHUNK])
            for start in range(0, len(known), _CHUNK)
        ]
        if columns.key:
            filters.append(f"createdon gt {iso(since)} and {columns.key} ne null")
        told: set[str] = set()
        for one in filters:
            options = query(select=columns.shown(), filter=one)
            async for page in self._pages(columns.entity_set, options, _PREFER):
                for row in page.get("value", ()):
                    update = self._update(row, frozenset())
                    if update is None or update.external_id in told:
                        continue
                    told.add(update.external_id)
                    ours = str(row.get(columns.key or "") or "")
                    number = ours.removeprefix(prefix) if ours.startswith(prefix) else ""
                    yield Holding(update.external_id, number or None, update.status)

    async def tracked(self, since: datetime, known: frozenset[str]) -> AsyncIterator[StatusUpdate]:
        """By change tracking: on from the newest link that is not younger than ``since``, and by ``modifiedon`` where there is none."""
        asked = clock.now()
        starts = [number for number, (at, _) in enumerate(self._links) if at <= since]
        if starts:
            del self._links[: starts[-1]]
            try:
                async for update in self._follow(self._links[0][1], "", asked, known):
                    yield update
            except Permanent:
                log.warning("changes_expired", table=self._columns.table)
                self._links.clear()  # "changes are returned if the last token is within a default value of 7 days"
            else:
                return
        async for update in self.changed(since, known):
            yield update
        if not self._links:
            # $filter is not supported with change tracking: the first reading goes through the whole table, and only its end is of use.
            async for _ in self._follow(self._columns.entity_set, query(select=self._columns.shown()), asked, known):
                pass

    async def _follow(self, path: str, options: str, asked: datetime, known: frozenset[str]) -> AsyncIterator[StatusUpdate]:
        link: object = None
        async for page in self._pages(path, options, f"{_TRACK},{_ANNOTATED}" if options else _ANNOTATED):
            link = page.get("@odata.deltaLink", link)
            for update in self._updates(page, None, known):
                yield update
        if isinstance(link, str) and self._server.is_ours(link):
            # The link that this reading began with stays the first: whoever could not keep what was read asks from there again.
            self._links = [*self._links[: _LINKS - 1], (asked, link)]

    async def _pages(self, path: str, options: str, prefer: str) -> AsyncIterator[dict[str, Any]]:
        with asking():
            async for page in self._server.pages(path, options, prefer):
                yield page

    def _updates(self, page: Mapping[str, Any], since: datetime | None, known: frozenset[str]) -> list[StatusUpdate]:
        rows = page.get("value")
        if not isinstance(rows, list):
            raise Unavailable("the server's answer is no list")
        updates = (self._update(row, known) for row in rows if isinstance(row, dict))
        return [one for one in updates if one and (since is None or one.updated_datetime is None or one.updated_datetime > since)]

    def _update(self, row: Mapping[str, Any], known: frozenset[str]) -> StatusUpdate | None:
        columns = self._columns
        numbers = [str(row[name]) for name in (columns.number, columns.primary) if name and row.get(name)]
        value = row.get(columns.status)
        ours = bool(row.get(columns.key)) if columns.key else is_own(row.get(columns.primary))
        if not numbers or value is None or not ours:  # a deleted record has none of them ("$deletedEntity")
            return None
        meant = self._statuses.get(str(value))
        word = row.get(columns.status + _SHOWN_AS)
        return StatusUpdate(
            external_id=next((one for one in numbers if one in known), numbers[0]),
            status=meant.status if meant else "closed" if row.get("statecode") else "open",
            status_word=(meant.word if meant else "") or (str(word) if word else ""),
            status_notes=_text(row, columns.notes),
            agency_responsible=_text(row, columns.agency),
            updated_datetime=_instant(row.get("modifiedon")),
            expected_datetime=_instant(row.get(columns.expected or "")),
        )


def _require_key(keys: Any, wanted: str) -> None:
    key = next((key for key in keys if key.get("KeyAttributes") == [wanted]), None)
    if key is None:
        raise Permanent(f"no alternate key consists of the column {wanted} alone; define one there")
    if key.get("EntityKeyIndexStatus") != "Active":
        raise Permanent(f"the alternate key of {wanted} is {key.get('EntityKeyIndexStatus')}; it can be used when it is Active")


def _require_columns(found: Mapping[str, Any], written: Collection[str], given: Collection[str | None]) -> None:
    attributes = {row.get("LogicalName"): row for row in found.get("Attributes", ())}
    relations = {row.get("ReferencingEntityNavigationPropertyName") for row in found.get("ManyToOneRelationships", ())}
    bound = {name.removesuffix("@odata.bind") for name in written if name.endswith("@odata.bind")}
    for name in sorted(set(written) - {f"{one}@odata.bind" for one in bound}):
        if not attributes.get(name, {}).get("IsValidForCreate"):
            raise Permanent(f"the table has no column {name} that can be written")
    if missing := sorted(bound - relations):
        raise Permanent(f"the table has no lookup {', '.join(missing)} (navigation properties keep their capital letters)")
    filled = {*written, *given, *(name.lower() for name in bound), *(name.lower().rpartition("_")[0] for name in bound)}
    for name, row in attributes.items():
        required = (row.get("RequiredLevel") or {}).get("Value") == "SystemRequired"
        if required and row.get("IsValidForCreate") and row.get("AttributeType") in _KINDS and name not in filled:
            raise Permanent(f"the table requires the column {name}, which is not declared")


def _text(row: Mapping[str, Any], name: str | None) -> str | None:
    """A column as people read it: the name of a lookup or choice, else the text itself."""
    if name is None:
        return None
    value = row.get(name + _SHOWN_AS) or row.get(name)
    return str(value).strip() or None if value is not None else None


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None
