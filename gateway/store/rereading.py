"""What replay reads: settled messages as they arrived beside what they became, and what was known before each of them.

A message that is read again must not meet itself in the store, nor what came after it: it would be found to be its own duplicate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from gateway.store import history
from gateway.store.claims import read_back
from gateway.store.documents import unpack
from gateway.store.engine import Engines
from gateway.store.known import Facts, Requests
from gateway.store.neighbours import Neighbours
from gateway.store.numbers import public_number, row_number
from gateway.store.requests import load_many
from gateway.store.stored import Stored, stored_from_row
from gateway.store.tables import INBOX, MESSAGE, REQUEST_MESSAGE
from normalizer.merge import WORDS
from normalizer.model import ServiceRequest
from normalizer.pipeline import Known, Work
from normalizer.ports import Conversation, KnownMessage, KnownRequest

_CHUNK = 64
_CONVERSATION = 1_000
"""Messages of one conversation and hour that are looked at: those that came later are among the newest."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A message as it arrived, the canonical document that was made of it, and the requests that began with it."""

    stored: Stored
    document: dict[str, Any]
    requests: list[ServiceRequest]


def count_settled(engines: Engines, since: datetime | None) -> int:
    """How many settled messages arrived since then."""
    statement = select(func.count()).select_from(MESSAGE)
    if since is not None:
        statement = statement.where(MESSAGE.c.received_datetime >= since)
    with engines.reading() as connection:
        return connection.execute(statement).scalar_one()


def settled(engines: Engines, since: datetime | None) -> Iterator[list[Settled]]:
    """The settled messages that arrived since then, in the order of arrival, some dozens at a time."""
    last = 0
    while True:
        statement = select(MESSAGE.c.seq, MESSAGE.c.document).where(MESSAGE.c.seq > last).order_by(MESSAGE.c.seq).limit(_CHUNK)
        if since is not None:
            statement = statement.where(MESSAGE.c.received_datetime >= since)
        with engines.reading() as connection:
            documents = {seq: unpack(document).model_dump(mode="json") for seq, document in connection.execute(statement)}
            if not documents:
                return
            requests = _begun(connection, list(documents))
        with engines.reading_inbox() as inbox:
            rows = inbox.execute(select(INBOX).where(INBOX.c.seq.in_(documents)).order_by(INBOX.c.seq)).mappings()
            yield [Settled(stored_from_row(row), documents[row["seq"]], requests[row["seq"]]) for row in rows]
        last = max(documents)


def completing(engines: Engines, chunk: Sequence[Settled]) -> dict[str, list[Stored]]:
    """For each request of these messages that later ones completed: those messages as they arrived, in the order in which they did."""
    found: dict[str, list[Stored]] = {}
    with engines.reading() as connection:
        for request in (request for one in chunk for request in one.requests):
            if not any(evidence.intake_id for evidence in request.evidence):
                continue
            events = history.of_subject(connection, request.service_request_id)
            intake_ids = [data["intake_id"] for _at, kind, _actor, data in events if kind == "request.completed"]
            if intake_ids:
                back = {stored.intake_id: stored for stored in read_back(engines, connection, intake_ids=intake_ids)}
                found[request.service_request_id] = [back[intake_id] for intake_id in intake_ids if intake_id in back]
    return found


def decided_by_a_person(connection: Connection, intake_id: str) -> bool:
    """Whether somebody, and not the gateway, has settled the message."""
    return any(actor != "gateway" for _at, kind, actor, _data in history.of_subject(connection, intake_id) if kind.startswith("message."))


