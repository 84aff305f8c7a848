"""The outbox in the store: rows are claimed for a while, tried, and keep every attempt.

``next_attempt`` is moved on *before* an attempt, in the transaction of the claim: should the process die while it delivers, the row
comes back by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, func, insert, select, update

from gateway import failpoint
from gateway.errors import NotFound
from gateway.outbox import Claimed, Outcome
from gateway.store import history
from gateway.store.corrections import NotCorrectable, corrected
from gateway.store.followed import follow
from gateway.store.history import Event
from gateway.store.numbers import public_number, row_number
from gateway.store.requests import load_many
from gateway.store.tables import DELIVERY
from gateway.store.transactions import Transactions
from normalizer.model import ServiceRequest

_OPEN = ("pending", "deferred", "hold")
_LOG_LIMIT = 50
"""Attempts kept on a row: the first and the newest; a sink that is down for days must not make its rows grow without end."""


class StoredDeliveries:
    """Implements ``gateway.outbox.Deliveries``. ``shared`` says that other gateways work on the same store."""

    def __init__(self, transactions: Transactions, *, shared: bool) -> None:
        self._transactions, self._shared = transactions, shared

    async def recover(self, *, now: datetime) -> int:
        if self._shared:
            return 0

        def _recover(connection: Connection) -> int:
            return connection.execute(update(DELIVERY).where(DELIVERY.c.lease_until.is_not(None)).values(lease_until=None)).rowcount

        return await self._transactions.run(_recover)

    async def claim(
        self, *, sink_ids: Sequence[str], limit: int, lease: timedelta, now: datetime, backoff: Callable[[int], timedelta]
    ) -> Sequence[Claimed]:
        if not sink_ids or limit < 1:
            return []
        failpoint.hit("outbox.claim")
        return await self._transactions.run(lambda connection: _claim(connection, sink_ids, limit, lease, now, backoff))

    async def finish(self, outcomes: Sequence[Outcome]) -> None:
        if outcomes:
            await self._transactions.run(lambda connection: _finish(connection, outcomes))
            failpoint.hit("outbox.done")

    async def release(self, claims: Sequence[Claimed]) -> None:
        def _release(connection: Connection) -> None:
            for claim in claims:
                connection.execute(
                    update(DELIVERY)
                    .where(DELIVERY.c.id == int(claim.delivery_id), DELIVERY.c.attempts == claim.attempts)
                    .values(attempts=claim.attempts - 1, lease_until=None, next_attempt=claim.created_at)
                )

        if claims:
            await self._transactions.run(_release)


def listing(
    connection: Connection,
    *,
    since: datetime | None = None,
    sink: str | None = None,
    state: str | None = None,
    service_request_id: str | None = None,
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """Deliveries as JSON-ready objects, oldest first; with ``limit`` the newest so many."""
    statement = select(DELIVERY)
    if since is not None:
        statement = statement.where(DELIVERY.c.created >= since)
    if sink is not None:
        statement = statement.where(DELIVERY.c.sink_id == sink)
    if state is not None:
        statement = statement.where(DELIVERY.c.state == state)
    if service_request_id is not None:
        statement = statement.where(DELIVERY.c.request_id == row_number(service_request_id))
    if limit is not None:
        rows: Any = reversed(connection.execute(statement.order_by(DELIVERY.c.id.desc()).limit(limit)).all())
    else:
        rows = connection.execute(statement.order_by(DELIVERY.c.id).execution_options(yield_per=500))
    for row in rows:
        yield {
            "delivery_id": str(row.id),
            "service_request_id": public_number(row.request_id),
            "sink": row.sink_id,
            "event": row.event,
            "state": row.state,
            "idempotency_key": row.idempotency_key,
            "created_datetime": row.created,
            "next_attempt_datetime": row.next_attempt,
            "attempts": row.attempts,
            "reason": row.reason,
            "external_id": row.external_id,
            "token": row.token,
            "url": row.external_url,
            "log": orjson.loads(row.log),
            "override": orjson.loads(row.override) if row.override else None,
            "payload": row.payload,
        }


def retry(connection: Connection, ids: Sequence[int], now: datetime, actor: str) -> int:
    """Make rows due now, whatever their state but delivered; returns how many. Raises NotFound for an id that does not exist."""
    return _set_state(connection, ids, "pending", now, now, actor, "delivery.retried")


def hold(connection: Connection, ids: Sequence[int], now: datetime, actor: str) -> int:
    """Put rows on hold until somebody retries them; returns how many. Raises NotFound for an id that does not exist."""
    return _set_state(connection, ids, "hold", None, now, actor, "delivery.held")


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add outbox rows as they are."""
    connection.execute(insert(DELIVERY), list(rows))


