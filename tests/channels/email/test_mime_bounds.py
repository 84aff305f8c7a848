"""Hostile mails: each is read in part, within the bounds of ``_bounds``, and says so; none is refused and none raises.

Each would cost another parser seconds or gigabytes (docs/mail.md). There are no assertions on time here: what is asserted are
sizes; the suite's time-out catches what is not linear.
"""

from __future__ import annotations

from base64 import encodebytes
from datetime import UTC, datetime

import pytest

from channels.base import RawMessage
from channels.email import _bounds, mime
from normalizer.model import InboundMessage

HEAD = b"From: a@example.net\r\nTo: 311@springfield.example.gov\r\nSubject: s\r\n"


def read(content: bytes) -> InboundMessage:
    raw = RawMessage("hostile", datetime(2026, 11, 23, tzinfo=UTC), "message/rfc822", content)
    message = mime.translate(raw, adapter="email.smtp", channel_id="mail")
    assert len(message.text) <= _bounds.MAX_TEXT + 2_000  # and the few lines above a forwarded message
    assert len(message.attachments) <= 2 * _bounds.MAX_PARTS
    assert len(message.notes) <= _bounds.MAX_NOTES
    assert len(message.recipients) <= _bounds.MAX_RECIPIENTS
    assert len(message.references) <= _bounds.MAX_REFERENCES
    assert all(len(value) <= _bounds.MAX_KEPT_HEADER for value in message.headers.values())
    assert all(len(one.filename or "") <= _bounds.MAX_NAME for one in message.attachments)
    assert len(message.subject or "") <= _bounds.MAX_HEADER
    assert InboundMessage.model_validate_json(message.model_dump_json()).text == message.text
    return message


def typed(content_type: bytes, body: bytes, encoding: bytes = b"8bit") -> bytes:
    return HEAD + b"Content-Type: " + content_type + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body


def parts(count: int, part: bytes, kind: bytes = b"mixed") -> bytes:
    head = HEAD + b"Content-Type: multipart/" + kind + b"; boundary=x\r\n\r\n"
    return head + (b"--x\r\n" + part + b"\r\n") * count + b"--x--\r\n"


def nested(depth: int, leaf: bytes) -> bytes:
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return HEAD + opened + b"Content-Type: text/plain\r\n\r\n" + leaf


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (b"Subject", b"=?utf-8?q?a?= " * 20_000),
        (b"Subject", b"=?u?q?" * 30_000),
        (b"Subject", b"=?x-none?b?/////w?= " * 1_000),
        (b"Subject", b"x\r\n " * 200_000),
        (b"Subject", b"x" * 3_000_000),
        (b"Content-Type", b"text/plain; " + b"".join(b"a%d=b; " % n for n in range(20_000))),
        (b"Content-Type", b"text/plain; " + b"".join(b"a*%d*=b; " % n for n in range(50_000))),
        (b"Content-Disposition", b"attachment; filename*0*=utf-8''" + b"%E9" * 5_000),
        (b"Cc", b"".join(b"u%d@example.net, " % n for n in range(50_000))),
        (b"Reply-To", b"(" * 100_000),
        (b"Reply-To", b'"' * 100_000),
        (b"Reply-To", b"<" * 100_000),
        (b"Reply-To", b"a:" * 100_000),
        (b"Reply-To", b"@" * 100_000),
        (b"Message-ID", b"<" + b".a" * 100_000 + b"@x>"),
        (b"References", b"".join(b"<%d@example.net> " % n for n in range(50_000))),
        (b"References", b"<a" * 100_000),
        (b"Date", b"Mon, " * 50_000),
    ],
    ids=lambda value: value[:24].decode("ascii", "replace") if isinstance(value, bytes) else str(value),
)
def test_header_bomb(header: bytes, value: bytes) -> None:
    message = read(HEAD + header + b": " + value + b"\r\n\r\nbody\r\n")
    assert message.text in ("body", "")


