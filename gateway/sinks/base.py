"""What a road out must offer, and what it answers: the contract of every sink.

A sink module ``gateway/sinks/<name>.py`` is named in the configuration as ``type = "<name>"`` and exports

``Settings``
    a pydantic model of its table in the configuration, derived from :class:`SinkSettings`.
``build(sink_id, settings)``
    makes the sink. It opens nothing: connections are made by the first call, and ended by :func:`close`.

Modules whose name begins with an underscore are shared by sinks and are none themselves.

A delivery is tried until one of three answers is final::

    Delivered     the other side has it
    Deferred      not yet: again later; an accepted ``token`` is kept and handed to every following attempt
    Rejected      never like this: a dead letter, which a person may mend and send again

What a sink raises counts as Deferred: what we do not understand, we retry.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from pydantic import Field

from channels.base import AdapterSettings, Permanent
from channels.replying import Deferred, Delivered, Delivery, Rejected
from config.types import Duration
from gateway.sinks._secrets import Secrets
from normalizer.model import ServiceRequest

__all__ = [
    "NO_FILES",
    "Attached",
    "Attempt",
    "Closing",
    "Deferred",
    "Delivered",
    "Delivery",
    "Event",
    "Files",
    "Following",
    "Holding",
    "Previewing",
    "Reconciled",
    "Rejected",
    "Sink",
    "SinkSettings",
    "StatusUpdate",
    "close",
    "forwardable",
]

Event = Literal["created", "updated"]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with one of a request's messages. ``size`` is in bytes, ``key`` is the same for the same file at every attempt.

    ``photo`` says that it is what is shown in place of a picture: upright, small, without what its camera wrote.
    """

    key: str
    filename: str
    media_type: str
    size: int
    sha256: str
    photo: bool = False


class Files(Protocol):
    """The files of a request, for sinks that send them on."""

    async def of(self, request: ServiceRequest, /) -> Sequence[Attached]:
        """The files of the request's messages in the order of their arrival, a picture as its photo, each content once."""
        ...

    async def content(self, file: Attached, /) -> bytes:
        """The bytes. Raises channels.base.Unavailable when they cannot be had now, and Permanent when they are gone (erased)."""
        ...


class NoFiles:
    """Where no store is at hand: a request without files."""

    async def of(self, request: ServiceRequest, /) -> Sequence[Attached]:  # the signature of Files
        """Nothing."""
        return ()

    async def content(self, file: Attached, /) -> bytes:
        """There is none; raises Permanent."""
        raise Permanent(f"there is no file {file.key}")


NO_FILES = NoFiles()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a delivery.

    ``idempotency_key`` is the same for all attempts at a delivery; ``number`` counts them from 1, also those whose end nobody saw,
    so that a number above 1 means: the other side may have it already. ``token`` is what an earlier attempt was given in place of
    a number; ``external_id`` is the number that this system gave the request, by this delivery or an earlier one. A delivery of several
    steps (create, then add each file) remembers how far it came by a ``token`` of its own in ``Deferred``. ``files`` reads the
    request's files.
    """

    idempotency_key: str
    number: int = 1
    event: Event = "created"
    token: str | None = None
    external_id: str | None = None
    files: Files = field(default=NO_FILES, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What another system tells of a request that it was given. ``status_word`` is its own word where it knows more than two."""

    external_id: str
    status: Literal["open", "closed"]
    status_word: str = ""
    status_notes: str | None = None
    agency_responsible: str | None = None
    updated_datetime: datetime | None = None
    expected_datetime: datetime | None = None


class SinkSettings(AdapterSettings):
    """Base of every sink's ``Settings``."""

    concurrency: int = Field(default=20, ge=1, le=100)
    """Deliveries under way at once to this system."""

    timeout: float = Field(default=20.0, gt=0, le=300)
    """Seconds within which the system has to answer one call completely."""

    keep_trying_hours: float = Field(default=96.0, gt=0)
    """Hours after which a delivery that still fails becomes a dead letter."""

    shadow: bool = False
    """With true nothing is sent: what would have been is recorded, for `intake311 deliveries compare`. See docs/status.md."""

    follow_every: Duration = Duration(minutes=5)
    """How often the system is asked what became of the requests, where it can be asked."""

    follow: bool = True
    """Whether it is asked at all."""

    status_decides: bool = True
    """Whether what the system says of a request's status becomes the request's; with false it is only kept in the history."""

    status_secret: Secrets = Field(default_factory=list)
    """Secret that the system signs its calls of /api/v1/status with, "whsec_" and base64; two while it is changed."""


@runtime_checkable
class Sink(Protocol):
    """A system that requests are delivered to."""

    async def check(self) -> None:
        """See whether deliveries would work, without leaving a trace; raises channels.base.Temporary or Permanent where not."""
        ...

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:
        """Bring the request's current state to the system. May be called again with the same key; may be cancelled."""
        ...


@runtime_checkable
class Following(Protocol):
    """A sink whose system tells what becomes of the requests."""

    def updates(self, since: datetime, /, *, known: Sequence[str] = ()) -> AsyncIterator[StatusUpdate]:
        """What changed after ``since``. ``known`` are the numbers of the requests that we still follow there.

        Raises channels.base.Temporary when the system cannot be asked now; nothing is then known of what was not yielded.
        """
        ...


@dataclass(frozen=True, slots=True)
class Holding:
    """A request as another system holds it: its number there, ours as far as the system keeps it, and its status (None where unknown)."""

    external_id: str
    service_request_id: str | None = None
    status: Literal["open", "closed"] | None = None


@runtime_checkable
class Reconciled(Protocol):
    """A sink whose system can be asked for everything that it holds of ours, for the nightly reconciliation."""

    def holdings(self, since: datetime, /, *, known: Sequence[str] = ()) -> AsyncIterator[Holding]:
        """The requests of the numbers ``known``, and all those with a number of ours that were filed there after ``since``.

        A number of ``known`` that is not among them is not there. Raises channels.base.Temporary where the system cannot be asked now.
        """
        ...


@runtime_checkable
class Previewing(Protocol):
    """A sink that can say what it would send, without sending it: shadow mode records that. Others record the request itself."""

    def preview(self, request: ServiceRequest, attempt: Attempt, /) -> str:
        """What a first call would carry, as text and without credentials; raises what ``deliver`` would reject."""
        ...


@runtime_checkable
class Closing(Protocol):
    """A sink that holds connections or files."""

    async def aclose(self) -> None: ...


async def close(sinks: Iterable[Sink]) -> None:
    """End the connections of those sinks that hold any."""
    for sink in sinks:
        if isinstance(sink, Closing):
            await sink.aclose()


def forwardable(request: ServiceRequest) -> ServiceRequest:
    """The request as it may leave: without the person's name and contact where the person asked to stay anonymous."""
    anonymous = request.visibility == "anonymous" or any(part.role == "reporter" and part.anonymous for part in request.reporters)
    if not anonymous:
        return request
    return request.model_copy(update={"first_name": None, "last_name": None, "email": None, "phone": None})
