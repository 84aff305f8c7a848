"""Makes the renditions of pictures, each in a process of its own that may be ended, so that a hostile picture costs its message nothing.

A codec that crashes, computes or allocates without end takes a forked child of the reader with it: the message goes on without the
rendition, and says so. The child has the reader's memory limit and a few seconds of processor time.
"""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import struct
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
_LENGTH: Final = struct.Struct(">I")
_CHUNK: Final = 1 << 20


def prepare(message: InboundMessage) -> None:
    """Give every picture of a message its rendition and its position; what cannot be had is noted in plain words.

    Where the resident was asked whether a photo's position may be used and did not say yes, ``hints["photo_position"]`` is False and the
    position goes no further than here.
    """
    pictures = [file for file in message.attachments if is_picture(file)]
    wanted = message.hints.get("photo_position") is not False
    spent = 0.0
    for number, file in enumerate(pictures):
        if number >= MOST or spent >= BUDGET:
            message.notes.append(f"{len(pictures) - number} of {len(pictures)} pictures not prepared: they ask for too much")
            return
        doubt, seconds = prepare_one(file)
        spent += seconds
        if not wanted:
            file.lat = file.long = None
        if doubt:
            message.notes.append(f"picture {number + 1} of {len(pictures)}: {doubt}")


def is_picture(file: Attachment) -> bool:
    """Whether the bytes of a file begin like those of a picture that can be shown."""
    return file.content is not None and photo.media_type(file.content) is not None


def prepare_one(file: Attachment) -> tuple[str | None, float]:
    """Give one picture its rendition. Returns what is to be said of it, if anything, and the processor time that it took, in seconds."""
    content = file.content or b""
    photo.load(content)
    file.media_type = photo.media_type(content) or file.media_type
    answer, seconds = _in_child(content)
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


def _in_child(content: bytes) -> tuple[bytes, float]:
    """What a forked process makes of a picture, b"" where it did not survive, and the processor time that it took."""
    incoming, outgoing = os.pipe()
    pid = os.fork()
    if not pid:
        _answer(content, outgoing)
    os.close(outgoing)
    chunks: list[bytes] = []
    try:
        while chunk := os.read(incoming, _CHUNK):
            chunks.append(chunk)
    finally:
        os.close(incoming)
        _pid, status, usage = os.wait4(pid, 0)
    complete = os.waitstatus_to_exitcode(status) == 0
    return (b"".join(chunks) if complete else b""), usage.ru_utime + usage.ru_stime


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
