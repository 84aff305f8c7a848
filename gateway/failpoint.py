"""Places where a test may make the process die or fail: ``INTAKE_FAILPOINT=<stage>:<action>[@n]``, several separated by commas.

Actions: ``kill`` (SIGKILL to the process itself), ``enospc``, ``eio`` (OSError), ``raise`` (RuntimeError), ``delay=MS``. ``@n`` acts on the
n-th pass only, ``@word`` on those whose subject contains the word, otherwise it acts on every one. Refused unless ``INTAKE_TEST=1``: a
production gateway has no such switch.

Before it acts, a place says so on standard error in a line of JSON, so that a test knows that its place was reached.
"""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from collections.abc import Mapping

from gateway.errors import ConfigError, Mistake

STAGES = (
    "accept.start",
    "blob.write",
    "blob.fsync",
    "blob.rename",
    "blob.dirsync",
    "inbox.insert",
    "inbox.commit.before",
    "inbox.commit.after",
    "reply.before",
    "poll.cursor.before",
    "poll.cursor.after",
    "claim",
    "parse.start",
    "parse.end",
    "worker.begin",
    "worker.commit.before",
    "worker.commit.after",
    "outbox.claim",
    "deliver.before",
    "deliver.sent",
    "outbox.done",
    "fetch.before",
    "fetch.done",
    "backup",
)
_armed: dict[str, tuple[str, str]] = {}
_passes: dict[str, int] = {}
_lock = threading.Lock()


def arm(environ: Mapping[str, str]) -> None:
    """Read ``INTAKE_FAILPOINT``; raises ConfigError for a name or action that does not exist, or outside of a test."""
    wanted = environ.get("INTAKE_FAILPOINT", "")
    if wanted and environ.get("INTAKE_TEST") != "1":
        raise ConfigError([Mistake("INTAKE_FAILPOINT", "only for tests; it is refused unless INTAKE_TEST=1")])
    _armed.clear()
    _passes.clear()
    for item in filter(None, wanted.split(",")):
        stage, _, action = item.partition(":")
        action, _, which = action.partition("@")
        if stage not in STAGES or action.partition("=")[0] not in ("kill", "enospc", "eio", "raise", "delay"):
            raise ConfigError([Mistake("INTAKE_FAILPOINT", f"unknown stage or action {item!r}; stages: {', '.join(STAGES)}")])
        _armed[stage] = (action, which)


def hit(stage: str, subject: str = "") -> None:
    """Pass the place named ``stage`` with ``subject`` (the id of what is being done); does nothing unless a test armed it."""
    if not _armed or stage not in _armed:
        return
    action, which = _armed[stage]
    with _lock:
        _passes[stage] = passes = _passes.get(stage, 0) + 1
    if which and (passes != int(which) if which.isdecimal() else which not in subject):
        return
    os.write(2, f'{{"event": "failpoint", "stage": "{stage}", "action": "{action}"}}\n'.encode())
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "enospc":
        raise OSError(errno.ENOSPC, "No space left on device (failpoint)")
    elif action == "eio":
        raise OSError(errno.EIO, "Input/output error (failpoint)")
    elif action == "raise":
        raise RuntimeError("failpoint")
    else:
        time.sleep(float(action.partition("=")[2]) / 1000)