def depth(connection: Connection, now: datetime) -> dict[str, tuple[int, float]]:
    """For each sink (rows waiting, age of the oldest in seconds)."""
    statement = (
        select(DELIVERY.c.sink_id, func.count(), func.min(DELIVERY.c.created))
        .where(DELIVERY.c.next_attempt.is_not(None))
        .group_by(DELIVERY.c.sink_id)
    )
    return {sink_id: (count, (now - oldest).total_seconds()) for sink_id, count, oldest in connection.execute(statement)}


def _claim(
    connection: Connection,
    sink_ids: Sequence[str],
    limit: int,
    lease: timedelta,
    now: datetime,
    backoff: Callable[[int], timedelta],
) -> list[Claimed]:
    older = DELIVERY.alias("older")
    waits_for_older = (
        select(older.c.id)
        .where(
            older.c.request_id == DELIVERY.c.request_id,
            older.c.request_id != 0,
            older.c.sink_id == DELIVERY.c.sink_id,
            older.c.id < DELIVERY.c.id,
            older.c.state.in_(_OPEN),
        )
        .exists()
    )
    statement = (
        select(*_CLAIMED)
        .where(
            DELIVERY.c.sink_id.in_(sink_ids),
            DELIVERY.c.next_attempt <= now,
            (DELIVERY.c.lease_until.is_(None)) | (DELIVERY.c.lease_until < now),
            ~waits_for_older,
        )
        .order_by(DELIVERY.c.next_attempt, DELIVERY.c.id)
        .limit(limit)
    )
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update(skip_locked=True, of=DELIVERY)
    rows = connection.execute(statement).all()
    if not rows:
        return []
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == bindparam("b_id"))
        .values(attempts=bindparam("b_attempts"), lease_until=bindparam("b_lease"), next_attempt=bindparam("b_next")),
        [
            {"b_id": row.id, "b_attempts": row.attempts + 1, "b_lease": now + lease, "b_next": now + backoff(row.attempts + 1)}
            for row in rows
        ],
    )
    request_ids = list({row.request_id for row in rows if row.request_id})
    requests = load_many(connection, request_ids)
    before = _before(connection, request_ids)
    return [_claimed(row, requests.get(row.request_id), before.get((row.request_id, row.sink_id), _NOTHING)) for row in rows]


_CLAIMED = (
    *(DELIVERY.c.id, DELIVERY.c.request_id, DELIVERY.c.jurisdiction_id, DELIVERY.c.sink_id, DELIVERY.c.event),
    *(DELIVERY.c.idempotency_key, DELIVERY.c.attempts, DELIVERY.c.created, DELIVERY.c.token, DELIVERY.c.external_id),
)


@dataclass(slots=True)
class _Before:
    """What a sink has answered for a request so far, by any delivery of it, and what a person corrected for it."""

    token: str | None = None
    external_id: str | None = None
    override: dict[str, Any] = field(default_factory=dict)
    shadowed: bool = False
    delivered: bool = False


_NOTHING = _Before()


def _claimed(row: Any, request: ServiceRequest | None, before: _Before) -> Claimed:
    """A claim; what belongs to no request (words to somebody without one) carries an empty one of its city."""
    if request is None:
        request = ServiceRequest(jurisdiction_id=row.jurisdiction_id)
    elif before.override:
        with suppress(NotCorrectable):  # it fitted when it was made
            request = corrected(request, before.override)
    return Claimed(
        delivery_id=str(row.id),
        service_request_id=request.service_request_id,
        sink_id=row.sink_id,
        event=row.event,
        idempotency_key=row.idempotency_key,
        attempts=row.attempts + 1,
        created_at=row.created,
        request=request,
        token=row.token or before.token,
        external_id=row.external_id or before.external_id,
        shadowed=before.shadowed and not before.delivered and not (before.token or before.external_id),
    )


def _before(connection: Connection, request_ids: Sequence[int]) -> dict[tuple[int, str], _Before]:
    """What each sink has answered for these requests; nothing where it has not."""
    row = DELIVERY.c
    statement = (
        select(row.request_id, row.sink_id, row.token, row.external_id, row.override, row.state)
        .where(
            row.request_id.in_(request_ids),
            row.token.is_not(None) | row.external_id.is_not(None) | row.override.is_not(None) | row.state.in_(("shadowed", "delivered")),
        )
        .order_by(row.id)
    )
    found: dict[tuple[int, str], _Before] = {}
    for request_id, sink_id, token, external_id, override, state in connection.execute(statement) if request_ids else ():
        before = found.setdefault((request_id, sink_id), _Before())
        before.token, before.external_id = before.token or token, before.external_id or external_id
        before.override |= orjson.loads(override) if override else {}
        before.shadowed |= state == "shadowed"
        before.delivered |= state == "delivered"
    return found


