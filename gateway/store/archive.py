"""The file that a backup is: a tar with a MANIFEST of SHA-256 sums, complete under its name or not there at all.

Members, in this order: ``backup.json`` (what it is of), the databases, ``blobs/ab/cdef…``, and at last ``MANIFEST`` in the format of
sha256sum(1), so that anybody can check it without this program: ``tar xf FILE && sha256sum -c MANIFEST``. The file is written as
``FILE.part``, synced and renamed. A name that ends in ``.gz`` or ``.tgz`` is compressed.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from gateway import failpoint
from gateway.errors import StoreError

MANIFEST = "MANIFEST"
DESCRIPTION = "backup.json"
_MEMBER = re.compile(r"backup\.json|main\.db|inbox\.db|store\.dump|blobs/[0-9a-f]{2}/[0-9a-f]{62}")
"""Names that may be in a backup: nothing else is ever written to the disk."""
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
_CHUNK = 1 << 20


class Writer:
    """An archive in the making."""

    def __init__(self, tar: tarfile.TarFile, sums: IO[bytes]) -> None:
        self._tar, self._sums = tar, sums

    def add_file(self, name: str, path: Path, advance: Callable[[int], None] = lambda _bytes: None) -> str:
        """Add the file at ``path`` under ``name``; returns its SHA-256 in hex. Raises OSError."""
        with path.open("rb") as file:
            return self._add(name, os.fstat(file.fileno()).st_size, file, advance)

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add ``content`` under ``name``."""
        self._add(name, len(content), io.BytesIO(content), lambda _bytes: None)

    def _add(self, name: str, size: int, file: IO[bytes], advance: Callable[[int], None]) -> str:
        hashing = _Hashing(file, advance)
        self._tar.addfile(_entry(name, size), hashing)
        self._sums.write(f"{hashing.digest}  {name}\n".encode())
        return hashing.digest

    def finish(self) -> None:
        """Add the manifest; called once, at the end."""
        size = self._sums.tell()
        self._sums.seek(0)
        self._tar.addfile(_entry(MANIFEST, size), self._sums)


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """An archive that has its name when the block ends, and is gone when it raises. Raises StoreError where it cannot be written."""
    part = target.with_name(target.name + ".part")
    try:
        with _private(part, os.O_RDWR | os.O_CREAT) as file:
            _only_writer(file)
            try:
                file.truncate(0)
                with _tar(target, file) as tar, tempfile.TemporaryFile("w+b") as sums:
                    writer = Writer(tar, sums)
                    yield writer
                    writer.finish()
                file.flush()
                os.fsync(file.fileno())
                failpoint.hit("backup")
                part.replace(target)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        _sync_folder(target.parent)
    except OSError as error:
        raise StoreError(f"{target}: the backup cannot be written: {error.strerror or error}") from error


def _tar(target: Path, file: IO[bytes]) -> tarfile.TarFile:
    if target.suffix in (".gz", ".tgz"):
        return tarfile.open(mode="w:gz", fileobj=file, format=tarfile.PAX_FORMAT)
    return tarfile.open(mode="w", fileobj=file, format=tarfile.PAX_FORMAT)


def unpack(source: Path, place: Callable[[str], Path], advance: Callable[[int], None] = lambda _bytes: None) -> dict[str, str]:
    """Write every member where ``place`` says, check all against the manifest, and return their sums by name.

    ``advance`` is told of every piece of the archive that was read, in bytes. Raises StoreError for a file that is no backup, is cut
    short, or has a member that is not as it was when it was made; what was written is the caller's to remove.
    """
    found: dict[str, str] = {}
    manifest: dict[str, str] | None = None
    try:
        with source.open("rb") as file, tarfile.open(fileobj=_Counting(file, advance), mode="r|*") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or manifest is not None or not (member.name == MANIFEST or _MEMBER.fullmatch(member.name)):
                    raise StoreError(f"{source}: {member.name!r} has no place in a backup")
                if member.name == MANIFEST:
                    manifest = _parsed(source, content.read().decode("ascii", "replace"))
                else:
                    found[member.name] = _copy(content, place(member.name), member.size)
    except (tarfile.TarError, EOFError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise StoreError(f"{source}: cannot be read as a backup: {reason}") from error
    if manifest is None:
        raise StoreError(f"{source}: is cut short: the manifest at its end is missing")
    for name in sorted(manifest.keys() | found.keys()):
        if manifest.get(name) != found.get(name):
            raise StoreError(f"{source}: {name} does not match the manifest; nothing was changed")
    return found


def _parsed(source: Path, text: str) -> dict[str, str]:
    sums: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise StoreError(f"{source}: the manifest is damaged")
        sums[match[2]] = match[1]
    return sums


def _copy(content: IO[bytes], target: Path, size: int) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    copied = 0
    with _private(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            copied += len(chunk)
            file.write(chunk)
    if copied != size:
        raise EOFError(f"{target.name} ends after {copied} of {size} bytes")
    return digest.hexdigest()


class _Hashing(io.RawIOBase):
    """Hashes what is read through it."""

    def __init__(self, file: IO[bytes], advance: Callable[[int], None]) -> None:
        self._file, self._advance, self._digest = file, advance, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._file.read(size)
        self._digest.update(chunk)
        self._advance(len(chunk))
        return chunk

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


class _Counting(io.RawIOBase):
    """Tells how much is read through it."""

    def __init__(self, file: IO[bytes], advance: Callable[[int], None]) -> None:
        self._file, self._advance = file, advance

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._file.read(size)
        self._advance(len(chunk))
        return chunk


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
    return entry


def _private(path: Path, flags: int) -> IO[bytes]:
    """Open for the owner alone: a backup holds what residents wrote."""
    return os.fdopen(os.open(path, flags | os.O_CLOEXEC, 0o600), "wb")


def _only_writer(file: IO[bytes]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise StoreError(f"{file.name}: another backup is being written there") from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some file systems (network shares, where backups may go) cannot sync a directory
            os.fsync(handle)
    finally:
        os.close(handle)
