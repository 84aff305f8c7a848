"""Whatever bytes come, the answer is a valid message or Unreadable, and its JSON can be stored and read back."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from channels.base import RawMessage, Unreadable
from channels.email import mime
from normalizer.model import InboundMessage
from tests.channels import case_files

CASES = [case.content for case in case_files.load(__file__, "smtp") if case.content]
FRAGMENTS = [
    *(b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b'"', b"<", b">", b"=", b"--", b"@", b"(", b","),
    *(b"=?utf-8?B?", b"=?iso-2022-jp?Q?", b"?=", b"=?", b"%00", b"filename*0*=utf-16''%00%d8", b"charset=utf-7\r\n", b"charset=utf-16\r\n"),
    *(
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Type: message/rfc822\n\n",
    ),
    *(
        b"Content-Type: text/html\n\n",
        b"Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22",
        b"\xed\xa0\x80",
        b"\xff\xfe",
        b"\x1b$B",
        b"+2D3-",
    ),
    *(b"&#x1;&#55555555;", b"begin 644 x\n", b"BEGIN:VEVENT\n", b"From: \xed\xb2\x80\0 <a\0@b>\r\n", b"\xc2\x80", b"\xe2\x80\xae"),
]


def check(content: bytes) -> None:
    raw = RawMessage(
        "fuzz", datetime(2026, 11, 23, tzinfo=UTC), "message/rfc822", content, {"mail_from": "a@example.net", "rcpt_to": "b@c"}
    )
    try:
        message = mime.translate(raw, adapter="email.smtp", channel_id="mail")
    except Unreadable:
        return
    written = message.model_dump_json()
    written.encode()  # no lone surrogate
    # PostgreSQL refuses NUL; a backslash that a person wrote is a pair of them in JSON.
    assert "\\u0000" not in written.replace("\\\\", "")
    again = InboundMessage.model_validate_json(written)
    for one in message.attachments:
        assert one.content is not None
        assert len(one.content) == one.size
        one.content = None
    assert again == message
    assert not {c for c in message.text if c < " "} - {"\n", "\t"}
    for line in (
        message.subject,
        message.sender.name,
        message.sender.address,
        *message.recipients,
        *message.notes,
        *message.headers.values(),
    ):
        assert line is None or not {c for c in line if c < " "}


@given(st.binary(max_size=400))
@example(b"\\u0000")
@settings(max_examples=300, deadline=None)
def test_any_bytes(content: bytes) -> None:
    check(content)


@given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=12)), max_size=30))
@settings(max_examples=300, deadline=None)
def test_fragments_of_mails(pieces: list[bytes]) -> None:
    check(b"".join(pieces))


edits = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 60),
        st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=6)),
    ),
    min_size=1,
    max_size=12,
)


@given(st.sampled_from(CASES), edits)
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_damaged_cases(content: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    damaged = bytearray(content)
    for where, dropped, inserted in changes:
        at = int(where * len(damaged))
        damaged[at : at + dropped] = inserted
    check(bytes(damaged))


@given(st.sampled_from(CASES), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_cut_cases(content: bytes, where: float) -> None:
    check(content[: int(where * len(content))])
