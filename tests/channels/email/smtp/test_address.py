"""Paths, parameters and recipients, beyond what the traces show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email._smtp_address import Path, PathError, Recipients, parse_parameters, parse_path

LOCAL = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_characters="\x7f"), min_size=1, max_size=20)
LABEL = st.text(st.sampled_from("abcXYZ019-_é"), min_size=1, max_size=8)


@given(LOCAL, st.lists(LABEL, min_size=1, max_size=3))
def test_an_address_means_the_same_when_it_is_read_again(local: str, labels: list[str]) -> None:
    path = Path(local, ".".join(labels))
    again, words = parse_path(f"<{path.address}> SIZE=7")
    assert again == path
    assert words == ["SIZE=7"]


@given(st.text(max_size=60))
def test_whatever_is_said_is_a_path_or_none(text: str) -> None:
    try:
        path, words = parse_path(text)
        parse_parameters(words)
    except PathError:
        return
    assert "\r" not in path.address
    assert "\n" not in path.address


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        ("<>", "", []),
        ("<> SIZE=10", "", ["SIZE=10"]),
        (" <a@b.example>", "a@b.example", []),
        ("a@b.example", "a@b.example", []),
        ("a@b.example SIZE=10", "a@b.example", ["SIZE=10"]),
        ("<@relay.example:a@b.example>", "a@b.example", []),
        ('<"a b"@c.example>', '"a b"@c.example', []),
        ('<"a\\"b"@c.example>', '"a\\"b"@c.example', []),
        ('<"plain"@c.example>', "plain@c.example", []),
        # Seen in practice: Japanese mobile carriers give out addresses with two dots, or one at the end.
        ("<a..b.@c.example>", "a..b.@c.example", []),
        ("<a@[192.0.2.1]>", "a@[192.0.2.1]", []),
        ("<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]", []),
        ("<root>", "root", []),
    ],
)
def test_paths_as_they_are_written(text: str, address: str, words: list[str]) -> None:
    path, found = parse_path(text)
    assert path.address == address
    assert found == words


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "<", "<a", "<a@b", "a>", "<a@b>>", "<a@@b>", "<a@>", "<a b@c>", "<a@b c>", "<a@b>x"),
        *('<"a@b>', '<"a"b@c>', "<a@[x>", "<a@b..c>", "<a@.b>", "<a\x00@b>"),
    ],
)
def test_texts_that_are_no_path(text: str) -> None:
    with pytest.raises(PathError):
        parse_path(text)


def test_recipients_do_not_care_for_case_or_a_final_dot() -> None:
    ours = Recipients(["Info@City.Example", "@Parks.City.Example"])
    assert Path("INFO", "city.example.") in ours
    assert Path("info+lamp", "CITY.example") in ours
    assert Path("anything", "parks.city.example") in ours
    assert Path("info", "") not in ours
    assert Path("other", "city.example") not in ours


def test_whatever_follows_a_plus_is_ours() -> None:
    ours = Recipients(["311@city.example", "trees+urgent@city.example"])
    for local in ("311+anything", "311+1000014.k3x5aaaaaaaaaaaa", "311+a+b", "311+", "trees+urgent", "Trees+Urgent+1000014.k3x5"):
        assert Path(local, "city.example") in ours, local
    for local in ("+311", "trees", "trees+later", "3111+x", "x+311"):
        assert Path(local, "city.example") not in ours, local
