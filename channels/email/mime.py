"""A mail as it was received, turned into an InboundMessage.

``translate`` is pure and never refuses a mail for being malformed, too large or hostile: it reads what can be read and says in
``notes`` what could not. Only bytes that are no message at all are :class:`channels.base.Unreadable`.

Reads RFC 5322, 2045 to 2049, 2047, 2231, 2183, 3676, 6532, 3464, 3834, 8601, winmail.dat and signed S/MIME. Does not verify signatures,
does not decrypt, does not open archives, and believes no Authentication-Results header but those of configured servers.
"""

from __future__ import annotations

import re
from typing import Any, Final

from channels.base import RawMessage, Unreadable
from channels.email import _address, _authres, _auto, _bounce, _content, _date, _headers, _sniff, _tree, _words
from channels.email._bounds import MAX_KEPT_HEADER, MAX_MESSAGE, MAX_RECIPIENTS, MAX_REFERENCES, Notes
from channels.email._charset import without_surrogates
from channels.email._trust import NOBODY, Trust
from channels.email.reference import References
from normalizer.model import InboundMessage, Sender

KEPT: Final = (
    "auto-submitted",
    "precedence",
    "list-id",
    "list-unsubscribe",
    "x-auto-response-suppress",
    "return-path",
    "x-failed-recipients",
    "authentication-results",
    "content-type",
    "x-loop",
    "resent-from",
)
"""Headers that the screens for loops, lists and bounces look at; ``received-count`` is added to them."""
_ID: Final = re.compile(r"<\s*([^<>\s]{1,250})\s*>")
_BARE_ID: Final = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")
_NULL: Final = ("", "<>")
_CANARY: Final = re.compile(r"[A-Za-z0-9._~-]{1,128}")
CANARY_HEADER: Final = "X-Intake311-Canary"
"""Carries the token of a mail that the gateway sent to itself."""


def translate(raw: RawMessage, *, adapter: str, channel_id: str, trust: Trust = NOBODY) -> InboundMessage:
    """``raw.content`` (RFC 5322, as received) in the canonical form. Raises Unreadable when the bytes are no message."""
    notes = Notes()
    content = _bounded(raw.content, notes)
    _refuse(content)
    headers, body = _headers.read(content, 0, len(content), notes, top=True)
    root = _tree.read(content, body, len(content), headers, notes)
    if not headers.count and _sniff.media_type(content[body : body + 4_096], "") == "text/html":
        root.media_type = "text/html"
    hint = _content.charset_hint(root)
    subject = _words.text(headers.get("subject"), notes, hint)
    sender, reply_to = _people(raw, headers, notes, hint)
    read = _content.read(content, root, subject, notes)
    sent = _date.read(headers.get("date"))
    if sent is None and headers.get("date"):
        notes.add("the date cannot be read")
    null_sender = _null_sender(raw, headers)
    bounce = _bounce.read(content, root, headers, sender.address or "", sender.name or "", null_sender=null_sender)
    failed = bounce is not None and bounce.action == "failed"
    message_ids = _ids(headers.get("message-id"))
    answered = _ids(headers.get("in-reply-to"))
    references = _references(headers, answered)
    recipients = _recipients(raw, headers, notes, hint)
    origin = _authres.read(content[:body], raw.envelope, trust.authserv_ids, trust.hops)
    hints: dict[str, Any] = {"links": read.links} if read.links else {}
    if origin.domains:
        hints["dkim_domains"] = origin.domains
    if bounce is not None and bounce.action != "succeeded":
        hints["bounce"] = bounce.hint()
    if trust.references is not None and (number := _signed(raw, recipients, references, trust.references)):
        hints["signed_reference"] = number
    if (canary := headers.get(CANARY_HEADER.lower())) and _CANARY.fullmatch(canary):
        hints["canary"] = canary
    return InboundMessage(
        channel="email",
        adapter=adapter,
        channel_id=channel_id,
        source_id=raw.source_id,
        received_datetime=raw.received_at,
        sent_datetime=sent,
        sender=sender,
        recipients=recipients,
        subject=without_surrogates(subject) or None,
        text=read.text,
        message_id=message_ids[0] if message_ids else None,
        in_reply_to=answered[0] if answered else None,
        references=references,
        reply_to=reply_to,
        headers=_kept(headers, notes),
        attachments=read.files,
        authentication=origin.authentication,
        is_auto_reply=not failed and _auto.is_auto_reply(root, headers, bounce),
        is_bounce=failed,
        hints=hints,
        notes=list(notes),
    )


def _bounded(content: bytes, notes: Notes) -> bytes:
    """The bytes that are read: not too many, and with line ends that end lines."""
    if len(content) > MAX_MESSAGE:
        notes.add(f"message over {MAX_MESSAGE} bytes, the rest was not read")
        content = content[:MAX_MESSAGE]
    head = content[:65_536]
    if b"\n" not in head and b"\r" in head:
        notes.add("line ends are bare CR")
        return content.replace(b"\r", b"\n")
    if b"\r\r\n" in content[:4_096]:
        notes.add("line ends are CR CR LF")
        return content.replace(b"\r\r\n", b"\r\n")
    return content


