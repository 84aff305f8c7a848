"""Messages from files: folders of mails, mbox, Maildir, CSV, JSON Lines, subtitles, plain text.

Two things live here. :func:`read` takes files apart into messages, each with the key under which it is brought in once; it knows
nothing of channels. The adapter ``bulk.files`` makes the canonical message of those that are no mail: a channel of this type is the
target of an import of tables or transcripts. Mails are brought into an e-mail channel, which reads them like any other mail.

Memory: one message at a time, whatever the size of the file.

Does not: read Outlook's .msg and .pst, compressed files, or the times of subtitles.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ByteSize, field_validator

from channels import _captions, _message
from channels.base import AdapterSettings, RawMessage, TooLarge, Unreadable
from channels.bulk import _mbox, _open311, _rows, _sniff, _text, _walk
from channels.bulk._mapping import AS_IT_IS, BadMapping, MappingFile, load
from channels.bulk._sniff import KINDS, Kind
from normalizer.model import ChannelName, InboundMessage

__all__ = ["AS_IT_IS", "KINDS", "BadMapping", "FileItem", "Files", "Kind", "MappingFile", "Settings", "build", "load", "read"]

TYPE = "bulk.files"
MAIL = "message/rfc822"
JSON = "application/json"
_CONTENT_TYPES: dict[Kind, str] = {
    "mail": MAIL,
    "mbox": MAIL,
    "json": JSON,
    "jsonl": JSON,
    "csv": JSON,
    "open311": JSON,
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "text": "text/plain",
    "raw": "application/octet-stream",
}
_MAX_SIZE = 25 * 1024 * 1024
_HEAD = 1 << 16


class Settings(AdapterSettings):
    """Table of a channel of type ``bulk.files``."""

    channel: ChannelName = "bulk"
    """What the messages came by, where they do not say it themselves."""
    max_size: ByteSize = ByteSize(_MAX_SIZE)
    """Largest single message; larger ones are held with their beginning."""
    timezone: str = "UTC"
    """Zone (IANA name) of times in tables that have no offset."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be the name of a time zone, as America/Montreal") from None
        return value


@dataclass(frozen=True, slots=True)
class FileItem:
    """One message of a file, or one thing that is none.

    ``origin`` says where it was (``inbox.mbox#12``, ``requests.csv:14``). ``source_id`` is the key for the idempotent receiver: the
    message's own id where it has one, else a hash of its bytes. ``fingerprint`` goes into the envelope where it is set. ``skipped`` is
    the reason why there is no message; ``held`` a coded reason why it cannot be read whole (then ``content`` is its beginning).
    """

    origin: str
    content: bytes = b""
    content_type: str = ""
    source_id: str = ""
    fingerprint: str | None = None
    skipped: str | None = None
    held: str | None = None

    @property
    def envelope(self) -> dict[str, str]:
        """What to put into ``RawMessage.envelope``."""
        return {"origin": self.origin} | ({"fingerprint": self.fingerprint} if self.fingerprint else {})


@dataclass(frozen=True, slots=True)
class _Rules:
    kind: Kind | None
    mail_source_id: Callable[[bytes], str]
    max_size: int
    zone: tzinfo
    mapping: MappingFile = AS_IT_IS


def read(
    paths: Iterable[Path | Literal["-"]],
    *,
    kind: Kind | None = None,
    mail_source_id: Callable[[bytes], str] = _rows.content_id,
    max_size: int = _MAX_SIZE,
    zone: tzinfo = UTC,
    mapping: MappingFile = AS_IT_IS,
    stdin: BinaryIO | None = None,
) -> Iterator[FileItem]:
    """The messages of files, folders (all that is below, sorted, without hidden files), Maildirs and ``-`` (standard input).

    ``kind`` says what the files are where their names and first bytes do not; ``mail_source_id`` is the e-mail channel's key of a mail;
    ``max_size`` is in bytes a message; ``zone`` is that of times without an offset; ``mapping`` says what a table's columns mean where
    their headings do not. The same files give the same items again.
    Raises nothing for what it finds: files that are no messages, or cannot be opened, are yielded with ``skipped``.
    """
    rules = _Rules(kind, mail_source_id, max_size, zone, mapping)
    for path in paths:
        if path == "-":
            with tempfile.TemporaryFile() as copy:  # an encoding is found out by reading twice
                shutil.copyfileobj(stdin or sys.stdin.buffer, copy)
                yield from _guarded("-", partial(_stream, "-", copy, rules, named=True))
        elif path.is_dir():
            for found in _walk.files(path):
                yield from _file(found, rules, named=False)
        else:
            yield from _file(_walk.Found(path), rules, named=True)


def _file(found: _walk.Found, rules: _Rules, *, named: bool) -> Iterator[FileItem]:
    origin = str(found.path)
    if found.skipped is not None:
        yield FileItem(origin, skipped=found.skipped)
        return

    def opened() -> Iterator[FileItem]:
        with found.path.open("rb") as stream:
            yield from _stream(origin, stream, rules, named=named, mail=found.mail)

    yield from _guarded(origin, opened)


def _guarded(origin: str, items: Callable[[], Iterator[FileItem]]) -> Iterator[FileItem]:
    """A file that cannot be opened or read to its end is reported and does not stop the others."""
    try:
        yield from items()
    except OSError as error:
        yield FileItem(origin, skipped=f"cannot be read: {error.strerror or type(error).__name__}")


