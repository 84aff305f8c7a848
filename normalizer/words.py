"""The words of a text, folded to lower-case ASCII, with their places in the text.

Every rule of the core matches words, not characters: a text is read once (:class:`Reading`), and the stages look words up in tables.
That keeps each rule linear in the text, whatever a hostile sender writes, and makes accents, case and typography equal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from functools import lru_cache

from normalizer.model import Span

TEXT_CAP = 65_536
"""Rules read at most this many characters of a text; the whole text is kept all the same."""

_PUNCTUATION = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": ".", "\u202f": " "}


def _table() -> bytes:
    """For each Latin-1 byte its letter without accent in lower case, its digit, or a space."""
    out = bytearray(b" " * 256)
    for code in range(256):
        base = unicodedata.normalize("NFD", chr(code).lower())[0]
        if base.isascii() and base.isalnum():
            out[code] = ord(base)
    for letter, base in (("ß", "s"), ("æ", "e"), ("Æ", "e"), ("ø", "o"), ("Ø", "o"), ("ð", "d"), ("þ", "t")):
        out[ord(letter)] = ord(base)
    return bytes(out)


_TABLE = _table()


def _wide() -> dict[int, str]:
    """Latin letters beyond Latin-1 to their base letter; one character for one, so that places stay the same."""
    out = {0x152: "E", 0x153: "e", 0x141: "L", 0x142: "l", 0x178: "Y"}
    for code in (*range(0x100, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            out.setdefault(code, base)
    return out


_WIDE = _wide()


def fold(text: str) -> str:
    """``text`` in lower-case ASCII letters, digits and spaces, character for character: places in one are places in the other.

    ``œ`` becomes ``e`` (one character for one); :func:`spellings` gives the other way of writing it. Letters of other scripts become
    spaces.
    """
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        for mark, plain in _PUNCTUATION.items():
            text = text.replace(mark, plain)
        try:
            raw = text.encode("latin-1")
        except UnicodeEncodeError:
            raw = text.translate(_WIDE).encode("latin-1", "replace")
    return raw.translate(_TABLE).decode("ascii")


def words(text: str) -> list[str]:
    """The folded words of a short text, such as an entry of a lexicon."""
    return fold(unicodedata.normalize("NFC", text)).split()


def spellings(entry: str) -> tuple[tuple[str, ...], ...]:
    """The folded word sequences by which a lexicon's entry may be met: with ``œ`` as written by a keyboard that has it or has not."""
    forms = {tuple(words(entry)), tuple(words(entry.replace("œ", "oe"))), tuple(words(entry.replace("oe", "œ")))}
    return tuple(sorted(forms))


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """``word`` (folded) without the commonest endings of English and French: crude, the same for text and lexicon, never under 4 letters."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    if len(word) > 3 and word.endswith(("s", "x")) and not word.endswith("ss"):
        return word[:-1]
    return word


_ENDINGS = (
    "issements", "issement", "ations", "ation", "ements", "ement", "ments", "ment", "euses", "euse", "antes", "ante", "ants", "ings", "ing",
    "ies", "eux", "ers", "ees", "ent", "ant", "eur", "ed", "er", "ez", "ee", "es", "y", "e",
)  # fmt: skip
_IRREGULAR = {
    "parking": "parking", "parked": "parking", "parkings": "parking", "building": "building", "buildings": "building",
    "chevaux": "cheval", "animaux": "animal", "journaux": "journal", "feux": "feu", "travaux": "travail",
    "leaves": "leave", "mice": "mouse", "signaux": "signal", "evening": "evening", "morning": "morning", "meeting": "meeting",
}  # fmt: skip


class Words:
    """A text's words: ``tokens`` folded and in order, ``vocabulary`` each once. Places are worked out only for the words that matter."""

    __slots__ = ("_offsets", "folded", "text", "tokens", "vocabulary")

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text if len(text) <= TEXT_CAP else text[:TEXT_CAP])
        self.tokens = self.folded.split()
        self.vocabulary = frozenset(self.tokens)
        self._offsets: list[int] = []

    def offset(self, index: int) -> int:
        """Where the token begins in the text."""
        known = self._offsets
        place = known[-1] + len(self.tokens[len(known) - 1]) if known else 0
        for token in self.tokens[len(known) : index + 1]:
            place = self.folded.index(token, place)
            known.append(place)
            place += len(token)
        return known[index]

    def span(self, first: int, last: int) -> Span:
        """The span of the tokens ``first`` to ``last`` inclusive."""
        return self.offset(first), self.offset(last) + len(self.tokens[last])

    def positions(self, wanted: Container[str]) -> list[int]:
        """The indexes of the tokens that are among ``wanted``."""
        return [index for index, token in enumerate(self.tokens) if token in wanted]


class Reading:
    """The words of a message: of its new text and of its subject."""

    __slots__ = ("body", "subject")

    def __init__(self, text: str, subject: str | None) -> None:
        self.body = Words(text)
        self.subject = Words(subject or "")
