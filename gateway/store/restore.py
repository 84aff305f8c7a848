"""Puts the store of a backup in the place of the configured one.

Everything is checked on a copy beside the store (the sums, SQLite's own integrity check, the schema, the books), and only then takes its
place, by renaming. What is replaced is kept beside it; on PostgreSQL the exchange is one transaction.

Does not: merge two stores, or bring back what was accepted after the backup was made.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from pysqlite3 import dbapi2 as sqlite3

from gateway.clock import now
from gateway.errors import StoreError
from gateway.store import archive, ledger, pgtools, schema
from gateway.store.backup import FORMAT, SUFFIXES, Progress, counter, silent
from gateway.store.blobs import LocalBlobs, S3Blobs, open_blobs
from gateway.store.engine import Engines
from gateway.store.location import StoreLocation
from gateway.store.sqlite import connect, only_gateway


@dataclass(frozen=True, slots=True)
class Restored:
    """A finished restore: when the backup was made, the books of what is there now, and where that which was replaced lies."""

    made: datetime
    blobs: int
    books: dict[str, Any]
    kept: tuple[Path, ...]


def restore(location: StoreLocation, blobs: str, source: Path, *, force: bool = False, progress: Progress = silent) -> Restored:
    """Put the store of a backup in the place of the configured one.

    Raises StoreError, with nothing changed, when a gateway runs on the store, when there is a store already (unless ``force``), when the
    backup is damaged or of another kind of store, or newer than this program.
    """
    lock = location.lock
    with ExitStack() as held:
        held.enter_context(only_gateway(lock))
        held.enter_context(only_gateway(lock.with_name(lock.name.removesuffix(".lock") + ".worker.lock") if lock else None))
        _refuse_if_there(location, force=force)
        blob_store = open_blobs(blobs)
        databases = held.enter_context(_staging(location.main.parent if location.main else Path(tempfile.gettempdir())))
        attachments = held.enter_context(_staging(blob_store.root if isinstance(blob_store, LocalBlobs) else blob_store.spool_dir))

        def place(name: str) -> Path:
            return attachments / name.removeprefix("blobs/") if name.startswith("blobs/") else databases / name

        members = archive.unpack(source, place, counter(progress, "reading", source.stat().st_size))
        description = _described(source, databases / archive.DESCRIPTION, location)
        names = sorted(name.removeprefix("blobs/") for name in members if name.startswith("blobs/"))
        for name in names:
            if name.replace("/", "") != members[f"blobs/{name}"]:
                raise StoreError(f"{source}: blob {name} does not match its name; nothing was changed")
        kept: list[Path] = []
        if location.main is not None and location.inbox is not None:
            books = _checked(databases, progress)
            _install_blobs(blob_store, attachments, names, progress)
            kept = _swap(location, databases)
        else:
            _install_blobs(blob_store, attachments, names, progress)
            progress("pg_restore", 0, 1)
            pgtools.restore(location, databases / "store.dump")
            schema.migrate(location)
            books = _books(location)
        return Restored(datetime.fromisoformat(description["made"]), len(names), books, tuple(kept))


def _refuse_if_there(location: StoreLocation, *, force: bool) -> None:
    if location.main is not None and location.inbox is not None:
        there = [str(path) for path in (location.main, location.inbox) if path.exists()]
    else:
        if pgtools.users(location):
            raise StoreError("a gateway, or another command, is connected to this database: stop it first")
        there = ["the database"] if schema.versions(location)["store"] is not None else []
    if there and not force:
        raise StoreError(f"there is a store already ({', '.join(there)}): with --force the backup takes its place")


class _staging:  # noqa: N801  (used as a context manager, like the functions of contextlib)
    """A folder for what is being checked; gone at the end, whatever happens."""

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        self._path = Path(tempfile.mkdtemp(prefix="restore-", dir=parent))

    def __enter__(self) -> Path:
        return self._path

    def __exit__(self, *_error: object) -> None:
        shutil.rmtree(self._path, ignore_errors=True)


def _described(source: Path, path: Path, location: StoreLocation) -> dict[str, Any]:
    try:
        found: dict[str, Any] = orjson.loads(path.read_bytes())
        made, kind, form, revision = found["made"], found["store"], found["format"], found["schema"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{source}: {archive.DESCRIPTION} is missing or damaged; nothing was changed") from error
    ours = "sqlite" if location.is_sqlite else "postgresql"
    if kind != ours:
        raise StoreError(f"{source}: a backup of a {kind} store cannot be restored into a {ours} store")
    if form != FORMAT or revision > schema.HEAD:
        raise StoreError(f"{source}: made by a newer intake311 (format {form}, schema {revision}) of {made}: install that one")
    return found


def _checked(staged: Path, progress: Progress) -> dict[str, Any]:
    """Check the unpacked databases, bring them to today's schema, and return their books. Raises StoreError."""
    main, inbox = staged / "main.db", staged / "inbox.db"
    for number, path in enumerate((main, inbox)):
        progress("checking", number, 3)
        if not path.exists():
            raise StoreError(f"the backup has no {path.name}; nothing was changed")
        try:
            with closing(connect(path, write=True)) as connection:
                found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            found = [str(error)]
        if found != ["ok"]:
            raise StoreError(f"{path.name} of the backup is damaged ({found[0]}); nothing was changed")
    location = StoreLocation("sqlite", main=main, inbox=inbox)
    schema.migrate(location)
    progress("checking", 2, 3)
    books = _books(location)
    for path in (main, inbox):
        with closing(connect(path, write=True)) as connection:  # the last one to close it leaves one file, and it is synced
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    progress("checking", 3, 3)
    return books


def _books(location: StoreLocation) -> dict[str, Any]:
    engines = Engines(location)
    try:
        return ledger.balance(engines)
    finally:
        engines.dispose()


def _install_blobs(store: LocalBlobs | S3Blobs, staged: Path, names: list[str], progress: Progress) -> None:
    """Blobs first: none of the old store's is touched, since a blob's name says what is in it."""
    for number, name in enumerate(names, 1):
        if isinstance(store, LocalBlobs):
            target = store.root / name
            target.parent.mkdir(exist_ok=True, mode=0o700)
            (staged / name).replace(target)
        else:
            store.put_many([(staged / name).read_bytes()])
        if not number % 100:
            progress("placing blobs", number, len(names))
    os.sync()  # all of them at once: a sync for each file would take hours for a large store


def _swap(location: StoreLocation, staged: Path) -> list[Path]:
    """Move the old files aside and the new ones in: the inbox first, so that no moment exists in which a cursor points beyond it."""
    assert location.main is not None  # noqa: S101  (only called for SQLite)
    assert location.inbox is not None  # noqa: S101  (only called for SQLite)
    stamp = now().strftime("%Y%m%dT%H%M%S")
    kept = []
    for path in (location.main, location.inbox):
        old = path.with_name(f"{path.stem}.replaced-{stamp}{path.suffix}")
        if path.exists():
            kept.append(old)
        for suffix in SUFFIXES:
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.replace(old.with_name(old.name + suffix))
    for name, path in (("inbox.db", location.inbox), ("main.db", location.main)):
        (staged / name).replace(path)
    os.sync()
    return kept
