"""Which picture a file is by its bytes, and what of its structure would make decoding it dear.

Sources: ITU-T T.81 annex B (JPEG markers), ISO/IEC 23008-12 (brands of HEIF), the AV1 image format (brand ``avif``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF"]
"""Pillow's name of a format; files are opened as this one and no other."""
MEDIA_TYPES: Final[dict[Kind, str]] = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
    "AVIF": "image/avif",
}
_HEIF_BRANDS: Final = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_AVIF_BRANDS: Final = frozenset((b"avif", b"avis"))
_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_NEXT_MARKER: Final = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""The end of a scan: a 0xFF that stands for itself is followed by 0x00, and restart markers (D0 to D7) belong to the scan."""


def kind_of(content: bytes) -> Kind | None:
    """The kind of picture, or None for whatever else."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return _branded(content)
    return None


def _branded(content: bytes) -> Kind | None:
    length = min(int.from_bytes(content[:4], "big"), 256)
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, length, 4))]
    if brands[0] in _AVIF_BRANDS or (brands[0] in _HEIF_BRANDS and not _AVIF_BRANDS.isdisjoint(brands)):
        return "AVIF"
    return "HEIF" if brands[0] in _HEIF_BRANDS else None


@dataclass(frozen=True, slots=True)
class Frame:
    """A JPEG's frame: its size, whether it comes in passes (progressive), and how many scans there are."""

    width: int
    height: int
    progressive: bool
    scans: int


def frame_of(content: bytes) -> Frame | None:
    """The first frame of a JPEG, read without decoding anything; None where its markers do not make one."""
    at, size, scans = 2, (0, 0), 0
    progressive = False
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:  # a marker may have fill bytes before it
            at += 1
            continue
        if marker == 0xD9:
            break
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker in _START_OF_FRAME and size == (0, 0):
            size = (int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big"))
            progressive = marker in (0xC2, 0xC6, 0xCA, 0xCE)
        at += 2 + length
        if marker == 0xDA:
            scans += 1
            found = _NEXT_MARKER.search(content, at)
            if found is None:
                break
            at = found.end() - 2
    return Frame(*size, progressive, scans) if all(size) else None
