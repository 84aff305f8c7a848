"""When a model learnt from corrections may take the place of the one in use, and which corrections are learnt from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.classify.champion import FEWEST, Correction, Trial, compare, trusted


def trials(right: str, both: int, gained: int = 0, lost: int = 0, neither: int = 0) -> list[Trial]:
    return [
        *[Trial(right, right, right)] * both,
        *[Trial(right, "x", right)] * gained,
        *[Trial(right, right, "x")] * lost,
        *[Trial(right, "x", None)] * neither,
    ]


def test_a_better_one_is_promoted() -> None:
    verdict = compare([*trials("a", 60, gained=15, lost=2), *trials("b", 50, gained=3)])
    assert verdict.promoted
    assert verdict.challenger > verdict.champion
    assert verdict.services["a"] == (77, round(62 / 77, 4), round(75 / 77, 4))


@pytest.mark.parametrize(
    ("judged", "why"),
    [
        (trials("a", 20, gained=20), "are needed"),
        (trials("a", 120), "is right 120 times, the one in use 120"),
        (trials("a", 120, lost=5), "the one in use"),
        (trials("a", 120, gained=5, lost=3), "chance"),
        ([*trials("a", 80, gained=40), *trials("b", 20, lost=10)], "b becomes worse"),
        ([], "are needed"),
    ],
)
def test_what_is_not_better_is_not(judged: list[Trial], why: str) -> None:
    verdict = compare(judged)
    assert not verdict.promoted
    assert any(why in reason for reason in verdict.reasons)


def test_a_service_of_few_texts_does_not_decide() -> None:
    assert compare([*trials("a", 80, gained=30), *trials("b", 2, lost=1)]).promoted


@given(
    st.lists(st.builds(Trial, st.sampled_from("abc"), st.sampled_from(["a", "b", None]), st.sampled_from(["a", "b", None])), max_size=300)
)
def test_it_never_promotes_what_is_right_less_often(judged: list[Trial]) -> None:
    verdict = compare(judged)
    if verdict.promoted:
        assert len(judged) >= FEWEST
        assert verdict.challenger > verdict.champion
    assert verdict.reasons


def test_corrections_of_several_people_are_learnt_from() -> None:
    given_ = [Correction(f"text {at}", "a", "b", f"clerk{at % 4}") for at in range(40)]
    assert trusted(given_).kept == tuple(given_)


def test_one_person_cannot_move_a_service_alone() -> None:
    """Forty complaints sent to "other" by one clerk, and five corrections of others."""
    poison = [Correction(f"complaint {at}", "feedback", "other", "mallory") for at in range(40)]
    honest = [Correction(f"note {at}", "feedback", "other", f"clerk{at}") for at in range(5)]
    found = trusted([*poison, *honest])
    assert set(honest) <= set(found.kept)
    assert sum(one.by == "mallory" for one in found.kept) <= 7
    assert len(found.aside["one_person"]) >= 33


def test_the_same_text_over_and_over_is_one_voice() -> None:
    found = trusted([Correction("Same  TEXT", "a", "b", "x"), Correction("same text", "a", "c", "y"), Correction("other", "a", "b", "x")])
    assert [one.text for one in found.kept] == ["other"]
    assert len(found.aside["contradicted"]) == 2


def test_a_service_is_not_drained_without_a_look() -> None:
    many = [Correction(f"text {at}", "noise", "other", f"clerk{at % 5}") for at in range(30)]
    found = trusted(many, {"noise": 60})
    assert not found.kept
    assert len(found.aside["drains_a_service"]) == 30
    assert trusted(many, {"noise": 1000}).kept == tuple(many)


@given(
    st.lists(st.builds(Correction, st.text(max_size=5), st.sampled_from("ab"), st.sampled_from("abc"), st.sampled_from("xyz")), max_size=60)
)
def test_every_correction_is_kept_or_set_aside_once(given_: list[Correction]) -> None:
    found = trusted(given_, {"a": 5, "b": 100})
    assert len(found.kept) + sum(map(len, found.aside.values())) == len(given_)
