from __future__ import annotations

import csv
import email
import io
import mailbox
import os
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import RawMessage
from channels.bulk import _headings, _mbox, _record
from channels.bulk.files import FileItem, Settings, build, read
from tests.channels.case_files import RECEIVED

SAMPLES = Path(__file__).parent / "samples"


def items(name: str, **options: Any) -> list[FileItem]:
    """What is in a sample, with origins told from the samples' folder."""
    root = f"{SAMPLES}/"
    return [
        FileItem(i.origin.removeprefix(root), i.content, i.content_type, i.source_id, i.fingerprint, i.skipped, i.held)
        for i in read([SAMPLES / name], **options)
    ]


def objects(name: str) -> dict[str, Any]:
    return {item.source_id: orjson.loads(item.content) for item in items(name) if item.skipped is None}


def subjects(found: list[FileItem]) -> list[str]:
    return [str(email.message_from_bytes(item.content)["Subject"]) for item in found if item.skipped is None]


def test_a_folder_is_read_in_order_and_every_file_is_accounted_for() -> None:
    found = items("mails")
    assert [(item.origin, item.content_type) for item in found if item.skipped is None] == [
        ("mails/a.eml", "message/rfc822"),
        ("mails/b.box", "message/rfc822"),
        ("mails/c.txt", "message/rfc822"),
        ("mails/note.txt", "text/plain"),
        ("mails/sub/no-suffix", "message/rfc822"),
    ]
    assert {item.origin: item.skipped for item in found if item.skipped is not None} == {
        "mails/d.yml": "a .yml file, not a message",
        "mails/e.json": "a .json file, not a message: name it, or give one object a line in .jsonl",
        "mails/empty.eml": "empty",
        "mails/f.png": "a .png file, not a message",
        "mails/g.msg": "an Outlook .msg or Office file; save the mail as .eml",
        "mails/sub/words": "neither headers as in a mail, nor a kind of file that is known",
    }
    assert found[0].content == (SAMPLES / "mails/a.eml").read_bytes()
    assert found[1].content.startswith(b"From: a@example.net\n")  # the postmark was the mailbox's


def test_the_same_files_give_the_same_keys() -> None:
    for name in ("mails", "inbox.mbox", "maildir", "tables"):
        assert items(name) == items(name)
    keys = [item.source_id for name in ("mails", "inbox.mbox", "maildir") for item in items(name) if item.skipped is None]
    assert len(keys) == len(set(keys))


def test_the_key_of_a_mail_is_the_mail_channels() -> None:
    found = items("inbox.mbox", mail_source_id=lambda content: f"<{len(content)}>")
    assert [item.source_id for item in found] == [f"<{len(item.content)}>" for item in found]


def test_mbox() -> None:
    found = items("inbox.mbox")
    assert [item.origin for item in found] == ["inbox.mbox#1", "inbox.mbox#2", "inbox.mbox#3"]
    assert subjects(found) == ["first", "second", "third"]
    assert found[0].content.split(b"\n\n", 1)[1] == (
        b"A pothole.\nFrom the corner to number 5.\n>From here too.\n\nFrom here on it is worse, since 10:30 in 2026\nnot a header\n"
    )
    assert found[1].content.startswith(b"From: b@example.net\n")


def test_maildir() -> None:
    found = items("maildir")
    assert subjects(found) == ["new", "seen"]
    assert [(item.origin, item.skipped) for item in found if item.skipped] == [
        ("maildir/.Sent", "a subfolder of the Maildir: name it to bring it in")
    ]
    assert len(items("maildir/.Sent")) == 1


def test_a_french_table_from_excel() -> None:
    assert objects("tables/montreal.csv") == {
        "24-001": {
            "source_id": "24-001",
            "text": "Nid-de-poule; très profond\nà côté du 12",
            "address": "12, rue Bélanger",
            "lat": 45.54,
            "long": -73.6,
            "sent_datetime": "2026-11-23T10:00:00Z",
            "channel": "phone",
            "sender": {"name": "Zoé Tremblay", "email": "zoe@example.net", "phone": "514 555-0111"},
            "attributes": {"Arrondissement": "Rosemont"},
        },
        "24-002": {
            "source_id": "24-002",
            "text": "Lampadaire éteint",
            "sent_datetime": "2026-11-23T10:05:00Z",
            # what does not fit its field is kept beside it: no place, no address, no channel that we know
            "attributes": {
                "Latitude": "0", "Longitude": "0", "Courriel": "pas de courriel", "Provenance": "Télécopieur", "Arrondissement": "Plateau",
            },
        },
    }  # fmt: skip


