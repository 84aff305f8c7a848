"""The outside of a model file: a mark with the format's version, a SHA-256 of the rest, a JSON header, and bytes.

It needs no numpy, so that a configuration can be checked without it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

MARK = b"i311mdl\x01"
"""First bytes; the last of them is the version of the format."""
LARGEST = 20 * 1024 * 1024
"""A model file has at most so many bytes."""
_HEADER = 1024 * 1024


class ModelRefused(ValueError):
    """The bytes are no model that this release reads; the text says why."""


def closed(header: dict[str, Any], body: bytes) -> bytes:
    """A file's bytes from a header and what it describes."""
    head = json.dumps(header, ensure_ascii=False, sort_keys=True).encode()
    rest = len(head).to_bytes(4, "little") + head + body
    return MARK + hashlib.sha256(rest).digest() + rest


def opened(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The header and what it describes. Raises ModelRefused."""
    start = len(MARK) + 32
    if len(data) > LARGEST:
        raise ModelRefused(f"it has more than {LARGEST // 1024 // 1024} MB")
    if len(data) < start + 4 or data[: len(MARK) - 1] != MARK[:-1]:
        raise ModelRefused("it is no model of intake311")
    if data[: len(MARK)] != MARK:
        raise ModelRefused(f"its format is version {data[len(MARK) - 1]}, this release reads {MARK[-1]}")
    rest = data[start:]
    if hashlib.sha256(rest).digest() != data[len(MARK) : start]:
        raise ModelRefused("it is damaged: its digest is another")
    size = int.from_bytes(rest[:4], "little")
    if size > _HEADER or size > len(rest) - 4:
        raise ModelRefused("its header is too long")
    try:
        header = json.loads(rest[4 : 4 + size])
    except (ValueError, RecursionError):
        raise ModelRefused("its header is not JSON") from None
    if not isinstance(header, dict):
        raise ModelRefused("its header is no table")
    return header, rest[4 + size :]
