"""PostgreSQL's own programs for copying a database, ``pg_dump`` and ``pg_restore``, which know its catalogue better than we could.

The password goes to them by the environment, never on their command line, which everybody on the machine can read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from gateway.errors import StoreError
from gateway.store.location import StoreLocation


def dump(location: StoreLocation, target: Path) -> None:
    """Write the whole database, as it is at one moment, to ``target`` in pg_dump's custom format. Raises StoreError."""
    _run("pg_dump", location, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def restore(location: StoreLocation, source: Path) -> None:
    """Put the database of a dump in the place of what is there, in one transaction: all of it or nothing. Raises StoreError."""
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run("pg_restore", location, *options, str(source))


def users(location: StoreLocation) -> int:
    """How many connections of gateways, or of commands, the database has now."""
    import psycopg

    statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'intake311%'"
    try:
        with psycopg.connect(location.conninfo, connect_timeout=10) as connection:
            row = connection.execute(statement).fetchone()
    except psycopg.OperationalError as error:
        raise StoreError(f"store.url: PostgreSQL cannot be reached: {str(error).strip()}") from error
    return int(row[0]) if row else 0


def _run(program: str, location: StoreLocation, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise StoreError(f"{program} is needed to copy a PostgreSQL store and is not on the PATH: install the package postgresql-client")
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parameters = conninfo_to_dict(location.conninfo)
    environment = dict(os.environ)
    if (password := parameters.pop("password", None)) is not None:
        environment["PGPASSWORD"] = str(password)
    shown = make_conninfo("", **parameters)
    done = subprocess.run(  # noqa: S603  (the arguments are ours, and no shell reads them)
        [path, f"--dbname={shown}", *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StoreError(f"{program} failed: {done.stderr.strip() or f'exit status {done.returncode}'}")
