"""Unstructured header text: encoded words (RFC 2047), raw 8-bit text, and everything that is sent in their place.

Seen in practice and read: words next to text without a space, spaces and question marks inside a word, a character cut in two by
neighbouring words, base64 cut anywhere, a word without its end, words inside quotes.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from channels.email import _charset
from channels.email._bounds import Notes

_WORD: Final = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?(.{0,4000}?)(?:\?=|\Z)", re.DOTALL)
_NOT_BASE64: Final = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_ODD: Final = re.compile("[\x00-\x1f\x7f-\x9f\ufeff\ud800-\udfff]+")


def text(value: str, notes: Notes, hint: str | None = None) -> str:
    """``value`` decoded, on one line, without control characters. ``hint`` is the charset of the body, tried for undeclared 8-bit text."""
    if value.isascii():
        if "=?" not in value:
            return value if value.isprintable() else _ODD.sub(" ", value).strip()
    else:
        value = _eight_bit(value, notes, hint)
    if "=?" in value:
        value = _words(value, notes, hint)
    if not value.isprintable():
        value = _ODD.sub(" ", value)
    return value.strip(" ")


def _eight_bit(value: str, notes: Notes, hint: str | None) -> str:
    """Raw 8-bit text: UTF-8 where it is that (RFC 6532), else guessed."""
    try:
        value.encode()
    except UnicodeEncodeError:
        decoded, note = _charset.decode(value.encode("utf-8", "surrogateescape"), None, hint)
        notes.add("8-bit header, " + (note or "").removeprefix("charset not declared, "))
        return decoded
    return value


def _words(value: str, notes: Notes, hint: str | None) -> str:
    out: list[str] = []
    run = bytearray()
    charset = pending = ""
    pos = 0
    for word in _WORD.finditer(value):
        gap = value[pos : word.start()]
        adjacent = pos > 0 and not gap.strip()  # RFC 2047 §6.2: white space between encoded words is not shown
        label, base64, encoded = word[1].lower(), word[2] in "bB", word[3]
        if not adjacent or label != charset:
            _flush(out, run, charset, notes, hint)
            pending = ""
            if not adjacent:
                out.append(gap)
        charset, pos = label, word.end()
        if base64:
            encoded = pending + "".join(encoded.split())
            cut = len(encoded) % 4 if "=" not in encoded else 0
            pending = encoded[len(encoded) - cut :] if cut else ""
            before = len(run)
            run += _base64(encoded[: len(encoded) - cut] if _continues(value, pos, label) else encoded)
            if encoded and len(run) == before and not pending:  # nothing in it is base64: show it as it came
                _flush(out, run, charset, notes, hint)
                out.append(word[0])
        else:
            run += binascii.a2b_qp(encoded.replace(" ", "_").encode("utf-8", "surrogateescape"), header=True)
    _flush(out, run, charset, notes, hint)
    out.append(value[pos:])
    return "".join(out)


def _continues(value: str, pos: int, label: str) -> bool:
    """True when a base64 word of the same charset follows at once, so that a cut quantum may go on there."""
    following = _WORD.match(value, pos + len(value[pos : pos + 8]) - len(value[pos : pos + 8].lstrip()))
    return following is not None and following[1].lower() == label and following[2] in "bB"


def _flush(out: list[str], run: bytearray, charset: str, notes: Notes, hint: str | None) -> None:
    if run:
        decoded, note = _charset.decode(bytes(run), charset, hint)
        if note:
            notes.add("header: " + note)
        out.append(decoded)
        run.clear()


def _base64(encoded: str) -> bytes:
    data = encoded.encode("ascii", "ignore").translate(None, _NOT_BASE64)
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
