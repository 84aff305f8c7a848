"""What a road in must offer, and what it is given: the contracts of every channel adapter.

An adapter module ``channels/<channel>/<adapter>.py`` is named in the configuration as ``type = "<channel>.<adapter>"`` and exports

``Settings``
    a pydantic model of its table in the configuration, derived from :class:`AdapterSettings`: unknown keys are errors, secrets are
    ``SecretStr``, every field has a description.
``build(channel_id, settings)``
    makes the adapter: an object with a pure ``translate`` and, as it needs, ``routes``, ``listen``, ``poll`` or ``reply``.

Errors say *again* or *never*::

    ChannelError
    ├── Temporary        the other side should try again
    │   ├── StoreBusy      the writer is behind, or the disk is nearly full
    │   ├── Unavailable    something that we need is not there
    │   └── RateLimited    this sender should slow down
    └── Permanent        trying again will not help
        ├── Unreadable     the bytes cannot be understood (held, replayable)
        ├── NotForUs       not one of our recipients
        └── TooLarge       over the configured size

Whatever else is raised counts as Temporary: what we do not understand, we retry.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from channels.outward import MakeClient, no_client
from normalizer.model import InboundMessage

if TYPE_CHECKING:
    from aiohttp.web import AbstractRouteDef

    from channels.counsel import Counsel


class ChannelError(Exception):
    """Base of what an adapter or ``accept`` raises on purpose. ``str(error)`` goes to the log, never to the outside."""


class Temporary(ChannelError):
    """Nothing was acknowledged; the sender keeps its copy and tries again. ``retry_after`` is in seconds."""

    def __init__(self, message: str = "", *, retry_after: int = 30) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreBusy(Temporary):
    """The writer falls behind or the disk is nearly full. ``full`` tells the two apart (SMTP 452 4.3.1, HTTP 507 or 503)."""

    def __init__(self, message: str = "", *, retry_after: int = 30, full: bool = False) -> None:
        super().__init__(message, retry_after=retry_after)
        self.full = full


class Unavailable(Temporary):
    """A part that the adapter depends on cannot be reached."""


class RateLimited(Temporary):
    """The sender is over its rate."""


class Permanent(ChannelError):
    """Sending the same again will not help."""


class Unreadable(Permanent):
    """``translate`` cannot make sense of the bytes; the message is held and can be replayed."""


class NotForUs(Permanent):
    """The recipient is not one of ours."""


class TooLarge(Permanent):
    """The message is over the configured size."""


class AdapterSettings(BaseModel):
    """Base of every adapter's and sink's ``Settings``: unknown keys are errors and no error text shows a value."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True, use_attribute_docstrings=True)

    type: str
    """Module that implements it: ``<channel>.<adapter>``."""


@dataclass(frozen=True, slots=True)
class Spool:
    """Content that is too large for memory, in a file of ours that ``accept`` takes over (moves into the blob store).

    ``sha256`` is the hex digest of the whole file, ``size`` its length in bytes. The file lies in the directory that the gateway
    hands to listeners (:class:`ListenContext`), so that taking over is a rename. Where ``accept`` raises, the file is the adapter's to
    delete.
    """

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message exactly as it arrived.

    ``source_id`` is the sending side's own id (Message-ID, MessageSid, status id): with the channel's id it is the key of the
    idempotent receiver. ``received_at`` is aware, UTC. ``content`` is byte-exact and never re-encoded. ``envelope`` is what the
    transport said: ``mail_from``, ``rcpt_to`` (space-separated), ``remote_ip``, ``helo``, signature verdicts …; plain strings, already
    valid Unicode.
    ``spool`` is set instead of ``content`` when a listener received more than it should hold in memory; whoever reads a stored
    message gets it back with ``content`` filled and ``spool`` empty. ``held`` is a coded reason when the message is to be kept for a
    person without being read
    (``too_large``: content holds the headers). ``envelope["fingerprint"]``, where an adapter sets it, is a hash of what the message
    says, without what a redelivery may change: see :class:`Receipt`.
    """

    source_id: str
    received_at: datetime
    content_type: str
    content: bytes = b""
    envelope: Mapping[str, str] = field(default_factory=dict)
    spool: Spool | None = None
    held: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a message is durable. ``duplicate`` is true when it had been stored before; the id is then the first one's.

    ``conflict`` is true for a duplicate whose ``envelope["fingerprint"]`` differs from the stored one's: the sender used one id for two
    messages, and only the first is stored. Who asked should be told, where there is anybody to tell.
    """

    intake_id: str
    duplicate: bool = False
    conflict: bool = False


class Accept(Protocol):
    """Make the message durable, then return: returning *is* the acknowledgement.

    Raises Temporary (StoreBusy …) when it is not stored. It survives the cancellation of its caller: a commit that has begun ends.
    """

    async def __call__(self, raw: RawMessage, /) -> Receipt: ...


@runtime_checkable
class Channel(Protocol):
    """Every adapter: a pure translation, so that replay re-reads yesterday's bytes with today's code."""

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Raise :class:`Unreadable` where nothing can be made of it; anything else raised is treated the same and logged."""
        ...


def _nobody_counts(_reason: str, _source: str) -> None:
    """Stand for the gateway's counter where there is no gateway."""


def _nobody_waits() -> None:
    """Stand for the poller's alarm where nobody polls."""


