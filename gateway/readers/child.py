"""What a reader does: it translates messages, prepares their pictures, and runs the stages that need nothing but the message.

It has a gigabyte of memory and a few seconds of processor time for a batch; what needs more kills the reader and not the gateway, and the
message is held for a person.
"""

from __future__ import annotations

import errno
import resource
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from channels.base import Channel, RawMessage, Unavailable, Unreadable
from gateway import failpoint
from gateway.errors import IntakeError
from gateway.readers import photos, wire
from gateway.store.blobs import Blobs, open_blobs
from gateway.store.stored import Stored
from normalizer.model import Attachment, Photo
from normalizer.pipeline import Context, Work, understand

MEMORY = 1 << 30
"""Bytes of address space."""
CPU_SECONDS = 6
"""Processor time for one batch; a batch that fails is read again message by message, each with as much."""

_log = structlog.get_logger("gateway.reader")


@dataclass(slots=True)
class Reader:
    """The configured channels and cities, and where blobs lie (None: nowhere, for a pure run).

    The blob store is opened at the first use, in the reader itself: what talks to S3 has threads, and they do not survive a fork.
    """

    channels: Mapping[str, Channel]
    contexts: Mapping[str, Context]
    blob_location: str | None = None
    cpu_seconds: int = CPU_SECONDS
    _blobs: Blobs | None = None
    _until: float = 0.0

    @property
    def blobs(self) -> Blobs | None:
        """The blob store."""
        if self._blobs is None and self.blob_location is not None:
            self._blobs = open_blobs(self.blob_location)
        return self._blobs

    def read(self, batch: Sequence[Stored], *, released: bool = False) -> list[wire.Result]:
        """One result for each message, in order; no message's fault reaches another. Raises Unavailable where the blob store fails."""
        works: dict[int, Work] = {}
        results: list[wire.Result | None] = [None] * len(batch)
        self._until = time.monotonic() + photos.PATIENCE
        for index, stored in enumerate(batch):
            outcome = self._translate(stored, released=released)
            if isinstance(outcome, wire.Unread):
                results[index] = outcome
            else:
                works[index] = outcome
        self._understand(batch, works, results, released=released)
        self._keep_attachments([work for index, work in works.items() if results[index] is None])
        return [result if result is not None else works[index] for index, result in enumerate(results)]

    def _translate(self, stored: Stored, *, released: bool) -> wire.Result:
        channel = self.channels.get(stored.channel_id)
        if channel is None:
            return wire.Unread("channel_unknown", f"no channel {stored.channel_id} is configured any more")
        raw = stored.raw
        failpoint.hit("parse.start", raw.source_id)
        try:
            raw = self._whole(stored)
            message = channel.translate(raw)
            if message.attachments:
                photos.prepare(message, self._until)
        except Unavailable:
            raise
        except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001  (whatever a parser does, the message is held and the others go on)
            detail = str(error) if isinstance(error, Unreadable) else type(error).__name__
            return wire.Unread("unreadable", detail)
        failpoint.hit("parse.end", raw.source_id)
        message.intake_id, message.jurisdiction_id = stored.intake_id, stored.jurisdiction_id
        message.received_datetime = raw.received_at
        work = Work(message=message, now=raw.received_at, released=released)
        if raw.held is not None:
            work.settle("held", raw.held)
        return work

    def _whole(self, stored: Stored) -> RawMessage:
        """The message with its content. Raises Unavailable where the blob store is away, which is no fault of the message."""
        if stored.blob is None or self.blobs is None:
            return stored.raw
        try:
            return replace(stored.raw, content=self.blobs.get(stored.blob))
        except (IntakeError, MemoryError):
            raise  # it is not there, or not what it was, or too much
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EIO:
                raise  # trying again would only keep the others waiting
            raise Unavailable(f"a blob cannot be read: {type(error).__name__}") from error

    def _understand(self, batch: Sequence[Stored], works: dict[int, Work], results: list[wire.Result | None], *, released: bool) -> None:
        """Run the stages city by city over the batch; where a stage fails, message by message."""
        by_city: dict[str, list[int]] = {}
        for index, work in works.items():
            by_city.setdefault(work.message.jurisdiction_id, []).append(index)
        for city, indexes in by_city.items():
            context = self.contexts.get(city)
            if context is None:
                for index in indexes:
                    results[index] = wire.Unread("jurisdiction_unknown", f"no jurisdiction {city} is configured any more")
                continue
            try:
                understand([works[index] for index in indexes], context)
            except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001  (as above)
                _log.error("a stage failed on a batch", error=type(error).__name__, messages=len(indexes))
                for index in indexes:
                    again = self._alone(batch[index], context, released=released)
                    if isinstance(again, wire.Unread):
                        results[index] = again
                    else:
                        works[index] = again

    def _alone(self, stored: Stored, context: Context, *, released: bool) -> wire.Result:
        """Translate the message once more (a stage may have left it half changed) and run the stages on it alone."""
        outcome = self._translate(stored, released=released)
        if isinstance(outcome, wire.Unread):
            return outcome
        try:
            understand([outcome], context)
        except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001  (as above)
            return wire.Unread("not_understood", type(error).__name__)
        return outcome

    def _keep_attachments(self, works: Sequence[Work]) -> None:
        """Store the files of messages. Raises Unavailable where the blob store takes none: the disk is full, the bucket away."""
        self._keep([file for work in works for file in work.message.attachments])

    def _keep(self, files: Sequence[Attachment]) -> None:
        """Store files as they came and, beside them, what is shown of pictures."""
        kept: list[Attachment | Photo] = [file for file in files if file.content is not None]
        kept += [file.photo for file in files if file.photo is not None and file.photo.content is not None]
        if self.blobs is None or not kept:
            return
        try:
            digests = self.blobs.put_many(item.content or b"" for item in kept)
        except MemoryError:
            raise
        except Exception as error:
            raise Unavailable(f"a file cannot be stored: {type(error).__name__}") from error
        for item, digest in zip(kept, digests, strict=True):
            item.sha256, item.content = digest, None

    def picture(self, file: Attachment) -> wire.Picture:
        """A file that is in the blob store already, with its rendition where it is a picture. Raises Unavailable, as :meth:`read` does."""
        if self.blobs is None:
            return wire.Picture(file)
        try:
            file.content = self.blobs.get(file.sha256)
        except Exception as error:
            raise Unavailable(f"a blob cannot be read: {type(error).__name__}") from error
        try:
            doubt = photos.prepare_one(file, time.monotonic() + photos.PATIENCE)[0] if photos.is_picture(file) else None
        except photos.Late:
            raise Unavailable("there is no time for a picture now") from None
        file.content = None
        self._keep([file])
        return wire.Picture(file, doubt)


def serve(connection: socket.socket, reader: Reader) -> None:
    """Read batches from ``connection`` until it ends; called in a process of its own."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = MEMORY + _addresses()  # what was there before the fork is shared, and not the reader's doing
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # the zygote forgets its children; a reader asks what its pictures took
    with connection, connection.makefile("rb") as incoming:
        while head := incoming.read(wire.LENGTH.size):
            frame = incoming.read(wire.LENGTH.unpack(head)[0])
            _allow(reader.cpu_seconds)
            try:
                if (file := wire.unpack_file(frame)) is not None:
                    answer = wire.pack_picture(reader.picture(file))
                else:
                    heads, released = wire.unpack_head(frame)
                    batch = [wire.stored_of(entry, incoming.read(entry["length"])) for entry in heads]
                    answer = wire.pack_results(reader.read(batch, released=released))
            except Unavailable as error:
                answer = wire.pack_unavailable(str(error))
            connection.sendall(answer)


def _addresses() -> int:
    """Bytes of address space of this process."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  (a file of the kernel's, read in one line)
        return int(file.read().split()[0]) * resource.getpagesize()


def _allow(seconds: int) -> None:
    """Allow so many more seconds of processor time; the system ends a process that takes more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
