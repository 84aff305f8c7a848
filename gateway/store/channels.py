"""How each channel is: what it brought and when, what its probe found, its canary, and which alarms are raised.

What a channel brought is noted in the transaction of the worker; the rest by the periodic jobs. Whoever writes here holds the lock on the
history first, so that a worker and a job never wait for each other. Raised and lowered alarms are events of the history: the last one of a
kind says whether it is raised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, delete, func, literal, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.silence import hour_of
from gateway.store.channel_tables import CHANNEL_HOUR, CHANNEL_STATE
from gateway.store.claims import cursor
from gateway.store.engine import Engines
from gateway.store.history import Event
from gateway.store.instants import from_micros, to_micros
from gateway.store.tables import EVENT, INBOX, POLL
from normalizer.correlate import CANARY, take_for_canary
from normalizer.model import InboundMessage
from normalizer.pipeline import Work

_TOKENS = 48
"""Canaries whose tokens are remembered: one that is late must not become a resident's request."""
_UNCOUNTED = frozenset({CANARY, "delivery_report"})
"""Reasons of messages that say nothing of residents: a channel that brings only these is silent."""
_EVENTS = 1_000
"""Newest events of a channel that are looked at for its alarms."""
_WAITING = 10_000
"""Messages of a backlog that are looked at."""
RAISED, LOWERED = "channel.alarm", "channel.recovered"


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What is known of one channel; times are aware, UTC."""

    channel_id: str
    jurisdiction_id: str = ""
    last_message: datetime | None = None
    probed: datetime | None = None
    probe_error: str | None = None
    failing_since: datetime | None = None
    token_expires: datetime | None = None
    backlog: int | None = None
    canary_token: str | None = None
    canary_sent: datetime | None = None
    canary_seen: datetime | None = None
    canary_seconds: float | None = None
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """How a channel's poller is (see ``gateway.store.polls``)."""

    succeeded: datetime | None
    failed: datetime | None
    failures: int
    error: str


# -- what the worker notes ----------------------------------------------------------------------------------------------------------------


def note(connection: Connection, messages: Iterable[InboundMessage]) -> None:
    """Count what channels brought, hour by hour, and note the newest of each. Two statements, whatever their number."""
    last: dict[str, tuple[str, datetime]] = {}
    counts: Counter[tuple[str, int, str]] = Counter()
    for message in messages:
        at = message.received_datetime
        if at is None or message.reason in _UNCOUNTED:
            continue
        if message.channel_id not in last or last[message.channel_id][1] < at:
            last[message.channel_id] = (message.jurisdiction_id, at)
        counts[message.channel_id, hour_of(at), message.jurisdiction_id] += 1
    if not counts:
        return
    # The driver's own: what SQLAlchemy makes of an upsert costs ten times as much as the upsert, for each batch.
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    newest = [(name, city, to_micros(at)) for name, (city, at) in sorted(last.items())]
    connection.exec_driver_sql(_NEWEST.format(mark), newest)
    hours_of = [(name, hour, city, count) for (name, hour, city), count in sorted(counts.items())]
    connection.exec_driver_sql(_COUNT.format(mark), hours_of)


_NEWEST = (
    "INSERT INTO channel_state (channel_id, jurisdiction_id, last_message) VALUES ({0}, {0}, {0}) ON CONFLICT (channel_id) DO UPDATE "
    "SET last_message = CASE WHEN channel_state.last_message > excluded.last_message THEN channel_state.last_message "
    "ELSE excluded.last_message END"
)
_COUNT = (
    "INSERT INTO channel_hour (channel_id, hour, jurisdiction_id, messages) VALUES ({0}, {0}, {0}, {0}) ON CONFLICT (channel_id, hour) "
    "DO UPDATE SET messages = channel_hour.messages + excluded.messages"
)


