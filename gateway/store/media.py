"""Media that messages name by address, and pictures that are still to be prepared: rows written with the message, claimed, and settled.

``next_attempt`` is moved on *before* an attempt, in the transaction of the claim: should the process die while it fetches, the row comes
back by itself. An attempt that was overtaken by another one changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select, update

from gateway.store import history
from gateway.store.completing import Growing
from gateway.store.documents import pack, unpack
from gateway.store.engine import for_update
from gateway.store.history import Event
from gateway.store.neighbours import places
from gateway.store.numbers import public_number
from gateway.store.tables import ATTACHMENT, DELIVERY, MEDIUM, MESSAGE, REQUEST_MESSAGE, REQUEST_PLACE
from gateway.store.transactions import Transactions
from normalizer.locate import from_photo
from normalizer.model import Attachment, InboundMessage, Media, ServiceRequest

_NOT_FETCHED = frozenset({"spam", "auto_reply", "bounce", "not_actionable"})
"""Dispositions whose media nobody will look at."""
_LOG_LIMIT = 50
_MOST_LISTED = 50
_MOST_SHOWN = 100
_PICTURES = 1_000
"""Position of the row of a message's first attachment, where that is a picture to be prepared; addresses are counted from 0."""
_LOGO = 200
"""Pixels: a picture within a mail's text that is smaller is a signature's logo or a smiley."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A medium that is ours to fetch until its next attempt is due; ``attempts`` counts this one already."""

    seq: int
    position: int
    jurisdiction_id: str
    channel_id: str
    intake_id: str
    item: dict[str, Any]
    attempts: int
    created: datetime

    @property
    def picture(self) -> int | None:
        """The place among the message's attachments of a picture that is only to be prepared; None for what is to be fetched."""
        return self.position - _PICTURES if self.position >= _PICTURES else None


class StoredMedia:
    """The media of a store, as the fetching sees them. ``own`` are the sinks that are our own store."""

    def __init__(self, transactions: Transactions, own: frozenset[str] = frozenset()) -> None:
        self._transactions, self._own = transactions, own

    async def claim(self, limit: int, *, now: datetime, lease: Callable[[int], timedelta]) -> list[Claimed]:
        """Up to ``limit`` due media, the longest due first; ``lease(attempts)`` is when each would come back by itself."""
        return await self._transactions.run(lambda connection: _claim(connection, limit, now, lease))

    async def put_off(self, claimed: Claimed, *, now: datetime, until: datetime, reason: str, detail: str = "") -> None:
        """Try again then."""

        def _write(connection: Connection) -> None:
            if row := _ours(connection, claimed):
                _settle(connection, claimed, row, "pending", until, _entry(claimed, now, "deferred", reason, detail))

        await self._transactions.run(_write)

    async def fail(self, claimed: Claimed, *, now: datetime, reason: str, detail: str = "") -> None:
        """Give the medium up; the message says so."""
        await self._transactions.run(lambda connection: _fail(connection, claimed, now, reason, detail))

    async def file(self, claimed: Claimed) -> Attachment | None:
        """The attachment that a claim for a picture means; None where the message has none there."""

        def _read(connection: Connection) -> Attachment | None:
            message = _message(connection, claimed)
            place = claimed.picture
            return message.attachments[place] if message and place is not None and place < len(message.attachments) else None

        return await self._transactions.run(_read)

    async def done(self, claimed: Claimed, file: Attachment, *, now: datetime, note: str | None = None) -> bool:
        """Add the fetched file to its message and to the message's requests, and tell the sinks that know of them.

        Returns whether it was still to be done: False where another attempt was quicker.
        """
        return await self._transactions.run(lambda connection: _done(connection, claimed, file, now, note, self._own))


def listed(connection: Connection, seq: int, message: InboundMessage, now: datetime) -> list[dict[str, Any]]:
    """The rows of a message's media, to be inserted with it; what was fetched for it before is added to the message again."""
    if message.disposition in _NOT_FETCHED:
        return []
    found = message.hints.get("media")
    named = found[:_MOST_LISTED] if isinstance(found, list) else []
    items: dict[int, Any] = {position: item for position, item in enumerate(named) if isinstance(item, dict)}
    late = message.hints.get("unprepared")
    items |= {_PICTURES + place: {} for place in late} if isinstance(late, list) else {}
    there = {row.position: row for row in connection.execute(select(MEDIUM).where(MEDIUM.c.seq == seq))}
    for row in there.values():
        kept = orjson.loads(row.item).get("attachment")
        if kept is not None:
            message.attachments.append(Attachment.model_validate(kept))
    return [
        {
            "seq": seq,
            "position": position,
            "jurisdiction_id": message.jurisdiction_id,
            "channel_id": message.channel_id,
            "intake_id": message.intake_id,
            "item": orjson.dumps({"item": item}).decode(),
            "state": "pending",
            "attempts": 0,
            "next_attempt": now,
            "created": now,
            "log": "[]",
        }
        for position, item in items.items()
        if position not in there
    ]


