"""The watch over the channels: probes, canaries and alarms, with a store of either kind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, MutableMapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import time_machine
from sqlalchemy import insert

from channels.base import RawMessage
from channels.outward import no_client
from gateway import overview, wiring
from gateway.clock import new_id, now
from gateway.schedule import Schedule
from gateway.silence import WEEK, hour_of
from gateway.store import channels, history, ledger, requests, schema, timers
from gateway.store.channel_tables import CHANNEL_HOUR
from gateway.store.claims import open_claims
from gateway.store.engine import Engines
from gateway.store.inbox import Arrival
from gateway.store.location import locate
from gateway.store.outcome import Outbox, Outcome, OutcomeWriter
from gateway.store.polls import open_polls
from gateway.store.transactions import Transactions
from gateway.watch import Watch
from gateway.wiring import Wired
from normalizer.pipeline import Work, relate, understand
from tests.gateway.store.builders import appender
from tests.gateway.wiring_adapters.plug import plugged_in
from tests.normalizer.build import context

CITY = "springfield.example.gov"
START = datetime.fromisoformat("2026-11-24T15:00:00+00:00")


class City:
    """A configuration with two channels, its store, and the watch over them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.sick, self.box = folder / "sick", folder / "box"
        file = folder / "city.toml"
        file.write_text(
            f"""
            jurisdiction_id = "{CITY}"
            [store]
            url = "{url}"
            [channels.letters]
            type = "pigeon.letter"
            health = "{self.sick}"
            box = "{self.box}"
            [channels.post]
            type = "pigeon.post"
            [health]
            canary = {{ letters = "1 h" }}
            """
        )
        self.wired: Wired = wiring.load(file, {}, parts={"channels"})
        location = locate(url)
        schema.migrate(location)
        self.engines = Engines(location)
        self.transactions = Transactions(self.engines)
        self.watch = Watch(self.engines, self.transactions, self.wired, no_client)
        self.watch._started = START - timedelta(days=1)

    def report(self, channel_id: str = "letters") -> dict[str, Any]:
        found = {report["channel_id"]: report for report in overview.reports(self.wired, self.engines, now())}
        json.dumps(found, default=str)
        return found[channel_id]

    def events(self, channel_id: str = "letters") -> list[tuple[str, str]]:
        with self.engines.reading() as connection:
            return [(kind, data["kind"]) for _at, kind, _actor, data in history.of_subject(connection, f"channel:{channel_id}")]

    def deliver(self, **hints: Any) -> Work:
        """A message of the channel of letters, through the pipeline and into the store as the worker does."""
        letter = json.dumps({"channel": "email", "text": "A pothole", "hints": hints}).encode()
        raw = RawMessage(new_id(), now(), "application/json", letter)
        appender(self.engines).append([Arrival(new_id(), CITY, "letters", raw, len(letter))])
        claims = open_claims(self.engines)
        (stored,) = claims.take(1, 1 << 20, lease=60)
        message = self.wired.channels["letters"].translate(stored.raw)
        message.intake_id, message.jurisdiction_id, message.received_datetime = stored.intake_id, CITY, now()
        work = Work(message=message, now=now())
        understand([work], context())
        with self.engines.writing() as connection:
            claims.settle(connection, [stored])
            OutcomeWriter(connection, Outbox(lambda _request: []), now()).write(
                [Outcome(stored.seq, work)], lambda item, facts: relate([item], context(), facts.known(CITY))
            )
            channels.note(connection, [message])
        return work


