"""One form of Unicode for every text: NFC, LF line ends, and no character that is invisible or reorders its neighbours.

The bytes as they came stay in the inbox; this is the text that people and rules read.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_BIDI = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks, embeddings, overrides and isolates (Unicode TR 9): with them a text can show otherwise than it reads."""
_INVISIBLE = "\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad\u180e"
_CONTROLS = "".join(chr(code) for code in (*range(9), 11, 12, *range(14, 32), 127, *range(128, 160)) if code != 0x85)
_UNWANTED = _BIDI + _INVISIBLE + _CONTROLS
_DROP = re.compile("[" + re.escape(_UNWANTED) + "]")
_JOINERS = "\u200c\u200d"
_JOINED_LATIN = re.compile("(?<=[A-Za-z\u00c0-\u024f])[\u200c\u200d]+(?=[A-Za-z\u00c0-\u024f])")
"""Joiners shape Persian and emoji; between Latin letters they only hide a word from a rule."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """``text`` in NFC with LF line ends, without controls, bidirectional marks and zero-width characters.

    A lone surrogate becomes U+FFFD, so that the text can be written as UTF-8. Non-breaking spaces stay: they are the writer's.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = text.replace("\x85", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
        try:
            text.encode()
        except UnicodeEncodeError:
            text = _SURROGATE.sub("\ufffd", text)
    # All that is unwanted cannot be printed, which most texts can but for their line ends.
    if not text.replace("\n", "").isprintable() and _holds(text, _UNWANTED):
        text = _DROP.sub("", text)
    if not text.isascii():
        if _holds(text, _JOINERS):
            text = _JOINED_LATIN.sub("", text)
        text = unicodedata.normalize("NFC", text)
    return text


def clean_line(text: str) -> str:
    """``text`` cleaned and on one line: runs of white space are one space, none at the ends."""
    return " ".join(clean_text(text).split())


def clean_field(text: str) -> str:
    """A short field (an address, an id, a file's name) cleaned and on one line; most are clean, and that is seen at once."""
    return text if text.isascii() and text.isprintable() else clean_line(text)


def clean_data(value: Any, depth: int = 32) -> Any:
    """``value``, as JSON has it, with every string cleaned; what lies deeper than ``depth`` is None."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else clean_text(value)
    if isinstance(value, dict):
        return {clean_field(str(name)): clean_data(item, depth - 1) for name, item in value.items()} if depth else None
    if isinstance(value, list):
        return [clean_data(item, depth - 1) for item in value] if depth else None
    return value


def plain_spaces(text: str) -> str:
    """A copy for rules, of the same length: non-breaking and other wide spaces are spaces, typographic apostrophes are straight."""
    if text.isascii():
        return text
    for wide in "\u00a0\u202f\u2009\u2007\u3000":
        text = text.replace(wide, " ")
    return text.replace("\u2019", "'")


def _holds(text: str, characters: str) -> bool:
    for character in characters:  # noqa: SIM110 (a generator costs more than the search)
        if character in text:
            return True
    return False
