"""What the programs of faults share: arguments, progress on standard error, one JSON object on standard output."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def arguments(what: str, *, rounds: int, more: dict[str, tuple[Any, str]] | None = None) -> argparse.Namespace:
    """Read ``--rounds``, ``--seed``, ``--keep`` and what the program has besides (name: (default, help); a bool is a switch)."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"how many faults (default {rounds})")
    parser.add_argument("--seed", type=int, default=311, help="seed of what is drawn by chance (default 311)")
    parser.add_argument("--keep", action="store_true", help="keep the scratch folder")
    for name, (default, words) in (more or {}).items():
        if isinstance(default, bool):
            parser.add_argument(f"--{name}", action="store_true", help=words)
        else:
            parser.add_argument(f"--{name}", type=type(default), default=default, help=f"{words} (default {default})")
    return parser.parse_args()


@contextmanager
def scratch(*, keep: bool) -> Iterator[Path]:
    """A folder for the run; its place is told where it stays."""
    folder = Path(tempfile.mkdtemp(prefix="intake311-faults-", dir="/var/tmp"))  # not /tmp, which may be in memory and sync nothing
    try:
        yield folder
    finally:
        if keep:
            progress(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def progress(text: str) -> None:
    """One line for whoever watches."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def finish(document: dict[str, Any], *, sound: bool) -> None:
    """Print the result and end: status 0 when the promise was kept, 1 when not."""
    sys.stdout.write(json.dumps({**document, "sound": sound}, indent=1) + "\n")
    sys.exit(0 if sound else 1)


def bound(trials: int) -> float | None:
    """The upper bound, with 95 % confidence, of a rate of which nothing was seen in so many trials (the rule of three)."""
    return 3 / trials if trials else None
