"""Compares what another system says that it holds with what it was sent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from unicodedata import normalize


def differing(sent: Mapping[str, Any], held: Mapping[str, Any]) -> list[str]:
    """The names of the fields that the other side shows with another value than was sent; what it does not show is not judged."""
    return sorted(name for name, value in sent.items() if name in held and not same(value, held[name]))


def same(sent: Any, held: Any) -> bool:
    """Whether two values mean the same, beyond what systems do to any value.

    Texts may lose spaces at their ends, change their line ends and their Unicode form; numbers are rounded (Dataverse shows a latitude
    with five decimals); an instant comes back in another zone's or precision's writing; an empty text becomes null.
    """
    if isinstance(sent, str) and isinstance(held, str):
        return _words(sent) == _words(held) or _same_instant(sent, held)
    if isinstance(sent, bool) or isinstance(held, bool):
        return sent is held or str(sent).lower() == str(held).lower()
    if isinstance(sent, int | float) and isinstance(held, int | float):
        return math.isclose(sent, held, rel_tol=1e-9, abs_tol=1e-4)
    if held is None or sent is None:
        return sent in (None, "") and held in (None, "")
    return bool(sent == held) or str(sent) == str(held)


def _words(text: str) -> list[str]:
    return [line.strip() for line in normalize("NFC", text).strip().splitlines()]


def _same_instant(sent: str, held: str) -> bool:
    try:
        return abs((datetime.fromisoformat(sent) - datetime.fromisoformat(held)).total_seconds()) < 1
    except (ValueError, TypeError):
        return False
