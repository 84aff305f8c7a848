"""Signatures checked at the door: mails that dkimpy signs are sent over real sockets, and the DNS is a table of the test's."""

from __future__ import annotations

import asyncio
import base64
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from channels.base import ListenContext, RawMessage
from channels.email.smtp import build
from tests.channels.email.smtp.support import Store, connected, settings

dkim: Any = pytest.importorskip("dkim")

MAIL = b"From: Ann <ann@a.example>\r\nTo: 311@springfield.example.gov\r\nSubject: Pothole\r\nMessage-ID: <1@a.example>\r\n\r\nA hole.\r\n"


@cache
def key(bits: int = 2048) -> tuple[bytes, bytes]:
    """A private key (PEM) and the record of its public one."""
    private = rsa.generate_private_key(65537, bits)
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    public = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def signed(mail: bytes = MAIL, domain: bytes = b"a.example", **options: Any) -> bytes:
    signature: bytes = dkim.sign(mail, b"s1", domain, key()[0], **options)
    return signature + mail


def dns(name: str, _seconds: float) -> bytes | None:
    return {"s1._domainkey.a.example": key()[1], "s1._domainkey.b.example": key()[1]}.get(name)


async def received(tmp_path: Path, mail: bytes, lookup: Callable[[str, float], bytes | None] = dns, **changes: Any) -> RawMessage:
    """Send ``mail`` through a listener that checks signatures; the message as it is stored."""
    channel = build("mail", settings(verify_dkim=True, **changes))
    channel.lookup = lookup
    store = Store()
    async with channel.listen(store, ListenContext(tmp_path, "mail.springfield.example.gov")):
        assert channel.bound is not None
        async with connected(channel.bound[1]) as client:
            assert (await client.deliver(mail.removesuffix(b"\r\n"))).startswith("250")
    (raw,) = store.messages
    assert raw.content == mail
    message = channel.translate(raw)
    assert message.authentication.dkim == raw.envelope["dkim"]
    return raw


@pytest.mark.parametrize("canonicalize", [(b"relaxed", b"relaxed"), (b"simple", b"simple")])
async def test_a_good_signature_passes(tmp_path: Path, canonicalize: tuple[bytes, bytes]) -> None:
    raw = await received(tmp_path, signed(canonicalize=canonicalize))
    assert (raw.envelope["dkim"], raw.envelope["dkim_domains"]) == ("pass", "a.example")


async def test_a_mail_in_a_file_is_checked_too(tmp_path: Path) -> None:
    raw = await received(tmp_path, signed(MAIL + b"more and more\r\n" * 50_000))
    assert raw.envelope["dkim"] == "pass"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda mail: mail.replace(b"A hole", b"No hole"), "fail"),
        (lambda mail: mail.replace(b"Subject: Pothole", b"Subject: Refund"), "fail"),
        (lambda mail: mail.replace(b"ann@a.example>", b"bob@a.example>"), "fail"),
        (lambda mail: b"From: bank@b.example\r\n" + mail, "fail"),
        (lambda mail: mail.replace(b"d=a.example", b"d=none.example"), "permerror"),
        (lambda mail: mail.replace(b"v=1;", b"v=9;", 1), "permerror"),
        (lambda mail: mail.replace(b"; s=s1", b"", 1), "permerror"),
        (lambda mail: mail.replace(b"DKIM-Signature: ", b"DKIM-Signature: " + b"x=1; " * 2_000, 1), "permerror"),
        (lambda mail: mail.replace(b"DKIM-Signature", b"X-Signature", 1), "none"),
    ],
)
async def test_a_changed_mail_does_not_pass(tmp_path: Path, change: Callable[[bytes], bytes], verdict: str) -> None:
    assert (await received(tmp_path, change(signed(canonicalize=(b"relaxed", b"relaxed"))))).envelope["dkim"] == verdict


async def test_a_good_signature_beside_a_broken_one_passes_for_its_domain(tmp_path: Path) -> None:
    changed = signed(domain=b"b.example").replace(b"bh=", b"bh=AAAA", 1)
    mail = signed(changed, include_headers=[b"From", b"Subject"])
    raw = await received(tmp_path, mail)
    assert (raw.envelope["dkim"], raw.envelope["dkim_domains"]) == ("pass", "a.example")


async def test_a_signature_over_a_part_of_the_body_is_no_proof(tmp_path: Path) -> None:
    raw = await received(tmp_path, signed(length=True) + b"and a text that nobody signed\r\n")
    assert raw.envelope["dkim"] == "policy"
    assert "dkim_domains" not in raw.envelope


