"""What the city holds on a resident in one request, in plain words and masked: whoever sees the page should learn no address from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gateway.web._tracking_look import Say
from normalizer.model import InboundMessage, Sender

if TYPE_CHECKING:
    from gateway.store.tracked import Tracked

_FEW_DIGITS = 6
"""A number that is no longer than this is not shown in part either: the rest could be tried."""


def holds(
    tracked: Tracked, own: Sequence[InboundMessage], sender: Sender, say: Say, *, language: str, wants: bool
) -> Iterator[tuple[str, str]]:
    """The lines of the summary: what it is, what is held. ``own`` are the resident's messages, ``sender`` what they left to be reached."""
    for kind, value in (("name", _initials(sender.name)), ("email", _email(sender.address)), ("handle", _initials(sender.handle))):
        if value:
            yield say(f"holds.{kind}"), value
    if sender.phone:
        yield say("holds.phone"), _phone(sender.phone, say)
    if not any((sender.name, sender.address, sender.phone, sender.handle)):
        yield say("holds.name"), say("holds.none")
    yield say("holds.messages"), _count(say, "message", len(own))
    yield say("holds.photos"), _count(say, "photo", sum(file.media_type.startswith("image/") for one in own for file in one.attachments))
    if language in ("fr", "en"):
        yield say("holds.language"), say(f"holds.{language}")
    yield say("holds.news"), say(f"holds.news_{_news(tracked, own, sender, wants=wants)}")


def masked(sender: Sender, say: Say) -> str:
    """How the resident can be written to, masked; empty where they cannot."""
    return _email(sender.address) or (_phone(sender.phone, say) if sender.phone else "") or _initials(sender.handle)


def _news(tracked: Tracked, own: Sequence[InboundMessage], sender: Sender, *, wants: bool) -> str:
    """Whether they are written to, as the end of a key of words."""
    if not (sender.address or sender.phone or sender.handle):
        return "none"
    if not wants:
        return "no"
    ids = {message.intake_id for message in own}
    keys = {one.contact_key for one in tracked.said if one.intake_id in ids}
    known = [contact for key, contact in tracked.contacts.items() if key in keys]
    if any(contact.opted_out is not None for contact in known):
        return "stopped"
    return "bounced" if known and all(contact.bounced is not None for contact in known) else "yes"


def _initials(name: str | None) -> str:
    return " ".join(f"{part[0]}•••" for part in (name or "").replace("@", " ").split()[:4])


def _email(address: str | None) -> str:
    local, at, domain = (address or "").rpartition("@")
    if not at or not local or not domain:
        return ""
    host, _, ending = domain.rpartition(".")
    return f"{local[0]}•••@{(host or ending)[0]}•••.{ending}"


def _phone(phone: str, say: Say) -> str:
    digits = "".join(filter(str.isdigit, phone.partition(";")[0]))
    return say("holds.ends", digits=digits[-4:]) if len(digits) > _FEW_DIGITS else "•••"


def _count(say: Say, what: str, count: int) -> str:
    if not count and what == "photo":
        return say("holds.photo_none")
    return say(f"holds.{what}_one") if count == 1 else say(f"holds.{what}_many", count=count)
