"""What the store knows that a new message may be about: the pipeline's ports, bound to one writing transaction.

What a batch needs is fetched for the whole batch at once; what the batch itself adds is remembered here, so that the second message of a
batch sees the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson
from sqlalchemy import Connection, select

from gateway.store.conversations import Conversations
from gateway.store.keys64 import address_place, cell_places, reference_key
from gateway.store.neighbours import Neighbours
from gateway.store.tables import MESSAGE, MESSAGE_REFERENCE, REQUEST_MESSAGE, SERVICE_REQUEST
from normalizer.model import InboundMessage, ServiceRequest
from normalizer.pipeline import Known, Work
from normalizer.ports import Conversation, KnownMessage, KnownRequest

_IN = 500
"""Values in one IN list: SQLite and PostgreSQL take far more, but the plan is the same."""

_MOST = 2_000
"""Messages that are looked at for one batch's references: half a city may answer the same newsletter."""


class Facts:
    """The known messages and requests of one transaction. ``conversation`` bounds the messages that are looked at of one conversation."""

    def __init__(self, connection: Connection, works: Sequence[Work], *, conversation: int = 20) -> None:
        self._connection = connection
        self._messages: dict[int, list[KnownMessage]] = defaultdict(list)
        self._fetched: set[int] = set()
        self._begun: dict[str, tuple[str, str | None, ServiceRequest]] = {}
        self.neighbours = Neighbours(connection, works)
        self.conversations = Conversations(connection, works, conversation)
        self._fetch(key for work in works for key in self._reference_keys(work.message))

    def known(self, jurisdiction_id: str) -> Known:
        """The ports for one jurisdiction."""
        return Known(messages=_Messages(self, jurisdiction_id), requests=Requests(self.neighbours, jurisdiction_id))

    def add(self, work: Work) -> None:
        """Remember what became of a work, for those that come after it in the same transaction."""
        message = work.message
        belongs_to = work.follows or (message.service_request_ids[0] if message.service_request_ids else None)
        first = work.requests[0] if work.requests else None
        for key, own in references(message):
            known = KnownMessage(
                intake_id=message.intake_id,
                message_id=message.message_id if own else None,
                sender_key=work.sender_key,
                service_request_id=belongs_to,
                service_code=first.service_code if first else None,
                address_string=first.address_string if first else None,
                requested_datetime=first.requested_datetime if first else None,
            )
            self._messages[key].append(known)
            self._fetched.add(key)
        if belongs_to:
            self.conversations.add(work, belongs_to, first.requested_datetime if first else None)
            if first is not None and work.follows is None:
                self.conversations.changed(first)
                self._begun[belongs_to] = (message.intake_id, work.sender_key, first)
        if work.follows is None:
            for request in work.requests:
                self.neighbours.add(request, work.sender_key)

    def by_message_ids(self, jurisdiction_id: str, message_ids: Sequence[str]) -> list[KnownMessage]:
        keys = [reference_key(jurisdiction_id, message_id) for message_id in message_ids]
        self._fetch(key for key in keys if key not in self._fetched)
        return [found for key in keys for found in self._messages.get(key, ())]

    def by_service_request_id(self, jurisdiction_id: str, service_request_id: str) -> KnownMessage | None:
        begun = self._begun.get(service_request_id)
        if begun is not None and begun[2].jurisdiction_id == jurisdiction_id:
            intake_id, sender_key, request = begun
            return KnownMessage(
                intake_id,
                None,
                sender_key,
                service_request_id,
                service_code=request.service_code,
                address_string=request.address_string,
                requested_datetime=request.requested_datetime,
            )
        statement = (
            select(
                REQUEST_MESSAGE.c.seq, REQUEST_MESSAGE.c.intake_id, MESSAGE.c.document, SERVICE_REQUEST.c.status, SERVICE_REQUEST.c.document
            )
            .join(SERVICE_REQUEST, SERVICE_REQUEST.c.id == REQUEST_MESSAGE.c.request_id)
            .join(MESSAGE, MESSAGE.c.seq == REQUEST_MESSAGE.c.seq)
            .where(SERVICE_REQUEST.c.service_request_id == service_request_id)
            .where(SERVICE_REQUEST.c.jurisdiction_id == jurisdiction_id)
            .where(REQUEST_MESSAGE.c.role == "request")
            .order_by(REQUEST_MESSAGE.c.seq)
            .limit(1)
        )
        found = self._connection.execute(statement).first()
        if found is None:
            return None
        seq, intake_id, message, status, document = found
        sender_key = self._sender_key(jurisdiction_id, seq, orjson.loads(message).get("message_id"))
        return _known_message(intake_id, None, sender_key, service_request_id, status, document)

    def _sender_key(self, jurisdiction_id: str, seq: int, message_id: str | None) -> str | None:
        """Who sent a message, from the row that its own Message-ID has: the table is indexed by reference."""
        if not message_id:
            return None
        row = MESSAGE_REFERENCE.c
        statement = select(row.sender_key).where(row.reference == reference_key(jurisdiction_id, message_id), row.seq == seq, row.own)
        return self._connection.execute(statement).scalar()

    def _fetch(self, keys: Iterable[int]) -> None:
        wanted = sorted(set(keys) - self._fetched)
        self._fetched.update(wanted)
        for start in range(0, len(wanted), _IN):
            statement = (
                select(
                    MESSAGE_REFERENCE.c.reference,
                    MESSAGE_REFERENCE.c.own,
                    MESSAGE_REFERENCE.c.sender_key,
                    MESSAGE.c.intake_id,
                    MESSAGE.c.document,
                    SERVICE_REQUEST.c.service_request_id,
                    SERVICE_REQUEST.c.status,
                    SERVICE_REQUEST.c.document,
                )
                .join(MESSAGE, MESSAGE.c.seq == MESSAGE_REFERENCE.c.seq)
                .outerjoin(REQUEST_MESSAGE, REQUEST_MESSAGE.c.seq == MESSAGE_REFERENCE.c.seq)
                .outerjoin(SERVICE_REQUEST, SERVICE_REQUEST.c.id == REQUEST_MESSAGE.c.request_id)
                .where(MESSAGE_REFERENCE.c.reference.in_(wanted[start : start + _IN]))
                .order_by(MESSAGE_REFERENCE.c.own.desc(), MESSAGE_REFERENCE.c.seq)
                .limit(_MOST)
            )
            for key, own, sender_key, intake_id, message, number, status, request in self._connection.execute(statement):
                message_id = orjson.loads(message).get("message_id") if own else None
                self._messages[key].append(_known_message(intake_id, message_id, sender_key, number, status, request))

    @staticmethod
    def _reference_keys(message: InboundMessage) -> Iterable[int]:
        return (key for key, _own in references(message))


