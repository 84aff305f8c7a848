"""How many emergencies the tripwire finds, and how many of its alarms are none.

Data: JSON Lines ``{"text": "…", "emergency": true, "language": "en", "set": "held_out"}``; the last two are optional. The baseline is a
list of alarming words, as help desks have it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import Any

from gateway.quality._shares import rows, verdicts

_ALARMING = frozenset(
    "fire flames smoke gas explosion bomb gun shooting knife stabbed bleeding unconscious drowning ambulance police 911 emergency trapped "
    "collapsed suicide overdose feu incendie flammes fumee gaz bombe fusil couteau poignarde saigne inconscient noyade urgence pompiers "
    "coince effondre surdose secours".split()
)


def evaluate(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 (every kind takes options)
    """The figures of a file, whole, by set and by language. Raises ValueError for a row without text or verdict."""
    texts = list(rows(path))
    for number, row in enumerate(texts, 1):
        if not isinstance(row.get("text"), str) or not isinstance(row.get("emergency"), bool):
            raise ValueError(f"row {number} has no text or no emergency")  # noqa: TRY004 (the command tells ValueErrors to its user)
    started = process_time()
    figures: dict[str, Any] = {"texts": len(texts), "all": _measured(texts, _ours)}
    figures["microseconds"] = round((process_time() - started) / max(1, len(texts)) * 1e6, 1)
    for name in ("set", "language"):
        for value in sorted({str(row[name]) for row in texts if name in row}):
            figures[value] = _measured([row for row in texts if str(row.get(name)) == value], _ours)
    figures["baseline"] = _measured(texts, _words)
    return figures


def _measured(texts: Sequence[Mapping[str, Any]], says: Callable[[str], bool]) -> dict[str, Any]:
    return verdicts([says(row["text"]) for row in texts], [row["emergency"] for row in texts])


def _ours(text: str) -> bool:
    from normalizer._emergency import find
    from normalizer.words import Reading

    return find(Reading(text, None)).flag


def _words(text: str) -> bool:
    from normalizer.words import words

    return not _ALARMING.isdisjoint(words(text))
