"""By which road a resident is written to: the channel that they used where it can answer, else mail or a text to what they left.

::

    email            by the mailer, from the address that was written to
    sms, social      by the adapter, if it can answer
    web, phone,      to the address that was left, by the city's first mail channel; to the number by its first text channel, where
    open311, api     the person chose that or left nothing else
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from channels.replying import Replier
from normalizer.identify import identifiers
from normalizer.model import InboundMessage, Sender, ServiceRequest

Medium = Literal["email", "sms", "whatsapp", "messenger", "social"]
_INFORM_NOT = frozenset({"none", "no", "non", "aucun", "aucune"})


@dataclass(frozen=True, slots=True)
class Road:
    """A channel that can write. ``address`` is the city's own on it, where it is mail; ``most`` bounds the characters (0: no bound)."""

    channel_id: str
    medium: Medium
    replier: Replier
    jurisdiction_id: str
    most: int = 0
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One person on one road. ``private``: nobody else can read it there, so that a secret link may be in it."""

    road: Road
    key: str
    to: str
    private: bool = True
    medium: Medium = "email"
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    hints: Mapping[str, Any] = field(default_factory=dict)


class Roads:
    """The roads of a gateway, by channel and by city."""

    def __init__(self, roads: Sequence[Road]) -> None:
        self._by_channel = {road.channel_id: road for road in roads}
        self._first: dict[tuple[str, Medium], Road] = {}
        for road in roads:
            self._first.setdefault((road.jurisdiction_id, road.medium), road)

    def __bool__(self) -> bool:
        return bool(self._by_channel)

    def __iter__(self) -> Iterator[Road]:
        return iter(self._by_channel.values())

    def target(
        self, message: InboundMessage, sender_key: str | None, request: ServiceRequest | None = None, *, for_another: bool = False
    ) -> Target | None:
        """How who sent ``message`` is written to about ``request``; None where there is no road, or they do not want to be.

        ``for_another``: somebody wrote in a resident's name, who is the one to write to.
        """
        if _wants_nothing(message) or (request is not None and request.visibility == "anonymous" and message.channel == "web"):
            return None
        own = self._by_channel.get(message.channel_id)
        if own is not None and not for_another:
            return self._same_road(own, message, sender_key)
        return self._other_road(message, request, for_another=for_another)

    def _same_road(self, road: Road, message: InboundMessage, sender_key: str | None) -> Target | None:
        sender = message.sender
        to = {"email": sender.address, "sms": sender.phone}.get(road.medium) or sender.handle or sender.phone or sender.address
        if not to or sender_key is None:
            return None
        if road.medium == "email":
            ids = [*message.references, *([message.message_id] if message.message_id else [])]
            return Target(road=road, key=_mail_key(to), to=to, in_reply_to=message.message_id, references=tuple(dict.fromkeys(ids)))
        medium = "whatsapp" if str(message.hints.get("via", "")).startswith("whatsapp") else road.medium
        private = road.medium == "sms" or message.hints.get("private") is True
        return Target(
            road=road,
            key=sender_key,
            to=to,
            private=private,
            medium=medium,
            in_reply_to=message.message_id,
            references=tuple(message.references),
            hints=dict(message.hints),
        )

    def _other_road(self, message: InboundMessage, request: ServiceRequest | None, *, for_another: bool) -> Target | None:
        city = message.jurisdiction_id
        sender = Sender() if for_another else message.sender
        address = (request.email if request is not None else None) or sender.address
        phone = (request.phone if request is not None else None) or sender.phone
        preference = str(message.hints.get("contact_preference") or "").lower()
        mail, text = self._first.get((city, "email")), self._first.get((city, "sms"))
        if phone and text is not None and (preference in ("sms", "text", "texto") or not (address and mail)) and preference != "phone":
            return Target(road=text, key=f"phone:{phone}", to=phone, medium="sms")
        if address and mail is not None:
            return Target(road=mail, key=_mail_key(address), to=address)
        return None


def _mail_key(address: str) -> str:
    """The canonical form of an address, as the sender of a mail has it."""
    found = dict(identifiers(Sender(address=address), ""))
    return f"email:{found.get('email', address.lower())}"


def _wants_nothing(message: InboundMessage) -> bool:
    hints = message.hints
    return hints.get("anonymous") is True or str(hints.get("contact_preference") or "").lower() in _INFORM_NOT
