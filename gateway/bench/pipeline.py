"""How fast mail becomes requests: a real gateway, fed by its port or with a full inbox, to the committed request and outbox row.

Parts
    mails     in by SMTP and completely processed, a second; processor time for each, beside Postfix with discard delivery
    cores     a full inbox drained by two processors against one
    flat      the same drain with 1,000 stored requests against many
    backlog   acknowledgements while a backlog is drained against idle ones; memory
    start     from exec to ready, with many stored requests and a backlog

Contestants alternate, the first round is thrown away, and the figure is the median of the rounds' ratios: on a shared machine only ratios
mean something. The load comes from this process and shares the processors.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gateway.bench import mails, smtp_load, stock
from gateway.bench.figures import Figure, compared, judged
from gateway.bench.rig import RECIPIENT, Rig, empty_store, location, put_in, scratch
from gateway.clock import new_id
from gateway.errors import IntakeError
from gateway.store.sqlite import connect

PARTS = ("mails", "cores", "flat", "backlog", "start")
_FEW = 1_000
_PATIENCE = 300.0
"""Seconds in which one drain must end."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How much: mails in a round, rounds (the first is thrown away), requests and backlog of the large store, acknowledgements a second."""

    mails: int = 2_000
    rounds: int = 4
    stored: int = 200_000
    backlog: int = 20_000
    rate: float = 100.0
    seconds: float = 8.0
    sessions: int = 20


def run(parts: Sequence[str], options: Options, tell: Tell = lambda _step: None) -> Iterator[Figure]:
    """Run the parts and yield each figure when it is known. ``tell`` is told what is being done. Raises IntakeError."""
    with scratch() as folder:
        if "mails" in parts:
            yield from _mails(empty_store(folder / "mails"), options, tell)
        if "cores" in parts:
            yield from _cores(empty_store(folder / "cores"), options, tell)
        if {"flat", "backlog", "start"} & set(parts):
            tell(f"making a store with {options.stored:,} requests")
            large = stock.make(folder / "large", options.stored)
            if "flat" in parts:
                yield from _flat(folder, large, options, tell)
            if "backlog" in parts:
                yield from _backlog(large, options, tell)
            if "start" in parts:
                yield from _start(large, options, tell)


def _mails(folder: Path, options: Options, tell: Tell) -> Iterator[Figure]:
    from gateway.bench.postfix import Postfix, installed

    rates, costs, their_rates, their_costs = [], [], [], []
    with Rig(folder) as rig:
        for round_number in range(options.rounds):
            tell(f"mails: round {round_number + 1} of {options.rounds}")
            before, cpu = rig.settled(), rig.cpu()
            started = time.perf_counter() - _send(rig.smtp, options).seconds
            ended = rig.wait_settled(before + options.mails, seconds=_PATIENCE)
            rates.append(options.mails / (ended - started))
            costs.append((rig.cpu() - cpu) / options.mails * 1e3)
            if installed():
                with Postfix() as postfix:
                    cpu = postfix.cpu()
                    started = time.perf_counter() - _send(postfix.port, options).seconds
                    postfix.wait_delivered()
                    their_rates.append(options.mails / (time.perf_counter() - started))
                    their_costs.append((postfix.cpu() - cpu) / options.mails * 1e3)
    if their_rates:
        yield compared("mails", "completely processed", "/s", rates, their_rates, "/s Postfix, discarding", at_least=2.0)
        yield compared("mails", "processor time a mail", "ms", costs, their_costs, "ms Postfix", at_most=0.35)
    else:
        yield Figure("mails", "completely processed", statistics.median(rates[1:] or rates), "/s", beside="Postfix is not installed")
        yield Figure("mails", "processor time a mail", statistics.median(costs[1:] or costs), "ms", beside="Postfix is not installed")


def _send(port: int, options: Options, *, rate: float = 0.0, messages: int = 0) -> smtp_load.Outcome:
    """Send mails from a process of its own. Raises IntakeError where one is refused."""
    plan = smtp_load.Plan("127.0.0.1", port, messages or options.mails, options.sessions, mails.SIZE, rate=rate, recipient=RECIPIENT)
    outcome = smtp_load.run_apart(plan)
    if outcome.refused:
        raise IntakeError(f"{outcome.refused} mails were refused: {outcome.reason}")
    return outcome


