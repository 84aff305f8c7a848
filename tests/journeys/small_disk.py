"""A small disk of its own for a test: a tmpfs that can be filled to the last byte and emptied again (root only)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_CHUNK = 1 << 20


def may_mount() -> bool:
    """Whether this process may mount a file system."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0


@contextmanager
def small_disk(place: Path, *, megabytes: int) -> Iterator[Path]:
    """A tmpfs of that size at ``place``, as long as the block runs."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Write to a file until not a byte is left; the file."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("ab", buffering=0) as file:
        size = _CHUNK
        while size:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 16
    return filler
