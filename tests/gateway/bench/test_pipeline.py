from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from gateway.bench import mails, pipeline, stock
from gateway.bench.figures import compared, judged
from gateway.bench.rig import location
from gateway.store import ledger
from gateway.store.engine import Engines
from gateway.store.numbers import row_number
from gateway.store.sqlite import connect
from tests.gateway.cli.running import program


def test_the_first_round_is_thrown_away_and_the_median_of_the_ratios_counts() -> None:
    figure = compared("x", "what", "/s", [1000.0, 20.0, 30.0, 90.0], [1.0, 10.0, 10.0, 10.0], "/s theirs", at_least=2.5)
    assert (figure.value, figure.reference, figure.ratio, figure.spread, figure.holds) == (30.0, 10.0, 3.0, (2.0, 9.0), True)
    assert judged(2.0, " ×", at_most=1.2) == ("≤ 1.2 ×", False)
    assert "✔" in figure.row()[-1]
    assert figure.document()["ratio"] == 3.0


def test_mails_differ_and_have_their_size() -> None:
    made = mails.make(100, "run")
    assert len(set(made)) == 100
    assert all(1_800 < len(content) < 3_500 for content in made)
    assert mails.make(100, "run") == made
    assert not set(mails.make(100, "other")) & set(made)


def test_a_store_with_a_past_is_a_store(tmp_path: Path) -> None:
    folder = stock.make(tmp_path / "large", 1_500)
    here = location(folder)
    engines = Engines(here)
    try:
        books = ledger.balance(engines)
    finally:
        engines.dispose()
    assert (books["balanced"], books["chain_ok"], books["pending"], books["problems"]) == (True, True, 0, [])
    assert here.main is not None
    with closing(connect(here.main, write=False)) as main:
        numbers = [row[0] for row in main.execute("SELECT service_request_id FROM service_request")]
        (places,) = main.execute("SELECT count(DISTINCT place) FROM request_place").fetchone()
        assert main.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert 1_200 < len(numbers) < 1_900
    assert all(row_number(number) for number in numbers), "every number has its check digit"
    assert places > 900, "spread over the city"


def test_the_command_measures(tmp_path: Path) -> None:
    done = program("bench", "pipeline", "--part", "mails", "--mails", "40", "--rounds", "1", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert [figure["what"] for figure in figures] == ["completely processed", "processor time a mail"]
    assert all(figure["value"] > 0 for figure in figures)
    assert program("bench", "pipeline", "--part", "everything", cwd=tmp_path).returncode == 2


@pytest.mark.slow
def test_backlogs_and_starts_are_measured() -> None:
    options = pipeline.Options(mails=60, rounds=1, stored=200, backlog=60, rate=40, seconds=0.5)
    figures = list(pipeline.run(["backlog", "start"], options))
    assert [figure.part for figure in figures] == ["backlog"] * 4 + ["start"]
    assert all(figure.value > 0 for figure in figures)
