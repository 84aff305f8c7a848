"""The readers of one gateway: hands out batches, and finds the message that kills a reader."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import structlog

from channels.base import Unavailable
from gateway.readers import wire
from gateway.readers.zygote import Zygote
from gateway.store.stored import Stored
from normalizer.model import Attachment

Answer = TypeVar("Answer")

_log = structlog.get_logger("gateway.readers")
_AT_ONCE = 2.0
"""Seconds: a reader that took more was ended by its limits, and reading the message again would take as long."""


class Readers:
    """Up to ``processes`` readers, started when needed. ``deadline`` is the time, in seconds, that one batch may take."""

    def __init__(self, zygote: Zygote, *, processes: int, deadline: float) -> None:
        self._zygote, self._deadline = zygote, deadline
        self._free: asyncio.Queue[_Reader | None] = asyncio.Queue()
        for _ in range(processes):
            self._free.put_nowait(None)
        self._processes = processes
        self.deaths = 0

    async def read(self, batch: Sequence[Stored], *, released: bool = False) -> list[wire.Result]:
        """One result for each message, in order.

        A batch that kills its reader is read again one by one, and a message that does so alone is Unread: after a second attempt, where
        the reader died at once, because then something else may have killed it. Raises Unavailable when no reader can be started, or
        one cannot reach the blob store.
        """
        results = await self._try(batch, released=released)
        if results is not None:
            return results
        found: list[wire.Result] = []
        for stored in batch:
            began = time.monotonic()
            alone = await self._try([stored], released=released)
            if alone is None and time.monotonic() - began < _AT_ONCE:
                alone = await self._try([stored], released=released)
            if alone is None:
                _log.error("a message ended its reader: it is held", intake_id=stored.intake_id, size=stored.size)
                found.append(wire.Unread("unreadable", "took too much memory or time"))
            else:
                found += alone
        return found

    async def picture(self, file: Attachment) -> wire.Picture:
        """A file of the blob store with its rendition, where it is a picture. Raises Unavailable, as :meth:`read` does.

        A file that ends its reader is given back as it came.
        """
        answer = await self._ask(wire.pack_file(file), wire.unpack_picture)
        if answer is None:
            _log.error("a file ended its reader", sha256=file.sha256)
            return wire.Picture(file, "cannot be shown: it took too much memory or time")
        return answer

    async def close(self) -> None:
        """End all readers; waits for those that are reading."""
        for _ in range(self._processes):
            reader = await self._free.get()
            if reader is not None:
                reader.close()
        self._zygote.close()

    async def _try(self, batch: Sequence[Stored], *, released: bool) -> list[wire.Result] | None:
        """The results, or None when the reader did not survive the batch."""

        def _unpacked(frame: bytes) -> list[wire.Result]:
            results = wire.unpack_results(frame)
            if len(results) != len(batch):
                raise ValueError("a reader answered for another number of messages")
            return results

        return await self._ask(wire.pack_batch(batch, released=released), _unpacked)

    async def _ask(self, parts: Sequence[bytes], unpack: Callable[[bytes], Answer]) -> Answer | None:
        """A reader's answer, or None when the reader did not survive the question, or gave an answer that is not to be trusted."""
        reader = await self._free.get()
        try:
            if reader is None:
                reader = await _Reader.start(self._zygote)
            async with asyncio.timeout(self._deadline):
                frame = await reader.exchange(parts)
            answer = unpack(frame)
        except (TimeoutError, OSError, EOFError, ValueError) as error:
            self.deaths += 1
            _log.warning("a reader ended while reading", error=type(error).__name__)
            if reader is None:
                raise Unavailable("no reader can be started") from error
            reader.kill()
            reader = None
            return None
        except Unavailable:  # the reader is well, the blob store is not
            raise
        except BaseException:
            if reader is not None:
                reader.kill()
                reader = None
            raise
        else:
            return answer
        finally:
            self._free.put_nowait(reader)


class _Reader:
    def __init__(self, pid: int, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        self._pid, self._incoming, self._outgoing = pid, incoming, outgoing

    @classmethod
    async def start(cls, zygote: Zygote) -> _Reader:
        connection, pid = zygote.fork()
        connection.setblocking(False)
        incoming, outgoing = await asyncio.open_unix_connection(sock=connection, limit=1 << 20)
        return cls(pid, incoming, outgoing)

    async def exchange(self, parts: Sequence[bytes]) -> bytes:
        self._outgoing.writelines(parts)
        await self._outgoing.drain()
        (length,) = wire.LENGTH.unpack(await self._incoming.readexactly(wire.LENGTH.size))
        if length > wire.MAX_FRAME:
            raise ValueError("a reader's answer is too large")
        return await self._incoming.readexactly(length)

    def close(self) -> None:
        self._outgoing.close()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        self._outgoing.close()
