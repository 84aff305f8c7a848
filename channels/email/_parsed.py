"""Puts a mail that a provider has taken apart together again, so that one reader reads all mail.

The result is read by :mod:`channels.email.mime` and by nothing else; it is made anew at each reading and never stored. Header values are
written as UTF-8 (RFC 6532), parts as base64.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_STRUCTURAL = frozenset(
    {"content-type", "content-transfer-encoding", "content-disposition", "content-id", "mime-version", "content-language"}
)
"""Headers of the mail as it was, which do not fit what is put together here."""
_NAME = re.compile(r"[\x21-\x39\x3b-\x7e]{1,200}")
_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,76}[ \t]*:")
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the mail; with a ``content_id`` it stands in the text."""

    filename: str
    media_type: str
    content: bytes
    content_id: str | None = None


def mime(headers: Iterable[tuple[str, str]], text: str | None, html: str | None, parts: Sequence[Part] = ()) -> bytes:
    """The mail as RFC 5322 bytes: its headers, its text in one or two forms, its files."""
    head = "".join(f"{name}: {_line(value)}\r\n" for name, value in headers if _fits(name)).encode("utf-8", "replace")
    bodies = [_body("text/plain; charset=utf-8", text)] if text is not None else []
    if html is not None:
        bodies.append(_body("text/html; charset=utf-8", html))
    body = _together("alternative", bodies) if len(bodies) > 1 else (bodies or [_body("text/plain; charset=utf-8", "")])[0]
    if parts:
        body = _together("mixed", [body, *map(_file, parts)])
    return head + b"MIME-Version: 1.0\r\n" + body


def is_mail(content: bytes) -> bool:
    """Whether the bytes begin like a mail (a header field's name has neither ``=`` nor ``&``, so that a form is none)."""
    return _FIELD.match(content) is not None


def header_lines(block: str) -> list[tuple[str, str]]:
    """Name and value of each line of a header block, unfolded (RFC 5322 §2.2.3)."""
    found: list[tuple[str, str]] = []
    for line in block.replace("\r\n", "\n").split("\n"):
        if line[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        elif ":" in line:
            name, _, value = line.partition(":")
            found.append((name.strip(), value.strip()))
    return found


def _fits(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name.lower() not in _STRUCTURAL


def _line(value: str) -> str:
    return re.sub(r"[\r\n\0]+[ \t]*", " ", value)


def _body(content_type: str, text: str) -> bytes:
    return f"Content-Type: {content_type}\r\n".encode() + _encoded(text.encode("utf-8", "replace"))


def _encoded(content: bytes) -> bytes:
    return b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _file(part: Part) -> bytes:
    media_type = part.media_type if _MEDIA_TYPE.fullmatch(part.media_type) else "application/octet-stream"
    name = _line(part.filename).replace("\\", "_").replace('"', "'")[:255]
    head = f'Content-Type: {media_type}\r\nContent-Disposition: {"inline" if part.content_id else "attachment"}; filename="{name}"\r\n'
    if part.content_id:
        head += f"Content-ID: <{_line(part.content_id).strip('<> ')}>\r\n"
    return head.encode("utf-8", "replace") + _encoded(part.content)


def _together(kind: str, parts: Sequence[bytes]) -> bytes:
    """Parts in one multipart. Base64 has no line that could be a boundary."""
    boundary = hashlib.sha256(b"\0".join(parts)).hexdigest()[:32].encode()
    lines = b"".join(b"\r\n--" + boundary + b"\r\n" + part for part in parts)
    return b"Content-Type: multipart/" + kind.encode() + b'; boundary="' + boundary + b'"\r\n' + lines + b"\r\n--" + boundary + b"--\r\n"
