"""Folders and Maildirs: the files in them, in a fixed order.

Hidden files and folders are left out. Symbolic links to folders are not followed, because they may lead in circles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Found:
    """A file; ``mail`` is true where the folder says that it is one. Or a thing that is not read, and why."""

    path: Path
    mail: bool = False
    skipped: str | None = None


def files(folder: Path) -> Iterator[Found]:
    """The files below ``folder``, sorted by name. Raises nothing: what cannot be read is yielded as skipped."""
    if is_maildir(folder):
        yield from _maildir(folder)
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Found(folder, skipped=f"cannot be read: {error.strerror}")
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_symlink() and entry.is_dir():
            yield Found(entry, skipped="a symbolic link to a folder")
        elif entry.is_dir():
            yield from files(entry)
        elif entry.is_file():
            yield Found(entry)
        else:
            yield Found(entry, skipped="not a file")


def is_maildir(folder: Path) -> bool:
    """Whether the folder is a Maildir: it has ``cur`` and ``new`` (cr.yp.to/proto/maildir.html)."""
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def _maildir(folder: Path) -> Iterator[Found]:
    """Delivered mails, read and unread. ``tmp`` holds what is still being delivered."""
    for part in ("new", "cur"):
        for entry in sorted((folder / part).iterdir()):
            if not entry.name.startswith(".") and entry.is_file():
                yield Found(entry, mail=True)
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") and is_maildir(entry):  # Maildir++: .Sent, .Trash …
            yield Found(entry, skipped="a subfolder of the Maildir: name it to bring it in")
