"""What the photo pipeline makes of good pictures, and what it refuses of hostile ones."""

from __future__ import annotations

import hashlib
import io
import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from channels import _photo_exif, photo
from channels._photo_kind import frame_of, kind_of
from channels.base import Unreadable
from tests.channels import photos
from tests.channels.photos import encoded, exif, png, position, scene, small

MONTREAL = (45.5017, -73.5673)


def opened(found: photo.Photo) -> Image.Image:
    image = Image.open(io.BytesIO(found.content))
    image.load()
    return image


@pytest.mark.parametrize("form", photos.FORMATS)
def test_every_kind_becomes_a_picture_that_everybody_can_show(form: str) -> None:
    content = encoded(scene(300, 200), form)
    found = photo.read(content)
    assert (found.width, found.height) == (300, 200) == opened(found).size
    assert found.media_type in ("image/jpeg", "image/png")
    assert opened(found).format == found.media_type.removeprefix("image/").upper()
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.original_type == photo.media_type(content)
    assert photo.read(content) == found
    for corner, channel in ((20, 0), (280, 2)):  # red at the left, blue at the right
        pixel = opened(found).convert("RGB").getpixel((corner, 20))
        assert isinstance(pixel, tuple)
        assert max(pixel) == pixel[channel], form


@pytest.mark.parametrize(
    ("size", "wanted"), [((5000, 100), (2048, 41)), ((100, 5000), (41, 2048)), ((1200, 2400), (1024, 2048)), ((1, 1), (1, 1))]
)
def test_a_large_picture_is_made_small(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    for form in ("JPEG", "PNG"):
        found = photo.read(encoded(scene(*size) if min(size) > 1 else Image.new("RGB", size), form))
        assert (found.width, found.height) == wanted


def _corner(image: Image.Image) -> str:
    """Where the red corner of the scene is."""
    width, height = image.size
    places = {"top left": (5, 5), "top right": (width - 5, 5), "bottom left": (5, height - 5), "bottom right": (width - 5, height - 5)}

    def redness(name: str) -> int:
        pixel = image.convert("RGB").getpixel(places[name])
        assert isinstance(pixel, tuple)
        return int(pixel[0]) - int(pixel[1]) - int(pixel[2])

    return max(places, key=redness)


SEEN = {
    1: "top left",
    2: "top right",
    3: "bottom right",
    4: "bottom left",
    5: "top left",
    6: "top right",
    7: "bottom right",
    8: "bottom left",
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_a_picture_is_turned_upright_once(form: str, orientation: int) -> None:
    found = photo.read(encoded(scene(), form, exif=exif(orientation=orientation)))
    assert (found.width > found.height) == (orientation < 5)
    assert _corner(opened(found)) == SEEN[orientation]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_the_place_and_the_time_are_taken_out_of_the_picture(form: str) -> None:
    camera = {0x9003: "2026:11:23 10:15:00", 0x9011: "-05:00"}
    block = exif(position(*MONTREAL, tag31=12.0), camera, make="SECRETMAKE")
    content = encoded(scene(), form, exif=block)
    assert b"SECRETMAKE" in content
    found = photo.read(content)
    assert (found.lat, found.long) == pytest.approx(MONTREAL, abs=1e-5)
    assert found.accuracy == 12.0
    assert found.taken == datetime(2026, 11, 23, 15, 15, tzinfo=UTC)
    assert found.doubt is None
    image = opened(found)
    assert not dict(image.getexif())
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)
    assert not any(word in found.content for word in (b"SECRETMAKE", b"Exif", b"http", b"2026:"))


@pytest.mark.parametrize(
    ("gps", "doubt"),
    [
        (position(45.5, -73.5, tag9="V"), "void"),
        (position(0.0, 0.0), "origin"),
        (position(45.5, -73.5, tag31=2_000.0), "imprecise"),
        (position(45.5, -73.5, tag29="2026:11:20", tag7=(15, 0, 0)), "stale"),
        ({1: "N", 2: (95.0, 0.0, 0.0), 3: "W", 4: (73.0, 0.0, 0.0)}, "range"),
        ({1: "N", 2: (45.0, 75.0, 0.0), 3: "W", 4: (73.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (45.0, 0.0, 0.0)}, None),
        ({}, None),
    ],
)
def test_a_position_that_is_not_to_be_believed_is_left_out(gps: dict[int, Any], doubt: str | None) -> None:
    found = photo.read(encoded(scene(), "JPEG", exif=exif(gps, {0x9003: "2026:11:23 10:15:00", 0x9011: "-05:00"})))
    assert (found.lat, found.long, found.doubt) == (None, None, doubt)


@given(
    lat=st.floats(-89.9, 89.9).filter(lambda value: abs(value) > 0.01),
    long=st.floats(-179.9, 179.9),
    orientation=st.integers(1, 8),
)
def test_positions_are_read_as_pillow_wrote_them(lat: float, long: float, orientation: int) -> None:
    shot = _photo_exif.read(exif(position(lat, long), orientation=orientation))
    assert shot.lat == pytest.approx(lat, abs=1e-5)
    assert shot.long == pytest.approx(long, abs=1e-5)
    assert shot.orientation == orientation


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"MM\0*\0\0\0\x08", b"Exif\0\0II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08\0\x03\x88\x25\0\4\0\0\0\1\0\0\0\x08"]),
)
def test_any_exif_is_read_without_an_error(data: bytes, before: bytes) -> None:
    shot = _photo_exif.read(before + data)
    assert 1 <= shot.orientation <= 8
    assert (shot.lat is None) == (shot.long is None)


