"""Copies a whole store into one file while the gateway runs.

A backup is one moment of the main database, and of the inbox a little later: every settled message's inbox row is there, and what came
in meanwhile is pending, as it was. Blobs are content-addressed and durable before a row names them, so they may be copied last. Nothing is
locked: SQLite's backup API reads from a snapshot while others write, ``pg_dump`` does the same.

Does not: copy blobs in S3 (the bucket has its own versions and copies), the configuration and its secrets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
from pysqlite3 import dbapi2 as sqlite3

from gateway import failpoint
from gateway.clock import now
from gateway.errors import StoreError
from gateway.store import archive, pgtools, schema
from gateway.store.blobs import LocalBlobs
from gateway.store.location import StoreLocation
from gateway.store.sqlite import connect

Progress = Callable[[str, int, int], None]
"""Told of a step's name, how much of it is done, and how much it is."""
FORMAT = 1
_PAGES = 4_096
"""Pages that are copied between two looks at the progress."""
SUFFIXES = ("", "-wal", "-shm")
"""What SQLite keeps beside a file, and the file itself."""


def silent(_step: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup. ``missing`` are blobs that a row names and that are not there, or damaged: the store has lost them before."""

    file: Path
    size: int
    blobs: int
    missing: tuple[str, ...]
    blobs_elsewhere: str | None


def make(location: StoreLocation, blobs: str, target: Path, progress: Progress = silent) -> Made:
    """Write a backup of the store to ``target``. ``blobs`` is the configuration's ``store.blobs``.

    Raises StoreError; then ``target`` is as it was before.
    """
    if not schema.is_current(location):
        raise StoreError("there is no store yet, or it has an older schema: start the gateway once, or run 'intake311 migrate'")
    elsewhere = blobs if blobs.startswith("s3://") else None
    description = {
        "format": FORMAT,
        "made": now().isoformat(),
        "schema": schema.HEAD,
        "store": "sqlite" if location.is_sqlite else "postgresql",
        "blobs": elsewhere or "inside",
    }
    with archive.writing(target) as writer, ExitStack() as scratch:
        writer.add_bytes(archive.DESCRIPTION, orjson.dumps(description, option=orjson.OPT_INDENT_2) + b"\n")
        copies = []
        for name, copy in _copiers(location, progress):
            path = target.with_name(f"{target.name}.part-{name}")
            scratch.callback(_remove, path)
            _remove(path)
            copy(path)
            failpoint.hit("backup")
            size = path.stat().st_size
            writer.add_file(name, path, counter(progress, f"packing {name}", size))
            copies.append(path)
        if elsewhere:
            count, missing = 0, list[str]()
        else:
            digests = _digests_of_files(*copies) if location.is_sqlite else _digests_of_database(location)
            count, missing = _add_blobs(writer, LocalBlobs(Path(blobs)), digests, progress)
    return Made(target, target.stat().st_size, count, tuple(missing), elsewhere)


def _copiers(location: StoreLocation, progress: Progress) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """The databases in the order in which they must be copied: the inbox after the main one."""
    if location.main is None or location.inbox is None:
        yield "store.dump", lambda path: pgtools.dump(location, path)
        return
    main, inbox = location.main, location.inbox
    yield "main.db", lambda path: _copy_sqlite(main, path, progress)
    yield "inbox.db", lambda path: _copy_sqlite(inbox, path, progress)


def _copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    """A consistent copy. The open read transaction is what keeps the backup API from starting again whenever somebody writes."""
    with closing(connect(source, write=False)) as reading, closing(sqlite3.connect(target, isolation_level=None)) as writing:
        target.chmod(0o600)
        writing.execute("PRAGMA synchronous=OFF")  # the archive is synced, this file is thrown away
        reading.execute("BEGIN")
        reading.execute("SELECT 1 FROM sqlite_master").fetchone()
        reading.backup(
            writing, pages=_PAGES, progress=lambda _status, remaining, total: progress(f"copying {source.name}", total - remaining, total)
        )
        reading.execute("COMMIT")


def _digests_of_files(main: Path, inbox: Path) -> Iterator[str]:
    """The blobs that the copies name, each once, in order."""
    with closing(_still(main)) as attachments, closing(_still(inbox)) as messages:
        yield from _distinct(
            (row[0] for row in attachments.execute("SELECT sha256 FROM attachment ORDER BY sha256")),
            (row[0] for row in messages.execute("SELECT blob FROM inbox WHERE blob IS NOT NULL ORDER BY blob")),
        )


def _digests_of_database(location: StoreLocation) -> Iterator[str]:
    """The blobs that the database names now: at least those of the dump before."""
    import psycopg

    with psycopg.connect(location.conninfo) as connection, connection.cursor("blobs") as cursor:
        cursor.execute("SELECT sha256 FROM attachment UNION SELECT blob FROM inbox WHERE blob IS NOT NULL ORDER BY 1")
        yield from _distinct(row[0] for row in cursor)


def _distinct(*sorted_digests: Iterator[str]) -> Iterator[str]:
    return (digest for digest, _same in groupby(merge(*sorted_digests)) if len(digest) == 64)


def _still(path: Path) -> Any:
    """A database that nobody writes, opened without files beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _add_blobs(writer: archive.Writer, blobs: LocalBlobs, digests: Iterator[str], progress: Progress) -> tuple[int, list[str]]:
    count, missing = 0, list[str]()
    for digest in digests:
        path = blobs.path(digest)
        if not path.is_file() or _digest_of(path) != digest:
            missing.append(digest)
            continue
        writer.add_file(f"blobs/{digest[:2]}/{digest[2:]}", path)
        count += 1
        if not count % 100:
            progress("packing blobs", count, 0)
    return count, missing


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def counter(progress: Progress, step: str, total: int) -> Callable[[int], None]:
    """Turn pieces of a step into its progress."""
    done = 0

    def _advance(count: int) -> None:
        nonlocal done
        done += count
        progress(step, done, total)

    return _advance


def _remove(path: Path) -> None:
    for suffix in SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
