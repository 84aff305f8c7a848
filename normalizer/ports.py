"""What a stage may ask of the world, as Protocols.

The core imports nothing that reads a disk, a clock or a network: whoever runs the pipeline hands it objects of these shapes. The
store implements them for the gateway, ``tests/normalizer/fakes.py`` in memory, and a pure run (``intake311 normalize``) uses
:class:`NothingKnown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from normalizer.model import LocationCandidate

if TYPE_CHECKING:
    from normalizer.classify.linear import Linear


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a position stands in a layer of areas: the area's code (empty outside of all), metres to its boundary, what else is near.

    ``distance`` is infinite where the boundary is more than two kilometres away.
    """

    layer: str
    code: str
    distance: float
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A stored message that others may refer to. ``sender_key`` is the canonical identifier of who sent it (see identify).

    ``service_code``, ``address_string`` and ``requested_datetime`` are those of its request, where the store gives them: they tell a reply
    to a closed request from a new matter. ``received_datetime`` is the message's own. ``own`` is true where the request began in the same
    conversation, so that what is written later completes it; false where the conversation joined somebody else's request. ``lacks`` names
    what the request does not say yet (see ``merge.lacking``).
    """

    intake_id: str
    message_id: str | None
    sender_key: str | None
    service_request_id: str | None
    closed: bool = False
    service_code: str | None = None
    address_string: str | None = None
    received_datetime: datetime | None = None
    requested_datetime: datetime | None = None
    own: bool = False
    lacks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a channel says belongs together: ``key`` is its own word for it, ``sender_key`` who speaks (None: nobody says).

    ``at`` is when a message of it came, and ``window`` (seconds) how far from that another one may be.
    """

    channel_id: str
    sender_key: str | None
    key: str
    at: datetime
    window: float


@dataclass(frozen=True, slots=True)
class KnownRequest:
    """A stored request that a new one may duplicate. Times are aware, positions WGS 84.

    ``precision`` is that of the position (see ``Location``); ``pictures`` are difference hashes in hex.
    """

    service_request_id: str
    service_code: str
    requested_datetime: datetime
    text: str
    status: str = "open"
    lat: float | None = None
    long: float | None = None
    address_string: str | None = None
    sender_key: str | None = None
    precision: str = "unknown"
    pictures: tuple[str, ...] = ()


class Messages(Protocol):
    """Stored messages, to recognise follow-ups. Only those of the same jurisdiction are seen."""

    def by_message_ids(self, message_ids: Sequence[str]) -> Sequence[KnownMessage]:
        """Those whose Message-ID is one of these, or that themselves refer to one of these."""
        ...

    def by_service_request_id(self, service_request_id: str) -> KnownMessage | None:
        """The first message of that request."""
        ...

    def by_conversation(self, conversation: Conversation) -> Sequence[KnownMessage]:
        """Messages of the same conversation, sender and time that belong to a request."""
        ...


class RecentRequests(Protocol):
    """Stored requests, to recognise duplicates. Only those of the same jurisdiction are seen."""

    def near(self, *, lat: float, long: float, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        """Requests in the cell of this position and its neighbours (some 300 m), newest first."""
        ...

    def at_address(self, address: str, *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        """Requests at the same canonical address (``normalizer.locate.address_key``), newest first."""
        ...

    def by_terms(self, terms: Sequence[str], *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        """Requests that have one of these rare terms (``normalizer.dedupe.terms``), newest first.

        Where the term is the sender's, the found request has that ``sender_key``.
        """
        ...

    def rejected(self, service_request_id: str) -> frozenset[str]:
        """Requests that a person has said this one is *not* the same problem as."""
        ...


class Gazetteer(Protocol):
    """The city's own streets, addresses and places."""

    def lookup(self, text: str) -> Sequence[LocationCandidate]:
        """Candidates for places named in ``text``, best first, each with the span it was read from."""
        ...

    def standing(self, lat: float, long: float) -> Sequence[Standing]:
        """The city's areas that a position lies in, layer by layer, with the distance to their boundary and the neighbours near it."""
        ...


class Weights(Protocol):
    """The classifier's model, read when it is first asked for and the same ever after."""

    def __call__(self) -> Linear:
        """The model."""
        ...


class NothingKnown:
    """Knows no message, request or place: for a pure run."""

    def by_message_ids(self, message_ids: Sequence[str]) -> Sequence[KnownMessage]:
        return ()

    def by_service_request_id(self, service_request_id: str) -> KnownMessage | None:
        return None

    def by_conversation(self, conversation: Conversation) -> Sequence[KnownMessage]:
        return ()

    def near(self, *, lat: float, long: float, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        return ()

    def at_address(self, address: str, *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        return ()

    def by_terms(self, terms: Sequence[str], *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        return ()

    def rejected(self, service_request_id: str) -> frozenset[str]:
        return frozenset()

    def lookup(self, text: str) -> Sequence[LocationCandidate]:
        return ()

    def standing(self, lat: float, long: float) -> Sequence[Standing]:
        return ()