def attachment_rows(seq: int, jurisdiction_id: str, position: int, file: Attachment) -> list[dict[str, Any]]:
    """The rows of a file: its own and, at a negative position, that of its rendition, so that a backup finds both blobs."""
    common = {"jurisdiction_id": jurisdiction_id, "seq": seq}
    own = {"position": position, "sha256": file.sha256, "size": file.size, "media_type": file.media_type, "filename": file.filename}
    rows = [{**common, **own}]
    if file.photo is not None and file.photo.sha256:
        shown = {"sha256": file.photo.sha256, "size": file.photo.size, "media_type": file.photo.media_type, "filename": None}
        rows.append({**common, "position": -1 - position, **shown})
    return rows


def join(request: ServiceRequest, message: InboundMessage) -> bool:
    """Show a message's pictures with its request, each once; True where there was one to add."""
    known = {medium.original_sha256 for medium in request.media}
    before = len(request.media)
    for file in message.attachments:
        photo = file.photo
        if photo is None or file.sha256 in known or len(request.media) >= _MOST_SHOWN:
            continue
        if file.inline and min(photo.width, photo.height) < _LOGO:
            continue
        known.add(file.sha256)
        medium = Media(
            intake_id=message.intake_id,
            sha256=photo.sha256,
            media_type=photo.media_type,
            size=photo.size,
            width=photo.width,
            height=photo.height,
            original_sha256=file.sha256,
            dhash=photo.dhash,
        )
        request.media.append(medium)
    return len(request.media) > before


def waiting(connection: Connection) -> int:
    """How many media are still to be fetched."""
    return connection.execute(select(func.count()).select_from(MEDIUM).where(MEDIUM.c.state == "pending")).scalar_one()


def of_message(connection: Connection, intake_id: str) -> list[dict[str, Any]]:
    """A message's media as JSON-ready objects: the address's position, its state, and every attempt."""
    statement = select(MEDIUM).join(MESSAGE, MESSAGE.c.seq == MEDIUM.c.seq).where(MESSAGE.c.intake_id == intake_id)
    return [
        {
            "position": row.position,
            "state": row.state,
            "attempts": row.attempts,
            "next_attempt_datetime": row.next_attempt,
            "log": orjson.loads(row.log),
        }
        for row in connection.execute(statement.order_by(MEDIUM.c.position))
    ]


def _claim(connection: Connection, limit: int, now: datetime, lease: Callable[[int], timedelta]) -> list[Claimed]:
    statement = (
        select(MEDIUM)
        .where(MEDIUM.c.state == "pending", MEDIUM.c.next_attempt <= now)
        .order_by(MEDIUM.c.next_attempt, MEDIUM.c.seq, MEDIUM.c.position)
        .limit(limit)
    )
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update(skip_locked=True)
    rows = connection.execute(statement).all()
    for row in rows:
        attempts = row.attempts + 1
        changes = {"attempts": attempts, "next_attempt": now + lease(attempts)}
        connection.execute(update(MEDIUM).where(MEDIUM.c.seq == row.seq, MEDIUM.c.position == row.position).values(**changes))
    return [
        Claimed(
            row.seq,
            row.position,
            row.jurisdiction_id,
            row.channel_id,
            row.intake_id,
            orjson.loads(row.item).get("item", {}),
            row.attempts + 1,
            row.created,
        )
        for row in rows
    ]


def _ours(connection: Connection, claimed: Claimed) -> Any | None:
    """The row, locked, as long as this attempt is its latest and nobody has settled it."""
    statement = select(MEDIUM).where(MEDIUM.c.seq == claimed.seq, MEDIUM.c.position == claimed.position)
    row = connection.execute(for_update(statement, connection)).first()
    return row if row is not None and row.state == "pending" and row.attempts == claimed.attempts else None


def _entry(claimed: Claimed, now: datetime, outcome: str, reason: str = "", detail: str = "") -> dict[str, Any]:
    entry: dict[str, Any] = {"at": now.isoformat(), "attempt": claimed.attempts, "outcome": outcome}
    return entry | ({"reason": reason} if reason else {}) | ({"detail": detail[:300]} if detail else {})


def _settle(
    connection: Connection, claimed: Claimed, row: Any, state: str, next_attempt: datetime | None, entry: dict[str, Any], **more: Any
) -> None:
    log = orjson.loads(row.log)
    log = [*log[:1], *log[1:][-(_LOG_LIMIT - 2) :], entry]
    connection.execute(
        update(MEDIUM)
        .where(MEDIUM.c.seq == claimed.seq, MEDIUM.c.position == claimed.position)
        .values(state=state, next_attempt=next_attempt, log=orjson.dumps(log).decode(), **more)
    )


def _message(connection: Connection, claimed: Claimed) -> InboundMessage | None:
    document = connection.execute(for_update(select(MESSAGE.c.document).where(MESSAGE.c.seq == claimed.seq), connection)).scalar()
    return unpack(document) if document is not None else None


def _keep(connection: Connection, claimed: Claimed, message: InboundMessage) -> None:
    connection.execute(update(MESSAGE).where(MESSAGE.c.seq == claimed.seq).values(document=pack(message)))


