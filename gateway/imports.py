"""Brings messages in from files: which files fit a channel, under which key, and through ``accept`` like every other message.

The key of a mail is the one that it would have had by SMTP, so that a mail which came both ways is one message.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal

from channels.base import Accept, ChannelError, RawMessage, Receipt
from channels.bulk import files
from channels.bulk.files import AS_IT_IS, JSON, MAIL, FileItem, Kind, MappingFile
from channels.email._source_id import source_id
from gateway.clock import now
from gateway.errors import IntakeError

Place = Path | Literal["-"]
_KNOWN = frozenset({MAIL, JSON, "text/vtt", "application/x-subrip", "text/plain"})
"""What :func:`channels.bulk.files.read` takes files apart into."""
_WORDS = {MAIL: "a mail", JSON: "a JSON message or a table", "text/vtt": "a transcript", "application/x-subrip": "a transcript"}
_MAX_SIZE = 25 << 20
_WINDOW, _WINDOW_BYTES = 256, 16 << 20
"""Messages, and bytes, that are handed to ``accept`` at once: enough for one commit to carry many."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What a channel of one type takes from files.

    ``whole`` is set where each file is one message of that content type, whatever it holds; ``key_of`` then gives its source_id and
    fingerprint where the adapter knows them better than a hash of the file (a post that came by HTTP is the same in a file).
    """

    type: str
    content_types: frozenset[str]
    whole: str | None = None
    max_size: int = _MAX_SIZE
    zone: tzinfo = UTC
    key_of: Callable[[bytes], tuple[str, str] | None] | None = None

    @classmethod
    def of(cls, kind: str, module: object, channel: object) -> Fit:
        """What the adapter says of itself: ``content_types``, or its module's ``CONTENT_TYPE``.

        One that says nothing takes mails if it is an e-mail adapter, otherwise everything.
        """
        declared = getattr(channel, "content_types", None) or getattr(module, "CONTENT_TYPE", None)
        if declared is None:
            declared = {MAIL} if kind.startswith("email.") else _KNOWN
        found = frozenset({declared} if isinstance(declared, str) else declared)
        options: dict[str, Any] = {}
        if (limit := getattr(getattr(channel, "settings", None), "max_size", None)) is not None:
            options["max_size"] = int(limit)
        if (zone := getattr(channel, "zone", None)) is not None:
            options["zone"] = zone
        if found & _KNOWN:
            return cls(kind, found & _KNOWN, **options)
        return cls(kind, found, min(found), key_of=getattr(channel, "key_of", None), **options)

    def read(self, places: Iterable[Place], kind: Kind | None = None, mapping: MappingFile = AS_IT_IS) -> Iterator[FileItem]:
        """The messages of files, folders and standard input (``-``) in order; what is none, or does not fit, has ``skipped`` set.

        ``kind`` says what the files are, where their names and first bytes do not; ``mapping`` what a table's columns mean. Raises nothing
        for what it finds.
        """
        for place in places:
            named = place == "-" or not place.is_dir()
            if named and kind is None and MAIL in self.content_types:
                items = self._named_mail(place)
            else:
                items = self._files([place], kind or ("raw" if self.whole else None), mapping=mapping)
            for item in items:
                yield self._judged(item)

    def _named_mail(self, place: Place) -> Iterator[FileItem]:
        """A file that a person named is a mail, also where it does not begin like one; unless it clearly is something else."""
        with tempfile.TemporaryFile() as copy:
            stdin = _standard_input(copy) if place == "-" else None
            items = self._files([place], None, stdin)
            first = next(items, None)
            if first is None:
                return
            if first.content_type == "text/plain" or (first.skipped or "").startswith("neither headers"):
                copy.seek(0)
                yield from self._files([place], "mail", stdin)
            else:
                yield from chain((first,), items)

    def _files(self, places: Sequence[Place], kind: Kind | None, stdin: Any = None, mapping: MappingFile = AS_IT_IS) -> Iterator[FileItem]:
        options: dict[str, Any] = {"max_size": self.max_size, "zone": self.zone, "mapping": mapping, "stdin": stdin}
        return files.read(places, kind=kind, mail_source_id=mail_key, **options)

    def _judged(self, item: FileItem) -> FileItem:
        if item.skipped is not None:
            return item
        if self.whole is not None:
            source_id, fingerprint = (self.key_of and self.key_of(item.content)) or (item.source_id, item.fingerprint)
            return replace(item, content_type=self.whole, source_id=source_id, fingerprint=fingerprint)
        if item.content_type in self.content_types:
            return item
        what = _WORDS.get(item.content_type, "a text")
        return replace(item, skipped=f"{what}, which a channel of type {self.type} cannot read{self._hint(item)}")

    def _hint(self, item: FileItem) -> str:
        if item.content_type == MAIL:
            return "; mails go into an e-mail channel"
        if self.type.startswith("email."):
            return "; a channel of type bulk.files can"
        return ""


def mail_key(content: bytes) -> str:
    """The key of a mail in a file: that of SMTP, where lines end with CRLF (RFC 5321 §2.3.8), and a saved mail's often with LF alone."""
    if b"\r\n" not in content:
        content = content.replace(b"\n", b"\r\n")
    if content and not content.endswith(b"\r\n"):
        content += b"\r\n"
    return source_id(content)