@dataclass(frozen=True, slots=True)
class WebhookContext:
    """What the gateway gives a webhook adapter.

    ``public_url`` is the address under which the outside reaches the gateway, without a slash at its end: providers sign it, so it is
    never taken from a request. ``refused`` is called for each request that was not believed, with a coded reason (``signature``,
    ``account`` …) and the remote address; the gateway counts it by channel and reason and logs it once per source. ``http`` makes
    clients for calls outward. ``wake`` lets the adapter's own ``poll`` run at once: a provider that only says "there is something new" is
    answered after it, and what is new comes by the poll, which loses nothing. ``counsel`` answers what a form or an Open311 client
    wants to know before or after a message: services, suggestions, what was reported nearby. ``spool_dir`` is where a body that is too
    large for memory may be written, as for listeners (:class:`Spool`); ``notebook`` keeps a few durable words, as for pollers.
    """

    public_url: str
    refused: Callable[[str, str], None] = _nobody_counts
    http: MakeClient = no_client
    wake: Callable[[], None] = _nobody_waits
    counsel: Counsel | None = None
    spool_dir: Path | None = None
    notebook: Notebook | None = None


@runtime_checkable
class Webhook(Channel, Protocol):
    """A provider calls us over HTTP, under ``/channels/{channel_id}`` (and below)."""

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[AbstractRouteDef]: ...


@dataclass(frozen=True, slots=True)
class ListenContext:
    """What the gateway gives a listener: the directory for spools (same file system as the blob store) and its public name."""

    spool_dir: Path
    hostname: str


@runtime_checkable
class Listener(Channel, Protocol):
    """The adapter opens a port of its own.

    Entering the context starts to accept, leaving it stops accepting and ends sessions in an orderly way.
    """

    def listen(self, accept: Accept, context: ListenContext, /) -> AbstractAsyncContextManager[None]: ...


class Notebook(Protocol):
    """A few durable words of an adapter's own: a refreshed token, the id of a subscription. No messages, nothing large."""

    async def get(self, name: str, /) -> str | None:
        """What was written under this name, or None."""
        ...

    async def put(self, name: str, value: str, /) -> None:
        """Write it durably; raises Temporary where the store cannot."""
        ...


@dataclass(frozen=True, slots=True)
class PollContext:
    """What the gateway gives a poller: a maker of HTTP clients, its notebook, and its own public address."""

    http: MakeClient
    notebook: Notebook
    public_url: str = ""


@runtime_checkable
class Poller(Channel, Protocol):
    """The adapter asks a provider for what is new.

    ``poll`` iterates everything above the cursor, oldest first, and yields each message with the cursor that it moves to; with None in
    place of a message only the cursor moves. Code after a ``yield`` runs once the message is durable (there a mail may be moved to another
    folder). The cursor is stored after that, not always after each, so that a message may be seen again after a crash: it is recognised
    by its ``source_id``. ``poll`` may end (it is called again after ``interval``, or sooner when woken) or go on for ever (a stream).
    Whatever it raises, it is called again, later each time. An item that cannot be had must not stop those behind it: yield it with
    ``held="unfetchable"`` and what is known of it.
    """

    interval: timedelta

    def poll(self, cursor: str | None, context: PollContext, /) -> AsyncIterator[tuple[RawMessage | None, str]]: ...


@runtime_checkable
class Waiting(Protocol):
    """A poller whose provider can tell at once that there is something new (IMAP IDLE)."""

    async def wait(self, context: PollContext, /) -> None:
        """Return when it may be worth polling; may be cancelled at any time, and called again."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """A medium that a message named by address: its bytes and what its server called it."""

    content: bytes
    media_type: str | None = None
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class FetchContext:
    """What the gateway gives a fetcher: a maker of HTTP clients. Media are fetched with ``private_addresses=False``, always."""

    http: MakeClient


@runtime_checkable
class Fetcher(Protocol):
    """An adapter whose messages name media by address, to be fetched after the message is safe.

    ``translate`` lists them in ``hints["media"]``: tables with ``url`` and, as known, ``media_type``, ``filename``, ``id``. The gateway
    calls ``fetch`` for each, again and again until it answers or says never: Permanent (not ours, gone, not allowed), TooLarge,
    RateLimited, or anything Temporary. An address is never trusted, not even in a signed message: only what is on the adapter's own list
    of hosts is fetched, and a redirect is followed by the adapter itself against the same list, without its credentials.
    """

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched: ...


@runtime_checkable
class Thrifty(Protocol):
    """A fetcher whose provider keeps media until it is told that they are not needed any more.

    ``stored`` is called once a medium is durable here; what it raises is logged and changes nothing. It is not called again after a crash.
    """

    async def stored(self, item: Mapping[str, Any], context: FetchContext, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Health:
    """How a channel is, beyond "it works": when its credentials end, and how many messages wait at the provider, where that is known."""

    token_expires: datetime | None = None
    backlog: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ProbeContext:
    """What the gateway gives a probe: it may run in another process than the one that polls.

    ``notebook`` is the adapter's own and ``position`` its poller's stored cursor, where the one who asks has the store open.
    """

    http: MakeClient
    public_url: str = ""
    notebook: Notebook | None = None
    position: str | None = None


@runtime_checkable
class Probed(Protocol):
    """An adapter that can tell whether its channel works, by a harmless call; raises Temporary or Permanent where it does not."""

    async def check(self, context: ProbeContext, /) -> Health: ...


@runtime_checkable
class Canaried(Protocol):
    """An adapter that can send a message to its own channel the way a resident does, so that silence can be told from a broken road.

    The message carries ``token`` where ``translate`` finds it again and puts it into ``hints["canary"]``; the pipeline settles it as
    ``not_actionable``, reason ``canary``. ``send_canary`` raises Temporary or Permanent where it cannot be sent.
    """

    async def send_canary(self, token: str, context: ProbeContext, /) -> None: ...