class Before:
    """The ports of the pipeline as they were when certain messages arrived. Bound to one connection; the state of a request is today's."""

    def __init__(self, connection: Connection, works: Sequence[Work]) -> None:
        self._connection = connection
        self._facts = Facts(connection, works, conversation=_CONVERSATION)
        self._seqs: dict[str, int] = {}
        self._first: dict[str, int] = {}

    def known(self, jurisdiction_id: str, seq: int) -> Known:
        """What was known when the message ``seq`` arrived."""
        now = self._facts.known(jurisdiction_id)
        neighbours = Neighbours(self._connection, (), until=self._next_number(seq))
        return Known(messages=_Messages(self, now, seq), requests=_Requests(self, Requests(neighbours, jurisdiction_id), seq))

    def _next_number(self, seq: int) -> int | None:
        """The number of the first request that began with this message or a later one: at a busy place the newest fifty of today hide those
        that were the newest then.
        """
        row = REQUEST_MESSAGE.c
        begun = select(row.request_id).where(row.seq >= seq, row.role == "request").order_by(row.seq, row.request_id).limit(1)
        number: int | None = self._connection.execute(begun).scalar()
        return number

    def seq_of(self, intake_id: str) -> int:
        """The number of a message in the order of arrival."""
        if intake_id not in self._seqs:
            found = self._connection.execute(select(MESSAGE.c.seq).where(MESSAGE.c.intake_id == intake_id)).scalar()
            self._seqs[intake_id] = found or 0
        return self._seqs[intake_id]

    def joined(self, seq: int) -> set[str]:
        """The requests that the message ``seq`` belongs to, as it is stored."""
        rows = self._connection.execute(select(REQUEST_MESSAGE.c.request_id).where(REQUEST_MESSAGE.c.seq == seq))
        return {public_number(number) for number in rows.scalars()}

    def first_of(self, service_request_id: str) -> int:
        """The number of the message that a request began with."""
        if service_request_id not in self._first:
            begun = (REQUEST_MESSAGE.c.request_id == row_number(service_request_id)) & (REQUEST_MESSAGE.c.role == "request")
            statement = select(func.min(REQUEST_MESSAGE.c.seq)).where(begun)
            self._first[service_request_id] = self._connection.execute(statement).scalar() or 0
        return self._first[service_request_id]


class _Messages:
    def __init__(self, before: Before, now: Known, seq: int) -> None:
        self._before, self._now, self._seq = before, now, seq

    def by_message_ids(self, message_ids: Sequence[str]) -> Sequence[KnownMessage]:
        return [found for found in self._now.messages.by_message_ids(message_ids) if self._before.seq_of(found.intake_id) < self._seq]

    def by_service_request_id(self, service_request_id: str) -> KnownMessage | None:
        found = self._now.messages.by_service_request_id(service_request_id)
        return found if found is not None and self._before.seq_of(found.intake_id) < self._seq else None

    def by_conversation(self, conversation: Conversation) -> Sequence[KnownMessage]:
        # Several workers may have read the parts in another order: one that came later counts where it began the request of this one. What
        # the request lacked then is not known any more, so that a message which joined it is taken to have said that. It was open.
        joined = self._before.joined(self._seq)
        return [
            replace(found, closed=False, lacks=frozenset({WORDS}) if found.service_request_id in joined else frozenset())
            for found in self._now.messages.by_conversation(conversation)
            if found.service_request_id
            and self._before.first_of(found.service_request_id) != self._seq
            and (found.service_request_id in joined or self._before.seq_of(found.intake_id) < self._seq)
        ]


class _Requests:
    def __init__(self, before: Before, then: Requests, seq: int) -> None:
        self._before, self._then, self._seq = before, then, seq

    def near(self, *, lat: float, long: float, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        return self._earlier(self._then.near(lat=lat, long=long, since=since, limit=limit), limit)

    def at_address(self, address: str, *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        return self._earlier(self._then.at_address(address, since=since, limit=limit), limit)

    def by_terms(self, terms: Sequence[str], *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        return self._earlier(self._then.by_terms(terms, since=since, limit=limit), limit)

    def rejected(self, service_request_id: str) -> frozenset[str]:
        return self._then.rejected(service_request_id)

    def _earlier(self, found: Sequence[KnownRequest], limit: int) -> list[KnownRequest]:
        return [request for request in found if self._before.first_of(request.service_request_id) < self._seq][:limit]


def _begun(connection: Connection, seqs: Sequence[int]) -> dict[int, list[ServiceRequest]]:
    statement = select(REQUEST_MESSAGE.c.seq, REQUEST_MESSAGE.c.request_id).where(
        REQUEST_MESSAGE.c.seq.in_(seqs), REQUEST_MESSAGE.c.role == "request"
    )
    pairs = list(connection.execute(statement.order_by(REQUEST_MESSAGE.c.request_id)))
    loaded = load_many(connection, [request_id for _seq, request_id in pairs])
    found: dict[int, list[ServiceRequest]] = defaultdict(list)
    for seq, request_id in pairs:
        if request_id in loaded:
            found[seq].append(loaded[request_id])
    return found
