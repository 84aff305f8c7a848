"""Finds the messages of a conversation: parts of one message that came in several, by what their channel says of them.

A message that belongs to a request has a row in ``message_reference`` under the key of its channel, conversation, sender and hour. Whoever
looks asks for the hours around a message, which are few whatever the conversation's age, so that the cost does not grow with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection, func, select

from gateway.store.keys64 import key64
from gateway.store.tables import MESSAGE, MESSAGE_REFERENCE, REQUEST_MESSAGE, SERVICE_REQUEST
from normalizer.correlate import WINDOW, conversation_of
from normalizer.merge import lacking
from normalizer.model import Emergency, ServiceRequest
from normalizer.pipeline import Work
from normalizer.ports import Conversation, KnownMessage

_IN = 500
_HOUR = timedelta(hours=1)
_NEWEST = 20
"""Messages of one conversation and hour that are looked at: they all lead to the same request."""


class Conversations:
    """The conversations that a batch's messages are parts of; what the batch itself adds is remembered."""

    def __init__(self, connection: Connection, works: Iterable[Work], newest: int = _NEWEST) -> None:
        self._connection, self._newest = connection, newest
        self._messages: dict[int, list[KnownMessage]] = defaultdict(list)
        self._fetched: set[int] = set()
        self._lacks: dict[str, frozenset[str]] = {}
        self._fetch({key for work in works for key in around(work)})

    def find(self, jurisdiction_id: str, conversation: Conversation) -> list[KnownMessage]:
        """The messages of the hours that the window touches."""
        keys = _keys(jurisdiction_id, conversation)
        self._fetch(set(keys))
        found = [message for key in keys for message in self._messages.get(key, ())]
        return [replace(message, lacks=self._lacks.get(message.service_request_id or "", frozenset())) for message in found]

    def changed(self, request: ServiceRequest) -> None:
        """Remember what a request lacks that this transaction begins or completes."""
        self._lacks[request.service_request_id] = lacking(request)

    def add(self, work: Work, service_request_id: str, requested: datetime | None) -> None:
        """Remember a message that this transaction adds."""
        conversation = conversation_of(work)
        if conversation is None:
            return
        key = key_of(work.message.jurisdiction_id, conversation)
        self._fetched.add(key)
        self._messages[key].append(
            KnownMessage(
                intake_id=work.message.intake_id,
                message_id=work.message.message_id,
                sender_key=work.sender_key,
                service_request_id=service_request_id,
                received_datetime=conversation.at,
                requested_datetime=requested,
                own=begins_or_completes(work),
            )
        )

    def _fetch(self, keys: set[int]) -> None:
        wanted = sorted(keys - self._fetched)
        self._fetched.update(wanted)
        for start in range(0, len(wanted), _IN):
            place = func.row_number().over(partition_by=MESSAGE_REFERENCE.c.reference, order_by=MESSAGE_REFERENCE.c.seq.desc())
            ranked = (
                select(MESSAGE_REFERENCE.c.reference, MESSAGE_REFERENCE.c.seq, place.label("place"))
                .where(MESSAGE_REFERENCE.c.reference.in_(wanted[start : start + _IN]))
                .subquery()
            )
            statement = (
                select(
                    ranked.c.reference,
                    MESSAGE_REFERENCE.c.own,
                    MESSAGE_REFERENCE.c.sender_key,
                    MESSAGE.c.intake_id,
                    MESSAGE.c.received_datetime,
                    SERVICE_REQUEST.c.service_request_id,
                    SERVICE_REQUEST.c.status,
                    SERVICE_REQUEST.c.requested_datetime,
                    SERVICE_REQUEST.c.document,
                )
                .join(
                    MESSAGE_REFERENCE,
                    (MESSAGE_REFERENCE.c.reference == ranked.c.reference) & (MESSAGE_REFERENCE.c.seq == ranked.c.seq),
                )
                .join(MESSAGE, MESSAGE.c.seq == ranked.c.seq)
                .join(REQUEST_MESSAGE, REQUEST_MESSAGE.c.seq == ranked.c.seq)
                .join(SERVICE_REQUEST, SERVICE_REQUEST.c.id == REQUEST_MESSAGE.c.request_id)
                .where(ranked.c.place <= self._newest)
                .order_by(ranked.c.seq)
            )
            for key, own, sender_key, intake_id, received, number, status, requested, document in self._connection.execute(statement):
                if number not in self._lacks:
                    self._lacks[number] = lacking(_what_counts(document))
                self._messages[key].append(
                    KnownMessage(
                        intake_id=intake_id,
                        message_id=None,
                        sender_key=sender_key,
                        service_request_id=number,
                        closed=status == "closed",
                        received_datetime=received,
                        requested_datetime=requested,
                        own=own,
                    )
                )


def _what_counts(document: str) -> ServiceRequest:
    """What of a stored request says whether it lacks anything, without reading all of it."""
    fields = orjson.loads(document)
    return ServiceRequest.model_construct(
        description=fields.get("description", ""),
        address_string=fields.get("address_string"),
        lat=fields.get("lat"),
        emergency=Emergency(flag=fields.get("emergency", {}).get("flag", False)),
    )


def key_of(jurisdiction_id: str, conversation: Conversation) -> int:
    """The key under which a message of the conversation is found: its own hour's."""
    return _key(jurisdiction_id, conversation, int(conversation.at.timestamp() // 3600))


def around(work: Work) -> list[int]:
    """The keys under which the other parts of a message may be found; none for a message that is no part of anything."""
    conversation = conversation_of(work)
    return [] if conversation is None else _keys(work.message.jurisdiction_id, conversation)


def begins_or_completes(work: Work) -> bool:
    """Whether the request is this conversation's own: it began with this message, or an earlier part of it."""
    return work.message.disposition == "request" or work.completion is not None


def _keys(jurisdiction_id: str, conversation: Conversation) -> list[int]:
    window = timedelta(seconds=max(conversation.window, WINDOW))
    first, last = (int(at.timestamp() // 3600) for at in (conversation.at - window, conversation.at + window))
    return [_key(jurisdiction_id, conversation, hour) for hour in range(first, last + 1)]


def _key(jurisdiction_id: str, conversation: Conversation, hour: int) -> int:
    what = orjson.dumps([conversation.channel_id, conversation.sender_key, conversation.key, hour])
    return key64(jurisdiction_id, "conversation", what.decode())
