"""The Date header as an aware UTC time (RFC 5322 §3.3 and §4.3), whatever was sent in its place."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Final

_USUAL: Final = re.compile(
    r"(?:[A-Za-z]{3}, ?)?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d\d):(\d\d)(?::(\d\d))?"
    r" (?:([+-])(\d\d)(\d\d)|GMT|UTC?|Z)\b"
)
_MONTHS: Final = {name: number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}


def read(value: str) -> datetime | None:
    """The time that ``value`` names, in UTC; None where it names none. A missing zone counts as UTC (RFC 5322 §3.3: ``-0000``)."""
    value = value[:200]
    if usual := _USUAL.match(value):
        day, month, year, hour, minute, second, sign, hours, minutes = usual.groups()
        try:
            moment = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), min(int(second or 0), 59), tzinfo=UTC)
            return moment if sign is None else _shift(moment, sign, int(hours), int(minutes))
        except (ValueError, OverflowError):
            return None
    try:
        return _iso(value) if re.match(r"\s*\d{4}-", value) else _loose(value)
    except (ValueError, OverflowError, TypeError, IndexError):  # parsedate_tz raises them on words in place of numbers
        return None


def _shift(moment: datetime, sign: str, hours: int, minutes: int) -> datetime:
    offset = timedelta(hours=hours, minutes=minutes)
    if offset > timedelta(hours=24):
        return moment
    return moment - offset if sign == "+" else moment + offset


def _iso(value: str) -> datetime | None:
    moment = datetime.fromisoformat(value.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _loose(value: str) -> datetime | None:
    parsed = parsedate_tz(value)
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    offset = parsed[9] or 0
    return moment - timedelta(seconds=offset) if abs(offset) <= 86_400 else moment
