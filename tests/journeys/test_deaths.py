"""Stops and deaths under load: the whole gateway, or one process of it, in the middle of the work."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.journeys.checking import deliver_all, examine
from tests.journeys.conftest import MakeGateway
from tests.journeys.receiver import DOWN, GOOD, LOST_ANSWER, Manner, Receiver
from tests.journeys.running import Gateway, Part, free_port, wait_for
from tests.journeys.senders import Records, Sender, hand_over, json_senders, letters, mail_senders, stop_all


def _under_load(gateway: Gateway, records: Records) -> list[Sender]:
    """Four senders by mail and one by JSON, begun."""
    senders = mail_senders(gateway, records, [letters(f"m{number}") for number in range(4)], rest=0.05)
    senders += json_senders(gateway, gateway.key(), records, [letters("j")], rest=0.05)
    for sender in senders:
        sender.start()
    return senders


def _some_more(records: Records, count: int) -> None:
    goal = len(records.acked) + count
    wait_for(f"{count} more are acknowledged", lambda: len(records.acked) >= goal)


def _settle(gateway: Gateway, records: Records, senders: list[Sender]) -> None:
    stop_all(senders)
    gateway.drain(received=len(records.acked))


def test_sigterm_under_load_loses_nothing_and_exits_0(
    make_gateway: MakeGateway, store_url: str, receiver: Receiver, records: Records
) -> None:
    gateway = make_gateway(store_url, receiver).start()
    senders = _under_load(gateway, records)
    _some_more(records, 60)
    assert gateway.stop() == 0
    assert not gateway.group()
    gateway.start()
    _some_more(records, 20)
    _settle(gateway, records, senders)
    deliver_all(gateway)
    found = examine(gateway, records, receiver)
    assert found.sound, found
    assert set(records.answers) <= {421, 451, 503, 0, -1}, records.answers


def test_kill_9_under_load_with_a_failing_sink(make_gateway: MakeGateway, records: Records) -> None:
    _kill_9(make_gateway, "", records, kills=2)


@pytest.mark.faults
def test_kill_9_under_load_with_a_failing_sink_on_postgresql(make_gateway: MakeGateway, postgres_url: str, records: Records) -> None:
    _kill_9(make_gateway, postgres_url, records, kills=3)


def _kill_9(make_gateway: MakeGateway, store_url: str, records: Records, *, kills: int) -> None:
    # A fifth of the calls fail, and of those half after the effect: the receiver then sees the same webhook-id again.
    manners = itertools.cycle([GOOD] * 8 + [DOWN, LOST_ANSWER])
    with Receiver(lambda _number: next(manners)) as receiver:
        gateway = make_gateway(store_url, receiver).start()
        senders = _under_load(gateway, records)
        for _ in range(kills):
            _some_more(records, 30)
            gateway.kill()
            gateway.let_leases_end()
            gateway.start()
        _some_more(records, 20)
        _settle(gateway, records, senders)
        deliver_all(gateway)
        found = examine(gateway, records, receiver)
        assert found.sound, found
        assert receiver.total > len(receiver.effects), "no call was repeated: this test shows nothing"


@pytest.mark.parametrize("part", ["processing", "zygote", "reader"])
def test_a_process_that_is_killed_comes_back_and_everything_is_processed(
    make_gateway: MakeGateway, receiver: Receiver, records: Records, part: Part
) -> None:
    gateway = make_gateway(sink=receiver).start()
    accepting = gateway.parts()["accepting"]
    senders = _under_load(gateway, records)
    _some_more(records, 30)
    killed = gateway.kill_part(part)
    wait_for(f"another {part} is there", lambda: any(pid != killed for pid in gateway.parts()[part]))
    _some_more(records, 30)
    assert gateway.parts()["accepting"] == accepting, "whoever accepts is not disturbed"
    _settle(gateway, records, senders)
    deliver_all(gateway)
    found = examine(gateway, records, receiver)
    assert found.sound, found
    assert not found.held
    assert not records.answers, "no sender noticed"
    assert gateway.stop() == 0


def test_the_accepting_process_is_killed_alone_and_its_successor_takes_over(
    make_gateway: MakeGateway, receiver: Receiver, records: Records
) -> None:
    gateway = make_gateway(sink=receiver).start()
    senders = _under_load(gateway, records)
    _some_more(records, 30)
    gateway.kill_part("accepting")
    assert gateway.process is not None
    gateway.process.wait()
    gateway.start()
    _some_more(records, 30)
    _settle(gateway, records, senders)
    deliver_all(gateway)
    found = examine(gateway, records, receiver)
    assert found.sound, found
    assert gateway.stop() == 0


def test_a_gateway_that_was_killed_while_it_made_its_store_starts(make_gateway: MakeGateway, records: Records, tmp_path: Path) -> None:
    # The store's first transaction is not yet one of the write-ahead log: its journal is left behind, and only a writer may play it back.
    path = tmp_path / "half-made-inbox.db"
    half_made = "import os, sys; from pysqlite3 import dbapi2; c = dbapi2.connect(sys.argv[1], isolation_level=None);"
    half_made += "c.execute('PRAGMA cache_size=1'); c.execute('CREATE TABLE old (a)'); c.execute('BEGIN');"
    half_made += "[c.execute('INSERT INTO old VALUES (randomblob(4000))') for _ in range(50)]; os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", half_made, str(path)], check=False).returncode == -9
    assert path.with_name(path.name + "-journal").stat().st_size > 0
    gateway = make_gateway(f"sqlite:///{tmp_path}/half-made.db").start()
    hand_over(gateway, records, letters("first", 1))
    gateway.drain(received=1)
    assert examine(gateway, records).sound


def test_a_second_gateway_on_the_same_sqlite_store_does_not_start(make_gateway: MakeGateway, tmp_path: Path) -> None:
    first = make_gateway(f"sqlite:///{tmp_path}/one.db").start()
    second = make_gateway(f"sqlite:///{tmp_path}/one.db")
    second.launch()
    assert second.ended() == 1
    assert "another gateway is running on this store" in second.log.read_text()
    assert first.is_ready()


def test_a_message_that_kills_its_reader_is_held_and_the_others_are_not(make_gateway: MakeGateway, records: Records) -> None:
    deadly = {"INTAKE_TEST": "1", "INTAKE_FAILPOINT": "parse.start:kill@deadly"}
    gateway = make_gateway().start(deadly)
    mixed = list(letters("good", 12))
    mixed[3:3] = letters("deadly", 2)
    senders = mail_senders(gateway, records, [mixed[:5], mixed[5:10], mixed[10:]])
    for sender in senders:
        sender.start()
    gateway.drain(received=14)
    stop_all(senders)
    assert gateway.has_logged("a message ended its reader: it is held")
    found = examine(gateway, records)
    assert found.sound, found
    assert (found.stored, found.held) == (14, 2)
    held = gateway.lines("held", "list", "--json")
    assert sorted(message["intake_id"] for message in held) == sorted(records.acked[f"deadly-{number}"] for number in (1, 2))
    assert {message["reason"] for message in held} == {"unreadable"}

    # A later release reads them without harm: a person says that they are requests after all.
    released = gateway.cli("held", "release", *(message["intake_id"] for message in held))
    assert released.returncode == 0, released.stderr
    assert gateway.lines("held", "list", "--json") == []
    assert examine(gateway, records).requests == 14
    assert gateway.stop() == 0


def test_a_message_that_takes_its_reader_too_long_is_held_and_delays_no_answer(make_gateway: MakeGateway, records: Records) -> None:
    # A reader that sleeps stands for one that computes; a batch has one second here.
    slow = {"INTAKE_TEST": "1", "INTAKE_FAILPOINT": "parse.start:delay=30000@endless"}
    gateway = make_gateway(worker_extra="deadline = 1.0").start(slow)
    hand_over(gateway, records, [*letters("before", 2), *letters("endless", 1)])
    began = time.monotonic()
    hand_over(gateway, records, letters("after", 5))
    assert time.monotonic() - began < 5
    gateway.drain(received=8)
    found = examine(gateway, records)
    assert found.sound, found
    assert (found.stored, found.held) == (8, 1)


def test_two_gateways_share_one_postgresql(make_gateway: MakeGateway, postgres_url: str, receiver: Receiver, records: Records) -> None:
    # Each letter goes to both at about the same time; one of them is killed on the way.
    one, other = make_gateway(postgres_url, receiver).start(), make_gateway(postgres_url, receiver).start()
    sources = [list(letters(f"s{number}", 60)) for number in range(2)]
    senders = mail_senders(one, records, sources) + mail_senders(other, records, sources[::-1])
    for sender in senders:
        sender.start()
    _some_more(records, 30)
    other.kill()
    other.start()
    one.let_leases_end()
    for sender in senders:
        sender.join(40)
    one.drain(received=120, seconds=60)
    deliver_all(one)
    found = examine(one, records, receiver)
    assert found.sound, found
    assert (found.acked, found.stored) == (120, 120)
    assert receiver.created.total() == found.requests
    assert (one.stop(), other.stop()) == (0, 0)


def test_a_sink_that_asks_for_patience_gets_it(make_gateway: MakeGateway, records: Records) -> None:
    # 429 with Retry-After: nothing is sent to it before the time is over, and then everything.
    with Receiver(lambda number: Manner(429, effect=False, retry_after="2") if number == 1 else GOOD) as receiver:
        gateway = make_gateway(sink=receiver, sink_extra="concurrency = 1").start()
        hand_over(gateway, records, letters("patience", 4))
        gateway.drain(received=4)
        wait_for("everything is delivered", lambda: receiver.created.total() == 4)
        assert receiver.at[1] - receiver.at[0] >= 2.0
        deliver_all(gateway)
        assert examine(gateway, records, receiver).sound


def test_a_free_port_is_free() -> None:
    assert 20_000 <= free_port() <= 31_900
