"""How the accepting process starts the processing process: forked while it is small itself, so that both share their memory.

A processing process that ended by itself is started again as a new program, because a process with threads must not fork.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from gateway.errors import IntakeError
from gateway.wiring import Wired

REFUSED = 2
"""Exit status of a process that cannot run with what it was given."""


@dataclass(frozen=True, slots=True)
class Child:
    """The process: its id, and the pipe whose bytes wake it and whose end tells it to finish (non-blocking)."""

    pid: int
    wake: int


def fork(wired: Wired) -> Child:
    """Fork it. There must be one thread, and nothing open but the standard streams and what may stay open in both."""
    gc.collect()
    gc.freeze()  # keep the collector from writing to pages that the processes share
    gc.set_threshold(20_000, 20, 50)  # a batch makes thousands of objects that are all gone at its end: looking through them finds nothing
    incoming, outgoing = _pipe()
    pid = os.fork()
    if pid:
        os.close(incoming)
        return Child(pid, outgoing)
    os.dup2(incoming, 0)

    def _process() -> int:
        from gateway.processing.entry import process

        return process(wired)

    return _end_with(_process)


def spawn() -> Child:
    """Start it as a new program."""
    incoming, outgoing = _pipe()
    try:
        # Not waited for through this object: whoever watches the process id reaps it.
        process = subprocess.Popen([sys.executable, "-m", "gateway.processing"], stdin=incoming)
    finally:
        os.close(incoming)
    process.returncode = 0
    return Child(process.pid, outgoing)


def in_child(work: Callable[[], None]) -> bool:
    """Do something that needs much memory in a process of its own; returns whether it went well (the child says what did not)."""

    def _work() -> int:
        work()
        return 0

    pid = os.fork()
    if not pid:
        _end_with(_work)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _pipe() -> tuple[int, int]:
    incoming, outgoing = os.pipe()
    os.set_blocking(outgoing, False)
    return incoming, outgoing


def _end_with(work: Callable[[], int]) -> NoReturn:
    """Run ``work`` in a forked process and end the process with its result: the parent's clean-up is not ours to do."""
    status = 1
    try:
        os.closerange(3, 1024)  # above all the parent's lock on the store, and its end of the pipe
        status = work()
    except IntakeError as error:
        sys.stderr.write(f"{error}\n")
        status = REFUSED
    except BaseException:  # noqa: BLE001  (there is nobody above us to tell)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)
