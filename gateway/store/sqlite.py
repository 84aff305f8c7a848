"""How a SQLite file is opened: the right library, the right settings, and a lock for the one gateway on it.

The library is ``pysqlite3``, which brings a current SQLite: the one that Debian 12 gives Python (3.40.1) has the WAL-reset bug, which can
lose commits where two connections are open (https://sqlite.org/wal.html#walresetbug, 3.7.0 to 3.51.2). No other SQLite library may be
used on these files in the same process: POSIX locks belong to the process, so one library's close drops the other's locks.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite3

from gateway.errors import StoreError

FIXED = (3, 51, 3)
BACKPORTED = {(3, 44): 6, (3, 50): 7}
"""Older lines that have the fix too, from this patch level on."""

WRITER_PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", 2),  # FULL: NORMAL loses acknowledged rows when the power fails
    ("foreign_keys", 1),
    ("busy_timeout", 10_000),
    ("wal_autocheckpoint", 4_000),  # pages; 1,000 makes every fourth commit slow, 16,000 some very slow
    ("journal_size_limit", 67_108_864),
)
READER_PRAGMAS = (("query_only", 1), ("busy_timeout", 10_000))
WEAKER = "INTAKE_TEST_SYNCHRONOUS"
"""Environment name by which a test asks for another ``synchronous``, to show that power cuts then lose what was acknowledged."""


def require_sound_version(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raise StoreError where this SQLite has the WAL-reset bug."""
    major, minor, patch = version[:3]
    if (major, minor, patch) >= FIXED or patch >= BACKPORTED.get((major, minor), 1_000):
        return
    found = ".".join(map(str, version[:3]))
    raise StoreError(f"SQLite {found} can lose committed rows in WAL mode (fixed in 3.51.3): install pysqlite3>=0.6.1")


def connect(path: Path, *, write: bool) -> Any:
    """Open ``path`` in autocommit mode with our settings, read back to be sure. A reader opens it read-only.

    Raises StoreError when the file cannot be opened or a setting does not hold.
    """
    require_sound_version()
    address = path.absolute().as_uri() + ("?mode=rwc" if write else "?mode=ro")
    try:
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, cached_statements=300)
        pragmas = _writer_pragmas(os.environ) if write else READER_PRAGMAS
        for name, value in pragmas:
            connection.execute(f"PRAGMA {name}={value}")
        for name, value in pragmas if write else ():
            kept = connection.execute(f"PRAGMA {name}").fetchone()[0]
            if kept != value:
                raise StoreError(f"{path}: PRAGMA {name} is {kept} where {value} is needed; is the file on a local disk?")
    except sqlite3.Error as error:
        raise StoreError(f"{path}: cannot be opened ({error})") from error
    return connection


def _writer_pragmas(environ: Mapping[str, str]) -> Sequence[tuple[str, str | int]]:
    weaker = environ.get(WEAKER)
    if not weaker:
        return WRITER_PRAGMAS
    if environ.get("INTAKE_TEST") != "1" or weaker != "NORMAL":
        raise StoreError(f"{WEAKER}: only NORMAL, and only for tests; it is refused unless INTAKE_TEST=1")
    return [(name, 1 if name == "synchronous" else value) for name, value in WRITER_PRAGMAS]


@contextmanager
def only_gateway(lock: Path | None) -> Iterator[None]:
    """Hold the lock of a SQLite store; on PostgreSQL (None) there is nothing to hold. Raises StoreError when another gateway has it."""
    if lock is None:
        yield
        return
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(f"{lock}: another gateway is running on this store; SQLite serves one (PostgreSQL serves several)") from error
        yield
    finally:
        with suppress(OSError):
            os.close(handle)


def is_locked(lock: Path | None) -> bool:
    """Whether a gateway runs on this SQLite store now."""
    try:
        with only_gateway(lock):
            return False
    except StoreError:
        return True
