"""Several problems in one message are proposed with their words; one problem told at length is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.model import Evidence, ServiceRequest
from normalizer.pipeline import understand
from normalizer.split import propose
from tests.normalizer.build import cases, catalog, context, label, work


def proposed(text: str) -> Evidence | None:
    item = work(text)
    understand([item], context())
    assert len(item.requests) == 1, "nothing is split by itself"
    return propose([(item.message.text_new, item.requests[0])], catalog())[0]


SEVERAL = [case for case in cases("splits") if case["services"]]
ONE = [case for case in cases("splits") if not case["services"]]


def test_most_messages_with_several_problems_are_seen() -> None:
    """No rule sees all of them; a missed one is an ordinary request."""
    seen = [proposed(case["text"]) is not None for case in SEVERAL]
    assert sum(seen) >= 0.85 * len(seen)


def test_hardly_a_message_with_one_problem_is_taken_apart() -> None:
    wrong = [case["text"] for case in ONE if proposed(case["text"]) is not None]
    assert len(wrong) <= 0.05 * len(ONE), wrong


@pytest.mark.parametrize("case", [case for case in SEVERAL if case.get("listed")], ids=label)
def test_an_enumeration_is_a_proposal_too(case: dict[str, Any]) -> None:
    found = proposed(case["text"])
    assert found is not None
    assert found.source == "split.enumerated"
    assert len(found.value) == len(case["services"])


def test_each_part_quotes_its_words_and_its_place() -> None:
    text = "There is a pothole at 12 Main Street and the street light on Elm Avenue is out."
    found = proposed(text)
    assert found is not None
    first, second = found.value
    assert text[slice(*first["span"])] == "There is a pothole at 12 Main Street"
    assert text[slice(*second["span"])] == "the street light on Elm Avenue is out."
    assert (first["service_code"], second["service_code"]) == ("pothole", "street_light")
    assert (first["address"], second["address"]) == ("12 Main Street", "Elm Avenue")


@given(
    st.lists(
        st.sampled_from(["pothole", "12 Main St", "and", "also", "aussi", "1.", "\n", "- ", "lamp", "nid-de-poule", ".", "graffiti", ""])
    )
)
def test_parts_are_in_order_and_apart(pieces: list[str]) -> None:
    text = " ".join(pieces)
    (found,) = propose([(text, ServiceRequest())], catalog())
    place = 0
    for part in found.value if found else ():
        start, end = part["span"]
        assert place <= start < end <= len(text)
        place = end


@pytest.mark.parametrize("piece", ["and ", "1. x\n", ", also ", "pothole. ", "- \n", "a) ", " and the lamp"])
def test_a_flood_of_one_piece_ends(piece: str) -> None:
    propose([(piece * (6_000 // len(piece)), ServiceRequest())], catalog())
