"""The JSON message of any system: the check of it, and the canonical message made from it.

Shared by ``api.message``, which takes it over HTTP, and ``bulk.files``, which makes it from rows. What is missing is not made up, what
is wrong is named by its path, what is unknown is refused.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from channels._message_shape import JsonMessage, Person
from channels.base import Permanent, RawMessage, TooLarge
from normalizer.model import Attachment, Call, ChannelName, InboundMessage, Segment, Sender

MAX_SIZE = 10 * 1024 * 1024
CHANNELS: tuple[ChannelName, ...] = get_args(ChannelName)
_MAX_MISTAKES = 20
_MAX_VALUES = 30_000


@dataclass(frozen=True, slots=True)
class FieldMistake:
    """One thing that is wrong: the path of the field (``sender.email``, ``attachments.0.data``; empty for the whole) and what."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class BadMessage(Permanent):
    """The body is refused; its text is fit for the sender and repeats no value.

    ``status`` is the HTTP status: 400 where it is no JSON, 422 where it is JSON of another shape (RFC 9110 §15.5.21).
    """

    def __init__(self, status: int, mistakes: Iterable[FieldMistake]) -> None:
        self.status = status
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(str(mistake) for mistake in self.mistakes))


@dataclass(frozen=True, slots=True)
class Parsed:
    """A body that is what it should be. ``source_id`` is the key of the idempotent receiver.

    ``fingerprint`` is a hash of what it says, whatever the order of keys and the white space: a second body with the same
    ``source_id`` and another fingerprint is a mistake of the sender, not a redelivery.
    """

    source_id: str
    fingerprint: str
    message: JsonMessage


def parse(
    body: bytes, *, idempotency_key: str | None = None, max_size: int = MAX_SIZE, channels: Collection[ChannelName] = CHANNELS
) -> Parsed:
    """Check a body before it is accepted. ``channels`` are the values that its ``channel`` may have.

    Raises TooLarge, or BadMessage with everything that is wrong (at most 20 mistakes). No body makes it raise anything else: orjson
    refuses NaN, lone surrogates, 1,024 levels and numbers beyond a double, and the shape has no free depth.
    """
    if len(body) > max_size:
        raise TooLarge(f"{len(body)} bytes, {max_size} allowed")
    data = _json(body)
    key = "source_id"
    if idempotency_key is not None and "source_id" not in data:
        key = "Idempotency-Key"
        # The draft's header is a structured string in quotes; most clients send the bare value.
        data = data | {"source_id": idempotency_key.strip().removeprefix('"').removesuffix('"')}
    try:
        message = JsonMessage.model_validate(data)
    except ValidationError as error:
        raise BadMessage(422, _mistakes(error.errors(include_url=False, include_input=False), key)) from None
    if mistakes := _together(message, channels):
        raise BadMessage(422, mistakes)
    assert message.source_id is not None  # noqa: S101  _together has said so
    return Parsed(message.source_id, fingerprint(data), message)


def fingerprint(data: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the object with its keys in order."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadMessage(400, [FieldMistake("", f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}")]) from None
    if not isinstance(data, dict):
        raise BadMessage(422, [FieldMistake("", "must be an object")])
    if not _countable(data):  # 100,000 unknown keys would keep the server busy with naming them
        raise BadMessage(422, [FieldMistake("", f"has more than {_MAX_VALUES} values")])
    return data


def _countable(data: Any) -> bool:
    """Whether the tree has at most ``_MAX_VALUES`` values; counted without recursion."""
    waiting, values = [data], 1
    while waiting and values <= _MAX_VALUES:
        node = waiting.pop()
        values += len(node)
        if values <= _MAX_VALUES:
            waiting += [child for child in (node.values() if isinstance(node, dict) else node) if isinstance(child, dict | list)]
    return values <= _MAX_VALUES


def _together(message: JsonMessage, channels: Collection[ChannelName]) -> list[FieldMistake]:
    """What no field can say of itself."""
    mistakes = []
    if message.source_id is None:
        mistakes.append(FieldMistake("source_id", "is required, or an Idempotency-Key header"))
    if not message.text.strip() and not message.attachments:
        mistakes.append(FieldMistake("text", "is empty, and there are no attachments"))
    if (message.lat is None) != (message.long is None):
        missing, given = ("lat", "long") if message.lat is None else ("long", "lat")
        mistakes.append(FieldMistake(missing, f"is required beside {given}"))
    if message.channel is not None and message.channel not in channels:
        mistakes.append(FieldMistake("channel", f"must be one of {', '.join(channels)}"))
    return mistakes