def test_an_english_table() -> None:
    found = objects("tables/newhaven.csv")
    assert found["7"]["text"] == 'Trash in the "alley"'
    assert found["7"]["permalink"] == "https://example.org/7"
    assert found["8"]["text"] == "Street light"  # no description: the title speaks
    assert found["8"]["sent_datetime"] == "2014-01-31T14:05:00Z"
    assert found["9"]["attributes"] == {"column 9": "more", "column 10": "cells"}
    (nameless,) = [row for key, row in found.items() if key.startswith("sha256:")]
    assert nameless == {
        "text": "created_at: 04/05/2014\ncategory: Tree",  # April or May? It stays as it was written
        "attributes": {"created_at": "04/05/2014", "category": "Tree"},
    }


def test_tables_of_other_habits() -> None:
    assert objects("tables/excel.csv")["1"]["text"] == "a,b,c"
    assert objects("tables/mac.tsv")["1"]["text"] == "Fuite d'eau près de l'école, à côté"
    assert objects("tables/utf16.csv")["1"]["text"] == "Élagage demandé"
    assert [item.skipped for item in items("tables/unclosed.csv")] == ["a quote is not closed; from here on the file is left out"]


def test_json_lines() -> None:
    found = items("tables/mixed.jsonl")
    assert found[0].content == b'{"source_id":"p-1","text":"as it should be"}'  # untouched
    mapped = orjson.loads(found[1].content)
    assert (mapped["source_id"], mapped["lat"], mapped["long"]) == ("873625", 41.32, -72.94)
    assert mapped["attributes"] == {
        "category": "Policing Issue", "description": "Trash", "by_city_staff": False, "tags": ["a", "b"], "where": '{"ward":3}',
    }  # fmt: skip
    # no JSON, no object, a broken attachment: passed on whole, to be held
    assert [item.content for item in found[2:4]] == [b"not json", b"[1]"]
    assert orjson.loads(found[4].content)["attachments"] == [{"data": "!!"}]
    assert [item.origin for item in found] == [f"tables/mixed.jsonl:{line}" for line in (1, 2, 4, 5, 6)]


def test_rows_can_be_read_by_the_adapter() -> None:
    channel = build("history", Settings(type="bulk.files"))
    for name in ("tables/montreal.csv", "tables/newhaven.csv", "tables/excel.csv", "tables/mac.tsv", "tables/utf16.csv"):
        for item in items(name):
            message = channel.translate(RawMessage(item.source_id, RECEIVED, item.content_type, item.content, item.envelope))
            assert message.text
            assert message.source_id == item.source_id


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"From: a@example.net\nSubject: x\n\nhello\n", "message/rfc822"),
        (b'{"source_id": "p-1", "text": "x"}\n', "application/json"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n", "text/vtt"),
        (b"1\n00:00:00,000 --> 00:00:01,000\nhello\n", "application/x-subrip"),
        (b"just words", "text/plain"),
        (b"From a@b Mon Nov 23 10:00:00 2026\nFrom: a@b\n\nx\n", "message/rfc822"),
    ],
)
def test_standard_input_is_told_by_its_bytes(content: bytes, content_type: str) -> None:
    (item,) = read(["-"], stdin=io.BytesIO(content))
    assert (item.skipped, item.content_type) == (None, content_type)


