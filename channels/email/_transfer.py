"""Content-Transfer-Encoding undone: base64, quoted-printable, uuencode, and bodies that are not what they say (RFC 2045 §6).

Never fails. What cannot be decoded is returned as far as it goes, or as it came, with a note.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

import pybase64

from channels.email._bounds import Notes

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SPACE: Final = b" \t\r\n"
_IDENTITY: Final = ("", "7bit", "8bit", "binary")
_PADDED_BREAK: Final = re.compile(rb"=[ \t]++(?=\r?\n)")
_MAX_PADDED: Final = 100_000
_MAX_JOINED: Final = 10_000
_MAX_LINES: Final = 400_000
"""Lines of uuencode that are read: more than 25 MiB has at 45 bytes a line."""
_LINES: Final = re.compile(rb"(?:[A-Za-z0-9+/]++[ \t]*+\r?\n)++")
_BITS: Final = re.compile(r"\d+[ -]?bits?\Z")
_UU_BEGIN: Final = re.compile(rb"^begin(?:-base64)? +[0-7]{3,4} +([^\r\n]{1,200}?)[ \t]*\r?$", re.MULTILINE)


def decode(body: bytes, encoding: str, notes: Notes) -> bytes:
    """``body`` without its transfer encoding; ``encoding`` is the raw header value."""
    if encoding in _IDENTITY:
        return body
    name = encoding.lower().partition(";")[0].partition("(")[0].strip(" \t\"'").replace("_", "-")
    if name in _IDENTITY or _BITS.match(name):
        return body
    if name.startswith("quoted"):
        return quoted_printable(body)
    if name.startswith("base64") or name == "b":
        return base64(body, notes)
    if "uu" in name:
        found = _UU_BEGIN.search(body)
        if found:
            return uudecode(body, body.find(b"\n", found.end()) + 1)[0]
        if _uu_begins(body, 0):
            return uudecode(body)[0]
        notes.add("declared uuencode, is not")
        return body
    notes.add(f"transfer encoding {name[:40]} unknown, read as it came")
    return body


def quoted_printable(body: bytes) -> bytes:
    """RFC 2045 §6.7; a ``=`` that encodes nothing stays as it is. White space after a soft break is padding of the transport."""
    decoded = binascii.a2b_qp(body)
    if b"=" in decoded and 0 < body.count(b"= ") + body.count(b"=\t") < _MAX_PADDED:
        return binascii.a2b_qp(_PADDED_BREAK.sub(b"=", body))
    return decoded


def base64(body: bytes, notes: Notes) -> bytes:
    """RFC 2045 §6.8: line ends ignored, parts joined end to end read as one, a cut end read as far as it goes."""
    padding = body.find(b"=")
    if padding < 0 or not body[padding : padding + 2_000].strip(b"=" + _SPACE):
        quick = _quick(body)
        if quick is not None:
            return quick
    return _careful(body.rstrip(_SPACE), padding, notes, body)


def _quick(body: bytes) -> bytes | None:
    """The whole body in one call, when the length of the result shows that nothing but line ends was skipped."""
    try:
        data = pybase64.b64decode(body)
    except (binascii.Error, ValueError):
        return None
    lines = body.count(b"\n")
    if len(data) * 4 >= (len(body) - 2 * lines - 3) * 3:
        return data
    return data if len(data) * 4 >= (len(body.translate(None, _SPACE)) - 3) * 3 else None


def _careful(stripped: bytes, padding: int, notes: Notes, body: bytes) -> bytes:
    first = stripped if padding < 0 else stripped[:padding]
    alphabet = first.translate(None, _SPACE)
    data = alphabet.translate(None, alphabet.translate(None, _ALPHABET))
    inner = sum(len(line.split()) > 1 for line in first.split(b"\n", 20)[:20])
    if len(data) < len(alphabet) * 0.95 or inner > 1 or (inner and padding < 0):
        lines = _LINES.match(stripped)
        encoded = lines[0].translate(None, _SPACE) if lines else b""
        if len(encoded) >= 16 and len(encoded) % 4 == 0:
            notes.add("text after the end of base64, not read")
            return pybase64.b64decode(encoded)
        notes.add("declared base64, is not")
        return body
    if len(data) < len(alphabet):
        notes.add("base64 with characters that do not belong there, skipped")
    if len(data) % 4 == 1:
        notes.add("base64 cut short")
        data = data[:-1]
    decoded = pybase64.b64decode(data + b"=" * (-len(data) % 4))
    rest = stripped[padding:].lstrip(b"=" + _SPACE) if padding >= 0 else b""
    if not rest:
        return decoded
    if rest.translate(None, _ALPHABET + b"=" + _SPACE) or b" " in stripped[padding:]:
        notes.add("text after the end of base64, not read")
        return decoded
    return decoded + _joined(rest, notes)


def _joined(rest: bytes, notes: Notes) -> bytes:
    """More base64 after a padded end: senders encode pieces and join them."""
    out = []
    pieces = rest.replace(b"==", b"=").split(b"=", _MAX_JOINED)
    if len(pieces) > _MAX_JOINED:
        notes.add("base64 in too many pieces, read in part")
    for piece in pieces[:_MAX_JOINED]:
        data = piece.translate(None, _SPACE)
        data = data[:-1] if len(data) % 4 == 1 else data
        out.append(pybase64.b64decode(data + b"=" * (-len(data) % 4)))
    return b"".join(out)


def uudecode(body: bytes, pos: int = 0) -> tuple[bytes, int]:
    """Lines of uuencode from ``pos`` up to ``end``: the bytes, and the offset after what was read."""
    out: list[bytes] = []
    while pos < len(body) and len(out) < _MAX_LINES:
        newline = body.find(b"\n", pos)
        stop = len(body) if newline < 0 else newline + 1
        line = body[pos:stop].rstrip(b"\r\n")
        if line.strip() in (b"end", b"===="):
            return b"".join(out), stop
        if line and not line.startswith((b"`", b" ")):
            data = _uu_line(line)
            if data is None:
                break
            out.append(data)
        pos = stop
    return b"".join(out), pos


def _uu_line(line: bytes) -> bytes | None:
    for length in (len(line), (((line[0] - 32) & 63) * 4 + 5) // 3):  # encoders leave trailing bits behind
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            continue
    return None


def uuencoded_files(text: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """``text`` without the files that are uuencoded in it, and those files (at most 50)."""
    files: list[tuple[str, bytes]] = []
    kept, pos = [], 0
    for begin in _UU_BEGIN.finditer(text):
        if begin.start() < pos or not _uu_begins(text, begin.end()):
            continue
        data, used = uudecode(text, text.find(b"\n", begin.end()) + 1)
        if data:
            files.append((begin[1].decode("utf-8", "replace"), data))
            kept.append(text[pos : begin.start()])
            pos = used
            if len(files) == 50:
                break
    return (b"".join((*kept, text[pos:])) if files else text), files


def _uu_begins(text: bytes, pos: int) -> bool:
    """True when the line after ``pos`` is as long as its first byte says, as a line of uuencode is."""
    line = text[pos : pos + 90].lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")
    if len(line) < 2 or not 32 < line[0] <= 96:
        return False
    groups = (((line[0] - 32) & 63) + 2) // 3
    return groups > 0 and abs(len(line) - 1 - groups * 4) <= 2
