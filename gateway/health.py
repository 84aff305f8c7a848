"""Says how each channel is, from what is known of it: one word, what is wrong, and which alarms that calls for.

Words, the worst first: ``failing`` (its probe, its poller or its canary says so), ``silent`` (see :mod:`gateway.silence`), ``expiring`` (a
token ends soon), ``never`` (it has not brought a message yet), ``quiet`` (nothing for a day, which is not unusual), ``ok``.

Alarms: ``failing``, ``silent``, ``canary``, ``expiring``. A single failed probe is shown and is no alarm: the next one decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from channels.base import Canaried, Channel, Fetcher, Listener, Poller, Probed, Webhook
from channels.replying import Replier
from config.settings import Health
from gateway.silence import Usual, is_silent
from gateway.store.channels import ChannelState, Poll, unseen_since

Word = Literal["ok", "quiet", "never", "expiring", "silent", "failing"]
Alarm = Literal["failing", "silent", "canary", "expiring"]
ALARMS: tuple[Alarm, ...] = ("failing", "silent", "canary", "expiring")
_QUIET = timedelta(days=1)
_POLL_FAILURES = 3
_POLL_PATIENCE = timedelta(minutes=10)
"""How long a poller may fail before it is an alarm: providers have their minutes."""
_ABILITIES: tuple[tuple[str, type], ...] = (
    ("webhook", Webhook),
    ("listener", Listener),
    ("poller", Poller),
    ("replies", Replier),
    ("fetch", Fetcher),
    ("probe", Probed),
    ("canary", Canaried),
)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is known of one channel at one time. ``waiting`` says that a message of it is stored and not settled."""

    state: ChannelState
    poll: Poll | None = None
    hours: Mapping[int, int] = field(default_factory=dict)
    usual: Usual | None = None
    waiting: bool = False
    judged: bool = True
    """Whether its silence would be an alarm: it has a road of its own, and nobody said that it may be silent."""


def abilities(channel: Channel) -> list[str]:
    """What the channel can do, in words."""
    return [name for name, protocol in _ABILITIES if isinstance(channel, protocol)]


def has_road(channel: Channel) -> bool:
    """Whether messages come by the channel by themselves, and not only when somebody imports them."""
    return isinstance(channel, Webhook | Listener | Poller)


def alarms(known: Known, settings: Health, now: datetime) -> dict[Alarm, str]:
    """The alarms that the state calls for, each with what is wrong in a few words."""
    found: dict[Alarm, str] = {}
    state = known.state
    why = failing(known, now)
    if why and _lasts(known, settings, now):
        found["failing"] = why
    if silent_since(known, now) is not None:
        found["silent"] = "much longer without a message than is usual"
    if (sent := canary_overdue(state, settings, now)) is not None:
        found["canary"] = f"the message of {_minutes(sent)} has not arrived"
    if _expires(state, settings, now):
        found["expiring"] = f"a token ends on {_minutes(state.token_expires)}"
    return found


def word(known: Known, settings: Health, now: datetime) -> Word:
    """How the channel is, in one word."""
    state = known.state
    if failing(known, now) or canary_overdue(state, settings, now) is not None:
        return "failing"
    if silent_since(known, now) is not None:
        return "silent"
    if _expires(state, settings, now):
        return "expiring"
    if state.last_message is None:
        return "never"
    return "quiet" if now - state.last_message > _QUIET else "ok"


def failing(known: Known, now: datetime) -> str | None:
    """Why the channel does not work, or None where nothing says so."""
    if known.state.probe_error:
        return known.state.probe_error
    poll = known.poll
    if poll is not None and poll.failures >= _POLL_FAILURES and (poll.succeeded is None or now - poll.succeeded > _POLL_PATIENCE):
        return poll.error or "it cannot be polled"
    return None


def silent_since(known: Known, now: datetime) -> datetime | None:
    """Since when the channel is silent; None where it is not. What waits to be understood was brought all the same."""
    last = known.state.last_message
    if last is None or known.waiting or not known.judged or not is_silent(known.usual, known.hours, last, now):
        return None
    return last


def canary_overdue(state: ChannelState, settings: Health, now: datetime) -> datetime | None:
    """When the canary was sent that should have arrived by now, or None. A channel that sends none any more waits for none."""
    sent = unseen_since(state) if state.channel_id in settings.canary else None
    return sent if sent is not None and now - sent > settings.canary_deadline else None


def _lasts(known: Known, settings: Health, now: datetime) -> bool:
    """Whether a failure is more than one probe old; a poller's own failures have been counted already."""
    since = known.state.failing_since
    return not known.state.probe_error or (since is not None and now - since >= 0.8 * settings.probe)


def _expires(state: ChannelState, settings: Health, now: datetime) -> bool:
    return state.token_expires is not None and state.token_expires - now <= settings.token_warning


def _minutes(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else ""
