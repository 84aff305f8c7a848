"""What the disk may do to us: be nearly full, be full, fail to sync, be locked. The sender is told to come again, and nothing is lost."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.store.sqlite import connect
from tests.journeys.checking import deliver_all, examine, spooled
from tests.journeys.conftest import MakeGateway
from tests.journeys.receiver import Receiver
from tests.journeys.running import Gateway, wait_for
from tests.journeys.senders import JsonRoad, MailRoad, Records, hand_over, letters, mail_senders, stop_all
from tests.journeys.small_disk import fill, may_mount, small_disk

needs_root = pytest.mark.skipif(not may_mount(), reason="mounting a small disk needs root")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the write lock of a SQLite file, as a careless script at the same machine might."""
    outside = connect(path, write=True)
    try:
        outside.execute("BEGIN IMMEDIATE")
        yield
        outside.execute("ROLLBACK")
    finally:
        outside.close()


def test_a_nearly_full_disk_is_refused_by_its_name(make_gateway: MakeGateway, records: Records) -> None:
    gateway = make_gateway(store_extra='min_free = "900 TiB"')
    gateway.launch()
    wait_for("it is alive", lambda: gateway.get("/health/live")[0] == 200)
    key = gateway.key()
    (letter,) = letters("full", 1)
    mail, json_road = MailRoad(gateway.smtp_port, records), JsonRoad(gateway.http_port, key, records)
    assert mail.send(letter) is None
    assert json_road.send(letter) is None
    assert records.answers == {452: 1, 507: 1}
    assert gateway.get("/health/ready")[0] == 503
    assert gateway.drain()["received"] == 0
    mail.close()
    json_road.close()
    assert gateway.stop() == 0


@needs_root
@pytest.mark.parametrize("min_free", ["6 MiB", "0"], ids=["refused-early", "really-full"])
def test_a_disk_that_fills_up_and_is_emptied_needs_no_restart(
    make_gateway: MakeGateway, tmp_path: Path, receiver: Receiver, records: Records, min_free: str
) -> None:
    with small_disk(tmp_path / "disk", megabytes=40) as disk:
        gateway = Gateway(disk / "gateway", sink_url=receiver.url, secret=receiver.secret, store_extra=f'min_free = "{min_free}"')
        gateway.log = tmp_path / "gateway.log"  # on the full disk it could not tell of the refusals
        with gateway.start({"TMPDIR": str(disk)}):
            pads = (0, 100_000, 300_000)
            sources = [letters(f"disk{number}", padding=lambda n: pads[n % 3] if n % 5 == 0 else 0) for number in range(3)]
            senders = mail_senders(gateway, records, sources, rest=0.03)
            for sender in senders:
                sender.start()
            wait_for("some are acknowledged", lambda: len(records.acked) > 20)
            filler = fill(disk)
            wait_for("senders are refused", lambda: sum(records.answers.values()) > 10)
            refused = set(records.answers)
            wait_for("health says so", lambda: min_free == "0" or gateway.get("/health/ready")[0] == 503)
            filler.unlink()
            before = len(records.acked)
            wait_for("senders are taken again", lambda: len(records.acked) > before + 20)
            stop_all(senders)
            gateway.drain(received=len(records.acked))
            deliver_all(gateway)
            assert refused <= {451, 452}, refused
            found = examine(gateway, records, receiver)
            assert found.sound, found
            assert found.held == 0
            assert gateway.has_logged("refused for now") or gateway.has_logged("could not store")
            assert gateway.stop() == 0
            assert not spooled(gateway)


