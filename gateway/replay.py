"""Reads stored messages again, with today's code and configuration, and says what would come out otherwise.

A settled message is immutable: a clerk may have acted on it, a resident been answered. So replay reports, and changes one thing only:
messages that are *held because nothing could be made of them* (unreadable, not understood, processing failed, channel or city unknown at
the time) are processed anew where they can be now, like messages that have just arrived, with events in the history that say who asked for
it. What differs in all the others is for people to look at: it is the what-if of a new rule, threshold or catalog.

Does not: undo what people have decided, or replay what is not settled yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from gateway.readers import zygote
from gateway.readers.child import Reader
from gateway.readers.pool import Readers
from gateway.readers.wire import Result, Unread
from gateway.store.engine import Engines
from gateway.store.rereading import Before, Settled, completing, decided_by_a_person, settled
from gateway.store.stored import Stored
from gateway.wiring import Wired
from normalizer.correlate import CANARY, take_for_canary
from normalizer.merge import complete
from normalizer.model import ServiceRequest
from normalizer.pipeline import Context, Known, Work, relate

HELD_BY_US = frozenset({"unreadable", "not_understood", "processing_failed", "channel_unknown", "jurisdiction_unknown"})
"""Reasons of held messages that are processed anew."""
_NOT_INFERRED = frozenset({"intake_id", "received_datetime", "service_request_ids", "jurisdiction_id", "channel_id", "source_id"})
_REQUEST = (
    "service_code", "kind", "summary", "description", "language", "priority", "department", "address_string", "lat", "long",
    "emergency.flag", "emergency.rule", "classification.service_code", "classification.confidence", "classification.abstained",
    "location.precision", "email", "phone", "first_name", "last_name", "parent_service_request_id",
)  # fmt: skip
"""What is compared of a request: what was inferred and does not change with its later life."""
_DECIDED = frozenset({"disposition", "reason", "requests"})
"""What a person decides by releasing or discarding a message."""
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one message that would be otherwise."""

    intake_id: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Reread:
    """One message that was read again: what would be otherwise, and whether it is one that may be processed anew."""

    stored: Stored
    differences: list[Difference]
    anew: bool


class _Looking(Reader):
    """A reader that stores nothing: what today's code takes for an attachment stays in memory."""

    def _keep_attachments(self, works: Sequence[Work]) -> None:
        return


def look(wired: Wired, engines: Engines, since: datetime | None, found: Callable[[Reread], None]) -> None:
    """Read every settled message since then again and tell ``found`` of each, in the order of arrival. Changes nothing."""
    settings = wired.configuration
    reader = _Looking(wired.channels, wired.contexts, settings.store.blobs)
    source = zygote.start(lambda: reader)  # before the event loop, which has threads

    async def run() -> None:
        readers = Readers(source, processes=settings.worker.processes, deadline=settings.worker.deadline)
        try:
            chunks = settled(engines, since)
            while chunk := await asyncio.to_thread(next, chunks, None):
                results = await readers.read([one.stored for one in chunk])
                parts = await asyncio.to_thread(completing, engines, chunk)
                later = {number: await readers.read(stored) for number, stored in parts.items()}
                for one in await asyncio.to_thread(_compared, wired, engines, chunk, results, later):
                    found(one)
        finally:
            await readers.close()

    asyncio.run(run())


def _compared(
    wired: Wired, engines: Engines, chunk: Sequence[Settled], results: Sequence[Result], later: Mapping[str, Sequence[Result]]
) -> list[Reread]:
    """``later`` has what was read of the messages that completed a request since, by its number."""
    found = []
    with engines.reading() as connection:
        before = Before(connection, [result for result in results if isinstance(result, Work)])
        for one, result in zip(chunk, results, strict=True):
            if isinstance(result, Work) and one.document["reason"] == CANARY and result.message.hints.get("canary"):
                take_for_canary(result)  # its token was looked at when it came; the next one has another
            elif isinstance(result, Work) and not result.settled:
                context = wired.contexts[result.message.jurisdiction_id]  # the reader has looked
                relate([result], context, before.known(context.jurisdiction_id, one.stored.seq))
                for known, at in zip(one.requests, range(len(result.requests)), strict=False):
                    result.requests[at] = _completed(result.requests[at], later.get(known.service_request_id, ()), context)
            differences = list(_differences(one, result))
            if any(difference.field == "disposition" for difference in differences) and decided_by_a_person(
                connection, one.stored.intake_id
            ):
                differences = [difference for difference in differences if difference.field not in ("disposition", "reason", "requests")]
            anew = one.document["disposition"] == "held" and one.document["reason"] in HELD_BY_US and isinstance(result, Work)
            found.append(Reread(one.stored, differences, anew))
    return found


def _completed(request: ServiceRequest, later: Sequence[Result], context: Context) -> ServiceRequest:
    """What the messages that completed the request make of it today."""
    for part in later:
        if isinstance(part, Work) and part.requests:
            part.completion = part.requests[0]
            request = complete(request, part, context, Known()).request
    return request


def _differences(one: Settled, result: Result) -> Iterator[Difference]:
    intake_id, before = one.stored.intake_id, one.document
    if isinstance(result, Unread):
        after: dict[str, Any] = {"disposition": "held", "reason": result.reason}
    else:
        after = orjson.loads(result.message.model_dump_json())
        before = {**before, "attachments": _as_sent(before["attachments"])}
        after["attachments"] = _as_sent(after["attachments"])
    unread = isinstance(result, Unread) or (before["disposition"] == "held" and before["reason"] in HELD_BY_US)
    # Of a message that nobody could read there is nothing to compare but that.
    names = ("disposition", "reason") if unread else [name for name in {**before, **after} if name not in _NOT_INFERRED]
    for name in names:
        yield from _unequal(intake_id, name, before.get(name), after.get(name))
    requests = result.requests if isinstance(result, Work) and after["disposition"] == "request" else []
    if before["disposition"] != after["disposition"] and len(one.requests) != len(requests):
        yield Difference(
            intake_id, "requests", [known.service_code for known in one.requests], [request.service_code for request in requests]
        )
    elif not unread:
        for known, request in zip(one.requests, requests, strict=False):
            yield from _request(intake_id, known, request)


def _as_sent(files: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The files that came with a message: without those that were fetched later, and what was made of their pictures."""
    return [{**file, "photo": None} for file in files if file.get("fetched") is None]


def _request(intake_id: str, known: ServiceRequest, request: ServiceRequest) -> Iterator[Difference]:
    """Fields that a person has set are left out: they are no inference any more."""
    overridden = {evidence.field for evidence in known.evidence if evidence.by}
    before, after = known.model_dump(mode="json"), request.model_dump(mode="json")
    for name in _REQUEST:
        if name.partition(".")[0] not in overridden:
            yield from _unequal(intake_id, f"request.{name}", _at(before, name), _at(after, name))


def _unequal(intake_id: str, name: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            yield from _unequal(intake_id, f"{name}.{key}", before.get(key), after.get(key))
    elif _rounded(before) != _rounded(after):
        yield Difference(intake_id, name, before, after)


def _at(document: Mapping[str, Any], name: str) -> Any:
    value: Any = document
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _rounded(value: Any) -> Any:
    """A confidence that differs in the fourth digit is the same."""
    return round(value, _DIGITS) if isinstance(value, float) else value
