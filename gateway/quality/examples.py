"""Labelled texts from a file, CSV or JSON Lines: ``text``, ``service_code`` (or ``category``), and if known ``language``, ``channel``."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TEXTS = ("text", "description")
_CODES = ("service_code", "category", "label")


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the service that a clerk chose. ``by_staff`` is true for texts of the city's own people; ``at`` is the file's time."""

    text: str
    service_code: str
    language: str = ""
    channel: str = ""
    by_staff: bool = False
    at: str = ""


def read(path: Path) -> list[Example]:
    """All examples of a file, in its order, or in time where every line has one. Raises ValueError with the reason."""
    rows: Iterable[dict[str, Any]]
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json") or content.lstrip().startswith("{"):
        try:
            rows = [json.loads(line) for line in content.splitlines() if line.strip()]
        except ValueError as error:
            raise ValueError(f"{path} is not JSON Lines: {error}") from None
    else:
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
        rows = csv.DictReader(content.splitlines(keepends=True))
    found = [example for row in rows if (example := _example(row)) is not None]
    if not found:
        raise ValueError(f"{path} has no line with a text and a service_code")
    return sorted(found, key=lambda example: example.at) if all(example.at for example in found) else found


def _example(row: Any) -> Example | None:
    if not isinstance(row, dict):
        return None
    text, code = _first(row, _TEXTS), _first(row, _CODES)
    if not text or not code:
        return None
    return Example(
        text=text,
        service_code=code,
        language=_first(row, ("language", "lang")),
        channel=_first(row, ("channel",)),
        by_staff=str(row.get("by_city_staff", "")).lower() in ("1", "true", "yes"),
        at=_first(row, ("requested_datetime", "created", "datetime")),
    )


def _first(row: dict[str, Any], names: Iterable[str]) -> str:
    for name in names:
        value = row.get(name)
        if value not in (None, ""):
            return str(value).strip()
    return ""