def _stream(origin: str, stream: BinaryIO, rules: _Rules, *, named: bool, mail: bool = False) -> Iterator[FileItem]:
    stream.seek(0)
    head = stream.read(_sniff.HEAD)
    try:
        kind = _kind(origin, head, rules, named=named, mail=mail)
    except _sniff.NoMessage as error:
        yield FileItem(origin, skipped=str(error))
        return
    stream.seek(0)
    match kind:
        case "mbox":
            for number, (content, whole) in enumerate(_mbox.messages(stream, rules.max_size), 1):
                yield _mail(f"{origin}#{number}", content, rules, whole=whole)
        case "csv":
            yield from _table(origin, _rows.from_table(stream, rules.zone, rules.mapping))
        case "jsonl":
            yield from _table(origin, _rows.from_json_lines(stream, rules.zone, rules.max_size, rules.mapping))
        case "open311":
            yield from _requests(origin, stream, rules)
        case _:
            yield _single(origin, stream, kind, rules)


def _kind(origin: str, head: bytes, rules: _Rules, *, named: bool, mail: bool) -> Kind:
    """What the caller says, what the folder says, or what the file says. In a folder, ``kind`` does not make a message of a picture."""
    if not head:
        raise _sniff.NoMessage("empty")
    if mail:
        return "mail"
    if rules.kind is None:
        return _sniff.kind_of(origin, head, named=named)
    if not named:
        _sniff.refuse_other(origin, rules.kind)
    return rules.kind


def _single(origin: str, stream: BinaryIO, kind: Kind, rules: _Rules) -> FileItem:
    """A file that is one message."""
    content = stream.read(rules.max_size + 1)
    whole = len(content) <= rules.max_size
    if kind == "mail":
        return _mail(origin, _mbox.without_postmark(content), rules, whole=whole)
    if not whole:
        return FileItem(origin, content[:_HEAD], _CONTENT_TYPES[kind], _rows.content_id(content), held="too_large")
    if kind == "json":
        return _json(origin, content)
    return FileItem(origin, content, _CONTENT_TYPES[kind], _rows.content_id(content))


def _json(origin: str, content: bytes) -> FileItem:
    """A file with one JSON message; one of another shape is passed on too, to be held."""
    source_id, fingerprint = _rows.content_id(content), None
    try:
        parsed = _message.parse(content, idempotency_key=source_id, max_size=len(content))
        source_id, fingerprint = parsed.source_id, parsed.fingerprint
    except (_message.BadMessage, TooLarge):
        pass
    return FileItem(origin, content, JSON, source_id, fingerprint)


def _mail(origin: str, content: bytes, rules: _Rules, *, whole: bool) -> FileItem:
    """A mail; of one that is too large only the headers are kept, as when it comes by SMTP."""
    source_id = rules.mail_source_id(content)
    if whole:
        return FileItem(origin, content, MAIL, source_id)
    ends = [at + len(line_end) for line_end in (b"\r\n", b"\n") if (at := content.find(line_end * 2, 0, _HEAD)) >= 0]
    return FileItem(origin, content[: min(ends, default=_HEAD)], MAIL, source_id, held="too_large")


def _requests(origin: str, stream: BinaryIO, rules: _Rules) -> Iterator[FileItem]:
    """The list that an Open311 server answered with."""
    content = stream.read(_open311.MAX_SIZE + 1)
    if len(content) > _open311.MAX_SIZE:
        yield FileItem(origin, skipped=f"a list of more than {_open311.MAX_SIZE >> 20} MiB: ask the server for fewer requests at a time")
        return
    try:
        yield from _table(origin, _rows.from_records(_open311.records(content), rules.zone, rules.mapping))
    except _open311.NoRequests as error:
        yield FileItem(origin, skipped=str(error))


def _table(origin: str, rows: Iterable[_rows.Row]) -> Iterator[FileItem]:
    for row in rows:
        yield FileItem(f"{origin}:{row.line}", row.content, JSON, row.source_id, row.fingerprint or None, row.skipped)


def build(channel_id: str, settings: Settings) -> Files:
    """The adapter for one table of the configuration."""
    return Files(channel_id, settings)


class Files:
    """A channel of type ``bulk.files``: the target of an import of tables, JSON Lines, subtitles and plain text."""

    content_types = frozenset({JSON, "text/vtt", "application/x-subrip", "text/plain"})
    """What :meth:`translate` reads; a mail belongs into an e-mail channel."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    @property
    def zone(self) -> tzinfo:
        """Of times without an offset: what :func:`read` is given."""
        return ZoneInfo(self.settings.timezone)

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored item. Raises Unreadable for a mail, for JSON of another shape and for unknown types."""
        content_type = raw.content_type.partition(";")[0].strip().lower()
        if content_type not in self.content_types:
            hint = ": a mail belongs into an e-mail channel" if content_type == MAIL else ""
            raise Unreadable(f"cannot read {content_type or 'no type'}{hint}")
        common: dict[str, Any] = {
            "adapter": TYPE,
            "channel_id": self.channel_id,
            "jurisdiction_id": self.settings.jurisdiction_id or "",
        }
        if content_type == JSON:
            try:
                parsed = _message.parse(raw.content, idempotency_key=TYPE, max_size=len(raw.content))
            except (_message.BadMessage, TooLarge) as error:
                raise Unreadable(str(error)) from error
            return _message.to_inbound(parsed.message, raw, channel=self.settings.channel, **common)
        text, encoding = _text.decode(raw.content)
        spoken = content_type != "text/plain"
        message = InboundMessage(channel="phone" if spoken else self.settings.channel, source_id=raw.source_id, **common)
        message.received_datetime = raw.received_at
        message.text = (_spoken(text) if spoken else text).replace("\0", "")
        if encoding not in ("utf-8", "utf-8-sig"):
            message.notes.append(f"no encoding given, read as {encoding}")
        return message


def _spoken(text: str) -> str:
    """What subtitles say, one line for each voice."""
    return "\n".join(f"{cue.speaker}: {cue.text}" if cue.speaker else cue.text for cue in _captions.cues(text))
