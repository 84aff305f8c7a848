"""A disk that can lose its power: ext4 on a loop device, of which a copy is taken at one moment, and used from then on.

What the kernel had not yet handed to the device is in its page cache, not in the backing file, and so it is lost, as it would be at a power
cut. What it had handed over counts as kept: that the disk itself keeps what it was told to flush, and tears no sector, is assumed.

The copy is of one moment: it is taken again until the device has counted no write meanwhile. The backing file lies in memory, so
that a copy takes some hundredths of a second.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

_ATTEMPTS = 200


def may_cut() -> bool:
    """Whether this process may set up loop devices and mount them."""
    tools = all(shutil.which(tool) for tool in ("losetup", "mkfs.ext4", "mount", "umount"))
    return os.geteuid() == 0 and tools and Path("/dev/loop-control").exists()


class Disk:
    """One such disk, mounted at ``mountpoint``; ``close`` ends it. Raises CalledProcessError where the system does not play along."""

    def __init__(self, mountpoint: Path, *, megabytes: int = 256, memory: Path = Path("/dev/shm")) -> None:
        self.mountpoint = mountpoint
        self._folder = memory / f"intake311-power-{os.getpid()}"
        self._folder.mkdir()
        self._number = 0
        self._image = self._folder / "0"
        with self._image.open("wb") as image:
            image.truncate(megabytes << 20)
        # Without the lazy steps, which would go on in the background.
        subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(self._image)], check=True)
        mountpoint.mkdir(parents=True, exist_ok=True)
        self._device = self._mount()

    def cut(self) -> Path:
        """The state of the disk at this moment, as a file of its own; the disk stays mounted. Whoever writes should be stopped."""
        self._number += 1
        copy = self._folder / str(self._number)
        for _ in range(_ATTEMPTS):
            before = self._writes()
            subprocess.run(["cp", "--sparse=always", str(self._image), str(copy)], check=True)
            if before is not None and before == self._writes():
                return copy
            time.sleep(0.01)
        raise RuntimeError("the device is never still")

    def come_back(self, copy: Path) -> None:
        """Go on with what ``cut`` found, in place of the disk; nobody may use it now. Mounting replays ext4's journal."""
        self._unmount()
        self._image.unlink()
        self._image = copy
        self._device = self._mount()

    def close(self) -> None:
        """Unmount and forget it."""
        self._unmount()
        shutil.rmtree(self._folder)

    def _mount(self) -> str:
        done = subprocess.run(["losetup", "--show", "--find", str(self._image)], check=True, capture_output=True, text=True)
        device = done.stdout.strip()
        subprocess.run(["mount", device, str(self.mountpoint)], check=True)
        return device

    def _unmount(self) -> None:
        for _ in range(_ATTEMPTS):
            if subprocess.run(["umount", str(self.mountpoint)], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.05)
        subprocess.run(["losetup", "--detach", self._device], check=True)

    def _writes(self) -> tuple[str, str] | None:
        """How many writes the device has done and how many flushes; None while one is under way (Documentation/block/stat.rst)."""
        numbers = Path(f"/sys/block/{Path(self._device).name}/stat").read_text().split()
        return (numbers[4], numbers[15]) if numbers[8] == "0" else None
