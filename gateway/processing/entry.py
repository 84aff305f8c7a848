"""What the processing process does first, however it was started.

It and its readers run when nobody else wants the processor (SCHED_IDLE): a sender waits for its acknowledgement, nobody for the
understanding.
Acknowledgements rose from 2,100 to 2,600-2,900 a second against nice 19 (2 kB, 20 sessions, two processors); what was put off is done as
soon as the storm pauses.

The order matters: the zygote is forked from the small, single-threaded process that has only loaded the channels; then come the database
and the sinks. Standard input is the accepting process: a byte means "there is something new", its end means "finish and go".
"""

from __future__ import annotations

import os
import signal

from gateway.gazetteer.lazy import LazyGazetteer
from gateway.readers import zygote
from gateway.readers.child import Reader
from gateway.wiring import Wired


def _prepared(reader: Reader) -> Reader:
    """The reader with its cities' gazetteers in memory: those that are forked from this process share them."""
    for context in reader.contexts.values():
        if isinstance(context.gazetteer, LazyGazetteer):
            context.gazetteer.load()
    return reader


def process(wired: Wired) -> int:
    """Run until standard input ends; returns the exit status. Raises IntakeError when it cannot start."""
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)  # the accepting process says when to stop
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    reader = Reader(wired.channels, wired.contexts, wired.configuration.store.blobs)
    source = zygote.start(lambda: _prepared(reader))
    from gateway.processing.service import run

    return run(source)
