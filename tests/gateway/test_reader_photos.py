"""Pictures in the readers: renditions beside the originals, and hostile ones that cost a message nothing but themselves."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.store.blobs import LocalBlobs
from tests.channels.photos import encoded, exif, position, scene, small

ROOT = Path(__file__).resolve().parents[2]
JPEG = b"\xff\xd8\xff\xe0\0\x10"


def run(folder: Path, messages: Sequence[Sequence[tuple[str, bytes]]], **environ: str) -> dict[str, Any]:
    """Read these messages, each with its files."""
    arguments = []
    for number, files in enumerate(messages):
        names = []
        for name, content in files:
            path = folder / f"{number}-{name}"
            path.write_bytes(content)
            names.append(str(path))
        arguments.append(" ".join(names))
    done = subprocess.run(
        [sys.executable, "-m", "tests.gateway.photos_program", str(folder / "blobs"), *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("photos")
    placed = encoded(scene(), "HEIF", exif=exif(position(45.5017, -73.5673)))
    good = [("IMG_1.HEIC", placed), ("notes.txt", b"no picture")]
    hostile = [
        ("a.jpg", JPEG + b"die"),
        ("b.jpg", JPEG + b"compute"),
        ("c.jpg", JPEG + b"allocate"),
        ("d.png", small("PNG")[:60]),
        ("e.png", small("PNG")),
    ]
    return folder, run(folder, [good, hostile])


def test_a_picture_gets_its_rendition_and_its_place(found: tuple[Path, dict[str, Any]]) -> None:
    folder, answers = found
    picture, text = answers["messages"][0]["attachments"]
    blobs = LocalBlobs(folder / "blobs")
    original = (folder / "0-IMG_1.HEIC").read_bytes()
    assert picture["media_type"] == "image/heic"
    assert picture["sha256"] == hashlib.sha256(original).hexdigest()
    assert blobs.get(picture["sha256"]) == original
    assert (picture["photo"]["media_type"], picture["photo"]["width"], picture["photo"]["height"]) == ("image/jpeg", 96, 64)
    assert len(blobs.get(picture["photo"]["sha256"])) == picture["photo"]["size"]
    assert (picture["lat"], picture["long"]) == (pytest.approx(45.5017, abs=1e-4), pytest.approx(-73.5673, abs=1e-4))
    assert text["photo"] is None
    (request,) = answers["messages"][0]["requests"]
    assert request["location"]["source"] == "photo"
    assert request["lat"] == picture["lat"]


def test_a_picture_that_ends_its_codec_costs_the_message_nothing_else(found: tuple[Path, dict[str, Any]]) -> None:
    _folder, answers = found
    message = answers["messages"][1]
    assert answers["deaths"] == 0, "the reader itself goes on"
    assert [file["photo"] is not None for file in message["attachments"]] == [False, False, False, False, True]
    assert [note.partition(":")[0] for note in message["notes"]] == [f"picture {number} of 5" for number in (1, 2, 3, 4)]
    assert all(file["sha256"] for file in message["attachments"])


def test_a_file_that_is_stored_already_can_be_looked_at(found: tuple[Path, dict[str, Any]]) -> None:
    _folder, answers = found
    looks = answers["looks"]
    assert [look["file"]["photo"] is not None for look in looks] == [True, False, False, False, False, False, True]
    assert looks[0]["file"] == answers["messages"][0]["attachments"][0] | {"filename": "0-IMG_1.HEIC", "size": looks[0]["file"]["size"]}
    assert [bool(look["doubt"]) for look in looks] == [False, False, True, True, True, True, False]


def test_no_message_waits_for_its_pictures(tmp_path: Path) -> None:
    answers = run(tmp_path, [[("notes.txt", b"no picture"), ("a.png", small("PNG")), ("b.jpg", JPEG + b"compute")]], INTAKE_NO_PATIENCE="1")
    (message,) = answers["messages"]
    assert message["hints"]["unprepared"] == [1, 2]
    assert message["notes"] == []
    assert all(file["sha256"] and file["photo"] is None for file in message["attachments"])
    assert answers["deaths"] == 0
