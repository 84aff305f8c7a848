"""From a message of WhatsApp's Cloud API to the canonical message.

Who has a WhatsApp username may not show a telephone number: then ``from`` is missing, and WhatsApp's own id of the person for this
business (``user_id``) stands in its place.

Source: developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages, …/business-scoped-user-ids.
"""

from __future__ import annotations

import re
from typing import Any

from channels.social import _shapes
from channels.social._meta_updates import Update
from normalizer.model import InboundMessage, Sender

_MEDIA = ("image", "video", "audio", "voice", "document", "sticker")
STOP = frozenset({"stop", "arret", "arrêt", "unsubscribe", "désabonner"})
"""What, as the whole text, asks to be left alone."""


def fill(message: InboundMessage, update: Update) -> None:
    """Read one message, or what became of one of ours."""
    if update.kind == "whatsapp_status":
        _status(message, update.value)
        return
    said = _shapes.table(update.value.get("message"))
    edit = _shapes.table(said.get("edit"))
    person = _sender(message, said, _shapes.tables(update.value.get("contacts")))
    message.message_id = update.source_id
    context = _shapes.table(said.get("context"))
    message.in_reply_to = _shapes.text(context.get("id")) or None
    message.hints.update(private=True, surface="whatsapp", via="whatsapp", person=person, conversation=f"whatsapp:{person}")
    if context.get("forwarded") or context.get("frequently_forwarded"):
        message.notes.append("forwarded: the writer passed on somebody else's message")
    if edit:
        message.in_reply_to = _shapes.text(edit.get("original_message_id")) or None
        message.notes.append("an edited version of an earlier message")
        said = _shapes.table(edit.get("message"))
    elif revoked := _shapes.text(_shapes.table(said.get("revoke")).get("original_message_id")):
        message.message_id = revoked
    _content(message, said)


def _sender(message: InboundMessage, said: dict[str, Any], contacts: list[dict[str, Any]]) -> str:
    contact = contacts[0] if contacts else {}
    profile = _shapes.table(contact.get("profile"))
    number = _shapes.identifier(said.get("from")) or _shapes.identifier(contact.get("wa_id"))
    user_id = _shapes.identifier(said.get("from_user_id")) or _shapes.identifier(contact.get("user_id"))
    username = _shapes.line(profile.get("username")).removeprefix("@")
    phone = f"+{number}" if re.fullmatch(r"[1-9][0-9]{5,14}", number, re.ASCII) else None
    handle = None if phone else f"whatsapp:{user_id or username or number}" if user_id or username or number else None
    message.sender = Sender(name=_shapes.line(profile.get("name")) or username or None, phone=phone, handle=handle)
    if phone is None and user_id:
        message.hints["user_id"] = user_id
    return number if phone else user_id or number


def _content(message: InboundMessage, said: dict[str, Any]) -> None:
    kind = _shapes.text(said.get("type"))
    part = _shapes.table(said.get(kind)) if kind else {}
    if kind == "text":
        message.text = _shapes.text(part.get("body")).strip()
        if message.text.strip(" .!").lower() in STOP:
            message.hints["command"] = "stop"
    elif kind in _MEDIA:
        _medium(message, kind, part)
    elif kind == "location":
        _location(message, part)
    elif kind == "button":
        message.text = _shapes.text(part.get("text")).strip()
        message.hints["button"] = {"text": message.text, "payload": _shapes.line(part.get("payload"))[:200]}
    elif kind == "interactive":
        _interactive(message, part)
    elif kind == "contacts":
        message.text = "\n".join(_card(card) for card in _shapes.tables(said.get("contacts")))
    elif message.hints.get("command") is None and "revoke" not in said:
        message.notes.append(f"a message of the kind {kind[:40] or 'unknown'}, which WhatsApp does not hand over")


def _medium(message: InboundMessage, kind: str, part: dict[str, Any]) -> None:
    message.text = _shapes.text(part.get("caption")).strip()
    medium_id = _shapes.identifier(part.get("id"))
    if kind == "sticker":
        message.notes.append("a sticker")
    elif re.fullmatch(r"[0-9]{1,30}", medium_id, re.ASCII):
        item = {"url": f"whatsapp:{medium_id}", "id": medium_id, "account": message.hints["account"]}
        for name, value in (("media_type", part.get("mime_type")), ("filename", part.get("filename"))):
            if found := _shapes.line(value).partition(";")[0]:
                item[name] = found
        message.hints["media"] = [item]
    else:
        message.notes.append("an attachment without its id")


def _location(message: InboundMessage, part: dict[str, Any]) -> None:
    """A pin that the writer set: the place of the problem, as with a pin on a form."""
    lat, long = part.get("latitude"), part.get("longitude")
    if isinstance(lat, int | float) and isinstance(long, int | float) and abs(lat) <= 90 and abs(long) <= 180:
        message.hints["lat"], message.hints["long"] = float(lat), float(long)
    else:
        message.notes.append("a location pin that cannot be read")
    place = [found for found in (_shapes.line(part.get("name")), _shapes.line(part.get("address"))) if found]
    if place:
        message.hints["address"] = ", ".join(dict.fromkeys(place))
        message.text = message.hints["address"]


def _interactive(message: InboundMessage, part: dict[str, Any]) -> None:
    """A button or a row that was chosen, or a form of WhatsApp's (a flow) that was filled in."""
    chosen = _shapes.table(part.get("button_reply")) or _shapes.table(part.get("list_reply"))
    if chosen:
        title, about = _shapes.line(chosen.get("title")), _shapes.line(chosen.get("description"))
        message.text = f"{title} ({about})" if about else title
        message.hints["button"] = {"text": title, "payload": _shapes.line(chosen.get("id"))[:200]}
    elif form := _shapes.table(part.get("nfm_reply")):
        message.text = _shapes.text(form.get("response_json")) or _shapes.text(form.get("body"))
        message.notes.append("a form of WhatsApp's, as it was filled in")


def _card(card: dict[str, Any]) -> str:
    name = _shapes.line(_shapes.table(card.get("name")).get("formatted_name"))
    phones = [_shapes.line(phone.get("phone")) for phone in _shapes.tables(card.get("phones"))]
    return ", ".join(part for part in (name, *phones) if part)


def _status(message: InboundMessage, status: dict[str, Any]) -> None:
    """What became of a message of ours: kept, and no request."""
    error = next(iter(_shapes.tables(status.get("errors"))), {})
    delivery = {"message_id": _shapes.text(status.get("id")), "status": _shapes.text(status.get("status"))}
    if code := _shapes.identifier(error.get("code")):
        delivery["error_code"] = code
        delivery["error"] = _shapes.line(error.get("title"))[:200]
    recipient = _shapes.identifier(status.get("recipient_id"))
    message.recipients = [recipient] if recipient else []
    message.hints.update(command="delivery_status", delivery=delivery, via="whatsapp", private=True)
