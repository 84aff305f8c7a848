"""The key of a mail: the same for a redelivery, another for another mail, whatever pieces it comes in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email._source_id import HEAD_LIMIT, SourceId, source_id
from tests.channels.email.smtp.traces import MAILS

PIECE = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\n\n", b"From: a@b\r\n", b"date : x\n", b"Date: x\n", b"SUBJECT:\r\n folded\r\n",
     b"Message-ID: <i@x>\r\n", b" ", b"\t", b"text", b"\xff\x00"]
)  # fmt: skip


@given(st.lists(PIECE, max_size=12), st.data())
def test_the_key_does_not_depend_on_the_pieces(parts: list[bytes], data: st.DataObject) -> None:
    content = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=6)))
    key = SourceId()
    for begin, end in zip([0, *cuts], [*cuts, len(content)], strict=True):
        key.feed(content[begin:end])
    assert key.value() == source_id(content)


@pytest.mark.parametrize("size", [HEAD_LIMIT - 4, HEAD_LIMIT - 3, HEAD_LIMIT - 2, HEAD_LIMIT - 1, HEAD_LIMIT, HEAD_LIMIT + 1])
def test_headers_that_end_about_where_looking_stops(size: int) -> None:
    content = b"Message-ID: <i@x>\r\nX: " + b"y" * (size - 22) + b"\r\n\r\nbody\r\n\r\nmore"
    key = SourceId()
    for at in range(0, len(content), 1_000):
        key.feed(content[at : at + 1_000])
    assert key.value() == source_id(content)
    assert source_id(content).startswith("<i@x>#")


def test_another_path_is_the_same_mail() -> None:
    assert source_id((MAILS / "pothole.eml").read_bytes()) == source_id((MAILS / "pothole-another-path.eml").read_bytes())


def test_a_reused_message_id_is_another_mail() -> None:
    first, second = (source_id((MAILS / name).read_bytes()) for name in ("pothole.eml", "same-id-another-text.eml"))
    assert first != second
    assert first.partition("#")[0] == second.partition("#")[0] == "<pothole-1@example.net>"


def test_without_a_message_id_the_content_is_the_key() -> None:
    assert source_id((MAILS / "no-message-id.eml").read_bytes()).startswith("sha256:")
    assert len(source_id(b"")) == len("sha256:") + 64


@pytest.mark.parametrize(
    ("header", "message_id"),
    [
        (b"Message-Id: <a@b>\r\n", "<a@b>"),
        (b"MESSAGE-ID:<a@b>\n", "<a@b>"),
        (b"Message-ID:\r\n <a@b>\r\n", "<a@b>"),
        (b"Message-ID: <a@b> (comment)\r\n", "<a@b>"),
        (b"Message-ID: a@b\r\n", "<a@b>"),
        (b"Message-ID: <a@b>\r\nMessage-ID: <c@d>\r\n", "<a@b>"),
        (b"Message-ID: <\xe9@b>\r\n", "<\ufffd@b>"),
        (b"Message-ID: <>\r\n", None),
        (b"Message-ID:\r\n", None),
        (b"Message-ID: <a b@c>\r\n", None),
        (b"Message-ID: <a\x00b@c>\r\n", None),
        (b"Message-ID: <" + b"a" * 300 + b"@b>\r\n", None),
        (b"X-Message-ID: <a@b>\r\n", None),
        (b"Subject: x\r\n Message-ID: <a@b>\r\n", None),
    ],
)
def test_the_message_id_as_it_is_written(header: bytes, message_id: str | None) -> None:
    found = source_id(header + b"From: x\r\n\r\nbody")
    assert found.startswith("sha256:") if message_id is None else found.partition("#")[0] == message_id


def test_a_message_id_in_the_body_is_text() -> None:
    assert source_id(b"Subject: x\r\n\r\nMessage-ID: <a@b>\r\n").startswith("sha256:")
    assert source_id(b"\r\nMessage-ID: <a@b>\r\n").startswith("sha256:")


@given(st.binary(max_size=200))
def test_a_key_is_text_that_any_store_takes(noise: bytes) -> None:
    key = source_id(b"Message-ID: <" + noise + b"@x>\r\n\r\n")
    assert key.isprintable()
    key.encode("utf-8")
