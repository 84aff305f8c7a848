"""Finds repetitions in a stream of reports without a store: each is read as a message would be, and compared with those before it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import orjson

from config.settings import SHIPPED_CATALOG
from normalizer.catalog import Catalog
from normalizer.dedupe import Judged, judge
from normalizer.dedupe.memory import Memory
from normalizer.model import InboundMessage, Sender, ServiceRequest
from normalizer.pipeline import Context, Work, understand
from normalizer.ports import KnownRequest

_NEAR = 0.05
"""Scores that are nearer to each other than this are equal: the oldest report is then the one that is repeated."""


class Answer(NamedTuple):
    """What a report repeats; ids as JSON. ``score`` is that of the likeliest earlier report, whether or not it was enough."""

    id: str
    duplicate_of: str | None
    score: float
    reasons: dict[str, Any]
    state: str

    def document(self) -> dict[str, Any]:
        """The line of JSON; an id is what it was in the report, a text or a number."""
        parent = None if self.duplicate_of is None else orjson.loads(self.duplicate_of)
        return {**self._asdict(), "id": orjson.loads(self.id), "duplicate_of": parent, "score": round(self.score, 4)}


@cache
def city() -> Context:
    """A city with the shipped catalog and nothing else."""
    catalog = Catalog.from_toml(tomllib.loads(SHIPPED_CATALOG.read_text("utf-8")))
    return Context(jurisdiction_id="", catalog=catalog)


class Deduper:
    """Judges reports in order of time and remembers them. A linked report stands for its parent from then on."""

    def __init__(self, *, days: float = 45.0, context: Context | None = None) -> None:
        self._context = context or city()
        self._memory = Memory(timedelta(days=days))
        self._parents: dict[str, str] = {}

    def judge(self, report: Mapping[str, Any]) -> Answer:
        """What a report repeats. Raises KeyError and ValueError for what is no report."""
        work = read(report, self._context)
        request = work.requests[0]
        found = judge(work, self._memory, self._context.duplicate_thresholds)
        best = _best(found)
        self._memory.add(_known(request, work.sender_key))
        if best is None:
            return Answer(request.service_request_id, None, 0.0, {}, "none")
        parent = self._parents.get(best.other.service_request_id, best.other.service_request_id)
        if best.state == "linked":
            self._remember(request.service_request_id, parent)
        repeated = parent if best.state is not None else None
        return Answer(request.service_request_id, repeated, best.score, best.features.reasons(), best.state or "none")

    def _remember(self, service_request_id: str, parent: str) -> None:
        self._parents[service_request_id] = parent
        if len(self._parents) > 2 * len(self._memory) + 1_000:
            newest = list(self._parents.items())[len(self._parents) // 2 :]
            self._parents = dict(newest)


def _best(found: list[Judged]) -> Judged | None:
    if not found:
        return None
    first = found[0]
    if first.state is None:
        return max(found, key=lambda item: item.score)
    alike = [item for item in found if item.state == first.state and item.score >= first.score - _NEAR]
    return min(alike, key=lambda item: item.other.requested_datetime)


def read(report: Mapping[str, Any], context: Context) -> Work:
    """A report as the stages before this one leave it: its service, where none is given, and the places that its text names."""
    at = datetime.fromisoformat(str(report["datetime"]))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    text, number = str(report["text"]), orjson.dumps(report["id"]).decode()
    given = {name: report[name] for name in ("lat", "long", "address") if report.get(name) is not None}
    hints = dict(given, service_code=report["service_code"]) if report.get("service_code") else given
    reporter = report.get("reporter")
    message = InboundMessage(
        intake_id=number, channel="api", adapter="dedupe", received_datetime=at, sent_datetime=at, sender=Sender(), text=text, hints=hints
    )
    work = Work(message=message, now=at, released=True)
    understand([work], context)
    if not work.requests:
        work.requests = [ServiceRequest(description=text)]
    request = work.requests[0]
    request.service_request_id, request.requested_datetime = number, at
    request.description = request.description or text
    if report.get("service_code"):
        request.service_code = str(report["service_code"])
    if "lat" in given and "long" in given:
        request.lat, request.long = float(given["lat"]), float(given["long"])
    if "address" in given:
        request.address_string = str(given["address"])
    work.sender_key = f"id:{reporter}" if reporter is not None else None
    return work


def _known(request: ServiceRequest, sender_key: str | None) -> KnownRequest:
    assert request.requested_datetime is not None  # noqa: S101  (read sets it)
    return KnownRequest(
        service_request_id=request.service_request_id,
        service_code=request.service_code,
        requested_datetime=request.requested_datetime,
        text=request.description,
        lat=request.lat,
        long=request.long,
        address_string=request.address_string,
        sender_key=sender_key,
        precision=request.location.precision,
    )
