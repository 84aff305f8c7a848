"""A load generator for SMTP: sessions that send mails as fast as they are taken, or at a steady rate, and time each acknowledgement.

Runs as its own process (``python -m gateway.bench.smtp_load HOST:PORT``), so that it does not share an interpreter with what it measures;
it stands in where Postfix's ``smtp-source`` is not installed, and it alone can say how long the 250 took after the final dot.

Does not: pipeline, use TLS, or send anything that a person wrote.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial

import uvloop

from gateway.errors import IntakeError

_LINE = b"The street light in front of the library is out since Monday, please see to it.\r\n"
_HEAD = (
    b"From: <%s>\r\nTo: <%s>\r\nSubject: load %d\r\nDate: Mon, 23 Nov 2026 10:00:00 -0500\r\n"
    b"Message-ID: <%x.%x.%d@bench.example.net>\r\nMIME-Version: 1.0\r\n\r\n"
)
_PATIENCE = 300
SENDER = "load@bench.example.net"
RECIPIENT = "311@bench.example.gov"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send: ``messages`` mails of ``size`` bytes in ``sessions`` parallel sessions.

    ``reuse`` sends many mails over one connection, otherwise each has its own. ``rate`` (mails a second, 0: as fast as they are taken)
    starts them at fixed times, whether the ones before have been answered or not.
    """

    host: str
    port: int
    messages: int = 1_000
    sessions: int = 20
    size: int = 2_048
    reuse: bool = False
    rate: float = 0.0
    sender: str = SENDER
    recipient: str = RECIPIENT


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: mails that were acknowledged, those that were not (and the first reply that was no 2xx), and the times.

    ``rate`` is in acknowledged mails a second; ``p50_ms``, ``p99_ms`` and ``worst_ms`` are from the final dot to the 250.
    """

    sent: int
    refused: int
    reason: str
    seconds: float
    rate: float
    p50_ms: float
    p99_ms: float
    worst_ms: float


class _Load:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.numbers = itertools.count()
        self.run = time.time_ns()
        self.waits: list[float] = []
        self.refused = 0
        self.reason = ""
        self._done = asyncio.get_running_loop().create_future()
        self.filling = _LINE * (plan.size // len(_LINE) + 1)

    def next_mail(self) -> bytes | None:
        """The next mail with its final dot; None when all are under way."""
        number = next(self.numbers)
        if number >= self.plan.messages:
            return None
        head = _HEAD % (self.plan.sender.encode(), self.plan.recipient.encode(), number, os.getpid(), self.run, number)
        filling = self.filling[: max(0, self.plan.size - len(head) - 2)]
        return head + filling + b"\r\n.\r\n"

    def ended(self, reply: bytes, seconds: float | None) -> None:
        """One mail was acknowledged (after ``seconds``) or not."""
        if seconds is not None:
            self.waits.append(seconds)
        else:
            self.refused += 1
            self.reason = self.reason or reply.decode("latin-1").strip() or "the connection was closed"
        if len(self.waits) + self.refused >= self.plan.messages and not self._done.done():
            self._done.set_result(None)

    async def connect(self) -> None:
        """One connection; a refused one counts as its mail's refusal."""
        try:
            await asyncio.get_running_loop().create_connection(lambda: _Session(self), self.plan.host, self.plan.port)
        except OSError as error:
            if self.next_mail() is not None:
                self.ended(str(error.strerror).encode(), None)

    async def all(self) -> Outcome:
        """Send everything."""
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        waiting: set[asyncio.Task[None]] = set()
        if self.plan.rate:
            for number in range(self.plan.messages):
                await asyncio.sleep(max(0.0, started + number / self.plan.rate - time.perf_counter()))
                waiting.add(loop.create_task(self.connect()))
        else:
            waiting = {loop.create_task(self._session()) for _ in range(min(self.plan.sessions, self.plan.messages))}
        await self._done
        seconds = time.perf_counter() - started
        for task in waiting:
            task.cancel()
        waits = sorted(self.waits) or [0.0]
        sent = len(self.waits)
        return Outcome(sent, self.refused, self.reason, seconds, sent / seconds, *(1e3 * part for part in _percentiles(waits)))

    async def _session(self) -> None:
        """Keep one connection open at a time, as long as there are mails."""
        loop = asyncio.get_running_loop()
        while len(self.waits) + self.refused < self.plan.messages:
            over = loop.create_future()
            try:
                await loop.create_connection(partial(_Session, self, over), self.plan.host, self.plan.port)
            except OSError as error:
                if self.next_mail() is None:
                    return
                self.ended(str(error.strerror).encode(), None)
                continue
            await over


