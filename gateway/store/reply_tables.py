"""The tables of the way back: what the city says to residents, whom it may write to, what it waits for, and where the two sides differ."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text
from sqlmodel import Field, SQLModel

from gateway.store.tables import BigId, Instant


class OutboundRow(SQLModel, table=True):
    """Something that the city says to one person on one channel; its delivery is the outbox row with this ``outbound_id``.

    ``contact_key`` is the canonical address, ``email:zoe@example.net``. ``document`` is the message to send. ``expires`` and ``answered``
    concern questions: until when an answer is waited for, and the message that gave it.
    """

    __tablename__ = "outbound"
    __table_args__ = (
        Index("ix_outbound_contact", "contact_key", "created"),
        Index("ix_outbound_created", "created"),
        Index("ix_outbound_request", "request_id"),
        Index("ix_outbound_message", "message_id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    jurisdiction_id: str
    request_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    intake_id: str | None = None
    channel_id: str
    kind: str
    contact_key: str
    language: str
    message_id: str | None = None
    created: datetime = Field(sa_column=Column(Instant, nullable=False))
    expires: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    answered: str | None = None
    document: str = Field(sa_column=Column(Text, nullable=False))


class ContactRow(SQLModel, table=True):
    """What is known of an address as one to write to: whether its owner wants that, and whether it works."""

    __tablename__ = "contact"
    jurisdiction_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    opted_out: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    bounced: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    bounces: int = 0
    reason: str | None = None
    verified: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    updated: datetime = Field(sa_column=Column(Instant, nullable=False))


class SecretRow(SQLModel, table=True):
    """A secret that all gateways of a store share: what tracking links and references are signed with."""

    __tablename__ = "secret"
    name: str = Field(primary_key=True)
    value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created: datetime = Field(sa_column=Column(Instant, nullable=False))


class DeadlineRow(SQLModel, table=True):
    """Something that has to happen to a request until ``due``: its promised time, an escalation, the end of a question."""

    __tablename__ = "deadline"
    __table_args__ = (Index("ix_deadline_due", "done", "due"),)
    request_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(primary_key=True)
    jurisdiction_id: str
    due: datetime = Field(sa_column=Column(Instant, nullable=False))
    done: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


class DriftRow(SQLModel, table=True):
    """A difference between a request here and what another system holds of it, found by reconciliation."""

    __tablename__ = "drift"
    sink_id: str = Field(primary_key=True)
    request_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(primary_key=True)
    jurisdiction_id: str
    detail: str = Field(sa_column=Column(Text, nullable=False))
    found: datetime = Field(sa_column=Column(Instant, nullable=False))
    resolved: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


OUTBOUND = cast(Table, vars(OutboundRow)["__table__"])
CONTACT = cast(Table, vars(ContactRow)["__table__"])
SECRET = cast(Table, vars(SecretRow)["__table__"])
DEADLINE = cast(Table, vars(DeadlineRow)["__table__"])
DRIFT = cast(Table, vars(DriftRow)["__table__"])