def _fail(connection: Connection, claimed: Claimed, now: datetime, reason: str, detail: str) -> None:
    history.lock(connection)
    row = _ours(connection, claimed)
    if row is None:
        return
    _settle(connection, claimed, row, "failed", None, _entry(claimed, now, "failed", reason, detail))
    message = _message(connection, claimed)
    if message is not None:
        place = claimed.picture
        note = f"attachment {claimed.position + 1} not fetched" if place is None else f"attachment {place + 1} not prepared"
        message.notes.append(f"{note}: {reason}")
        _keep(connection, claimed, message)
    facts = {"medium": claimed.position, "reason": reason, "attempts": claimed.attempts}
    history.append(connection, [Event(claimed.jurisdiction_id, "message.medium_failed", claimed.intake_id, "gateway", facts)], now)


def _done(connection: Connection, claimed: Claimed, file: Attachment, now: datetime, note: str | None, own: frozenset[str]) -> bool:
    history.lock(connection)
    row = _ours(connection, claimed)
    message = _message(connection, claimed) if row is not None else None
    if row is None or message is None:
        return False
    place = claimed.picture
    if place is None:
        file.fetched = claimed.position
        item = {"item": claimed.item, "attachment": orjson.loads(file.model_dump_json(exclude_defaults=True))}
        _settle(connection, claimed, row, "done", None, _entry(claimed, now, "fetched"), item=orjson.dumps(item).decode())
        message.attachments.append(file)
        rows = attachment_rows(claimed.seq, claimed.jurisdiction_id, len(message.attachments) - 1, file)
    else:
        _settle(connection, claimed, row, "done", None, _entry(claimed, now, "prepared"))
        message.attachments[place] = file
        rows = attachment_rows(claimed.seq, claimed.jurisdiction_id, place, file)[1:]
    if note:
        message.notes.append(f"attachment {(claimed.position if place is None else place) + 1}: {note}")
    _keep(connection, claimed, message)
    if rows:
        connection.execute(insert(ATTACHMENT), rows)
    facts = {"medium": claimed.position, "sha256": file.sha256, "size": file.size, "media_type": file.media_type}
    kind = "message.medium_fetched" if place is None else "message.picture_prepared"
    events = [Event(claimed.jurisdiction_id, kind, claimed.intake_id, "gateway", facts)]
    if file.photo is not None:
        events += _grow_requests(connection, claimed, message, file, now, own)
    history.append(connection, events, now)
    return True


def _grow_requests(
    connection: Connection, claimed: Claimed, message: InboundMessage, file: Attachment, now: datetime, own: frozenset[str]
) -> list[Event]:
    """Show the picture with the requests that the message belongs to, and take its place where they have none."""
    growing = Growing(connection, now)
    statement = select(REQUEST_MESSAGE.c.request_id, REQUEST_MESSAGE.c.role).where(REQUEST_MESSAGE.c.seq == claimed.seq)
    events: list[Event] = []
    for number, role in connection.execute(statement).all():
        before = growing.request(number)
        if before is None:
            continue
        request = before.model_copy(deep=True)
        added = join(request, message)
        placed = role != "duplicate" and from_photo(request, file.lat, file.long, claimed.intake_id)
        if not added and not placed:
            continue
        growing.completed(number, request)
        if placed:
            common = {"jurisdiction_id": claimed.jurisdiction_id, "request_id": number}
            when = request.requested_datetime or now
            fresh = set(places(request)) - set(places(before))
            connection.execute(insert(REQUEST_PLACE), [{**common, "place": place, "requested_datetime": when} for place in fresh])
        facts = {"intake_id": claimed.intake_id, "media": len(request.media), "placed": placed}
        events.append(Event(claimed.jurisdiction_id, "request.media_added", public_number(number), "gateway", facts))
        _tell(connection, claimed, number, now, own)
    growing.write()
    return events


def _tell(connection: Connection, claimed: Claimed, number: int, now: datetime, own: frozenset[str]) -> None:
    """An ``updated`` delivery for each sink that was told of the request and has nothing about it waiting."""
    statement = select(DELIVERY.c.sink_id, DELIVERY.c.attempts, DELIVERY.c.state).where(DELIVERY.c.request_id == number)
    told: dict[str, bool] = {}
    for sink_id, attempts, state in connection.execute(statement):
        told[sink_id] = told.get(sink_id, False) or (state == "pending" and not attempts)
    rows = [
        {
            "jurisdiction_id": claimed.jurisdiction_id,
            "request_id": number,
            "sink_id": sink_id,
            "event": "updated",
            "idempotency_key": f"{claimed.intake_id}-{number}-medium-{claimed.position}-{sink_id}",
            "state": "pending",
            "created": now,
            "next_attempt": now,
            "attempts": 0,
            "log": "[]",
        }
        for sink_id, waits in told.items()
        if not waits and sink_id not in own
    ]
    if rows:
        connection.execute(insert(DELIVERY), rows)


def due(connection: Connection, now: datetime) -> bool:
    """Whether there is a medium to fetch now, without locking anything."""
    statement = select(MEDIUM.c.seq).where(MEDIUM.c.state == "pending", MEDIUM.c.next_attempt <= now).limit(1)
    return connection.execute(statement).first() is not None
