"""The canonical data model: what every channel is translated into and every sink is given.

Plain pydantic, no tables, no input or output. Names are Open311's (GeoReport v2) where Open311 has one; the outside reads these
objects as JSON, described by ``docs/schema/*.json``. Times are aware and UTC; positions are WGS 84 degrees; confidences and scores
lie in 0..1.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ChannelName = Literal["email", "sms", "phone", "social", "web", "open311", "api", "bulk"]
Disposition = Literal["request", "follow_up", "duplicate", "held", "auto_reply", "bounce", "spam", "not_actionable"]
Kind = Literal["report", "question", "complaint", "compliment", "information", "not_ours"]
Priority = Literal["emergency", "high", "normal", "low"]
LinkState = Literal["linked", "suggested", "rejected"]
Span = tuple[int, int]
"""Start and end offset, in characters, of the words in ``text_new`` (end exclusive)."""
Score = Annotated[float, Field(ge=0.0, le=1.0)]


class Model(BaseModel):
    """Base of the canonical objects: unknown names are errors, and an error never shows the value it complains about."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Evidence(Model):
    """Why an inferred field has its value.

    ``source`` names the rule, header, model or member of staff; ``span`` points at the resident's words; ``detail`` is what a
    clerk reads. ``intake_id`` names the message whose words these are, where it is a later one than that with which the request began.
    An override keeps what it replaced in ``replaced`` and says who did it and when.
    """

    field: str
    value: Any = None
    source: str
    span: Span | None = None
    score: Score | None = None
    detail: str = ""
    intake_id: str | None = None
    replaced: Any = None
    by: str | None = None
    at: datetime | None = None


class Language(Model):
    """A language as an ISO 639-1 code (``und`` when it is not known, BCP 47) and how sure we are."""

    value: str = "und"
    confidence: Score = 0.0


class Sender(Model):
    """Who the content says wrote the message. ``address`` is an e-mail address, ``phone`` E.164 where it could be read as such."""

    address: str | None = None
    name: str | None = None
    phone: str | None = None
    handle: str | None = None


class Photo(Model):
    """What is shown in place of a picture: upright, small, without what its camera wrote; the bytes are in the blob store.

    ``sha256`` (hex) and ``size`` (bytes) are those of this rendition, the attachment has the original's. ``taken`` is when the camera says
    that it was taken. ``dhash`` (64 bits in hex) is nearly the same for pictures that look the same.
    """

    sha256: str = ""
    size: int = 0
    media_type: str = "image/jpeg"
    width: int = 0
    height: int = 0
    taken: datetime | None = None
    dhash: str = ""
    content: bytes | None = Field(default=None, exclude=True, repr=False)
    """The bytes, only until they are in the blob store; never part of the JSON."""


class Attachment(Model):
    """A file that came with a message; the bytes are in the blob store under ``sha256`` (hex). ``size`` is in bytes.

    ``declared_media_type`` is what the sender said, ``media_type`` what the bytes are. ``lat`` and ``long`` are where a picture was taken.
    ``fetched`` is the position in the message's ``hints["media"]`` of the address that the file was fetched from, after the message.
    """

    filename: str | None = None
    media_type: str = "application/octet-stream"
    declared_media_type: str | None = None
    size: int = 0
    sha256: str = ""
    inline: bool = False
    lat: float | None = None
    long: float | None = None
    photo: Photo | None = None
    fetched: int | None = None
    content: bytes | None = Field(default=None, exclude=True, repr=False)
    """The bytes, only between ``translate()`` and the blob store; never part of the JSON."""


class Authentication(Model):
    """What is known of the message's origin: ``pass``, ``fail``, ``none`` … (RFC 8601 result names), or nothing."""

    spf: str | None = None
    dkim: str | None = None
    dmarc: str | None = None
    arc: str | None = None
    signature: str | None = None


class Segment(Model):
    """One turn of a call; ``start`` and ``end`` in seconds from the call's start."""

    speaker: str = ""
    start: float | None = None
    end: float | None = None
    text: str = ""


class Call(Model):
    """The call that a phone message was made from."""

    caller: str | None = None
    agent: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    segments: list[Segment] = Field(default_factory=list)


class InboundMessage(Model):
    """A message in the canonical form: immutable once written, with exactly one disposition.

    ``text`` is all of it; ``text_new`` what the writer added (quotes and signature cut); ``text_quoted`` what was cut.
    ``notes`` say in plain words what was lossy or odd while reading it (``charset latin-x unknown, read as windows-1252``).
    ``hints`` carry what a channel knows and the text does not say: ``lat``, ``long``, ``address``, ``language``,
    ``service_code``, ``attributes``, ``on_behalf_of`` …; ``reply_to`` and ``headers`` serve the screens for loops and lists.
    """

    intake_id: str = ""
    channel: ChannelName = "api"
    adapter: str = ""
    channel_id: str = ""
    jurisdiction_id: str = ""
    source_id: str = ""
    received_datetime: datetime | None = None
    sent_datetime: datetime | None = None
    sender: Sender = Field(default_factory=Sender)
    recipients: list[str] = Field(default_factory=list)
    subject: str | None = None
    text: str = ""
    text_new: str = ""
    text_quoted: str = ""
    language: Language = Field(default_factory=Language)
    message_id: str | None = None
    in_reply_to: str | None = None
    references: list[str] = Field(default_factory=list)
    reply_to: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    attachments: list[Attachment] = Field(default_factory=list)
    authentication: Authentication = Field(default_factory=Authentication)
    is_auto_reply: bool = False
    is_bounce: bool = False
    permalink: str | None = None
    call: Call | None = None
    hints: dict[str, Any] = Field(default_factory=dict)
    notes: list[str] = Field(default_factory=list)
    disposition: Disposition | None = None
    reason: str | None = None
    service_request_ids: list[str] = Field(default_factory=list)


