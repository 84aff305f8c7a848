"""Entry of the processing process: ``python -m gateway.processing``, started by ``intake311 serve``.

The order matters. The channels are loaded first and the zygote forked from that small, single-threaded process; only then come the database
and the sinks. Standard input is the accepting process: a byte means "there is something new", its end means "finish and go".
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> int:
    """Run until standard input ends. The exit status is 0, or 2 for a configuration that is wrong."""
    from gateway import failpoint, telemetry, wiring
    from gateway.errors import IntakeError
    from gateway.readers import zygote
    from gateway.readers.child import Reader

    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)  # the accepting process says when to stop
    try:
        failpoint.arm(os.environ)
        wired = wiring.load(None, os.environ, parts={"channels"})
        telemetry.set_up_logging(wired.configuration.log.format, wired.configuration.log.level)
        reader = Reader(wired.channels, wired.contexts, wired.configuration.store.blobs)
        source = zygote.start(lambda: reader)
        os.nice(zygote.NICENESS)
        from gateway.processing.service import run

        return run(source)
    except IntakeError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