def test_the_kind_can_be_said() -> None:
    (item,) = read(["-"], kind="text", stdin=io.BytesIO(b"Subject: not a mail\n\nx"))
    assert item.content_type == "text/plain"
    assert [i.origin for i in items("mails", kind="mail") if not i.skipped] == [
        "mails/a.eml", "mails/b.box", "mails/c.txt", "mails/g.msg", "mails/note.txt", "mails/sub/no-suffix", "mails/sub/words",
    ]  # fmt: skip
    (item,) = read([SAMPLES / "mails/e.json"], kind="json")
    assert (item.content, item.content_type) == (b'{"from": "x"}', "application/json")
    cases = Path(__file__).parent.parent / "sms" / "cases" / "twilio"
    assert {i.content_type for i in read([cases], kind="raw") if not i.skipped} == {"application/octet-stream"}
    assert sum(i.skipped is None for i in read([cases], kind="raw")) == len(list(cases.glob("*.form")))


def test_what_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"Subject: a\n\n")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone.eml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.eml")
    (tmp_path / "z.eml").write_bytes(b"Subject: z\n\n")
    found = list(read([tmp_path / "missing.eml", tmp_path]))
    assert subjects(found) == ["a", "z"]
    assert [(Path(item.origin).name, item.skipped) for item in found if item.skipped] == [
        ("missing.eml", "cannot be read: No such file or directory"),
        ("gone.eml", "not a file"),
        ("loop", "a symbolic link to a folder"),
        ("pipe.eml", "not a file"),
    ]


def test_too_large_is_held_with_its_headers(tmp_path: Path) -> None:
    big = b"Subject: big\n\n" + b"x" * 5000 + b"\n"
    (tmp_path / "a.eml").write_bytes(big)
    (tmp_path / "b.mbox").write_bytes(
        b"From a@b Mon Nov 23 10:00:00 2026\n" + big + b"\nFrom a@b Mon Nov 23 10:00:00 2026\nSubject: small\n\nx\n"
    )
    (tmp_path / "c.jsonl").write_bytes(b'{"text":"' + b"x" * 5000 + b'"}\n{"source_id":"2","text":"small"}\n')
    found = list(read([tmp_path], max_size=1000))
    assert [(item.held, item.content) for item in found[:3]] == [
        ("too_large", b"Subject: big\n"),
        ("too_large", b"Subject: big\n"),
        (None, b"Subject: small\n\nx\n"),
    ]
    assert [(item.skipped, item.source_id) for item in found[3:]] == [("a line of more than 1000 bytes", ""), (None, "2")]


class Endless(io.RawIOBase):
    """A file of ``size`` bytes that is never in memory: an mbox whose first message is one line."""

    def __init__(self, begin: bytes, size: int) -> None:
        self.begin, self.size, self.at = begin, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        self.at = 0
        return 0

    def readinto(self, buffer: Any) -> int:
        piece = (self.begin[self.at :] or b"x" * (1 << 16))[: min(len(buffer), self.size - self.at)]
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)


@pytest.mark.parametrize("begin", [b"From a@b Mon Nov 23 10:00:00 2026\nSubject: x\n\n", b'{"text":"', b'text\n"', b"text\n"])
def test_memory_is_bounded_whatever_the_file(begin: bytes, tmp_path: Path) -> None:
    stream: BinaryIO = io.BufferedReader(Endless(begin, 40 << 20))
    kind: Any = {b"Fr": "mbox", b'{"': "jsonl"}.get(begin[:2], "csv")
    from channels.bulk import files

    rules = files._Rules(kind, lambda content: "x", 1 << 20, UTC)
    tracemalloc.start()
    try:
        found = list(files._stream("-", stream, rules, named=True))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found[0].held == "too_large" or found[0].skipped
    assert peak < 16 << 20


lines = st.text(st.characters(codec="ascii", exclude_characters="\r\n\0"), max_size=30).map(lambda line: line.replace("\x1a", ""))
bodies = st.lists(lines | st.sampled_from(["", "From here", ">From there", "From a@b Mon Nov 23 10:00:00 2026", "Subject: x"]), max_size=8)


def _written(bodies: list[list[str]], path: Path) -> list[bytes]:
    """An mbox written by the standard library, and the mails as it was given them."""
    box = mailbox.mbox(path)
    mails = []
    for number, body in enumerate(bodies):
        mail = f"From: r{number}@example.net\nSubject: {number}\n\n" + "".join(f"{line}\n" for line in body)
        box.add(mailbox.mboxMessage(mail.encode()))
        mails.append(mail.encode())
    box.close()
    return mails


