"""Many reports of one thing in a short time: proposed to a person as one incident, never linked by itself.

Pure arithmetic over counts: a storm that brings down forty trees is a surge of its theme, and still forty requests.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

SPAN = timedelta(hours=2)
"""How close together the reports of a surge come."""
LEAST = 6
"""Reports that are too few to be a surge, whatever is usual."""
CHANCE = 1e-4
"""Probability that ordinary days bring as many, below which it is a surge (Poisson)."""
_GAP = timedelta(hours=1)
"""Of such a time without a report, a surge has ended."""


class Report(NamedTuple):
    """One report: when, what it is about and where (a service and an area or street: whatever should be counted together)."""

    at: datetime
    key: str
    id: str


class Surge(NamedTuple):
    """A proposed incident: the reports of one key between two times, beside what is usual in :data:`SPAN`."""

    key: str
    begin: datetime
    end: datetime
    ids: tuple[str, ...]
    usual: float


def detect(reports: Iterable[Report], usual: dict[str, float] | None = None) -> list[Surge]:
    """The surges among reports in order of time. ``usual`` has the reports an hour of each key; without it their own mean over all hours.

    Each report belongs to at most one surge. Linear in the reports.
    """
    listed = list(reports)
    if not listed:
        return []
    hours = max(1.0, (listed[-1].at - listed[0].at) / timedelta(hours=1))
    mean = Counter(report.key for report in listed)
    by_key: dict[str, list[Report]] = defaultdict(list)
    for report in listed:
        by_key[report.key].append(report)
    found: list[Surge] = []
    for key, series in by_key.items():
        an_hour = usual.get(key, 0.0) if usual is not None else mean[key] / hours if hours >= 72 else 0.0
        found += _surges(key, series, an_hour * (SPAN / timedelta(hours=1)))
    return sorted(found, key=lambda surge: (surge.begin, surge.key))


def _surges(key: str, series: list[Report], usual: float) -> Iterable[Surge]:
    window: deque[Report] = deque()
    current: list[Report] = []
    for report in series:
        window.append(report)
        while report.at - window[0].at > SPAN:
            window.popleft()
        if current and report.at - current[-1].at > _GAP:
            yield _surge(key, current, usual)
            current = []
            window.clear()
            window.append(report)
        if current:
            current.append(report)
        elif len(window) >= LEAST and at_least(len(window), usual) < CHANCE:
            current = list(window)
    if current:
        yield _surge(key, current, usual)


def _surge(key: str, reports: list[Report], usual: float) -> Surge:
    return Surge(key, reports[0].at, reports[-1].at, tuple(report.id for report in reports), usual)


def at_least(count: int, mean: float) -> float:
    """Probability of ``count`` or more where ``mean`` are expected (Poisson)."""
    if mean <= 0.0:
        return 0.0
    below = sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count))
    return max(0.0, 1.0 - below)
