"""Mails of a realistic size for benchmarks: what simulated residents say, with the trace headers that mail has when it arrives."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from gateway.bench.rig import RECIPIENT
from gateway.simulate.city import City
from gateway.simulate.mail import mail

SIZE = 2_048
_TRACE = (
    b"Return-Path: <resident@residents.example>\r\n"
    b"Received: from out%d.provider.example (out%d.provider.example [192.0.2.%d])\r\n"
    b"\tby mx.bench.example.gov (Postfix) with ESMTPS id 4XyZ%08x for <311@bench.example.gov>;\r\n"
    b"\tMon, 23 Nov 2026 10:00:00 -0500 (EST)\r\n"
    b"Received: from phone.residents.example (unknown [198.51.100.%d])\r\n"
    b"\tby out%d.provider.example (Postfix) with ESMTPSA id %08x;\r\n"
    b"\tMon, 23 Nov 2026 09:59:58 -0500 (EST)\r\n"
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=residents.example; s=s1; t=1795446000;\r\n"
    b"\tbh=%s=;\r\n\th=From:To:Subject:Date;\r\n\tb=%s\r\n\t %s==\r\n"
    b"X-Mailer: Residents Mail 12.4\r\n"
)
_AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def make(count: int, run: str, *, seed: int = 311, size: int = SIZE) -> list[bytes]:
    """So many different mails of about ``size`` bytes; ``run`` makes their ids differ from those of other runs."""
    chance = Random(seed)  # noqa: S311  (chance, not secrecy)
    city = City(chance)
    mails: list[bytes] = []
    while len(mails) < count:
        message = city.next()
        if message.kind == "redelivery" or message.photo:
            continue
        city.sent_by_mail(message)
        content = _trace(chance) + mail(message, run=run, recipient=RECIPIENT, at=_AT)
        mails.append(content + _filling(chance, size - len(content)))
    return mails


def _trace(chance: Random) -> bytes:
    number = chance.randrange(1, 250)
    filling = (bytes(chance.choices(_ALPHABET, k=length)) for length in (43, 72, 64))
    return _TRACE % (number, number, number, chance.getrandbits(32), number, number, chance.getrandbits(32), *filling)


def _filling(chance: Random, length: int) -> bytes:
    """A long-winded end, so that the mail has its size."""
    words = (
        "please",
        "the",
        "street",
        "again",
        "we",
        "have",
        "written",
        "before",
        "and",
        "nobody",
        "came",
        "to",
        "see",
        "it",
        "since",
        "then",
    )
    text = b""
    while len(text) < length:
        text += " ".join(chance.choices(words, k=12)).encode() + b".\r\n"
    return text
