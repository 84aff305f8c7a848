"""The words that residents are sent."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.replies.texts import KINDS, BadText, Texts, fitted

_TEXTS = Texts.load()
_LINK = "https://311.springfield.example.gov/track/1000017-abcdefghijklmnopqrstuvwxyz"
_FULL: dict[str, Any] = {
    "city": "Ville de Springfield",
    "number": "1000017",
    "numbers": ["1000017", "1000025"],
    "requests": [{"number": "1000017", "service_name": "Nid-de-poule", "address": "12, rue Principale"}, {"number": "1000025"}],
    "service_name": "Nid-de-poule",
    "address": "12, rue Principale",
    "tracking_url": _LINK,
    "status_notes": "Mended on Monday.",
    "expected_date": date(2026, 12, 1),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("values", [{}, _FULL])
def test_every_text_exists_in_every_language_and_form(kind: str, language: str, values: dict[str, Any]) -> None:
    mail = _TEXTS.render(kind, language, values, medium="email")
    assert mail.subject
    assert mail.language == language
    assert "\n\n\n" not in mail.text
    for medium, most in (("sms", 0), ("social", 300)):
        short = _TEXTS.render(kind, language, values, medium=medium, most=most)  # type: ignore[arg-type]  # two of the media
        assert short.subject is None
        assert "\n" not in short.text
        assert not most or len(short.text) <= most
        if values and kind not in ("emergency", "question_which"):
            assert short.text.endswith(_LINK)


def test_a_date_is_written_in_the_language() -> None:
    assert "1 décembre 2026" in _TEXTS.render("acknowledgement", "fr", _FULL, medium="email").text
    assert "December 1, 2026" in _TEXTS.render("acknowledgement", "en", _FULL, medium="email").text


def test_a_language_without_texts_is_answered_in_english() -> None:
    assert _TEXTS.render("notice", "es", {}, medium="sms").language == "en"


@given(st.text())
def test_what_a_text_is_given_is_never_a_template_and_makes_no_header(text: str) -> None:
    values = {**_FULL, "city": text, "status_notes": "{{ 7 * 7 }} {% for x in y %}"}
    for kind in ("notice", "status"):
        said = _TEXTS.render(kind, "en", values, medium="email")
        assert said.subject is not None
        assert not set(said.subject) & set("\r\n\x0b\x0c\x85\u2028\u2029")
        assert ("{{ 7 * 7 }}" in said.text) is (kind == "status")


def test_the_notice_repeats_nothing(tmp_path: Path) -> None:
    for language in ("en", "fr"):
        text = _TEXTS.render("notice", language, _FULL, medium="email").text
        assert "1000017" not in text.replace(_LINK, "")
        assert "poule" not in text
        assert "Principale" not in text


def test_a_city_says_it_otherwise(tmp_path: Path) -> None:
    (tmp_path / "fr.toml").write_text('[closed]\nshort = "Réglé : {{ number }}"\n', "utf-8")
    texts = Texts.load(tmp_path)
    assert texts.render("closed", "fr", _FULL, medium="sms").text == "Réglé : 1000017"
    assert texts.render("closed", "fr", _FULL, medium="email").subject


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[closd]\nshort = 'x'", "closd"),
        ("[closed]\nsms = 'x'", "subject, mail, short"),
        ("[closed]\nshort = '{{ nubmer }}'", "nubmer"),
        ("[closed]\nshort = '{% if %}'", "closed"),
        ("[closed\n", "not TOML"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "en.toml").write_text(text)
    with pytest.raises(BadText, match=why):
        Texts.load(tmp_path)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadText, match="no folder"):
        Texts.load(tmp_path / "nowhere")


@given(st.text(max_size=400), st.integers(60, 300))
def test_a_link_is_never_cut(text: str, most: int) -> None:
    link = "https://x.example/track/1000017-abc"
    short = fitted(f"{text.strip()} {link}", link, most)
    assert len(short) <= most
    assert short.endswith(link)
