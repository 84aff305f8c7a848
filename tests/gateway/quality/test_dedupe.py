"""Repetitions in streams and pairs: the command, the figures, the generator and the fit."""

from __future__ import annotations

import random
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from gateway.bench import dedupe as bench
from gateway.cli import app
from gateway.quality import dedupe
from gateway.quality._fitting import applied, fit, folds, ranking
from gateway.quality.dedupe_reports import generate

PAIRS = [
    {
        "text_a": "Huge pothole in front of 12 Main Street",
        "text_b": "Deep hole in the road at 12 Main St",
        "m": 4,
        "days": 2,
        "same": True,
        "label": "D",
    },
    {
        "text_a": "Street lamp flickers near the bakery",
        "text_b": "The lamp flickers all night",
        "m": 8,
        "days": 5,
        "same": True,
        "label": "D",
    },
    {"text_a": "Huge pothole", "text_b": "Graffiti on the school wall", "m": 30, "days": 9, "same": False, "label": "N"},
    {"text_a": "Street light out on pole 4471", "text_b": "Street light out on pole 4473", "m": 40, "days": 1, "same": True, "label": "N"},
    {"text_a": "Leaf bags", "text_b": "Leaf bag removal", "m": 250, "days": 12, "same": True, "label": "N"},
    {"text_a": "Trash", "text_b": "Trash again", "m": 25, "days": 12, "same": True, "label": "U"},
]


def jsonl(rows: list[dict[str, object]]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def test_the_command_answers_each_line_in_its_order() -> None:
    reports: list[dict[str, object]] = [
        {"id": 1, "text": "Huge pothole in front of 12 Main Street", "datetime": "2026-11-01T10:00:00Z"},
        {"id": "b", "text": "Énorme nid-de-poule devant le 12, rue Main", "datetime": "2026-11-02T10:00:00Z", "lat": None},
        {
            "id": "c",
            "text": "Graffiti on the wall",
            "datetime": "2026-11-03",
            "lat": 45.5,
            "long": -73.6,
            "service_code": "graffiti",
            "reporter": "r1",
        },
        {"id": "d", "text": "", "datetime": "2026-11-03T10:00:00Z"},
    ]
    result = CliRunner().invoke(app, ["dedupe"], input=jsonl(reports))
    assert result.exit_code == 0, result.output
    answers = [orjson.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, "b", "c", "d"]
    assert [answer["duplicate_of"] for answer in answers] == [None, 1, None, None]
    assert [answer["state"] for answer in answers] == ["none", "linked", "none", "none"]
    assert answers[1]["reasons"]["same"] in ("address", "house")
    again = CliRunner().invoke(app, ["dedupe"], input=jsonl(reports))
    assert again.stdout == result.stdout


def test_a_line_that_is_no_report_ends_the_stream_with_its_number() -> None:
    for line in (b'{"id":"a","text":"x"}\n', b"[1]\n", b"nonsense\n", b'{"id":"a","text":"x","datetime":"yesterday"}\n'):
        result = CliRunner().invoke(app, ["dedupe"], input=b'{"id":0,"text":"x","datetime":"2026-01-01"}\n' + line)
        assert result.exit_code == 2
        assert "line 2" in result.output


def test_pairs_are_measured_beside_their_baselines(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(jsonl(PAIRS * 5))
    found = dedupe.evaluate(path, {})
    assert (found["pairs"], found["same_problem"], found["unsure_left_out"]) == (25, 10, 5)
    assert found["shipped"]["average_precision"] == 1.0
    assert found["linked"]["precision"] in (None, 1.0)
    assert set(found["baselines"]) == {"geo", "lexical"}
    low, high = found["cross_validated"]["interval"]["average_precision"]
    assert 0.0 <= low <= found["cross_validated"]["average_precision"] <= high <= 1.0


def test_a_stream_is_measured_beside_its_baselines(tmp_path: Path) -> None:
    path = tmp_path / "stream.jsonl"
    path.write_bytes(jsonl(list(generate(90, seed=7))))
    found = dedupe.evaluate(path, {})
    assert found == {**dedupe.evaluate(path, {}), "milliseconds_a_report": found["milliseconds_a_report"]}
    assert found["suggested_or_linked"]["f1"] > found["baselines"]["geo"]["f1"]
    assert found["linked"]["precision"] > 0.9


def test_the_generator_says_the_same_for_the_same_seed() -> None:
    one, same, other = (list(generate(30, seed)) for seed in (1, 1, 2))
    assert one == same != other
    assert [report["datetime"] for report in one] == sorted(report["datetime"] for report in one)
    shares = sum("lat" in report for report in generate(200)) / len(list(generate(200)))
    assert 0.4 < shares < 0.6


def test_a_file_of_neither_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_bytes(b"\n")
    with pytest.raises(ValueError, match="no rows"):
        dedupe.evaluate(path, {})


def test_a_fit_finds_weights_and_keeps_their_signs() -> None:
    chance = random.Random(1)
    rows = [{"bias": 1.0, "near": chance.random(), "noise": chance.random()} for _ in range(400)]
    labels = [row["near"] > 0.5 for row in rows]
    weights = fit(rows, labels, {"bias": -1.0, "near": 1.0, "noise": -0.1}, spread=5.0)
    assert weights["near"] > 5
    assert weights["noise"] <= 0.0
    assert ranking([applied(weights, row) for row in rows], labels).average_precision > 0.99
    wrong = fit(rows, [not label for label in labels], {"bias": -1.0, "near": 1.0, "noise": -0.1}, spread=5.0)
    assert wrong["near"] == 0.0
    parts = folds(labels, 5, 3)
    assert sorted(at for part in parts for at in part) == list(range(400))


def test_a_ranking_counts_equal_scores_together() -> None:
    assert ranking([0.9, 0.9, 0.1], [True, False, True]).average_precision == pytest.approx(0.5 * 0.5 + 0.5 * 2 / 3)
    assert ranking([0.5], [False]).f1 == 0.0


def test_the_benchmark_runs_small() -> None:
    figures = list(bench.run(500, 600, 20, 2, lambda _what: None))
    assert [figure.part for figure in figures] == ["stored", "crowd", "crowd"]
    assert all(figure.value > 0 for figure in figures)
