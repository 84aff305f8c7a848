"""Runs the real gateway in a scratch folder, so that tests can talk to it, kill it and look at its books.

``Gateway`` writes a configuration, starts ``python -m gateway serve`` in a process group of its own, and knows its processes by their
parents: *accepting* is the one that was started, *processing* its child, *zygote* the child of that, *reader* the children of the zygote.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from sqlalchemy import update

from gateway.store import ledger
from gateway.store.engine import Engines
from gateway.store.location import StoreLocation, locate
from gateway.store.tables import DELIVERY, INBOX

ROOT = Path(__file__).resolve().parents[2]
RECIPIENT = "311@springfield.example.gov"
FIRST_PORT, LAST_PORT = 20_000, 31_900
POLL = 0.04
Part = Literal["accepting", "processing", "zygote", "reader"]

_ports = itertools.count(FIRST_PORT + os.getpid() * 61 % (LAST_PORT - FIRST_PORT))


def free_port() -> int:
    """A port of loopback that nothing listens on; two test processes begin to look in different places."""
    for candidate in _ports:
        port = FIRST_PORT + (candidate - FIRST_PORT) % (LAST_PORT - FIRST_PORT)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("count() does not end")


def wait_for(what: str, holds: Callable[[], Any], *, seconds: float = 20.0) -> Any:
    """Wait until ``holds()`` is true and return its value; AssertionError names ``what`` when it does not become so in time."""
    limit = time.monotonic() + seconds
    while True:
        if found := holds():
            return found
        assert time.monotonic() < limit, f"not within {seconds} s: {what}"
        time.sleep(POLL)


@dataclass(slots=True)
class Process:
    """One process of the group, as /proc shows it."""

    pid: int
    parent: int


@dataclass
class Gateway:
    """A gateway whose store is in ``folder``, and whose configuration and log are in ``home``, by default the same.

    ``extra`` is TOML added to its configuration, ``environ`` what its environment has besides ours.
    """

    folder: Path
    store_url: str = ""
    sink_url: str = ""
    secret: str = ""
    extra: str = ""
    store_extra: str = ""
    worker_extra: str = ""
    sink_extra: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    home: Path | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.store_url = self.store_url or f"sqlite:///{self.folder}/store.db"
        self.http_port, self.smtp_port = free_port(), free_port()
        home = self.home or self.folder
        self.config, self.log = home / "intake311.toml", home / "log"
        self.config.write_text(self._configuration(), "utf-8")
        self.process: subprocess.Popen[bytes] | None = None
        self._groups: set[int] = set()
        self.ready_after = 0.0

    def _configuration(self) -> str:
        sink = (
            f'[sinks.hook]\ntype = "webhook"\nurl = "{self.sink_url}"\nsecret = "{self.secret}"\ntimeout = 5\n{self.sink_extra}\n'
            if self.sink_url
            else ""
        )
        return f"""
