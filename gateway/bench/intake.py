"""How fast mail is taken: a real gateway against stock aiosmtpd, which discards everything, and against Postfix, which keeps it durably.

One run, one load generator (Postfix's ``smtp-source`` where it is installed, else :mod:`gateway.bench.smtp_load`), the contestants one
after the other in each round. The gateway's 250 means that the mail is fsynced; its pipeline runs beside, and is let finish before the
next contestant's turn, so that it does not slow down the references.

    rates       mails a second for each size and number of sessions, a connection for each mail
    reuse       the same for 2 kB over connections that are kept
    latency     from the final dot to the 250 at a steady 200 mails a second

Does not: compare what happens to a mail afterwards (see :mod:`gateway.bench.pipeline`).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from gateway.bench import smtp_load
from gateway.bench.figures import Figure, compared, judged
from gateway.bench.postfix import Postfix, installed
from gateway.bench.rig import RECIPIENT, Rig, empty_store, free_port, processor_time, scratch
from gateway.errors import IntakeError

SIZES = (2_048, 20_480, 204_800)
SESSIONS = (1, 20, 100)
_TURN = 0.8
"""Seconds that the slowest contestant's turn should take."""
_TRIAL = 40
"""Mails from which the number for a turn is estimated."""
_RATE = 200.0
_OVER_POSTFIX = {2_048: 2.5, 20_480: 2.0, 204_800: 1.2}
"""Goals with 20 sessions and more, as ratios; with one, the disk decides."""
_OVER_STOCK = 1.5
_REUSED = 5.0
_UNEVEN = 2.0
"""A reference whose rounds differ by more than this is measured again."""
_LONG = 150.0
"""Seconds after which nothing is measured again: the whole should end within five minutes."""
Tell = Callable[[str], None]


class Contestant(Protocol):
    """Takes mail on ``port`` of this machine."""

    name: str

    @property
    def port(self) -> int: ...
    def cpu(self) -> float:
        """Seconds of processor time so far."""
        ...

    def rest(self, taken: int) -> None:
        """Come to rest after a turn of so many mails: finish what was begun, free what was kept."""
        ...


class _Gateway:
    name = "intake311"

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._due = rig.settled()

    @property
    def port(self) -> int:
        return self._rig.smtp

    def cpu(self) -> float:
        return self._rig.cpu()

    def rest(self, taken: int) -> None:
        self._due += taken
        self._rig.wait_settled(self._due, seconds=180)


class _Postfix:
    name = "Postfix"

    def __init__(self, postfix: Postfix) -> None:
        self.port = postfix.port
        self.cpu = postfix.cpu
        self._clear = postfix.clear

    def rest(self, taken: int) -> None:
        self._clear()


class _Stock:
    """aiosmtpd as it comes, with its handler that discards."""

    name = "aiosmtpd"

    def __init__(self) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{self.port}"]
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def __enter__(self) -> Self:
        plan = smtp_load.Plan("127.0.0.1", self.port, messages=1, sessions=1)
        for _ in range(100):
            if smtp_load.run_apart(plan).sent:
                return self
            time.sleep(0.1)
        raise IntakeError("aiosmtpd did not start")

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
            return
        self._process.kill()
        self._process.wait()

    def cpu(self) -> float:
        return processor_time(self._process.pid)

    def rest(self, taken: int) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Cell:
    """One row of the table."""

    size: int
    sessions: int
    reuse: bool = False

    def __str__(self) -> str:
        kept = ", connections kept" if self.reuse else ""
        return f"{self.size / 1024:g} kB, {self.sessions} session{'s' if self.sessions > 1 else ''}{kept}"


@dataclass(slots=True)
class _Turns:
    """What one contestant did in a cell, round by round."""

    rates: list[float] = field(default_factory=list)
    micros: list[float] = field(default_factory=list)

    @property
    def unevenness(self) -> float:
        counted = self.rates[1:] or self.rates
        return max(counted) / min(counted)


def run(
    *,
    rounds: int = 5,
    sizes: Sequence[int] = SIZES,
    sessions: Sequence[int] = SESSIONS,
    messages: int | None = None,
    json_out: bool = False,
    tell: Tell = lambda _step: None,
) -> dict[str, Any]:
    """Run everything, print a table (or one JSON object) and return it. Raises IntakeError where a contestant fails.

    ``rounds`` includes the first, which is thrown away; ``messages`` is their number in a turn (None: as many as the slowest takes in
    0.8 s). ``tell`` is told what is being done.
    """
    started = time.perf_counter()
    generator = "smtp-source" if shutil.which("smtp-source") else "gateway.bench.smtp_load"
    figures: list[Figure] = []
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        contestants: list[Contestant] = [_Gateway(stack.enter_context(Rig(empty_store(folder)))), stack.enter_context(_Stock())]
        if installed():
            contestants.append(_Postfix(stack.enter_context(Postfix(hold=True))))
        cells = [_Cell(size, count) for size in sizes for count in sessions]
        for cell in [*cells, _Cell(min(sizes), 20, reuse=True)]:
            tell(str(cell))
            attempts = 2 if time.perf_counter() - started < _LONG else 1
            figures += _figures(cell, _measure(cell, contestants, rounds, messages, attempts))
        tell(f"latency at {_RATE:g} mails a second")
        figures += _latency(contestants, rounds)
    names = [contestant.name for contestant in contestants]
    result = {
        "bench": "intake",
        "generator": generator,
        "contestants": names,
        "rounds": rounds,
        "seconds": round(time.perf_counter() - started, 1),
        "figures": [figure.document() for figure in figures],
    }
    _show(result, figures, json_out=json_out)
    return result


