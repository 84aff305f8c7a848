"""Folding keeps places, and the places of words are right in any order of asking."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.words import Words, fold, spellings, stem


@given(st.text(st.characters(codec=None, categories=None)))
def test_folding_keeps_every_place(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert re.fullmatch(r"[a-z0-9 ]*", folded)


@given(st.text(st.sampled_from("ab é'\n.œж1-"), max_size=300), st.randoms(use_true_random=False))
def test_places_of_words(text: str, random: object) -> None:
    words = Words(text)
    expected = [match.start() for match in re.finditer(r"\S+", words.folded)]
    order = list(range(len(expected)))
    random.shuffle(order)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    for index in order:
        assert words.offset(index) == expected[index]
        assert fold(text[slice(*words.span(index, index))]) == words.tokens[index]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("potholes", "pothole"), ("flooding", "flooded"), ("déneigé", "déneiger"), ("déneigement", "deneigee"),
        ("lampadaires", "lampadaire"),
        ("branches", "branch"), ("inondation", "inondé"), ("noisy", "noise"), ("trottoirs", "trottoir"), ("brisée", "brisé"),
    ],
)  # fmt: skip
def test_forms_of_a_word_have_one_stem(one: str, two: str) -> None:
    assert stem(fold(one)) == stem(fold(two))


@pytest.mark.parametrize(("one", "two"), [("park", "parking"), ("tax", "taxi"), ("sign", "signal")])
def test_other_words_have_another(one: str, two: str) -> None:
    assert stem(one) != stem(two)


def test_a_keyboard_without_oe() -> None:
    assert tuple(fold("cœur").split()) in spellings("coeur")
    assert ("coeur",) in spellings("cœur")
