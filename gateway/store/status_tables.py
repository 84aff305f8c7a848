"""The tables of status back: what each system last said of a request, what was pushed to us, and how each sink's road is."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text
from sqlmodel import Field, SQLModel

from gateway.store.tables import BigId, Instant


class FollowedRow(SQLModel, table=True):
    """A request at a system that gave it a number: what that system last said of it, and when to ask it again.

    ``updated`` is the system's time of what it said, ``heard`` ours; both are null until it has said anything. ``document`` holds what else
    it said (``status_word``, ``status_notes``, ``agency_responsible``, ``expected_datetime``). ``due`` is null when nobody asks any more.
    """

    __tablename__ = "followed"
    __table_args__ = (
        Index("ix_followed_due", "sink_id", "due", sqlite_where=Column("due").is_not(None), postgresql_where=Column("due").is_not(None)),
    )
    request_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    sink_id: str = Field(primary_key=True)
    jurisdiction_id: str
    external_id: str
    status: str
    begun: datetime = Field(sa_column=Column(Instant, nullable=False))
    updated: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    heard: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    asked: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    due: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    document: str = Field(sa_column=Column(Text, nullable=False))


class StatusInRow(SQLModel, table=True):
    """A status that a system pushed: stored before it is acknowledged, applied after. ``source_key`` is made of its ``webhook-id``.

    ``state``: pending, applied, unchanged, unknown (no request of that number came to be known in time), ambiguous, failed.
    """

    __tablename__ = "status_in"
    __table_args__ = (
        Index("ix_status_in_key", "source_key", unique=True),
        Index("ix_status_in_due", "due", sqlite_where=Column("due").is_not(None), postgresql_where=Column("due").is_not(None)),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    jurisdiction_id: str
    sink_id: str
    source_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received: datetime = Field(sa_column=Column(Instant, nullable=False))
    due: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    state: str
    document: str = Field(sa_column=Column(Text, nullable=False))


class SinkStateRow(SQLModel, table=True):
    """How one gateway's road to one sink is: its circuit breaker. ``reset`` is when a person last asked to try again."""

    __tablename__ = "sink_state"
    sink_id: str = Field(primary_key=True)
    gateway: str = Field(primary_key=True)
    jurisdiction_id: str
    state: str
    reason: str
    under_way: int
    until: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    told: datetime = Field(sa_column=Column(Instant, nullable=False))
    reset: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


FOLLOWED = cast(Table, vars(FollowedRow)["__table__"])
STATUS_IN = cast(Table, vars(StatusInRow)["__table__"])
SINK_STATE = cast(Table, vars(SinkStateRow)["__table__"])
