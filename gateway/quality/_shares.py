"""Shares with their 95 % intervals, and the lines of a labelled file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson


def interval(part: int, whole: int) -> list[float] | None:
    """The 95 % interval of a share (Wilson's score interval)."""
    if not whole:
        return None
    z = 1.96
    share = part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return [round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)]


def share(part: int, whole: int) -> dict[str, Any]:
    """A share, its interval and its two numbers."""
    return {"share": round(part / whole, 4) if whole else None, "interval": interval(part, whole), "of": whole}


def verdicts(said: list[bool], true: list[bool]) -> dict[str, Any]:
    """Precision, recall and F1 of yes and no."""
    right = sum(one and two for one, two in zip(said, true, strict=True))
    f1 = 2 * right / (sum(said) + sum(true)) if any(said) or any(true) else 0.0
    return {"f1": round(f1, 4), "precision": share(right, sum(said)), "recall": share(right, sum(true))}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file. Raises ValueError with the line's number."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise ValueError(f"line {number} is no JSON: {error}") from None
            if not isinstance(row, dict):
                raise ValueError(f"line {number} is no object")  # noqa: TRY004 (the command tells ValueErrors to its user)
            yield row
