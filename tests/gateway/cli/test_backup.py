from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.errors import StoreError
from gateway.store import archive
from gateway.store.engine import Engines
from gateway.store.location import locate
from tests.gateway.cli.running import FILES, City
from tests.journeys.running import Gateway, wait_for
from tests.journeys.senders import Records, letters, mail_senders, stop_all

SEVEN = {"received": 7, "accounted": 7, "pending": 0, "balanced": True, "chain_ok": True}


def books(city: City) -> dict[str, object]:
    """The books without the channels."""
    found = city.ledger()
    return {name: found[name] for name in SEVEN}


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A city with seven messages, one of them with a photograph."""
    city = City(tmp_path / "city")
    city.ok("ingest", "--channel", "mail", FILES / "mails")
    return city


def test_a_backup_goes_back_on_another_machine(city: City, tmp_path: Path) -> None:
    (made,) = city.objects("backup", tmp_path / "city.tar.gz", "--json")
    assert (made["blobs"], made["missing"]) == (2, [])  # the photograph as it came, and as it is shown
    other = City(tmp_path / "other")
    (restored,) = other.objects("restore", tmp_path / "city.tar.gz", "--json")
    assert restored["ledger"] == city.ledger() == other.ledger()
    assert other.objects("requests", "list", "--json") == city.objects("requests", "list", "--json")
    (photo,) = [message for message in other.objects("messages", "list", "--json") if message["attachments"]]
    digest = photo["attachments"][0]["sha256"]
    assert (tmp_path / "other" / "blobs" / digest[:2] / digest[2:]).read_bytes().startswith(b"\x89PNG")
    assert not list((tmp_path / "other").glob("**/restore-*")), "nothing is left of the checking"
    # Life goes on there: what was known is known, what is new gets the next number.
    (report,) = other.objects("ingest", "--channel", "mail", "--json", FILES / "mails")
    assert (report["stored"], report["already_there"]) == (0, 7)


def test_a_backup_can_be_checked_with_other_peoples_tools(city: City, tmp_path: Path) -> None:
    city.ok("backup", tmp_path / "city.tar")
    with tarfile.open(tmp_path / "city.tar") as tar:
        names = tar.getnames()
        manifest = tar.extractfile("MANIFEST")
        assert manifest is not None
        sums = manifest.read().decode().splitlines()
    assert names[:3] == ["backup.json", "main.db", "inbox.db"]
    assert names[-1] == "MANIFEST"
    assert [line.split("  ")[1] for line in sums] == names[:-1]
    assert (tmp_path / "city.tar").stat().st_mode & 0o077 == 0


def _wait_for_more(records: Records, count: int) -> None:
    least = len(records.acked) + count
    wait_for("some more mails", lambda: len(records.acked) >= least)


def test_a_backup_under_writes_has_all_that_was_acknowledged_before(tmp_path: Path) -> None:
    with Gateway(tmp_path / "city").start() as gateway:
        records = Records(tmp_path / "acknowledged")
        senders = mail_senders(gateway, records, [letters("one"), letters("two", padding=lambda number: 100_000 * (number % 10 == 0))])
        for sender in senders:
            sender.start()
        acknowledged = {}
        try:
            city = City(tmp_path / "shell")
            city.config = gateway.config
            for name in ("first", "second"):
                _wait_for_more(records, 20)
                acknowledged[name] = set(records.acked)
                city.ok("backup", tmp_path / f"{name}.tar")
        finally:
            stop_all(senders)
            records.close()
    (tmp_path / "nothing").mkdir()
    for name, known in acknowledged.items():
        other = City(tmp_path / name)
        (restored,) = other.objects("restore", tmp_path / f"{name}.tar", "--json")
        assert restored["ledger"]["balanced"]
        assert restored["ledger"]["chain_ok"]
        # What was pending in the copy becomes something now.
        other.ok("ingest", "--channel", "mail", tmp_path / "nothing")
        books = other.ledger()
        assert (books["pending"], books["received"]) == (0, restored["ledger"]["received"])
        found = {message["message_id"] for message in other.objects("messages", "list", "--json")}
        assert {f"{letter}@sender.example" for letter in known} <= found
        assert not other.objects("held", "list", "--json")


def test_a_store_that_is_there_is_replaced_only_by_force_and_kept(city: City, tmp_path: Path) -> None:
    city.ok("backup", tmp_path / "city.tar")
    late = tmp_path / "late.eml"
    late.write_bytes((FILES / "mails" / "pothole.eml").read_bytes().replace(b"pothole-1", b"late-1"))
    city.ok("ingest", "--channel", "mail", late)
    refused = city.run("restore", tmp_path / "city.tar")
    assert (refused.returncode, b"--force" in refused.stderr) == (1, True)
    assert city.ledger()["received"] == 8
    (restored,) = city.objects("restore", tmp_path / "city.tar", "--force", "--json")
    assert books(city) == SEVEN
    kept = [Path(path) for path in restored["kept"]]
    assert len(kept) == 2
    before = City(tmp_path / "before", f"sqlite:///{tmp_path}/before/store.db")
    for path, name in zip(kept, ("store.db", "store-inbox.db"), strict=True):
        for suffix in ("", "-wal", "-shm"):
            if (beside := path.with_name(path.name + suffix)).exists():
                shutil.copy(beside, tmp_path / "before" / f"{name}{suffix}")
    assert before.ledger()["received"] == 8


def test_nothing_is_restored_under_a_running_gateway(city: City, tmp_path: Path) -> None:
    city.ok("backup", tmp_path / "city.tar")
    with Gateway(tmp_path / "running").start() as gateway:
        shell = City(tmp_path / "shell")
        shell.config = gateway.config
        refused = shell.run("restore", tmp_path / "city.tar", "--force")
        assert (refused.returncode, b"another gateway" in refused.stderr) == (1, True)


def _flip(content: bytearray) -> None:
    content[len(content) // 2] ^= 1


def _cut(content: bytearray) -> None:
    del content[-20_000:]


@pytest.mark.parametrize("damage", [_flip, _cut, bytearray.clear])
def test_a_damaged_backup_changes_nothing(city: City, tmp_path: Path, damage: Callable[[bytearray], None]) -> None:
    city.ok("backup", tmp_path / "city.tar")
    content = bytearray((tmp_path / "city.tar").read_bytes())
    damage(content)
    (tmp_path / "city.tar").write_bytes(content)
    done = city.run("restore", "--force", tmp_path / "city.tar")
    assert (done.returncode, b"Traceback" in done.stderr) == (1, False), done.stderr.decode()
    assert books(city) == SEVEN
    assert not list(city.folder.glob("**/restore-*"))


def test_a_stranger_in_the_archive_is_never_written(tmp_path: Path) -> None:
    (tmp_path / "evil.txt").write_text("!")
    for name, kind in (("../evil", tarfile.REGTYPE), ("main.db", tarfile.SYMTYPE), ("blobs/aa/../../x", tarfile.REGTYPE)):
        with tarfile.open(tmp_path / "evil.tar", "w") as tar:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            tar.addfile(entry)
        with pytest.raises(StoreError, match="no place in a backup"):
            archive.unpack(tmp_path / "evil.tar", lambda member: tmp_path / "out" / member)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("passes", [1, 2, 3])
def test_a_backup_that_dies_leaves_no_file_and_does_not_stop_the_next(city: City, tmp_path: Path, passes: int) -> None:
    target = tmp_path / "city.tar"
    dead = city.run("backup", target, environ={"INTAKE_TEST": "1", "INTAKE_FAILPOINT": f"backup:kill@{passes}"})
    assert dead.returncode < 0
    assert not target.exists()
    city.ok("backup", target)
    assert [path.name for path in tmp_path.glob("city.tar*")] == ["city.tar"]


def test_a_full_disk_leaves_the_backup_before(city: City, tmp_path: Path) -> None:
    target = tmp_path / "city.tar"
    city.ok("backup", target)
    before = target.read_bytes()
    failed = city.run("backup", target, environ={"INTAKE_TEST": "1", "INTAKE_FAILPOINT": "backup:enospc@2"})
    assert (failed.returncode, b"No space left" in failed.stderr, b"Traceback" in failed.stderr) == (1, True, False)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.glob("city.tar*")] == ["city.tar"]


def test_a_file_that_the_store_has_lost_is_named(city: City, tmp_path: Path) -> None:
    (photo,) = [message for message in city.objects("messages", "list", "--json") if message["attachments"]]
    digest = photo["attachments"][0]["sha256"]
    blob = city.folder / "blobs" / digest[:2] / digest[2:]
    blob.write_bytes(b"something else")
    done = city.run("backup", tmp_path / "city.tar")
    assert (done.returncode, digest.encode() in done.stderr) == (1, True)
    other = City(tmp_path / "other")
    other.ok("restore", tmp_path / "city.tar")
    assert books(other) == SEVEN


@pytest.mark.postgres
def test_on_postgresql_too(tmp_path: Path, postgres_url: str) -> None:
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    city = City(tmp_path / "city", postgres_url)
    city.ok("ingest", "--channel", "mail", FILES / "mails")
    city.ok("backup", tmp_path / "city.tar")
    before = city.ledger()
    late = tmp_path / "late.eml"
    late.write_bytes((FILES / "mails" / "pothole.eml").read_bytes().replace(b"pothole-1", b"late-1"))
    city.ok("ingest", "--channel", "mail", late)
    assert b"--force" in city.run("restore", tmp_path / "city.tar").stderr
    assert city.ledger() != before
    engines = Engines(locate(postgres_url))
    with engines.reading():  # somebody who uses the store, like a gateway on another machine
        assert b"stop it first" in city.run("restore", "--force", tmp_path / "city.tar").stderr
    engines.dispose()
    city.ok("restore", "--force", tmp_path / "city.tar")
    assert city.ledger() == before
    sqlite = City(tmp_path / "sqlite")
    assert b"postgresql" in sqlite.run("restore", tmp_path / "city.tar").stderr


@pytest.mark.postgres
def test_without_pg_dump_it_says_what_is_missing(tmp_path: Path, postgres_url: str) -> None:
    city = City(tmp_path / "city", postgres_url)
    city.ok("migrate")
    done = city.run("backup", tmp_path / "city.tar", environ={"PATH": str(tmp_path)})
    assert (done.returncode, b"pg_dump is needed" in done.stderr) == (1, True)
    assert not list(tmp_path.glob("city.tar*"))


def test_two_backups_into_one_file_do_not_mix(tmp_path: Path) -> None:
    with archive.writing(tmp_path / "one.tar") as first:
        first.add_bytes("backup.json", b"{}")
        with pytest.raises(StoreError, match="another backup"), archive.writing(tmp_path / "one.tar"):
            pass
    assert archive.unpack(tmp_path / "one.tar", lambda name: tmp_path / "out" / name).keys() == {"backup.json"}