def _percentiles(ordered: Sequence[float]) -> tuple[float, float, float]:
    last = len(ordered) - 1
    return ordered[last // 2], ordered[last * 99 // 100], ordered[last]


class _Session(asyncio.Protocol):
    """One connection: says the next command when the last one was answered."""

    def __init__(self, load: _Load, over: asyncio.Future[None] | None = None) -> None:
        self._load = load
        self._over = over
        plan = load.plan
        self._opening = [b"EHLO bench.example.net\r\n", *self._transaction(plan)]
        self._commands = iter(self._opening)
        self._mail: bytes | None = b""
        self._reply = b""
        self._dot = 0.0
        self._link: asyncio.Transport | None = None

    @staticmethod
    def _transaction(plan: Plan) -> list[bytes]:
        return [f"MAIL FROM:<{plan.sender}>\r\n".encode(), f"RCPT TO:<{plan.recipient}>\r\n".encode(), b"DATA\r\n"]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._link = transport  # type: ignore[assignment]  # a TCP client's transports read and write
        self._mail = self._load.next_mail()
        if self._mail is None:
            transport.close()

    def data_received(self, data: bytes) -> None:
        self._reply += data
        if not self._reply.endswith(b"\n"):
            return
        last = self._reply[:-1].rpartition(b"\n")[2]
        if last[3:4] == b"-":
            return
        reply, self._reply = last, b""
        self._answered(reply)

    def _answered(self, reply: bytes) -> None:
        if self._mail is None or self._link is None:
            return
        if reply[:1] not in {b"2", b"3"}:
            self._finish(reply, None)
            self._mail = None
            self._link.close()
        elif self._dot:
            self._finish(reply, time.perf_counter() - self._dot)
            self._mail = self._load.next_mail() if self._load.plan.reuse else None
            if self._mail is None:
                self._link.write(b"QUIT\r\n")
                self._link.close()
                return
            self._commands = iter(self._opening[1:])
            self._link.write(next(self._commands))
        elif reply[:1] == b"3":
            self._link.write(self._mail)
            self._dot = time.perf_counter()
        else:
            self._link.write(next(self._commands))

    def _finish(self, reply: bytes, seconds: float | None) -> None:
        self._dot = 0.0
        self._load.ended(reply, seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._mail:
            self._finish(b"", None)
            self._mail = None
        if self._over is not None and not self._over.done():
            self._over.set_result(None)


def run(plan: Plan) -> Outcome:
    """Send everything in this process."""

    async def work() -> Outcome:
        return await asyncio.wait_for(_Load(plan).all(), _PATIENCE)

    return uvloop.run(work())


def run_apart(plan: Plan) -> Outcome:
    """Send everything from a process of its own; raises IntakeError where it fails."""
    command = [sys.executable, "-m", __name__, f"{plan.host}:{plan.port}", "--json"]
    for name in ("messages", "sessions", "size", "rate", "sender", "recipient"):
        command += [f"--{name}", str(getattr(plan, name))]
    if plan.reuse:
        command.append("--reuse")
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE + 30, check=False)  # noqa: S603 - our own module
    if done.returncode != 0 and not done.stdout.startswith("{"):
        raise IntakeError(f"the load generator failed: {done.stderr.strip()[-300:]}")
    return Outcome(**json.loads(done.stdout))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 where every mail was acknowledged."""
    parser = argparse.ArgumentParser(prog="python -m gateway.bench.smtp_load", description="Send mails by SMTP and time the answers.")
    parser.add_argument("target", help="HOST:PORT")
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--size", type=int, default=2_048, help="bytes of a mail")
    parser.add_argument("--reuse", action="store_true", help="many mails over one connection")
    parser.add_argument("--rate", type=float, default=0.0, help="mails a second; 0: as fast as they are taken")
    parser.add_argument("--sender", default=SENDER)
    parser.add_argument("--recipient", default=RECIPIENT)
    parser.add_argument("--json", action="store_true")
    chosen = vars(parser.parse_args(arguments))
    host, _, port = chosen.pop("target").rpartition(":")
    as_json = chosen.pop("json")
    outcome = run(Plan(host or "127.0.0.1", int(port), **chosen))
    if as_json:
        sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
    else:
        sys.stdout.write(
            f"{outcome.sent} mails in {outcome.seconds:.2f} s: {outcome.rate:.0f}/s; dot to 250: p50 {outcome.p50_ms:.2f} ms, "
            f"p99 {outcome.p99_ms:.2f} ms, worst {outcome.worst_ms:.2f} ms; refused {outcome.refused} {outcome.reason}\n"
        )
    return 0 if outcome.refused == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
