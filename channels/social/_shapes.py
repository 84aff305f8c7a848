"""Reads JSON of the outside value by value: what is not of the expected kind counts as absent, and nothing is raised for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from channels.base import Unreadable


def document(content: bytes) -> dict[str, Any]:
    """The object that the bytes hold. Raises Unreadable where they hold none."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg}") from error
    if not isinstance(found, dict):
        raise Unreadable("JSON, but no object")
    return found


def table(value: Any) -> dict[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """A text without NUL, which PostgreSQL cannot keep; empty where it is none."""
    return value.replace("\0", "") if isinstance(value, str) else ""


def line(value: Any) -> str:
    """A text on one line, without spaces at its ends."""
    return " ".join(text(value).split())


def identifier(value: Any) -> str:
    """An id as text: some servers write theirs as numbers. Empty where it is neither, or longer than 200 characters."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    found = text(value).strip()
    return found if len(found) <= 200 and found.isprintable() else ""


def moment(value: Any) -> datetime | None:
    """A time in ISO 8601, in UTC; one without an offset is taken for UTC. None where it is none."""
    try:
        found = datetime.fromisoformat(text(value))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def web_address(value: Any) -> str | None:
    """An http(s) address in one piece, at most 2,000 characters long; None otherwise."""
    found = text(value).strip()
    if not found.startswith(("https://", "http://")) or len(found) > 2_000 or not found.isprintable() or " " in found:
        return None
    try:
        return found if urlsplit(found).hostname else None
    except ValueError:
        return None
