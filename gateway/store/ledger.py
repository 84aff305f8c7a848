"""The books: every stored message has exactly one disposition or waits for it, and the history is whole."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, case, func, select

from gateway.store import history
from gateway.store.claims import cursor
from gateway.store.engine import Engines
from gateway.store.tables import INBOX, MESSAGE


def balance(engines: Engines, *, verify_history: bool = True) -> dict[str, Any]:
    """The ledger as CONTRACT describes it; ``problems`` says in words what does not hold.

    What was settled is counted on both sides, so that a message which vanished between inbox and disposition shows: ``accounted`` is
    the number of dispositions, ``pending`` the number of inbox rows that no worker has settled, and they must add up to ``received`` in
    every channel.
    """
    channels: dict[str, dict[str, int]] = defaultdict(lambda: {"received": 0, "pending": 0})
    problems: list[str] = []
    with engines.reader.connect() as connection:
        if not engines.location.is_sqlite:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901  (the same connection, seeing one moment)
        with connection.begin():
            statement = select(MESSAGE.c.channel_id, MESSAGE.c.disposition, func.count()).group_by(
                MESSAGE.c.channel_id, MESSAGE.c.disposition
            )
            for channel_id, disposition, count in connection.execute(statement):
                channels[channel_id][disposition] = count
            if engines.location.is_sqlite:
                # Rows up to the cursor never change, so the second file may be read a moment later.
                waiting = INBOX.c.seq > cursor(connection)
                with engines.reading_inbox() as inbox:
                    _count_inbox(inbox, waiting, channels)
            else:
                _count_inbox(connection, INBOX.c.done == 0, channels)
            broken = history.verify(connection) if verify_history else None
    for channel_id, books in channels.items():
        settled = sum(count for name, count in books.items() if name not in ("received", "pending"))
        if settled + books["pending"] != books["received"]:
            problems.append(f"{channel_id}: received {books['received']}, settled {settled}, pending {books['pending']}")
    if broken:
        problems.append(f"history: {broken}")
    received = sum(books["received"] for books in channels.values())
    pending = sum(books["pending"] for books in channels.values())
    settled = sum(count for books in channels.values() for name, count in books.items() if name not in ("received", "pending"))
    return {
        "received": received,
        "accounted": settled,
        "pending": pending,
        "balanced": not any(not problem.startswith("history") for problem in problems),
        "chain_ok": broken is None,
        "channels": {channel_id: dict(books) for channel_id, books in sorted(channels.items())},
        "problems": problems,
    }


def _count_inbox(connection: Connection, waiting: Any, channels: dict[str, dict[str, int]]) -> None:
    statement = select(INBOX.c.channel_id, func.count(), func.sum(case((waiting, 1), else_=0))).group_by(INBOX.c.channel_id)
    for channel_id, received, pending in connection.execute(statement):
        channels[channel_id]["received"] = received
        channels[channel_id]["pending"] = int(pending or 0)
