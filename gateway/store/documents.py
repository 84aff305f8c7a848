"""The canonical message as it is kept: JSON without what is empty, and with a text that is all new written once."""

from __future__ import annotations

from normalizer.model import InboundMessage


def pack(message: InboundMessage) -> str:
    """The document of a message. ``text`` is left out where it equals ``text_new``: a text may be megabytes long."""
    same = {"text"} if message.text == message.text_new else None
    return message.model_dump_json(exclude_defaults=True, exclude=same)


def unpack(document: str | bytes) -> InboundMessage:
    """The message of a document."""
    return whole(InboundMessage.model_validate_json(document))


def whole(message: InboundMessage) -> InboundMessage:
    """The message with the text that was left out; a text that has something new in it is not empty itself."""
    if not message.text:
        message.text = message.text_new
    return message
