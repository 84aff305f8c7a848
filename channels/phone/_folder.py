"""A folder into which another program puts transcripts: each complete file is taken once, then moved to ``done/`` or ``failed/``.

A file is complete when two looks, one interval apart, find it with the same size and time of change. Whoever can should write under
another name (hidden, or ending in ``.part`` or ``.tmp``) and rename it: such names are left alone.

Does not: look into folders below, nor wait for a file that stays empty (it is left where it is).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import structlog

from channels._webhook import now
from channels.base import RawMessage

DONE, FAILED = "done", "failed"
_WRITING = (".part", ".tmp", ".partial", ".crdownload", ".filepart", ".swp", "~")
_HEAD = 1 << 16
_log = structlog.get_logger(__name__)


class Folder:
    """One watched folder. ``readable`` tells whether a file's content can be read as a message; ``max_size`` is in bytes."""

    def __init__(self, path: Path, content_type: str, max_size: int, readable: Callable[[bytes], bool]) -> None:
        self.path = path
        self._content_type, self._max_size, self._readable = content_type, max_size, readable
        self._seen: dict[str, tuple[int, int]] = {}

    def waiting(self) -> list[Path]:
        """The files that are not yet taken, oldest first; raises OSError where the folder cannot be read."""
        found = [
            (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name)
            for entry in os.scandir(self.path)
            if not entry.name.startswith(".") and not entry.name.endswith(_WRITING) and entry.is_file(follow_symlinks=False)
        ]
        return [self.path / name for _changed, name in sorted(found)]

    async def take(self) -> AsyncIterator[RawMessage]:
        """Each complete file as a message; a file is moved after the code behind the ``yield`` went on, that is, once it is durable."""
        for path in await asyncio.to_thread(self._complete):
            try:
                content, size = await asyncio.to_thread(self._content, path)
            except OSError as error:  # gone meanwhile, or not ours to read: the others go on
                _log.warning("transcript_file_unreadable", file=path.name, error=error.strerror)
                continue
            held = "too_large" if size > self._max_size else None
            raw = RawMessage(_key(content, size), now(), self._content_type, content, {"origin": path.name}, held=held)
            good = held is None and await asyncio.to_thread(self._readable, content)
            yield raw
            await asyncio.to_thread(self._move, path, DONE if good else FAILED)

    def _complete(self) -> list[Path]:
        before, self._seen = self._seen, {}
        complete = []
        for path in self.waiting():
            try:
                stat = path.stat()
            except OSError:
                continue
            mark = (stat.st_size, stat.st_mtime_ns)
            self._seen[path.name] = mark
            if stat.st_size and before.get(path.name) == mark:
                complete.append(path)
        return complete

    def _content(self, path: Path) -> tuple[bytes, int]:
        """The content and its size; only the beginning of what is too large."""
        with path.open("rb") as file:
            content = file.read(self._max_size + 1)
            size = os.fstat(file.fileno()).st_size if len(content) > self._max_size else len(content)
        return content[: self._max_size if size <= self._max_size else min(_HEAD, self._max_size)], size

    def _move(self, path: Path, name: str) -> None:
        folder = self.path / name
        folder.mkdir(exist_ok=True)
        target, number = folder / path.name, 1
        while target.exists():
            target, number = folder / f"{path.stem}-{number}{path.suffix}", number + 1
        try:
            path.rename(target)
        except OSError as error:  # it is stored; seen again it is recognised by its key
            _log.warning("transcript_file_not_moved", file=path.name, error=error.strerror)


def _key(content: bytes, size: int) -> str:
    """The key that an import of the same file gives it, so that both are one message."""
    digest = hashlib.sha256(content).hexdigest()
    return f"sha256:{digest}" if size == len(content) else f"sha256:{digest}:{size}"
