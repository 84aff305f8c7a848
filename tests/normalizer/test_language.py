"""The language of a text, and what a form says about it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.language import detect
from normalizer.words import Reading
from tests.normalizer.build import cases, label, run, work


@pytest.mark.parametrize("case", cases("languages"), ids=label)
def test_language(case: dict[str, Any]) -> None:
    assert run(work(case["text"], channel="sms")).message.language.value == case["language"]


def test_a_form_s_language_decides_where_the_text_does_not() -> None:
    assert run(work("12 Main", channel="web", hints={"language": "fr-CA"})).message.language.value == "fr"
    assert run(work("12 Main", channel="web", hints={"language": "en"})).message.language.value == "en"


def test_a_text_outweighs_the_form() -> None:
    said = "Le lampadaire devant chez moi est éteint depuis une semaine."
    assert run(work(said, channel="web", hints={"language": "en"})).message.language.value == "fr"


def test_only_the_city_s_languages() -> None:
    assert run(work("Le lampadaire est éteint depuis lundi"), languages=("en",)).message.language.value in ("en", "und")
    assert run(work("The lamp is out since Monday"), languages=("fr",)).message.language.value in ("fr", "und")


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    answer = detect(Reading(text, None), ("en", "fr"))
    assert answer.value in ("en", "fr", "und")
    assert 0.0 <= answer.confidence <= 1.0