@pytest.fixture
def city(tmp_path: Path, store_url: str) -> Iterator[City]:
    with plugged_in():
        made = City(tmp_path, store_url)
        yield made
        made.engines.dispose()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def log() -> Iterator[list[MutableMapping[str, Any]]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


def told(log: list[MutableMapping[str, Any]]) -> list[tuple[str, str]]:
    return [(line["log_level"], line["kind"]) for line in log if line["event"].startswith("channel ")]


async def test_a_channel_that_fails_is_told_once_and_so_is_its_recovery(
    city: City, clock: time_machine.Traveller, log: list[MutableMapping[str, Any]]
) -> None:
    await city.watch.probe()
    assert (city.report()["state"], city.report()["backlog"], city.report()["error"]) == ("never", 3, None)
    assert city.report()["last_success_datetime"] == START
    city.sick.write_text("the pigeons are ill")
    states = []
    for _minute in range(4):
        clock.shift(300)
        await city.watch.probe()
        await city.watch.judge()
        states.append((city.report()["state"], sorted(city.report()["alarms"])))
    assert states == [("failing", []), *[("failing", ["failing"])] * 3]
    assert city.report()["error"] == "the pigeons are ill"
    assert city.report()["failing_since"] == START + timedelta(minutes=5)
    assert told(log) == [("error", "failing")]
    city.sick.unlink()
    clock.shift(300)
    await city.watch.probe()
    assert (city.report()["state"], city.report()["alarms"], city.report()["error"]) == ("never", {}, None)
    assert told(log) == [("error", "failing"), ("info", "failing")]
    assert city.events() == [("channel.alarm", "failing"), ("channel.recovered", "failing")]
    assert ledger.balance(city.engines)["chain_ok"]
    assert city.report("post")["abilities"] == ["probe"]
    assert city.events("post") == []


async def test_a_canary_that_arrives_and_one_that_does_not(
    city: City, clock: time_machine.Traveller, log: list[MutableMapping[str, Any]]
) -> None:
    await city.watch.canary("letters")
    clock.shift(40)
    assert city.deliver(canary=city.box.read_text().split()[0]).message.reason == "canary"
    await city.watch.judge()
    canary = city.report()["canary"]
    assert (canary["latency_seconds"], canary["overdue"], canary["every_seconds"]) == (40.0, False, 3600.0)
    assert city.report()["state"] == "never", "a canary is no resident"
    clock.shift(3600)
    await city.watch.canary("letters")
    clock.shift(14 * 60)
    await city.watch.judge()
    assert told(log) == []
    clock.shift(2 * 60)
    await city.watch.judge()
    await city.watch.judge()
    assert (city.report()["state"], city.report()["canary"]["overdue"], told(log)) == ("failing", True, [("error", "canary")])
    # It arrives late after all, and is still no request.
    assert city.deliver(canary=city.box.read_text().split()[1]).message.reason == "canary"
    await city.watch.judge()
    assert told(log) == [("error", "canary"), ("info", "canary")]
    assert city.deliver(canary="made-up").message.disposition == "request"
    with city.engines.reading() as connection:
        assert len(list(requests.listing(connection))) == 1
    tokens = city.box.read_text().split()
    assert not any(token in json.dumps(log, default=str) for token in tokens)


async def test_a_canary_that_cannot_be_sent_says_why(
    city: City, clock: time_machine.Traveller, log: list[MutableMapping[str, Any]]
) -> None:
    city.box.mkdir()
    await city.watch.canary("letters")
    (line,) = [line for line in log if line["event"] == "a canary could not be sent"]
    assert (line["log_level"], line["channel"]) == ("warning", "letters")
    clock.shift(3600)
    await city.watch.judge()
    assert told(log) == [("error", "canary")]


def with_history(city: City, weeks: int, channel_id: str = "letters") -> None:
    """So many weeks of two messages an hour, the last one just now."""
    first = hour_of(now()) - weeks * WEEK
    rows = [{"channel_id": channel_id, "jurisdiction_id": CITY, "hour": first + hour, "messages": 2} for hour in range(weeks * WEEK)]
    with city.engines.writing() as connection:
        connection.execute(insert(CHANNEL_HOUR), rows)
    city.deliver()


async def test_a_silent_channel_is_told_once(
    city: City, clock: time_machine.Traveller, log: list[MutableMapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.health.has_road", lambda _channel: True)
    with_history(city, 9)
    usual = city.report()["hours"]
    assert (usual["usual"], usual["messages"][-1], len(usual["messages"])) == ([2.0] * 48, 1, 48)
    for _hour in range(16):
        clock.shift(3600)
        await city.watch.judge()
    assert (city.report()["state"], city.report()["silent_since"], told(log)) == ("silent", START, [("error", "silent")])
    with city.engines.reading() as connection:
        assert channels.states(connection)["letters"].silent_since == START
    # However long it lasts, it is not forgotten what was usual, and nobody is told again.
    clock.shift(90 * 86_400)
    await city.watch._forget()
    await city.watch.judge()
    assert (city.report()["state"], told(log)) == ("silent", [("error", "silent")])
    city.deliver()
    await city.watch.judge()
    assert (city.report()["state"], told(log)) == ("ok", [("error", "silent"), ("info", "silent")])
    with city.engines.reading() as connection:
        assert channels.states(connection)["letters"].silent_since is None
        assert set(channels.hours(connection, 2 * WEEK)["letters"]) == {hour_of(now())}
    city.watch.gauge()


async def test_what_waits_to_be_understood_is_no_silence(
    city: City, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, log: list[MutableMapping[str, Any]]
) -> None:
    monkeypatch.setattr("gateway.health.has_road", lambda _channel: True)
    with_history(city, 9)
    clock.shift(86_400)
    raw = RawMessage("waits", now(), "application/json", b"{}")
    appender(city.engines).append([Arrival(new_id(), CITY, "letters", raw, 2)])
    await city.watch.judge()
    assert (city.report()["state"], told(log)) == ("ok", [])


async def test_a_poller_that_fails_is_told(city: City, clock: time_machine.Traveller, log: list[MutableMapping[str, Any]]) -> None:
    polls = open_polls(city.engines.location)
    polls.succeeded("letters", START - timedelta(hours=1))
    for _time in range(5):
        polls.failed("letters", START, "401")
    polls.close()
    assert city.report()["failures"] == 5
    await city.watch.judge()
    assert (city.report()["state"], city.report()["error"], told(log)) == ("failing", "401", [("error", "failing")])


async def test_two_gateways_tell_it_once(city: City, clock: time_machine.Traveller, log: list[MutableMapping[str, Any]]) -> None:
    other = Watch(city.engines, city.transactions, city.wired, no_client)
    city.sick.write_text("ill")
    await city.watch.probe()
    clock.shift(600)
    await asyncio.gather(city.watch.judge(), other.judge(), city.watch.judge())
    assert told(log) == [("error", "failing")]


async def test_after_a_start_what_waited_elsewhere_may_still_come(
    city: City, clock: time_machine.Traveller, log: list[MutableMapping[str, Any]]
) -> None:
    await city.watch.canary("letters")
    clock.shift(86_400)
    again = Watch(city.engines, city.transactions, city.wired, no_client)
    await again.judge()
    assert (city.report()["canary"]["overdue"], told(log)) == (True, [])
    clock.shift(15 * 60)
    await again.judge()
    assert told(log) == [("error", "canary")]


async def test_each_job_is_run_once_in_its_period(city: City, clock: time_machine.Traveller) -> None:
    jobs = city.watch.jobs()
    assert set(jobs) == {"judge-channels", "forget-hours", "probe-channels", "canary:letters"}
    period, _job = jobs["canary:letters"]
    schedules = [Schedule(city.transactions, city.wired, city.watch) for _gateway in range(2)]
    runs = 0

    async def job() -> None:
        nonlocal runs
        runs += 1

    for _ring in range(5):
        for schedule in schedules:
            await schedule.ring("canary:letters", period, job)
        clock.shift(1800)
    assert runs == 2
    # A period that was made shorter counts at once.
    with city.engines.writing() as connection:
        assert not timers.claim(connection, "canary:letters", timedelta(minutes=1), now())
        clock.shift(61)
        assert timers.claim(connection, "canary:letters", timedelta(minutes=1), now())