class _Messages:
    def __init__(self, facts: Facts, jurisdiction_id: str) -> None:
        self._facts, self._jurisdiction_id = facts, jurisdiction_id

    def by_message_ids(self, message_ids: Sequence[str]) -> Sequence[KnownMessage]:
        return self._facts.by_message_ids(self._jurisdiction_id, message_ids)

    def by_service_request_id(self, service_request_id: str) -> KnownMessage | None:
        return self._facts.by_service_request_id(self._jurisdiction_id, service_request_id)

    def by_conversation(self, conversation: Conversation) -> Sequence[KnownMessage]:
        return self._facts.conversations.find(self._jurisdiction_id, conversation)


class Requests:
    """Stored requests of one jurisdiction, to recognise duplicates."""

    def __init__(self, neighbours: Neighbours, jurisdiction_id: str) -> None:
        self._neighbours, self._jurisdiction_id = neighbours, jurisdiction_id

    def near(self, *, lat: float, long: float, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        return self._neighbours.at(self._jurisdiction_id, cell_places(self._jurisdiction_id, lat, long), since, limit)

    def at_address(self, address: str, *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        return self._neighbours.at(self._jurisdiction_id, [address_place(self._jurisdiction_id, address)], since, limit)

    def by_terms(self, terms: Sequence[str], *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        return self._neighbours.of_terms(self._jurisdiction_id, terms, since, limit)

    def rejected(self, service_request_id: str) -> frozenset[str]:
        return self._neighbours.rejected(self._jurisdiction_id, service_request_id)


def references(message: InboundMessage) -> list[tuple[int, bool]]:
    """The keys under which a message can be found: its own Message-ID (True) and those it refers to (False), each once."""
    keys: dict[int, bool] = {}
    if message.message_id:
        keys[reference_key(message.jurisdiction_id, message.message_id)] = True
    for referred in (message.in_reply_to, *message.references):
        if referred:
            keys.setdefault(reference_key(message.jurisdiction_id, referred), False)
    return list(keys.items())


def _known_message(
    intake_id: str, message_id: str | None, sender_key: str | None, number: str | None, status: str | None, request: str | None
) -> KnownMessage:
    fields = orjson.loads(request) if request else {}
    return KnownMessage(
        intake_id=intake_id,
        message_id=message_id,
        sender_key=sender_key,
        service_request_id=number,
        closed=status == "closed",
        service_code=fields.get("service_code", "other") if request else None,
        address_string=fields.get("address_string"),
        requested_datetime=datetime.fromisoformat(fields["requested_datetime"]) if fields.get("requested_datetime") else None,
    )
