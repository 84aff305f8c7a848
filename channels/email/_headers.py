"""A header block: where it ends, its fields, and what to do when it is not one.

Fields keep their raw text, unfolded; whoever needs one decodes it. Bytes that are not UTF-8 are kept as surrogates (``surrogateescape``)
until :func:`channels.email._words.text` knows the charset.

Seen in practice and read: an mbox ``From `` line or blank lines before the first field, bare LF and bare CR line ends, a space before
the colon, a line without a colon between fields, no empty line before the body.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from channels.email._bounds import MAX_HEADER, MAX_HEADER_BLOCK, MAX_HEADERS, Notes

_FIELD: Final = re.compile(r"^([!-9;-~]+)[ \t]*:(.*)$", re.MULTILINE)
_KNOWN: Final = re.compile(
    r"(?:from|to|cc|bcc|subject|date|sender|reply-to|message-id|references|in-reply-to|received|return-path|delivered-to|mime-version"
    r"|content-[a-z-]+|x-[a-z-]+|dkim-signature|arc-[a-z-]+|list-[a-z-]+|thread-[a-z-]+|importance|user-agent)\Z",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"[!-9;-~]{1,200}+[ \t]*\Z")
_BLANK: Final = b"\r\n \t"


class Headers:
    """The fields of a header block by lower-case name, each with its raw values in order. ``count`` counts all fields."""

    __slots__ = ("count", "fields")

    def __init__(self, fields: dict[str, list[str]], count: int) -> None:
        self.fields = fields
        self.count = count

    def get(self, name: str) -> str:
        """The first raw value of ``name`` without white space around it, at most :data:`MAX_HEADER` characters; ``""`` when absent."""
        values = self.fields.get(name)
        if values is None:
            return ""
        value = values[0]
        return value.strip() if len(value) <= MAX_HEADER else value[:MAX_HEADER].strip()

    def all(self, name: str) -> list[str]:
        """Every raw value of ``name``."""
        return [value[:MAX_HEADER].strip() for value in self.fields.get(name, ())]


NO_HEADERS: Final = Headers({}, 0)


def read(content: bytes, start: int, end: int, notes: Notes, *, top: bool = False) -> tuple[Headers, int]:
    """The headers of the message or part in ``content[start:end]`` and the offset of its body. ``top``: it is the whole message."""
    if top:
        start = _skip_envelope(content, start, end, notes)
    first = content[start : start + 2]
    if first[:1] == b"\n":
        return NO_HEADERS, start + 1
    if first == b"\r\n":
        return NO_HEADERS, start + 2
    stop, body = _block_end(content, start, end)
    if stop - start > MAX_HEADER_BLOCK:
        notes.add(f"headers over {MAX_HEADER_BLOCK} bytes, the rest of them was not read")
        block = content[start : start + MAX_HEADER_BLOCK]
        block = block[: block.rfind(b"\n") + 1] or block
    else:
        block = content[start:stop]
    headers, length = _fields(block, notes)
    return headers, body if length == len(block) else start + length


def _skip_envelope(content: bytes, start: int, end: int, notes: Notes) -> int:
    """Past a byte order mark, blank lines and an mbox ``From `` line that stand before the first field."""
    if content.startswith(b"\xef\xbb\xbf", start):
        start += 3
    if content[start : start + 1] in (b"\r", b"\n"):
        stripped = content[start : start + 4_096].lstrip(b"\r\n")
        start += len(content[start : start + 4_096]) - len(stripped)
        notes.add("blank lines before the headers")
    while content[start : start + 5] in (b"From ", b">From"):  # RFC 4155, and what an MTA makes of it inside a message
        newline = content.find(b"\n", start, end)
        if newline < 0 or b": " in content[start : min(newline, start + 40)]:
            break
        start = newline + 1
    return start


def _block_end(content: bytes, start: int, end: int) -> tuple[int, int]:
    """Offsets of the end of the header block and of the body: the first empty line, whatever its line ends."""
    newline = content.find(b"\n", start, end)
    if newline < 0:
        return end, end
    crlf = content.find(b"\n\r\n", start, end) if content[newline - 1] == 13 else -1
    bare = content.find(b"\n\n", start, end if crlf < 0 else crlf)
    if bare >= 0:
        return bare + 1, bare + 2
    if crlf < 0:
        crlf = content.find(b"\n\r\n", start, end)
    return (end, end) if crlf < 0 else (crlf + 1, crlf + 3)


def _fields(block: bytes, notes: Notes) -> tuple[Headers, int]:
    """The fields of ``block`` and how many of its bytes are headers: less than all when the body follows without an empty line."""
    text = block.decode("utf-8", "surrogateescape")
    lines = text.split("\r\n")
    if not len(lines) - 1 == text.count("\n") == text.count("\r"):
        lines = text.replace("\r\n", "\n").replace("\r", " ").split("\n")
    if lines[-1] == "":
        lines.pop()
    fields: dict[str, list[str]] = {}
    count = 0
    values: list[str] = []
    for line in lines:
        if line[:1] in " \t":
            if not values:
                return _broken(block, notes)
            values[-1] += line.replace("\t", " ")  # RFC 5322 §2.2.3
            continue
        raw, colon, value = line.partition(":")
        name = _field_name(raw)
        if not colon or not name:
            return _broken(block, notes)
        count += 1
        if count > MAX_HEADERS:
            values = [""]
        elif name in fields:
            values = fields[name]
            values.append(value)
        else:
            values = fields[name] = [value]
    headers = Headers(fields, count)
    return headers if len(block) <= MAX_HEADER and count <= MAX_HEADERS else _checked(headers, notes), len(block)


@lru_cache(maxsize=1024)
def _field_name(raw: str) -> str:
    """``raw`` as a lower-case field name (RFC 5322 §2.2), or ``""`` when it is none."""
    return raw.rstrip(" \t").lower() if _NAME.match(raw) else ""


def _checked(headers: Headers, notes: Notes) -> Headers:
    if headers.count > MAX_HEADERS:
        notes.add(f"{headers.count} header fields, {MAX_HEADERS} were read")
    for name, values in headers.fields.items():
        if len(values[0]) > MAX_HEADER:
            notes.add(f"header {name} over {MAX_HEADER} characters, cut")
    return headers


def _collect(found: list[tuple[str, str]], notes: Notes) -> Headers:
    fields: dict[str, list[str]] = {}
    for name, value in found[:MAX_HEADERS]:
        fields.setdefault(name.lower(), []).append(value)
    return _checked(Headers(fields, len(found)), notes)


def _broken(block: bytes, notes: Notes) -> tuple[Headers, int]:
    """Some line is neither a field nor a continuation: skip it when fields follow, else the body begins there."""
    lines = block.split(b"\n")
    found: list[tuple[str, str]] = []
    offset = 0
    content_type = ""
    last_field = _last_known(lines)
    for number, raw in enumerate(lines):
        line = raw.decode("utf-8", "surrogateescape").rstrip("\r").replace("\r", " ")
        field = _FIELD.match(line)
        if field:
            found.append((field[1], field[2]))
            content_type = field[2] if field[1].lower() == "content-type" else content_type
        elif found and line[:1] in (" ", "\t"):
            name, value = found[-1]
            if len(value) <= MAX_HEADER:
                found[-1] = (name, value + " " + line.strip())
                content_type = found[-1][1] if name.lower() == "content-type" else content_type
        elif line.strip():
            if number > last_field or _is_delimiter(line, content_type):
                notes.add("no empty line between headers and body" if found else "no headers")
                return _collect(found, notes), offset
            notes.add("a line among the headers is not a header")
            if found and len(found[-1][1]) + len(line) <= MAX_HEADER:  # a folded line that lost its indent
                found[-1] = (found[-1][0], found[-1][1] + " " + line.strip())
        offset += len(raw) + 1
    return _collect(found, notes), len(block)


def _is_delimiter(line: str, content_type: str) -> bool:
    """A line that is the boundary which the Content-Type above it names: the empty line before it is missing."""
    boundary = line[2:].strip() if line.startswith("--") else ""
    return boundary != "" and boundary in content_type


def _last_known(lines: list[bytes]) -> int:
    """Number of the last line that begins a field with a name that mail really has, within the run of fields that ends the block."""
    last = -1
    for number, raw in enumerate(lines):
        name, colon, _ = raw.partition(b":")
        if colon and _KNOWN.match(name.decode("latin-1").strip()):
            last = number
    return last


def has_header(content: bytes) -> bool:
    """True when the message begins with something like a header field."""
    head = content[:4_096].lstrip(_BLANK + b"\xef\xbb\xbf")
    return _FIELD.match(head.decode("latin-1")) is not None or head.startswith((b"From ", b">From "))
