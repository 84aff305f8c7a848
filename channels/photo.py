"""One way for every photo, whatever channel it came by: recognised, bounded, turned upright, made small, and rid of what it says of people.

The original is kept elsewhere, byte for byte; what people and other systems are shown is the rendition that :func:`read` makes. Where and
when the picture was taken is handed over beside it, since a position in a photo is evidence of where the problem is.

Decoding is what an attacker wants to reach, so each format is opened by its bytes and as nothing else, its size is looked at before
anything is decoded, and the gateway calls :func:`read` only in a process that may be ended (``gateway/readers``).

Measured, one of two shared cores: 12 megapixels as JPEG 0.33 s, HEIC 0.57 s, PNG 0.49 s, WebP 0.49 s, AVIF 0.55 s; 48 megapixels of HEIC
1.6 s and 385 MB; 200 megapixels of JPEG 0.9 s.

Does not: convert colours by their ICC profile (a Display P3 photo is shown a little paler), keep animation (the first picture is taken),
read TIFF, SVG, PDF or RAW, or blur faces and plates.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from channels import _photo_exif
from channels._photo_kind import MEDIA_TYPES, Kind, frame_of, kind_of
from channels.base import Unreadable

if TYPE_CHECKING:
    from PIL import Image

MAX_BYTES: Final = 64 << 20
MAX_PIXELS: Final = 52_000_000
"""Of a picture that is decoded whole; the largest that phones make by themselves have 50 million."""
MAX_JPEG_PIXELS: Final = 201_000_000
"""Of a JPEG in one pass, which is decoded at a half, a quarter or an eighth: the largest sensors have 200 million."""
MAX_WORK: Final = 640_000_000
"""Pixels times passes of a progressive JPEG: 50 megapixels in the usual ten, and a few. A file of 1 MB may ask for thousands of passes."""
LONGEST_SIDE: Final = 2_048
"""Pixels of a rendition's longer side."""
_QUALITY: Final = 82
_DRAWING: Final = 1_024
"""A picture with so few colours is a screenshot or a plan: it stays a PNG, whose letters are sharp."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that can be shown. ``content`` is the rendition, of ``media_type``, ``width`` and ``height`` in pixels.

    ``sha256`` (hex) and ``original_type`` are the original's. ``lat`` and ``long`` (WGS 84) are where the camera was, None where it does
    not say or is not to be believed (``doubt`` says why: see :class:`channels._photo_exif.Shot`); ``accuracy`` is in metres, ``taken``
    aware, UTC. ``dhash`` (64 bits in hex) is nearly the same for pictures that look the same.
    """

    content: bytes
    media_type: str
    width: int
    height: int
    sha256: str
    original_type: str
    dhash: str
    lat: float | None = None
    long: float | None = None
    accuracy: float | None = None
    doubt: str | None = None
    taken: datetime | None = None


def media_type(content: bytes) -> str | None:
    """The media type of a picture that :func:`read` may take, by its first bytes; None for whatever else."""
    kind = kind_of(content)
    return MEDIA_TYPES[kind] if kind else None


def load(content: bytes) -> None:
    """Import what :func:`read` needs for this picture; before a fork, so that not every child does it."""
    kind = kind_of(content)
    if kind is not None:
        _set_up(kind)


