"""Whether a text message looks like a part of what its sender was saying: one of an album, a pin after the words, the rest of a long text.

Every message names its conversation (who writes to which number, on which network), so that a part can join it; only what by itself looks
like a part says that it may (``conversation_window``). Two whole texts are two messages, however quickly they follow each other.

WhatsApp delivers an album as one message a picture, with the words under one of them at most. A text of more than 1,600 characters comes
in several, and a network that cannot join parts numbers them.
"""

from __future__ import annotations

import re
from typing import Any, Final

ALBUM: Final = 600.0
"""Seconds for pictures, positions and numbered parts."""
REST: Final = 15.0
"""Seconds for the rest of a text that begins in the middle of a sentence: the network delivers it with the first part."""
NEVER: Final = 0.001
"""A window through which nothing joins."""

_NUMBERED: Final = (
    re.compile(r"\s*[(\[](\d{1,2})\s?(?:/|of|de|sur)\s?(\d{1,2})[)\]]"),
    re.compile(r".*[(\[](\d{1,2})/(\d{1,2})[)\]]\s*\Z", re.DOTALL),
    re.compile(r"\s*(\d{1,2})/(\d{1,2})\s?[:)-]"),
)
"""``(2/3) and the lamp …``, ``… and the lamp (2/3)``, ``2/3: and the lamp``; not ``1/2 block from the school``."""
_MIDDLE: Final = re.compile(r"\s*(?:[,;:.)…-]|\w)")


def name(hints: dict[str, Any], sender: str, recipient: str, text: str, *, files: int) -> None:
    """Fill in ``conversation`` and ``conversation_window``."""
    hints["conversation"] = f"{sender}>{recipient}"
    hints["conversation_window"] = _window(hints, text, files)


def _window(hints: dict[str, Any], text: str, files: int) -> float:
    if not text.strip():
        return ALBUM if files or "lat" in hints or "address" in hints else NEVER
    if _numbered(text):
        return ALBUM
    first = _MIDDLE.match(text)
    if first is not None and not files and "button" not in hints:
        character = first[0].strip()
        if character.islower() or not character.isalnum():
            return REST
    return NEVER


def _numbered(text: str) -> bool:
    for pattern in _NUMBERED:
        if found := pattern.match(text):
            number, count = int(found[1]), int(found[2])
            return 1 <= number <= count and 2 <= count <= 20
    return False
