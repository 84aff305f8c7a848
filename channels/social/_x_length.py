"""How long X takes a text to be, and the text cut to what it allows.

Latin letters and common punctuation weigh 1, everything else 2; an address 23 whatever its length, an emoji 2 however many code points
it has.

Sources: docs.x.com/fundamentals/counting-characters; the ranges are those of twitter-text's configuration version 3.
"""

from __future__ import annotations

import re
import unicodedata

LIMIT = 280
_ADDRESS = 23

_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
_URL = re.compile(
    r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'’]"  # an address with its scheme
    r"|(?<![\w@.-])(?:[a-z0-9-]+\.)+[a-z]{2,24}\b(?:/[^\s<>\"]*[^\s<>\".,;:!?)\]'’])?",  # X makes a link of example.org too
    re.IGNORECASE,
)
_PICTURE = "[\U0001f000-\U0001faff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff]"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    "|[0-9#*]\ufe0f?\u20e3"  # a key cap
    f"|{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*)*"
)


def weight(text: str) -> int:
    """The weighted length of a text."""
    text = unicodedata.normalize("NFC", text)
    text, addresses = _URL.subn("", text)
    text, emoji = _EMOJI.subn("", text)
    return _ADDRESS * addresses + 2 * emoji + sum(1 if _light(ord(character)) else 2 for character in text)


def fitted(text: str, limit: int = LIMIT) -> str:
    """The text, or as many of its first words as fit, an ellipsis, and its last address, which leads to the rest."""
    text = text.strip()
    if weight(text) <= limit:
        return text
    last = next((found[0] for found in reversed(list(_URL.finditer(text)))), "")
    tail = f"… {last}" if last else "…"
    words = text.replace(last, " ").split() if last else text.split()
    kept = ""
    for word in words:
        longer = f"{kept} {word}".strip()
        if weight(longer + tail) > limit:
            break
        kept = longer
    if not kept and words:  # one endless word
        kept = words[0]
        while kept and weight(kept + tail) > limit:
            kept = kept[:-1]
    return kept + tail


def _light(point: int) -> bool:
    return any(first <= point <= last for first, last in _LIGHT)
