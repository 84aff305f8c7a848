"""What other systems say of a request becomes the request's: status, notes, who is responsible, and until when.

A system moves a request by changing what it says. Said again, or said before what it said last, it moves nothing. So where several systems
hold a request, the last one that changed its mind decides, and one that goes on saying "open" does not undo the other's "closed". What each
of them said last is kept (table ``followed``), every change is in the history, and where one still says otherwise the nightly
reconciliation shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import orjson
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.clock import new_id
from gateway.sinks.base import StatusUpdate
from gateway.store import history
from gateway.store.engine import for_update
from gateway.store.history import Event
from gateway.store.numbers import public_number
from gateway.store.requests import load_many
from gateway.store.rows import insert_rows
from gateway.store.status_tables import FOLLOWED
from gateway.store.tables import DELIVERY, SERVICE_REQUEST
from normalizer.model import ServiceRequest

KIND = "request.status"
"""The event of a change."""
_IN = 400
_FIELDS = ("status_notes", "agency_responsible", "expected_datetime")
_NOTES = 4_000
"""Characters of a note that are kept: what goes to a resident is a sentence or two."""
Result = Literal["applied", "unchanged", "unknown", "ambiguous"]


class Told(Protocol):
    """Whoever tells the reporters of a change, in the transaction that makes it: it writes with the change or not at all."""

    def __call__(self, connection: Connection, before: ServiceRequest, after: ServiceRequest, kind: str, jurisdiction_id: str, /) -> None:
        """``before`` and ``after`` are whole, with their reporters; ``kind`` is the event's. What is raised undoes the change."""
        ...


