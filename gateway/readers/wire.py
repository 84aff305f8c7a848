"""How a batch travels to a reader and its results back: frames of JSON over a socket pair.

JSON and not pickle: a reader parses what strangers send, so nothing that comes from it may be executed. A frame is a length of four
bytes, big-endian, and a JSON document; the contents of a batch's messages follow its frame, one after the other. Results are a frame whose
content is a length, a head of so many bytes, and the documents of messages and requests, which are checked as they are parsed.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from channels.base import RawMessage, Unavailable
from gateway.store.documents import pack, unpack
from gateway.store.stored import Stored
from normalizer.model import Attachment, Emergency, ServiceRequest
from normalizer.pipeline import Work

LENGTH = struct.Struct(">I")
MAX_FRAME = 256 << 20


@dataclass(frozen=True, slots=True)
class Unread:
    """A message that no reader could make anything of: ``reason`` is coded, ``detail`` is for the operator."""

    reason: str
    detail: str = ""


Result = Work | Unread


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that was looked at; ``doubt`` says in plain words what could not be had of it."""

    file: Attachment
    doubt: str | None = None


def pack_batch(batch: Sequence[Stored], *, released: bool = False) -> list[bytes]:
    """The frame and the contents, to be written in this order."""
    heads = [
        {
            "seq": stored.seq,
            "intake_id": stored.intake_id,
            "jurisdiction_id": stored.jurisdiction_id,
            "channel_id": stored.channel_id,
            "source_id": stored.raw.source_id,
            "received_at": stored.raw.received_at.isoformat(),
            "content_type": stored.raw.content_type,
            "envelope": dict(stored.raw.envelope),
            "held": stored.raw.held,
            "size": stored.size,
            "blob": stored.blob,
            "length": len(stored.raw.content),
        }
        for stored in batch
    ]
    frame = orjson.dumps({"released": released, "batch": heads})
    return [LENGTH.pack(len(frame)), frame, *(stored.raw.content for stored in batch)]


def pack_file(file: Attachment) -> list[bytes]:
    """A frame that asks for a look at one file of the blob store."""
    frame = orjson.dumps({"file": orjson.Fragment(file.model_dump_json())})
    return [LENGTH.pack(len(frame)), frame]


def unpack_file(frame: bytes) -> Attachment | None:
    """The file that a frame asks for a look at; None where it announces a batch."""
    if not frame.startswith(b'{"file":'):
        return None
    return Attachment.model_validate(orjson.loads(frame)["file"])


def pack_picture(picture: Picture) -> bytes:
    """A frame with the answer."""
    frame = orjson.dumps({"picture": orjson.Fragment(picture.file.model_dump_json()), "doubt": picture.doubt})
    return LENGTH.pack(len(frame)) + frame


def unpack_picture(frame: bytes) -> Picture:
    """The answer, checked by the canonical model. Raises Unavailable where the blob store was away."""
    entry = orjson.loads(frame)
    if "unavailable" in entry:
        raise Unavailable(str(entry["unavailable"]))
    return Picture(Attachment.model_validate(entry["picture"]), entry["doubt"])


def unpack_head(frame: bytes) -> tuple[list[dict[str, Any]], bool]:
    """The heads of a batch and whether a person released its messages."""
    document = orjson.loads(frame)
    return document["batch"], document["released"]


def stored_of(head: dict[str, Any], content: bytes) -> Stored:
    """A message of the batch, from its head and its content."""
    raw = RawMessage(
        source_id=head["source_id"],
        received_at=datetime.fromisoformat(head["received_at"]),
        content_type=head["content_type"],
        content=content,
        envelope=head["envelope"],
        held=head["held"],
    )
    return Stored(head["seq"], head["intake_id"], head["jurisdiction_id"], head["channel_id"], raw, head["size"], head["blob"])


def pack_results(results: Sequence[Result]) -> bytes:
    """A frame with one result for each message: a head, and behind it the documents whose sizes the head has."""
    documents: list[bytes] = []
    head = orjson.dumps([_packed(result, documents) for result in results])
    body = b"".join(documents)
    return b"".join([LENGTH.pack(LENGTH.size + len(head) + len(body)), LENGTH.pack(len(head)), head, body])


def pack_unavailable(reason: str) -> bytes:
    """A frame that stands for all results: what the reader needs is not there, and the messages are to be read again later."""
    head = orjson.dumps({"unavailable": reason})
    return LENGTH.pack(LENGTH.size + len(head)) + LENGTH.pack(len(head)) + head


def unpack_results(frame: bytes) -> list[Result]:
    """The results, as the parent takes them: checked by the canonical model, since they come from where strangers' bytes were read.

    Raises Unavailable where the reader could not do its work, ValueError for what is no frame.
    """
    try:
        end = LENGTH.size + LENGTH.unpack_from(frame)[0]
        entries = orjson.loads(frame[LENGTH.size : end])
        if isinstance(entries, dict):
            raise Unavailable(str(entries.get("unavailable")))
        documents = _Documents(frame, end)
        results = [_unpacked(entry, documents) for entry in entries]
    except (struct.error, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a reader's answer cannot be read: {type(error).__name__}") from error
    return results


class _Documents:
    """The documents of a frame, one after the other."""

    def __init__(self, frame: bytes, start: int) -> None:
        self._frame, self._at = frame, start

    def next(self, size: int) -> bytes:
        """The next one, of so many bytes. Raises ValueError where there are not as many."""
        start, self._at = self._at, self._at + size
        if size < 0 or self._at > len(self._frame):
            raise ValueError("a reader's answer is shorter than it says")
        return self._frame[start : self._at]


def _packed(result: Result, documents: list[bytes]) -> dict[str, Any]:
    if isinstance(result, Unread):
        return {"reason": result.reason, "detail": result.detail}
    own = [pack(result.message).encode(), *(request.model_dump_json(exclude_defaults=True).encode() for request in result.requests)]
    documents += own
    return {
        "documents": [len(document) for document in own],
        "identifiers": result.identifiers,
        "sender_key": result.sender_key,
        "emergency": result.emergency.model_dump(exclude_defaults=True),
        "released": result.released,
        "seconds": result.seconds,
        "now": result.now.isoformat(),
    }


def _unpacked(entry: dict[str, Any], documents: _Documents) -> Result:
    if "documents" not in entry:
        return Unread(entry["reason"], entry["detail"])
    message, *requests = map(documents.next, entry["documents"])
    return Work(
        message=unpack(message),
        now=datetime.fromisoformat(entry["now"]),
        requests=[ServiceRequest.model_validate_json(request) for request in requests],
        identifiers=[(kind, value) for kind, value in entry["identifiers"]],
        sender_key=entry["sender_key"],
        emergency=Emergency.model_validate(entry["emergency"]),
        released=entry["released"],
        seconds=entry["seconds"],
    )
