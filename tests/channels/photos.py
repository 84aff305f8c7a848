"""Pictures for the tests, good and hostile, made as they are needed: none is kept in the repository."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF")
EXIF_IFD, GPS_IFD = 0x8769, 0x8825


def scene(width: int = 96, height: int = 64) -> Image.Image:
    """A picture whose four corners differ: dark red at the top left, blue at the top right, green below."""
    image = Image.new("RGB", (width, height), (30, 160, 60))
    image.paste((150, 20, 20), (0, 0, width // 2, height // 2))
    image.paste((20, 40, 200), (width // 2, 0, width, height // 2))
    noise = Image.frombytes("RGB", (width, height), random.Random(311).randbytes(3 * width * height))
    return Image.blend(image, noise, 0.1)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    """The picture as a file of this format."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


@cache
def small(form: str) -> bytes:
    """A good picture of this format."""
    return encoded(scene(), form)


def exif(
    gps: Mapping[int, Any] | None = None, camera: Mapping[int, Any] | None = None, orientation: int | None = None, **first: Any
) -> bytes:
    """An Exif block, written by Pillow."""
    block = Image.Exif()
    if orientation is not None:
        block[0x0112] = orientation
    block[0x010F] = first.get("make", "Camera of a resident")
    block.get_ifd(EXIF_IFD).update(camera or {})
    block.get_ifd(GPS_IFD).update(gps or {})
    return block.tobytes()


def position(lat: float, long: float, **more: Any) -> dict[int, Any]:
    """The tags of a position."""
    tags: dict[int, Any] = {1: "N" if lat >= 0 else "S", 2: _sexagesimal(lat), 3: "E" if long >= 0 else "W", 4: _sexagesimal(long)}
    return tags | {int(name.removeprefix("tag")): value for name, value in more.items()}


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes, seconds = divmod(abs(degrees) * 3600, 60)
    whole, minutes = divmod(minutes, 60)
    return (whole, minutes, round(seconds, 4))


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *, depth: int = 8, colour: int = 2, before: bytes = b"", data: bytes = b"\0") -> bytes:
    """A PNG that claims this size, whatever its data hold."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def with_segment(jpeg: bytes, marker: int, data: bytes) -> bytes:
    """A JPEG with one more segment at its beginning."""
    return jpeg[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data + jpeg[2:]


def ifd(*entries: tuple[int, int, int, int], order: str = ">") -> bytes:
    """A TIFF structure with one directory of (tag, type, count, value or offset)."""
    body = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
    return (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(f"{order}IH", 8, len(entries)) + body + b"\0\0\0\0"


PAYLOADS: dict[str, bytes] = {
    "html": b"<html><script>alert(document.cookie)</script></html>",
    "php": b"<?php system($_GET['c']); ?>",
    "zip": b"PK\x03\x04\x14\x00evil.sh",
    "pdf": b"%PDF-1.7 /OpenAction /JavaScript",
    "elf": b"\x7fELF\x02\x01\x01",
    "svg": b"<svg onload=alert(1)>",
}


def polyglots() -> Iterator[tuple[str, bytes]]:
    """Good pictures that are something else as well."""
    for form in FORMATS:
        for name, payload in PAYLOADS.items():
            yield f"{form}+{name}", small(form) + payload
    for name, payload in PAYLOADS.items():
        yield f"jpeg-comment-{name}", with_segment(small("JPEG"), 0xFE, payload)
        yield f"jpeg-app13-{name}", with_segment(small("JPEG"), 0xED, payload)
        yield f"png-text-{name}", png_with(chunk(b"tEXt", b"Comment\0" + payload))
        yield f"exif-{name}", encoded(scene(), "JPEG", exif=exif(make=payload.decode("latin-1")))


def png_with(before: bytes) -> bytes:
    """A good PNG with more chunks before its data."""
    good = small("PNG")
    return good[:33] + before + good[33:]


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small files that ask for much: all of them must be refused."""
    for width, height in (
        (65_535, 65_535),
        (2**31 - 1, 2**31 - 1),
        (2**31 - 1, 1),
        (1, 2**31 - 1),
        (30_000, 30_000),
        (8_000, 8_000),
        (0, 9),
    ):
        for colour in (0, 2, 6):
            yield f"png {width}x{height} {colour}", png(width, height, colour=colour)
        yield f"png 16 bits {width}x{height}", png(width, height, depth=16, colour=6)
    gif = small("GIF")
    for width, height in ((65_535, 65_535), (65_535, 800), (10_000, 10_000)):
        yield f"gif screen {width}x{height}", gif[:6] + struct.pack("<HH", width, height) + gif[10:]
        at = gif.index(b",", 13 + 3 * 2 ** ((gif[10] & 7) + 1))
        yield f"gif frame {width}x{height}", gif[: at + 5] + struct.pack("<HH", width, height) + gif[at + 9 :]
    jpeg = small("JPEG")
    frame = jpeg.index(b"\xff\xc0")
    for width, height in ((65_535, 65_535), (65_500, 65_500), (20_000, 20_000), (0, 64), (96, 0)):
        yield f"jpeg {width}x{height}", jpeg[: frame + 5] + struct.pack(">HH", height, width) + jpeg[frame + 9 :]
    passes = encoded(scene(), "JPEG", progressive=True)
    frame, scan = passes.index(b"\xff\xc2"), passes.rindex(b"\xff\xda")
    yield "jpeg 60 MP in passes", passes[: frame + 5] + struct.pack(">HH", 7_800, 7_800) + passes[frame + 9 :]
    large = passes[: frame + 5] + struct.pack(">HH", 6_000, 6_000) + passes[frame + 9 :]
    for times in (40, 1_000, 20_000):
        yield f"jpeg of {times} passes", large[:scan] + large[scan:-2] * times + b"\xff\xd9"
    webp = b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\xff\xff\xff\xff\xff\xff"
    yield "webp 16 million square", webp
    for form in ("HEIF", "AVIF"):
        good = small(form)
        at = good.index(b"ispe") + 8
        for width, height in ((65_535, 65_535), (2**31, 2**31), (20_000, 20_000), (0, 0)):
            yield f"{form} {width}x{height}", good[:at] + struct.pack(">II", width, height) + good[at + 8 :]


