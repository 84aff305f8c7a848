"""Counts what became of certain messages, for whoever brought them in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from gateway.store.tables import MESSAGE

_IN = 500


def dispositions(connection: Connection, intake_ids: Sequence[str]) -> Counter[tuple[str, str]]:
    """How many of these messages have each disposition, by (disposition, reason); those not settled yet are not counted."""
    found: Counter[tuple[str, str]] = Counter()
    for start in range(0, len(intake_ids), _IN):
        chosen = MESSAGE.c.intake_id.in_(intake_ids[start : start + _IN])
        statement = (
            select(MESSAGE.c.disposition, MESSAGE.c.reason, func.count()).where(chosen).group_by(MESSAGE.c.disposition, MESSAGE.c.reason)
        )
        for disposition, reason, count in connection.execute(statement):
            found[disposition, reason or ""] += count
    return found
