"""What is said to residents, written in the transaction of what it answers: an acknowledgement exists exactly when the request does.

One message to one person about one event (uReport#126: whoever gets a notification for each field soon reads none). What is not said has
its reason in the history: ``reply.withheld``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from channels.replying import OutboundMessage
from gateway.replies import policy
from gateway.replies.policy import Caps, Traffic
from gateway.replies.roads import Roads, Target
from gateway.replies.signing import Signatures
from gateway.replies.wording import Wording
from gateway.store import contacts, outbound
from gateway.store.contacts import UNKNOWN, Contact
from gateway.store.engine import Connection
from gateway.store.history import Event
from gateway.store.numbers import row_number
from gateway.store.outbound import Planned, Sent
from normalizer.catalog import Catalog
from normalizer.identify import sender_key
from normalizer.model import InboundMessage, ServiceRequest
from normalizer.pipeline import Work

_LONG_AGO = timedelta(days=400)
"""How far back it is looked whether an address that nobody vouches for had its one text."""
_OPT_OUT = frozenset({"command_stop", "opted_out"})
_OPT_IN = frozenset({"command_start", "opted_in"})
ASKS = "question_"
"""What the kind of a message begins with that waits for an answer."""


@dataclass(frozen=True, slots=True)
class City:
    """What planning knows of one city."""

    jurisdiction_id: str
    languages: tuple[str, ...]
    own_addresses: frozenset[str]
    catalog: Catalog
    signatures: Signatures


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that somebody should be told, before it is decided whether they are. ``key`` is that of its delivery.

    ``own``: it is their request, and not one that somebody else made about the same problem.
    """

    key: str
    kind: str
    city: City
    target: Target
    language: str
    requests: tuple[ServiceRequest, ...]
    intake_id: str | None = None
    sure: bool = True
    own: bool = True
    asks: str | None = None
    candidates: tuple[str, ...] = ()
    status: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """Rows to insert and events to append."""

    outbound: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Planner:
    """Plans for one gateway."""

    def __init__(
        self,
        roads: Roads,
        cities: Mapping[str, City],
        wording: Wording,
        caps: Caps,
        *,
        patience: timedelta = timedelta(days=3),
        questions: bool = True,
    ) -> None:
        self._roads, self._cities, self._wording, self._caps = roads, cities, wording, caps
        self._patience, self._questions = patience, questions

    def answer(self, connection: Connection, works: Sequence[Work], now: datetime) -> Plan:
        """What a batch of settled messages is answered with. Marks who objected and whose address does not work."""
        plan = Plan()
        intents: list[Intent] = []
        for work in works:
            city = self._cities.get(work.message.jurisdiction_id)
            if city is None:
                continue
            self._mark(connection, city, work, now)
            intents += self._intents(city, work, plan)
        self._write(connection, intents, now, plan)
        return plan

    def tell(
        self,
        connection: Connection,
        request: ServiceRequest,
        kind: str,
        told: Sequence[tuple[InboundMessage, str]],
        key: str,
        now: datetime,
        status: Mapping[str, Any] | None = None,
    ) -> Plan:
        """Tell everybody who wrote about a request what became of it. ``told`` are their messages with their role in it, oldest first.

        ``key`` names the event: the same one is told once, however often it is planned.
        """
        plan = Plan()
        city = self._cities.get(request.jurisdiction_id)
        if city is None:
            return plan
        intents: dict[str, Intent] = {}
        for message, role in told:
            about = request if role == "request" else None  # the request's contact is that of who made it
            target = self._roads.target(message, sender_key(message), about, for_another="on_behalf_of" in message.hints)
            if target is None or policy.nobody_to_write_to(message, city.own_addresses):
                continue
            language = self._language(city, message.language.value or request.language)
            intents[target.key] = Intent(
                f"{key}-{_short(target.key)}",
                kind,
                city,
                target,
                language,
                (request,),
                message.intake_id,
                own=role != "duplicate",
                status=status or {},
            )
        self._write(connection, list(intents.values()), now, plan)
        return plan

    def _mark(self, connection: Connection, city: City, work: Work, now: datetime) -> None:
        message = work.message
        if message.disposition == "not_actionable" and work.sender_key is not None:
            if message.reason in _OPT_OUT:
                contacts.opt_out(connection, city.jurisdiction_id, work.sender_key, now)
            elif message.reason in _OPT_IN:
                contacts.opt_in(connection, city.jurisdiction_id, work.sender_key, now)
        elif message.disposition == "bounce":
            self._bounced(connection, city, message, now)

    def _bounced(self, connection: Connection, city: City, message: InboundMessage, now: datetime) -> None:
        """A bounce counts where it names a mail of ours: its id cannot be guessed, so that nobody can silence others by forging bounces."""
        hint = message.hints.get("bounce")
        told = hint if isinstance(hint, dict) else {}
        if told.get("action", "failed") != "failed":
            return
        named = [*message.references, *([message.in_reply_to] if message.in_reply_to else [])]
        original = told.get("message_id") or told.get("original_message_id")
        ids = {str(item).strip("<> ") for item in [*named, *([original] if original else [])]}
        for row in outbound.by_message_ids(connection, city.jurisdiction_id, ids) if ids else ():
            contacts.bounce(connection, city.jurisdiction_id, row.contact_key, now, str(told.get("status") or told.get("reason") or ""))

    def _intents(self, city: City, work: Work, plan: Plan) -> list[Intent]:
        message = work.message
        kind = _kind(work)
        if kind is None:
            return []
        about = tuple(work.requests)
        for_another = work.on_behalf_of is not None or "on_behalf_of" in message.hints
        target = self._roads.target(message, work.sender_key, about[0] if about else None, for_another=for_another)
        if target is None or (work.staff and not for_another):
            return []
        reason = None if for_another else policy.nobody_to_write_to(message, city.own_addresses)
        if reason is not None:
            plan.events.append(_withheld(city, message, kind, reason))
            return []
        language = self._language(city, message.language.value)
        asks = getattr(work, "asks", None) if kind == "acknowledgement" and self._questions else None
        candidates = tuple(getattr(work, "candidates", ()) or ())
        answer = Intent(
            f"{message.intake_id}-{kind}",
            f"{ASKS}{asks}" if asks else kind,
            city,
            target,
            language,
            about or _named(work),
            message.intake_id,
            sure=policy.verified(message, UNKNOWN),
            own=message.disposition != "duplicate",
            asks=asks,
            candidates=candidates,
        )
        if not work.emergency.flag:
            return [answer]
        return [replace(answer, key=f"{message.intake_id}-emergency", kind="emergency", asks=None, candidates=()), answer]

    def _write(self, connection: Connection, intents: Sequence[Intent], now: datetime, plan: Plan) -> None:
        """Decide over each and write what may be said."""
        if not intents:
            return
        before = outbound.planned_before(connection, {one.key for one in intents})
        intents = [one for one in intents if one.key not in before]
        if not intents:
            return
        keys = {one.target.key for one in intents}
        known: dict[tuple[str, str], Contact] = {}
        for jurisdiction_id in {one.city.jurisdiction_id for one in intents}:
            for key, contact in contacts.find(connection, jurisdiction_id, keys).items():
                known[jurisdiction_id, key] = contact
        said = outbound.said_to(connection, keys, now - _LONG_AGO)
        traffic = Traffic.of(outbound.said_at_all(connection, now - policy.HOUR, self._caps.overall_hour + 1))
        planned: list[Planned] = []
        for one in intents:
            contact = known.get((one.city.jurisdiction_id, one.target.key), UNKNOWN)
            sure = one.sure or contact.verified is not None
            reason = self._silence(one, contact, said[one.target.key], traffic, now, sure=sure)
            if reason is not None and reason != "cap_overall":
                plan.events.append(_withheld(one.city, one, one.kind, reason))
                continue
            planned.append(self._planned(one, now, sure=sure, hold=reason))
            said[one.target.key].append(Sent(one.kind, now, None))
            traffic.add(one.target.key)
        for number, unnumbered in zip(outbound.numbers(connection, len(planned)), planned, strict=True) if planned else ():
            done = self._numbered(number, unnumbered)
            rows, deliveries = outbound.rows([done], now)
            plan.outbound += rows
            plan.deliveries += deliveries
            subject = done.message.service_request_id or done.intake_id or ""
            data = {"kind": done.kind, "channel": done.channel_id, "outbound_id": done.number, **({"held": done.hold} if done.hold else {})}
            plan.events.append(Event(done.jurisdiction_id, "reply.planned", subject, data=data))

    def _silence(self, one: Intent, contact: Contact, said: Sequence[Sent], traffic: Traffic, now: datetime, *, sure: bool) -> str | None:
        """What happened to a request is told whatever was said a moment ago: it comes from the city, so that no two machines can meet."""
        by_mail = one.target.medium == "email" and not one.status
        earlier = [sent for sent in said if not (sent.created == now and sent.kind == "emergency")]
        return policy.silence(one.target.key, contact, earlier, traffic, self._caps, now, sure=sure, by_mail=by_mail)

    def _planned(self, one: Intent, now: datetime, *, sure: bool, hold: str | None) -> Planned:
        kind = one.kind if sure or one.kind == "emergency" else "notice"
        request = one.requests[0] if one.requests else None
        number = request.service_request_id if request is not None else None
        words = self._wording.of(kind, one)
        message = OutboundMessage(
            idempotency_key=one.key,
            to=one.target.to,
            text=words.text,
            language=words.language,
            subject=words.subject,
            in_reply_to=one.target.in_reply_to,
            references=one.target.references,
            private=one.target.private,
            service_request_id=number,
            hints=one.target.hints,
        )
        return Planned(
            number=0,
            key=one.key,
            jurisdiction_id=one.city.jurisdiction_id,
            request_id=row_number(number) if number else None,
            intake_id=one.intake_id,
            channel_id=one.target.road.channel_id,
            kind=kind,
            contact_key=one.target.key,
            message=message,
            expires=now + self._patience if kind.startswith(ASKS) or kind == "closed" else None,
            hold=hold,
        )

    def _numbered(self, number: int, one: Planned) -> Planned:
        """With what only its number makes: the Message-ID and the address that an answer comes back to."""
        road = next(road for road in self._roads if road.channel_id == one.channel_id)
        request_id, city = one.message.service_request_id, self._cities[one.jurisdiction_id]
        if road.medium != "email":
            return replace(one, number=number)
        references = city.signatures.references
        host = road.address.rpartition("@")[2] or "localhost"
        message_id = references.message_id(request_id or "0", str(number), host)
        hints: dict[str, Any] = {"message_id": message_id, "answers": one.message.in_reply_to is not None, "kind": one.kind}
        if request_id and road.address:
            try:
                hints["reply_to"] = references.address(road.address, request_id)
            except ValueError:  # an address so long that there is no room for more
                hints["reply_to"] = road.address
        return replace(one, number=number, message_id=message_id, message=replace(one.message, hints=hints))

    @staticmethod
    def _language(city: City, language: str | None) -> str:
        short = (language or "").partition("-")[0]
        return short if short in city.languages else city.languages[0]


def _kind(work: Work) -> str | None:
    """What a message is answered with; None where it asks for no answer."""
    message = work.message
    if message.disposition == "request" and work.requests:
        return "acknowledgement" if len(work.requests) == 1 else "acknowledgement_several"
    if message.disposition == "duplicate" and message.reason != "same_message":
        return "duplicate"
    if message.disposition == "follow_up" and getattr(work, "reopens", False):
        return "reopened"
    if message.disposition == "follow_up" and work.emergency.flag:
        return "follow_up"
    return None


def _named(work: Work) -> tuple[ServiceRequest, ...]:
    """A request of which only the number matters: the one that a message follows."""
    if work.follows is None:
        return ()
    return (ServiceRequest(service_request_id=work.follows, jurisdiction_id=work.message.jurisdiction_id),)


def _short(key: str) -> str:
    """An address as part of a delivery's key, which may be shown and logged."""
    return sha256(key.encode()).hexdigest()[:16]


def _withheld(city: City, about: InboundMessage | Intent, kind: str, reason: str) -> Event:
    subject = about.intake_id or ""
    return Event(city.jurisdiction_id, "reply.withheld", subject, data={"kind": kind, "reason": reason})
