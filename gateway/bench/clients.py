"""Clients of the mail port for benchmarks: as many mails as it takes, or a steady stream whose acknowledgements are timed."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from random import Random

import uvloop

from gateway.bench.rig import RECIPIENT
from gateway.errors import IntakeError

_PATIENCE = 60.0


def send_all(port: int, mails: Sequence[bytes], *, sessions: int) -> float:
    """Send them, a connection for each, ``sessions`` at a time; returns the seconds it took. Raises IntakeError when one is refused."""
    waiting = deque(mails)

    async def worker() -> None:
        while waiting:
            await _deliver(port, waiting.popleft())

    async def run() -> float:
        started = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(sessions)))
        return time.perf_counter() - started

    return uvloop.run(run())


def acknowledgements(port: int, mails: Sequence[bytes], *, rate: float, seed: int = 5) -> list[float]:
    """Send them at the times of a Poisson process; returns the seconds from the final dot to the 250, in order. Raises IntakeError."""
    chance = Random(seed)  # noqa: S311  (chance, not secrecy)

    async def run() -> list[float]:
        started, at = time.perf_counter(), 0.0
        tasks = []
        for content in mails:
            at += chance.expovariate(rate)
            await asyncio.sleep(max(0.0, started + at - time.perf_counter()))
            tasks.append(asyncio.create_task(_deliver(port, content)))
        return list(await asyncio.gather(*tasks))

    return uvloop.run(run())


async def _deliver(port: int, content: bytes) -> float:
    """One mail over one connection (RFC 5321 §3.3); returns the seconds from the final dot to the answer."""
    async with asyncio.timeout(_PATIENCE):
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", port)
        try:
            await _answer(incoming, b"2")
            for command in (
                b"EHLO residents.example",
                b"MAIL FROM:<resident@residents.example>",
                f"RCPT TO:<{RECIPIENT}>".encode(),
                b"DATA",
            ):
                outgoing.write(command + b"\r\n")
                await _answer(incoming, b"3" if command == b"DATA" else b"2")
            outgoing.write(content.replace(b"\r\n.", b"\r\n.."))
            started = time.perf_counter()
            outgoing.write(b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
            await _answer(incoming, b"2")
            took = time.perf_counter() - started
            outgoing.write(b"QUIT\r\n")
            return took
        finally:
            outgoing.close()


async def _answer(incoming: asyncio.StreamReader, wanted: bytes) -> None:
    while True:
        line = await incoming.readline()
        if not line.startswith(wanted):
            raise IntakeError(f"the mail port answered {line.decode('latin-1').strip() or 'nothing'}")
        if line[3:4] != b"-":
            return
