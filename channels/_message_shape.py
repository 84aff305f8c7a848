"""The shape of the JSON message: its fields, what each may hold, and what is mended rather than refused.

Mended: control characters in a line of text become a space, NUL is taken out. Everything else that is wrong is refused by name.
"""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from normalizer.model import ChannelName

MAX_TEXT = 100_000
"""Characters of a message's text."""

MAX_ATTRIBUTES = 1_000


def _one_line(value: str) -> str:
    """Control characters become one space: a subject or a name must not end a header or a log line."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", value).strip()


def _without_nul(value: str) -> str:
    return value.replace("\0", "")  # PostgreSQL cannot keep it


def _identifier(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise ValueError("must be printable, without spaces at its ends")
    return value


def _instant(value: Any) -> datetime:
    """RFC 3339: a date, a time and an offset; UTC comes out."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("must be a date and time in RFC 3339 form, as 2026-11-23T10:00:00-05:00") from None
    if moment.tzinfo is None:
        raise ValueError("must have an offset from UTC, as in 2026-11-23T10:00:00-05:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


def _bytes(value: Any) -> bytes:
    if not isinstance(value, str):
        raise ValueError("must be a string of base64")  # noqa: TRY004  pydantic makes a mistake of a ValueError only
    try:
        return binascii.a2b_base64(value, strict_mode=True)
    except ValueError as error:
        raise ValueError("is not base64 (RFC 4648 §4)") from error


def _form(pattern: str, says: str) -> AfterValidator:
    """Refuse what does not have the form, in words that a sender understands."""
    form = re.compile(pattern)

    def check(value: str) -> str:
        if not form.fullmatch(value):
            raise ValueError(says)
        return value

    return AfterValidator(check)


def _attributes(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be an object")  # noqa: TRY004  as above
    if len(value) > MAX_ATTRIBUTES:
        raise ValueError(f"has more than {MAX_ATTRIBUTES} entries")
    return {_one_line(name): _attribute(item) for name, item in value.items()}


def _attribute(value: Any) -> Any:
    """Open311's attributes are texts, numbers and lists of them; a deeper tree would have no place in a request."""
    items = value if isinstance(value, list) else [value]
    if len(items) > 200 or not all(item is None or isinstance(item, str | int | float) for item in items):
        raise ValueError("each must be a string, a number, true, false or a list of those")
    clean = [_without_nul(item) if isinstance(item, str) else item for item in items]
    return clean if isinstance(value, list) else clean[0]


Name = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
Line = Annotated[str, Field(max_length=1000), AfterValidator(_one_line)]
Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_without_nul)]
Link = Annotated[str, Field(max_length=2000), _form(r"https?://[^\s\"<>\\]+", "must be an http(s) address")]
Email = Annotated[str, Field(max_length=320), _form(r"[^\s@<>]+@[^\s@<>]+", "must have the form name@host")]
Phone = Annotated[str, Field(max_length=64), AfterValidator(_one_line)]
Identifier = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_identifier)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
LanguageTag = Annotated[str, Field(max_length=40), _form(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", "must be a language tag, as fr or en-CA")]
MediaType = Annotated[str, Field(max_length=127), _form(r"(?a:[\w!#$&^.+-]+/[\w!#$&^.+-]+)", "must be a media type, as image/jpeg")]
Code = Annotated[str, Field(max_length=100), _form(r"(?a:[\w.:-]+)", "must be a code: letters, digits, _ . : -")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class Person(_Shape):
    """Who wrote, or for whom. Everything is optional: a report may be anonymous."""

    name: Name | None = None
    """As the person gives it."""
    email: Email | None = None
    """``name@host``."""
    phone: Phone | None = None
    """In any way of writing; E.164 is best."""
    handle: Name | None = None
    """Name on a social network or in the sending system."""


class File(_Shape):
    """A file that came with the message."""

    filename: Name | None = None
    """Its name."""
    media_type: MediaType = "application/octet-stream"
    """What the sender says it is (RFC 6838)."""
    data: Annotated[bytes, BeforeValidator(_bytes)]
    """Its bytes in base64 (RFC 4648 §4)."""


class Turn(_Shape):
    """One turn of a call."""

    speaker: Name = ""
    """Who spoke: ``caller``, ``agent`` or a name."""
    start: Annotated[float, Field(ge=0, le=1e7)] | None = None
    """Seconds from the call's start."""
    end: Annotated[float, Field(ge=0, le=1e7)] | None = None
    """Seconds from the call's start."""
    text: Text = ""
    """What was said."""


class PhoneCall(_Shape):
    """The call that the message was made from."""

    caller: Phone | None = None
    """The caller's number."""
    agent: Name | None = None
    """Who took the call."""
    started: Instant | None = None
    """RFC 3339, with offset."""
    ended: Instant | None = None
    """RFC 3339, with offset."""
    segments: Annotated[list[Turn], Field(max_length=5000)] = Field(default_factory=list)
    """Who said what, in order."""


class JsonMessage(_Shape):
    """What any system may send about one message of a resident."""

    source_id: Identifier | None = None
    """The sending system's own id of the message; the same id is taken once. An ``Idempotency-Key`` header may stand for it."""
    text: Text
    """What the resident says, in full. May be empty only where there are attachments."""
    subject: Line | None = None
    """A title, where the channel has one."""
    sender: Person = Field(default_factory=Person)
    """Who wrote."""
    on_behalf_of: Person | None = None
    """For whom, where that is somebody else."""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Latitude of the problem, WGS 84 degrees; together with ``long``."""
    long: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Longitude of the problem, WGS 84 degrees; together with ``lat``."""
    address: Line | None = None
    """Where the problem is, in words."""
    sent_datetime: Instant | None = None
    """When the resident sent it: RFC 3339, with offset."""
    language: LanguageTag | None = None
    """Language of the text (BCP 47), where the system knows it."""
    channel: ChannelName | None = None
    """What it came by, where that is not this interface: ``email, sms, phone, social, web, open311, api, bulk``."""
    attachments: Annotated[list[File], Field(max_length=20)] = Field(default_factory=list)
    """Photos and other files."""
    call: PhoneCall | None = None
    """The call, where it was one."""
    permalink: Link | None = None
    """Where the message can be seen at its origin."""
    in_reply_to: Line | None = None
    """``source_id`` (or Message-ID) of the message that this one answers."""
    references: Annotated[list[Line], Field(max_length=100)] = Field(default_factory=list)
    """Ids of the whole conversation, oldest first."""
    service_code: Code | None = None
    """The service that the resident or an agent chose."""
    attributes: Annotated[dict[str, Any], BeforeValidator(_attributes)] = Field(default_factory=dict)
    """Answers to the service's questions, and whatever else the system knows: texts, numbers, lists of them."""