async def test_a_short_key_counts_and_a_monstrous_one_does_not(tmp_path: Path) -> None:
    small = dkim.sign(MAIL, b"s1", b"a.example", key(1024)[0]) + MAIL
    assert (await received(tmp_path, small, lambda _name, _seconds: key(1024)[1])).envelope[
        "dkim"
    ] == "pass"  # RFC 8301 §3.2: 1,024 are taken
    monstrous = b"v=DKIM1; p=" + base64.b64encode(bytes(3_000))
    assert (await received(tmp_path, signed(), lambda _name, _seconds: monstrous)).envelope["dkim"] == "permerror"


async def test_a_dns_that_fails_costs_nobody_a_mail(tmp_path: Path) -> None:
    def broken(_name: str, _seconds: float) -> bytes | None:
        raise OSError("no answer")

    def absurd(_name: str, _seconds: float) -> bytes | None:
        raise RuntimeError("nobody foresaw this")

    assert (await received(tmp_path, signed(), broken)).envelope["dkim"] == "temperror"
    assert (await received(tmp_path, signed(), absurd)).envelope["dkim"] == "permerror"


async def test_a_dns_that_never_answers_delays_by_the_deadline_only(tmp_path: Path) -> None:
    over = threading.Event()

    def hanging(_name: str, _seconds: float) -> bytes | None:
        over.wait(20)
        return key()[1]

    try:
        assert (await received(tmp_path, signed(), hanging, dkim_deadline=0.05)).envelope["dkim"] == "temperror"
    finally:
        over.set()


async def test_many_at_once_are_each_stored(tmp_path: Path) -> None:
    channel = build("mail", settings(verify_dkim=True))
    channel.lookup = dns
    store = Store()
    async with channel.listen(store, ListenContext(tmp_path, "mail.springfield.example.gov")):
        assert channel.bound is not None
        port = channel.bound[1]

        async def send(number: int) -> None:
            async with connected(port) as client:
                content = signed(MAIL.replace(b"<1@", b"<%d@" % number))
                assert (await client.deliver(content.removesuffix(b"\r\n"))).startswith("250")

        await asyncio.gather(*(send(number) for number in range(30)))
    assert [raw.envelope["dkim"] for raw in store.messages] == ["pass"] * 30


# What the library's own expression for white space takes hours for; the mail would hold up everybody's.
@pytest.mark.parametrize("body", [b" " * 500_000, b" \t" * 200_000 + b"\r\n", b"\r\n" * 200_000, (b"x" + b" " * 90) * 5_000])
async def test_a_body_made_of_white_space_is_checked_at_once(tmp_path: Path, body: bytes) -> None:
    mail = b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=a.example; s=s1; h=from; bh=AAAA; b=AAAA\r\n" + MAIL + body + b"\r\n"
    began = time.process_time()
    assert (await received(tmp_path, mail, dkim_deadline=20)).envelope["dkim"] == "fail"
    assert time.process_time() - began < 10  # it is a second; unguarded it would be an hour


class Results:
    """What dkimpy wants of the authres library, to seal a mail."""

    def __init__(self, text: str) -> None:
        self.authserv_id, _, said = text.partition(":")[2].strip().partition(";")
        self.results = [Result(*word.partition("=")[::2]) for word in said.split(";")]

    parse = classmethod(lambda cls, text: cls(text))


class Result:
    def __init__(self, method: str, result: str) -> None:
        self.method, self.result = method.strip(), result.strip()

    def __str__(self) -> str:
        return f"{self.method}={self.result}"


async def test_a_sealed_chain_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dkim, "authres", SimpleNamespace(AuthenticationResultsHeader=Results), raising=False)
    mail = signed()
    found = b"Authentication-Results: lists.b.example; dmarc=pass; arc=none\r\n"
    sealed = b"".join(dkim.arc_sign(found + mail, b"s1", b"b.example", key()[0], b"lists.b.example", [b"from", b"subject"])) + mail
    trusting: dict[str, Any] = {"trusted_authserv_ids": ["lists.b.example"], "authserv_hops": 0}
    raw = await received(tmp_path, sealed, **trusting)
    assert raw.envelope["arc"] == "pass"
    assert build("mail", settings(**trusting)).translate(raw).authentication.dmarc == "pass"
    for old, new in ((b"A hole", b"No hole"), (b"dmarc=pass", b"dmarc=none")):
        raw = await received(tmp_path, sealed.replace(old, new, 1), **trusting)
        assert raw.envelope["arc"] == "fail"
    assert (await received(tmp_path, b"ARC-Seal: i=1; cv=none\r\n" * 11 + signed())).envelope["arc"] == "permerror"


def test_nothing_of_it_is_loaded_where_it_is_not_wanted() -> None:
    assert build("mail", settings()).lookup is None
    assert "dkim" not in build("mail", settings()).settings.model_dump(exclude_defaults=True)
