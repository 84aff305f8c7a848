"""A real gateway in a scratch folder, as its benchmarks start, feed and watch it: by its ports, its files and /proc."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from channels.base import RawMessage
from channels.email._source_id import source_id
from gateway.clock import new_id, now
from gateway.errors import IntakeError
from gateway.store import schema
from gateway.store.inbox import Arrival, SqliteAppender
from gateway.store.location import StoreLocation
from gateway.store.sqlite import connect

CITY = "bench.example.gov"
RECIPIENT = f"311@{CITY}"
_TICKS = os.sysconf("SC_CLK_TCK")
_CONFIGURATION = """\
compatibility = 1
jurisdiction_id = "{city}"
[server]
listen = "127.0.0.1:{http}"
public_url = "http://127.0.0.1:{http}"
[store]
url = "sqlite:///{folder}/bench.db"
blobs = "{folder}/blobs"
[log]
level = "warning"
[channels.mail]
type = "email.smtp"
listen = "127.0.0.1:{smtp}"
recipients = ["{recipient}"]
max_connections_per_client = 1000
messages_per_minute_per_client = 1000000
[sinks.own]
type = "store"
"""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder below the system's one for temporary files, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="intake311-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def location(folder: Path) -> StoreLocation:
    """The store of the gateway in that folder."""
    return StoreLocation("sqlite", main=folder / "bench.db", inbox=folder / "bench-inbox.db")


def empty_store(folder: Path) -> Path:
    """A store with today's schema and nothing in it."""
    folder.mkdir(parents=True, exist_ok=True)
    schema.migrate(location(folder))
    return folder


def copy_store(source: Path, target: Path) -> Path:
    """A copy of a store that nobody has open; of a large one as a reflink, where the file system can do that."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.glob("bench*.db"):
        subprocess.run(["cp", "--reflink=auto", str(path), str(target / path.name)], check=True)  # noqa: S603, S607  (our own paths)
    return target


def put_in(folder: Path, mails: Sequence[bytes]) -> None:
    """Append mails to the inbox of a store as the intake does, in groups."""
    at = location(folder).inbox
    assert at is not None  # noqa: S101  (it is SQLite)
    appender = SqliteAppender(at)
    try:
        for start in range(0, len(mails), 256):
            appender.append([_arrival(content) for content in mails[start : start + 256]])
    finally:
        appender.close()


def _arrival(content: bytes) -> Arrival:
    envelope = {"mail_from": "resident@residents.example", "rcpt_to": RECIPIENT, "remote_ip": "127.0.0.1", "helo": "residents.example"}
    return Arrival(new_id(), CITY, "mail", RawMessage(source_id(content), now(), "message/rfc822", content, envelope), len(content))


class Rig:
    """A gateway on the store in ``folder``, on the processors ``cores`` (None: all)."""

    def __init__(self, folder: Path, *, cores: Sequence[int] | None = None) -> None:
        self.folder, self._cores = folder, cores
        self.http, self.smtp = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._main: Any = None
        self.ready_after = 0.0
        """Seconds from the start of the program until it took messages."""

    def __enter__(self) -> Self:
        file = self.folder / "bench.toml"
        settings = {"city": CITY, "http": self.http, "smtp": self.smtp, "folder": self.folder, "recipient": RECIPIENT}
        file.write_text(_CONFIGURATION.format(**settings), "utf-8")
        log = (self.folder / "bench.log").open("ab")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE311")}
        started = time.perf_counter()
        with log:
            self._process = subprocess.Popen(  # noqa: S603  (our own program)
                [sys.executable, "-m", "gateway", "serve", "--config", str(file)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            if self._cores is not None:
                os.sched_setaffinity(self._process.pid, self._cores)
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        self.ready_after = time.perf_counter() - started
        main = location(self.folder).main
        assert main is not None  # noqa: S101  (it is SQLite)
        self._main = connect(main, write=False)
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask it to stop, and make it."""
        if self._main is not None:
            self._main.close()
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its own session: nobody else is in it
            process.wait()

    def settled(self) -> int:
        """How many messages of the inbox have become something, in all: the cursor that is committed with the outcomes."""
        row = self._main.execute("SELECT value FROM cursor WHERE name = 'inbox'").fetchone()
        return int(row[0]) if row else 0

    def wait_settled(self, count: int, *, seconds: float, every: float = 0.02) -> float:
        """Wait until so many are settled; returns the time (perf_counter). Raises IntakeError after ``seconds``."""
        limit = time.perf_counter() + seconds
        while (done := self.settled()) < count:
            if time.perf_counter() > limit:
                raise IntakeError(f"the gateway has processed {done} of {count} messages in {seconds:.0f} s; its log: {self._log_end()}")
            time.sleep(every)
        return time.perf_counter()

    def cpu(self) -> float:
        """Seconds of processor time of all its processes so far."""
        assert self._process is not None  # noqa: S101  (it is running)
        return processor_time(self._process.pid)

    def pss(self) -> float:
        """Memory of all its processes, shared pages divided among their users, in MB (10⁶ bytes)."""
        assert self._process is not None  # noqa: S101  (it is running)
        return sum(_pss(pid) for pid in session(self._process.pid)) / 1e6

    def _wait_until_ready(self) -> None:
        assert self._process is not None  # noqa: S101  (just started)
        limit = time.perf_counter() + 60
        while time.perf_counter() < limit:
            if self._process.poll() is not None:
                raise IntakeError(f"the gateway ended at its start: {self._log_end()}")
            with suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=5)
                connection.request("GET", "/health/ready")
                status = connection.getresponse().status
                connection.close()
                if status == 200:
                    return
            time.sleep(0.005)
        raise IntakeError(f"the gateway was not ready within a minute: {self._log_end()}")

    def _log_end(self) -> str:
        return (self.folder / "bench.log").read_text("utf-8", "replace")[-600:]


def session(leader: int) -> list[int]:
    """The processes of a session."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if (fields := _stat(pid)) and int(fields[3]) == leader]


def processor_time(leader: int) -> float:
    """Seconds of user and system time of a session's processes, and of those children that they have waited for."""
    ticks = 0
    for pid in session(leader):
        if fields := _stat(pid):
            ticks += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime: proc(5)
    return ticks / _TICKS


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on (state); empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(")")[2].split()
    except OSError:
        return []


def _pss(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
