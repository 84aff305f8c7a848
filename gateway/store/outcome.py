"""Writes what a batch of messages became: messages, requests, people, events and outbox rows, in the caller's one transaction.

Everything is gathered first and inserted table by table, so that the cost of a batch grows with its messages and not with its statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection, Table, delete, update

from gateway.store import conversations, history, media, numbers
from gateway.store.channels import Canaries
from gateway.store.completing import Complete, Growing
from gateway.store.documents import pack
from gateway.store.duplicate_tables import REQUEST_TERM
from gateway.store.history import Event
from gateway.store.known import Facts, references
from gateway.store.neighbours import places, term_keys
from gateway.store.parties import People
from gateway.store.reply_tables import OUTBOUND
from gateway.store.rows import insert_rows
from gateway.store.tables import (
    ATTACHMENT,
    DELIVERY,
    MEDIUM,
    MESSAGE,
    MESSAGE_REFERENCE,
    REPORTER,
    REQUEST_MESSAGE,
    REQUEST_PLACE,
    SERVICE_REQUEST,
)
from normalizer.correlate import conversation_of
from normalizer.merge import Completed
from normalizer.model import Reporter, ServiceRequest
from normalizer.pipeline import Work

_IN = 500
"""Values in one IN list."""
Route = Callable[[ServiceRequest], Sequence[str]]
"""The sinks that a request goes to."""


class Planned(Protocol):
    """Rows of what residents are told, and of its deliveries, with the events that say so."""

    @property
    def outbound(self) -> list[dict[str, Any]]: ...
    @property
    def deliveries(self) -> list[dict[str, Any]]: ...
    @property
    def events(self) -> list[Event]: ...


Answer = Callable[[Connection, Sequence[Work], datetime], Planned]
"""What the residents of a batch of settled messages are told."""


@dataclass(slots=True)
class Outbox:
    """Where requests go: the routing rules, and the sinks that are our own store (delivered by the very transaction).

    ``fetching`` are the channels whose media are fetched after the message. ``answer`` plans what residents are told.
    """

    route: Route
    own: frozenset[str] = frozenset()
    fetching: frozenset[str] = frozenset()
    answer: Answer | None = None


@dataclass(slots=True)
class Outcome:
    """A message that has been through the first half of the pipeline. ``seq`` is its number in the inbox, ``trace`` its timeline so far."""

    seq: int
    work: Work
    trace: dict[str, Any] = field(default_factory=dict)


class OutcomeWriter:
    """Writes one batch in one transaction; make a new one for each."""

    def __init__(self, connection: Connection, outbox: Outbox, now: datetime, *, actor: str = "gateway") -> None:
        self._connection, self._outbox, self._now, self._actor = connection, outbox, now, actor
        self._rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        self._events: list[Event] = []
        self._touched: set[int] = set()
        self._said: list[dict[str, Any]] = []
        self._growing = Growing(connection, now)

    def write(
        self,
        outcomes: Sequence[Outcome],
        relate: Callable[[Work, Facts], None],
        complete: Complete = lambda request, *_: Completed(request),
    ) -> None:
        """Give each message its place among what is known (``relate``), number its requests, and insert everything.

        ``relate`` is called once for each message in the order of arrival and must settle it; ``complete`` says what a request becomes that
        a message completes.
        """
        history.lock(self._connection)
        facts = Facts(self._connection, [outcome.work for outcome in outcomes])
        people = People(self._connection, [outcome.work for outcome in outcomes], self._now)
        free_numbers = iter(numbers.take(self._connection, sum(len(outcome.work.requests) for outcome in outcomes)))
        canaries = Canaries(self._connection, [outcome.work for outcome in outcomes])
        for outcome in outcomes:
            if not canaries.settle(outcome.work):
                relate(outcome.work, facts)
            if outcome.work.message.disposition == "request":
                for request in outcome.work.requests:
                    request.service_request_id = numbers.public_number(next(free_numbers))
                outcome.work.message.service_request_ids = [request.service_request_id for request in outcome.work.requests]
            elif outcome.work.follows is not None:
                outcome.work.message.service_request_ids = [outcome.work.follows]
            facts.add(outcome.work)
            self._add(outcome, people.party_of(outcome.work))
            if outcome.work.completion is not None:
                self._complete(outcome.work, facts, complete)
        if self._outbox.answer is not None:
            planned = self._outbox.answer(self._connection, [outcome.work for outcome in outcomes], self._now)
            self._rows[OUTBOUND] += planned.outbound
            self._said = planned.deliveries
            self._events += planned.events
        for table, rows in (*people.rows(), *self._rows.items(), (DELIVERY, self._said)):
            insert_rows(self._connection, table, rows)
        for chunk in _chunks(sorted(self._touched)):
            touched = update(SERVICE_REQUEST).where(SERVICE_REQUEST.c.id.in_(chunk)).values(updated_datetime=self._now)
            self._connection.execute(touched)
        self._growing.write()
        canaries.write()
        history.append(self._connection, self._events, self._now)

    def _add(self, outcome: Outcome, party_id: str | None) -> None:
        work, seq = outcome.work, outcome.seq
        message = work.message
        assert message.disposition is not None  # noqa: S101  (relate settles every message)
        assert message.received_datetime is not None  # noqa: S101  (the reader dates every message)
        common = {"jurisdiction_id": message.jurisdiction_id}
        outcome.trace["stored"] = _iso(self._now)
        if "unprepared" in message.hints or ("media" in message.hints and message.channel_id in self._outbox.fetching):
            self._rows[MEDIUM] += media.listed(self._connection, seq, message, self._now)
        self._rows[MESSAGE].append(
            {
                **common,
                "seq": seq,
                "intake_id": message.intake_id,
                "channel_id": message.channel_id,
                "received_datetime": message.received_datetime,
                "disposition": message.disposition,
                "reason": message.reason,
                "document": pack(message),
                "trace": orjson.dumps(outcome.trace).decode(),
            }
        )
        for key, own in references(message):
            self._rows[MESSAGE_REFERENCE].append({**common, "reference": key, "seq": seq, "own": own, "sender_key": work.sender_key})
        conversation = conversation_of(work) if message.service_request_ids else None
        if conversation is not None:
            key, own = conversations.key_of(message.jurisdiction_id, conversation), conversations.begins_or_completes(work)
            self._rows[MESSAGE_REFERENCE].append({**common, "reference": key, "seq": seq, "own": own, "sender_key": work.sender_key})
        for position, file in enumerate(message.attachments):
            self._rows[ATTACHMENT] += media.attachment_rows(seq, message.jurisdiction_id, position, file)
        facts = {"disposition": message.disposition, "reason": message.reason, "service_request_ids": message.service_request_ids}
        self._events.append(Event(message.jurisdiction_id, f"message.{message.disposition}", message.intake_id, self._actor, facts))
        if message.disposition == "request":
            for request in work.requests:
                self._add_request(seq, work, request, party_id)
        elif work.follows is not None and message.disposition in ("follow_up", "duplicate"):
            self._add_to_request(seq, work, party_id)

    def _add_request(self, seq: int, work: Work, request: ServiceRequest, party_id: str | None) -> None:
        request_id = numbers.row_number(request.service_request_id)
        assert request_id is not None  # noqa: S101  (we numbered it ourselves)
        common = {"jurisdiction_id": request.jurisdiction_id, "request_id": request_id}
        media.join(request, work.message)
        self._rows[SERVICE_REQUEST].append(self._growing.begun(request_id, request))
        for place in places(request):
            self._rows[REQUEST_PLACE].append({**common, "place": place, "requested_datetime": request.requested_datetime or self._now})
        self._rows[REQUEST_TERM] += [{**common, "term": term} for term in term_keys(request, work.sender_key)]
        self._link(request_id, seq, work, "request", party_id, request.reporters)
        self._events.append(
            Event(
                request.jurisdiction_id,
                "request.created",
                request.service_request_id,
                self._actor,
                {"intake_id": work.message.intake_id, "service_code": request.service_code, "priority": request.priority},
            )
        )
        for sink_id in self._outbox.route(request):
            self._deliver(request.jurisdiction_id, request_id, sink_id, "created", work.message.intake_id)

    def _add_to_request(self, seq: int, work: Work, party_id: str | None) -> None:
        assert work.follows is not None  # noqa: S101  (the caller looked)
        request_id = numbers.row_number(work.follows)
        if request_id is None:
            return
        role = work.message.disposition or "follow_up"
        reporters = work.requests[0].reporters if work.requests else []
        if role == "duplicate" and work.message.reason != "same_message":
            reporters = [reporter.model_copy(update={"role": "me_too"}) for reporter in reporters]
        self._link(request_id, seq, work, role, party_id, reporters)
        self._touched.add(request_id)
        if work.completion is not None:
            return  # it is told together with what it changed
        if any(file.photo for file in work.message.attachments):
            request = self._growing.request(request_id)
            if request is not None and media.join(request, work.message):
                self._growing.completed(request_id, request)
        self._events.append(
            Event(work.message.jurisdiction_id, f"request.{role}", work.follows, self._actor, {"intake_id": work.message.intake_id})
        )
        for sink_id in self._sinks_to_update(request_id):
            self._deliver(work.message.jurisdiction_id, request_id, sink_id, "updated", work.message.intake_id)

    def _complete(self, work: Work, facts: Facts, complete: Complete) -> None:
        """Put what the message adds into its request, in this transaction; tell those who know of it, and those who should now."""
        assert work.follows is not None  # noqa: S101  (correlate set both)
        request_id, message = numbers.row_number(work.follows), work.message
        before = self._growing.request(request_id) if request_id is not None else None
        if request_id is None or before is None:
            return
        done = complete(before, work, facts)
        media.join(done.request, message)
        if done.changed or done.files:
            self._growing.completed(request_id, done.request)
            facts.neighbours.add(done.request, work.sender_key)
            facts.conversations.changed(done.request)
        row = {"jurisdiction_id": message.jurisdiction_id, "request_id": request_id}
        known = places(before)
        for place in places(done.request):
            if place not in known:
                self._rows[REQUEST_PLACE].append({**row, "place": place, "requested_datetime": before.requested_datetime or self._now})
        found = term_keys(before, work.sender_key)
        self._rows[REQUEST_TERM] += [{**row, "term": term} for term in term_keys(done.request, work.sender_key) if term not in found]
        data = {"intake_id": message.intake_id, "fields": sorted(done.changed), "attachments": done.files}
        self._events.append(Event(message.jurisdiction_id, "request.completed", work.follows, self._actor, data))
        told = self._told(request_id)
        for sink_id in self._outbox.route(done.request):
            if sink_id not in told:
                self._deliver(message.jurisdiction_id, request_id, sink_id, "created", message.intake_id)
        for sink_id, waiting in told.items():
            if not waiting and sink_id not in self._outbox.own:
                self._deliver(message.jurisdiction_id, request_id, sink_id, "updated", message.intake_id)

    def _link(self, request_id: int, seq: int, work: Work, role: str, party_id: str | None, reporters: Sequence[Reporter]) -> None:
        common = {"jurisdiction_id": work.message.jurisdiction_id, "request_id": request_id, "seq": seq}
        self._rows[REQUEST_MESSAGE].append({**common, "intake_id": work.message.intake_id, "channel": work.message.channel, "role": role})
        if reporters:
            known = [reporter.model_copy(update={"party_id": None if reporter.anonymous else party_id}) for reporter in reporters]
            self._rows[REPORTER].append(
                {**common, "party_id": party_id, "document": orjson.dumps([reporter.model_dump() for reporter in known]).decode()}
            )

    def _sinks_to_update(self, request_id: int) -> list[str]:
        """Sinks that have been told of this request and have nothing about it waiting: what waits will carry the news anyway."""
        return [sink_id for sink_id, waiting in self._told(request_id).items() if not waiting and sink_id not in self._outbox.own]

    def _told(self, request_id: int) -> dict[str, bool]:
        """The sinks that have been told of this request, and whether something about it waits that nobody has tried to deliver."""
        # The driver's own: one message in ten asks, and making the statement anew costs more than what it finds.
        mark = "?" if self._connection.dialect.name == "sqlite" else "%s"
        statement = f"SELECT sink_id, attempts, state FROM delivery WHERE request_id = {mark} AND outbound_id IS NULL"  # noqa: S608  our own mark
        rows = [tuple(row) for row in self._connection.exec_driver_sql(statement, (request_id,))]
        rows += [(row["sink_id"], 0, row["state"]) for row in self._rows[DELIVERY] if row["request_id"] == request_id]
        told = {sink_id: False for sink_id, _attempts, _state in rows}
        for sink_id, attempts, state in rows:
            if state == "pending" and not attempts:
                told[sink_id] = True
        return told

    def _deliver(self, jurisdiction_id: str, request_id: int, sink_id: str, event: str, intake_id: str) -> None:
        own = sink_id in self._outbox.own
        self._rows[DELIVERY].append(
            {
                "jurisdiction_id": jurisdiction_id,
                "request_id": request_id,
                "sink_id": sink_id,
                "event": event,
                "idempotency_key": f"{intake_id}-{request_id}-{event}-{sink_id}",
                "state": "delivered" if own else "pending",
                "created": self._now,
                "next_attempt": None if own else self._now,
                "attempts": 1 if own else 0,
                "log": orjson.dumps([{"at": _iso(self._now), "outcome": "delivered"}] if own else []).decode(),
            }
        )


def forget_message(connection: Connection, seqs: Sequence[int]) -> None:
    """Remove what a message became, to write it anew in the same transaction; the history keeps that it was otherwise."""
    for table in (MESSAGE_REFERENCE, ATTACHMENT, REPORTER, REQUEST_MESSAGE, MESSAGE):
        connection.execute(delete(table).where(table.c.seq.in_(seqs)))


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + _IN] for start in range(0, len(numbers), _IN))


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