def test_very_many_headers_leave_the_text() -> None:
    message = read(HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\nThe light is out.\r\n")
    assert message.text == "The light is out."
    assert message.subject == "s"
    assert any("headers over" in note for note in message.notes)


def test_a_long_message_id_list_keeps_the_first_and_the_latest() -> None:
    ids = b" ".join(b"<%d@x>" % n for n in range(300))
    message = read(HEAD + b"References: " + ids + b"\r\nIn-Reply-To: <last@x>\r\n\r\nx")
    assert message.references[0] == "0@x"
    assert message.references[-2:] == ["299@x", "last@x"]


@pytest.mark.parametrize("depth", [1, _bounds.MAX_DEPTH - 1, _bounds.MAX_DEPTH + 1, 300, 5_000])
def test_deep_nesting(depth: int) -> None:
    message = read(nested(depth, b"leaf"))
    opened = depth < _bounds.MAX_DEPTH
    assert not opened or message.text == "leaf"
    assert opened or any("not opened" in note or "not read" in note for note in message.notes)


@pytest.mark.parametrize("depth", [5, 25, 500])
def test_messages_within_messages(depth: int) -> None:
    content = HEAD + b"Content-Type: message/rfc822\r\n\r\n"
    content += b"From: a@example.net\r\nContent-Type: message/rfc822\r\n\r\n" * depth + b"Subject: inner\r\n\r\nleaf"
    message = read(content)
    assert ("leaf" in message.text) == (depth < _bounds.MAX_DEPTH)


def test_a_large_message_within_messages_is_opened_a_few_times_only() -> None:
    leaf = b"y" * 9_000_000
    content = b"From: a@example.net\r\nContent-Type: message/rfc822\r\n\r\n" * 15 + b"Subject: x\r\n\r\n" + leaf
    message = read(HEAD + b"Content-Type: message/rfc822\r\n\r\n" + content)
    assert len(message.attachments) == 1
    assert any("not opened" in note for note in message.notes)


def test_very_many_empty_parts() -> None:
    message = read(parts(100_000, b"\r\n"))
    assert any(str(_bounds.MAX_PARTS) in note for note in message.notes)


@pytest.mark.parametrize("kind", [b"mixed", b"alternative"])
def test_much_html_in_many_parts_shares_one_budget(kind: bytes) -> None:
    message = read(parts(150, b"Content-Type: text/html\r\n\r\n" + b"<b>x " * 5_000, kind))
    assert message.text
    assert len(message.text) <= _bounds.MAX_HTML


def test_many_undeclared_8_bit_names() -> None:
    name = bytes(range(160, 255)) * 60
    message = read(parts(190, b'Content-Type: image/png; name="' + name + b'"\r\n\r\nx'))
    assert len(message.attachments) == 190


@pytest.mark.parametrize(
    "html",
    [
        b"<div>" * 60_000,
        b"<ul><li>x" * 40_000,
        b"<blockquote>x" * 30_000,
        b"<b><p>" * 50_000,
        b"<a href='" * 40_000,
        b"<a b=\"'>" * 40_000,
        b"<!--" * 90_000,
        b"<![CDATA[" * 40_000,
        b"</" * 150_000,
        b"<p " + b"a=b " * 90_000 + b">",
        b"<" * 300_000,
        b"&#" + b"9" * 300_000,
        b"&amp;" * 80_000,
        b"<table><tr><td>x" * 20_000,
        b"<a href=http://x.example/>t</a>" * 12_000,
        b"<pre>" + b"\n" * 300_000,
        b'<img src="data:image/png;base64,' + b"A" * 300_000,
        (b'<img src="data:image/png;base64,' + b"A" * 300 + b'">') * 1_000,
    ],
    ids=lambda html: html[:20].decode(),
)
def test_html_bomb(html: bytes) -> None:
    read(typed(b"text/html; charset=utf-8", html))


@pytest.mark.parametrize(
    ("content_type", "encoding", "body"),
    [
        (b"text/plain", b"8bit", b"\r\n" * 2_000_000),
        (b"text/plain", b"8bit", bytes(range(128, 256)) * 20_000),
        (b"text/plain; format=flowed", b"8bit", b"> a \n" * 500_000),
        (b"text/plain; charset=utf-7", b"8bit", b"+2D3-" * 500_000),
        (b"text/plain; charset=utf-16", b"8bit", b"\x00\xd8" * 1_000_000),
        (b"text/plain; charset=iso-2022-jp", b"8bit", b"\x1b$B-!\x1b(B" * 200_000),
        (b"text/plain; charset=hz-gb-2312", b"8bit", b"~{" * 1_000_000),
        (b"text/plain", b"quoted-printable", b"=E9= \r\n" * 400_000),
        (b"text/plain", b"8bit", b"begin 644 x\n" * 200_000),
        (b"text/plain", b"8bit", b"begin 644 x\n#86)C\n`\nend\n" * 100_000),
        (b"text/plain", b"8bit", b"-----BEGIN PGP SIGNED MESSAGE-----\n" * 50_000),
        (b"image/png", b"base64", b"QQ=" * 1_000_000),
        (b"image/png", b"base64", b"=!" * 1_000_000),
        (b"image/png", b"x-uuencode", b"begin 644 x\n" + b"#86)C\n" * 300_000),
        (b"text/calendar", b"8bit", b"BEGIN:VEVENT\r\n" * 200_000),
        (b"application/pkcs7-mime", b"8bit", b"\x30\x80" * 1_000_000),
        (b"application/ms-tnef", b"8bit", b"\x78\x9f\x3e\x22\0\0" + b"\1\x03\x90\6\0\4\0\0\0\xff\xff\xff\xff\0\0" * 100_000),
        (b"text/rtf", b"8bit", b"{\\rtf1" + b"{" * 500_000),
        (b"application/zip", b"8bit", b"PK\3\4" * 500_000),
        (b"multipart/mixed; boundary=x", b"8bit", b"--xy\r\n" * 300_000),
        (b'multipart/mixed; boundary="' + b"-" * 60 + b'"', b"8bit", b"-" * 3_000_000),
        (b"multipart/mixed", b"8bit", b"--a\r\nContent-x: y\r\n" * 100_000),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else str(value),
)
def test_body_bomb(content_type: bytes, encoding: bytes, body: bytes) -> None:
    read(typed(content_type, body, encoding))


def test_more_than_is_read() -> None:
    message = read(typed(b"application/octet-stream; name=big.bin", b"x" * (_bounds.MAX_MESSAGE + 1_000)))
    assert message.attachments[0].size < _bounds.MAX_MESSAGE
    assert any("the rest was not read" in note for note in message.notes)


def test_a_large_photo_is_whole() -> None:
    photo = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 30_000
    message = read(typed(b"image/jpeg; name=a.jpg", encodebytes(photo), b"base64"))
    assert message.attachments[0].content == photo
    assert message.notes == []
