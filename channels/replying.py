"""What a road in must offer to be a road back: the message that goes to a resident, and the three answers that an attempt may have.

The same three answers end an attempt at a delivery to a CRM (``gateway/sinks/base.py``)::

    Delivered     the other side has it
    Deferred      not yet: again later; an accepted ``token`` is kept and handed to every following attempt
    Rejected      never like this: a dead letter, which a person may mend and send again

What an adapter raises counts as Deferred: what we do not understand, we retry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from channels.outward import MakeClient, no_client

if TYPE_CHECKING:
    from channels.base import Notebook

Scope = Literal["sink", "delivery"]
"""Whom an answer concerns: the other system as a whole, or this delivery alone."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has it. ``external_id`` is its number there, ``url`` a page for people, where the system tells them.

    ``reason`` is a coded word where something about it is to be noted (``differs``: the other side holds something else than was sent),
    ``detail`` says what, by the names of fields; both are kept with the delivery.
    """

    external_id: str | None = None
    token: str | None = None
    url: str | None = None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not delivered yet. ``retry_after`` is in seconds, where the other side named a time or soon would be pointless.

    ``reason`` is a coded word that may stand in logs and metrics; ``detail`` is what the other side said, which may quote a person,
    and is kept with the delivery only. ``scope="sink"`` says that others may fare the same: it counts for the circuit breaker.
    ``throttled`` says that the system asked to be left alone: until ``retry_after`` is over nothing is sent to it at all.
    """

    reason: str
    retry_after: float | None = None
    token: str | None = None
    scope: Scope = "sink"
    throttled: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Sending the same again will not help. ``scope="sink"`` says that the system wants no deliveries at all any more."""

    reason: str
    scope: Scope = "delivery"
    detail: str = ""


Delivery = Delivered | Deferred | Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """What the city says to one resident on one channel.

    ``to`` is the address that the adapter writes to (e-mail address, E.164 number, handle, or the platform's conversation id).
    ``idempotency_key`` is the same for all attempts. ``in_reply_to`` is the resident's ``message_id`` or status id, ``references`` the
    whole thread. ``private`` says that the resident wrote privately, so that the answer must not be public. ``hints`` are those of the
    message that is answered (a WhatsApp sender, a Page's id). ``language`` is ISO 639-1.
    """

    idempotency_key: str
    to: str
    text: str
    language: str = "en"
    subject: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    private: bool = True
    service_request_id: str | None = None
    hints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What the gateway gives a replier: ``http`` makes clients, ``public_url`` is the gateway's own address.

    ``notebook`` is the adapter's own (a refreshed token), where there is one.
    """

    http: MakeClient = no_client
    public_url: str = ""
    notebook: Notebook | None = None


@runtime_checkable
class Replier(Protocol):
    """An adapter that can write back on its channel.

    ``max_reply`` is the most characters of one reply (0: no bound). ``reply`` may be called again with the same ``idempotency_key``, where
    nobody saw the end of an attempt: it must then not say the same twice, as far as the platform allows.
    """

    max_reply: int

    async def reply(self, message: OutboundMessage, context: ReplyContext, /) -> Delivery: ...
