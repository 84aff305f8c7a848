"""The one form that every transcript is brought into, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Role = Literal["agent", "caller", "unknown"]


@dataclass(slots=True)
class Turn:
    """What one person said without a break.

    ``speaker`` is the name, number or channel that the source gives; ``role`` is what it says of it, or what was found out
    (``_roles.py``). Times are milliseconds from the call's start; ``confidence`` lies in 0..1 where the source tells it.
    """

    text: str
    speaker: str = ""
    role: Role = "unknown"
    start_ms: int | None = None
    end_ms: int | None = None
    confidence: float | None = None


@dataclass(slots=True)
class Transcript:
    """A call's conversation. ``source`` names the shape that it was read from, ``external_id`` is the source's own id of it.

    ``caller`` and ``agent`` are a number or a name; ``conversation`` is the call's id where it differs from the transcript's;
    ``redacted`` is true where personal data was taken out; ``dropped`` counts what was no speech or too unsure to be kept.
    """

    source: str
    turns: list[Turn] = field(default_factory=list)
    external_id: str | None = None
    language: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    caller: str | None = None
    caller_name: str | None = None
    agent: str | None = None
    conversation: str | None = None
    redacted: bool = False
    dropped: int = 0
    notes: list[str] = field(default_factory=list)
