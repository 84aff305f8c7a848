"""Verdicts of other mail servers: whose are believed, and that nobody else's are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email import _authres
from normalizer.model import Authentication

OURS = ("mx.city.example",)
GOOD = b"Authentication-Results: mx.city.example; spf=pass smtp.mailfrom=a.example; dkim=pass header.d=a.example; dmarc=pass\r\n"
FORGED = b"Authentication-Results: mx.city.example; spf=pass; dkim=pass header.d=bank.example; dmarc=pass; arc=pass\r\n"
RECEIVED = b"Received: from a.example by mx.city.example; Mon, 23 Nov 2026 10:00:00 -0500\r\n"
CHAIN = (
    b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=city.example; s=1;\r\n b=AAAA\r\n"
    b"ARC-Message-Signature: i=1; a=rsa-sha256; d=city.example; s=1; h=from; bh=AAAA; b=AAAA\r\n"
    b"ARC-Authentication-Results: i=1; lists.city.example; spf=pass; dkim=pass header.d=a.example; dmarc=pass\r\n"
)


def read(block: bytes, trusted: tuple[str, ...] = OURS, hops: int = 1, **envelope: str) -> Authentication:
    return _authres.read(block, envelope, trusted, hops).authentication


NOTHING = Authentication()


@pytest.mark.parametrize("above", [b"", RECEIVED, b"Return-Path: <a@a.example>\r\n"])
def test_the_city_s_own_server_is_believed(above: bytes) -> None:
    assert read(above + GOOD + RECEIVED + b"From: a@a.example\r\n") == Authentication(spf="pass", dkim="pass", dmarc="pass")
    assert _authres.read(above + GOOD, {}, OURS, 1).domains == ["a.example"]


@pytest.mark.parametrize(
    ("block", "trusted", "hops"),
    [
        (GOOD, (), 1),  # nobody is trusted
        (GOOD, ("city.example",), 1),  # a parent domain is another name
        (GOOD, ("mx.city.example.evil.example",), 1),
        (GOOD.replace(b"mx.city.example", b"evil.mx.city.example"), OURS, 1),
        (GOOD.replace(b"mx.city.example;", b"evil.example (mx.city.example);"), OURS, 1),
        (GOOD.replace(b"mx.city.example;", b"evil.example; mx.city.example;"), OURS, 1),
        (GOOD.replace(b"mx.city.example;", b'"evil.example; mx.city.example";'), OURS, 1),
        (GOOD.replace(b"Authentication-Results", b"X-Authentication-Results"), OURS, 1),
        (GOOD.replace(b"mx.city.example; ", b""), OURS, 1),  # Exchange Online writes no name
        (RECEIVED + FORGED, OURS, 0),  # it came along, where the server writes its own above its Received
        (RECEIVED + RECEIVED + FORGED, OURS, 1),
        (b"Received: by mx.city.example\r\n\t" + GOOD, OURS, 1),  # part of another header
    ],
)
def test_nobody_else_is_believed(block: bytes, trusted: tuple[str, ...], hops: int) -> None:
    assert read(block + b"From: a@a.example\r\n", trusted, hops) == NOTHING


def test_what_came_along_beneath_tells_nothing_that_the_topmost_does_not() -> None:
    ours = b"Authentication-Results: mx.city.example; spf=softfail smtp.mailfrom=a.example\r\n"
    assert read(ours + RECEIVED + FORGED) == Authentication(spf="softfail")
    # Gmail writes its own beneath its Received.
    assert read(RECEIVED + ours + b"DKIM-Signature: v=1\r\n" + RECEIVED + FORGED) == Authentication(spf="softfail")


def test_a_second_trusted_server_does_not_add_to_the_first() -> None:
    other = b"Authentication-Results: mx2.city.example; dmarc=pass\r\n"
    assert read(GOOD.replace(b"; dmarc=pass", b"") + other, ("mx.city.example", "mx2.city.example")).dmarc is None


def test_of_several_signatures_the_best_counts_and_the_good_ones_are_named() -> None:
    block = (
        b"Authentication-Results: mx.city.example; dkim=fail header.d=a.example;\r\n"
        b" dkim=pass (good (very)) header.i=@Mail.B.example; dkim=pass header.d=c.example\r\n"
    )
    found = _authres.read(block, {}, OURS, 1)
    assert found.authentication.dkim == "pass"
    assert found.domains == ["mail.b.example", "c.example"]


def test_of_two_spf_results_the_first_counts() -> None:
    assert read(b"Authentication-Results: mx.city.example; spf=fail smtp.mailfrom=a; spf=pass smtp.helo=b\r\n").spf == "fail"


@pytest.mark.parametrize("text", ["none", "dkim=perhaps", "dkim", "=", "dkim==pass", 'dkim="pa', "(((", ";;;", "dkim/1=pass"])
def test_odd_ones_are_read_or_left(text: str) -> None:
    found = read(f"Authentication-Results: mx.city.example; {text}\r\n".encode())
    assert found == Authentication(dkim="pass" if text == "dkim/1=pass" else None)


# RFC 8617: who seals says what the mail was when it came to him; without a good chain anybody could write that.
def test_a_chain_is_believed_where_our_server_or_our_own_check_found_it_good() -> None:
    trusted = (*OURS, "lists.city.example")
    arc = b"Authentication-Results: mx.city.example; dmarc=fail; arc=pass\r\n"
    assert read(arc + RECEIVED + CHAIN, trusted) == Authentication(spf="pass", dkim="pass", dmarc="fail", arc="pass")
    assert read(CHAIN, trusted, arc="pass") == Authentication(spf="pass", dkim="pass", dmarc="pass", arc="pass")


@pytest.mark.parametrize(
    "block",
    [
        CHAIN,  # nobody looked at the chain
        GOOD.split(b";", maxsplit=1)[0] + b"; arc=fail\r\n" + CHAIN,
        FORGED.replace(b"mx.city.example; spf=pass; dkim=pass header.d=bank.example; dmarc=pass", b"evil.example") + CHAIN,
    ],
)
def test_a_chain_that_is_not_known_to_be_good_tells_nothing(block: bytes) -> None:
    assert read(block, (*OURS, "lists.city.example")).dmarc is None


def test_a_stranger_s_seal_does_not_speak_for_our_server() -> None:
    chain = CHAIN.replace(b"d=city.example", b"d=evil.example")
    assert read(chain, ("lists.city.example",), arc="pass") == Authentication(arc="pass")
    assert read(CHAIN.replace(b"d=city.example", b"d=ity.example"), ("lists.city.example",), arc="pass").spf is None


def test_our_own_check_fills_in_and_no_more() -> None:
    assert read(GOOD, dkim="fail") == Authentication(spf="pass", dkim="pass", dmarc="pass")
    found = _authres.read(b"", {"dkim": "pass", "dkim_domains": "a.example b.example"}, (), 1)
    assert (found.authentication, found.domains) == (Authentication(dkim="pass"), ["a.example", "b.example"])
    assert read(b"", dkim="perhaps") == NOTHING


@given(st.binary(max_size=400), st.lists(st.sampled_from([GOOD, FORGED, RECEIVED, CHAIN, b"\r\n ", b";", b"("]), max_size=6))
def test_any_bytes(noise: bytes, pieces: list[bytes]) -> None:
    _authres.read(b"".join([*pieces, noise, *reversed(pieces)]), {}, OURS, 1)
    # Whatever is written beneath two Received fields: nothing of it is believed.
    assert read(RECEIVED + RECEIVED + noise.replace(b"\n", b"") + b"\r\n" + b"".join(pieces)) == NOTHING
