from __future__ import annotations

import gzip
import re
import string
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import ProbeContext
from channels.outward import no_client
from channels.web import _answers
from channels.web._limits import Rate, source_of
from channels.web._look import LANGUAGES, Look, negotiate, spoken, words_of
from channels.web.form import Form, Settings, build
from tests.channels.web.site import form, running

WEB = Path(__file__).parents[3] / "channels" / "web"
BUDGET = 50_000
"""Bytes to the first paint: the page, its style and its script."""


def test_both_languages_have_all_words() -> None:
    tables = {language: words_of(language).table for language in LANGUAGES}
    keys = {language: {(section, key) for section in table for key in table[section]} for language, table in tables.items()}
    assert keys["fr"] ^ keys["en"] == set()
    for section, key in keys["fr"]:
        assert _names(tables["fr"][section][key]) == _names(tables["en"][section][key]), f"{section}.{key}"
        assert tables["fr"][section][key].strip()


def test_every_word_is_used() -> None:
    text = "".join(path.read_text("utf-8") for path in (*WEB.glob("*.py"), *WEB.glob("templates/*"), *WEB.glob("static/*.js")))
    unused = [
        f"{section}.{key}"
        for section, table in words_of("fr").table.items()
        if section != "groups"
        for key in table
        if not re.search(rf"""['"](?:{section}\.)?{key}['"]""", text)
    ]
    assert unused == []


def test_french_is_set_as_french() -> None:
    for section, table in words_of("fr").table.items():
        for key, words in table.items():
            assert not re.search(r" [:»%]|« |\w'\w", words), f"{section}.{key}: a space that breaks, or a straight apostrophe"


def _names(words: str) -> set[str]:
    return {name for _text, name, _format, _conversion in string.Formatter().parse(words) if name}


@pytest.mark.parametrize(
    ("header", "language"),
    [("fr-CA,fr;q=0.9,en;q=0.5", "fr"), ("en-GB,en;q=0.9,fr;q=0.4", "en"), ("de,es", "fr"), ("", "fr"), ("fr;q=0,en;q=0.1", "en"),
     ("en;q=0.3, fr;q=0.8", "fr"), (",;q=,en", "en"), ("x" * 6_000, "fr")],
)  # fmt: skip
async def test_the_language_is_the_browsers_until_it_is_chosen(tmp_path: Path, header: str, language: str) -> None:
    assert negotiate(header, ["fr", "en"]) == language
    async with running(form(), tmp_path) as site:
        assert f'<html lang="{language}-CA"' in (await site.get("/", **{"Accept-Language": header}))[1]


async def test_a_chosen_language_stays(tmp_path: Path) -> None:
    async with running(form(), tmp_path) as site:
        _status, text, headers = await site.get("/en/?set")
        assert 'href="/fr/?set"' in text
        cookie = headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "Secure" in cookie  # the public address is https
        assert '<html lang="en-CA"' in (await site.get("/", Cookie=cookie.partition(";")[0], **{"Accept-Language": "fr"}))[1]
        assert (await site.get("/fr"))[2]["Location"] == "/fr/"


async def test_the_first_paint_stays_within_its_budget(tmp_path: Path) -> None:
    async with running(form(), tmp_path) as site:
        _status, text, headers = await site.get("/fr/")
        assert headers["Cache-Control"] == "private, no-cache"
        names = re.findall(r'(?:src|href)="(/channels/website/assets/[^"]+)"', text)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text), "the page asks another host"
        assert "<style" not in text
        assert " style=" not in text
        assert not re.search(r"<script(?![^>]*\ssrc=)", text)
        assert not re.search(r"\son\w+=", text)
        size = len(text.encode())
        for name in names:
            _status, content, headers = await site.get(name, **{"Accept-Encoding": "identity"})
            assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
            size += len(content.encode())
            _status, _content, headers = await site.get(name, **{"Accept-Encoding": "gzip"})
            assert headers["Content-Encoding"] == "gzip"
        assert size < BUDGET, f"{size} bytes uncompressed"
        assert (await site.get("/channels/website/assets/form.js"))[0] == 404
        assert (await site.get("/embed.js"))[2]["Cache-Control"] == "public, max-age=3600"


async def test_a_form_of_another_city_has_a_path_of_its_own(tmp_path: Path) -> None:
    channel = form(path="/west", languages=["en"], city={"en": "West Springfield"}, phone="311", privacy_url={"en": "/privacy"})
    async with running(channel, tmp_path) as site:
        _status, text, _headers = await site.get("/west/", **{"Accept-Language": "fr"})
        assert 'action="/west/en/"' in text
        assert "West Springfield" in text
        assert "Français" not in text
        assert 'href="tel:311"' in text
        assert (await site.get("/"))[0] == 404
        status, _text, headers = await site.send({"text": "Pothole"}, path="/west/en/")
        assert (status, headers["Location"].startswith("/west/en/done/")) == (303, True)


