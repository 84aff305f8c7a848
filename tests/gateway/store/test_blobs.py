"""Blobs are stored once, under the digest of their bytes, and read back only when they are what they were."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.base import Spool
from gateway.errors import NotFound, StoreError
from gateway.store.blobs import Blobs, LocalBlobs, S3Blobs, open_blobs


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A bucket on a real HTTP server that speaks S3 (moto)."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    wanted = {
        "AWS_ENDPOINT": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }
    kept = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    import httpx

    httpx.put(f"http://{host}:{port}/intake").raise_for_status()
    yield "s3://intake/city"
    server.stop()
    for name, value in kept.items():
        os.environ.pop(name, None) if value is None else os.environ.update({name: value})


@pytest.fixture(params=["local", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """An empty blob store of each kind."""
    if request.param == "local":
        return LocalBlobs(tmp_path / "blobs")
    return open_blobs(request.getfixturevalue("s3"))


def test_what_was_put_is_read_back_by_its_digest(blobs: Blobs) -> None:
    contents = [b"", b"photo", os.urandom(300_000), b"photo"]
    digests = blobs.put_many(contents)
    assert digests == [hashlib.sha256(content).hexdigest() for content in contents]
    assert [blobs.get(digest) for digest in digests] == contents
    blobs.check()


def test_a_spool_is_taken_over(blobs: Blobs) -> None:
    content = os.urandom(400_000)
    path = blobs.spool_dir / "reception"
    path.write_bytes(content)
    digest = blobs.adopt(Spool(path, len(content), hashlib.sha256(content).hexdigest()))
    assert blobs.get(digest) == content
    assert not path.exists()


def test_the_same_spool_twice_is_stored_once(blobs: Blobs) -> None:
    for _ in range(2):
        path = blobs.spool_dir / "reception"
        path.write_bytes(b"again" * 1000)
        blobs.adopt(Spool(path, 5000, hashlib.sha256(b"again" * 1000).hexdigest()))
        assert not path.exists()


def test_what_is_not_there_is_not_found(blobs: Blobs) -> None:
    with pytest.raises(NotFound):
        blobs.get("0" * 64)


def test_a_changed_blob_is_noticed(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    (digest,) = blobs.put_many([b"evidence"])
    blobs.path(digest).write_bytes(b"evidencf")
    with pytest.raises(StoreError, match="does not match"):
        blobs.get(digest)


def test_leftovers_of_receptions_are_swept_and_only_those(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    (digest,) = blobs.put_many([b"kept"])
    for name in ("old", "new"):
        (blobs.spool_dir / name).write_bytes(b"x")
    os.utime(blobs.spool_dir / "old", (0, 0))
    assert blobs.sweep() == 1
    assert (blobs.spool_dir / "new").exists()
    assert blobs.get(digest) == b"kept"


def test_the_location_decides(tmp_path: Path, s3: str) -> None:
    assert isinstance(open_blobs(str(tmp_path)), LocalBlobs)
    assert isinstance(open_blobs(s3), S3Blobs)
