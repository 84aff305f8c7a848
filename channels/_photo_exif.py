"""What a camera wrote beside a picture: how it was held, where it was, when.

Only the few tags that are needed are read, and only their own few bytes: a directory may name 65,535 values that all lie over each other,
and a reader that fetches each would copy gigabytes out of a file of 256 KiB.

Source: Exif 3.0 (CIPA DC-008), TIFF 6.0 §2 (directories).

Does not: read what a manufacturer added (MakerNote), XMP, or the name of the camera.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

MAX_BYTES: Final = 256 * 1024
"""Larger than any camera's; what is longer is not looked at."""
IMPRECISE: Final = 500.0
"""Metres from which a position says too little about where a problem is."""
STALE: Final = timedelta(hours=1)
"""A position that was found so much earlier or later than the picture was taken is another place's."""

_MOST_ENTRIES: Final = 512
_LONGEST: Final = 64
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_ORIENTATION, _EXIF_IFD, _GPS_IFD = 0x0112, 0x8769, 0x8825
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_LAT_REF, _LAT, _LONG_REF, _LONG, _GPS_TIME, _GPS_STATUS, _GPS_DATE, _GPS_ERROR = 1, 2, 3, 4, 7, 9, 29, 31


@dataclass(frozen=True, slots=True)
class Shot:
    """How, where and when a picture was taken, as far as its camera says.

    ``orientation`` is Exif's (1 to 8). ``lat`` and ``long`` are WGS 84 degrees, and None where the camera names no place or one that is
    not to be believed; ``doubt`` then says why: ``void`` (the receiver had no fix), ``range``, ``origin`` (0, 0, where broken devices put
    everything), ``imprecise`` (more than 500 m), ``stale`` (found an hour or more before or after). ``accuracy`` is in metres. ``taken``
    is aware, UTC: a time without its zone is not taken for one.
    """

    orientation: int = 1
    lat: float | None = None
    long: float | None = None
    accuracy: float | None = None
    doubt: str | None = None
    taken: datetime | None = None


_Entry = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class _Block:
    """A TIFF structure and its byte order (``<`` or ``>``)."""

    data: bytes
    order: str

    def number(self, format_: str, at: int) -> int:
        """One number; struct.error where the block ends before it."""
        found: int = struct.unpack_from(self.order + format_, self.data, at)[0]
        return found

    def entries(self, at: int) -> Mapping[int, _Entry]:
        """The short values of the directory at ``at``: type and bytes by tag; what cannot be read is left out."""
        found: dict[int, _Entry] = {}
        if not 8 <= at <= len(self.data) - 2:
            return found
        for index in range(min(self.number("H", at), _MOST_ENTRIES)):
            here = at + 2 + 12 * index
            if here + 12 > len(self.data):
                break
            tag, kind = self.number("H", here), self.number("H", here + 2)
            size = _SIZES.get(kind, 0) * self.number("I", here + 4)
            if 0 < size <= _LONGEST:
                start = here + 8 if size <= 4 else self.number("I", here + 8)
                value = self.data[start : start + size]
                if len(value) == size:
                    found.setdefault(tag, (kind, value))
        return found

    def integer(self, entry: _Entry | None) -> int | None:
        """A SHORT or LONG."""
        if entry is None or entry[0] not in (3, 4):
            return None
        found: int = struct.unpack_from(self.order + ("H" if entry[0] == 3 else "I"), entry[1])[0]
        return found

    def rationals(self, entry: _Entry | None) -> list[float]:
        """RATIONALs, signed ones too; none where a divisor is zero."""
        if entry is None or entry[0] not in (5, 10):
            return []
        numbers = struct.unpack(f"{self.order}{len(entry[1]) // 4}{'I' if entry[0] == 5 else 'i'}", entry[1])
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        return [top / bottom for top, bottom in pairs] if all(bottom for _top, bottom in pairs) else []


def read(exif: bytes) -> Shot:
    """What an Exif block says; an empty :class:`Shot` where it says nothing that can be read. Never raises."""
    block = _block(exif)
    if block is None:
        return Shot()
    try:
        first = block.entries(block.number("I", 4))
        camera = block.entries(block.integer(first.get(_EXIF_IFD)) or 0)
        place = block.entries(block.integer(first.get(_GPS_IFD)) or 0)
    except struct.error:
        return Shot()
    orientation = block.integer(first.get(_ORIENTATION)) or 1
    taken = _local(_text(camera.get(_TAKEN)), _text(camera.get(_TAKEN_OFFSET)))
    found = _utc(_text(place.get(_GPS_DATE)), block.rationals(place.get(_GPS_TIME)))
    shot = Shot(orientation=orientation if 1 <= orientation <= 8 else 1, taken=taken or found)
    return _placed(shot, block, place, timedelta() if taken is None or found is None else abs(taken - found))


def _block(exif: bytes) -> _Block | None:
    data = exif[:MAX_BYTES].removeprefix(b"Exif\0\0") if len(exif) <= MAX_BYTES else b""
    if len(data) < 8 or data[:4] not in (b"II*\0", b"MM\0*"):
        return None
    return _Block(data, "<" if data[:2] == b"II" else ">")


def _placed(shot: Shot, block: _Block, place: Mapping[int, _Entry], apart: timedelta) -> Shot:
    lat = _degrees(block.rationals(place.get(_LAT)), _text(place.get(_LAT_REF)), "S")
    long = _degrees(block.rationals(place.get(_LONG)), _text(place.get(_LONG_REF)), "W")
    if lat is None or long is None:
        return shot
    accuracy = next(iter(block.rationals(place.get(_GPS_ERROR))), None)
    doubt = None
    if _text(place.get(_GPS_STATUS)) == "V":
        doubt = "void"
    elif abs(lat) > 90 or abs(long) > 180:
        doubt = "range"
    elif abs(lat) < 1e-4 and abs(long) < 1e-4:
        doubt = "origin"
    elif accuracy is not None and accuracy > IMPRECISE:
        doubt = "imprecise"
    elif apart >= STALE:
        doubt = "stale"
    if doubt:
        return Shot(orientation=shot.orientation, taken=shot.taken, accuracy=accuracy, doubt=doubt)
    return Shot(shot.orientation, round(lat, 7), round(long, 7), accuracy, None, shot.taken)


def _degrees(parts: list[float], reference: str, negative: str) -> float | None:
    """Degrees of up to three parts (degrees, minutes, seconds), of which the later may be left out or zero."""
    if not 1 <= len(parts) <= 3 or any(part < 0 for part in parts) or any(part > 60 for part in parts[1:]):
        return None
    value: float = sum(part / 60.0**index for index, part in enumerate(parts))
    return -value if reference == negative else value


def _text(entry: _Entry | None) -> str:
    return entry[1].partition(b"\0")[0].decode("ascii", "replace").strip() if entry is not None and entry[0] == 2 else ""


def _local(text: str, offset: str) -> datetime | None:
    """``2026:11:23 10:15:00`` with ``-05:00``."""
    try:
        return datetime.strptime(f"{text} {offset}", "%Y:%m:%d %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _utc(date: str, clock: list[float]) -> datetime | None:
    try:
        day = datetime.strptime(date, "%Y:%m:%d").replace(tzinfo=UTC)
        if len(clock) != 3 or not (0 <= clock[0] < 24 and 0 <= clock[1] < 60 and 0 <= clock[2] < 61):
            return None
        return day + timedelta(hours=clock[0], minutes=clock[1], seconds=int(clock[2]))
    except (ValueError, OverflowError):
        return None
