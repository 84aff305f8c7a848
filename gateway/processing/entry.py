"""What the processing process does first, however it was started.

The order matters: the zygote is forked from the small, single-threaded process that has only loaded the channels; then come the database
and the sinks. Standard input is the accepting process: a byte means "there is something new", its end means "finish and go".
"""

from __future__ import annotations

import os
import signal

from gateway.readers import zygote
from gateway.readers.child import Reader
from gateway.wiring import Wired

NICENESS = 19
"""Understanding yields to accepting: the sender waits for the one and not for the other."""


def process(wired: Wired) -> int:
    """Run until standard input ends; returns the exit status. Raises IntakeError when it cannot start."""
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)  # the accepting process says when to stop
    os.nice(NICENESS)
    reader = Reader(wired.channels, wired.contexts, wired.configuration.store.blobs)
    source = zygote.start(lambda: reader)
    from gateway.processing.service import run

    return run(source)
