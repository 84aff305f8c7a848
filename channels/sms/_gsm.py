"""How a text is cut into messages of the telephone network, and how to keep it in the alphabet in which they hold most.

In GSM-7 a message holds 160 characters (153 in each of several), otherwise 70 (67). One typographic apostrophe makes a text of three
messages one of seven. French keeps its accents: é, è, à, ù are in the alphabet; where a text has ê, ç or œ it is sent as it is.

Source: 3GPP TS 23.038 §6.2.1 (the alphabet and its extension), TS 23.040 §9.2.3.24.1 (parts).
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Characters that take the room of two."""
_PLAIN: Final = str.maketrans({
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
    "‹": "'", "›": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...", "•": "-", "·": "-", "×": "x", "\t": " ",
    "\u00a0": " ",
    "\u2009": " ", "\u202f": " ", "\u200b": "", "\u2060": "", "\ufeff": "", "\u00ad": "",
})  # fmt: skip
_SPACED: Final = {"«\u00a0": '"', "«\u202f": '"', "« ": '"', "\u00a0»": '"', "\u202f»": '"', " »": '"'}


class Size(NamedTuple):
    """The alphabet that a text needs and how many messages it makes."""

    alphabet: Literal["gsm7", "ucs2"]
    segments: int


def plain(text: str) -> str:
    """The text with typewriter's quotes, dashes and spaces, where that brings all of it into the alphabet; otherwise as it is."""
    if _fits(text):
        return text
    changed = text
    for typographic, typed in _SPACED.items():
        changed = changed.replace(typographic, typed)
    changed = changed.translate(_PLAIN)
    return changed if _fits(changed) else text


def size(text: str) -> Size:
    """How a text is sent."""
    if _fits(text):
        return Size("gsm7", _parts([2 if character in _EXTENDED else 1 for character in text], 160, 153))
    return Size("ucs2", _parts([2 if ord(character) > 0xFFFF else 1 for character in text], 70, 67))


def _fits(text: str) -> bool:
    return all(character in _BASIC or character in _EXTENDED for character in text)


def _parts(widths: list[int], alone: int, together: int) -> int:
    """How many parts; a character of two units is not torn apart."""
    if sum(widths) <= alone:
        return 1
    parts, room = 1, together
    for width in widths:
        if width > room:
            parts, room = parts + 1, together
        room -= width
    return parts
