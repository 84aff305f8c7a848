"""Runs the command line in a process of its own, in a folder of its own, as a person would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn

from gateway.cli import main
from normalizer import pipeline

ROOT = Path(__file__).parents[3]
FILES = Path(__file__).parent / "files"
CHANNELS = """
[channels.mail]
type = "email.smtp"
listen = "127.0.0.1:8025"
recipients = ["311@springfield.example.gov"]
[channels.history]
type = "bulk.files"
[channels.partner]
type = "api.message"
"""


_PATIENCE = 100.0
for _module in (
    "gateway.cli.importing",
    "gateway.pure",
    "gateway.replay",
    "gateway.store.migrations.run",
    "gateway.store.restore",
    "channels.email.mime",
    "alembic.command",
):
    import_module(_module)  # a forked command need not import it then
for _stages in (pipeline.alone, pipeline.together):
    _stages()


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: bytes
    stderr: bytes


@dataclass
class City:
    """A configuration in ``folder`` and the commands on it. ``channels`` is TOML."""

    folder: Path
    store_url: str = ""
    channels: str = CHANNELS
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "city.toml"
        self.configure(self.channels)

    def configure(self, channels: str) -> None:
        """Write the configuration with these channels."""
        self.config.write_text(
            f"""
compatibility = 1
jurisdiction_id = "springfield.example.gov"
[server]
listen = "127.0.0.1:8311"
public_url = "http://127.0.0.1:8311"
[store]
url = "{self.store_url or f"sqlite:///{self.folder}/store.db"}"
blobs = "{self.folder}/blobs"
min_free = "1 MiB"
[worker]
processes = 1
{channels}
""",
            "utf-8",
        )

    def run(self, *arguments: str | Path, stdin: bytes = b"", environ: dict[str, str] | None = None) -> Done:
        """Run a command to its end."""
        return run(
            *arguments, cwd=self.folder, stdin=stdin, environ={"INTAKE311_CONFIG": str(self.config), **self.environ, **(environ or {})}
        )

    def ok(self, *arguments: str | Path, **options: Any) -> str:
        """Run a command that must end well, without a traceback; returns its output."""
        done = self.run(*arguments, **options)
        error = done.stderr.decode()
        assert done.returncode == 0, f"{arguments}: {done.returncode}: {error}"
        assert "Traceback" not in error, error
        return done.stdout.decode()

    def objects(self, *arguments: str | Path, **options: Any) -> list[dict[str, Any]]:
        """Run a command that must end well; the JSON objects that it prints."""
        return [json.loads(line) for line in self.ok(*arguments, **options).splitlines()]

    def ledger(self) -> dict[str, Any]:
        """The books."""
        return self.objects("ledger", "--json")[0]


def run(*arguments: str | Path, cwd: Path, stdin: bytes = b"", environ: dict[str, str] | None = None) -> Done:
    """Run ``intake311`` with these arguments in a forked process: like a new one, without the time that imports take."""
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        pid = os.fork()
        if not pid:
            _become(arguments, cwd, environ or {}, (given.fileno(), out.fileno(), err.fileno()))
        status = _wait(pid)
        return Done(status, *(_content(file) for file in (out, err)))


def program(*arguments: str | Path, cwd: Path) -> Done:
    """Run ``python -m gateway`` with these arguments."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE")}
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *map(str, arguments)],
        cwd=cwd,
        env={**clean, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _become(arguments: tuple[str | Path, ...], cwd: Path, environ: dict[str, str], files: tuple[int, int, int]) -> NoReturn:
    status = 70
    try:
        for standard, file in enumerate(files):
            os.dup2(file, standard)
        sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)
        sys.stdout, sys.stderr = (os.fdopen(fd, "w", encoding="utf-8", closefd=False) for fd in (1, 2))
        os.chdir(cwd)
        for name in [name for name in os.environ if name.startswith("INTAKE")]:
            del os.environ[name]
        os.environ.update(environ)
        sys.argv = ["intake311", *map(str, arguments)]
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  (what the interpreter would do)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _wait(pid: int) -> int:
    limit = time.monotonic() + _PATIENCE
    while time.monotonic() < limit:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError(f"a command did not end within {_PATIENCE} s")


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