@needs_root
def test_a_full_disk_makes_no_message_unreadable(make_gateway: MakeGateway, tmp_path: Path, records: Records) -> None:
    # The mail is stored, and then there is no room for the file inside it: that is the disk's fault, and passes.
    with small_disk(tmp_path / "disk", megabytes=40) as disk:
        gateway = Gateway(disk / "gateway", store_extra="min_free = 0")
        with gateway.start({"TMPDIR": str(disk)}):
            hand_over(gateway, records, letters("before", 1))
            gateway.drain(received=1)
            (processing,) = gateway.parts()["processing"]
            os.kill(processing, signal.SIGSTOP)
            hand_over(gateway, records, letters("files", 3, padding=lambda _number: 30_000))
            filler = fill(disk)
            os.kill(processing, signal.SIGCONT)
            wait_for("processing has failed", lambda: gateway.has_logged("processing failed, trying again"))
            assert gateway.parts()["processing"] == [processing]
            filler.unlink()
            gateway.drain(received=4)
            found = examine(gateway, records)
            assert found.sound, found
            assert found.held == 0
            assert all(message["attachments"][0]["sha256"] for message in gateway.lines("messages", "list", "--json")[1:])


@pytest.mark.parametrize("place", ["inbox.commit.before", "blob.fsync", "blob.dirsync"])
def test_a_disk_that_fails_to_sync_ends_the_gateway_without_an_acknowledgement(
    make_gateway: MakeGateway, records: Records, place: str
) -> None:
    # The kernel may have dropped the pages that it could not write, so a second fsync would succeed and prove nothing.
    (letter,) = letters("sync", 1, padding=lambda _number: 80_000)
    gateway = make_gateway().start({"INTAKE_TEST": "1", "INTAKE_FAILPOINT": f"{place}:eio@1"})
    road = MailRoad(gateway.smtp_port, records)
    assert road.send(letter) is None
    road.close()
    assert records.answers == {451: 1}
    assert gateway.ended() == 1
    assert gateway.has_logged("the disk failed to sync")
    gateway.start()
    hand_over(gateway, records, [letter])
    gateway.drain(received=1)
    found = examine(gateway, records)
    assert found.sound, found
    assert found.stored == 1


def test_a_locked_database_delays_the_answer_and_loses_nothing(make_gateway: MakeGateway, records: Records) -> None:
    gateway = make_gateway().start()
    assert gateway.location.inbox is not None
    (sender,) = mail_senders(gateway, records, [letters("locked", 3)])
    with locked(gateway.location.inbox):
        sender.start()
        time.sleep(2)
        assert not records.acked
    sender.join(20)
    assert len(records.acked) == 3
    gateway.drain(received=3)
    assert examine(gateway, records).sound


@pytest.mark.faults
def test_a_database_that_stays_locked_is_a_temporary_refusal_within_15_seconds(make_gateway: MakeGateway, records: Records) -> None:
    gateway = make_gateway().start()
    assert gateway.location.inbox is not None
    (letter,) = letters("locked", 1)
    road = MailRoad(gateway.smtp_port, records)
    with locked(gateway.location.inbox):
        began = time.monotonic()
        assert road.send(letter) is None
        assert time.monotonic() - began < 15
    road.close()
    assert records.answers == {451: 1}
    hand_over(gateway, records, [letter])
    gateway.drain(received=1)
    assert examine(gateway, records).sound


@pytest.mark.faults
def test_a_main_database_that_stays_locked_makes_processing_wait_and_holds_no_message(
    make_gateway: MakeGateway, receiver: Receiver, records: Records
) -> None:
    # SQLite's errors were once taken for a fault of the message: one by one they became held, or ended the process.
    gateway = make_gateway(sink=receiver).start()
    assert gateway.location.main is not None
    with locked(gateway.location.main):
        hand_over(gateway, records, letters("main", 5))
        wait_for("processing has given up once", lambda: gateway.has_logged("processing failed, trying again"), seconds=45)
    gateway.drain(received=5)
    deliver_all(gateway)
    found = examine(gateway, records, receiver)
    assert found.sound, found
    assert found.held == 0
    assert not gateway.has_logged("processing ended by itself")


def test_who_understands_waits_for_a_locked_database_and_who_accepts_does_not(make_gateway: MakeGateway, records: Records) -> None:
    gateway = make_gateway().start()
    assert gateway.location.main is not None
    with locked(gateway.location.main):
        hand_over(gateway, records, letters("main", 10))
        time.sleep(1)
        with gateway.engines() as engines:
            from gateway.store import ledger

            assert ledger.balance(engines)["pending"] == 10
    gateway.drain(received=10)
    found = examine(gateway, records)
    assert found.sound, found
    assert found.held == 0