def _finish(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    statement = select(*_FINISHED).where(DELIVERY.c.id.in_([int(outcome.delivery_id) for outcome in outcomes]))
    rows = {row.id: row for row in connection.execute(statement)}
    changes: list[dict[str, Any]] = []
    events: list[Event] = []
    numbered: list[dict[str, Any]] = []
    for outcome in outcomes:
        row = rows.get(int(outcome.delivery_id))
        if row is None:
            continue
        ours = row.attempts == outcome.attempts and row.state != "delivered"
        changes.append(_change(row, outcome, ours=ours))
        if outcome.external_id and not row.external_id and row.outbound_id is None:
            numbered.append(_to_follow(row, outcome))
        if ours and not (row.state == "hold" and outcome.state != "delivered") and outcome.state in _OVER:
            facts = {"sink": outcome.sink_id, "event": row.event, "attempts": outcome.attempts, "reason": outcome.reason}
            events.append(Event(row.jurisdiction_id, f"delivery.{outcome.state}", outcome.service_request_id, "dispatch", facts))
    if not changes:
        return
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == bindparam("b_id"))
        .values(
            log=bindparam("b_log"),
            state=bindparam("b_state"),
            reason=bindparam("b_reason"),
            next_attempt=bindparam("b_next"),
            lease_until=bindparam("b_lease"),
            token=bindparam("b_token"),
            external_id=bindparam("b_external"),
            external_url=bindparam("b_url"),
        ),
        changes,
    )
    _record(connection, outcomes)
    history.append(connection, events, max(outcome.at for outcome in outcomes))
    follow(connection, numbered)  # after the history: whoever applies a status takes the two in this order


_OVER = ("delivered", "dead_letter", "shadowed")
_FINISHED = (
    *(DELIVERY.c.id, DELIVERY.c.request_id, DELIVERY.c.jurisdiction_id, DELIVERY.c.sink_id, DELIVERY.c.event, DELIVERY.c.attempts),
    *(DELIVERY.c.state, DELIVERY.c.reason, DELIVERY.c.next_attempt, DELIVERY.c.lease_until, DELIVERY.c.token, DELIVERY.c.external_id),
    *(DELIVERY.c.external_url, DELIVERY.c.log, DELIVERY.c.created, DELIVERY.c.outbound_id),
)


def _change(row: Any, outcome: Outcome, *, ours: bool) -> dict[str, Any]:
    """What the row becomes. An overtaken attempt leaves its token or number, and its entry in the log."""
    log = orjson.loads(row.log)
    if not any(entry.get("attempt") == outcome.attempts and entry.get("outcome") == outcome.answer for entry in log):
        log = [*log[:1], *log[1:][-(_LOG_LIMIT - 2) :], _log_entry(outcome)]
    held = row.state == "hold"
    return {
        "b_id": row.id,
        "b_log": orjson.dumps(log).decode(),
        "b_state": row.state if not ours else "hold" if held and outcome.state != "delivered" else outcome.state,
        "b_reason": (outcome.reason or None) if ours else row.reason,
        "b_next": outcome.next_attempt if ours and not held else row.next_attempt,
        "b_lease": None if ours else row.lease_until,
        "b_token": row.token or outcome.token,
        "b_external": row.external_id or outcome.external_id,
        "b_url": row.external_url or outcome.url,
    }


def _record(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Keep what would have been sent."""
    shown = [{"b_id": int(outcome.delivery_id), "b_payload": outcome.payload} for outcome in outcomes if outcome.payload is not None]
    if shown:
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == bindparam("b_id")).values(payload=bindparam("b_payload")), shown)


def _to_follow(row: Any, outcome: Outcome) -> dict[str, Any]:
    return {
        "request_id": row.request_id,
        "sink_id": row.sink_id,
        "jurisdiction_id": row.jurisdiction_id,
        "external_id": outcome.external_id,
        "status": "open",
        "begun": row.created,
        "due": outcome.at,
        "document": "{}",
    }


def _log_entry(outcome: Outcome) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "at": outcome.at.isoformat(),
        "attempt": outcome.attempts,
        "outcome": outcome.answer,
        "seconds": round(outcome.seconds, 3),
    }
    if outcome.reason:
        entry["reason"] = outcome.reason
    if outcome.detail:
        entry["detail"] = outcome.detail[:500]
    return entry


def _set_state(
    connection: Connection, ids: Sequence[int], state: str, next_attempt: datetime | None, now: datetime, actor: str, kind: str
) -> int:
    rows = {row.id: row for row in connection.execute(select(DELIVERY).where(DELIVERY.c.id.in_(ids)))}
    for missing in set(ids) - set(rows):
        raise NotFound(f"no delivery {missing}")
    chosen = [row for row in rows.values() if row.state != "delivered"]
    if chosen:
        connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id.in_([row.id for row in chosen]))
            .values(state=state, next_attempt=next_attempt, lease_until=None)
        )
        events = [
            Event(row.jurisdiction_id, kind, public_number(row.request_id), actor, {"sink": row.sink_id, "event": row.event})
            for row in chosen
        ]
        history.append(connection, events, now)
    return len(chosen)
