"""Reads what the public may know of requests: those near a place, and what became of one message."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, case, func, select

from channels.counsel import Became, Nearby
from gateway.store.keys64 import cell_places
from gateway.store.tables import INBOX, MESSAGE, REPORTER, REQUEST_PLACE, SERVICE_REQUEST

_EARTH = 6_371_008.8
"""Mean radius in metres."""
_NEWEST = 100_000
"""Rows of the inbox that are looked at for one that is not settled: with a longer backlog nobody waits for an answer."""
_LOOKED_AT = 400
"""Newest requests around a place that are measured: a square may have a thousand in a storm."""


def near(
    connection: Connection,
    jurisdiction_id: str,
    lat: float,
    long: float,
    *,
    since: datetime,
    within: float,
    service_code: str | None,
    limit: int,
) -> list[Nearby]:
    """Requests since then within so many metres, nearest first; ``service_name`` is left to the caller, who knows the language."""
    statement = (
        select(REQUEST_PLACE.c.request_id)
        .where(REQUEST_PLACE.c.place.in_(cell_places(jurisdiction_id, lat, long)), REQUEST_PLACE.c.requested_datetime >= since)
        .order_by(REQUEST_PLACE.c.requested_datetime.desc())
        .limit(_LOOKED_AT)
    )
    numbers = sorted(set(connection.execute(statement).scalars()))
    if not numbers:
        return []
    wanted = select(SERVICE_REQUEST).where(SERVICE_REQUEST.c.id.in_(numbers), SERVICE_REQUEST.c.jurisdiction_id == jurisdiction_id)
    if service_code is not None:
        wanted = wanted.where(SERVICE_REQUEST.c.service_code == service_code)
    found = [(row, *_place(row["document"])) for row in connection.execute(wanted).mappings()]
    measured = [(metres(lat, long, there[0], there[1]), row, there) for row, there, public in found if public and there is not None]
    chosen = sorted(((far, row, there) for far, row, there in measured if far <= within), key=lambda item: (item[0], item[1]["id"]))[:limit]
    counted = _reports(connection, [row["id"] for _far, row, _there in chosen])
    return [
        Nearby(
            service_request_id=row["service_request_id"],
            service_code=row["service_code"],
            service_name="",
            status=row["status"],
            requested_datetime=row["requested_datetime"],
            lat=there[0],
            long=there[1],
            distance=round(far, 1),
            reports=counted.get(row["id"], 1),
        )
        for far, row, there in chosen
    ]


def became(connection: Connection, jurisdiction_id: str, intake_id: str) -> Became | None:
    """What became of a message, or None where none of this id has been settled."""
    statement = select(MESSAGE.c.disposition, MESSAGE.c.document).where(
        MESSAGE.c.intake_id == intake_id, MESSAGE.c.jurisdiction_id == jurisdiction_id
    )
    row = connection.execute(statement).first()
    if row is None:
        return None
    return Became(row[0], tuple(orjson.loads(row[1]).get("service_request_ids", ())))


def waits(inbox: Connection, jurisdiction_id: str, intake_id: str) -> bool:
    """Whether a message of this id came in lately (it is looked for among the newest hundred thousand, without an index)."""
    newest = select(INBOX.c.intake_id, INBOX.c.jurisdiction_id).order_by(INBOX.c.seq.desc()).limit(_NEWEST).subquery()
    wanted = select(newest.c.intake_id).where(newest.c.intake_id == intake_id, newest.c.jurisdiction_id == jurisdiction_id)
    return inbox.execute(wanted).first() is not None


def metres(lat: float, long: float, other_lat: float, other_long: float) -> float:
    """The distance on the ground, good to a thousandth over a city (haversine)."""
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    half = math.sin((other_phi - phi) / 2) ** 2
    half += math.cos(phi) * math.cos(other_phi) * math.sin(math.radians(other_long - long) / 2) ** 2
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(half)))


def _place(document: str) -> tuple[tuple[float, float] | None, bool]:
    """Where a request is, and whether the public may know that it exists."""
    fields: dict[str, Any] = orjson.loads(document)
    lat, long = fields.get("lat"), fields.get("long")
    return (None if lat is None or long is None else (lat, long)), fields.get("kind", "report") == "report"


def _reports(connection: Connection, numbers: list[int]) -> dict[int, int]:
    """How many people reported each: one who wrote twice counts once, and of the anonymous each message counts."""
    anonymous = func.sum(case((REPORTER.c.party_id.is_(None), 1), else_=0))
    people = func.count(REPORTER.c.party_id.distinct()) + anonymous
    statement = select(REPORTER.c.request_id, people).where(REPORTER.c.request_id.in_(numbers)).group_by(REPORTER.c.request_id)
    return {number: int(count) for number, count in connection.execute(statement)}