def _refuse(content: bytes) -> None:
    """Raise Unreadable for what is no mail: nothing at all, or a file of another kind without a single header."""
    if not content[:4_096].strip(b"\r\n \t\0") and not content.strip(b"\r\n \t\0"):
        raise Unreadable("the message is empty")
    if not _headers.has_header(content):
        head = content[:4_096]
        if b"\0" in head or sum(byte > 127 or byte < 9 for byte in head) * 3 > len(head):
            raise Unreadable("no header field, and not text")


def _people(raw: RawMessage, headers: _headers.Headers, notes: Notes, hint: str | None) -> tuple[Sender, str | None]:
    """Who wrote it and where an answer goes. Without an address in From the next best header gives it, and a note says so."""
    every = [_address.read(value, notes, hint) for value in headers.all("from")[:5]]
    if len(every) > 1:
        notes.add("more than one From header; the first with an address counts")
    authors = next((boxes for boxes in every if boxes and "@" in boxes[0].address), every[0] if every else [])
    if len(authors) > 1:
        notes.add("more than one author in From; the first counts")
    author = authors[0] if authors else _address.Mailbox("", "")
    replies = [box.address for box in _address.read(headers.get("reply-to"), notes, hint) if "@" in box.address]
    address = author.address
    if "@" not in address:
        for name in ("sender", "reply-to", "return-path"):
            found = [box.address for box in _address.read(headers.get(name), notes, hint) if "@" in box.address]
            if found and not (name == "return-path" and address):
                address = found[0]
                notes.add(f"no address in From; the one of {name} is used")
                break
        else:
            envelope = raw.envelope.get("mail_from", "").strip("<> ")
            if not address and "@" in envelope:
                address = _address.canonical(envelope)
                notes.add("no address in From; that of the envelope is used")
    name = without_surrogates(author.name)
    sender = Sender(address=without_surrogates(address) or None, name=name if name and name != address else None)
    return sender, without_surrogates(replies[0]) if replies else None


def _recipients(raw: RawMessage, headers: _headers.Headers, notes: Notes, hint: str | None) -> list[str]:
    """Addresses of To and Cc, each once; those of the envelope where the headers have none."""
    found: dict[str, None] = {}
    for value in (*headers.all("to")[:5], *headers.all("cc")[:5]):
        for box in _address.read(value, notes, hint):
            if "@" in box.address:
                found.setdefault(without_surrogates(box.address))
    if not found:
        found = dict.fromkeys(_address.canonical(address) for address in raw.envelope.get("rcpt_to", "").split())
    if len(found) > MAX_RECIPIENTS:
        notes.add(f"{len(found)} recipients, {MAX_RECIPIENTS} are kept")
    return list(found)[:MAX_RECIPIENTS]


def _ids(value: str) -> list[str]:
    """Message-IDs without their brackets (RFC 5322 §3.6.4); bare ones where there are no brackets."""
    if not value:
        return []
    found = _ID.findall(value) or _BARE_ID.findall(value[:2_000])
    return [identifier[:250] for identifier in map(_identifier, found) if identifier]


def _identifier(text: str) -> str:
    return text if text.isascii() and text.isprintable() else without_surrogates(_words.text(text, Notes())).replace(" ", "")


def _references(headers: _headers.Headers, answered: list[str]) -> list[str]:
    """Every id of References and In-Reply-To, oldest first; of very many the first and the latest."""
    found = dict.fromkeys(identifier for value in headers.all("references")[:3] for identifier in _ids(value))
    found.update(dict.fromkeys(answered))
    every = list(found)
    return every if len(every) <= MAX_REFERENCES else [every[0], *every[1 - MAX_REFERENCES :]]


def _signed(raw: RawMessage, recipients: list[str], message_ids: list[str], references: References) -> str | None:
    """The request that an address of ours says it is about (the envelope's first), or a Message-ID of ours that is answered."""
    return references.find((*raw.envelope.get("rcpt_to", "").split(), *recipients), reversed(message_ids))


def _kept(headers: _headers.Headers, notes: Notes) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name in KEPT:
        if name in headers.fields:
            kept[name] = without_surrogates(_words.text(headers.get(name), notes))[:MAX_KEPT_HEADER]
    if received := headers.fields.get("received"):
        kept["received-count"] = str(len(received))
    return kept


def _null_sender(raw: RawMessage, headers: _headers.Headers) -> bool:
    """RFC 5321 §4.5.5: notices have an empty reverse path. The envelope knows; a Return-Path header repeats it."""
    if "mail_from" in raw.envelope:
        return raw.envelope["mail_from"].strip() in _NULL
    return "return-path" in headers.fields and headers.get("return-path") in _NULL
