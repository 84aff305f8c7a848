"""Writes history in bulk for a store that is generated: the events of a template, chained as often as it was copied."""

from __future__ import annotations

import orjson
from sqlalchemy import select

from gateway.clock import now
from gateway.store import history
from gateway.store.engine import Engines
from gateway.store.history import Event
from gateway.store.location import StoreLocation
from gateway.store.tables import EVENT

_IN_ONE = 20_000


def chain_copies(location: StoreLocation, copies: int) -> None:
    """Append the events that the store has now ``copies`` times more; subjects get the number of the copy."""
    engines = Engines(location)
    try:
        with engines.reading() as connection:
            rows = connection.execute(select(EVENT).order_by(EVENT.c.seq)).all()
        events: list[Event] = []
        for copy in range(1, copies + 1):
            events += [Event(row.jurisdiction_id, row.kind, f"{row.subject}-{copy}", row.actor, orjson.loads(row.data)) for row in rows]
            if len(events) >= _IN_ONE or copy == copies:
                with engines.writing() as connection:
                    history.append(connection, events, now())
                events = []
    finally:
        engines.dispose()
