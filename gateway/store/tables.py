"""The tables, and the only SQLModel classes of the project.

``table=True`` classes validate nothing: rows are written and read by the repositories beside this module, which map them to the
canonical model. Documents (the canonical objects as JSON) stand in text columns; whatever is searched, ordered or joined on stands in a
column of its own. Every row carries ``jurisdiction_id``. Instants are 64-bit microseconds since 1970 UTC: SQLite has no time zone to lose.

On SQLite the inbox is a database of its own (``…-inbox.db``), so that the process that acknowledges never waits for the one that
understands; on PostgreSQL everything is in one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

from gateway.store.instants import from_micros, to_micros

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit key; on SQLite the row id itself, which only ``INTEGER PRIMARY KEY`` is."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970 UTC. A naive one is a mistake and raises TypeError."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


def _instant(**options: Any) -> Any:
    return Field(sa_column=Column(Instant, **options))


def _text(**options: Any) -> Any:
    return Field(sa_column=Column(Text, **options))


def _id() -> Any:
    return Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))


inbox_metadata = MetaData()


class InboxRow(SQLModel, table=True):
    """A message exactly as it arrived: the wire tap and the replay tape.

    ``source_key`` is the idempotent receiver: the first 16 bytes of SHA-256 over channel_id, NUL, source_id. It is UNIQUE in the
    place of the pair itself, since an index of 16 bytes stays small with millions of rows. Content over the inline limit is in the blob
    store under ``blob``. The last three columns serve several workers on PostgreSQL; on SQLite one worker keeps a cursor instead.
    """

    __tablename__ = "inbox"
    metadata = inbox_metadata
    __table_args__ = (
        UniqueConstraint("source_key", name="uq_inbox_source_key"),
        # Only where several workers claim rows; on SQLite one worker keeps a cursor.
        Index("ix_inbox_books", "channel_id"),
        Index("ix_inbox_waiting", "seq", postgresql_where=Column("done") == 0).ddl_if(dialect="postgresql"),
        {"sqlite_autoincrement": True},
    )
    seq: int | None = _id()
    intake_id: str
    jurisdiction_id: str
    channel_id: str
    source_id: str
    source_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = _instant(nullable=False)
    content_type: str
    envelope: str = _text(nullable=False)
    size: int
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    blob: str | None = None
    held: str | None = None
    done: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    lease_until: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class MessageRow(SQLModel, table=True):
    """A message in the canonical form, with its one disposition. ``trace`` is its timeline as JSON."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_disposition", "disposition", "seq"), Index("ix_message_books", "channel_id", "disposition"))
    seq: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    """The inbox row's number: messages are in the order of their arrival."""
    intake_id: str = Field(unique=True)
    jurisdiction_id: str
    channel_id: str
    received_datetime: datetime = _instant(nullable=False)
    disposition: str
    reason: str | None = None
    document: str = _text(nullable=False)
    trace: str = _text(nullable=False)


class MessageReferenceRow(SQLModel, table=True):
    """A Message-ID that a stored message has (``own``) or refers to: what a follow-up is recognised by.

    ``reference`` is the first 8 bytes of SHA-256 over jurisdiction, NUL, Message-ID, as a signed integer; a match is verified against
    the document.
    """

    __tablename__ = "message_reference"
    reference: int = Field(sa_column=Column(BigInteger, primary_key=True))
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True))
    jurisdiction_id: str
    own: bool
    sender_key: str | None = None


class AttachmentRow(SQLModel, table=True):
    """A file that came with a message; its bytes are in the blob store under ``sha256``."""

    __tablename__ = "attachment"
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True))
    position: int = Field(primary_key=True)
    jurisdiction_id: str
    sha256: str = Field(index=True)
    size: int
    media_type: str
    filename: str | None = None


