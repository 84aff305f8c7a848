"""Codes that open a request."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.replies.signing import Signatures

_OURS = Signatures(b"k" * 32, "springfield.example.gov")


def test_a_code_opens_its_request_and_has_128_secret_bits() -> None:
    code = _OURS.tracking_code("1000017")
    assert re.fullmatch(r"1000017-[a-z2-7]{26}", code)
    assert _OURS.tracked(code) == "1000017"
    assert _OURS.tracked(code.upper()) == "1000017"


def test_codes_of_others_open_nothing() -> None:
    code = _OURS.tracking_code("1000017")
    assert Signatures(b"k" * 32, "shelbyville.example.gov").tracked(code) is None
    assert Signatures(b"j" * 32, "springfield.example.gov").tracked(code) is None
    assert _OURS.tracked(code.replace("1000017", "1000025")) is None


@given(st.text())
def test_no_text_opens_anything(text: str) -> None:
    assert _OURS.tracked(text) is None


def test_a_tracking_code_is_no_reference() -> None:
    secret = _OURS.tracking_code("1000017").partition("-")[2]
    assert _OURS.references.verify(f"1000017.{secret[:16]}") is None
    assert _OURS.references.verify(_OURS.references.token("1000017")) == "1000017"
