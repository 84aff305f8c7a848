"""Where the store lies, read from its URL: two SQLite files side by side, or one PostgreSQL database.

Read without SQLAlchemy, because the process that accepts does without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gateway.errors import StoreError


@dataclass(frozen=True, slots=True)
class StoreLocation:
    """``main`` and ``inbox`` are paths on SQLite and None on PostgreSQL.

    ``conninfo`` is then the libpq URL with its password: for a driver, never for a log.
    """

    kind: str
    main: Path | None = None
    inbox: Path | None = None
    conninfo: str = field(default="", repr=False)

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
    scheme, _, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind == "sqlite":
        path = rest.removeprefix("/")
        if not rest.startswith("/") or not path or path == ":memory:":
            raise StoreError("store.url: a SQLite store needs a file, since nothing acknowledged may live in memory only")
        main = Path(path)
        return StoreLocation("sqlite", main=main, inbox=main.with_name(f"{main.stem}-inbox{main.suffix}"))
    if kind in ("postgresql", "postgres"):
        try:
            urlsplit(f"postgresql://{rest}").port  # noqa: B018  # reading it is the check
        except ValueError:
            raise StoreError("store.url: not a database URL; write postgresql://user@host/database") from None
        return StoreLocation("postgresql", conninfo=f"postgresql://{rest}")
    raise StoreError("store.url: write sqlite:///var/intake311.db or postgresql://user@host/database")
