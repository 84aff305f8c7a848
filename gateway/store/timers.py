"""Periodic jobs as rows: whoever moves ``due`` forward in a transaction runs the job."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.store.tables import TIMER


def claim(connection: Connection, name: str, period: timedelta, at: datetime) -> bool:
    """Whether the job is due and now ours; its next time is set in the same transaction. A job that nobody knew is due one period later.

    Whoever asks waits for nobody: a job that another one is taking is not ours.
    """
    due = connection.execute(select(TIMER.c.due).where(TIMER.c.name == name)).scalar()
    if due is None:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(insert(TIMER).values(name=name, jurisdiction_id="", due=at + period).on_conflict_do_nothing())
        return False
    if due > at + period:  # the period has been shortened
        connection.execute(update(TIMER).where(TIMER.c.name == name).values(due=at + period))
    if due > at:
        return False
    statement = select(TIMER.c.due).where(TIMER.c.name == name)
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update(skip_locked=True)
    due = connection.execute(statement).scalar()
    if due is None or due > at:
        return False
    connection.execute(update(TIMER).where(TIMER.c.name == name).values(due=at + period))
    return True