def nobody(_connection: Connection, _before: ServiceRequest, _after: ServiceRequest, _kind: str, _jurisdiction_id: str, /) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How updates are taken: ``own`` are the sinks that are our own store, ``noted`` those whose word is kept and decides nothing."""

    own: frozenset[str] = frozenset()
    noted: frozenset[str] = frozenset()
    told: Told = nobody


@dataclass(frozen=True, slots=True)
class Said:
    """One update and the request that it is about, as its number here."""

    request_id: int
    update: StatusUpdate


def find(connection: Connection, sink_id: str, external_ids: Iterable[str]) -> dict[str, set[int]]:
    """The requests that the sink gave these numbers: one each, unless the system gave a number twice."""
    wanted, found = sorted(set(external_ids)), dict[str, set[int]]()
    for start in range(0, len(wanted), _IN):
        statement = select(DELIVERY.c.external_id, DELIVERY.c.request_id).where(
            DELIVERY.c.sink_id == sink_id, DELIVERY.c.external_id.in_(wanted[start : start + _IN])
        )
        for external_id, request_id in connection.execute(statement):
            found.setdefault(external_id, set()).add(request_id)
    return found


def is_delivered_to(connection: Connection, sink_id: str, request_id: int) -> bool:
    """Whether the request was ever on its way to the sink: only then the sink may speak of it under our number."""
    statement = select(DELIVERY.c.id).where(DELIVERY.c.request_id == request_id, DELIVERY.c.sink_id == sink_id).limit(1)
    return connection.execute(statement).first() is not None


def apply(
    connection: Connection, sink_id: str, updates: Sequence[StatusUpdate], rules: Rules, now: datetime, *, actor: str = ""
) -> list[Result]:
    """Apply a sink's updates, in their order; says for each what became of it. One transaction is the caller's."""
    numbers = find(connection, sink_id, [one.external_id for one in updates])
    results: list[Result] = []
    known: list[Said] = []
    for one in updates:
        requests = numbers.get(one.external_id, set())
        results.append("unchanged" if len(requests) == 1 else "ambiguous" if requests else "unknown")
        if len(requests) == 1:
            known.append(Said(next(iter(requests)), one))
    changed = iter(apply_known(connection, sink_id, known, rules, now, actor=actor))
    return ["applied" if result == "unchanged" and next(changed) else result for result in results]


def apply_known(connection: Connection, sink_id: str, said: Sequence[Said], rules: Rules, now: datetime, *, actor: str = "") -> list[bool]:
    """Apply updates of requests that are known; says for each whether it changed the request."""
    if not said:
        return []
    # What changes nothing is most of what a poll brings: it takes no lock of the history, which every writer waits for.
    before = _followed(connection, sink_id, [one.request_id for one in said])
    news = [_is_news(before.get(one.request_id), one.update) for one in said]
    if not any(news):
        _heard(connection, sink_id, [one.request_id for one in said], now)
        return news
    history.lock(connection)
    work = _Applying(connection, sink_id, rules, now, actor or f"sink:{sink_id}", [one.request_id for one in said])
    changed = [work.one(item) for item in said]
    work.write()
    return changed


class _Applying:
    """One transaction's changes: each request is read once and written once."""

    def __init__(self, connection: Connection, sink_id: str, rules: Rules, now: datetime, actor: str, request_ids: Sequence[int]) -> None:
        self._connection, self._sink_id, self._rules, self._now, self._actor = connection, sink_id, rules, now, actor
        statement = select(SERVICE_REQUEST).where(SERVICE_REQUEST.c.id.in_(sorted(set(request_ids)))).order_by(SERVICE_REQUEST.c.id)
        self._rows = {row["id"]: row for row in connection.execute(for_update(statement, connection)).mappings()}
        self._followed = _followed(connection, sink_id, request_ids)
        self._events: list[Event] = []
        self._said: dict[int, dict[str, Any]] = {}
        self._fields: dict[int, dict[str, Any]] = {}

    def one(self, said: Said) -> bool:
        """Take one update; says whether the request changes."""
        row, update_ = self._rows.get(said.request_id), said.update
        known = self._said.get(said.request_id) or self._followed.get(said.request_id)
        if row is None or not _is_news(known, update_):
            return False
        was = _words(known)
        says = {name: value for name, value in _content(update_).items() if value is not None}
        status_was = known["status"] if known else "open"
        self._said[said.request_id] = {
            "jurisdiction_id": row["jurisdiction_id"],
            "external_id": update_.external_id,
            "status": update_.status,
            "updated": _their_time(update_, self._now) or (known["updated"] if known else None),
            "document": orjson.dumps({**was, **says}).decode(),
        }
        moved = {name: value for name, value in says.items() if name in _FIELDS and was.get(name) != value}
        if status_was != update_.status:
            moved["status"] = update_.status
        return self._change(said.request_id, row, moved, update_, status_was)

    def _change(self, request_id: int, row: Mapping[Any, Any], moved: Mapping[str, Any], said: StatusUpdate, status_was: str) -> bool:
        """What the system changed of what it says becomes the request's, unless it is so already."""
        now_is = self._fields.get(request_id) or {"status": row["status"], **orjson.loads(row["document"])}
        new = {name: value for name, value in moved.items() if now_is.get(name) != value}
        if self._sink_id in self._rules.noted:
            new = {}
        facts: dict[str, Any] = {"sink": self._sink_id, "external_id": said.external_id, "says": said.status, "fields": sorted(new)}
        if said.status_word and said.status_word != said.status:
            facts["word"] = said.status_word[:80]
        if said.updated_datetime is not None:
            facts["updated"] = said.updated_datetime.isoformat()
        subject = public_number(request_id)
        if not new:
            if status_was != said.status:  # it changed its mind to what the request is already, or may not decide: the history shows it
                self._events.append(Event(row["jurisdiction_id"], "request.status_noted", subject, self._actor, facts))
            return False
        if "status" in new:
            facts |= {"was": now_is["status"], "status": new["status"]}
        self._events.append(Event(row["jurisdiction_id"], KIND, subject, self._actor, facts))
        self._fields[request_id] = {**now_is, **new}
        return True

    def write(self) -> None:
        """Write what was gathered, tell the other systems and whoever tells the reporters."""
        telling = bool(self._fields) and self._rules.told is not nobody
        before = load_many(self._connection, sorted(self._fields)) if telling else {}
        for request_id, fields in sorted(self._fields.items()):
            document = {name: value for name, value in fields.items() if name != "status"}
            self._connection.execute(
                update(SERVICE_REQUEST)
                .where(SERVICE_REQUEST.c.id == request_id)
                .values(status=fields["status"], updated_datetime=self._now, document=orjson.dumps(document).decode())
            )
        history.append(self._connection, self._events, self._now)
        self._write_said()
        tell_sinks(self._connection, sorted(self._fields), self._now, own=self._rules.own, besides=self._sink_id)
        if telling:
            after = load_many(self._connection, sorted(self._fields))
            for request_id in sorted(self._fields):
                self._rules.told(self._connection, before[request_id], after[request_id], KIND, after[request_id].jurisdiction_id)

    def _write_said(self) -> None:
        insert = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        for request_id, values in self._said.items():
            known = self._followed.get(request_id)
            # A closed one is asked for a while longer, as its row says: it may be opened again.
            due = self._now if known is None or values["status"] == "open" else known["due"]
            changes = {**values, "heard": self._now, "due": due}
            row = insert(FOLLOWED).values(**changes, request_id=request_id, sink_id=self._sink_id, begun=self._now)
            changes.pop("jurisdiction_id")
            self._connection.execute(row.on_conflict_do_update(index_elements=["request_id", "sink_id"], set_=changes))