def read(content: bytes) -> Photo:
    """Make the rendition of a photo. Raises :class:`channels.base.Unreadable`, and nothing else, where none can be made.

    Takes processor time and memory (up to some 600 MB for 50 megapixels with transparency): call it where both are bounded.
    """
    kind = kind_of(content)
    if kind is None:
        raise Unreadable("not a picture of a kind that is shown")
    if len(content) > MAX_BYTES:
        raise Unreadable(f"a picture of {len(content)} bytes")
    if kind == "JPEG":
        _check_jpeg(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a camera wrote wrong beside its picture
            image, exif = _decoded(content, kind)
            return _rendered(image, _photo_exif.read(exif), content, kind)
    except Unreadable:
        raise
    except MemoryError:
        raise Unreadable("a picture that needs too much memory") from None
    except Exception as error:  # whatever a codec raises for what strangers send: it says nothing that a person could use
        raise Unreadable(f"a damaged picture ({MEDIA_TYPES[kind]})") from error


def _check_jpeg(content: bytes) -> None:
    frame = frame_of(content)
    if frame is None:
        raise Unreadable("a damaged picture (image/jpeg)")
    pixels = frame.width * frame.height
    if frame.progressive:
        _check_size(frame.width, frame.height, MAX_PIXELS)
    if pixels * max(frame.scans if frame.progressive else 1, 1) > MAX_WORK:
        raise Unreadable(f"a picture of {frame.width} x {frame.height} in {frame.scans} passes")


def _check_size(width: int, height: int, most: int) -> None:
    if width < 1 or height < 1 or width * height > most:
        raise Unreadable(f"a picture of {width} x {height}")


def _decoded(content: bytes, kind: Kind) -> tuple[Image.Image, bytes]:
    """The first picture, no longer than twice what is wanted where the format can do that, and its Exif block."""
    from PIL import Image

    _set_up(kind)
    image = Image.open(io.BytesIO(content), formats=(kind,))
    most = MAX_JPEG_PIXELS if kind == "JPEG" else MAX_PIXELS
    _check_size(*image.size, most)
    if kind == "JPEG":
        image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    _check_size(*image.size, most)  # a GIF's first frame may be larger than its screen
    exif = image.info.get("exif")
    return image, exif if isinstance(exif, bytes) else b""


def _set_up(kind: Kind) -> None:
    from PIL import Image, JpegImagePlugin, PngImagePlugin  # noqa: F401  (a rendition is one of the two)

    Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS
    if kind == "WEBP":
        from PIL import WebPImagePlugin  # noqa: F401  (loaded here, so that a child need not)
    elif kind == "HEIF":
        import pillow_heif

        # Each thread would reserve address space, of which a reader has little.
        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False
        pillow_heif.register_heif_opener()
    elif kind == "AVIF":
        from PIL import AvifImagePlugin

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def _rendered(image: Image.Image, shot: _photo_exif.Shot, content: bytes, kind: Kind) -> Photo:
    from PIL import Image

    image = _without_transparency(image)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if kind != "HEIF":  # whose decoder has turned it already (ISO/IEC 23008-12 §6.5.10)
        image = _upright(image, shot.orientation)
    drawing = kind in ("PNG", "GIF") and image.getcolors(_DRAWING) is not None
    return Photo(
        content=_encoded(image, "PNG" if drawing else "JPEG"),
        media_type="image/png" if drawing else "image/jpeg",
        width=image.width,
        height=image.height,
        sha256=hashlib.sha256(content).hexdigest(),
        original_type=MEDIA_TYPES[kind],
        dhash=_dhash(image),
        lat=shot.lat,
        long=shot.long,
        accuracy=shot.accuracy,
        doubt=shot.doubt,
        taken=shot.taken,
    )


def _without_transparency(image: Image.Image) -> Image.Image:
    """The picture in colours or greys, what is transparent on white: dark words on nothing must not vanish on a dark page."""
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits of grey
        return image.point(lambda value: value / 256).convert("L")
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        whole = image.convert("RGBA")
        if max(whole.size) > LONGEST_SIDE:
            whole.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        white = Image.new("RGB", whole.size, "white")
        white.paste(whole, mask=whole.getchannel("A"))
        return white
    return image if image.mode in ("RGB", "L") else image.convert("RGB")


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture as it was seen (Exif 3.0, tag 0x0112)."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    turn = turns.get(orientation)
    return image.transpose(turn) if turn is not None else image


def _encoded(image: Image.Image, form: str) -> bytes:
    """The picture's pixels and nothing else: a new picture has no Exif, no comment, no profile."""
    from PIL import Image

    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    out = io.BytesIO()
    if form == "PNG":
        bare.save(out, "PNG")
    else:
        bare.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _dhash(image: Image.Image) -> str:
    """Whether each of 8 x 8 places is brighter than its right neighbour, as 16 hex digits."""
    small = image.convert("L").resize((9, 8))
    grey = small.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = 9 * row + column
            bits = bits << 1 | (grey[at] > grey[at + 1])
    return f"{bits:016x}"