class Canaries:
    """The canaries among the messages of a transaction: recognised by their tokens, and noted as seen."""

    def __init__(self, connection: Connection, works: Sequence[Work]) -> None:
        self._connection = connection
        self._sent: dict[str, dict[str, int]] = {}
        self._seen: dict[str, tuple[int, float, datetime]] = {}
        wanted = sorted({work.message.channel_id for work in works if _token(work)})
        if wanted:
            statement = select(CHANNEL_STATE.c.channel_id, CHANNEL_STATE.c.canary_token).where(CHANNEL_STATE.c.channel_id.in_(wanted))
            self._sent = {channel_id: _tokens(text) for channel_id, text in connection.execute(statement)}

    def settle(self, work: Work) -> bool:
        """Settle the message as a canary if it is one."""
        token, message = _token(work), work.message
        sent = self._sent.get(message.channel_id)
        if not token or not sent or message.received_datetime is None:
            return False
        micros = next((at for known, at in sent.items() if compare_digest(known.encode(), token.encode())), None)
        if micros is None:
            return False
        take_for_canary(work)
        seconds = max(0.0, (message.received_datetime - from_micros(micros)).total_seconds())
        if micros >= self._seen.get(message.channel_id, (0,))[0]:
            self._seen[message.channel_id] = (micros, seconds, message.received_datetime)
        return True

    def write(self) -> None:
        """Note which were seen, and how long they took; one that is older than the last seen changes nothing."""
        for channel_id, (micros, seconds, at) in sorted(self._seen.items()):
            newer = CHANNEL_STATE.c.canary_seen.is_(None) | (CHANNEL_STATE.c.canary_seen < from_micros(micros))
            statement = update(CHANNEL_STATE).where(CHANNEL_STATE.c.channel_id == channel_id, newer)
            self._connection.execute(statement.values(canary_seen=at, canary_seconds=seconds))


def _token(work: Work) -> str:
    token = work.message.hints.get("canary") if work.message.hints else None
    return token if isinstance(token, str) else ""


def _tokens(text: str | None) -> dict[str, int]:
    """Tokens and when they were sent (microseconds), the newest first: ``token@micros`` with spaces between."""
    pairs = (part.rpartition("@") for part in (text or "").split())
    return {token: int(micros) for token, _at, micros in pairs}


# -- what the periodic jobs note ----------------------------------------------------------------------------------------------------------


def probed(
    connection: Connection,
    channel_id: str,
    jurisdiction_id: str,
    at: datetime,
    *,
    error: str | None,
    token_expires: datetime | None = None,
    backlog: int | None = None,
) -> None:
    """Note what a probe found; ``failing_since`` is that of the first failure in a row. What a failed probe cannot tell stays."""
    _ensure(connection, channel_id, jurisdiction_id)
    values: dict[str, Any] = {"probed": at, "probe_error": error}
    if error is None:
        values |= {"failing_since": None, "token_expires": token_expires, "backlog": backlog}
    else:
        values["failing_since"] = func.coalesce(CHANNEL_STATE.c.failing_since, literal(at, CHANNEL_STATE.c.failing_since.type))
    connection.execute(update(CHANNEL_STATE).where(CHANNEL_STATE.c.channel_id == channel_id).values(values))


def canary_sent(connection: Connection, channel_id: str, jurisdiction_id: str, token: str, at: datetime) -> None:
    """Note a canary before it is sent."""
    _ensure(connection, channel_id, jurisdiction_id)
    known = connection.execute(select(CHANNEL_STATE.c.canary_token).where(CHANNEL_STATE.c.channel_id == channel_id)).scalar()
    tokens = [f"{token}@{to_micros(at)}", *(known or "").split()][:_TOKENS]
    statement = update(CHANNEL_STATE).where(CHANNEL_STATE.c.channel_id == channel_id)
    connection.execute(statement.values(canary_token=" ".join(tokens), canary_sent=at))


def unseen_since(state: ChannelState) -> datetime | None:
    """When the oldest canary was sent of those that were sent after the last one that was seen; None where none is on its way."""
    sent = [from_micros(micros) for micros in _tokens(state.canary_token).values()]
    return min((at for at in sent if state.canary_seen is None or at > state.canary_seen), default=None)


def silent(connection: Connection, channel_id: str, since: datetime | None) -> None:
    """Note since when a channel has been silent, or that it is not."""
    connection.execute(update(CHANNEL_STATE).where(CHANNEL_STATE.c.channel_id == channel_id).values(silent_since=since))


def forget_hours(connection: Connection, kept: int) -> int:
    """Remove the counts of the hours that lie further than that before their channel's last message; returns how many."""
    return connection.execute(delete(CHANNEL_HOUR).where(CHANNEL_HOUR.c.hour < _last_hour() - kept)).rowcount


