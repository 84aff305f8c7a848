"""Writes and checks the SQL of a new SQLite store from the migrations: ``python -m tests.project.fresh_schema write|check``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from gateway.store import fresh
from gateway.store.location import StoreLocation
from gateway.store.migrations.run import upgrade
from gateway.store.sqlite import connect

ROOT = Path(__file__).resolve().parents[2] / "gateway" / "store" / fresh.FOLDER
PARTS = ("inbox", "main")


def documents() -> dict[str, str]:
    """The SQL of each part, as the migrations make it."""
    with tempfile.TemporaryDirectory() as folder:
        location = StoreLocation("sqlite", main=Path(folder) / "s.db", inbox=Path(folder) / "s-inbox.db")
        upgrade(location, "head")
        return {part: _dumped(path) for part, path in zip(PARTS, (location.inbox, location.main), strict=True) if path is not None}


def _dumped(path: Path) -> str:
    connection = connect(path, write=False)
    try:
        statements = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")]
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    finally:
        connection.close()
    made = [statement for statement in statements if not statement.startswith("CREATE TABLE sqlite_")]
    made.append(f"INSERT INTO alembic_version (version_num) VALUES ('{revision}')")
    return "".join(f"{' '.join(statement.split())};\n" for statement in made)


def main(action: str) -> int:
    """Write the files, or say which one is not what the migrations make."""
    stale = []
    for part, text in documents().items():
        path = ROOT / f"{part}.sql"
        if action == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            stale.append(path.name)
    if stale:
        sys.stderr.write(f"not what the migrations make: {', '.join(stale)}; run make docs\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
