"""Outlook's winmail.dat: the files and the text in a TNEF stream ([MS-OXTNEF], property ids from [MS-OXPROPS]).

Reads what a resident's message can carry: attachments with their long names, embedded messages' own attachments, and the body as text,
HTML or compressed RTF. Checksums are not verified: a wrong one loses nothing. Bounded in attributes, properties and depth.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from channels.email import _charset, _html, _params, _rtf
from channels.email._bounds import Budget, Notes

SIGNATURE: Final = b"\x78\x9f\x3e\x22"
_MAX_ATTRIBUTES: Final = 5_000
_MAX_PROPERTIES: Final = 2_000
_MAX_FILES: Final = 100
_MAX_DEPTH: Final = 3

_ATT_BODY: Final = 0x0002800C
_ATT_CODEPAGE: Final = 0x00069007
_ATT_MESSAGE: Final = 0x00069003
_ATT_RENDER: Final = 0x00069002
_ATT_TITLE: Final = 0x00018010
_ATT_DATA: Final = 0x0006800F
_ATT_PROPERTIES: Final = 0x00069005

_PR_BODY: Final = 0x1000
_PR_RTF: Final = 0x1009
_PR_HTML: Final = 0x1013
_PR_CODEPAGE: Final = 0x3FDE
_PR_DATA: Final = 0x3701
_PR_METHOD: Final = 0x3705
_PR_LONG_NAME: Final = 0x3707
_PR_NAME: Final = 0x3704
_PR_DISPLAY: Final = 0x3001
_PR_MIME: Final = 0x370E
_PR_CONTENT_ID: Final = 0x3712
_PR_HIDDEN: Final = 0x7FFE

_FIXED: Final = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8, 0x0040: 8, 0x0048: 16}
"""Sizes of fixed-length property types, two-byte ones padded to four."""
_VARIABLE: Final = (0x000D, 0x001E, 0x001F, 0x0102)


@dataclass(slots=True)
class File:
    """An attachment inside the stream."""

    data: bytes = b""
    name: str = ""
    media_type: str = ""
    inline: bool = False


@dataclass(slots=True)
class Unpacked:
    """What the stream holds."""

    text: str = ""
    files: list[File] = field(default_factory=list)


def read(data: bytes, notes: Notes, budget: Budget, depth: int = 0) -> Unpacked | None:
    """Unpack a stream; None where the bytes are not TNEF. A stream that breaks off is read as far as it goes."""
    if not data.startswith(SIGNATURE):
        return None
    reader = _Reader(notes, budget, depth)
    pos = 6  # signature and legacy key
    for _ in range(_MAX_ATTRIBUTES):
        if pos + 9 > len(data):
            break
        _level, attribute, length = struct.unpack_from("<BLL", data, pos)
        pos += 9
        if pos + length > len(data):
            notes.add("winmail.dat is cut short")
            length = len(data) - pos
        reader.attribute(attribute, data[pos : pos + length])
        pos += length + 2
    return reader.finish()


class _Reader:
    def __init__(self, notes: Notes, budget: Budget, depth: int) -> None:
        self._notes = notes
        self._budget = budget
        self._depth = depth
        self._charset = "windows-1252"
        self._texts: dict[str, str] = {}
        self._files: list[File] = []
        self._current: File | None = None
        self._inner: list[File] = []

    def attribute(self, attribute: int, value: bytes) -> None:
        """Take the next attribute of the stream."""
        if attribute == _ATT_CODEPAGE and len(value) >= 4:
            self._set_codepage(struct.unpack_from("<L", value)[0])
        elif attribute == _ATT_BODY:
            self._texts.setdefault("plain", self._string(value))
        elif attribute == _ATT_MESSAGE:
            self._message(_properties(value))
        elif attribute == _ATT_RENDER:
            self._file(new=True)
        elif attribute == _ATT_TITLE:
            file = self._file()
            file.name = file.name or self._string(value)
        elif attribute == _ATT_DATA:
            self._file().data = value
        elif attribute == _ATT_PROPERTIES:
            self._attachment(self._file(), _properties(value))

    def _file(self, *, new: bool = False) -> File:
        """The attachment that attributes belong to: each rendering attribute begins one."""
        if self._current is None or new:
            self._current = File()
            if len(self._files) < _MAX_FILES:
                self._files.append(self._current)
        return self._current

    def _set_codepage(self, number: int) -> None:
        if _charset.codec_of(f"cp{number}"):
            self._charset = f"cp{number}"

    def _string(self, value: bytes) -> str:
        return _charset.decode(value.split(b"\0", 1)[0], self._charset)[0]

    def _wide(self, prop: tuple[int, bytes] | None) -> str:
        """A string property: UTF-16 (PtypString) or in the code page (PtypString8)."""
        if prop is None:
            return ""
        kind, value = prop
        if kind == 0x001F:
            return _charset.without_surrogates(value.decode("utf-16-le", "replace").split("\0", 1)[0])
        return self._string(value) if kind in (0x001E, 0x0102) else ""

    def _message(self, found: dict[int, tuple[int, bytes]]) -> None:
        codepage = found.get(_PR_CODEPAGE)
        if codepage is not None and len(codepage[1]) >= 4:
            self._set_codepage(struct.unpack_from("<L", codepage[1])[0])
        if text := self._wide(found.get(_PR_BODY)):
            self._texts["plain"] = text
        if _PR_HTML in found:
            self._texts["html"] = self._page(_charset.decode(found[_PR_HTML][1], self._charset)[0])
        elif _PR_RTF in found and "plain" not in self._texts:
            rich = _rtf.decompress(found[_PR_RTF][1], self._budget.rich)
            self._budget.rich -= len(rich)
            text, is_html = _rtf.to_text(rich)
            self._texts["rtf"] = self._page(text) if is_html else text

    def _page(self, html: str) -> str:
        return _html.to_text(html, self._budget).text

    def _attachment(self, file: File, found: dict[int, tuple[int, bytes]]) -> None:
        name = self._wide(found.get(_PR_LONG_NAME)) or file.name or self._wide(found.get(_PR_NAME)) or self._wide(found.get(_PR_DISPLAY))
        file.name = name
        file.media_type = self._wide(found.get(_PR_MIME)).strip().lower()
        file.inline = _PR_CONTENT_ID in found and file.media_type.startswith("image/")
        kind, value = found.get(_PR_DATA, (0, b""))
        if kind == 0x000D and value[16:20] == SIGNATURE:  # an embedded message: the interface id, then a stream of its own
            if self._depth + 1 < _MAX_DEPTH and (inner := read(value[16:], self._notes, self._budget, self._depth + 1)) is not None:
                self._inner += inner.files
                file.data = inner.text.encode()
                file.media_type = "text/plain"
                file.name = (name or "message") + ".txt"
        elif value and not file.data:
            file.data = value[16:] if kind == 0x000D else value

    def finish(self) -> Unpacked:
        """What was read."""
        text = next((self._texts[kind] for kind in ("plain", "html", "rtf") if self._texts.get(kind, "").strip()), "")
        files = [file for file in (*self._files, *self._inner) if file.data or file.name]
        for file in files:
            file.name = _params.clean_name(_charset.without_surrogates(file.name))
        return Unpacked(_charset.clean(text), files[:_MAX_FILES])


def _properties(data: bytes) -> dict[int, tuple[int, bytes]]:
    """An encapsulated property list ([MS-OXTNEF] 2.1.3.4): the last value of each property by its id, with its type."""
    found: dict[int, tuple[int, bytes]] = {}
    try:
        (count,) = struct.unpack_from("<L", data)
        pos = 4
        for _ in range(min(count, _MAX_PROPERTIES)):
            kind, identifier = struct.unpack_from("<HH", data, pos)
            pos += 4
            if identifier >= 0x8000:
                pos = _skip_name(data, pos)
            pos, value = _value(data, pos, kind)
            found[identifier] = (kind & 0x0FFF, value)
    except (struct.error, ValueError):
        pass  # cut short or of an unknown type: what was read so far counts
    return found


def _skip_name(data: bytes, pos: int) -> int:
    """A named property's set, and its number or name."""
    (kind,) = struct.unpack_from("<L", data, pos + 16)
    pos += 20
    if kind == 0:
        return pos + 4
    (length,) = struct.unpack_from("<L", data, pos)
    return pos + 4 + _padded(length)


def _value(data: bytes, pos: int, kind: int) -> tuple[int, bytes]:
    many = bool(kind & 0x1000)
    kind &= 0x0FFF
    size = _FIXED.get(kind)
    if size is not None:
        count = 1
        if many:
            (count,) = struct.unpack_from("<L", data, pos)
            pos += 4
        if count > len(data):
            raise ValueError(count)
        return pos + size * count, data[pos : pos + size]
    if kind not in _VARIABLE:
        raise ValueError(kind)
    (count,) = struct.unpack_from("<L", data, pos)
    pos += 4
    value = b""
    for _ in range(min(count, _MAX_PROPERTIES)):
        (length,) = struct.unpack_from("<L", data, pos)
        pos += 4
        value = value or data[pos : pos + length]
        pos += _padded(length)
    return pos, value


def _padded(length: int) -> int:
    return (length + 3) & ~3
