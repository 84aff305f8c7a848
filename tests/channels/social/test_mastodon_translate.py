from __future__ import annotations

import re
import time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import RawMessage
from channels.social._addressed import MARK
from channels.social._mastodon_html import to_text
from channels.social._mastodon_media import allowed
from tests.channels.case_files import RECEIVED, Case, check, load
from tests.channels.social._adapters_mastodon import mastodon


def said(html: str) -> str:
    return to_text(html, lambda href, words: f"[{words}|{href}]" if "/@" in href else None)


@pytest.mark.parametrize("case", load(__file__, "mastodon"), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(mastodon(), case)


# What the profile says of where its owner lives is nowhere in the message.
@pytest.mark.parametrize("case", [case for case in load(__file__, "mastodon") if not case.unreadable], ids=lambda case: case.name)
def test_the_profile_is_not_the_place(case: Case) -> None:
    found = mastodon().translate(case.raw).model_dump_json()
    assert "Érables" not in found
    assert "9 Elm Street" not in found


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<br>two<br />three</p>", "one\ntwo\nthree"),
        ("<p>a  \n b</p>", "a b"),
        ("plain & simple &eacute; &#233; &#x1F6A8; &#99999999999;", "plain & simple é é 🚨 \ufffd"),
        ("<ol><li>one</li><li>two<ul><li>inner</li></ul></li></ol>end", "1. one\n2. two\n  - inner\n\nend"),
        ("<blockquote><p>a</p><blockquote>b</blockquote></blockquote><p>c</p>", "> a\n>\n> > b\n\nc"),
        ('<a href="https://x.example/a/b">https://x.example/a/b</a>', "https://x.example/a/b"),
        ('<a href="https://x.example/a/b">x.example/a…</a>', "https://x.example/a/b"),
        ('<a href="https://x.example/">our <b>list</b></a>', "our list <https://x.example/>"),
        ('<a href="javascript:alert(1)">words</a>', "words"),
        ('<a href="https://x.example/@z" class="u-url mention">@<span>z</span></a>!', "[@z|https://x.example/@z]!"),
        ('<a href="https://x.example/tags/a" class="mention hashtag">#<span>a</span></a>', "#a"),
        ('<p class="quote-inline">RE: <a href="https://x.example/1">x</a></p><p>mine</p>', "mine"),
        ('<p class="quote-inline">RE: never closed <p>mine</p>', "mine"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<script>alert(1)</script><style>p{}</style>", "alert(1)p{}"),
        ("<p>open <b>for ever", "open for ever"),
        ("<", "<"),
        ("<>", "<>"),
        ("", ""),
    ],
)
def test_html_keeps_what_is_said(html: str, text: str) -> None:
    assert said(html) == text


# The time is linear: whatever a server lets through, a status is read at once.
@pytest.mark.parametrize(
    "part",
    ["<", "<p", "<a ", "<!", "&", "&#", "<blockquote>", "<ul><li>", '<a href="', "a b=", "\t ", "x" * 50 + " ", "<pre>" + " " * 99, "</p>"],
)
def test_hostile_html_is_read_at_once(part: str) -> None:
    began = time.process_time()
    for html in (part * (200_000 // len(part)), f"<pre>{part * (199_000 // len(part))}x"):
        said(html)
    assert time.process_time() - began < 5


@given(
    st.text(st.characters(codec="utf-8"), max_size=200)
    | st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<br>",
                "<a href='https://x.example'",
                ">",
                "a",
                " ",
                "<li>",
                "<pre>",
                "&lt;",
                "<blockquote>",
                "</blockquote>",
                MARK,
            ]
        )
    ).map("".join)
)
def test_any_html_is_read(html: str) -> None:
    text = said(html)
    assert "\n\n\n" not in text
    assert MARK not in text


# The city's own name goes where it only says to whom the post is addressed.
@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("{city} the light is out", "the light is out"),
        ("{city}: the light is out", "the light is out"),
        ("{city} - pothole", "pothole"),
        ("{city} {city} again", "again"),
        ("the light is out {city}.", "the light is out"),
        ("thanks to {city} it works", "thanks to @311@social.springfield.example it works"),
        ("{city}", ""),
        ("{city} -45.5, 73.6", "-45.5, 73.6"),
        (MARK + " nothing here &#xE311; {city}", "nothing here"),
    ],
)
def test_the_citys_name_is_left_out(html: str, text: str) -> None:
    url = "https://social.springfield.example/@311"
    anchor = f'<span class="h-card"><a href="{url}" class="u-url mention">@<span>311</span></a></span>'
    status = {"id": "1", "content": html.format(city=anchor), "mentions": [{"id": "7", "acct": "311", "url": url}]}
    envelope = {"domain": "social.springfield.example", "account": "@311@social.springfield.example", "account_id": "7"}
    raw = RawMessage("1", RECEIVED, "", orjson.dumps({"id": "1", "status": status}), envelope)
    assert mastodon().translate(raw).text == text


HOSTS = {"social.springfield.example", "files.springfield.example:8443"}


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("https://social.springfield.example/media_proxy/1/original", True),
        ("https://files.springfield.example:8443/a.jpg", True),
        ("https://SOCIAL.springfield.example:443/a.jpg", True),
        ("http://social.springfield.example/a.jpg", False),
        ("https://files.springfield.example/a.jpg", False),
        ("https://social.springfield.example@127.0.0.1/a.jpg", False),
        ("https://social.springfield.example:x@social.springfield.example/a.jpg", False),
        ("https://127.0.0.1\\@social.springfield.example/a.jpg", False),
        ("https://social.springfield.example.evil.example/a.jpg", False),
        ("https://social.springfield.example%2eevil.example/a.jpg", False),
        ("https://social.springfield.example\t.evil.example/a.jpg", False),
        ("https://sociаl.springfield.example/a.jpg", False),
        ("https://[::1]/a.jpg", False),
        ("https://[bad", False),
        ("https://social.springfield.example:99999/", False),
        ("//social.springfield.example/a.jpg", False),
        ("ftp://social.springfield.example/a.jpg", False),
        ("", False),
    ],
)
def test_only_the_servers_own_hosts_are_asked_for_media(url: str, answer: bool) -> None:
    assert allowed(url, HOSTS, "https") is answer


@given(st.text(max_size=60), st.sampled_from(["https://", "https://social.springfield.example", "https://x@", "https://127.0.0.1/", ""]))
def test_no_other_host_is_asked_for_media(rest: str, start: str) -> None:
    if allowed(start + rest, HOSTS, "https"):
        assert re.match(
            r"https://(social\.springfield\.example|files\.springfield\.example:8443)(:0*443)?(:)?([/?#]|\Z)", start + rest, re.IGNORECASE
        )
