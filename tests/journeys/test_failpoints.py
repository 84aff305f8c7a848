"""Every place at which a power switch could hit: the process dies exactly there, starts again, and nothing is lost or doubled."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.failpoint import STAGES
from tests.journeys.checking import deliver_all, examine, spooled
from tests.journeys.conftest import MakeGateway
from tests.journeys.receiver import Receiver
from tests.journeys.running import Gateway, wait_for
from tests.journeys.senders import Letter, MailRoad, Records, Sender, letters, stop_all

COMMANDS = frozenset({"backup", "fetch.before", "fetch.done"})
"""Places that a gateway which is sent mail never passes: those of media are tried in ``tests/gateway/test_fetching.py``."""
POLLING = frozenset(stage for stage in STAGES if stage.startswith("poll."))
"""Places that only a poller passes: test_imap.py is about them."""
ACCEPTING = frozenset(stage for stage in STAGES if stage.partition(".")[0] in ("accept", "inbox", "reply"))


def _letters(stage: str, enough: threading.Event) -> Iterator[Letter]:
    """Letters, one every so often; for the places of blobs some are larger than a row takes, and some larger than memory takes."""
    for letter in letters("point", padding=lambda number: (80_000, 300_000)[number % 2] if stage.startswith("blob.") else 0):
        yield letter
        if enough.wait(0.05):
            return


def _was_hit(gateway: Gateway, stage: str) -> bool:
    return any(entry.get("event") == "failpoint" and entry.get("stage") == stage for entry in gateway.logged())


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage not in COMMANDS | POLLING])
def test_a_process_that_dies_there_loses_and_doubles_nothing(
    make_gateway: MakeGateway, receiver: Receiver, records: Records, stage: str
) -> None:
    gateway = make_gateway(sink=receiver)
    gateway.start({"INTAKE_TEST": "1", "INTAKE_FAILPOINT": f"{stage}:kill@2"})
    enough = threading.Event()
    sender = Sender(MailRoad(gateway.smtp_port, records), _letters(stage, enough), records)
    sender.start()
    wait_for(f"{stage} was reached", lambda: _was_hit(gateway, stage))
    if stage in ACCEPTING:
        assert gateway.ended() == -9
    else:
        gateway.kill()
    enough.set()
    gateway.start()
    sender.join(30)
    assert not sender.is_alive()
    gateway.drain(received=len(records.tried))
    deliver_all(gateway)
    found = examine(gateway, records, receiver)
    assert found.sound, found
    assert found.tried == found.acked == found.stored
    assert not found.held


def test_a_backup_that_dies_leaves_no_file_that_looks_like_one(make_gateway: MakeGateway, records: Records, tmp_path: Path) -> None:
    with make_gateway() as gateway:
        sender = Sender(MailRoad(gateway.smtp_port, records), letters("kept", 3, padding=lambda _number: 80_000), records)
        sender.start()
        gateway.drain(received=3)
        stop_all([sender])
        target = tmp_path / "backup.tar"
        died = gateway.cli("backup", str(target), environ={"INTAKE_TEST": "1", "INTAKE_FAILPOINT": "backup:kill@2"})
        assert died.returncode == -9
        assert '"stage": "backup"' in died.stderr
        assert not target.exists()
        done = gateway.cli("backup", str(target), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["missing"] == []
        assert examine(gateway, records).sound


def test_an_error_at_any_place_of_the_commit_is_a_temporary_refusal(make_gateway: MakeGateway, records: Records) -> None:
    # A full disk, and an exception that nobody foresaw: 452 and 451, then the same sender's second attempt is taken.
    faults = ["accept.start:raise@1", "inbox.insert:enospc@2", "blob.write:enospc@1", "blob.rename:raise@1"]
    gateway = make_gateway().start({"INTAKE_TEST": "1", "INTAKE_FAILPOINT": ",".join(faults)})
    sender = Sender(MailRoad(gateway.smtp_port, records), letters("fault", 6, padding=lambda n: 80_000 if n > 3 else 0), records)
    sender.start()
    sender.join(20)
    gateway.drain(received=6)
    assert records.answers == {451: 2, 452: 2}
    assert not spooled(gateway)
    found = examine(gateway, records)
    assert found.sound, found
    assert found.stored == 6


def test_a_slow_disk_holds_up_the_answer_and_nothing_else(make_gateway: MakeGateway, records: Records) -> None:
    gateway = make_gateway().start({"INTAKE_TEST": "1", "INTAKE_FAILPOINT": "inbox.commit.before:delay=1500@1"})
    sender = Sender(MailRoad(gateway.smtp_port, records), letters("slow", 1), records)
    sender.start()
    answered = threading.Event()
    wait_for("the commit is under way", lambda: _was_hit(gateway, "inbox.commit.before"))
    assert not records.acked, "acknowledged before the commit"
    if gateway.get("/health/live")[0] == 200:
        answered.set()
    sender.join(20)
    assert answered.is_set()
    assert len(records.acked) == 1


def test_the_switch_is_refused_outside_of_tests(make_gateway: MakeGateway) -> None:
    gateway = make_gateway()
    gateway.launch({"INTAKE_TEST": "", "INTAKE_FAILPOINT": "inbox.insert:kill"})
    assert gateway.ended() == 2
    assert "INTAKE_FAILPOINT: only for tests" in gateway.log.read_text()


def test_a_place_that_does_not_exist_is_refused(make_gateway: MakeGateway) -> None:
    gateway = make_gateway()
    gateway.launch({"INTAKE_TEST": "1", "INTAKE_FAILPOINT": "inbox.nowhere:kill"})
    assert gateway.ended() == 2
    assert "inbox.nowhere" in gateway.log.read_text()
