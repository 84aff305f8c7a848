"""In-memory twins of the ports: what the store answers, out of lists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from normalizer.dedupe import profile_of
from normalizer.dedupe import terms as dedupe_terms
from normalizer.locate import address_key
from normalizer.model import LocationCandidate
from normalizer.ports import Conversation, KnownMessage, KnownRequest, Standing


@dataclass
class FakeMessages:
    """Stored messages; ``refers`` gives for an intake_id the ids that the message itself refers to.

    ``conversations`` has messages by channel, sender and conversation.
    """

    messages: list[KnownMessage] = field(default_factory=list)
    refers: dict[str, set[str]] = field(default_factory=dict)
    conversations: list[tuple[tuple[str, str | None, str], KnownMessage]] = field(default_factory=list)

    def by_message_ids(self, message_ids: Sequence[str]) -> Sequence[KnownMessage]:
        wanted = set(message_ids)
        return [item for item in self.messages if item.message_id in wanted or self.refers.get(item.intake_id, set()) & wanted]

    def by_service_request_id(self, service_request_id: str) -> KnownMessage | None:
        return next((item for item in self.messages if item.service_request_id == service_request_id), None)

    def by_conversation(self, conversation: Conversation) -> Sequence[KnownMessage]:
        return [item for name, item in self.conversations if name == (conversation.channel_id, conversation.sender_key, conversation.key)]


@dataclass
class FakeRequests:
    """Stored requests, found within 300 m, at the same canonical address, or by a rare term; ``refused``: pairs that a person rejected."""

    requests: list[KnownRequest] = field(default_factory=list)
    refused: set[frozenset[str]] = field(default_factory=set)

    def near(self, *, lat: float, long: float, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        found = [
            item
            for item in self.requests
            if item.lat is not None
            and item.long is not None
            and item.requested_datetime >= since
            and math.hypot((item.lat - lat) * 111_195, (item.long - long) * 111_195 * math.cos(math.radians(lat))) <= 300
        ]
        return self._newest(found, limit)

    def at_address(self, address: str, *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        key = address_key(address)
        found = [
            item
            for item in self.requests
            if item.address_string and address_key(item.address_string) == key and item.requested_datetime >= since
        ]
        return self._newest(found, limit)

    def by_terms(self, terms: Sequence[str], *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        wanted = set(terms)
        found = [
            item
            for item in self.requests
            if item.requested_datetime >= since and wanted.intersection(dedupe_terms(item, profile_of(item), item.sender_key))
        ]
        return self._newest(found, limit)

    def rejected(self, service_request_id: str) -> frozenset[str]:
        pairs = [pair for pair in self.refused if service_request_id in pair]
        return frozenset(other for pair in pairs for other in pair if other != service_request_id)

    @staticmethod
    def _newest(found: list[KnownRequest], limit: int) -> list[KnownRequest]:
        return sorted(found, key=lambda item: item.requested_datetime, reverse=True)[:limit]


@dataclass
class FakeGazetteer:
    """Places by the exact words that name them; every position stands in ``areas``."""

    places: dict[str, LocationCandidate] = field(default_factory=dict)
    areas: Sequence[Standing] = ()

    def standing(self, lat: float, long: float) -> Sequence[Standing]:
        return self.areas

    def lookup(self, text: str) -> Sequence[LocationCandidate]:
        low = text.lower()
        return [
            place.model_copy(update={"span": (low.index(name), low.index(name) + len(name))})
            for name, place in self.places.items()
            if name in low
        ]
