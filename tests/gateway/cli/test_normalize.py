from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.gateway.cli.running import FILES, program, run


def objects(*arguments: str | Path, cwd: Path, stdin: bytes = b"") -> tuple[list[dict[str, Any]], str]:
    """What normalize prints, and what it says to people."""
    done = run("normalize", *arguments, cwd=cwd, stdin=stdin)
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def test_a_folder_becomes_one_object_for_each_message_without_any_configuration(tmp_path: Path) -> None:
    found, said = objects("--adapter", "email.smtp", FILES / "mails", cwd=tmp_path)
    assert [Path(one["origin"]).name for one in found] == [
        "away.eml", "lampadaire.eml", "winter.mbox#1", "winter.mbox#2", "pothole.eml", "reply-later.eml", "with-photo.eml",
    ]  # fmt: skip
    assert "notes.yml" in said
    by_name = {Path(one["origin"]).name: one for one in found}
    pothole = by_name["pothole.eml"]
    assert (pothole["disposition"], pothole["channel"], pothole["adapter"]) == ("request", "email", "email.smtp")
    assert pothole["sender"]["address"] == "ada.winter@residents.example"
    assert pothole["requests"][0]["service_code"] == "pothole"
    assert "214 Birch Lane" in pothole["requests"][0]["address_string"]
    assert pothole["emergency"]["flag"] is False
    assert by_name["lampadaire.eml"]["subject"] == "Lampadaire éteint"
    assert by_name["lampadaire.eml"]["language"]["value"] == "fr"
    assert (by_name["away.eml"]["disposition"], by_name["away.eml"]["requests"]) == ("auto_reply", [])
    assert by_name["with-photo.eml"]["attachments"][0]["filename"] == "wall.png"
    assert by_name["winter.mbox#1"]["text"].endswith("From the school on nobody can pass.")
    assert not list(tmp_path.iterdir()), "a pure run writes nothing"


def test_the_program_itself(tmp_path: Path) -> None:
    done = program("normalize", "--adapter", "email.smtp", FILES / "mails" / "pothole.eml", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["disposition"]) == (0, "request")
    assert b"--adapter" in program("normalize", "--help", cwd=tmp_path).stdout


def test_the_same_files_give_the_same_objects(tmp_path: Path) -> None:
    arguments = ("--adapter", "email.smtp", FILES / "mails")
    assert objects(*arguments, cwd=tmp_path)[0] == objects(*arguments, "--processes", "1", cwd=tmp_path)[0]


def test_hostile_and_broken_mails_stop_nothing(tmp_path: Path) -> None:
    mails = tmp_path / "mails"
    mails.mkdir()
    part = b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    (mails / "a-parts.eml").write_bytes(b"From: <\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + part * 100_000)
    (mails / "b-words.eml").write_bytes(b"From: a@b.example\r\nSubject: " + b"=?utf-8?q?=41?= \r\n " * 20_000 + b"\r\n\r\nhello\r\n")
    (mails / "c-nul.eml").write_bytes(b'From: "\r\nTo: a@[\r\nContent-Type: text/plain; charset=rot13\r\n\r\n\0\0\xff\r\n')
    (mails / "d-good.eml").write_bytes((FILES / "mails" / "pothole.eml").read_bytes())
    found, _said = objects("--adapter", "email.smtp", mails, cwd=tmp_path)
    assert [Path(one["origin"]).name[0] for one in found] == ["a", "b", "c", "d"]
    assert all(one["disposition"] in ("held", "request") for one in found)
    assert found[3]["disposition"] == "request"


def test_what_cannot_be_read_is_held_as_unreadable(tmp_path: Path) -> None:
    (one,), _said = objects("--adapter", "api.message", FILES / "tables" / "cut-off.json", cwd=tmp_path)
    assert (one["disposition"], one["reason"], one["channel"], one["requests"]) == ("held", "unreadable", "api", [])
    assert "not JSON" in one["notes"][0]


def test_standard_input_and_a_file_without_a_name_that_tells(tmp_path: Path) -> None:
    bare = b"Hello,\n\nthe lamp in front of 5 Mill Road is out.\n"
    (from_stdin,), _said = objects("--adapter", "email.smtp", "-", cwd=tmp_path, stdin=bare)
    (tmp_path / "message").write_bytes(bare)
    (from_file,), _said = objects("--adapter", "email.smtp", tmp_path / "message", cwd=tmp_path)
    assert from_stdin["text"] == from_file["text"]
    assert "5 Mill Road" in from_stdin["text"]


def test_adapters_whose_settings_have_secrets_work_without_them(tmp_path: Path) -> None:
    (tmp_path / "sms.form").write_bytes(
        b"MessageSid=SM0123456789abcdef0123456789abcdef&AccountSid=AC0&From=%2B15145550100&To=%2B15145550101&Body=Pothole+at+4+Oak+Street&NumMedia=0"
    )
    (one,), _said = objects("--adapter", "sms.twilio", tmp_path / "sms.form", cwd=tmp_path)
    assert (one["channel"], one["text"], one["disposition"]) == ("sms", "Pothole at 4 Oak Street", "request")


def test_files_that_do_not_fit_are_named_with_the_way_out(tmp_path: Path) -> None:
    found, said = objects("--adapter", "email.smtp", FILES / "tables" / "requests.csv", cwd=tmp_path)
    assert found == []
    assert "bulk.files" in said
    found, said = objects("--adapter", "bulk.files", FILES / "mails" / "away.eml", cwd=tmp_path)
    assert found == []
    assert "e-mail channel" in said


def test_wrong_usage_is_exit_status_two(tmp_path: Path) -> None:
    unknown = run("normalize", "--adapter", "email.smpt", FILES / "mails", cwd=tmp_path)
    assert (unknown.returncode, b"email.smtp" in unknown.stderr) == (2, True)
    assert run("normalize", "--adapter", "email.smtp", "nowhere", cwd=tmp_path).returncode == 2
    assert run("normalize", "--adapter", "email.smtp", "--kind", "letter", "-", cwd=tmp_path).returncode == 2
