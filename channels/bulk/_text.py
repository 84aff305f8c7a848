"""Bytes to text for files that do not say how they are encoded."""

from __future__ import annotations

import codecs
from typing import BinaryIO

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LOWER = frozenset("àâäæáçéèêëîïíìôöóòœùûüúñ’«»°")
_UPPER = frozenset("ÀÂÇÉÈÊËÎÏÔŒÙÛÜÑ‘“”–—…€")
_CHUNK = 1 << 20
_SAMPLE = 1 << 16


def encoding_of(stream: BinaryIO) -> str:
    """The encoding of a whole file, read in pieces; the stream stands at its beginning before and after.

    A byte order mark decides; then UTF-8 if every byte fits; then the one of Windows-1252, Mac Roman and DOS 850 that makes the most
    Western letters of the bytes beyond ASCII (Excel writes the first on Windows and, until 2016, the second on a Mac).
    """
    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    odd = bytearray()
    fits = True
    while chunk := stream.read(_CHUNK):
        if fits:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                fits = False
        if len(odd) < _SAMPLE:
            odd += bytes(byte for byte in chunk if byte >= 0x80)[:_SAMPLE]
    stream.seek(0)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        fits = False
    return "utf-8" if fits else _western(bytes(odd))


def _western(odd: bytes) -> str:
    def score(name: str) -> int:
        text = odd.decode(name, "replace")
        return sum(2 if char in _LOWER else char in _UPPER for char in text)

    return max(("cp1252", "mac_roman", "cp850"), key=score)


def decode(content: bytes) -> tuple[str, str]:
    """The text and the encoding that it was read with. Never raises; a byte that has no letter becomes U+FFFD."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content.decode(name, "replace"), name
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        name = _western(bytes(byte for byte in content[:_CHUNK] if byte >= 0x80))
        return content.decode(name, "replace"), name