def _measure(cell: _Cell, contestants: Sequence[Contestant], rounds: int, messages: int | None, attempts: int) -> dict[str, _Turns]:
    """All rounds of a cell; measured again, if there is an attempt left, where a reference was uneven."""
    count = messages or _enough(cell, contestants)
    turns: dict[str, _Turns] = {}
    for _ in range(attempts):
        turns = {contestant.name: _Turns() for contestant in contestants}
        for number in range(max(rounds, 2)):
            first = number % len(contestants)
            for contestant in [*contestants[first:], *contestants[:first]]:
                rate, micros = _turn(cell, contestant, count)
                turns[contestant.name].rates.append(rate)
                turns[contestant.name].micros.append(micros)
        if all(turns[contestant.name].unevenness <= _UNEVEN for contestant in contestants[1:]):
            break
    return turns


def _enough(cell: _Cell, contestants: Sequence[Contestant]) -> int:
    slowest = min(_turn(cell, contestant, max(_TRIAL, 2 * cell.sessions))[0] for contestant in contestants)
    return int(min(3_000, max(slowest * _TURN, 2 * cell.sessions, _TRIAL)))


def _turn(cell: _Cell, contestant: Contestant, count: int) -> tuple[float, float]:
    """Mails a second, and microseconds of processor time for each."""
    cpu = contestant.cpu()
    rate = _load(cell, contestant.port, count)
    contestant.rest(count)
    return rate, (contestant.cpu() - cpu) / count * 1e6


def _load(cell: _Cell, port: int, count: int) -> float:
    """Send so many mails; returns how many a second were taken."""
    program = shutil.which("smtp-source")
    if program is None:
        plan = smtp_load.Plan("127.0.0.1", port, count, cell.sessions, cell.size, cell.reuse, recipient=RECIPIENT)
        outcome = smtp_load.run_apart(plan)
        if outcome.refused:
            raise IntakeError(f"{outcome.refused} mails were refused: {outcome.reason}")
        return outcome.rate
    command = [program, "-s", str(cell.sessions), "-m", str(count), "-l", str(cell.size), "-f", smtp_load.SENDER, "-t", RECIPIENT]
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own arguments
        [*command, *(["-d"] if cell.reuse else []), f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=300, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode != 0 or done.stderr.strip():
        raise IntakeError(f"smtp-source: {done.stderr.strip()[-200:]}")
    return count / seconds


def _figures(cell: _Cell, turns: dict[str, _Turns]) -> Iterator[Figure]:
    ours = turns[_Gateway.name]
    part = "reuse" if cell.reuse else "rates"
    if _Postfix.name in turns:
        theirs = turns[_Postfix.name]
        goal = _REUSED if cell.reuse else _OVER_POSTFIX.get(cell.size) if cell.sessions > 1 else None
        wanted = {} if goal is None else {"at_least": goal}
        yield compared(part, str(cell), "/s", ours.rates, theirs.rates, "/s Postfix", **wanted)
        yield compared(part, f"{cell}: processor time", "µs", ours.micros, theirs.micros, "µs Postfix")
    wanted = {"at_least": _OVER_STOCK} if cell.sessions > 1 and not cell.reuse else {}
    yield compared(part, str(cell), "/s", ours.rates, turns[_Stock.name].rates, "/s aiosmtpd, discarding", **wanted)


def _latency(contestants: Sequence[Contestant], rounds: int) -> Iterator[Figure]:
    """The load generator of our own: ``smtp-source`` does not tell when the answer came."""
    known = {contestant.name: contestant for contestant in contestants}
    rivals = [known[name] for name in (_Gateway.name, _Postfix.name) if name in known]
    middle: dict[str, list[float]] = {rival.name: [] for rival in rivals}
    late: dict[str, list[float]] = {rival.name: [] for rival in rivals}
    count = int(_RATE * 2)
    for _ in range(max(rounds, 2)):
        for rival in rivals:
            plan = smtp_load.Plan("127.0.0.1", rival.port, count, 1, 2_048, rate=_RATE, recipient=RECIPIENT)
            outcome = smtp_load.run_apart(plan)
            if outcome.refused:
                raise IntakeError(f"{rival.name} refused {outcome.refused} mails: {outcome.reason}")
            middle[rival.name].append(outcome.p50_ms)
            late[rival.name].append(outcome.p99_ms)
            rival.rest(count)
    for what, times, goal in (("50 %", middle, {}), ("99 %", late, {"at_most": 1.0})):
        title = f"dot to 250 at {_RATE:g}/s, {what}"
        if _Postfix.name in times:
            yield compared("latency", title, "ms", times[_Gateway.name], times[_Postfix.name], "ms Postfix", **goal)
        else:
            counted = sorted(times[_Gateway.name][1:])
            words, _ = judged(0.0, " × Postfix", **goal)
            yield Figure("latency", title, counted[len(counted) // 2], "ms", beside="Postfix is not installed", goal=words)


def _show(result: dict[str, Any], figures: Sequence[Figure], *, json_out: bool) -> None:
    if json_out:
        sys.stdout.write(json.dumps(result) + "\n")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("part", "what", "intake311", "beside", "ratio (spread)", "goal", title=f"intake, by {result['generator']}")
    for figure in figures:
        table.add_row(*figure.row())
    Console().print(table)
