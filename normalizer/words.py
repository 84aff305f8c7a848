"""The words of a text, folded to lower-case ASCII, with their places in the text.

Every rule of the core matches words, not characters: a text is read once (:class:`Reading`), and the stages look words up in tables.
That keeps each rule linear in the text, whatever a hostile sender writes, and makes accents, case and typography equal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Set as AbstractSet
from functools import lru_cache

from normalizer.model import Span

TEXT_CAP = 65_536
"""Rules read at most this many characters of a text; the whole text is kept all the same."""


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
    out = {0x141: "L", 0x142: "l", 0x178: "Y", 0x152: "e", 0x153: "e"}
    for code in (*range(0x100, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            out.setdefault(code, base)
    return out


_WIDE = _wide()
_FEW = 8


def fold(text: str) -> str:
    """``text`` in lower-case ASCII letters, digits and spaces, character for character: places in one are places in the other.

    ``œ`` becomes ``e`` (one character for one); :func:`spellings` gives the other way of writing it. Letters of other scripts become
    spaces.
    """
    for _ in range(_FEW):
        try:
            return text.encode("latin-1").translate(_TABLE).decode("ascii")
        except UnicodeEncodeError as error:
            # Most texts have only a few different characters beyond Latin-1 (a typographic apostrophe, an emoji): replace each at one go.
            odd = text[error.start]
            text = text.replace(odd, _WIDE.get(ord(odd), " "))
    return text.translate(_WIDE).encode("latin-1", "replace").translate(_TABLE).decode("ascii")


def words(text: str) -> list[str]:
    """The folded words of a short text, such as an entry of a lexicon."""
    return fold(unicodedata.normalize("NFC", text)).split()


def spellings(entry: str) -> tuple[tuple[str, ...], ...]:
    """The folded word sequences by which a lexicon's entry may be met: with ``œ`` as written by a keyboard that has it or has not."""
    joined = entry.replace("oeu", "œu").replace("oei", "œi")
    forms = {tuple(words(entry)), tuple(words(entry.replace("œ", "oe"))), tuple(words(joined))}
    return tuple(sorted(forms))


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """``word`` (folded) without the commonest endings of English and French: crude, but the same for text and lexicon."""
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
    """A text's words: ``tokens`` folded and in order, ``vocabulary`` each once. Places are worked out when the first one is asked for."""

    __slots__ = ("_starts", "folded", "text", "tokens", "vocabulary")

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text if len(text) <= TEXT_CAP else text[:TEXT_CAP])
        self.tokens = self.folded.split()
        self.vocabulary = frozenset(self.tokens)
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """Where each token begins in the text."""
        if self._starts is None:
            self._starts = []
            place = 0
            for part in self.folded.split(" "):  # a folded text has no other white space
                if part:
                    self._starts.append(place)
                place += len(part) + 1
        return self._starts

    def offset(self, index: int) -> int:
        """Where the token begins in the text."""
        return self.starts[index]

    def span(self, first: int, last: int) -> Span:
        """The span of the tokens ``first`` to ``last`` inclusive."""
        starts = self.starts
        return starts[first], starts[last] + len(self.tokens[last])

    def gap(self, index: int) -> str:
        """What stands in the text between the token and the next one; empty after the last."""
        if index + 1 >= len(self.tokens):
            return ""
        starts = self.starts
        return self.text[starts[index] + len(self.tokens[index]) : starts[index + 1]]

    def capital(self, index: int) -> bool:
        """True when the token is written with a capital or a figure."""
        first = self.text[self.starts[index]]
        return first.isupper() or first.isdigit()

    def positions(self, wanted: AbstractSet[str]) -> list[int]:
        """The indexes of the tokens that are among ``wanted``, in order."""
        tokens = self.tokens
        found: list[int] = []
        for word in self.vocabulary & wanted:
            at = -1
            for _ in range(tokens.count(word)):
                at = tokens.index(word, at + 1)
                found.append(at)
        found.sort()
        return found


class Reading:
    """The words of a message: of its new text and of its subject."""

    __slots__ = ("body", "subject")

    def __init__(self, text: str, subject: str | None) -> None:
        self.body = Words(text)
        self.subject = Words(subject or "")
