"""A private PostgreSQL on loopback, started from the system's binaries for the tests that want one."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl, or None where PostgreSQL's server is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in (*installed, *map(Path, os.environ.get("PATH", "").split(os.pathsep))):
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server until the block ends; yields its URL without a database.

    Root may not run it, so it runs as an unprivileged user then.
    """
    place = Path(tempfile.mkdtemp(prefix="intake311-pg-", dir="/var/tmp"))
    user = _unprivileged()
    if user:
        shutil.chown(place, user)
    port = _free_port()
    try:
        _run(user, place, folder / "initdb", "-D", place / "db", "-A", "trust", "-U", "gateway", "--no-instructions", "-E", "UTF8")
        options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=32MB"
        _run(user, place, folder / "pg_ctl", "-D", place / "db", "-w", "-l", place / "log", "-o", options, "start")
        try:
            yield f"postgresql://gateway@127.0.0.1:{port}"
        finally:
            _run(user, place, folder / "pg_ctl", "-D", place / "db", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _run(user: str | None, place: Path, *command: object) -> None:
    prefix = ["setpriv", f"--reuid={user}", "--clear-groups"] if user else []
    subprocess.run([*prefix, *map(str, command)], cwd=place, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _unprivileged() -> str | None:
    if os.getuid() != 0:
        return None
    return next(name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()})


def _free_port() -> int:
    for port in range(24_000 + os.getpid() % 4_000, 31_900):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")
