"""What Python's ``email`` writes by the book is read back as it was meant: names, subjects, texts, files, in every encoding it knows."""

from __future__ import annotations

import unicodedata
from base64 import encodebytes
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.base import RawMessage
from channels.email import mime
from normalizer.model import InboundMessage

POLICIES = [policy.SMTP, policy.SMTPUTF8, policy.default, policy.SMTP.clone(max_line_length=200), policy.default.clone(cte_type="7bit")]
_letters = st.characters(exclude_categories=("C", "Z"), exclude_characters="\ufeff")
_words = st.text(_letters, min_size=1, max_size=12)
_name = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="<>()[]@,;:\"'\\\ufeff"), min_size=1, max_size=12)
_line = st.lists(_words, min_size=1, max_size=12).map(" ".join)
_sometimes_plain = st.one_of(
    _line, st.lists(st.sampled_from('rue été nid-de-poule lampadaire Street pothole, 12 (main) "x" a=b'.split()), min_size=1).map(" ".join)
)
_text = st.lists(st.one_of(st.just(""), _line), min_size=1, max_size=8).map("\n".join)
_file = st.tuples(
    st.binary(max_size=200),
    st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="/\\\"'\ufeff"), min_size=1, max_size=40).filter(
        lambda name: name.strip(". ")
    ),
    st.sampled_from(["application/octet-stream", "image/png", "application/pdf"]),
)
_moments = st.integers(31_536_000, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def read(content: bytes) -> InboundMessage:
    raw = RawMessage("roundtrip", datetime(2026, 11, 23, tzinfo=UTC), "message/rfc822", content)
    return mime.translate(raw, adapter="email.smtp", channel_id="mail")


def flat(text: str) -> str:
    """Without white space: Python 3.11 loses a space where it folds between two encoded words."""
    return "".join(text.split())


@given(
    subject=_sometimes_plain,
    name=st.lists(_name, min_size=1, max_size=6).map(" ".join),  # Python 3.11 does not always quote what has to be quoted
    moment=_moments,
    text=_text,
    html=st.booleans(),
    files=st.lists(_file, max_size=3),
    encoding=st.sampled_from([None, "quoted-printable", "base64"]),
    how=st.sampled_from(POLICIES),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read(
    subject: str,
    name: str,
    moment: datetime,
    text: str,
    html: bool,
    files: list[tuple[bytes, str, str]],
    encoding: str | None,
    how: policy.EmailPolicy,
) -> None:
    message = EmailMessage(policy=how)
    message["From"] = Address(name, "claire", "courriel.example")
    message["To"] = [Address("Ville 311", "311", "springfield.example.gov"), Address(name, "parks", "springfield.example.gov")]
    message["Subject"] = subject
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = "<r1@courriel.example>"
    message.set_content(text, cte=encoding)
    if html:
        message.add_alternative("<p>the same</p>", subtype="html")
    for data, filename, kind in files:
        maintype, subtype = kind.split("/")
        message.add_attachment(data, maintype=maintype, subtype=subtype, filename=filename)
    found = read(message.as_bytes())
    assert found.subject is not None
    assert flat(found.subject) == flat(subject)
    assert found.sender.address == "claire@courriel.example"
    assert flat(found.sender.name or "") == flat(name)
    assert found.recipients == ["311@springfield.example.gov", "parks@springfield.example.gov"]
    assert found.sent_datetime == moment
    assert found.message_id == "r1@courriel.example"
    if text.strip():
        assert found.text.strip() == text.strip() or html
    assert [one.content for one in found.attachments] == [data for data, _, _ in files]
    assert [one.filename for one in found.attachments] == [filename.strip("\"' \t") for _, filename, _ in files]
    assert not [note for note in found.notes if "charset" in note]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(
    _text.filter(lambda text: text.strip()),
    st.sampled_from(["utf-8", "utf-16", "iso-2022-jp", "gb18030", "euc-kr", "koi8-r", "windows-1252", "iso-8859-15"]),
)
@settings(max_examples=100, deadline=None)
def test_a_declared_charset_is_believed(text: str, charset: str) -> None:
    text = unicodedata.normalize("NFC", text)
    try:
        data = text.encode(charset)
    except UnicodeEncodeError:
        data = text.encode("ascii", "ignore")
        text = data.decode()
        if charset == "utf-16":
            return
    if charset != "utf-8" and not data.isascii() and _is_utf8(data):
        return  # such bytes are believed to be UTF-8, whatever was declared
    head = f"From: a@example.net\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    found = read(head.encode() + encodebytes(data))
    assert found.text.strip() == text.strip()