def _cores(folder: Path, options: Options, tell: Tell) -> Iterator[Figure]:
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        yield Figure("cores", "drained by two processors", 0.0, "/s", beside="this machine has one")
        return
    one, two = [], []
    for round_number in range(options.rounds):
        tell(f"cores: round {round_number + 1} of {options.rounds}")
        one.append(_drain(folder, options.mails, cores=cores[:1])[0])
        two.append(_drain(folder, options.mails, cores=cores)[0])
    yield compared("cores", "drained by two processors", "/s", two, one, "/s by one", at_least=1.6)


def _flat(folder: Path, large: Path, options: Options, tell: Tell) -> Iterator[Figure]:
    small = stock.make(folder / "small", _FEW)
    few, many, cost = [], [], []
    for round_number in range(options.rounds):
        tell(f"flat: round {round_number + 1} of {options.rounds}")
        rate, _cpu = _drain(small, options.mails)
        few.append(rate)
        rate, cpu = _drain(large, options.mails)
        many.append(rate)
        cost.append(cpu)
    what = f"drained with {options.stored:,} stored"
    yield compared("flat", what, "/s", few, many, f"/s (first: with {_FEW:,})", at_most=1.2)
    yield Figure("flat", "processor time a mail in a drain", statistics.median(cost[1:] or cost), "ms")


def _drain(folder: Path, count: int, *, cores: Sequence[int] | None = None) -> tuple[float, float]:
    """Mails a second, and milliseconds of processor time for each, while a full inbox becomes requests; the start is not counted."""
    put_in(folder, mails.make(count, new_id()))
    with Rig(folder, cores=cores) as rig:
        total = _last(folder)
        begun = rig.wait_settled(total - count + 1, seconds=_PATIENCE, every=0.002)
        first, cpu = rig.settled(), rig.cpu()
        ended = rig.wait_settled(total, seconds=_PATIENCE, every=0.005)
        done = max(total - first, 1)
        return done / (ended - begun), (rig.cpu() - cpu) / done * 1e3


def _last(folder: Path) -> int:
    """The number of the last message in the inbox."""
    inbox = location(folder).inbox
    assert inbox is not None  # noqa: S101  (it is SQLite)
    with closing(connect(inbox, write=False)) as connection:
        return int(connection.execute("SELECT max(seq) FROM inbox").fetchone()[0])


def _backlog(large: Path, options: Options, tell: Tell) -> Iterator[Figure]:
    count = max(1, int(options.rate * options.seconds))
    with Rig(large) as rig:
        tell("backlog: acknowledgements without one")
        _send(rig.smtp, options, messages=50)
        idle_memory = rig.pss()
        idle = _send(rig.smtp, options, rate=options.rate, messages=count)
        tell(f"backlog: acknowledgements while {options.backlog:,} mails are drained")
        put_in(large, mails.make(options.backlog, new_id(), seed=3))
        total = _last(large)
        loaded = _send(rig.smtp, options, rate=options.rate, messages=count)
        left, memory = total - rig.settled(), rig.pss()
        beside = "ms idle" if left > 0 else "ms idle; the backlog was gone before the end: make it larger"
        for name, now, then, goal in (("half", loaded.p50_ms, idle.p50_ms, None), ("99 %", loaded.p99_ms, idle.p99_ms, 5.0)):
            words, holds = judged(now / then, " ×", at_most=goal)
            yield Figure("backlog", f"dot to 250, {name} within", now, "ms", then, beside, now / then, goal=words, holds=holds)
        for what, value, most in (("memory idle", idle_memory, 150.0), ("memory in the drain", memory, 250.0)):
            words, holds = judged(value, " MB", at_most=most)
            yield Figure("backlog", f"{what} (PSS)", value, "MB", goal=words, holds=holds)


def _start(large: Path, options: Options, tell: Tell) -> Iterator[Figure]:
    put_in(large, mails.make(options.backlog, new_id(), seed=6))
    times = []
    for round_number in range(options.rounds):
        tell(f"start: round {round_number + 1} of {options.rounds}")
        with Rig(large) as rig:
            times.append(rig.ready_after)
    middle = statistics.median(times)
    words, holds = judged(middle, " s", at_most=1.0)
    what = f"exec to ready, {options.stored:,} stored and a backlog"
    yield Figure("start", what, middle, "s", spread=(min(times), max(times)), goal=words, holds=holds)
