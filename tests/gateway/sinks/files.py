"""The files of a request in memory: what ``gateway.sinks.base.Files`` asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Self

from channels.base import Permanent, Unavailable
from gateway.sinks.base import Attached
from normalizer.model import ServiceRequest

_CONTENT: dict[str, bytes] = {}


def a_file(name: str, content: bytes, media_type: str = "image/jpeg") -> Attached:
    """A file with this content."""
    digest = hashlib.sha256(content).hexdigest()
    _CONTENT[digest] = content
    return Attached(f"key-{digest[:8]}", name, media_type, len(content), digest)


class FakeFiles:
    """Has these files of every request; the names in ``gone`` were erased; with ``away`` none can be had now."""

    def __init__(self, files: Sequence[Attached], *, gone: Collection[str] = (), away: bool = False) -> None:
        self._files, self._gone, self._away = tuple(files), gone, away
        self.read: list[str] = []

    async def of(self, request: ServiceRequest, /) -> Sequence[Attached]:
        return self._files

    async def content(self, file: Attached, /) -> bytes:
        self.read.append(file.filename)
        if self._away:
            raise Unavailable("the store of files is away")
        if file.filename in self._gone:
            raise Permanent("erased")
        return _CONTENT[file.sha256]

    def with_another(self, name: str, content: bytes) -> Self:
        """The same and one more."""
        return type(self)((*self._files, a_file(name, content, "application/octet-stream")))
