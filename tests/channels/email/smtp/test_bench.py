"""How the intake benchmark judges: turns that alternate, a first round that does not count, references that have to be even."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

import pytest

from gateway.bench import intake


class Fake:
    """A contestant with known figures, round by round."""

    port = 0

    def __init__(self, name: str, rates: list[float]) -> None:
        self.name = name
        self.rates: Iterator[float] = cycle(rates)

    def cpu(self) -> float:
        return 0.0

    def rest(self, taken: int) -> None:
        """Nothing to finish."""


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the contestants in the order of their turns."""
    names: list[str] = []

    def turn(_cell: object, contestant: Fake, _count: int) -> tuple[float, float]:
        names.append(contestant.name)
        return next(contestant.rates), 100.0

    monkeypatch.setattr(intake, "_turn", turn)
    return names


CELL = intake._Cell(2_048, 20)


def test_each_contestant_is_first_in_turn_and_the_first_round_does_not_count(order: list[str]) -> None:
    contestants = [Fake("intake311", [1.0, 300.0, 320.0]), Fake("aiosmtpd", [9.0, 100.0, 100.0]), Fake("Postfix", [9.0, 100.0, 80.0])]
    turns = intake._measure(CELL, contestants, 3, 50, attempts=2)
    assert order == [*("intake311", "aiosmtpd", "Postfix"), *("aiosmtpd", "Postfix", "intake311"), *("Postfix", "intake311", "aiosmtpd")]
    postfix, cost, stock = intake._figures(CELL, turns)
    assert (postfix.ratio, postfix.spread, postfix.goal, postfix.holds) == (3.5, (3.0, 4.0), "≥ 2.5 ×", True)
    assert cost.ratio == 1.0
    assert (stock.ratio, stock.holds) == (3.1, True)


def test_an_uneven_reference_is_measured_again_once(order: list[str]) -> None:
    contestants = [Fake("intake311", [300.0]), Fake("Postfix", [100.0, 100.0, 300.0])]
    intake._measure(CELL, contestants, 3, 50, attempts=2)
    assert len(order) == 12
    order.clear()
    intake._measure(CELL, contestants, 3, 50, attempts=1)
    assert len(order) == 6


def test_the_number_of_mails_follows_the_slowest(order: list[str]) -> None:
    assert intake._enough(CELL, [Fake("intake311", [2_000.0]), Fake("aiosmtpd", [500.0])]) == 400
    assert intake._enough(CELL, [Fake("intake311", [20_000.0])]) == 3_000
    assert intake._enough(intake._Cell(204_800, 100), [Fake("aiosmtpd", [10.0])]) == 200


@pytest.mark.parametrize(
    ("sessions", "reuse", "goals"), [(1, False, ["", ""]), (20, False, ["≥ 2.5 ×", "≥ 1.5 ×"]), (20, True, ["≥ 5 ×", ""])]
)
def test_goals(sessions: int, reuse: bool, goals: list[str]) -> None:
    turns = {name: intake._Turns([1.0, 1.0], [1.0, 1.0]) for name in ("intake311", "aiosmtpd", "Postfix")}
    postfix, _, stock = intake._figures(intake._Cell(2_048, sessions, reuse), turns)
    assert [postfix.goal, stock.goal] == goals
