"""The public number of a request: digits that can be read over the phone, the last one a check digit."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from gateway.store.engine import for_update
from gateway.store.tables import COUNTER

_FIRST = 100_000
"""Below the first number, so that all have at least six digits and a check digit."""
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
"""Damm's quasigroup of order 10: finds every single wrong digit and every swap of neighbours (H. M. Damm, 2004)."""


def check_digit(digits: str) -> int:
    """The Damm check digit of a string of digits; 0 for a string that ends with its own."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def public_number(number: int) -> str:
    """The public number of the request with that row number."""
    return f"{number}{check_digit(str(number))}"


def row_number(service_request_id: str) -> int | None:
    """The row number of a public number, or None when it cannot be one."""
    text = service_request_id.strip().replace(" ", "").replace("-", "")
    if not (text.isascii() and text.isdigit() and 6 < len(text) < 19) or check_digit(text):
        return None
    return int(text[:-1])


def take(connection: Connection, count: int) -> range:
    """Reserve ``count`` row numbers of requests in this transaction."""
    return reserve(connection, "request", count, _FIRST)


def reserve(connection: Connection, name: str, count: int, before: int = 0) -> range:
    """Reserve ``count`` numbers of a kind in this transaction; the first of all follows ``before``. None is ever given twice."""
    statement = for_update(select(COUNTER.c.value).where(COUNTER.c.name == name), connection)
    last = connection.execute(statement).scalar()
    if last is None:
        connection.execute(COUNTER.insert().values(name=name, value=before))
        last = before
    connection.execute(update(COUNTER).where(COUNTER.c.name == name).values(value=last + count))
    return range(last + 1, last + 1 + count)
