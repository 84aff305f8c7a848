"""The tables of duplicates: the rare terms by which a request is found where it has no position, and what people decided of pairs."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import BigInteger, Column, Table
from sqlmodel import Field, SQLModel

from gateway.store.tables import Instant


class RequestTermRow(SQLModel, table=True):
    """A rare term of a request, hashed to 64 bits (``normalizer.dedupe.terms``). Within a term the newest request has the highest number.

    A term may be who sent it: erasing a person removes the rows of their terms.
    """

    __tablename__ = "request_term"
    __table_args__ = ({"sqlite_with_rowid": False},)
    term: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    request_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    jurisdiction_id: str


class DuplicateDecisionRow(SQLModel, table=True):
    """What a person decided of two requests, once for each order of the pair: a rejected one is never proposed again.

    ``score`` is the likelihood that was shown, from which a service's thresholds are fitted.
    """

    __tablename__ = "duplicate_decision"
    request_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    other_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    jurisdiction_id: str
    service_code: str
    same: bool
    score: float
    actor: str
    at: datetime = Field(sa_column=Column(Instant, nullable=False))


REQUEST_TERM = cast(Table, vars(RequestTermRow)["__table__"])
DUPLICATE_DECISION = cast(Table, vars(DuplicateDecisionRow)["__table__"])