@dataclass(slots=True)
class Summary:
    """What became of the files.

    ``skipped`` are things that are no message, by reason; ``conflicts`` have the id of a message that is there and another content.
    """

    read: int = 0
    stored: list[str] = field(default_factory=list)
    already_there: int = 0
    conflicts: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


async def bring_in(
    items: Iterable[FileItem], accept: Accept, *, advance: Callable[[int], None], skipped: Callable[[FileItem], None]
) -> Summary:
    """Hand every message to ``accept``, many at a time. ``advance`` is told how many were taken, ``skipped`` of what is no message.

    Raises IntakeError when nothing is accepted any more (a full disk): what was stored until then is, and a new run goes on from there.
    """
    summary = Summary()
    reading = iter(items)
    while window := await asyncio.to_thread(_window, reading):
        messages = []
        for item in window:
            if item.skipped is None:
                messages.append(item)
            else:
                summary.skipped[item.skipped] += 1
                skipped(item)
        summary.read += len(messages)
        receipts = await asyncio.gather(*(accept(_raw(item)) for item in messages), return_exceptions=True)
        _count(receipts, summary)
        advance(len(messages))
    return summary


def _count(receipts: Sequence[Receipt | BaseException], summary: Summary) -> None:
    for receipt in receipts:
        if isinstance(receipt, Receipt):
            summary.conflicts += receipt.conflict
            if receipt.duplicate:
                summary.already_there += not receipt.conflict
            else:
                summary.stored.append(receipt.intake_id)
    for receipt in receipts:
        if isinstance(receipt, ChannelError):
            raise IntakeError(f"stopped after {len(summary.stored)} messages: {receipt}; run it again to go on") from receipt
        if isinstance(receipt, BaseException):
            raise receipt


def _window(reading: Iterator[FileItem]) -> list[FileItem]:
    taken: list[FileItem] = []
    size = 0
    for item in reading:
        taken.append(item)
        size += len(item.content)
        if len(taken) >= _WINDOW or size >= _WINDOW_BYTES:
            break
    return taken


def _raw(item: FileItem) -> RawMessage:
    return RawMessage(item.source_id, now(), item.content_type, item.content, item.envelope, held=item.held)


def _standard_input(copy: IO[bytes]) -> IO[bytes]:
    """Standard input, kept in a file because it may have to be read a second time."""
    import shutil
    import sys

    shutil.copyfileobj(sys.stdin.buffer, copy)
    copy.seek(0)
    return copy
