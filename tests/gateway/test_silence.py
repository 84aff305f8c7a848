"""When a channel is silent: by its own history, and how often the rule is wrong on simulated traffic."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from gateway.silence import WEEK, Usual, hour_of, is_silent, missed, usual

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
START = hour_of(MONDAY)
BY_HOUR = (0.1, 0.05, 0.05, 0.05, 0.1, 0.3, 0.8, 1.5, 2.2, 2.4, 2.3, 2.1, 1.9, 1.9, 1.8, 1.7, 1.5, 1.3, 1.1, 0.9, 0.7, 0.5, 0.3, 0.2)
"""A city's day, hour by hour, in parts of its mean."""


def poisson(dice: random.Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    count, product, limit = 0, dice.random(), math.exp(-mean)
    while product > limit:
        count, product = count + 1, product * dice.random()
    return count


def traffic(dice: random.Random, a_day: float, weeks: int, spread: float = 0.15) -> list[float]:
    """Seconds since 1970 of each message, in a city five hours behind UTC.

    Nights and weekends are quiet, days unlike each other (gamma), eleven holidays a year bring a fifth, and each quarter has a storm.
    """
    days = weeks * 7
    holidays = set(dice.sample(range(days), max(1, days * 11 // 365)))
    storms = {START + at + hour for at in dice.sample(range(weeks * WEEK), max(1, weeks // 13)) for hour in range(6)}
    found = []
    for day in range(days):
        factor = dice.gammavariate(1 / spread, spread) * (0.2 if day in holidays else 1.0) * (0.45 if day % 7 >= 5 else 1.2)
        for hour in range(24):
            at = START + day * 24 + hour
            mean = a_day / 24 * BY_HOUR[(hour - 5) % 24] * factor * (30 if at in storms else 1)
            found += [at * 3600 + dice.random() * 3600 for _ in range(poisson(dice, mean))]
    return sorted(found)


def counted(times: Iterable[float]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for at in times:
        counts[int(at // 3600)] = counts.get(int(at // 3600), 0) + 1
    return counts


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def false_alarms(times: list[float]) -> int:
    """How often the rule would have told somebody, though nothing was wrong."""
    counts: dict[int, int] = {}
    known, day, alarms = None, 0, 0
    for time, following in pairwise(times):
        hour = int(time // 3600)
        counts[hour] = counts.get(hour, 0) + 1
        if hour // 24 != day:
            day, known = hour // 24, usual(counts, hour)
        alarms += is_silent(known, counts, at(time), at(following))
    return alarms


def delay(counts: dict[int, int], broken: datetime) -> timedelta:
    """How long after the road broke somebody is told."""
    known = usual(counts, hour_of(broken))
    step = timedelta(minutes=10)
    for number in range(6 * 24 * 60):
        if is_silent(known, counts, broken, broken + number * step):
            return number * step
    raise AssertionError("never")


# The whole table of docs/channels/README.md takes minutes to measure; here are its two ends, smaller.
@pytest.mark.parametrize(("a_day", "at_most", "told_within"), [(3, 1, timedelta(days=8)), (200, 1, timedelta(hours=6))])
def test_it_is_seldom_wrong_and_soon_right(a_day: float, at_most: int, told_within: timedelta) -> None:
    dice = random.Random(311)
    weeks = 26
    times = traffic(dice, a_day, weeks)
    assert false_alarms(times) <= at_most
    wednesday_morning = MONDAY + timedelta(weeks=weeks - 1, days=2, hours=15)
    counts = counted(time for time in times if time < wednesday_morning.timestamp())
    assert delay(counts, wednesday_morning) <= told_within


def test_a_channel_that_is_young_or_seldom_heard_is_not_judged() -> None:
    hourly = {START + hour: 1 for hour in range(2 * WEEK - 1)}
    assert usual(hourly, START + 2 * WEEK - 1) is None
    assert usual(hourly, START + 2 * WEEK) is not None
    assert usual({START + week * WEEK: 1 for week in range(8)}, START + 8 * WEEK) is None, "one message a week"
    assert usual({}, START) is None
    assert not is_silent(None, {}, MONDAY, MONDAY + timedelta(days=3650))


def test_nights_are_no_silence() -> None:
    """An office's channel: thirty messages an hour from eight to six, nothing at night or on weekends."""
    counts = {
        START + day * 24 + hour: 30 for day in range(56) if day % 7 < 5 for hour in range(8, 18)
    }  # fmt: skip
    friday_evening = MONDAY + timedelta(days=53, hours=17, minutes=59)
    known = usual(counts, hour_of(friday_evening))
    monday_morning = MONDAY + timedelta(days=56, hours=8)
    assert not is_silent(known, counts, friday_evening, monday_morning)
    assert is_silent(known, counts, friday_evening, monday_morning + timedelta(hours=3))


def test_one_storm_does_not_change_what_is_usual() -> None:
    plain = {START + hour: 2 for hour in range(8 * WEEK)}
    stormy = plain | {START + 5 * WEEK + hour: 500 for hour in range(6)}
    until = START + 8 * WEEK
    one, other = usual(plain, until), usual(stormy, until)
    assert one is not None
    assert other is not None
    assert max(other.by_hour) <= 2 * max(one.by_hour)


def test_a_quarter_of_an_hour_is_no_silence_however_busy() -> None:
    known = Usual([100_000.0] * WEEK, 15.0)
    assert not is_silent(known, {}, MONDAY, MONDAY + timedelta(minutes=14))
    assert is_silent(known, dict.fromkeys(range(START - 24, START + 1), 100000), MONDAY, MONDAY + timedelta(minutes=16))


def test_parts_of_hours_count_as_parts() -> None:
    known = Usual([2.0 + hour % 2 for hour in range(WEEK)], 15.0)
    first = known.at(START)
    assert missed(known, MONDAY + timedelta(minutes=45), MONDAY + timedelta(minutes=90)) == pytest.approx(
        first / 4 + known.at(START + 1) / 2
    )
