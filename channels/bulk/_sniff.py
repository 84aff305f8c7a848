"""Which kind of message file a file is, by its name and its first bytes."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Literal, get_args

from channels.bulk import _open311

Kind = Literal["mail", "mbox", "json", "jsonl", "csv", "open311", "vtt", "srt", "text", "raw"]
"""``open311`` is an Open311 server's list of requests; ``json`` is one message in one file; ``raw`` takes each file whole, whatever it
holds."""

KINDS: tuple[Kind, ...] = get_args(Kind)
HEAD = 8192
"""Bytes that the decision looks at."""

_SUFFIXES: dict[str, Kind] = {
    ".eml": "mail", ".box": "mail", ".mail": "mail", ".email": "mail", ".rfc822": "mail",
    ".mbox": "mbox", ".mbx": "mbox", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".csv": "csv", ".tsv": "csv", ".vtt": "vtt", ".srt": "srt", ".text": "text",
}  # fmt: skip
_NO_MESSAGE = frozenset({
    ".yml", ".yaml", ".toml", ".xml", ".html", ".htm", ".css", ".js", ".ts", ".py", ".rb", ".md", ".rst", ".ini", ".cfg", ".log", ".sh",
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".bmp", ".tif", ".tiff", ".pdf", ".zip", ".gz", ".doc", ".docx", ".xls", ".xlsx",
})  # fmt: skip
"""Kinds that lie beside messages and are not taken for one, even where a line of theirs looks like a header."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FIELD = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")  # RFC 5322 §2.2: printable US-ASCII except the colon
_FIELD_NAME = re.compile(rb"^([!-9;-~]{1,76})[ \t]*:", re.MULTILINE)
_MAIL_FIELDS = frozenset({
    b"bcc", b"cc", b"content-disposition", b"content-transfer-encoding", b"content-type", b"date", b"delivered-to", b"dkim-signature",
    b"envelope-to", b"from", b"in-reply-to", b"message-id", b"mime-version", b"received", b"references", b"reply-to", b"return-path",
    b"sender", b"subject", b"to", b"x-mailer", b"x-original-to",
})  # fmt: skip
_POSTMARK = re.compile(rb"From [^\r\n]*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?[^\r\n]*\b(?:19|20)[0-9]{2}\b")
_TIMING = re.compile(rb"^[ \t]*[0-9]{1,3}:[0-9]{2}:[0-9]{2}[,.][0-9]{1,3}[ \t]*-->", re.MULTILINE)


class NoMessage(ValueError):
    """The file is not a message; the text says why."""


def kind_of(name: str, head: bytes, *, named: bool) -> Kind:
    """The kind of the file ``name`` that begins with ``head``. ``named`` is true where a person named this very file. Raises NoMessage."""
    suffix = PurePath(name).suffix.lower()
    if not head:
        raise NoMessage("empty")
    if head.startswith(_OLE):
        raise NoMessage("an Outlook .msg or Office file; save the mail as .eml")
    if suffix in (".json", ".xml", "") and _open311.looks_like(head):
        return "open311"
    if suffix in _NO_MESSAGE:
        raise NoMessage(f"a {suffix} file, not a message")
    known = _SUFFIXES.get(suffix)
    if known == "json" and not named:
        raise NoMessage("a .json file, not a message: name it, or give one object a line in .jsonl")
    if known is not None:
        return known
    if head.startswith((b"WEBVTT", b"\xef\xbb\xbfWEBVTT")):
        return "vtt"
    by_content = _by_content(head)
    if by_content is not None:
        return by_content
    if suffix == ".txt" or (named and not suffix):
        if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise NoMessage("bytes that are neither text nor a mail")
        return "text"
    raise NoMessage("neither headers as in a mail, nor a kind of file that is known")


def _by_content(head: bytes) -> Kind | None:
    if postmark(head, strict=False):
        line, _, rest = head.partition(b"\n")
        if _FIELD.match(rest) or postmark(line, strict=True):
            return "mbox"
    if looks_like_mail(head):
        return "mail"
    if head.lstrip()[:1] == b"{" and b'"' in head:
        return "jsonl"
    return "srt" if re.match(rb"(?:\xef\xbb\xbf)?\s*[0-9]+\s*\r?\n", head) and _TIMING.search(head) else None


def looks_like_mail(head: bytes) -> bool:
    """Whether the first line is a header field and one of the fields before the first empty line is a mail's."""
    if not _FIELD.match(head):
        return False
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return any(name.lower() in _MAIL_FIELDS for name in _FIELD_NAME.findall(block))


def is_field(line: bytes) -> bool:
    """Whether the line begins a header field."""
    return _FIELD.match(line) is not None


def postmark(line: bytes, *, strict: bool) -> bool:
    """Whether the line separates two messages of an mbox: ``From``, a space and, where ``strict``, a time and a year (RFC 4155)."""
    return _POSTMARK.match(line) is not None if strict else line.startswith(b"From ")


def refuse_other(name: str, kind: Kind) -> None:
    """For a file of a folder that was said to be of ``kind``: raise NoMessage where its name says that it is something else."""
    suffix = PurePath(name).suffix.lower()
    if suffix in _NO_MESSAGE or (kind != "raw" and _SUFFIXES.get(suffix, kind) != kind):
        raise NoMessage(f"a {suffix} file, not {kind}")
