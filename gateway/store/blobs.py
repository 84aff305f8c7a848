"""Large bodies and attachments, each under the SHA-256 of its bytes: in a local directory, or in an S3-compatible bucket.

Content-addressed, so that storing twice is storing once and what is read can be checked. A blob that is returned from ``put`` or
``adopt`` is durable: file and directory are synced (OpenSMTPD's and Postfix's order: write, fsync, rename, fsync of the directory).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from channels.base import Spool
from gateway import failpoint
from gateway.errors import NotFound, StoreError


class Blobs(Protocol):
    """A content-addressed store. All methods block; call them from a thread."""

    spool_dir: Path
    """Where listeners write what may become a blob."""

    def put_many(self, contents: Iterable[bytes]) -> list[str]:
        """Store each and return their SHA-256 digests in hex; durable when it returns. Raises OSError."""
        ...

    def adopt(self, spool: Spool) -> str:
        """Take over a listener's file (it is gone afterwards) and return its digest; durable when it returns. Raises OSError."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes; raises NotFound when absent and StoreError when they do not match their digest."""
        ...

    def check(self) -> None:
        """Raise StoreError where blobs cannot be written."""
        ...


class LocalBlobs:
    """Blobs as files ``ROOT/ab/cdef…``; ``ROOT/spool`` holds what is being received.

    Folders stay open, and a blob takes as few calls as it can: each lets go of Python's lock, and a thread gets it back only when the
    event loop pauses.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.spool_dir = root / "spool"
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.spool_dir.mkdir(exist_ok=True, mode=0o700)
        self._spool = os.open(self.spool_dir, os.O_RDONLY | os.O_DIRECTORY)
        self._folders: dict[str, int] = {}
        self._making = threading.Lock()

    def path(self, sha256: str) -> Path:
        """Where that blob lies, whether it exists or not."""
        return self.root / sha256[:2] / sha256[2:]

    def put_many(self, contents: Iterable[bytes]) -> list[str]:
        digests: list[str] = []
        folders: set[int] = set()
        for content in contents:
            digest = hashlib.sha256(content).hexdigest()
            digests.append(digest)
            folders.add(self._write(content, digest))
        _sync_folders(folders)
        return digests

    def adopt(self, spool: Spool) -> str:
        handle = os.open(spool.path, os.O_RDWR)
        try:
            failpoint.hit("blob.fsync")
            os.fsync(handle)
        finally:
            os.close(handle)
        folder = self._folder(spool.sha256)
        failpoint.hit("blob.rename")
        os.rename(spool.path, spool.sha256[2:], dst_dir_fd=folder)
        _sync_folders({folder})
        return spool.sha256

    def get(self, sha256: str) -> bytes:
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(f"blob {sha256[:12]}… is not in {self.root}") from error
        return _verified(content, sha256)

    def check(self) -> None:
        try:
            handle, name = tempfile.mkstemp(dir=self.spool_dir)
            os.close(handle)
            Path(name).unlink()
        except OSError as error:
            raise StoreError(f"store.blobs: {self.root} cannot be written: {error.strerror}") from error

    def sweep(self, *, older_than: float = 86_400.0) -> int:
        """Delete what receptions left behind in the spool more than so many seconds ago; returns how many."""
        swept = 0
        limit = time.time() - older_than
        for leftover in self.spool_dir.iterdir():
            with suppress(OSError):
                if leftover.stat().st_mtime < limit:
                    leftover.unlink()
                    swept += 1
        return swept

    def _folder(self, sha256: str) -> int:
        """The open folder of a blob, made durable before anything is put into it."""
        name = sha256[:2]
        if name not in self._folders:
            with self._making:
                (self.root / name).mkdir(exist_ok=True, mode=0o700)
                handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
                if name not in self._folders:
                    self._folders[name] = os.open(self.root / name, os.O_RDONLY | os.O_DIRECTORY)
        return self._folders[name]

    def _write(self, content: bytes, digest: str) -> int:
        """Write one blob, all but the sync of its folder, which it returns. A blob that is there already is replaced by its equal."""
        folder = self._folder(digest)
        failpoint.hit("blob.write")
        name = f"put-{os.getpid()}-{threading.get_ident()}-{digest[:16]}"
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600, dir_fd=self._spool)
        try:
            try:
                written = 0
                while written < len(content):
                    written += os.write(handle, memoryview(content)[written:])
                failpoint.hit("blob.fsync")
                os.fsync(handle)
            finally:
                os.close(handle)
            failpoint.hit("blob.rename")
            os.rename(name, digest[2:], src_dir_fd=self._spool, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(name, dir_fd=self._spool)
            raise
        return folder


class S3Blobs:
    """Blobs in an S3-compatible bucket (by obstore); bytes are read back by digest and verified."""

    def __init__(self, url: str, spool_dir: Path) -> None:
        try:
            from obstore.store import S3Store
        except ImportError as error:
            raise StoreError("store.blobs: s3:// needs the extra 's3': pip install 'intake311[s3]'") from error
        # Endpoint, region and credentials come from the usual AWS_* environment names.
        self._store: Any = S3Store.from_url(url, client_options={"allow_http": os.environ.get("AWS_ALLOW_HTTP") == "true"})
        self.spool_dir = spool_dir
        spool_dir.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put_many(self, contents: Iterable[bytes]) -> list[str]:
        return [self._put(hashlib.sha256(content).hexdigest(), content) for content in contents]

    def adopt(self, spool: Spool) -> str:
        self._put(spool.sha256, spool.path)
        spool.path.unlink(missing_ok=True)
        return spool.sha256

    def get(self, sha256: str) -> bytes:
        import obstore

        try:
            content = bytes(obstore.get(self._store, _key(sha256)).bytes())
        except FileNotFoundError as error:
            raise NotFound(f"blob {sha256[:12]}… is not in the bucket") from error
        return _verified(content, sha256)

    def check(self) -> None:
        import obstore

        try:
            obstore.put(self._store, "intake311-check", b"ok")
            obstore.delete(self._store, "intake311-check")
        except Exception as error:  # the library's errors have no common public base besides its own per-store ones
            raise StoreError(f"store.blobs: the bucket cannot be written: {type(error).__name__}") from error

    def _put(self, digest: str, content: bytes | Path) -> str:
        import obstore

        try:
            obstore.head(self._store, _key(digest))
        except FileNotFoundError:
            obstore.put(self._store, _key(digest), content)
        return digest


def open_blobs(location: str) -> LocalBlobs | S3Blobs:
    """Open what ``store.blobs`` names: a directory, or ``s3://bucket/prefix`` (spools then lie in the system's temporary folder)."""
    if location.startswith("s3://"):
        return S3Blobs(location, Path(tempfile.gettempdir()) / f"intake311-spool-{os.getuid()}")
    return LocalBlobs(Path(location))


def free_bytes(folder: Path) -> int:
    """Bytes that an unprivileged process may still write on the file system of ``folder``."""
    return shutil.disk_usage(folder).free


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:]}"


def _verified(content: bytes, sha256: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StoreError(f"blob {sha256[:12]}… does not match its digest: the disk or somebody changed it")
    return content


def _sync_folders(folders: Iterable[int]) -> None:
    for folder in folders:
        failpoint.hit("blob.dirsync")
        os.fsync(folder)
