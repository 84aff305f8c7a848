"""Personal data in free text is masked, and nothing else is."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.redact import luhn, redact
from tests.normalizer.build import cases, label


@pytest.mark.parametrize("case", cases("redact"), ids=label)
def test_masked(case: dict[str, Any]) -> None:
    assert redact(case["text"])[0] == case["masked"]


@given(st.text())
def test_spans_are_in_order_and_what_is_between_stays(text: str) -> None:
    masked, spans, kinds = redact(text)
    assert len(kinds) == len(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
    place = 0
    for start, end in spans:
        assert text[place:start] in masked
        place = end


@given(st.from_regex(r"[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}", fullmatch=True), st.sampled_from(["call {}", "{} svp", "({})", "tél : {}."]))
def test_no_telephone_number_is_left(number: str, around: str) -> None:
    assert number not in redact(around.format(number))[0]


def test_check_digits() -> None:
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")


@pytest.mark.parametrize("piece", ["1 ", "@", "a@b.c ", "(", "1-2-3-", "+1", "9" * 30 + " "])
def test_a_flood_of_one_piece_ends(piece: str) -> None:
    redact(piece * (200_000 // len(piece)))