class ServiceRequestRow(SQLModel, table=True):
    """A service request. Columns win over the document, which holds what is neither searched nor joined on."""

    __tablename__ = "service_request"
    __table_args__ = (
        Index("ix_service_request_requested", "jurisdiction_id", "requested_datetime"),
        Index("ix_service_request_updated", "jurisdiction_id", "updated_datetime"),
    )
    id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    service_request_id: str = Field(unique=True)
    jurisdiction_id: str
    service_code: str
    status: str
    priority: str
    department: str | None = None
    channel: str
    requested_datetime: datetime = _instant(nullable=False)
    updated_datetime: datetime = _instant(nullable=False)
    document: str = _text(nullable=False)


class RequestPlaceRow(SQLModel, table=True):
    """Where to look for requests about the same place: a cell of the grid or a canonical address, hashed to 64 bits."""

    __tablename__ = "request_place"
    place: int = Field(sa_column=Column(BigInteger, primary_key=True))
    request_id: int = Field(sa_column=Column(BigInteger, primary_key=True))
    jurisdiction_id: str
    requested_datetime: datetime = _instant(nullable=False)


class RequestMessageRow(SQLModel, table=True):
    """Which messages speak of a request, and how: ``request`` (it began with this one), ``follow_up`` or ``duplicate``."""

    __tablename__ = "request_message"
    request_id: int = Field(sa_column=Column(BigInteger, primary_key=True))
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, index=True))
    jurisdiction_id: str
    intake_id: str
    channel: str
    role: str


class PartyRow(SQLModel, table=True):
    """A person or organisation that wrote to the city."""

    __tablename__ = "party"
    id: str = Field(primary_key=True)
    jurisdiction_id: str
    name: str | None = None
    language: str | None = None
    created: datetime = _instant(nullable=False)


class PartyIdentifierRow(SQLModel, table=True):
    """An e-mail address, phone number or handle of a party. Not unique: a phone may be shared."""

    __tablename__ = "party_identifier"
    jurisdiction_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    party_id: str = Field(primary_key=True)
    evidence: str = Field(default="")


class ReporterRow(SQLModel, table=True):
    """A party's part in a request."""

    __tablename__ = "reporter"
    request_id: int = Field(sa_column=Column(BigInteger, primary_key=True))
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True))
    jurisdiction_id: str
    party_id: str | None = Field(default=None, index=True)
    document: str = _text(nullable=False)


class EventRow(SQLModel, table=True):
    """The history: append-only, each row hashed over its content and the row before it. Personal data only by reference."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject", "subject", "seq"),)
    seq: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    jurisdiction_id: str
    at: datetime = _instant(nullable=False)
    kind: str
    subject: str
    actor: str
    data: str = _text(nullable=False)
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DeliveryRow(SQLModel, table=True):
    """The outbox: one row for each request, sink and event, with every attempt kept on it.

    ``next_attempt`` is null when there is nothing more to do (delivered, dead letter, hold); it is set before an attempt begins. A row with
    an ``outbound_id`` carries words to a resident: its sink is ``reply:`` and the channel. ``override`` are fields of the request that a
    person corrected for this delivery (JSON), ``payload`` is what shadow mode would have sent.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "sink_id", "next_attempt"),
        Index("ix_delivery_request", "request_id", "sink_id", "id"),
        Index(
            "ix_delivery_leased",
            "lease_until",
            sqlite_where=Column("lease_until").is_not(None),
            postgresql_where=Column("lease_until").is_not(None),
        ),
        Index(
            "ix_delivery_external",
            "sink_id",
            "external_id",
            sqlite_where=Column("external_id").is_not(None),
            postgresql_where=Column("external_id").is_not(None),
        ),
        Index(
            "ix_delivery_outbound",
            "outbound_id",
            sqlite_where=Column("outbound_id").is_not(None),
            postgresql_where=Column("outbound_id").is_not(None),
        ),
        {"sqlite_autoincrement": True},
    )
    id: int | None = _id()
    jurisdiction_id: str
    request_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    sink_id: str
    event: str
    idempotency_key: str = Field(unique=True)
    state: str
    created: datetime = _instant(nullable=False)
    next_attempt: datetime | None = _instant(nullable=True)
    attempts: int = 0
    lease_until: datetime | None = _instant(nullable=True)
    token: str | None = None
    external_id: str | None = None
    external_url: str | None = None
    reason: str | None = None
    log: str = _text(nullable=False)
    outbound_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    override: str | None = _text(nullable=True)
    payload: str | None = _text(nullable=True)


