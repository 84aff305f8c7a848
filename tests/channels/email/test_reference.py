"""Signed references: made, carried through mail systems, and never believed when they are not ours."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.reference import MAX_LOCAL, References

SECRET = "0123456789abcdef0123456789abcdef"
ALPHABET = string.ascii_lowercase + string.digits + ".-_+=@/ é"


def ours(city: str = "springfield") -> References:
    return References([SECRET], city)


@pytest.mark.parametrize("number", ["1000014", "sr-2026-000123", "SR-2026/0001", "Dossier n° 4", "1", "a" * 39])
def test_a_reference_comes_back_whatever_its_case(number: str) -> None:
    references = ours()
    token = references.token(number)
    for form in (token, token.upper(), token.title()):
        assert references.verify(form) == number
    assert references.find([f"<311+{token}@springfield.example>"], []) == number
    assert references.find([], [f"<{references.message_id(number, 'k7', 'springfield.example')}>"]) == number


def test_an_address_fits_into_what_mail_systems_take() -> None:
    address = ours().address("311@springfield.example", "1000014")
    assert address.startswith("311+1000014.")
    assert len(address.partition("@")[0]) <= MAX_LOCAL
    assert address == address.lower()
    with pytest.raises(ValueError, match="no room"):
        ours().address("requests-of-residents@springfield.example", "b" * 39)


def test_a_reference_holds_for_one_request_one_city_and_one_secret() -> None:
    token = ours().token("1000014")
    signature = token.partition(".")[2]
    assert ours("shelbyville").verify(token) is None
    assert References(["f" * 32], "springfield").verify(token) is None
    assert ours().verify(f"1000023.{signature}") is None
    assert ours().token("100001") + "4" != token


def test_the_secret_before_is_accepted_and_signs_no_more() -> None:
    old, both = ours(), References(["n" * 32, SECRET], "springfield")
    assert both.verify(old.token("1000014")) == "1000014"
    assert old.verify(both.token("1000014")) is None


@pytest.mark.parametrize("secrets", [[], ["short"], [SECRET, ""]])
def test_no_weak_secret(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="secret"):
        References(secrets)


def test_mutated_references_are_not_accepted() -> None:
    dice, references = random.Random(311), ours()
    accepted = 0
    for _ in range(20_000):
        token = references.token(str(dice.randrange(10**6, 10**8)))
        at = dice.randrange(len(token) + 1)
        letter = dice.choice(ALPHABET)
        changed = dice.choice((token[:at] + letter + token[at:], token[:at] + letter + token[at + 1 :], token[:at] + token[at + 1 :]))
        if changed.lower() != token:
            accepted += references.verify(changed) is not None
        if token not in changed.lower():  # "311++1000014.k3x5…" still carries ours
            accepted += references.find([f"311+{changed}@springfield.example"], [f"{changed}@springfield.example"]) is not None
    assert accepted == 0


@given(st.text(max_size=120))
def test_nothing_that_we_did_not_sign_is_accepted(text: str) -> None:
    references = ours()
    assert references.verify(text) is None
    assert references.find([text, f"311+{text}@x"], [text, f"{text}@x"]) is None


def test_the_envelope_s_address_counts_before_the_thread() -> None:
    references = ours()
    addresses = ["311@x.example", references.address("311@x.example", "2")]
    assert references.find(addresses, [references.message_id("1", "a", "x.example")]) == "2"
    assert references.find([f"{number}.x@y.example" for number in range(200)], [references.message_id("1", "a", "x")]) == "1"
