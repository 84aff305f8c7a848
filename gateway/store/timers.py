"""Periodic jobs as rows: whoever moves ``due`` forward in a transaction runs the job."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from gateway.store.engine import for_update
from gateway.store.tables import TIMER


def claim(connection: Connection, name: str, period: timedelta, at: datetime) -> bool:
    """Whether the job is due and now ours; its next time is set in the same transaction. A job that nobody knew is due one period later."""
    due = connection.execute(for_update(select(TIMER.c.due).where(TIMER.c.name == name), connection)).scalar()
    if due is None:
        connection.execute(insert(TIMER).values(name=name, jurisdiction_id="", due=at + period))
        return False
    if due > at:
        return False
    connection.execute(update(TIMER).where(TIMER.c.name == name).values(due=at + period))
    return True
