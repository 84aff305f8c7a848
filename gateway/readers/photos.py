"""Makes the renditions of pictures, each in a process of its own that may be ended, so that a hostile picture costs its message nothing.

A codec that crashes, computes or allocates without end takes a forked child of the reader with it: the message goes on without the
rendition, and says so. The child has the reader's memory limit and a few seconds of processor time.

Understanding runs when nobody else wants the processor, so that in a storm a second of work may take ten. No message waits for its
pictures then: what is late is named in ``hints["unprepared"]`` and prepared afterwards (``gateway/fetching.py``).
"""

from __future__ import annotations

import hashlib
import os
import resource
import select
import signal
import struct
import time
from collections.abc import Sequence
from typing import Any, Final

import orjson

from channels import photo
from channels.base import Unreadable
from normalizer.model import Attachment, InboundMessage, Photo

CPU_SECONDS: Final = 6
"""Processor time for one picture; the largest that is decoded (50 megapixels of HEIC) takes a third of it."""
BUDGET: Final = 12.0
"""Seconds of processor time for all pictures of one message."""
MOST: Final = 60
"""Pictures of one message that are prepared."""
PATIENCE: Final = 8.0
"""Seconds, by the clock, for the pictures of one batch; a batch has twenty for everything."""
_LENGTH: Final = struct.Struct(">I")
_CHUNK: Final = 1 << 20


class Late(Exception):
    """A picture was not ready in time, which says nothing of the picture."""


def prepare(message: InboundMessage, until: float) -> None:
    """Give every picture of a message its rendition and its position; what cannot be had is noted in plain words.

    Pictures that are not ready at ``until`` (of the monotonic clock) are named in ``hints["unprepared"]``, by their place.
    """
    pictures = [(place, file) for place, file in enumerate(message.attachments) if is_picture(file)]
    spent = 0.0
    for number, (place, file) in enumerate(pictures):
        if number >= MOST or spent >= BUDGET:
            message.notes.append(f"{len(pictures) - number} of {len(pictures)} pictures not prepared: they ask for too much")
            return
        try:
            doubt, seconds = prepare_one(file, until)
        except Late:
            message.hints.setdefault("unprepared", []).append(place)
            continue
        spent += seconds
        if doubt:
            message.notes.append(f"picture {number + 1} of {len(pictures)}: {doubt}")


def is_picture(file: Attachment) -> bool:
    """Whether the bytes of a file begin like those of a picture that can be shown."""
    return file.content is not None and photo.media_type(file.content) is not None


def prepare_one(file: Attachment, until: float) -> tuple[str | None, float]:
    """Give one picture its rendition. Returns what is to be said of it, if anything, and the processor time that it took, in seconds.

    Raises :class:`Late` where it is not ready at ``until``.
    """
    content = file.content or b""
    photo.load(content)
    file.media_type = photo.media_type(content) or file.media_type
    answer, seconds = _in_child(content, until)
    if len(answer) < _LENGTH.size:
        return "cannot be shown: it took too much memory or time", seconds
    (length,) = _LENGTH.unpack_from(answer)
    facts: dict[str, Any] = orjson.loads(answer[_LENGTH.size : _LENGTH.size + length])
    if "error" in facts:
        return f"cannot be shown: {facts['error']}", seconds
    rendition = answer[_LENGTH.size + length :]
    file.sha256, file.lat, file.long = facts["original"], facts["lat"], facts["long"]
    file.photo = Photo.model_validate({**facts["photo"], "size": len(rendition), "content": rendition})
    doubt = facts["doubt"]
    return (f"its position is left out ({doubt})" if doubt else None), seconds


def _in_child(content: bytes, until: float) -> tuple[bytes, float]:
    """What a forked process makes of a picture, b"" where it did not survive, and the processor time that it took. Raises Late."""
    if time.monotonic() >= until:
        raise Late
    incoming, outgoing = os.pipe()
    pid = os.fork()
    if not pid:
        _answer(content, outgoing)
    os.close(outgoing)
    chunks: list[bytes] | None = None
    try:
        chunks = _read(incoming, until)
    finally:
        os.close(incoming)
        if chunks is None:
            os.kill(pid, signal.SIGKILL)
        _pid, status, usage = os.wait4(pid, 0)
    if chunks is None:
        raise Late
    complete = os.waitstatus_to_exitcode(status) == 0
    return (b"".join(chunks) if complete else b""), usage.ru_utime + usage.ru_stime


def _read(incoming: int, until: float) -> list[bytes] | None:
    """Everything up to the end; None where that does not come in time."""
    chunks: list[bytes] = []
    while select.select([incoming], [], [], max(until - time.monotonic(), 0.0))[0]:
        chunk = os.read(incoming, _CHUNK)
        if not chunk:
            return chunks
        chunks.append(chunk)
    return None


def _answer(content: bytes, outgoing: int) -> None:
    """Write the answer and end the process: the reader's clean-up is not its child's to do."""
    status = 1
    try:
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        # Above all the reader's connection: its end must be seen when the reader ends, not when its last child does.
        os.closerange(3, outgoing)
        os.closerange(outgoing + 1, 1024)
        for part in _made(content):
            view = memoryview(part)
            while view:
                view = view[os.write(outgoing, view) :]
        status = 0
    finally:
        os._exit(status)


def _made(content: bytes) -> Sequence[bytes]:
    try:
        found = photo.read(content)
    except Unreadable as error:
        return _framed({"error": str(error)}, b"")
    facts = {
        "original": found.sha256,
        "lat": found.lat,
        "long": found.long,
        "doubt": found.doubt,
        "photo": {
            "sha256": hashlib.sha256(found.content).hexdigest(),
            "media_type": found.media_type,
            "width": found.width,
            "height": found.height,
            "taken": found.taken,
            "dhash": found.dhash,
        },
    }
    return _framed(facts, found.content)


def _framed(facts: dict[str, Any], rendition: bytes) -> Sequence[bytes]:
    head = orjson.dumps(facts)
    return _LENGTH.pack(len(head)), head, rendition
