from __future__ import annotations

import smtplib
from pathlib import Path

import pytest

from channels.email._source_id import source_id
from gateway.imports import mail_key
from tests.gateway.cli.running import FILES, City
from tests.journeys.running import Gateway, wait_for


@pytest.fixture
def city(tmp_path: Path, store_url: str) -> City:
    """A city on a store of each kind."""
    return City(tmp_path / "city", store_url)


def test_a_folder_twice_leaves_the_books_balanced_and_adds_nothing(city: City) -> None:
    (first,) = city.objects("ingest", "--channel", "mail", "--json", FILES / "mails")
    assert (first["read"], first["stored"], first["already_there"]) == (7, 7, 0)
    assert first["dispositions"] == {"auto_reply": 1, "follow_up": 1, "request": 5}
    assert first["skipped"] == {"a .yml file, not a message": 1}
    books = city.ledger()
    assert (books["received"], books["accounted"], books["pending"], books["balanced"], books["chain_ok"]) == (7, 7, 0, True, True)
    requests = city.objects("requests", "list", "--json")
    (again,) = city.objects("ingest", "--channel", "mail", "--json", FILES / "mails", FILES / "mails" / "pothole.eml")
    assert (again["read"], again["stored"], again["already_there"], again["dispositions"]) == (8, 0, 8, {})
    assert city.ledger() == books
    assert city.objects("requests", "list", "--json") == requests


def test_tables_and_transcripts_go_into_a_channel_for_files(tmp_path: Path) -> None:
    city = City(tmp_path)
    found = city.ok("ingest", "--channel", "history", FILES / "tables", FILES / "tables" / "cut-off.json")
    assert "request" in found
    messages = city.objects("messages", "list", "--json")
    assert sorted(message["source_id"] for message in messages if not message["source_id"].startswith("sha256:")) == [
        "A-1",
        "A-2",
        "call-1",
        "call-2",
    ]
    assert [message["reason"] for message in messages if message["disposition"] == "held"] == ["unreadable"]
    assert city.ledger()["balanced"]
    # Nothing fits here, and it is said why.
    done = city.run("ingest", "--channel", "mail", FILES / "tables" / "requests.csv", FILES / "tables" / "call.vtt")
    assert done.returncode == 0
    assert b"bulk.files" in done.stderr


def test_a_maildir_and_standard_input(tmp_path: Path) -> None:
    city = City(tmp_path / "city")
    for part in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / part).mkdir(parents=True)
    (tmp_path / "Maildir" / "new" / "1.host").write_bytes((FILES / "mails" / "pothole.eml").read_bytes())
    (tmp_path / "Maildir" / "cur" / "2.host:2,S").write_bytes((FILES / "mails" / "away.eml").read_bytes())
    (tmp_path / "Maildir" / "tmp" / "3.host").write_bytes(b"half a mail")
    (report,) = city.objects("ingest", "--channel", "mail", "--json", tmp_path / "Maildir")
    assert (report["stored"], report["dispositions"]) == (2, {"auto_reply": 1, "request": 1})
    (report,) = city.objects("ingest", "--channel", "mail", "--json", "-", stdin=(FILES / "mails" / "lampadaire.eml").read_bytes())
    assert report["stored"] == 1


def test_wrong_usage_is_exit_status_two(tmp_path: Path) -> None:
    city = City(tmp_path)
    unknown = city.run("ingest", "--channel", "mial", FILES / "mails")
    assert (unknown.returncode, b"mail" in unknown.stderr) == (2, True)
    assert city.run("ingest", "--channel", "mail", tmp_path / "nowhere").returncode == 2


def test_the_key_of_a_mail_is_the_same_whatever_its_line_ends() -> None:
    lines = (FILES / "mails" / "pothole.eml").read_bytes()
    assert b"\r" not in lines
    crlf = lines.replace(b"\n", b"\r\n")
    assert mail_key(lines) == mail_key(crlf) == mail_key(crlf[:-2])
    # A mail that came with LF alone in it is saved as it came.
    assert mail_key(lines + b"\r\n") == source_id(lines + b"\r\n")
    assert mail_key(lines) != mail_key(lines.replace(b"deep", b"very deep"))


def test_while_a_gateway_runs_it_processes_and_what_came_by_smtp_is_known(tmp_path: Path) -> None:
    with Gateway(tmp_path).start() as gateway:
        with smtplib.SMTP("127.0.0.1", gateway.smtp_port) as client:
            for name in ("pothole.eml", "with-photo.eml"):
                content = (FILES / "mails" / name).read_bytes().replace(b"\n", b"\r\n")
                client.sendmail("resident@residents.example", ["311@springfield.example.gov"], content)
        city = City(tmp_path / "elsewhere")
        city.config = gateway.config
        (report,) = city.objects("ingest", "--channel", "mail", "--json", FILES / "mails")
        assert (report["read"], report["stored"], report["already_there"], report["pending"]) == (7, 5, 2, 0)
        wait_for("everything settled", lambda: city.ledger()["pending"] == 0)
        books = city.ledger()
        assert (books["received"], books["balanced"]) == (7, True)


def test_an_interrupted_run_is_simply_repeated(tmp_path: Path) -> None:
    city = City(tmp_path)
    for stage in ("inbox.commit.after", "worker.commit.before"):
        dead = city.run("ingest", "--channel", "mail", FILES / "mails", environ={"INTAKE_TEST": "1", "INTAKE_FAILPOINT": f"{stage}:kill@1"})
        assert dead.returncode < 0
    (report,) = city.objects("ingest", "--channel", "mail", "--json", FILES / "mails")
    assert (report["read"], report["already_there"], report["pending"]) == (7, 7, 0)
    books = city.ledger()
    assert (books["received"], books["pending"], books["balanced"], books["chain_ok"]) == (7, 0, True, True)


def test_a_full_disk_stops_it_without_losing_count(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.ok("migrate")
    failed = city.run(
        "ingest", "--channel", "mail", FILES / "mails", environ={"INTAKE_TEST": "1", "INTAKE_FAILPOINT": "inbox.insert:enospc@1"}
    )
    assert (failed.returncode, b"run it again" in failed.stderr) == (1, True), failed.stderr.decode()
    city.ok("ingest", "--channel", "mail", FILES / "mails")
    assert city.ledger()["received"] == 7


def test_a_dry_run_counts_and_stores_nothing(tmp_path: Path) -> None:
    city = City(tmp_path)
    samples = Path(__file__).parents[2] / "channels" / "bulk" / "samples"
    arguments = ("ingest", "--channel", "history", "--mapping", samples / "mappings" / "odd.toml", samples / "mappings" / "odd.csv")
    (trial,) = city.objects(*arguments, "--dry-run", "--json")
    assert (trial["dry_run"], trial["read"], trial["already_there"], trial["dispositions"]) == (True, 2, 0, {"request": 2})
    assert trial["services"]["pothole"] == 1
    assert trial["without"]["time"] == 1
    assert city.ledger()["received"] == 0
    (report,) = city.objects(*arguments, "--json")
    assert report["stored"] == 2
    (trial,) = city.objects(*arguments, "--dry-run", "--json")
    assert trial["already_there"] == 2
    assert "Would be brought in" in city.ok(*arguments, "--dry-run")
    done = city.run("ingest", "--channel", "history", "--mapping", samples / "mappings" / "odd.csv", samples / "mappings" / "odd.csv")
    assert done.returncode == 2
    assert b"is not TOML" in done.stderr
