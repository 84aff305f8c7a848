from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import RawMessage, Unreadable
from channels.social._bluesky_media import digest_of
from channels.social._bluesky_text import graphemes, key_for, link_facets, to_plain
from tests.channels.case_files import RECEIVED, Case, check, load
from tests.channels.social._adapters_bluesky import bluesky


@pytest.mark.parametrize("case", load(__file__, "bluesky"), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(bluesky(), case)


# What the profile says of where its owner lives is nowhere in the message.
@pytest.mark.parametrize("case", [case for case in load(__file__, "bluesky") if not case.unreadable], ids=lambda case: case.name)
def test_the_profile_is_not_the_place(case: Case) -> None:
    assert "Érables" not in bluesky().translate(case.raw).model_dump_json()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "at://x", "en", "app.bsky.embed.images"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["$type", "uri", "images", "record", "media"]), inner, max_size=3)
    ),
    max_leaves=6,
)


# Any kind of value in any field is read or left out; a post with a uri and a record is never lost for it.
@given(
    st.dictionaries(st.sampled_from(["text", "facets", "langs", "embed", "reply", "labels", "createdAt"]), json_values),
    st.dictionaries(st.sampled_from(["author", "reason", "labels"]), json_values),
)
def test_any_record_is_read(record: dict[str, object], around: dict[str, object]) -> None:
    uri = "at://did:plc:zoetremblayzoetremblay22/app.bsky.feed.post/3n3342m543s2s"
    item = around | {"uri": uri, "cid": "bafyreia45o2afqyfn5bzsew5t5ljza", "record": record | {"$type": "app.bsky.feed.post"}}
    message = bluesky().translate(RawMessage("x", RECEIVED, "", orjson.dumps(item)))
    assert message.message_id == uri
    message.model_dump_json()


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(-2, 60), st.integers(-2, 60)), max_size=6))
def test_facets_never_break_a_text(written: str, ranges: list[tuple[int, int]]) -> None:
    facets = [{"index": {"byteStart": start, "byteEnd": end}, "features": [{"$type": "x"}]} for start, end in ranges]
    assert to_plain({"text": written, "facets": facets}, "") == written.replace("\0", "").replace("\ue311", "")


@pytest.mark.parametrize("author", [{}, {"did": "did:plc:x", "handle": "evil.example/../x"}, {"handle": "-.example"}])
def test_a_strange_name_leads_nowhere_else(author: dict[str, str]) -> None:
    uri = "at://did:plc:zoetremblayzoetremblay22/app.bsky.feed.post/3n3342m543s2s"
    item = {"uri": uri, "cid": "bafyreia45o2afqyfn5bzsew5t5ljza", "author": author, "record": {"text": "x"}}
    message = bluesky().translate(RawMessage("x", RECEIVED, "", orjson.dumps(item)))
    assert message.permalink == "https://bsky.app/profile/did:plc:zoetremblayzoetremblay22/post/3n3342m543s2s"
    assert message.sender.handle == "@did:plc:zoetremblayzoetremblay22"


@pytest.mark.parametrize(
    "uri", ["", "at://x/app.bsky.feed.post/1", "at://did:plc:zoetremblayzoetremblay22/app.bsky.feed.post/../x", 5, None]
)
def test_what_names_no_post_is_unreadable(uri: object) -> None:
    with pytest.raises(Unreadable):
        bluesky().translate(
            RawMessage("x", RECEIVED, "", orjson.dumps({"uri": uri, "cid": "bafyreia45o2afqyfn5bzsew5t5ljza", "record": {"text": "x"}}))
        )


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("", 0),
        ("é", 1),
        ("e\u0301", 1),
        ("👨‍👩‍👧‍👦!", 2),
        ("🇫🇷🇨🇦", 2),
        ("👍🏽a", 2),
        ("a\r\nb", 3),
        ("1️⃣", 1),
        ("❤️‍🔥", 1),
        ("한국", 2),
        ("a\u200db", 2),
    ],
)
def test_graphemes_are_counted(written: str, count: int) -> None:
    assert graphemes(written) == count


# Never fewer than there are: a reply that we believe to fit fits. (Where the library with Unicode's tables is installed.)
@given(st.text(st.sampled_from("ab é\u0301\u200d\ufe0f👩🏽🇫🇷\r\n한각नि❤🔥\u20e31\u200c☠\u00ad"), max_size=12) | st.text(max_size=20))
def test_graphemes_are_never_too_few(written: str) -> None:
    regex = pytest.importorskip("regex")
    assert graphemes(written) >= len(regex.findall(r"\X", written))


def test_addresses_in_a_reply_become_links() -> None:
    written = "Merci ! État : https://311.example/suivi/é?a=1, voir (https://a.example)."
    said = [written.encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode() for facet in link_facets(written)]
    assert said == ["https://311.example/suivi/é?a=1", "https://a.example"]
    assert to_plain({"text": written, "facets": link_facets(written)}, "") == written


def test_the_key_of_a_reply_is_the_same_for_each_attempt() -> None:
    key = key_for("3n3342m543s2s", "k1")
    assert key == key_for("3n3342m543s2s", "k1")
    assert len({key, key_for("3n3342m543s2s", "k2"), key_for("3n3342m543s2t", "k1")}) == 3
    assert "3n3342m543s2s" < key < "3n3343zzzzzzz"  # a little later than what it answers


@given(st.text(max_size=20) | st.from_regex(r"[234567a-j][234567a-z]{12}", fullmatch=True), st.text(max_size=20))
def test_any_key_is_a_tid(parent: str, idempotency_key: str) -> None:
    key = key_for(parent, idempotency_key)
    assert len(key) == 13
    assert key[0] in "234567abcdefghij"
    assert set(key) <= set("234567abcdefghijklmnopqrstuvwxyz")


def test_a_cid_contains_the_hash() -> None:
    # of b"\xff\xd8\xff\xe0" + b"x" * 1000, as a real server names it
    found = digest_of("bafkreidikmr77dlsbadnpbeygjzottz55gqpfe4tu3c3rldafbclubgccm")
    assert found is not None
    assert found.hex() == __import__("hashlib").sha256(b"\xff\xd8\xff\xe0" + b"x" * 1000).hexdigest()
    assert digest_of("bafyreidikmr77dlsbadnpbeygjzottz55gqpfe4tu3c3rldafbclubgccm") is None
