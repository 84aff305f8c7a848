"""Judged pairs of requests, as the duplicate stage sees them: a stored one and a new one, so many metres and days apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from normalizer.dedupe import Features, compare
from normalizer.model import ServiceRequest
from normalizer.ports import KnownRequest

_LAT, _LONG = 41.308, -72.928
_METERS_PER_DEGREE = 111_195.0
_BEGIN = datetime(2014, 1, 1, tzinfo=UTC)


class Pair(NamedTuple):
    """A pair and its judgement: True the same problem, False not, None unsure."""

    features: Features
    same_problem: bool | None
    text: str
    other: str


def read(rows: Iterable[Mapping[str, Any]]) -> list[Pair]:
    """Pairs from rows of ``text_a``, ``text_b``, ``m`` (metres), ``days``, ``same`` (the same category) and ``label`` (D, N, U).

    Raises KeyError and ValueError for a row that is none.
    """
    return [_pair(row) for row in rows]


def _pair(row: Mapping[str, Any]) -> Pair:
    label = {"D": True, "N": False, "U": None}[row["label"]]
    text, other = str(row["text_a"]), str(row["text_b"])
    stored = KnownRequest(
        service_request_id="a",
        service_code="given",
        requested_datetime=_BEGIN,
        text=text,
        lat=_LAT,
        long=_LONG,
    )
    new = ServiceRequest(
        service_code="given" if row["same"] else "given_other",
        description=other,
        requested_datetime=_BEGIN + timedelta(days=float(row["days"])),
        lat=_LAT + float(row["m"]) / _METERS_PER_DEGREE,
        long=_LONG,
    )
    return Pair(compare(new, stored, None), label, text, other)
