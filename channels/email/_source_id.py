"""The key by which a mail that comes a second time is recognised.

A sender that did not see our answer sends again, perhaps by another path: with the same Message-ID, addresses, Date, Subject,
Content-Type and body, but with other trace headers (Received, Return-Path, DKIM-Signature …). Those that stay are what the key is made of.
A *different* mail that reuses a Message-ID, or that says the same to somebody else, has another key, so it is not taken for a
redelivery and lost.

Does not understand MIME and does not decode anything: it looks at bytes, at most at the first 64 KiB for the headers.
"""

from __future__ import annotations

import hashlib

HEAD_LIMIT = 65_536
"""Bytes in which the header block has to end; what comes after is body."""
MESSAGE_ID_LIMIT = 250
"""Characters; a longer Message-ID is not used (RFC 5322 §2.1.1 allows no line over 998, and nobody needs more than this)."""
_HASHED = (b"\nfrom:", b"\nto:", b"\ncc:", b"\ndate:", b"\nsubject:", b"\ncontent-type:")


def header_end(block: bytes | bytearray, start: int = 0) -> tuple[int, int] | None:
    """Where the headers end in ``block`` (the first bytes of a message): offsets of the end of the headers and of the body.

    ``start`` is how far an earlier call has looked. None: no empty line within the first :data:`HEAD_LIMIT` bytes of ``block``.
    Lines may end with CRLF or LF, whichever comes first.
    """
    if block[:2] == b"\r\n":
        return 0, 2
    if block[:1] == b"\n":
        return 0, 1
    crlf = block.find(b"\n\r\n", start, HEAD_LIMIT)
    bare = block.find(b"\n\n", start, HEAD_LIMIT if crlf < 0 else crlf + 1)
    if bare >= 0:
        return bare + 1, bare + 2
    return None if crlf < 0 else (crlf + 1, crlf + 3)


def _values(block: bytes, lowered: bytes, name: bytes) -> list[bytes]:
    """The values of each header ``name`` (with the line end before and the colon after), unfolded, runs of white space as one space."""
    found = []
    at = lowered.find(name)
    while at >= 0:
        begin = at + len(name)
        end = block.find(b"\n", begin)
        while end >= 0 and block[end + 1 : end + 2] in {b" ", b"\t"}:  # RFC 5322 §2.2.3: a folded line begins with white space
            end = block.find(b"\n", end + 1)
        end = len(block) if end < 0 else end
        found.append(b" ".join(block[begin:end].split()))
        at = lowered.find(name, end)
    return found


def _message_id(values: list[bytes]) -> str | None:
    if not values:
        return None
    text = values[0].decode("utf-8", "replace")
    opening = text.find("<")
    closing = text.find(">", opening + 1)
    if opening >= 0 and closing > opening:
        text = text[opening + 1 : closing]
    text = text.strip()
    if not text or len(text) > MESSAGE_ID_LIMIT or not text.isprintable() or " " in text:
        return None
    return text


def _begin(headers: bytes) -> tuple[str | None, hashlib._Hash]:
    """The Message-ID, and the hash of what identifies the message beside it, to which the body is still to be added."""
    block = b"\n" + headers
    lowered = block.lower()
    digest = hashlib.sha256()
    for name in _HASHED:
        for value in _values(block, lowered, name):
            digest.update(name + value)
    digest.update(b"\n\n")
    return _message_id(_values(block, lowered, b"\nmessage-id:")), digest


def _key(message_id: str | None, digest: hashlib._Hash) -> str:
    text = digest.hexdigest()
    return f"sha256:{text}" if message_id is None else f"<{message_id}>#{text[:16]}"


class SourceId:
    """Computes the key of a message that comes in pieces; how it is cut does not change the result."""

    __slots__ = ("_digest", "_head", "_message_id", "_scanned")

    def __init__(self) -> None:
        self._head = bytearray()
        self._scanned = 0
        self._message_id: str | None = None
        self._digest: hashlib._Hash | None = None

    def feed(self, data: bytes | bytearray) -> None:
        """Take the next bytes of the message."""
        if self._digest is not None:
            self._digest.update(data)
            return
        self._head += data
        if len(self._head) < 2:  # a lone CR or LF: the next byte tells
            return
        ends = header_end(self._head, self._scanned)
        if ends is not None or len(self._head) >= HEAD_LIMIT:
            self._digest = self._cut(*(ends or (HEAD_LIMIT, HEAD_LIMIT)))
        self._scanned = max(0, len(self._head) - 2)

    def _cut(self, headers: int, body: int) -> hashlib._Hash:
        self._message_id, digest = _begin(bytes(self._head[:headers]))
        digest.update(self._head[body:])
        self._head = bytearray()
        return digest

    def value(self) -> str:
        """``<Message-ID>#`` and 16 hex digits, or ``sha256:`` and 64 where there is no usable Message-ID; ends the computation."""
        if self._digest is None:
            self._digest = self._cut(*(header_end(self._head) or (len(self._head), len(self._head))))
        return _key(self._message_id, self._digest)


def source_id(content: bytes) -> str:
    """The key of a whole message: the ``source_id`` under which the idempotent receiver knows it."""
    headers, body = header_end(content) or (min(len(content), HEAD_LIMIT),) * 2
    message_id, digest = _begin(content[:headers])
    digest.update(memoryview(content)[body:])
    return _key(message_id, digest)
