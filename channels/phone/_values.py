"""Values out of JSON that strangers made: texts, numbers and times, or nothing, and never an error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

_MAX_MS = 10**10
"""Milliseconds: 115 days, longer than any call."""


def text(value: Any) -> str:
    """A text on one line of its own, without NUL; empty for anything else but a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(str(value).replace("\0", " ").split())


def first(source: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that holds a text."""
    return next((found for name in names if (found := text(source.get(name)))), "")


def table(value: Any) -> dict[str, Any]:
    """The value, if it is an object."""
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """A finite number, also where it is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def milliseconds(value: Any, *, per_second: float = 1000.0) -> int | None:
    """A time from the start; ``per_second`` is 1000 where the source gives seconds, 1 where it gives milliseconds."""
    found = number(value)
    if found is None or not 0 <= found * per_second <= _MAX_MS:
        return None
    return round(found * per_second)


def score(value: Any) -> float | None:
    """A confidence in 0..1."""
    found = number(value)
    return found if found is not None and 0 <= found <= 1 else None


def moment(value: Any, notes: list[str] | None = None) -> datetime | None:
    """A time in ISO 8601 form, or seconds or milliseconds since 1970; UTC. One without an offset is taken for UTC, which is noted."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if value > 10**11 else value
            return datetime.fromtimestamp(seconds, UTC)
        if not isinstance(value, str):
            return None
        found = datetime.fromisoformat(value.strip())
        if found.tzinfo is None:
            if notes is not None and "a time without its offset, taken for UTC" not in notes:
                notes.append("a time without its offset, taken for UTC")
            return found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of what is known."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
