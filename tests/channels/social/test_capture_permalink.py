from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.social._capture_permalink import PLATFORMS, read

PASTED = [
    tuple(cell.strip() for cell in line.split("|"))
    for line in Path(__file__).with_name("permalinks.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("pasted", "url", "platform", "post_id", "author"), PASTED, ids=[row[0][:60] for row in PASTED])
def test_what_an_address_tells(pasted: str, url: str, platform: str, post_id: str, author: str) -> None:
    found = read(pasted)
    assert (found.url, found.platform, found.post_id, found.author) == (url, platform, post_id, author)
    again = read(found.url)
    assert (again.url, again.platform, again.post_id) == (url, platform, post_id)


def test_every_network_is_shown() -> None:
    assert {row[2] for row in PASTED} == {*PLATFORMS, ""}


# Times that are known: of a post that Wikipedia's article on snowflake ids takes apart, of the example in Mastodon's documentation, of a
# record that a real server of Bluesky's kind was given, of an Instagram post that is discussed in public; for TikTok of arXiv 2504.13279.
@pytest.mark.parametrize(
    ("pasted", "posted"),
    [
        ("https://x.com/i/status/1541815603606036480", "2022-06-28T16:07:40.105000+00:00"),
        ("https://x.com/jack/status/20", None),
        ("https://mastodon.social/@Gargron/103270115826048975", "2019-12-08T03:48:33"),
        ("https://mastodon.example/@a/1234567", None),
        ("https://bsky.app/profile/a.example/post/3n3342m543s2s", "2026-11-24T16:50:14"),
        ("https://bsky.app/profile/a.example/post/hello", None),
        ("https://www.instagram.com/p/CEWsh68Kc5C/", "2020-08-26T13:43:27"),
        ("https://www.tiktok.com/@a/video/6854717870488702213", "2020-07-29T02:0"),
        ("https://www.linkedin.com/feed/update/urn:li:activity:7265438765432109876/", None),
    ],
)
def test_when_an_id_says_it_was_posted(pasted: str, posted: str | None) -> None:
    found = read(pasted).posted
    assert (found.isoformat() if found else "").startswith(posted or "")
    assert (found is None) == (posted is None)


NO_ADDRESSES = ["", "javascript:alert(1)", "file:///etc/passwd", "https://", "https://localhost/x", "https://[bad/", "ftp://x.com/a"]
NO_ADDRESSES += ["not an address", "https://x.com/a b", "https://x.com:99999999/", "data:text/html,x", "https://x.com/\x00", "at://x"]
NO_ADDRESSES += ["https://exa mple.com", "mailto:a@b.example", "x" * 5000]


@pytest.mark.parametrize("pasted", NO_ADDRESSES, ids=lambda pasted: pasted[:30])
def test_what_is_no_address_is_refused(pasted: str) -> None:
    with pytest.raises(ValueError, match=r"must be an http\(s\) address|has more than"):
        read(pasted)


HOSTS = (
    "x.com twitter.com m.facebook.com fb.watch instagram.com bsky.app old.reddit.com redd.it vm.tiktok.com linkedin.com youtu.be".split()
)
HOSTS += "youtube.com nextdoor.ca threads.net mastodon.example forum.example".split()
PARTS = (
    "zoe @zoe status 1859876543210987654 posts p comments r profile post video watch story.php groups é %2e%2e .. users statuses".split()
)
PARTS += [*"c s urn:li:activity:7265438765432109876 %00 a%2Fb stories share //evil.example".split(), ""]
QUERIES = ["", "?v=dQw4w9WgXcQ", "?story_fbid=1&id=2", "?fbid=%3Cscript%3E", "?utm_source=a&x=1", "?post=1", "#a?b"]
QUERIES += ["?comment_id=9&fbclid=z", "?lc=../x"]
addresses = st.builds(
    lambda host, parts, query: f"https://{host}/{'/'.join(parts)}{query}",
    st.sampled_from(HOSTS),
    st.lists(st.sampled_from(PARTS) | st.text(max_size=6), max_size=6),
    st.sampled_from(QUERIES),
)


# One form: reading what was read gives the same; it is an https address of the same network; nothing that tracks is left.
@given(addresses | st.text(max_size=60))
def test_any_address_has_one_form(pasted: str) -> None:
    try:
        found = read(pasted)
    except ValueError:
        return
    again = read(found.url)
    assert (again.url, again.platform, again.post_id) == (found.url, found.platform, found.post_id)
    assert found.url.startswith(("https://", "http://"))
    assert found.url.isprintable()
    assert " " not in found.url
    assert "utm_" not in found.url.partition("?")[2]
    assert len(found.post_id) < 700
    assert found.url.startswith("https://") or not found.platform
