"""Decides whether a channel is silent: much longer without a message than its own history makes usual.

For each hour of the week the usual number of messages is the mean of the last eight weeks, where an hour of a storm counts as one with four
times as much as usual, smoothed over its neighbours (clocks change twice a year). While nothing comes, what would usually have come adds
up; after a day that brought less than usual (a holiday) it counts for as much less, down to a fifth. A channel is silent when that sum is

* at least 15, and
* at least the logarithm of ten times the messages of a year: as often as that, chance alone makes such a gap once in ten years, and
* twice the largest sum of any gap in its own history, which has its holidays and its nights.

A channel is not judged before it is two weeks old, nor one that usually brings less than two messages a week: its sum would take months.
The figures of this rule on simulated traffic stand in ``docs/channels/README.md``; ``tests/gateway/test_silence.py`` measures them again.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WEEK = 168
"""Hours."""
HISTORY = 8 * WEEK
"""Hours of history that are looked at."""
_YOUNGEST = 2 * WEEK
_DAY = 24
_LEAST_A_WEEK = 2.0
_LEAST = 15.0
_BEYOND = 2.0
_QUIETEST = 0.2
_STORM = 4.0
_SHORTEST = timedelta(minutes=15)
"""Less than this is no silence, however busy the channel: messages may still be on their way through the gateway."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What a channel usually brings: messages for each hour of the week (``hour % 168``), and the sum from which it is silent."""

    by_hour: Sequence[float]
    enough: float

    def at(self, hour: int) -> float:
        """Messages in an hour, counted since 1970 UTC."""
        return self.by_hour[hour % WEEK]


def hour_of(at: datetime) -> int:
    """The hour, counted since 1970 UTC."""
    return int(at.timestamp() // 3600)


def usual(counts: Mapping[int, int], until: int) -> Usual | None:
    """What is usual by the counts of the hours before ``until``; None where too little is known, or too little comes."""
    first = min(counts, default=until)
    if until - first < _YOUNGEST:
        return None
    start = max(first, until - HISTORY)
    samples: list[list[int]] = [[] for _ in range(WEEK)]
    for hour in range(start, until):
        samples[hour % WEEK].append(counts.get(hour, 0))
    plain = [_mean_without_storms(found) for found in samples]
    smooth = [(plain[hour - 1] + 2 * plain[hour] + plain[(hour + 1) % WEEK]) / 4 for hour in range(WEEK)]
    weekly = sum(smooth)
    if weekly < _LEAST_A_WEEK:
        return None
    by_chance = math.log(max(10 * 52 * weekly, 1.0))
    return Usual(smooth, max(_LEAST, by_chance, _BEYOND * _largest_gap(counts, start, until, smooth)))


def missed(known: Usual, last: datetime, now: datetime) -> float:
    """How many messages would usually have come since the last one."""
    total, at = 0.0, last
    while at < now:
        hour = hour_of(at)
        end = min(now, datetime.fromtimestamp((hour + 1) * 3600, tz=last.tzinfo))
        total += known.at(hour) * (end - at).total_seconds() / 3600
        at = end
    return total


def is_silent(known: Usual | None, counts: Mapping[int, int], last: datetime, now: datetime) -> bool:
    """Whether the channel has been without a message for too long; ``counts`` has at least the day before the last one."""
    if known is None or now - last < _SHORTEST:
        return False
    total = missed(known, last, now)
    if total < known.enough:
        return False
    hours = range(hour_of(last) - _DAY, hour_of(last) + 1)
    came, expected = sum(counts.get(hour, 0) for hour in hours), missed(known, last - timedelta(hours=_DAY), last)
    return total * min(1.0, max(_QUIETEST, (came + 1) / (expected + 1))) >= known.enough


def _mean_without_storms(counts: Sequence[int]) -> float:
    if not counts:
        return 0.0
    most = max(3.0, _STORM * statistics.median_low(sorted(counts)))
    return sum(min(count, most) for count in counts) / len(counts)


def _largest_gap(counts: Mapping[int, int], start: int, until: int, by_hour: Sequence[float]) -> float:
    """The largest sum over hours without a message; of the hours at its ends half, since nobody knows when in them the message came."""
    largest = total = 0.0
    for hour in range(start, until):
        if counts.get(hour, 0):
            largest = max(largest, total + by_hour[hour % WEEK] / 2)
            total = by_hour[hour % WEEK] / 2
        else:
            total += by_hour[hour % WEEK]
    return largest
