"""Makes the canonical message of a stored form."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from channels import _multipart, photo
from channels._multipart import File
from channels.base import RawMessage, Unreadable
from channels.web import _answers
from channels.web._answers import Answers
from normalizer.model import Attachment, InboundMessage, Sender

_CANARY = re.compile(r"[A-Za-z0-9_-]{8,100}")


def fill(message: InboundMessage, raw: RawMessage) -> None:
    """Put what the form says into the message. Raises Unreadable where the bytes are no such form."""
    sent = form(raw)
    names = {name for name, _value in sent.fields}
    photos = [file for file in sent.files if file.name == "photo"]
    if "text" not in names and not photos:
        raise Unreadable("a form without a text and without a photo")
    answers = _answers.read(sent.fields)
    message.text = answers.text
    message.sender = Sender(name=answers.name or None, address=answers.email or None, phone=answers.phone or None)
    message.attachments = [attachment(file) for file in photos[: 2 * _answers.PHOTOS]]
    message.hints = _hints(answers)
    if _CANARY.fullmatch(canary := sent.get("canary")):
        message.hints["canary"] = canary  # whether it is one, the store knows
    if photos and not (answers.photo_place or answers.place_source == "photo"):
        message.hints["photo_position"] = False  # it was offered, and not taken


def form(raw: RawMessage) -> _multipart.Form:
    """The stored form. Raises Unreadable where the bytes are none."""
    try:
        return _multipart.read(_multipart.form_type(raw.content_type, raw.content), raw.content)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def attachment(file: File) -> Attachment:
    """A file of a form."""
    return Attachment(
        filename=file.filename or None,
        media_type=photo.media_type(file.content) or "application/octet-stream",
        declared_media_type=file.media_type,
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        content=file.content,
    )


def _hints(answers: Answers) -> dict[str, Any]:
    """What the form knows and the text does not say.

    A service counts as chosen only where the resident changed what the page offered: leaving an offer as it is is no choice, and the
    pipeline judges by itself.
    """
    changed = answers.service_code != answers.service_guess
    hints: dict[str, Any] = {
        "language": answers.language or None,
        "address": None if _answers.is_position(answers.address) else answers.address,
        "lat": answers.lat,
        "long": answers.long,
        "location_source": answers.place_source or None,
        "accuracy": answers.accuracy,
        "service_code": answers.service_code if changed else None,
        "service_seen": answers.service_guess or None,
        "me_too": answers.me_too or None,
        "contact_preference": "email" if answers.email and not answers.phone else "phone" if answers.phone and not answers.email else None,
        "anonymous": True if answers.anonymous else None,
    }
    return {name: value for name, value in hints.items() if value not in (None, "")}
