"""Who sent a message: canonical addresses, telephone numbers and handles, staff apart from residents.

The canonical forms are what people are found again by: an e-mail address as its mailbox is known (``_mailboxes.py``), a number in E.164,
with its extension where it has one (RFC 3966), since behind a switchboard are many, and a handle with the network it belongs to. A mailbox
that several people share (``info@``) is no proof beside a telephone of one's own, and ``noreply@`` is nobody's. Two identifiers of one
message are claims of that message, not proof that they are one person's; joining people is the store's decision, reversible.

An anonymous message stays anonymous: it gets no identifier and no ``sender_key``, and its request no contact data. A person for whom staff
wrote (``hints["on_behalf_of"]``, or the writer of a mail that staff forwarded) is the request's; for anybody else's forward the
forwarder stays the sender, because a pasted header proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from normalizer._mailboxes import email_key, is_nobody, is_role
from normalizer._names import display_name
from normalizer.clean import subjects
from normalizer.clean.quotes import forwarded_from
from normalizer.model import InboundMessage, Sender
from normalizer.pipeline import Context, Work

_ORDER: dict[str, tuple[str, ...]] = {
    "sms": ("phone", "email", "handle"),
    "phone": ("phone", "email", "handle"),
    "social": ("handle", "email", "phone"),
}
_DEFAULT_ORDER = ("email", "phone", "handle")
_NO_CALLER = frozenset({"anonymous", "unknown", "private", "restricted", "unavailable", "blocked", "anonyme", "inconnu", "prive", "masque",
                        "+266696687", "266696687", "+7378742833", "+2562533", "+86282452253"})  # fmt: skip
"""What telephone networks put in place of a withheld number; the digits spell ANONYMOUS, RESTRICTED, BLOCKED, UNAVAILABLE on a keypad."""


def stage(batch: Sequence[Work], context: Context) -> None:
    """Bring the sender into canonical form; set ``identifiers``, ``sender_key``, ``staff`` and ``on_behalf_of``."""
    for work in batch:
        message = work.message
        _canonical(message.sender, context.region)
        if message.hints.get("anonymous") is True:
            work.identifiers, work.sender_key = [], None
            continue
        own = identifiers(message.sender, message.adapter)
        work.sender_key = _key(own, message.channel)
        work.staff = is_staff(message, context)
        work.on_behalf_of = _resident(work, context)
        work.identifiers = of_one_person(own if work.on_behalf_of is None else identifiers(work.on_behalf_of, ""))


def identifiers(sender: Sender, adapter: str) -> list[tuple[str, str]]:
    """The canonical identifiers of a sender in canonical form, as (kind, value): ``email``, ``phone``, ``handle``."""
    found: list[tuple[str, str]] = []
    if sender.address and "@" in sender.address and not is_nobody(sender.address):
        found.append(("email", email_key(sender.address)))
    if sender.phone and sender.phone.startswith("+") and len(sender.phone) >= _SHORTEST:
        found.append(("phone", sender.phone))
    if sender.handle and (handle := _handle(sender.handle)):
        network = adapter.rpartition(".")[2] or "social"
        found.append(("handle", handle if ":" in handle else f"{network}:{handle}"))
    return found


def of_one_person(found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without a mailbox that several people share, where there is something that is more one person's."""
    own = [(kind, value) for kind, value in found if kind != "email" or not is_role(value)]
    return own or list(found)


_PROFILE = re.compile(r"https?://(?:www\.|m\.|mobile\.)?([a-z0-9.-]{3,80})/(?:users/)?(@?)([\w.-]{1,80})/?(?:\?.*)?", re.IGNORECASE)
_ONE_SERVER = frozenset({"x.com", "twitter.com", "facebook.com", "instagram.com", "threads.net", "t.me", "reddit.com"})


def _handle(text: str) -> str:
    """A handle in lower case without the @ before it; of a profile's address the name, with its server where the network has many."""
    handle = text.strip().lower()
    if (profile := _PROFILE.fullmatch(handle)) is not None:
        server, _at, name = profile.groups()
        handle = name if server in _ONE_SERVER else f"{name}@{server}"
    return handle.lstrip("@").rstrip("/")


def email_address(text: str) -> str | None:
    """An e-mail address with its domain in lower case, without ``mailto:`` or brackets; None where there is none.

    The local part keeps its case (RFC 5321 §2.4); two addresses are compared in lower case, as every mail system in use does.
    """
    bare = text.strip().strip("<>").strip()
    if bare.lower().startswith("mailto:"):
        bare = bare[7:].partition("?")[0]
    if len(bare) > 320 or any(space in bare for space in " \t\n,;<>"):
        bare = mailbox(text)[1]
    local, at, domain = bare.rpartition("@")
    domain = domain.strip().rstrip(".").lower()
    if not at or not local or not domain or len(bare) > 320:
        return None
    return f"{local}@{domain}"


