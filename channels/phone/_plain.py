"""A conversation written down as text: ``Agent: …``, ``Client : …``, with or without times before the names.

Does not: read a text in which nobody is named.
"""

from __future__ import annotations

import re

from channels.phone._turns import Transcript, Turn

_LINE = re.compile(
    r"^\s*(?:[-–*•]\s*)?(?:\[?(?:([0-9]{1,2}):)?([0-9]{1,2}):([0-9]{2})(?:[.,][0-9]{1,3})?\]?\s*[-–]?\s*)?"
    r"([^\W\d_][\w .'’()/&-]{0,39}?)\s?:\s+(\S.*)$"
)
_MIN_TURNS = 2


def read(text: str) -> Transcript | None:
    """The turns, or None where it is no conversation: fewer than two lines that begin with a name, or most of them others."""
    turns: list[Turn] = []
    strays = 0
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _LINE.match(line)
        if match is not None:
            hours, minutes, seconds, speaker, said = match.groups()
            start = ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 if minutes is not None else None
            turns.append(Turn(" ".join(said.split()), speaker.strip(), start_ms=start))
        elif turns:
            turns[-1].text += " " + " ".join(line.split())
            strays += 1
        else:
            strays += 1
    names: dict[str, int] = {}
    for turn in turns:
        names[turn.speaker.casefold()] = names.get(turn.speaker.casefold(), 0) + 1
    if len(turns) < _MIN_TURNS or len(names) > max(4, len(turns) // 2) or strays > 3 * len(turns):
        return None
    return Transcript("plain", turns)
