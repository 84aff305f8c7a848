"""Reads what is known of the channels and puts it together, for the watch, the API and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway import health, probing
from gateway.health import Known
from gateway.silence import HISTORY, Usual, hour_of, usual
from gateway.store import channels
from gateway.store.channels import ChannelState
from gateway.store.engine import Engines
from gateway.wiring import Wired

SHOWN_HOURS = 48
_NEAR = SHOWN_HOURS + 25
"""Hours before a channel's last message that are looked at each time."""
Habits = dict[str, tuple[int, Usual | None]]
"""What is usual by channel, with the hour of the last message by which it was worked out."""


def look(wired: Wired, engines: Engines, habits: Habits | None = None) -> dict[str, Known]:
    """What is known of each configured channel. ``habits`` are kept by who looks often, and brought up to date here. Blocking."""
    habits = {} if habits is None else habits
    with engines.reading() as connection:
        states = channels.states(connection)
        hours = channels.hours(connection, _NEAR)
        last = {name: hour_of(state.last_message) for name, state in states.items() if state.last_message is not None}
        stale = [name for name, hour in last.items() if name not in habits or habits[name][0] != hour]
        for name, counts in channels.hours(connection, HISTORY, stale).items() if stale else ():
            habits[name] = (last[name], usual(counts, last[name]))
    polls, waiting = channels.polls(engines), channels.waiting(engines)
    may_be_silent = wired.configuration.health.may_be_silent
    return {
        name: Known(
            state=states.get(name) or ChannelState(name, wired.channel_jurisdictions[name]),
            poll=polls.get(name),
            hours=hours.get(name, {}),
            usual=habits[name][1] if name in habits else None,
            waiting=waiting is None or name in waiting,
            judged=name not in may_be_silent and health.has_road(channel),
        )
        for name, channel in wired.channels.items()
    }


def reports(
    wired: Wired, engines: Engines, now: datetime, *, habits: Habits | None = None, jurisdiction_id: str | None = None
) -> list[dict[str, Any]]:
    """What the API and the command line show: every channel, or those of one city, in the order of the configuration. Blocking."""
    found = {
        name: known for name, known in look(wired, engines, habits).items() if jurisdiction_id in (None, wired.channel_jurisdictions[name])
    }
    with engines.reading() as connection:
        raised = channels.alarms(connection, found)
    return [report(wired, name, known, raised, now) for name, known in found.items()]


def report(wired: Wired, channel_id: str, known: Known, raised: Mapping[tuple[str, str], datetime], now: datetime) -> dict[str, Any]:
    """What ``/api/v1/channels`` and ``intake311 channels`` show of one channel. ``raised`` are the alarms of all channels."""
    settings, state, poll = wired.configuration.health, known.state, known.poll
    channel, secrets = wired.channels[channel_id], probing.secrets_of(wired.channel_settings[channel_id])
    hours = range(hour_of(now) - SHOWN_HOURS + 1, hour_of(now) + 1)
    worked = state.probed if state.probed and not state.probe_error else None
    canary = {
        "every_seconds": settings.canary[channel_id].total_seconds() if channel_id in settings.canary else None,
        "sent_datetime": state.canary_sent,
        "seen_datetime": state.canary_seen,
        "latency_seconds": state.canary_seconds,
        "overdue": health.canary_overdue(state, settings, now) is not None,
    }
    return {
        "channel_id": channel_id,
        "type": wired.channel_settings[channel_id].type,
        "jurisdiction_id": wired.channel_jurisdictions[channel_id],
        "abilities": health.abilities(channel),
        "state": health.word(known, settings, now),
        "last_message_datetime": state.last_message,
        "last_success_datetime": max((at for at in (worked, poll.succeeded if poll else None) if at), default=None),
        "probed_datetime": state.probed,
        "error": probing.safe(state.probe_error or (poll.error if poll and poll.failures else None), secrets),
        "failures": poll.failures if poll else 0,
        "failing_since": state.failing_since,
        "token_expires": state.token_expires,
        "backlog": state.backlog,
        "silent_since": health.silent_since(known, now),
        "canary": canary,
        "alarms": {kind: at for (name, kind), at in sorted(raised.items()) if name == channel_id},
        "hours": {
            "first_datetime": datetime.fromtimestamp(hours[0] * 3600, tz=now.tzinfo),
            "messages": [known.hours.get(hour, 0) for hour in hours],
            "usual": None if known.usual is None else [round(known.usual.at(hour), 2) for hour in hours],
        },
    }