compatibility = 1
jurisdiction_id = "springfield.example.gov"
[server]
listen = "127.0.0.1:{self.http_port}"
public_url = "http://127.0.0.1:{self.http_port}"
[store]
url = "{self.store_url}"
blobs = "{self.folder}/blobs"
inline_limit = "64 KiB"
{self.store_extra or 'min_free = "1 MiB"'}
[worker]
processes = 1
{self.worker_extra}
[log]
format = "json"
[channels.mail]
type = "email.smtp"
listen = "127.0.0.1:{self.smtp_port}"
recipients = ["{RECIPIENT}", "@parks.springfield.example.gov"]
[channels.partner]
type = "api.message"
{sink}
{self.extra}
"""

    # -- start and end ----------------------------------------------------------------------------------------------------------------

    def launch(self, environ: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start it and do not wait."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "serve", "--config", str(self.config)],
                cwd=ROOT,
                env={**os.environ, **self.environ, **(environ or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._groups.add(self.process.pid)
        return self.process

    def start(self, environ: Mapping[str, str] | None = None, *, seconds: float = 30.0) -> Self:
        """Start it and wait until it takes messages."""
        began = time.monotonic()
        process = self.launch(environ)
        while not self.is_ready():
            assert process.poll() is None, f"the gateway ended with {process.returncode}: {self.log.read_text()[-2000:]}"
            assert time.monotonic() - began < seconds, f"the gateway was not ready within {seconds} s: {self.log.read_text()[-2000:]}"
            time.sleep(POLL)
        self.ready_after = time.monotonic() - began
        return self

    def is_ready(self) -> bool:
        """Whether ``/health/ready`` answers 200."""
        return self.get("/health/ready")[0] == 200

    def stop(self, *, seconds: float = 40.0) -> int:
        """SIGTERM to the accepting process; its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL to all of it, as a power switch does to processes; returns when all of them are gone."""
        assert self.process is not None
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self.process.wait()
        wait_for("the whole group is gone", lambda: not self.group())
        self._groups.clear()

    def kill_part(self, part: Part) -> int:
        """SIGKILL to one process; its id. AssertionError where there is none now."""
        pid: int = wait_for(f"there is a {part}", lambda: next(iter(self.parts()[part]), 0))
        os.kill(pid, signal.SIGKILL)
        return pid

    def ended(self, *, seconds: float = 30.0) -> int:
        """Wait until the gateway has ended by itself, all its processes; the exit status of the accepting one."""
        assert self.process is not None
        status = self.process.wait(seconds)
        wait_for("the whole group is gone", lambda: not self.group(), seconds=seconds)
        return status

    def __enter__(self) -> Self:
        return self if self.process is not None else self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Kill what still runs of it."""
        if self.process is not None and self._groups:
            self.kill()

    # -- processes --------------------------------------------------------------------------------------------------------------------

    def group(self) -> list[Process]:
        """Every process that is not a zombie, also those that outlive an accepting process that was killed alone."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    # proc(5), /proc/pid/stat: state, ppid and pgrp follow the name, which is in brackets and may hold anything.
                    state, parent, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                    if int(group) in self._groups and state not in "ZX":
                        found.append(Process(int(entry.name), int(parent)))
        return found

    def parts(self) -> dict[Part, list[int]]:
        """The ids of the processes, by what they do."""
        assert self.process is not None
        group = self.group()

        def children(parents: Sequence[int]) -> list[int]:
            return [process.pid for process in group if process.parent in parents]

        accepting = [process.pid for process in group if process.pid == self.process.pid]
        processing = children(accepting)
        zygote = children(processing)
        return {"accepting": accepting, "processing": processing, "zygote": zygote, "reader": children(zygote)}

    # -- talking to it ----------------------------------------------------------------------------------------------------------------

    def get(self, path: str) -> tuple[int, bytes]:
        """(status, body) of a GET; status 0 where nobody answers."""
        return self.request("GET", path)[::2]

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """(status, headers, body) over HTTP; status 0 where nobody answers."""
        call = urllib.request.Request(f"http://127.0.0.1:{self.http_port}{path}", body, dict(headers or {}), method=method)
        try:
            with urllib.request.urlopen(call, timeout=30) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()
        except OSError:
            return 0, {}, b""

    def cli(self, *arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``intake311`` with these arguments on this gateway's configuration."""
        return subprocess.run(
            [sys.executable, "-m", "gateway", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environ, "INTAKE311_CONFIG": str(self.config), **(environ or {})},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        """The JSON Lines that a command prints; AssertionError where it fails."""
        done = self.cli(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.returncode}: {done.stderr[-1000:]}"
        return [json.loads(line) for line in done.stdout.splitlines() if line]

    def ledger(self) -> dict[str, Any]:
        """What ``intake311 ledger --json`` says; AssertionError unless the books balance and the history is whole."""
        (books,) = self.lines("ledger", "--json")
        return books

    def key(self, scope: str = "intake") -> str:
        """A new key for the API."""
        done = self.cli("key", "add", "tests", "--scope", scope)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-1]

    # -- looking at its store without a process of its own: for what is asked many times a second -------------------------------------

    @property
    def location(self) -> StoreLocation:
        return locate(self.store_url)

    @contextmanager
    def engines(self) -> Iterator[Engines]:
        """Connections to the store, to look at it."""
        engines = Engines(self.location)
        try:
            yield engines
        finally:
            engines.dispose()

    def let_leases_end(self) -> None:
        """As if the time had passed after which PostgreSQL's rows of a gateway that died are anybody's again; SQLite has no leases."""
        if self.location.is_sqlite:
            return
        with self.engines() as engines, engines.writing() as connection:
            connection.execute(update(INBOX).where(INBOX.c.done == 0).values(lease_until=0))
            connection.execute(update(DELIVERY).where(DELIVERY.c.lease_until.is_not(None)).values(lease_until=None))

    def drain(self, *, received: int = 0, seconds: float = 30.0) -> dict[str, Any]:
        """Wait until at least ``received`` messages are stored and none is pending; the books then."""
        with self.engines() as engines:

            def _settled() -> dict[str, Any] | None:
                books = ledger.balance(engines, verify_history=False)
                return books if books["received"] >= received and not books["pending"] else None

            books: dict[str, Any] = wait_for(f"{received} messages are stored and none is pending", _settled, seconds=seconds)
        return books

    def logged(self) -> list[dict[str, Any]]:
        """The log's JSON lines so far."""
        found = []
        for line in self.log.read_text("utf-8", "replace").splitlines():
            with suppress(ValueError):
                entry = json.loads(line)
                if isinstance(entry, dict):
                    found.append(entry)
        return found

    def has_logged(self, words: str) -> bool:
        """Whether a line of the log's events contains these words."""
        return any(words in str(entry.get("event", "")) for entry in self.logged())