def tell_sinks(
    connection: Connection, request_ids: Sequence[int], now: datetime, *, own: frozenset[str], besides: str | None = None
) -> list[str]:
    """Write outbox rows for the systems that know these requests and are to hear that they changed; returns the sinks.

    A system that has something about the request waiting, not tried yet, hears it with that.
    """
    if not request_ids:
        return []
    columns = (DELIVERY.c.request_id, DELIVERY.c.sink_id, DELIVERY.c.jurisdiction_id, DELIVERY.c.attempts, DELIVERY.c.state)
    statement = (
        select(*columns).where(DELIVERY.c.request_id.in_(list(request_ids)), DELIVERY.c.outbound_id.is_(None)).order_by(DELIVERY.c.id)
    )
    waiting: dict[tuple[int, str, str], bool] = {}
    for request_id, sink_id, jurisdiction_id, attempts, state in connection.execute(statement):
        key = (request_id, sink_id, jurisdiction_id)
        waiting[key] = waiting.get(key, False) or (state == "pending" and not attempts)
    cause = new_id()
    rows = [
        {
            "jurisdiction_id": jurisdiction_id,
            "request_id": request_id,
            "sink_id": sink_id,
            "event": "updated",
            "idempotency_key": f"{cause}-{request_id}-updated-{sink_id}",
            "state": "pending",
            "created": now,
            "next_attempt": now,
            "attempts": 0,
            "log": "[]",
        }
        for (request_id, sink_id, jurisdiction_id), has_news in waiting.items()
        if not has_news and sink_id not in own and sink_id != besides
    ]
    insert_rows(connection, DELIVERY, rows)
    return sorted({str(row["sink_id"]) for row in rows})


def _followed(connection: Connection, sink_id: str, request_ids: Iterable[int]) -> dict[int, Mapping[Any, Any]]:
    """What the sink last said of these requests."""
    wanted, found = sorted(set(request_ids)), dict[int, Mapping[Any, Any]]()
    for start in range(0, len(wanted), _IN):
        statement = select(FOLLOWED).where(FOLLOWED.c.sink_id == sink_id, FOLLOWED.c.request_id.in_(wanted[start : start + _IN]))
        found |= {row["request_id"]: row for row in connection.execute(statement).mappings()}
    return found


def _heard(connection: Connection, sink_id: str, request_ids: Iterable[int], now: datetime) -> None:
    wanted = sorted(set(request_ids))
    for start in range(0, len(wanted), _IN):
        chunk = wanted[start : start + _IN]
        connection.execute(update(FOLLOWED).where(FOLLOWED.c.sink_id == sink_id, FOLLOWED.c.request_id.in_(chunk)).values(heard=now))


def _is_news(known: Mapping[Any, Any] | None, said: StatusUpdate) -> bool:
    """Whether it is no older than what the system said last, and says something else."""
    if known is None:
        return True
    updated = known["updated"]
    if updated is not None and said.updated_datetime is not None and said.updated_datetime < updated:
        return False
    was = _words(known)
    differs = any(value is not None and was.get(name) != value for name, value in _content(said).items())
    return known["status"] != said.status or differs


def _content(said: StatusUpdate) -> dict[str, str | None]:
    """What it says beside open and closed. Only what the system means for the public ever stands in an update."""
    notes = (said.status_notes or "").strip()[:_NOTES]
    expected = said.expected_datetime
    return {
        "status_word": said.status_word or None,
        "status_notes": notes or None,
        "agency_responsible": (said.agency_responsible or "").strip()[:200] or None,
        "expected_datetime": expected.astimezone(UTC).isoformat().replace("+00:00", "Z") if expected is not None else None,
    }


def _words(known: Mapping[Any, Any] | None) -> dict[str, Any]:
    return orjson.loads(known["document"]) if known else {}


def _their_time(said: StatusUpdate, now: datetime) -> datetime | None:
    """The system's time of what it said, and never later than now: a clock that runs ahead must not silence what comes after."""
    return min(said.updated_datetime, now) if said.updated_datetime is not None else None
