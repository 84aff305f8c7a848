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


@pytest.mark.parametrize(
    "text",
    [
        "Hay un bache muy grande en la calle frente a mi casa", "Die Laterne vor meinem Haus ist seit einer Woche kaputt",
        "Il lampione davanti a casa mia è rotto", "A luz da rua está apagada há duas semanas", "Na ulicy jest duża dziura",
        "Gatlyktan utanför mitt hus är trasig", "Có một ổ gà lớn trên đường", "Перед домом не горит фонарь", "我家门前的路灯坏了",
    ],
)  # fmt: skip
def test_other_languages_are_not_taken_for_the_city_s(text: str) -> None:
    assert run(work(text, channel="sms")).message.language.value == "und"


@pytest.mark.parametrize(
    ("text", "language"),
    [("bac brisé", "fr"), ("broken bin", "en"), ("nid-de-poule", "fr"), ("pothole", "en"), ("éclairage", "fr"), ("overflowing", "en"),
     ("chauffage coupé", "fr"), ("heating off", "en"), ("déneigement svp", "fr"), ("snow removal pls", "en")],
)  # fmt: skip
def test_few_words(text: str, language: str) -> None:
    assert run(work(text, channel="sms")).message.language.value == language


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
