from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.processing import nursery
from gateway.processing.keeper import Processing


def child(program: str = "import sys; sys.stdin.buffer.read()") -> nursery.Child:
    """A process that ends when its standard input does, like the real one, or at once."""
    incoming, outgoing = os.pipe()
    os.set_blocking(outgoing, False)
    process = subprocess.Popen([sys.executable, "-c", program], stdin=incoming)
    os.close(incoming)
    process.returncode = 0  # it is reaped by whoever watches its id
    return nursery.Child(process.pid, outgoing)


async def ended(processing: Processing) -> None:
    while processing.state != "starting":  # noqa: ASYNC110  (there is nothing to be told by)
        await asyncio.sleep(0.01)


async def test_a_wake_up_for_a_process_that_is_no_more_ends_in_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The pipe's number is the system's to give away once it is closed. The gateway had written its wake-ups into the next file that
    # was opened: a mail that was being received, four line ends longer than what was acknowledged.
    monkeypatch.setattr("gateway.processing.keeper._PAUSES", (30.0,))
    first = child()
    async with Processing(first, lambda: None) as processing:
        os.kill(first.pid, signal.SIGKILL)
        await ended(processing)
        with (tmp_path / "mail").open("wb") as mail:
            assert mail.fileno() <= first.wake
            os.dup2(mail.fileno(), first.wake)
            processing.wake()
            processing.wake()
        os.close(first.wake)
    assert (tmp_path / "mail").read_bytes() == b""
    assert processing.state == "stopped"


async def test_a_stop_does_not_close_a_file_that_took_the_pipes_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.processing.keeper._PAUSES", (30.0,))
    first = child()
    with (tmp_path / "mail").open("wb") as mail:
        async with Processing(first, lambda: None) as processing:
            os.kill(first.pid, signal.SIGKILL)
            await ended(processing)
            os.dup2(mail.fileno(), first.wake)
        assert os.fstat(first.wake).st_ino == os.fstat(mail.fileno()).st_ino
        os.close(first.wake)


async def test_a_process_that_ends_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.processing.keeper._PAUSES", (0.0,))
    second = child()
    monkeypatch.setattr(nursery, "spawn", lambda: second)
    first = child()
    async with Processing(first, lambda: None) as processing:
        os.kill(first.pid, signal.SIGKILL)
        async with asyncio.timeout(20):
            while processing._pid != second.pid:  # noqa: ASYNC110  (there is nothing to be told by)
                await asyncio.sleep(0.01)
        assert processing.state == "running"
    with pytest.raises(ProcessLookupError):
        os.kill(second.pid, 0)


async def test_a_process_that_refuses_its_configuration_is_not_started_again() -> None:
    refused = asyncio.Event()
    async with Processing(child(f"raise SystemExit({nursery.REFUSED})"), refused.set):
        async with asyncio.timeout(20):
            await refused.wait()