def metadata_bombs() -> Iterator[tuple[str, bytes]]:
    """Good pictures whose metadata ask for much: they are read or refused, and quickly."""
    zeros = zlib.compress(bytes(48 << 20), 9)
    yield "iCCP", png_with(chunk(b"iCCP", b"p\0\0" + zeros))
    yield "zTXt", png_with(chunk(b"zTXt", b"Comment\0\0" + zeros))
    yield "iTXt", png_with(chunk(b"iTXt", b"Comment\0\1\0\0\0" + zeros))
    yield "many zTXt", png_with(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(1 << 20))) * 200)
    yield "many chunks", png_with(chunk(b"tEXt", b"a\0b") * 50_000)
    entries = [(tag, 7, 200_000, 8) for tag in range(1, 15_000)]
    yield "exif that lies over itself", png_with(chunk(b"eXIf", ifd(*entries)))
    yield "exif without end", png_with(chunk(b"eXIf", ifd((EXIF_IFD, 4, 1, 8), (GPS_IFD, 4, 1, 8))))
    yield "exif of 8 MB", png_with(chunk(b"eXIf", ifd((0x0112, 3, 1, 6 << 16)) + bytes(8 << 20)))
    yield "frames that are claimed", png_with(chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)))
    gif = small("GIF")
    yield "gif of many frames", gif[:-1] + gif[gif.index(b",", 700) : -1] * 3_000 + b";"
    yield "jpeg of many segments", jpeg_of_segments(20_000)
    for marker in (0xE0, 0xE1, 0xE2, 0xED, 0xEE):
        for data in (b"", b"Exif\0\0", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"ICC_PROFILE\0\xff\xff" + bytes(60_000), b"MPF\0" + bytes(40)):
            yield f"jpeg segment {marker:x} of {len(data)}", with_segment(small("JPEG"), marker, data)


def jpeg_of_segments(count: int) -> bytes:
    """A JPEG that begins with so many empty comments."""
    jpeg = small("JPEG")
    return jpeg[:2] + b"\xff\xfe\x00\x02" * count + jpeg[2:]


def damaged() -> Iterator[tuple[str, bytes]]:
    """Good pictures cut off, or with bytes that were changed: they are read or refused."""
    for form in FORMATS:
        good = small(form)
        for share in range(1, 20):
            yield f"{form} cut at {share}/20", good[: len(good) * share // 20]
        for at in range(8, len(good), max(len(good) // 18, 1)):
            yield f"{form} changed at {at}", good[:at] + bytes((good[at] ^ 0x55,)) + good[at + 1 :]
            yield f"{form} zeros at {at}", good[:at] + bytes(4) + good[at + 4 :]
