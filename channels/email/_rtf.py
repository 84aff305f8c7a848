"""Rich Text as Outlook wraps it: decompressed ([MS-OXRTFCP]), and its text or the HTML inside it ([MS-OXRTFEX]).

Does not know tables, pictures or styles: it is for reading, not for showing.
"""

from __future__ import annotations

import re
import struct
from typing import Final

from channels.email import _charset

_DICTIONARY: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New"
    rb" RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN: Final = re.compile(rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}]+)", re.DOTALL)
_SILENT: Final = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer headerl headerr footerl footerr themedata colorschememapping latentstyles "
    b"datastore listtable listoverridetable rsidtbl generator xmlnstbl mmathPr filetbl revtbl".split()
)
_SPECIAL: Final = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t", b"cell": " | ", b"lquote": "‘",
    b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"endash": "–", b"emdash": "—",
}  # fmt: skip
_SYMBOLS: Final = {b"~": " ", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n", b"\\": "\\", b"{": "{", b"}": "}"}


def decompress(data: bytes, limit: int) -> bytes:
    """Compressed RTF as RTF; ``b""`` where it is not that. At most ``limit`` bytes."""
    if len(data) < 16:
        return b""
    _, raw_size, kind, _ = struct.unpack_from("<LLLL", data)
    if kind == 0x414C454D:  # MELA: stored as it is
        return data[16 : 16 + min(raw_size, limit)]
    if kind != 0x75465A4C:  # LZFu
        return b""
    out = bytearray(_DICTIONARY)
    start = len(out)
    limit = start + min(raw_size, limit)
    pos, size = 16, len(data)
    while pos < size and len(out) < limit:
        control = data[pos]
        pos += 1
        for bit in range(8):
            if pos >= size or len(out) >= limit:
                break
            if not control >> bit & 1:
                out.append(data[pos])
                pos += 1
                continue
            if pos + 1 >= size:
                break
            reference = data[pos] << 8 | data[pos + 1]
            pos += 2
            if not _copy(out, reference >> 4, (reference & 15) + 2):
                return bytes(out[start:limit])
    return bytes(out[start:limit])


def _copy(out: bytearray, offset: int, length: int) -> bool:
    """Append ``length`` bytes from the 4,096-byte window; False at the end mark (a reference to the write position)."""
    write = len(out)
    if offset == write & 4095:
        return False
    position = (write & ~4095) + offset
    if position >= write:
        position -= 4096
    for _ in range(length):
        out.append(out[position] if 0 <= position < len(out) else 32)
        position += 1
    return True


def to_text(rtf: bytes) -> tuple[str, bool]:
    """The text of ``rtf``, and whether it is HTML that was wrapped in it ([MS-OXRTFEX] 2.1.3)."""
    html = b"\\fromhtml" in rtf[:2_000]
    reader = _Reader(html=html)
    for token in _TOKEN.finditer(rtf):
        reader.token(token)
    reader.flush()
    return _charset.clean("".join(reader.out)), html


class _Reader:
    """State of the groups: whether text in them is shown, and how many characters follow a Unicode one as its substitute."""

    def __init__(self, *, html: bool) -> None:
        self.out: list[str] = []
        self._bytes = bytearray()
        self._charset = "windows-1252"
        self._html = html
        self._silent = False
        self._rtf_only = False  # between \htmlrtf and \htmlrtf0: a rendering of the tag before it
        self._substitutes = 1
        self._skip = 0
        self._star = False
        self._stack: list[tuple[bool, bool, int]] = []

    def token(self, token: re.Match[bytes]) -> None:
        """Take the next control word, symbol, brace or text."""
        word, number, byte, symbol, brace, text = token.groups()
        if text is not None:
            self._text(text.translate(None, b"\r\n"))
        elif byte is not None:
            self._text(bytes((int(byte, 16),)))
        elif brace == b"{":
            if len(self._stack) < 10_000:
                self._stack.append((self._silent, self._rtf_only, self._substitutes))
        elif brace == b"}":
            if self._stack:
                self._silent, self._rtf_only, self._substitutes = self._stack.pop()
            self._skip = 0
        elif symbol is not None:
            if symbol == b"*":
                self._star = True
                return
            self._unicode(_SYMBOLS.get(symbol, ""))
        else:
            self._word(word, int(number) if number else None)
        self._star = False

    def _word(self, word: bytes, number: int | None) -> None:
        if self._star:
            self._silent = self._silent or not (self._html and word in (b"htmltag", b"mhtmltag"))
            if word == b"mhtmltag":
                self._silent = True
        elif word in _SILENT:
            self._silent = True
        elif word in _SPECIAL:
            self._unicode("\n" if self._html and word == b"par" else _SPECIAL[word])
        elif word == b"u" and number is not None:
            code = number + 65_536 if number < 0 else number
            self._unicode(chr(code) if code < 0x110000 else "\ufffd")
            self._skip = self._substitutes
        elif word == b"uc" and number is not None:
            self._substitutes = min(max(number, 0), 10)
        elif word == b"htmlrtf":
            self._rtf_only = number != 0
        elif word == b"ansicpg" and number and _charset.codec_of(f"cp{number}"):
            self.flush()
            self._charset = f"cp{number}"

    def _text(self, text: bytes) -> None:
        if self._skip:
            dropped = min(self._skip, len(text))
            self._skip -= dropped
            text = text[dropped:]
        if text and not self._silent and not self._rtf_only:
            self._bytes += text

    def _unicode(self, text: str) -> None:
        if text and not self._silent and not self._rtf_only:
            self.flush()
            self.out.append(text)

    def flush(self) -> None:
        """Decode the bytes collected so far; several together, because a character may take two."""
        if self._bytes:
            self.out.append(_charset.decode(bytes(self._bytes), self._charset)[0])
            self._bytes.clear()
