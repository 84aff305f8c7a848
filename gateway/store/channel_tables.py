"""The tables of the roads in: how each channel is, and how much it brings."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Column, Table
from sqlmodel import Field, SQLModel

from gateway.store.tables import Instant


class ChannelStateRow(SQLModel, table=True):
    """How a channel is: what it brought last, what its last probe found, its canary, and the silence that was noticed."""

    __tablename__ = "channel_state"
    channel_id: str = Field(primary_key=True)
    jurisdiction_id: str
    last_message: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    probed: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    probe_error: str | None = None
    failing_since: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    token_expires: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    backlog: int | None = None
    canary_token: str | None = None
    canary_sent: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    canary_seen: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    canary_seconds: float | None = None
    silent_since: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


class ChannelHourRow(SQLModel, table=True):
    """How many messages a channel brought in one hour (``hour`` counts them since 1970 UTC)."""

    __tablename__ = "channel_hour"
    channel_id: str = Field(primary_key=True)
    hour: int = Field(primary_key=True)
    jurisdiction_id: str
    messages: int


CHANNEL_STATE = cast(Table, vars(ChannelStateRow)["__table__"])
CHANNEL_HOUR = cast(Table, vars(ChannelHourRow)["__table__"])
