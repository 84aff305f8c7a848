"""Training, calibration and the figures of a classification, on small histories of our own."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from config.settings import SHIPPED_CATALOG
from gateway import wiring
from gateway.errors import ConfigError
from gateway.models import CatalogModel, ModelFile, mark
from gateway.quality import classify as measured
from gateway.quality import metrics
from gateway.quality.examples import Example, read
from gateway.quality.metrics import Judged
from normalizer.catalog import Catalog
from normalizer.classify import classify, packing
from normalizer.words import Reading

ROOT = Path(__file__).parents[3]
HELD_OUT = ROOT / "tests" / "normalizer" / "cases" / "classify_held_out.jsonl"


@cache
def catalog() -> Catalog:
    return Catalog.from_toml(tomllib.loads(SHIPPED_CATALOG.read_text("utf-8")))


def history(count: int = 240) -> list[Example]:
    """A city whose own words for things are known to nobody else, in an order that repeats."""
    source = random.Random(311)
    things = {"Glimmer": ["glim", "flunk light", "shiny thing"], "Slop": ["slop", "goo on the road"], "Hum": ["hum", "drone at night"]}
    found = []
    for at in range(count):
        code = list(things)[source.randrange(3)]
        said = source.choice(things[code])
        found.append(Example(f"please see the {said} near number {at}, it {source.choice(['is bad', 'got worse', 'scares us'])}", code))
    return found


class TestFigures:
    judged = Judged(
        [frozenset("a"), frozenset("a"), frozenset("b"), frozenset("bc")],
        [["a", "b", "c"], ["b", "a", "c"], ["b", "a", "c"], ["c", "a", "b"]],
        np.array([0.9, 0.6, 0.8, 0.7]),
    )

    def test_shares(self) -> None:
        found = metrics.figures(self.judged, {"a": "A", "b": "A", "c": "C"})
        assert (found["accuracy"], found["top3"], found["department"]) == (0.75, 1.0, 1.0)
        assert found["accuracy_95"] == metrics.interval(3, 4)
        assert found["macro_f1"] == round((2 / 3 + 2 / 3 + 1) / 3, 4)

    def test_calibration(self) -> None:
        right = np.array([True, True, False, False])
        assert metrics.calibration_error(np.array([0.5, 0.5, 0.5, 0.5]), right) == 0.0
        assert metrics.calibration_error(np.array([1.0, 1.0, 0.0, 0.0]), right) == 0.0
        assert metrics.calibration_error(np.array([1.0, 1.0, 1.0, 1.0]), right) == 0.5

    def test_routing(self) -> None:
        confidence, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, True])
        assert metrics.routed(confidence, right, 0.9) == 0.5
        assert metrics.threshold(confidence, right, 0.9) == 0.8
        assert metrics.threshold(confidence, ~right, 0.99) > 1.0
        assert metrics.routed(confidence, right, 0.75) == 1.0

    def test_wilson(self) -> None:
        assert metrics.interval(8, 10) == [0.4902, 0.9433]  # Wilson 1927, as tables give it
        assert metrics.interval(0, 0) == [0.0, 1.0]


class TestExamples:
    def test_csv_and_json_lines_give_the_same(self, tmp_path: Path) -> None:
        table, lines = tmp_path / "a.csv", tmp_path / "a.jsonl"
        table.write_text('\ufefftext,service_code,language\n"two\nlines, and a comma",pothole,en\n,empty,en\nrien,,fr\n', "utf-8")
        lines.write_text(json.dumps({"text": "two\nlines, and a comma", "category": "pothole", "language": "en"}) + "\n", "utf-8")
        assert read(table) == read(lines) == [Example("two\nlines, and a comma", "pothole", "en")]

    def test_in_time_where_it_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text("text,service_code,created\nlater,a,2026-02-01\nearlier,b,2026-01-01\n", "utf-8")
        assert [one.text for one in read(path)] == ["earlier", "later"]

    @pytest.mark.parametrize("content", ["", "no,columns\n1,2\n", '{"text": 1', "\x00\xff"])
    def test_what_is_no_history_is_told(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "a.csv"
        path.write_text(content, "latin-1")
        with pytest.raises(ValueError, match=str(path)):
            read(path)


@pytest.fixture(scope="module")
def trained() -> object:
    pytest.importorskip("sklearn")
    from gateway.quality.training import train

    return train(history(), catalog(), CatalogModel(catalog())())


class TestTraining:
    def test_it_learns_words_that_the_catalog_does_not_know(self, trained) -> None:  # type: ignore[no-untyped-def]  # the class comes with scikit-learn
        assert trained.figures["accuracy"] >= 0.9
        assert trained.figures["hold_out"] == "the last 20% of the file"
        found = classify(Reading("there is a glim on our street", None), catalog(), lambda: trained.model)
        assert found.service_code == "Glimmer"
        assert [line.detail for line in found.evidence if line.span] == ["glim"] or found.evidence[0].detail == "glim"
        assert found.evidence[0].source == "model.trained"

    def test_the_file_says_the_same(self, trained, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        path = tmp_path / "city.model"
        path.write_bytes(packing.dump(trained.model))
        assert len(path.read_bytes()) < 20 * 1024 * 1024
        assert mark(path) is None
        one = classify(Reading("slop everywhere", None), catalog(), ModelFile(path))
        assert one == classify(Reading("slop everywhere", None), catalog(), lambda: trained.model)
        assert ModelFile(path)().card["services"].keys() == {"Glimmer", "Slop", "Hum"}

    def test_twice_is_the_same_model(self) -> None:
        pytest.importorskip("sklearn")
        from gateway.quality.training import train

        base = CatalogModel(catalog())()
        assert packing.dump(train(history(60), catalog(), base).model) == packing.dump(train(history(60), catalog(), base).model)

    def test_a_file_in_blocks_is_not_split_by_time(self) -> None:
        pytest.importorskip("sklearn")
        from gateway.quality.training import split

        earlier, later, how = split(["a"] * 50 + ["b"] * 50)
        assert how == "every 5th text of each service"
        assert len(later) == 20
        assert not set(earlier) & set(later)

    def test_too_little_is_told(self) -> None:
        pytest.importorskip("sklearn")
        from gateway.quality.training import train

        with pytest.raises(ValueError, match="at least 20"):
            train(history(5), catalog(), CatalogModel(catalog())())


class TestEvaluate:
    def test_the_cold_start_beside_its_baselines(self) -> None:
        pytest.importorskip("sklearn")
        found = measured.evaluate(HELD_OUT, {})["cold_start"]
        assert (
            found["catalog_alone"]["accuracy"] > found["baseline_keywords"]["accuracy"] > found["baseline_nearest_description"]["accuracy"]
        )
        assert {"en", "fr"} <= found.keys()
        assert "accuracy" in measured.page(measured.evaluate(HELD_OUT, {}))

    def test_labels_of_another_city(self, tmp_path: Path) -> None:
        path, map_file = tmp_path / "a.jsonl", tmp_path / "map.json"
        path.write_text(json.dumps({"text": "huge pothole", "category": "Roads"}) + "\n", "utf-8")
        map_file.write_text(json.dumps({"Roads": ["pothole", "sidewalk"]}), "utf-8")
        assert measured.evaluate(path, {"map": str(map_file)})["cold_start"]["catalog_alone"]["accuracy"] == 1.0
        assert measured.evaluate(path, {"coarse": str(map_file)})["cold_start"]["catalog_alone"]["accuracy"] == 1.0


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from gateway.cli import main; main()", *arguments]
    return subprocess.run(program, input=text, capture_output=True, text=True, cwd=ROOT, check=False)


class TestCommands:
    def test_classify_answers_each_line_in_order(self) -> None:
        lines = [
            '{"id":7,"text":"Nid-de-poule devant chez moi"}',
            "no json",
            '{"id":null,"text":""}',
            '{"id":"x","text":"smell of gas here"}',
        ]
        done = run("classify", text="\n".join(lines))  # the last one without an end of line
        assert done.returncode == 0, done.stderr
        said = [json.loads(line) for line in done.stdout.splitlines()]
        assert [one.get("id") for one in said] == [7, None, None, "x"]
        assert (said[0]["service_code"], said[0]["language"], said[0]["abstained"]) == ("pothole", "fr", False)
        assert said[0]["evidence"][0]["span"] == [0, 12]
        assert "error" in said[1]
        assert said[2]["abstained"]
        assert said[3]["emergency"]["flag"]
        assert said[3]["priority"] == "emergency"

    def test_train_writes_a_model_and_its_card(self, tmp_path: Path) -> None:
        pytest.importorskip("sklearn")
        data, out, card = tmp_path / "a.csv", tmp_path / "a.model", tmp_path / "a.md"
        rows = [f'"{one.text}",{one.service_code},en' for one in history(100)]
        data.write_text("\n".join(["text,service_code,language", *rows]), "utf-8")
        done = run("train", "--data", str(data), "--out", str(out), "--card", str(card))
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert {"accuracy", "macro_f1", "top3", "curve", "threshold"} <= told.keys()
        assert "en" in told["by_language"]
        assert "| accuracy |" in card.read_text("utf-8")
        said = run("classify", "--model", str(out), text='{"id":1,"text":"glim again"}\n')
        assert json.loads(said.stdout)["service_code"] == "Glimmer"

    def test_a_hostile_model_is_refused(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.model"
        bad.write_bytes(b"\x80\x04cos\nsystem\n")
        done = run("classify", "--model", str(bad), text='{"id":1,"text":"x"}\n')
        assert done.returncode == 2
        assert "refused" in done.stderr

    def test_evaluate_says_what_it_cannot(self, tmp_path: Path) -> None:
        assert run("evaluate", "weather", "--data", str(HELD_OUT)).returncode == 2
        assert run("evaluate", "classify", "--data", str(tmp_path / "none.csv")).returncode == 2


class TestSetting:
    @pytest.mark.parametrize(("content", "why"), [(None, "no file that can be read"), (b"\x80\x04 a pickle", "refused")])
    def test_a_model_that_is_none_is_a_mistake_of_the_configuration(self, tmp_path: Path, content: bytes | None, why: str) -> None:
        model = tmp_path / "city.model"
        if content is not None:
            model.write_bytes(content)
        path = tmp_path / "intake311.toml"
        path.write_text(f'jurisdiction_id = "a.example.gov"\n[classify]\nmodel = "{model}"\n', "utf-8")
        with pytest.raises(ConfigError) as refused:
            wiring.load(path, {}, parts=())
        assert [(mistake.path, why in mistake.message) for mistake in refused.value.mistakes] == [("classify.model", True)]

    def test_a_city_s_own_model_judges_its_messages(self, tmp_path: Path, trained) -> None:  # type: ignore[no-untyped-def]
        model = tmp_path / "city.model"
        model.write_bytes(packing.dump(trained.model))
        path = tmp_path / "intake311.toml"
        path.write_text(f'jurisdiction_id = "a.example.gov"\n[classify]\nmodel = "{model}"\n', "utf-8")
        context = wiring.load(path, {}, parts=()).contexts["a.example.gov"]
        assert context.weights is not None
        assert classify(Reading("glim again", None), context.catalog, context.weights).service_code == "Glimmer"