def mailbox(text: str) -> tuple[str, str]:
    """The name and address of the first mailbox in a header's text (``"Jean Untel" <jean@example.net>``); empty where missing."""
    head = text[:1000].replace("[mailto:", "<").replace("]", ">")
    name, bracket, rest = head.partition("<")
    if bracket and "@" in rest:
        return name.strip(" \t\"'"), rest.partition(">")[0].removeprefix("mailto:").strip()
    for part in head.replace(",", " ").replace(";", " ").split():
        if "@" in part.strip("@"):
            return "", part.strip("<>()\"'")
    return head.strip(), ""


@lru_cache(maxsize=8_192)
def phone_number(text: str, region: str) -> str | None:
    """A telephone number in E.164, read as in ``region`` (ISO 3166-1) when it has no prefix; None where it cannot be one.

    An extension is kept as RFC 3966 writes it (``+15145550100;ext=12``). ``00`` before the country's code is taken for a plus sign, as most
    of the world dials it: no number of the North American plan begins so.
    """
    raw = text.strip()[:64]
    if _north_american(raw):
        return raw
    # Imported here: its tables take longer to load than most messages, which have no number, take to understand.
    import phonenumbers

    raw = _POSTE.sub(r" ext \1", raw)
    if raw.startswith("00") and sum(map(str.isdigit, raw)) >= _ABROAD:
        raw = f"+{raw[2:]}"
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{whole};ext={number.extension}" if number.extension else whole


_POSTE = re.compile(r"[ ,;]{0,4}\b(?:poste|p\.)[ .:]{0,3}(\d{1,6})$", re.IGNORECASE)
_SHORTEST = 8
"""Characters of the shortest number in E.164 that can be called from abroad."""
_ABROAD = 10
"""Digits from which a number that begins with 00 is one of another country."""


def _north_american(raw: str) -> bool:
    """True for ``+1NXXNXXXXXX``, which is E.164 already (North American Numbering Plan)."""
    return len(raw) == 12 and raw[:2] == "+1" and raw.isascii() and raw[1:].isdigit() and raw[2] in "23456789" and raw[5] in "23456789"


def _canonical(sender: Sender, region: str) -> None:
    if sender.address:
        sender.address = email_address(sender.address) or sender.address.strip() or None
    if sender.phone:
        raw = sender.phone.strip().removeprefix("whatsapp:").removeprefix("tel:").strip()
        if raw.lower() in _NO_CALLER:
            sender.phone = None
        else:
            sender.phone = phone_number(raw, region) or raw or None
    if sender.handle:
        sender.handle = sender.handle.strip() or None
    if sender.name:
        sender.name = display_name(sender.name)


def sender_key(message: InboundMessage) -> str | None:
    """The canonical identifier of who sent a stored message; None of one that is anonymous."""
    if message.hints.get("anonymous") is True:
        return None
    return _key(identifiers(message.sender, message.adapter), message.channel)


def _key(found: Sequence[tuple[str, str]], channel: str) -> str | None:
    by_kind = dict(found)
    for kind in _ORDER.get(channel, _DEFAULT_ORDER):
        if kind in by_kind:
            return f"{kind}:{by_kind[kind]}"
    return None


def is_staff(message: InboundMessage, context: Context) -> bool:
    """True when the sender's domain is one of the city's staff domains and no check of the message's origin failed.

    A From line alone proves nothing, so ``staff`` opens no door by itself: it only says whose contact data a forwarded mail has.
    """
    address = message.sender.address
    if not address or not context.staff_domains:
        return False
    domain = address.rpartition("@")[2]
    if domain not in context.staff_domains and f"@{domain}" not in context.staff_domains:
        return False
    verdicts = message.authentication
    return verdicts.dmarc != "fail" and not (verdicts.spf == "fail" and verdicts.dkim != "pass")


def _resident(work: Work, context: Context) -> Sender | None:
    """The resident for whom the sender wrote: as the channel says, or the writer of what staff forwarded."""
    message = work.message
    hinted = _from_hint(message.hints.get("on_behalf_of"), context.region)
    if hinted is not None or not work.staff or message.channel != "email":
        return hinted
    if not subjects.read(message.subject).forward:
        return None
    written = forwarded_from(message.text)
    if written is None:
        return None
    name, address = mailbox(written)
    canonical = email_address(address)
    if canonical is None or canonical.rpartition("@")[2] in context.staff_domains:
        return None
    return Sender(address=canonical, name=name or None)


def _from_hint(hint: object, region: str) -> Sender | None:
    if isinstance(hint, str) and hint.strip():
        address = email_address(hint) if "@" in hint else None
        return Sender(address=address) if address else Sender(name=display_name(hint.strip()[:200]))
    if isinstance(hint, Mapping):
        values = {name: value.strip() for name, value in hint.items() if isinstance(value, str) and value.strip()}
        sender = Sender(name=values.get("name"), phone=values.get("phone"), handle=values.get("handle"))
        sender.address = values.get("address") or values.get("email")
        _canonical(sender, region)
        return sender if sender != Sender() else None
    return None
