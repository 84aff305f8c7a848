"""S/MIME messages in one file (smime.p7m): the content of a signed one, without checking the signature.

Walks the BER of CMS (RFC 5652 §3 and §5.1; X.690 §8) as far as the encapsulated content and no further. Does not decrypt and does not
verify anything.
"""

from __future__ import annotations

from typing import Final

_SIGNED: Final = bytes.fromhex("2a864886f70d010702")
_ENVELOPED: Final = bytes.fromhex("2a864886f70d010703")
_AUTH_ENVELOPED: Final = bytes.fromhex("2a864886f70d01091001") + b"\x17"
_MAX_NESTED: Final = 16
_MAX_PIECES: Final = 100_000


class _NotBer(ValueError):
    """The bytes are not the structure that was expected."""


def signed_content(data: bytes) -> bytes | None:
    """The MIME entity that a SignedData wraps, or None where the bytes are something else or the content is detached."""
    try:
        kind, inner = _content_info(data)
        if kind != _SIGNED:
            return None
        fields = _children(data, *inner, limit=3)
        if len(fields) < 3 or fields[2][0] != 0x30:
            return None
        capsule = _children(data, fields[2][1], fields[2][2], limit=2)
        if len(capsule) < 2 or capsule[1][0] != 0xA0:
            return None
        octets = _children(data, capsule[1][1], capsule[1][2], limit=1)
        return _octets(data, octets[0], 0) if octets else None
    except (_NotBer, IndexError):
        return None


def is_enveloped(data: bytes) -> bool:
    """True when the bytes are an encrypted CMS structure."""
    try:
        return _content_info(data)[0] in (_ENVELOPED, _AUTH_ENVELOPED)
    except (_NotBer, IndexError):
        return False


def _content_info(data: bytes) -> tuple[bytes, tuple[int, int]]:
    """ContentInfo: the content type's OID and the range inside the SEQUENCE that follows it."""
    outer = _element(data, 0, len(data))
    if outer[0] != 0x30:
        raise _NotBer
    parts = _children(data, outer[1], outer[2], limit=2)
    if len(parts) < 2 or parts[0][0] != 0x06 or parts[1][0] != 0xA0:
        raise _NotBer
    content = _children(data, parts[1][1], parts[1][2], limit=1)
    if not content or content[0][0] != 0x30:
        raise _NotBer
    return data[parts[0][1] : parts[0][2]], (content[0][1], content[0][2])


def _element(data: bytes, pos: int, end: int) -> tuple[int, int, int, int]:
    """Tag, start and end of the contents, and the offset after the element. An indefinite length ends where its parent does."""
    tag, length = data[pos], data[pos + 1]
    if tag & 0x1F == 0x1F:
        raise _NotBer  # long tags do not occur in CMS
    pos += 2
    if length == 0x80:
        stop, after = _indefinite(data, pos, end, 0)
        return tag, pos, stop, after
    if length & 0x80:
        size = length & 0x7F
        if size > 5:
            raise _NotBer
        length = int.from_bytes(data[pos : pos + size], "big")
        pos += size
    if pos + length > end:
        length = end - pos  # cut short: what is there is read
    return tag, pos, pos + length, pos + length


def _indefinite(data: bytes, pos: int, end: int, depth: int) -> tuple[int, int]:
    """Where contents of indefinite length end: at their end-of-contents octets (X.690 §8.1.5)."""
    if depth > _MAX_NESTED:
        raise _NotBer
    for _ in range(_MAX_PIECES):
        if pos + 1 >= end:
            return end, end
        if data[pos] == 0 and data[pos + 1] == 0:
            return pos, pos + 2
        pos = _indefinite(data, pos + 2, end, depth + 1)[1] if data[pos + 1] == 0x80 else _element(data, pos, end)[3]
    raise _NotBer


def _children(data: bytes, pos: int, end: int, *, limit: int) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    while pos < end and len(found) < limit:
        tag, start, stop, pos = _element(data, pos, end)
        found.append((tag, start, stop))
    return found


def _octets(data: bytes, element: tuple[int, int, int], depth: int) -> bytes:
    """An OCTET STRING, primitive or in pieces (X.690 §8.7)."""
    tag, start, stop = element
    if tag == 0x04:
        return data[start:stop]
    if tag != 0x24 or depth > _MAX_NESTED:
        raise _NotBer
    return b"".join(_octets(data, piece, depth + 1) for piece in _children(data, start, stop, limit=_MAX_PIECES))