@given(st.lists(bodies, min_size=1, max_size=5))
def test_what_another_writer_put_into_an_mbox_comes_out(tmp_path_factory: pytest.TempPathFactory, bodies: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("mbox") / "in.mbox"
    mails = _written(bodies, path)
    with path.open("rb") as stream:
        found = [content for content, whole in _mbox.messages(stream, 1 << 20) if whole]
    # the standard library writes mboxo, which cannot tell ">From " from a quoted "From ": compare what both can say
    assert [content.replace(b"\n>From ", b"\nFrom ") for content in found] == [mail.replace(b"\n>From ", b"\nFrom ") for mail in mails]


@given(
    st.binary(max_size=400)
    | st.lists(st.sampled_from([b"From a 1:00 2026\n", b"\n", b"A: b\n", b">From x\n", b"x"]), max_size=12).map(b"".join)
)
def test_any_bytes_can_be_an_mbox_and_nothing_gets_lost(content: bytes) -> None:
    found = [message for message, _ in _mbox.messages(io.BytesIO(content), 1 << 20)]
    if b"From " not in content:
        assert b"".join(found).rstrip() == content.rstrip()
    # what is taken away is framing: postmarks, the empty line before them, one ">" of a quoted line
    assert sum(map(len, found)) >= len(content) - sum(len(line) + 2 for line in content.splitlines(keepends=True) if b"From " in line) - 2


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=30)


@given(
    st.lists(st.tuples(cells, cells), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_another_writer_put_into_a_table_comes_out(rows: list[tuple[str, str]], delimiter: str, encoding: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "Ward", "description"])
    for number, (ward, text) in enumerate(rows):
        writer.writerow([f"n{number}", ward, f"x{text}"])
    found = list(read(["-"], kind="csv", stdin=io.BytesIO(buffer.getvalue().encode(encoding))))
    assert [item.source_id for item in found] == [f"n{number}" for number in range(len(rows))]
    for item, (ward, text) in zip(found, rows, strict=True):
        message = orjson.loads(item.content)
        assert message["text"] == f"x{text}".strip()
        assert message.get("attributes", {}).get("Ward", "") == ward.strip()


def files_of(content: bytes) -> Iterator[FileItem]:
    for kind in (None, "csv", "jsonl", "mbox", "vtt", "srt", "json", "mail"):
        yield from read(["-"], kind=kind, stdin=io.BytesIO(content))


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_taken_apart_without_an_error(content: bytes) -> None:
    assert all(item.skipped or item.source_id for item in files_of(content))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
        ("2026-11-23 10:00:00+00:00", "2026-11-23T10:00:00Z"),
        ("2026-11-23 10:00", "2026-11-23T15:00:00Z"),
        ("2026-11-23", "2026-11-23T05:00:00Z"),
        ("2026/11/23 10:00", "2026-11-23T15:00:00Z"),
        ("23/11/2026 10:00", "2026-11-23T15:00:00Z"),
        ("11/23/2026 10:00:05", "2026-11-23T15:00:05Z"),
        ("04/05/2026 12:30 AM", "2026-04-05T05:30:00Z"),
        ("4/5/26 1:05:00 pm", "2026-04-05T18:05:00Z"),
        ("05.05.2026", "2026-05-05T05:00:00Z"),
        ("04/05/2026", None),
        ("31/31/2026", None),
        ("23/11/2026 25:00", None),
        ("soon", None),
        ("", None),
    ],
)
def test_times(written: str, moment: str | None) -> None:
    assert _record._moment(written, timezone(timedelta(hours=-5))) == moment


@given(st.text(max_size=30) | st.datetimes().map(str))
def test_any_text_is_a_time_or_none(written: str) -> None:
    moment = _record._moment(written, UTC)
    assert moment is None or datetime.fromisoformat(moment).tzinfo is not None


def test_headings_are_folded_and_stand_once() -> None:
    assert _headings.fold("Numéro de téléphone") == _headings.fold("numeroDeTelephone") == "numero_de_telephone"
    names = [name for names in _headings.FIELDS.values() for name in names]
    assert len(names) == len(set(names))
    assert all(_headings.fold(name) == name for name in names)
