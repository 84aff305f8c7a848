"""``python -m gateway.processing``: the processing process as a program of its own, for a start in place of one that ended."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run until standard input ends. The exit status is 0, or 2 where it cannot start."""
    from gateway import failpoint, telemetry, wiring
    from gateway.errors import IntakeError
    from gateway.processing.entry import process

    try:
        failpoint.arm(os.environ)
        wired = wiring.load(None, os.environ, parts={"channels"})
        telemetry.set_up_logging(wired.configuration.log.format, wired.configuration.log.level)
        return process(wired)
    except IntakeError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
