"""The content of a mail off the wire: byte for byte, in whatever pieces, in memory or in a file."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from pathlib import Path as FilePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email._smtp_body import Body, BodyLimits, Memory
from channels.email._source_id import source_id

BITS = st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"..", b"a", b"\r\n\r\n", b"text", b"\x00\xff"])
BIG = 1_000_000


def stuffed(content: bytes) -> bytes:
    """As RFC 5321 §4.5.2 has the client send it."""
    return (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]


def body(folder: FilePath, *, size: int = BIG, memory: int = BIG, total: int = BIG, overrun: int = 1_048_576) -> tuple[Body, Memory]:
    shared = Memory(total)
    return Body(BodyLimits(size, memory, folder, overrun), shared), shared


@given(st.lists(BITS, max_size=14), st.lists(BITS, max_size=4), st.sampled_from([0, 3, BIG]), st.data())
def test_what_is_sent_is_what_is_kept(parts: list[bytes], after: list[bytes], memory: int, data: st.DataObject) -> None:
    content = b"".join([*parts, b"\r\n"])
    follows = b"".join(after)
    wire = stuffed(content) + b".\r\n" + follows
    cuts = sorted(set(data.draw(st.lists(st.integers(0, len(wire)), max_size=8))))
    with tempfile.TemporaryDirectory() as name:
        received, shared = body(FilePath(name), memory=memory)
        rest = None
        for begin, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
            piece = wire[begin:end]
            rest = piece if rest is not None and piece else received.feed(piece) if rest is None else rest
            if rest is not None:
                rest += wire[end:]
                break
        assert rest == follows
        key, kept, spool = received.finish()
        if spool is not None:
            kept = spool.path.read_bytes()
            assert spool.size == len(kept)
            assert spool.sha256 == hashlib.sha256(kept).hexdigest()
        assert kept == content
        assert received.size == len(content)
        assert key == source_id(content)
        assert received.bare_newline == (re.search(rb"(?<!\r)\n|\r(?!\n)", content) is not None)
        received.discard()
        assert shared.used == 0
        assert not os.listdir(name)  # noqa: PTH208 - a name, not a path


@pytest.mark.parametrize("memory", [0, 100, BIG])
def test_over_the_size_only_the_headers_are_kept(tmp_path: FilePath, memory: int) -> None:
    received, shared = body(tmp_path, size=1_000, memory=memory)
    head = b"Subject: big\r\nMessage-ID: <big@x>\r\n\r\n"
    for _ in range(100):
        assert received.feed(head if not received.wire else b"0123456789" * 10 + b"\r\n") is None
    assert received.feed(b".\r\nQUIT\r\n") == b"QUIT\r\n"
    assert received.too_large
    assert not received.endless
    key, kept, spool = received.finish()
    assert (kept, spool) == (head, None)
    assert key == source_id(head + (b"0123456789" * 10 + b"\r\n") * 99)
    assert received.size == len(head) + 99 * 102
    assert shared.used == 0
    assert not list(tmp_path.iterdir())


def test_headers_without_end_are_cut(tmp_path: FilePath) -> None:
    received, _ = body(tmp_path, size=100_000, memory=10)
    for _ in range(200):
        received.feed(b"x" * 1_000)
    assert received.feed(b"\r\n.\r\n") == b""
    assert received.finish()[1] == b"x" * 65_536


def test_far_over_the_size_it_is_endless(tmp_path: FilePath) -> None:
    received, _ = body(tmp_path, size=1_000, overrun=5_000)
    while not received.endless:
        assert received.feed(b"x" * 1_000) is None
    assert received.wire == 7_000


def test_when_all_together_hold_too_much_even_a_small_mail_goes_to_a_file(tmp_path: FilePath) -> None:
    limits = BodyLimits(BIG, BIG, tmp_path)
    shared = Memory(10_000)
    bodies = [Body(limits, shared) for _ in range(20)]
    for received in bodies:
        assert received.feed(b"x" * 1_500 + b"\r\n.\r\n") == b""
        assert shared.used <= 10_000
    spools = [spool for received in bodies if (spool := received.finish()[2]) is not None]
    assert len(spools) == 14
    for received in bodies:
        received.discard()
    assert shared.used == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EMFILE])
def test_a_disk_that_fails_is_reported_at_the_end(tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    received, shared = body(tmp_path, memory=10)
    received.feed(b"Subject: x\r\n\r\n")

    def fail(*_args: Any) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", fail)
    for _ in range(10):
        assert received.feed(b"x" * 1_000) is None
    monkeypatch.undo()
    assert received.feed(b"\r\n.\r\nNOOP\r\n") == b"NOOP\r\n"
    assert isinstance(received.error, OSError)
    assert received.error.errno == number
    assert shared.used == 0
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_no_crash(tmp_path: FilePath) -> None:
    received, _ = body(tmp_path / "gone", memory=10)
    assert received.feed(b"x" * 100 + b"\r\n.\r\n") == b""
    assert isinstance(received.error, FileNotFoundError)
    received.discard()


def test_a_kernel_that_writes_a_part_at_a_time(tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:7]))
    received, _ = body(tmp_path, memory=0)
    received.feed(b"0123456789" * 10 + b"\r\n.\r\n")
    monkeypatch.undo()
    spool = received.finish()[2]
    assert spool is not None
    assert spool.path.read_bytes() == b"0123456789" * 10 + b"\r\n"