def _mistakes(errors: list[ErrorDetails], key: str) -> list[FieldMistake]:
    """``key`` is where the source_id came from: the body or the header."""
    found = [
        FieldMistake(key if error["loc"] == ("source_id",) else _path(error["loc"]), _words(error)) for error in errors[:_MAX_MISTAKES]
    ]
    if len(errors) > _MAX_MISTAKES:
        found.append(FieldMistake("", f"and {len(errors) - _MAX_MISTAKES} more"))
    return found


def _path(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part)[:100] for part in loc)


_WORDS = {
    "missing": "is required",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "list_type": "must be a list",
    "string_type": "must be a string",
    "float_type": "must be a number",
    "string_too_long": "has more than {max_length} characters",
    "too_long": "has more than {max_length} entries",
    "string_too_short": "is empty",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be one of {expected}",
    "value_error": "{error}",
}


def _words(error: ErrorDetails) -> str:
    """A mistake in our words; pydantic's own text where it has a better one."""
    if error["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(error["loc"][-1])[:100], JsonMessage.model_fields, 1)
        return f"unknown key; did you mean {close[0]}?" if close else "unknown key"
    return _WORDS[error["type"]].format(**error.get("ctx", {})) if error["type"] in _WORDS else error["msg"]


def to_inbound(
    message: JsonMessage, raw: RawMessage, *, adapter: str, channel_id: str, channel: ChannelName, jurisdiction_id: str
) -> InboundMessage:
    """The canonical message. ``channel`` is used where the message does not say what it came by."""
    inbound = InboundMessage(
        channel=message.channel or channel,
        adapter=adapter,
        channel_id=channel_id,
        jurisdiction_id=jurisdiction_id,
        source_id=raw.source_id,
        received_datetime=raw.received_at,
        sent_datetime=message.sent_datetime,
        sender=_sender(message.sender),
        subject=message.subject,
        text=message.text,
        permalink=message.permalink,
        call=_call(message),
        hints=_hints(message),
    )
    if b"\\u0000" in raw.content:
        inbound.notes.append("NUL removed")
    inbound.message_id = _scoped(raw.source_id, channel_id)
    inbound.in_reply_to = _scoped(message.in_reply_to, channel_id) if message.in_reply_to else None
    inbound.references = [_scoped(reference, channel_id) for reference in message.references if reference]
    inbound.attachments = [
        Attachment(
            filename=file.filename,
            media_type=file.media_type,
            declared_media_type=file.media_type,
            size=len(file.data),
            sha256=hashlib.sha256(file.data).hexdigest(),
            content=file.data,
        )
        for file in message.attachments
    ]
    return inbound


def _scoped(reference: str, channel_id: str) -> str:
    """An id that means the same everywhere: a Message-ID as it is, another one within its channel ("17" of two systems is two messages)."""
    return reference if "@" in reference else f"{channel_id}:{reference}"


def _sender(person: Person) -> Sender:
    return Sender(name=person.name or None, address=person.email, phone=person.phone or None, handle=person.handle or None)


def _call(message: JsonMessage) -> Call | None:
    if message.call is None:
        return None
    call = message.call
    return Call(
        caller=call.caller,
        agent=call.agent,
        started=call.started,
        ended=call.ended,
        segments=[Segment(speaker=turn.speaker, start=turn.start, end=turn.end, text=turn.text) for turn in call.segments],
    )


def _hints(message: JsonMessage) -> dict[str, Any]:
    """What the system knows and the text does not say."""
    hints: dict[str, Any] = {
        "lat": message.lat,
        "long": message.long,
        "address": message.address,
        "language": message.language,
        "service_code": message.service_code,
        "attributes": message.attributes or None,
        "on_behalf_of": _sender(message.on_behalf_of).model_dump(exclude_none=True) if message.on_behalf_of else None,
    }
    return {name: value for name, value in hints.items() if value not in (None, "", {})}
