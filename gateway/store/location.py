"""Where the store lies, read from its URL: two SQLite files side by side, or one PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gateway.errors import StoreError


@dataclass(frozen=True, slots=True)
class StoreLocation:
    """``main`` and ``inbox`` are paths on SQLite and None on PostgreSQL; ``url`` is SQLAlchemy's, with our driver."""

    url: URL
    main: Path | None = None
    inbox: Path | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a pair of SQLite files."""
        return self.main is not None

    @property
    def lock(self) -> Path | None:
        """The file that the one gateway on a SQLite store keeps locked."""
        return self.main.with_name(self.main.name + ".lock") if self.main else None


def locate(url: str) -> StoreLocation:
    """Read ``sqlite:///path`` (relative to the working directory; ``sqlite:////path`` absolute) or ``postgresql://user@host/db``.

    Raises StoreError for anything else; the text names what is wrong without showing a password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("store.url: not a database URL; write sqlite:///var/intake311.db or postgresql://user@host/db") from error
    if parsed.drivername.partition("+")[0] == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise StoreError("store.url: a SQLite store needs a file, since nothing acknowledged may live in memory only")
        main = Path(parsed.database)
        return StoreLocation(url=parsed, main=main, inbox=main.with_name(f"{main.stem}-inbox{main.suffix}"))
    if parsed.drivername.partition("+")[0] in ("postgresql", "postgres"):
        return StoreLocation(url=parsed.set(drivername="postgresql+psycopg"))
    raise StoreError(f"store.url: {parsed.drivername} is not supported; use sqlite or postgresql")
