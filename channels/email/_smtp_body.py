"""Takes the content of one mail as it comes off the wire: finds its end, undoes dot-stuffing, keeps it in memory or in a spool file.

Reads in bulk and never needs a whole line, so the memory of a message is bounded whatever is sent: what does not fit goes to a file,
what is over the limit is counted and dropped. Only ``CRLF . CRLF`` ends a message (RFC 5321 §4.1.1.4); a bare LF or CR is content,
kept as it came and noted.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from channels.base import Spool
from channels.email._source_id import HEAD_LIMIT, SourceId, header_end, source_id

END = b"\r\n.\r\n"
SPOOL_PREFIX = "smtp-"
SPOOL_SUFFIX = ".spool"
_DOT_LINE = re.compile(rb"\r\n\.")
_BARE_LF = re.compile(rb"\n(?<!\r\n)")


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How much of a message is kept where; all in bytes.

    A message over ``memory`` goes to a file in ``spool_dir``; over ``size`` it is not kept; ``overrun`` beyond that it is not even read.
    """

    size: int
    memory: int
    spool_dir: Path
    overrun: int = 1_048_576


@dataclass(slots=True)
class Memory:
    """What all sessions together hold of contents: when ``limit`` bytes are in use, messages go to files whatever their size."""

    limit: int
    used: int = 0


class Body:
    """The content of one message, while it is being received and until it is stored."""

    __slots__ = (
        "_digest", "_fd", "_head", "_held", "_key", "_limits", "_mem", "_memory", "_path", "_reserved", "_virtual",
        "bare_newline", "error", "size", "too_large", "wire",
    )  # fmt: skip

    def __init__(self, limits: BodyLimits, memory: Memory) -> None:
        self._limits = limits
        self._memory = memory
        self._held: bytes = b"\r\n"
        """Bytes that may begin the end of data. At first an imagined line end before the content: its first line may be the end, too."""
        self._virtual = True
        self._mem: bytes | bytearray = b""
        self._reserved = 0
        self._fd = -1
        self._path: Path | None = None
        self._digest: hashlib._Hash | None = None
        self._key: SourceId | None = None
        self._head = b""
        self.size = 0
        """Bytes of content so far, dots undone."""
        self.wire = 0
        """Bytes received so far."""
        self.bare_newline = False
        self.too_large = False
        self.error: Exception | None = None
        """Why the content could not be kept (disk full …); reading goes on, so that the reply comes where the sender expects it."""

    @property
    def endless(self) -> bool:
        """Whether the sender went so far over the limit that waiting for the end is no use."""
        return self.wire > self._limits.size + self._limits.overrun

    def feed(self, data: bytes) -> bytes | None:
        """Take what was received. None: the end is not there yet; else what came after the end. Never raises (see ``error``)."""
        self.wire += len(data)
        buffer = self._held + data
        rest: bytes | None = None
        dot = _DOT_LINE.search(buffer)
        if dot is not None and (end := buffer.find(END, dot.start())) >= 0:
            piece, rest, self._held = buffer[: end + 2], buffer[end + 5 :], b""
        else:
            kept = _unfinished(buffer)
            piece, self._held = (buffer[:-kept], buffer[-kept:]) if kept else (buffer, b"")
        if dot is not None:
            piece = piece.replace(b"\r\n.", b"\r\n")  # RFC 5321 §4.5.2: a line's first dot was added for transparency
        if self._virtual and piece:
            piece, self._virtual = piece[2:], False
        if piece:
            try:
                self._take(piece)
            except Exception as error:  # noqa: BLE001 - whatever keeps us from storing is a temporary refusal at the end of the data
                self.error = error
                self.discard()
        return rest

    def _take(self, piece: bytes) -> None:
        self.size += len(piece)
        if not self.bare_newline:  # a CRLF is never cut in two here, so each piece can be judged by itself
            crs = len(piece) - len(piece.replace(b"\r", b""))
            self.bare_newline = crs != piece.count(b"\n") or _BARE_LF.search(piece) is not None
        if self.error is not None:
            return
        if self.size > self._limits.size and not self.too_large:
            self._give_up()
        if self._key is not None:
            self._key.feed(piece)
        if self.too_large:
            return
        if self._path is None:
            if len(self._mem) + len(piece) <= self._limits.memory and self._memory.used + len(piece) <= self._memory.limit:
                self._remember(piece)
                return
            self._spill()
            if self._key is not None:
                self._key.feed(piece)
        self._write(piece)

    def _write(self, data: bytes | bytearray) -> None:
        """Append ``data`` to the file: the kernel may take a part at a time."""
        if self._digest is None:
            self._digest = hashlib.sha256()
        self._digest.update(data)
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]

    def _remember(self, piece: bytes) -> None:
        self._memory.used += len(piece)
        self._reserved += len(piece)
        if not self._mem:
            self._mem = piece
            return
        if isinstance(self._mem, bytes):
            self._mem = bytearray(self._mem)
        self._mem += piece

    def _spill(self) -> None:
        """Move what is in memory to a file."""
        self._path = self._limits.spool_dir / f"{SPOOL_PREFIX}{secrets.token_hex(12)}{SPOOL_SUFFIX}"
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        self._start_key()
        self._write(self._mem)
        self._forget()

    def _start_key(self) -> None:
        if self._key is None:
            self._key = SourceId()
            self._key.feed(self._mem)

    def _give_up(self) -> None:
        """The message is over the limit: keep its headers, count the rest."""
        self.too_large = True
        self._start_key()
        head = os.pread(self._fd, HEAD_LIMIT, 0) if self._path is not None else bytes(self._mem[:HEAD_LIMIT])
        ends = header_end(head)
        self._head = head if ends is None else head[: ends[1]]
        self.discard()

    def finish(self) -> tuple[str, bytes, Spool | None]:
        """The key, the content (or the headers of a message that is too large) and the file that holds it instead, if it does."""
        if self._key is not None:
            key = self._key.value()
            if self.too_large:
                return key, self._head, None
            if self._path is not None and self._digest is not None:
                return key, b"", Spool(self._path, self.size, self._digest.hexdigest())
        content = self._mem if isinstance(self._mem, bytes) else bytes(self._mem)
        self._mem = content
        return source_id(content), content, None

    def release(self) -> None:
        """The content is stored, or given up: it no longer counts as ours. The file is left to who took it."""
        self._forget()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self._path = None

    def discard(self) -> None:
        """Remove everything that was kept."""
        path = self._path
        self.release()
        if path is not None:
            path.unlink(missing_ok=True)

    def _forget(self) -> None:
        self._memory.used -= self._reserved
        self._reserved = 0
        self._mem = b""


def _unfinished(buffer: bytes) -> int:
    """How many bytes at the end of ``buffer`` may be the beginning of the end of data."""
    for length in (4, 3, 2, 1):
        if buffer.endswith(END[:length]):
            return length
    return 0
