"""A message that takes too much, dies or raises harms itself only: the others of its batch are read, in order."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.store.blobs import LocalBlobs


def read(tmp_path: Path, *contents: str) -> dict[str, Any]:
    """What the readers made of messages with these contents."""
    command = [sys.executable, "-m", "tests.gateway.readers_program", str(tmp_path / "blobs"), *contents]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_messages_are_read_in_order_and_attachments_become_blobs(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"attached").hexdigest()
    assert read(tmp_path, "a pothole", "attach: a photo", "another")["results"] == ["read", digest, "read"]
    assert LocalBlobs(tmp_path / "blobs").get(digest) == b"attached"


@pytest.mark.parametrize("hostile", ["allocate", "die", "raise", "recurse", "unreadable"])
def test_a_hostile_message_is_unreadable_and_the_others_are_read(tmp_path: Path, hostile: str) -> None:
    assert read(tmp_path, "before", hostile, "after")["results"] == ["read", "unreadable", "read"]


def test_a_message_that_computes_without_end_is_stopped(tmp_path: Path) -> None:
    found = read(tmp_path, "before", "compute", "after")
    assert found["results"] == ["read", "unreadable", "read"]
    assert found["deaths"] == 2, "once in its batch, once alone"


def test_a_message_of_a_channel_that_is_gone_says_so(tmp_path: Path) -> None:
    assert read(tmp_path, "before", "gone")["results"] == ["read", "channel_unknown"]