class Alternative(Model):
    """Another service that the classifier thought of."""

    service_code: str
    confidence: Score


class Classification(Model):
    """Which service the request asks for. ``abstained`` means: a person should choose; ``service_code`` is then the best guess."""

    service_code: str = "other"
    confidence: Score = 0.0
    alternatives: list[Alternative] = Field(default_factory=list)
    evidence: list[Evidence] = Field(default_factory=list)
    abstained: bool = True


class LocationCandidate(Model):
    """One place that the text may mean."""

    address: str = ""
    lat: float | None = None
    long: float | None = None
    precision: str = "unknown"
    span: Span | None = None
    score: Score = 0.0


class Location(Model):
    """Where the problem is. ``precision`` is one of ``point, address, intersection, street, place, area, unknown``.

    ``source`` says who claimed it (``text``, ``form``, ``photo``, ``pin``, ``staff``): what was said and what was inferred stay apart.
    """

    precision: str = "unknown"
    source: str | None = None
    span: Span | None = None
    candidates: list[LocationCandidate] = Field(default_factory=list)
    area_codes: dict[str, str] = Field(default_factory=dict)


class Emergency(Model):
    """Whether words of danger to life or property were found, by which rule and where."""

    flag: bool = False
    rule: str | None = None
    span: Span | None = None


class DuplicateLink(Model):
    """Another request that is, or may be, about the same problem."""

    service_request_id: str
    score: Score
    reasons: dict[str, Any] = Field(default_factory=dict)
    state: LinkState = "suggested"


class Reporter(Model):
    """A person's part in a request; the person is kept apart (``party_id``)."""

    party_id: str | None = None
    role: Literal["reporter", "on_behalf_of", "me_too", "staff"] = "reporter"
    contact_preference: str | None = None
    language: str | None = None
    anonymous: bool = False


class ExternalId(Model):
    """The number that another system gave the request."""

    system: str
    id: str
    url: str | None = None


class Media(Model):
    """A picture of a request, from any of its messages: the rendition's digest, size in bytes and in pixels, and the original's digest.

    ``dhash`` is that of the photo: nearly the same for pictures that look the same.
    """

    intake_id: str = ""
    sha256: str
    media_type: str = "image/jpeg"
    size: int = 0
    width: int = 0
    height: int = 0
    original_sha256: str = ""
    dhash: str = ""


class HistoryEntry(Model):
    """One line of a request's history, as people read it."""

    at: datetime
    kind: str
    actor: str
    detail: dict[str, Any] = Field(default_factory=dict)


class ServiceRequest(Model):
    """What a resident asks of the city, with Open311's field names and the evidence for whatever was inferred."""

    service_request_id: str = ""
    token: str | None = None
    jurisdiction_id: str = ""
    status: Literal["open", "closed"] = "open"
    status_notes: str | None = None
    service_code: str = "other"
    service_name: str = ""
    description: str = ""
    agency_responsible: str | None = None
    requested_datetime: datetime | None = None
    updated_datetime: datetime | None = None
    expected_datetime: datetime | None = None
    address_string: str | None = None
    address_id: str | None = None
    zipcode: str | None = None
    lat: float | None = None
    long: float | None = None
    media_url: str | None = None
    media: list[Media] = Field(default_factory=list)
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    account_id: str | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)
    intake_ids: list[str] = Field(default_factory=list)
    channel: ChannelName = "api"
    channels_seen: list[str] = Field(default_factory=list)
    summary: str = ""
    kind: Kind = "report"
    language: str = "und"
    priority: Priority = "normal"
    emergency: Emergency = Field(default_factory=Emergency)
    location: Location = Field(default_factory=Location)
    classification: Classification = Field(default_factory=Classification)
    evidence: list[Evidence] = Field(default_factory=list)
    department: str | None = None
    parent_service_request_id: str | None = None
    duplicate_links: list[DuplicateLink] = Field(default_factory=list)
    reporters: list[Reporter] = Field(default_factory=list)
    visibility: Literal["public", "private", "anonymous"] = "private"
    redactions: list[Evidence] = Field(default_factory=list)
    external_ids: list[ExternalId] = Field(default_factory=list)
    history: list[HistoryEntry] = Field(default_factory=list)