def _last_hour() -> Any:
    """The hour of the last message of the channel of a row of counts."""
    same = CHANNEL_STATE.c.channel_id == CHANNEL_HOUR.c.channel_id
    return select(type_coerce(CHANNEL_STATE.c.last_message, BigInteger) // 3_600_000_000).where(same).scalar_subquery()


def _ensure(connection: Connection, channel_id: str, jurisdiction_id: str) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(CHANNEL_STATE).values(channel_id=channel_id, jurisdiction_id=jurisdiction_id).on_conflict_do_nothing())


# -- alarms -------------------------------------------------------------------------------------------------------------------------------


def alarms(connection: Connection, channel_ids: Iterable[str]) -> dict[tuple[str, str], datetime]:
    """The alarms that are raised, by channel and kind, and since when."""
    raised: dict[tuple[str, str], datetime] = {}
    for channel_id in channel_ids:
        newest = (
            select(EVENT.c.kind, EVENT.c.at, EVENT.c.data)
            .where(EVENT.c.subject == subject(channel_id), EVENT.c.kind.in_((RAISED, LOWERED)))
            .order_by(EVENT.c.seq.desc())
            .limit(_EVENTS)
        )
        for kind, at, data in reversed(connection.execute(newest).all()):
            what = orjson.loads(data).get("kind", "")
            if kind == RAISED:
                raised[channel_id, what] = at
            else:
                raised.pop((channel_id, what), None)
    return raised


def turned(jurisdiction_id: str, channel_id: str, kind: str, *, raised: bool) -> Event:
    """The event of an alarm that is raised or lowered; what a provider said about it stays out of the history, which is for ever."""
    return Event(jurisdiction_id, RAISED if raised else LOWERED, subject(channel_id), "gateway", {"kind": kind})


def subject(channel_id: str) -> str:
    """What a channel is called in the history."""
    return f"channel:{channel_id}"


# -- looking ------------------------------------------------------------------------------------------------------------------------------


def states(connection: Connection) -> dict[str, ChannelState]:
    """The state of every channel that has one."""
    rows = connection.execute(select(CHANNEL_STATE)).mappings()
    return {row["channel_id"]: ChannelState(**row) for row in rows}


def hours(connection: Connection, back: int, channel_ids: Sequence[str] | None = None) -> dict[str, dict[int, int]]:
    """The counts by hour (since 1970 UTC), from so many hours before each channel's last message on."""
    state, row = CHANNEL_STATE.c, CHANNEL_HOUR.c
    heard = select(state.channel_id, state.last_message).where(state.last_message.is_not(None))
    if channel_ids is not None:
        heard = heard.where(state.channel_id.in_(channel_ids))
    found: dict[str, dict[int, int]] = {}
    for channel_id, last in connection.execute(heard).all():  # a statement for each, which is sure to use the index
        near = select(row.hour, row.messages).where(row.channel_id == channel_id, row.hour >= hour_of(last) - back)
        found[channel_id] = {hour: messages for hour, messages in connection.execute(near)}  # noqa: C416  (dict() does not know the rows' type)
    return found


def polls(engines: Engines) -> dict[str, Poll]:
    """How each poller is, as another process than the one that polls sees it."""
    row = POLL.c
    statement = select(row.channel_id, row.succeeded, row.failed, row.failures, row.error)
    with engines.reading_inbox() as connection:
        return {
            name: Poll(succeeded, failed, failures, error) for name, succeeded, failed, failures, error in connection.execute(statement)
        }


def waiting(engines: Engines) -> set[str] | None:
    """The channels of which a message is stored and not settled; None where so many wait that it may be any."""
    if engines.location.is_sqlite:
        with engines.reading() as connection:
            unsettled = INBOX.c.seq > cursor(connection)
    else:
        unsettled = INBOX.c.done == 0
    oldest = select(INBOX.c.channel_id).where(unsettled).order_by(INBOX.c.seq).limit(_WAITING).subquery()
    with engines.reading_inbox() as inbox:
        found = {name: count for name, count in inbox.execute(select(oldest.c.channel_id, func.count()).group_by(oldest.c.channel_id))}  # noqa: C416  (dict() does not know the rows' type)
    return None if sum(found.values()) >= _WAITING else set(found)