class CounterRow(SQLModel, table=True):
    """Numbers that must not repeat, and the head of the history: rows that a writing transaction locks first."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int = Field(sa_column=Column(BigInteger, nullable=False))
    hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class CursorRow(SQLModel, table=True):
    """How far a reader has come in the inbox."""

    __tablename__ = "cursor"
    name: str = Field(primary_key=True)
    jurisdiction_id: str
    value: str


class TimerRow(SQLModel, table=True):
    """A periodic job: whoever moves ``due`` forward runs it."""

    __tablename__ = "timer"
    name: str = Field(primary_key=True)
    jurisdiction_id: str
    due: datetime = _instant(nullable=False)


class ApiKeyRow(SQLModel, table=True):
    """A key of an integrator: only its SHA-256 is kept."""

    __tablename__ = "api_key"
    hash: str = Field(primary_key=True)
    jurisdiction_id: str
    name: str
    scope: str
    created: datetime = _instant(nullable=False)
    revoked: datetime | None = _instant(nullable=True)


class PollRow(SQLModel, table=True):
    """How far a poller has come at its provider, and how its last attempts ended. Beside the inbox: the accepting process writes it."""

    __tablename__ = "poll"
    metadata = inbox_metadata
    channel_id: str = Field(primary_key=True)
    position: str | None = None
    succeeded: datetime | None = _instant(nullable=True)
    failed: datetime | None = _instant(nullable=True)
    failures: int = 0
    error: str = ""


class NoteRow(SQLModel, table=True):
    """A few durable words of an adapter's own, for example a token that its provider renews."""

    __tablename__ = "note"
    metadata = inbox_metadata
    channel_id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str


class MediumRow(SQLModel, table=True):
    """A medium that a message named by address: written with the message, fetched after it. ``state``: pending, done, failed."""

    __tablename__ = "medium"
    __table_args__ = (Index("ix_medium_due", "state", "next_attempt"),)
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True))
    position: int = Field(primary_key=True)
    jurisdiction_id: str
    channel_id: str
    intake_id: str
    item: str = _text(nullable=False)
    state: str = "pending"
    attempts: int = 0
    next_attempt: datetime | None = _instant(nullable=True)
    created: datetime = _instant(nullable=False)
    log: str = _text(nullable=False)


def _table(row: type[SQLModel]) -> Table:
    return cast(Table, vars(row)["__table__"])


# What the repositories write their statements with.
INBOX = _table(InboxRow)
MESSAGE = _table(MessageRow)
MESSAGE_REFERENCE = _table(MessageReferenceRow)
ATTACHMENT = _table(AttachmentRow)
SERVICE_REQUEST = _table(ServiceRequestRow)
REQUEST_PLACE = _table(RequestPlaceRow)
REQUEST_MESSAGE = _table(RequestMessageRow)
PARTY = _table(PartyRow)
PARTY_IDENTIFIER = _table(PartyIdentifierRow)
REPORTER = _table(ReporterRow)
EVENT = _table(EventRow)
DELIVERY = _table(DeliveryRow)
COUNTER = _table(CounterRow)
CURSOR = _table(CursorRow)
TIMER = _table(TimerRow)
API_KEY = _table(ApiKeyRow)
POLL = _table(PollRow)
NOTE = _table(NoteRow)
MEDIUM = _table(MediumRow)
