"""The classifier's model: fitted on a catalog, written to bytes and back, and what it may never do."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from normalizer.catalog import Catalog, Service
from normalizer.classify import classify, features, fitting, linear, packing
from normalizer.classify._container import MARK, ModelRefused, closed, opened
from normalizer.classify.linear import Linear
from normalizer.words import Reading, words
from tests.normalizer.build import CASES, ROOT, catalog

HELD_OUT = [json.loads(line) for line in (CASES / "classify_held_out.jsonl").read_text("utf-8").splitlines()]


def service(code: str, *sentences: str, keywords: tuple[str, ...] = ()) -> Service:
    return Service(
        service_code=code,
        service_name={"en": code},
        description={"en": code},
        group="g",
        department="d",
        keywords={"en": list(keywords)},
        examples={"en": list(sentences)},
    )


@cache
def small() -> Catalog:
    return Catalog(
        services=[
            service("sheep", "a sheep stands on the road", "the ram broke the fence", keywords=("sheep", "ram")),
            service("cheese", "the cheese smells bad", "mould on my cheddar", keywords=("cheese", "cheddar")),
            service("other", "hello is anybody there"),
        ]
    )


@cache
def shipped() -> Linear:
    return packing.load((ROOT / "config" / "catalog.model").read_bytes())


@cache
def small_model() -> Linear:
    return fitting.fit(small())


class TestFeatures:
    def test_letters_stay_within_words_and_know_theirs(self) -> None:
        found, places = features.letter_buckets(["ab", "cde"])
        assert len(found) == 2 + 1 + 3 + 2 + 1  # " ab", "ab ", " ab ", " cd", "cde", "de ", " cde", "cde ", " cde "
        assert sorted(places.tolist()) == [0] * 3 + [1] * 6

    def test_the_same_word_has_the_same_buckets_wherever_it_stands(self) -> None:
        first = set(features.letter_buckets(["pothole"])[0].tolist())
        assert first <= set(features.letter_buckets(["a", "pothole", "here"])[0].tolist())

    def test_figures_are_one_sign(self) -> None:
        one, two = linear.read(["12", "main", "1234"]), linear.read(["7", "main", "7"])
        assert one.buckets.tolist() == two.buckets.tolist()
        assert one.times.tolist() == two.times.tolist()

    @given(st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=60), max_size=30))
    def test_any_words_have_features(self, tokens: list[str]) -> None:
        text = linear.read(tokens)
        assert (np.diff(text.buckets) > 0).all()
        assert len(text.parts) == len(text.of)
        assert text.buckets.size == 0 or 0 <= text.buckets.min() <= text.buckets.max() < features.WIDTH
        assert len(text.order) == len(tokens)
        assert set(text.order.tolist()) == set(text.of.tolist())
        # Counted anew, word by word, without the memory of words that were met.
        words = ["0" if token.isdigit() else token[:40] for token in tokens]
        letters = features.letter_buckets(words)[0].tolist()
        hashes = np.array([entry.hash for entry in features.entries(words)], np.uint64)
        singles = [int(entry.buckets[-1]) for entry in features.entries(words)]
        met = Counter([*letters, *singles, *features.pair_buckets(hashes).tolist()])
        assert dict(zip(text.buckets.tolist(), text.times.tolist(), strict=True)) == met
        assert (text.counts == (1.0 + np.log(text.times)).astype(np.float32)).all()

    @given(st.lists(st.lists(st.sampled_from("the lamp is out again 12 13 potholes".split()), max_size=8), max_size=8))
    def test_a_text_is_read_the_same_whatever_is_read_beside_it(self, texts: list[list[str]]) -> None:
        for tokens, together in zip(texts, linear.read_all(texts), strict=True):
            alone = linear.read(tokens)
            assert [np.asarray(field).tolist() for field in alone] == [np.asarray(field).tolist() for field in together]
            assert np.array_equal(small_model().see(alone).points, small_model().see(together).points)

    def test_a_long_text_costs_no_more_than_its_beginning(self) -> None:
        assert len(linear.read(["word"] * 100_000).order) == features.WORDS_READ
        assert len(linear.read(["x" * 50_000]).parts) < 200

    def test_the_memory_of_words_is_bounded(self) -> None:
        for start in range(0, 40_000, 160):
            linear.read([f"w{number:x}q" for number in range(start, start + 160)])
        assert len(features._entries) <= features._KEPT
        assert max(map(len, features._entries)) <= 40


class TestFitting:
    def test_the_closed_form_is_ridge_regression(self) -> None:
        """Against the primal solution, on dense columns."""
        texts = list(fitting._documents(small(), 4))
        buckets, counts = np.unique(np.concatenate([text.features.buckets for text in texts]), return_counts=True)
        rarity = linear.inverse_frequency(len(texts), counts).astype(np.float32)
        dense = np.zeros((len(texts), len(buckets)))
        for number, text in enumerate(texts):
            at = np.searchsorted(buckets, text.features.buckets)
            dense[number, at] = linear.weigh(text.features, rarity[at])
        weight = np.array([text.weight for text in texts])
        wanted = np.zeros((len(texts), 3))
        wanted[np.arange(len(texts)), [text.service for text in texts]] = 2.0
        primal = np.linalg.solve(dense.T @ (dense * weight[:, None]) + np.eye(len(buckets)), dense.T @ (wanted * weight[:, None]))
        model = small_model()
        got = model.weights * model.factors[:, None]
        assert np.abs(got - primal).max() < 0.02

    def test_a_service_without_words_and_an_empty_catalog_are_allowed(self) -> None:
        assert classify(Reading("a sheep", None), Catalog(services=[])).abstained
        lone = Catalog(services=[Service(service_code="x", service_name={}, description={}, group="g", department="d")])
        assert classify(Reading("a sheep", None), lone).abstained

    def test_the_digest_follows_every_word_that_teaches(self) -> None:
        one = fitting.digest(small())
        assert one == fitting.digest(Catalog.model_validate(small().model_dump()))
        changed = small().model_dump()
        changed["services"][0]["keywords"]["en"].append("ewe")
        assert fitting.digest(Catalog.model_validate(changed)) != one
        changed = small().model_dump()
        changed["services"][0]["sla_days"] = 1
        assert fitting.digest(Catalog.model_validate(changed)) == one

    def test_fitting_twice_gives_the_same_bytes(self) -> None:
        assert packing.dump(fitting.fit(small())) == packing.dump(fitting.fit(small()))


class TestShipped:
    def test_the_shipped_model_is_of_the_shipped_catalog(self) -> None:
        """After a change of config/catalog.toml: intake311 train --out config/catalog.model"""
        assert shipped().card["catalog"] == fitting.digest(catalog())
        assert shipped().codes == tuple(one.service_code for one in catalog().services)

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_sentences_that_taught_nothing_are_understood(self, language: str) -> None:
        """Written after the catalog and by another hand than its sentences; the goals are 0.75 and 0.88."""
        chosen = [line for line in HELD_OUT if line["language"] == language]
        said = [classify(Reading(line["text"], None), catalog(), shipped) for line in chosen]
        first = sum(found.service_code == line["service_code"] for found, line in zip(said, chosen, strict=True))
        among = sum(
            line["service_code"] in (found.service_code, *(other.service_code for other in found.alternatives[:2]))
            for found, line in zip(said, chosen, strict=True)
        )
        assert first / len(chosen) >= 0.75
        assert among / len(chosen) >= 0.88

    def test_no_held_out_sentence_stands_in_the_catalog(self) -> None:
        known = {text for one in catalog().services for texts in one.examples.values() for text in texts}
        assert not known & {line["text"] for line in HELD_OUT}
        for one in catalog().services:
            for language in ("en", "fr"):
                assert len(one.examples[language]) >= 12
                assert sum(line["service_code"] == one.service_code and line["language"] == language for line in HELD_OUT) >= 2

    def test_the_accepting_side_does_not_load_numpy(self) -> None:
        code = (
            "import sys, tomllib, pathlib\n"
            "from gateway.models import CatalogModel, mark\n"
            "from normalizer.pipeline import Context\n"
            "from normalizer.catalog import Catalog\n"
            "catalog = Catalog.from_toml(tomllib.loads(pathlib.Path('config/catalog.toml').read_text('utf-8')))\n"
            "Context('x', catalog, weights=CatalogModel(catalog))\n"
            "assert mark(pathlib.Path('config/catalog.model')) is None\n"
            "print('numpy' in sys.modules)\n"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "False"


class TestPacking:
    def test_a_model_comes_back_as_it_was(self) -> None:
        model = small_model()
        again = packing.load(packing.dump(model))
        text = linear.read(words("the ram eats my cheddar"))
        assert again.codes == model.codes
        assert again.card == model.card
        assert (again.points(text) == model.points(text)).all()

    def test_with_a_base_too(self) -> None:
        base = small_model()
        mixed = Linear(
            codes=("a", "b"),
            buckets=np.array([3], np.int32),
            rarity=np.ones(1, np.float32),
            unmet=2.0,
            weights=np.ones((1, 2), np.int8),
            factors=np.ones(1, np.float32),
            bias=np.zeros(2, np.float32),
            slope=0.5,
            shift=-0.25,
            base=base,
            mix=np.array([[1, 0], [0, 1], [0, 0]], np.float32),
        )
        again = packing.load(packing.dump(mixed))
        text = linear.read(words("a sheep"))
        assert (again.points(text) == mixed.points(text)).all()
        assert (again.slope, again.shift) == (0.5, -0.25)
        assert again.base is not None
        found = classify(Reading("a sheep stands here", None), small(), lambda: again)
        assert found.service_code == "a"
        assert found.evidence[0].detail in ("sheep", "stands")

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "no model"),
            (b"\x80\x04\x95 a pickle", "no model"),
            (MARK[:-1] + b"\x09" + bytes(60), "version 9"),
            (MARK + bytes(60), "damaged"),
            (MARK, "no model"),
        ],
    )
    def test_what_is_none_is_refused(self, data: bytes, why: str) -> None:
        with pytest.raises(ModelRefused, match=why):
            packing.load(data)

    def test_one_changed_byte_is_noticed_anywhere(self) -> None:
        data = packing.dump(small_model())
        for at in range(len(MARK), len(data), max(1, len(data) // 50)):
            with pytest.raises(ModelRefused):
                packing.load(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])

    @pytest.mark.parametrize(
        "change",
        [
            {"codes": []},
            {"codes": ["a", "a", "b"]},
            {"codes": ["a", 1, None]},
            {"codes": ["a"] * 5000},
            {"features": -1},
            {"features": 10**12},
            {"features": True},
            {"bits": 20},
            {"temperature": 1e9},
            {"temperature": "hot"},
            {"threshold": -1},
            {"shift": 1e300},
            {"unmet": None},
            {"base": 5},
            {"base": {"codes": ["x"] * 3}},
        ],
    )
    def test_a_well_signed_lie_is_refused(self, change: dict[str, object]) -> None:
        header, body = opened(packing.dump(small_model()))
        header["model"].update(change)
        with pytest.raises(ModelRefused):
            packing.load(closed(header, body))

    @pytest.mark.parametrize("name", ["rarity", "factors", "bias"])
    def test_numbers_that_are_none_are_refused(self, name: str) -> None:
        wrong = Linear(**{key: value for key, value in vars(small_model()).items() if not key.startswith("_")})
        setattr(wrong, name, np.full_like(getattr(wrong, name), np.nan))
        with pytest.raises(ModelRefused, match="numbers"):
            packing.load(packing.dump(wrong))

    def test_bases_do_not_nest_without_end(self) -> None:
        header, body = opened(packing.dump(small_model()))
        inner = dict(header["model"])
        for _ in range(3):
            inner = {**header["model"], "base": inner}
        with pytest.raises(ModelRefused):
            packing.load(closed({"model": inner}, body * 10))

    @settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
    @given(st.binary(max_size=300), st.booleans())
    def test_any_bytes_are_a_model_or_refused(self, data: bytes, signed: bool) -> None:
        with pytest.raises(ModelRefused):
            packing.load(closed({"model": {"codes": ["a"]}}, data) if signed else MARK + data)


class TestJudging:
    def test_alternatives_follow_and_never_lead(self) -> None:
        for line in HELD_OUT[::7]:
            found = classify(Reading(line["text"], None), catalog(), shipped)
            confidences = [found.confidence, *(other.confidence for other in found.alternatives)]
            assert confidences == sorted(confidences, reverse=True)
            assert len(found.alternatives) == 3
            assert sum(confidences) <= 1.001

    def test_a_keyword_of_the_city_s_own_counts_at_once(self) -> None:
        text = "the blorptronic thing on Elm has failed"
        data = tomllib.loads((ROOT / "config" / "catalog.toml").read_text("utf-8"))
        before = classify(Reading(text, None), catalog(), shipped)
        next(one for one in data["services"] if one["service_code"] == "bin_request")["keywords"]["en"].append("blorptronic")
        after = classify(Reading(text, None), Catalog.from_toml(data))
        assert before.service_code != "bin_request"
        assert after.service_code == "bin_request"
        assert after.evidence[0].detail == "blorptronic"

    def test_a_subject_counts_and_has_no_span(self) -> None:
        found = classify(Reading("since yesterday", "Graffiti"), catalog(), shipped)
        assert found.service_code == "graffiti"
        assert found.evidence[0].span is None

    @given(st.text(max_size=300), st.text(max_size=40))
    def test_spans_are_of_the_text(self, text: str, subject: str) -> None:
        found = classify(Reading(text, subject), catalog(), shipped)
        assert 0.0 <= found.confidence <= 1.0
        for line in found.evidence:
            assert line.score is None or 0.0 <= line.score <= 1.0
            if line.span:
                assert text[slice(*line.span)].strip()
