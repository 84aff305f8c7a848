"""Appends each request as one line of JSON to a file: for archives, for spreadsheets, for a system that reads files.

A line is the same CloudEvents event as a webhook's body. A delivery ends when its line is fsynced; what is under way at the same time
shares one fsync. A key that the file already holds is not written again, also after a restart. A last line that a power cut tore is
cut off before anything is appended: its delivery was not acknowledged and comes again.

Does not: rotate. Move the file away and a new one is begun; a key in a file that was moved away is not known any more.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain
from pathlib import Path

import orjson

from channels.base import Temporary
from gateway.sinks._event import envelope
from gateway.sinks.base import Attempt, Deferred, Delivered, Delivery, SinkSettings
from normalizer.model import ServiceRequest

_ID = re.compile(rb'\{"id":"([^"\\]+)"')
_MERGE = 50_000


class Settings(SinkSettings):
    """Settings of a file of JSON lines."""

    path: Path
    """File that lines are appended to; made, readable by its owner only, where it does not exist."""

    source: str = ""
    """CloudEvents "source" of the events; by default /intake311/ and the jurisdiction."""


class _Keys:
    """The keys in the file as 64-bit digests: 8 bytes each in a sorted array, new ones in a set until they are many."""

    def __init__(self, keys: Iterator[bytes]) -> None:
        self._sorted = array("Q", sorted(map(_digest, keys)))
        self._recent: set[int] = set()

    def may_have(self, key: bytes) -> bool:
        """False: it is not there. True: it is, or (one in 10^12 for a million keys) another one has the same digest."""
        digest = _digest(key)
        place = bisect_left(self._sorted, digest)
        return digest in self._recent or (place < len(self._sorted) and self._sorted[place] == digest)

    def add(self, key: bytes) -> None:
        self._recent.add(_digest(key))
        if len(self._recent) >= _MERGE:
            self._sorted = array("Q", sorted(chain(self._sorted, self._recent)))
            self._recent.clear()


class Lines:
    """The file. Its methods block and are called from one thread at a time; other processes are kept out by a lock on the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = _Keys(iter(()))
        self._known: tuple[int, int, int] | None = None
        """Device, inode and size of the file as we left it; where it differs, the keys are read anew."""

    def append(self, lines: list[tuple[bytes, bytes]]) -> None:
        """Write those of the (key, line) pairs whose key is not there yet, and fsync. Raises OSError; then none of them counts."""
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _identity(descriptor) != self._known:
                self._learn(descriptor)
            size = os.fstat(descriptor).st_size
            fresh = {key: line for key, line in lines if not (self._keys.may_have(key) and key in _keys_of(descriptor))}
            if fresh:
                try:
                    _write(descriptor, b"".join(line + b"\n" for line in fresh.values()))
                    os.fsync(descriptor)
                except OSError:
                    self._known = None
                    os.ftruncate(descriptor, size)
                    raise
            for key in fresh:
                self._keys.add(key)
            self._known = _identity(descriptor)
        finally:
            os.close(descriptor)

    def probe(self) -> None:
        """See whether the file can be opened for appending; raises OSError where not."""
        os.close(self._open())

    def _open(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _learn(self, descriptor: int) -> None:
        """Read a file that is not as we left it: mend its end, learn its keys, make sure that its name lasts."""
        _mend(descriptor)
        self._keys = _Keys(_keys_of(descriptor))
        _fsync_directory(self._path.parent)


class JsonlSink:
    """Appends events to one file."""

    def __init__(self, settings: Settings) -> None:
        self._lines = Lines(settings.path)
        self._source = settings.source
        self._waiting: list[tuple[bytes, bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def check(self) -> None:
        """Open the file for appending."""
        try:
            await asyncio.to_thread(self._lines.probe)
        except OSError as error:
            raise Temporary(f"the file cannot be written: {os.strerror(error.errno or errno.EIO)}") from error

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:
        """Append the event and wait for its fsync."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((attempt.idempotency_key.encode(), envelope(request, attempt, source=self._source), written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        try:
            await written
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            return Deferred("disk_full" if full else "file_error", detail=os.strerror(error.errno or errno.EIO))
        return Delivered()

    async def aclose(self) -> None:
        """Wait for what is being written."""
        if self._writing is not None:
            await self._writing

    async def _write_all(self) -> None:
        # One write and one fsync for all that waits: while they run, the next ones gather.
        while self._waiting:
            batch, self._waiting = self._waiting, []
            error: Exception | None = None
            try:
                await asyncio.to_thread(self._lines.append, [(key, line) for key, line, _ in batch])
            except Exception as problem:  # noqa: BLE001  # whatever it is, those who wait have to hear of it
                error = problem
            for _, _, written in batch:
                if written.done():  # its attempt was cut by the deadline; the line may be there, and is found at the next one
                    continue
                if error is None:
                    written.set_result(None)
                else:
                    written.set_exception(error)
        self._writing = None


def build(sink_id: str, settings: Settings) -> JsonlSink:  # noqa: ARG001  # every sink is built like this
    """Make the sink; the file is opened at the first delivery."""
    return JsonlSink(settings)


def _digest(key: bytes) -> int:
    return int.from_bytes(blake2b(key, digest_size=8).digest())


def _identity(descriptor: int) -> tuple[int, int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino, status.st_size


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _keys_of(descriptor: int) -> Iterator[bytes]:
    """The keys of the whole lines in the file."""
    with open(os.dup(descriptor), "rb") as file:  # noqa: PTH123  # there is no path: the file may have been moved meanwhile
        file.seek(0)
        for line in file:
            found = _ID.match(line)
            if found and line.endswith(b"\n"):
                yield found[1]


def _mend(descriptor: int) -> None:
    """Cut off what stands after the last line feed; where that is a whole event (an editor took the line feed), end its line instead."""
    size = os.fstat(descriptor).st_size
    last = _end_of_last_line(descriptor, size)
    if last == size:
        return
    try:
        orjson.loads(os.pread(descriptor, size - last, last))
    except orjson.JSONDecodeError:
        os.ftruncate(descriptor, last)
    else:
        _write(descriptor, b"\n")


def _end_of_last_line(descriptor: int, end: int) -> int:
    """The offset after the last line feed before ``end``, 0 where there is none."""
    while end > 0:
        start = max(0, end - 65536)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _fsync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