def test_transparent_pictures_are_shown_on_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 5, 5))
    for content in (
        encoded(clear, "PNG"),
        encoded(clear, "WEBP", lossless=True),
        encoded(clear.convert("LA"), "PNG"),
        encoded(clear, "GIF"),
    ):
        image = opened(photo.read(content)).convert("L")
        assert image.getpixel((15, 15)) in range(250, 256)
        assert image.getpixel((1, 1)) in range(6)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png(mode: str) -> None:
    image = Image.new("I;16", (30, 20), 40_000) if mode == "I;16" else scene(30, 20).convert(mode)
    found = opened(photo.read(encoded(image, "PNG")))
    assert found.size == (30, 20)
    if mode == "I;16":
        assert found.getpixel((3, 3)) in range(150, 160)


def test_print_colours_of_a_jpeg_are_shown_on_screens() -> None:
    found = opened(photo.read(encoded(Image.new("CMYK", (30, 20), (0, 255, 255, 0)), "JPEG")))
    red, green, blue = found.convert("RGB").getpixel((3, 3))  # type: ignore[misc]  # a pixel of RGB has three values
    assert red > 200
    assert max(green, blue) < 80


def test_a_screenshot_stays_sharp_and_a_photo_becomes_a_jpeg() -> None:
    plan = Image.new("RGB", (400, 300), "white")
    plan.paste((0, 0, 0), (10, 10, 60, 20))
    assert photo.read(encoded(plan, "PNG")).media_type == "image/png"
    noisy = Image.merge("RGB", [Image.effect_noise((300, 200), spread) for spread in (20, 40, 60)])
    assert photo.read(encoded(noisy, "PNG")).media_type == "image/jpeg"


def test_pictures_that_look_the_same_have_nearly_the_same_hash() -> None:
    first = Image.radial_gradient("L").convert("RGB")
    other = Image.linear_gradient("L").rotate(90).convert("RGB")
    hashes = [
        int(photo.read(content).dhash, 16) for content in (encoded(first, "JPEG", quality=60), encoded(first.resize((900, 900)), "WEBP"))
    ]
    assert (hashes[0] ^ hashes[1]).bit_count() <= 4
    assert (hashes[0] ^ int(photo.read(encoded(other, "JPEG")).dhash, 16)).bit_count() > 8


def test_only_the_first_picture_of_several_is_taken() -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    for form in ("GIF", "WEBP", "PNG"):
        found = photo.read(encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100))
        red, green, blue = opened(found).convert("RGB").getpixel((5, 5))  # type: ignore[misc]  # a pixel of RGB has three values
        assert red > 200, form
        assert max(green, blue) < 60, form


# Hostile ones. Every function below either gives a picture or raises Unreadable; whatever else is a failure.


def attempt(content: bytes) -> photo.Photo | None:
    try:
        found = photo.read(content)
    except Unreadable:
        return None
    assert max(found.width, found.height) <= photo.LONGEST_SIDE
    return found


@pytest.mark.parametrize("bomb", [pytest.param(content, id=name) for name, content in photos.bombs()])
def test_a_picture_that_asks_for_too_much_is_refused(bomb: bytes) -> None:
    assert attempt(bomb) is None


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in photos.metadata_bombs()])
def test_metadata_that_ask_for_too_much_are_not_looked_at(content: bytes) -> None:
    attempt(content)


def test_damaged_pictures_are_read_or_refused() -> None:
    found = [attempt(content) for _name, content in photos.damaged()]
    assert len(found) > 250
    assert found.count(None) > 100


def test_a_picture_that_is_something_else_too_is_only_a_picture_afterwards() -> None:
    count = 0
    for name, content in photos.polyglots():
        found = attempt(content)
        if found is not None:
            count += 1
            assert not any(payload in found.content for payload in photos.PAYLOADS.values()), name
    assert count > 50


def test_there_are_enough_hostile_pictures() -> None:
    everything = itertools.chain(photos.bombs(), photos.metadata_bombs(), photos.damaged(), photos.polyglots())
    assert len({hashlib.sha256(content).digest() for _name, content in everything}) >= 400


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"\xff\xd8\xff", b"<svg/>", b"%PDF-1.7", b"II*\0\x08\0\0\0", b"BM" + bytes(60), b"\0\0\0\x18ftypmp42"]
)
def test_what_is_no_picture_is_unreadable(content: bytes) -> None:
    assert attempt(content) is None


@settings(max_examples=300)
@given(st.data())
def test_any_change_of_a_picture_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(small(data.draw(st.sampled_from(photos.FORMATS))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(content) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                content[at] = data.draw(st.integers(0, 255))
            case 1:
                content[at : at + data.draw(st.integers(1, 9))] = data.draw(st.binary(max_size=9))
            case _:
                content[at : at + 4] = data.draw(st.sampled_from([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"]))
    # Sizes that a decoder would be asked to fill are the business of the tests above; here the time is short.
    if (frame := frame_of(bytes(content))) is not None and frame.width * frame.height > 1 << 20:
        return
    attempt(bytes(content))


@given(st.binary(max_size=200))
def test_any_bytes_have_a_kind_or_none(content: bytes) -> None:
    kind_of(content)
    frame_of(content)
    frame_of(b"\xff\xd8\xff" + content)


def test_the_size_of_a_file_is_bounded() -> None:
    with pytest.raises(Unreadable):
        photo.read(png(10, 10) + bytes(photo.MAX_BYTES))