async def test_a_city_has_its_own_style(tmp_path: Path) -> None:
    theme = tmp_path / "city.css"
    theme.write_text(":root { --accent: #7a1f1f; }")
    async with running(form(theme_css=str(theme)), tmp_path) as site:
        text = (await site.get("/fr/"))[1]
        ours, theirs = text.index("/form."), text.index("/theme.")
        assert ours < theirs
        (name,) = re.findall(r'href="([^"]*/theme\.[^"]*)"', text)
        assert (await site.get(name))[1] == theme.read_text()
    with pytest.raises(OSError, match="nowhere"):
        form(theme_css=str(tmp_path / "nowhere.css"))


async def test_the_doctor_looks_at_the_pages() -> None:
    assert (await form().check(ProbeContext(no_client))).detail == "the form in en and fr"


def test_assets_say_what_they_are() -> None:
    look = Look(None)
    for asset in look.assets.values():
        assert gzip.decompress(asset.packed) == asset.content
        assert asset.media_type in ("text/css", "text/javascript", "image/svg+xml")
    assert "embed.js" not in look.names


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("1000017", "100 0017"),
        ("10000173", "1000 0173"),
        ("100001734", "100 001 734"),
        ("1000017345", "100 001 7345"),
        ("7", "7"),
        ("x", "x"),
    ],
)
def test_a_number_is_read_in_groups(number: str, read: str) -> None:
    assert spoken(number) == read.replace(" ", "\u00a0")


def test_a_rate_lets_go_after_a_while() -> None:
    rate = Rate(2, 60.0)
    assert [rate.take("a", 0.0), rate.take("a", 1.0), rate.take("b", 1.0)] == [0, 0, 0]
    wait = rate.take("a", 2.0)
    assert 25 <= wait <= 30
    assert rate.take("a", 2.0 + wait) == 0


@pytest.mark.parametrize(
    ("remote", "forwarded", "source"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # not a proxy of ours: what it says is not believed
        ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["made up, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", ["made up"], "10.1.2.3"),
        ("10.1.2.3", [], "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        (None, [], "unknown"),
    ],
)
def test_whom_a_limit_counts_for(remote: str | None, forwarded: list[str], source: str) -> None:
    assert source_of(remote, forwarded, [ip_network("10.0.0.0/8")]) == source


@given(st.lists(st.tuples(st.sampled_from([*_answers.Answers.__slots__, "website", "other"]), st.text(max_size=40))))
def test_any_fields_make_answers(fields: list[tuple[str, str]]) -> None:
    answers = _answers.read(fields)
    assert (answers.lat is None) == (answers.long is None)
    assert answers.lat is None or (-90 <= answers.lat <= 90)
    assert "\n" not in answers.address + answers.name
    _answers.mistakes(answers, [], max_photo=1)
    assert _answers.fingerprint(answers, []) == _answers.fingerprint(_answers.read(fields), [])


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("45.503427, -73.580556", True),
        ("(45.503427 -73.580556)", True),
        ("12 Main Street", False),
        ("45, 73", False),
        ("200.12345, 10.12345", False),
    ],
)
def test_coordinates_in_place_of_an_address(address: str, found: bool) -> None:
    assert (_answers.read([("address", address)]).lat is not None) == found


def wrong() -> Iterator[dict[str, object]]:
    yield {"path": "west"}
    yield {"path": "/west/"}
    yield {"tiles_url": "https://tiles.example/"}
    yield {"tiles_url": "https://tiles.example/{z}/{x}/{y}; script-src *"}
    yield {"embed_on": ["*; script-src https://evil.example"]}
    yield {"embed_on": ["https://www.example.gov/path"]}
    yield {"privacy_url": {"fr": "javascript:alert(1)"}}
    yield {"emergency_number": "call"}
    yield {"secret": "short"}
    yield {"trusted_proxies": ["proxy"]}
    yield {"languages": ["de"]}
    yield {"theme": "x"}


@pytest.mark.parametrize("settings", list(wrong()), ids=lambda settings: next(iter(settings)))
def test_a_wrong_setting_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Settings.model_validate({"type": "web.form", **settings})


def test_the_adapter_is_built_without_its_pages() -> None:
    assert isinstance(build("website", Settings(type="web.form")), Form)
    assert timedelta(seconds=8 * 86_400) > timedelta(days=7)  # a draft is kept for a week: its token has to live longer
