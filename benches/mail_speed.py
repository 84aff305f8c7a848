"""How fast a mail is read: ours against Python's ``email`` (two policies) and a Rust parser, in one run.

    python benches/mail_speed.py [--rounds N]

The contestants alternate, the first round is thrown away, and the median of the rounds' times and of their ratios to ``policy.default``
is printed. Each reads the same: subject, sender, date, text and every attachment decoded. Ours also makes the canonical object, picks
the text out of alternatives, sniffs and hashes attachments.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from base64 import encodebytes
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from random import Random
from time import perf_counter
from typing import Any

from channels.base import RawMessage
from channels.email.mime import translate

_HEAD = """Return-Path: <claire.tremblay@courriel.example>
Received: from mx2.springfield.example.gov (mx2.springfield.example.gov [192.0.2.14])
\tby mail.springfield.example.gov (Postfix) with ESMTPS id 4F2kQ81jqzz9s
\tfor <311@springfield.example.gov>; Mon, 23 Nov 2026 10:00:03 -0500 (EST)
Received: from smtp.courriel.example (smtp.courriel.example [198.51.100.7])
\tby mx2.springfield.example.gov (Postfix) with ESMTPS id 4F2kQ75kzzz2x
\tfor <311@springfield.example.gov>; Mon, 23 Nov 2026 10:00:02 -0500 (EST)
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=courriel.example; s=s2026;
\tt=1795446002; h=from:to:subject:date:message-id:mime-version;
\tbh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=;
\tb=kX3vYmG7h1c8dF0Wn2pLqR9sT4uV6xYzA1bC2dE3fG4hI5jK6lM7nO8pQ9rS0tU1vW2xY3z
From: Claire Tremblay <claire.tremblay@courriel.example>
To: Ville 311 <311@springfield.example.gov>
Subject: =?UTF-8?Q?Nid-de-poule_profond_=C3=A0_l=27angle_de_Main_et_Cinqui=C3=A8me?=
Date: Mon, 23 Nov 2026 10:00:01 -0500
Message-ID: <3f2a9c51-7d44-4f0e-9c9e-1d2f3a4b5c6d@courriel.example>
MIME-Version: 1.0
X-Mailer: Courriel 12.4
"""
_PARAGRAPH = (
    "Bonjour, there is a deep pothole at the corner of Main Street and Fifth Avenue. Two cars had a flat tyre this week, and cyclists\r\n"
    "have to swerve into traffic. Please repair it before the snow. It is in the right lane, some 3 m before the stop line.\r\n\r\n"
)


def mails() -> dict[str, bytes]:
    """The mails that are measured, by size and kind."""
    random = Random(311)  # noqa: S311 - the same bytes in every run
    head = _HEAD.replace("\n", "\r\n").encode()
    photo = b"\xff\xd8\xff\xe0" + random.randbytes(1_400_000)
    plain = head + b'Content-Type: text/plain; charset="UTF-8"\r\n\r\n' + (_PARAGRAPH * 2)[:500].encode()
    message = EmailMessage()
    message.set_content(_PARAGRAPH * 2)
    message.add_alternative("<html><body>" + "".join(f"<p>{_PARAGRAPH}</p>" for _ in range(2)) + "</body></html>", subtype="html")
    both = head + message.as_bytes(policy=policy.SMTP)
    long = EmailMessage()
    long.set_content(_PARAGRAPH * 30)
    page = "".join(f"<p style='margin:0'>{_PARAGRAPH}</p>" for _ in range(45))
    long.add_alternative(f"<html><body>{page}</body></html>", subtype="html")
    picture = encodebytes(photo).replace(b"\n", b"\r\n")
    mark = b"----=_Part_311_1795446002.8812"
    mixed = (
        head
        + b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\n--' + mark
        + b"\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n" + _PARAGRAPH.encode() + b"\r\n--" + mark
        + b'\r\nContent-Type: image/jpeg; name="trou.jpg"\r\nContent-Disposition: attachment; filename="trou.jpg"\r\n'
        + b"Content-Transfer-Encoding: base64\r\n\r\n" + picture + b"--" + mark + b"--\r\n"
    )  # fmt: skip
    return {
        "2 kB plain": plain,
        "2.5 kB alternative": both,
        "20 kB alternative": head + long.as_bytes(policy=policy.SMTP),
        "2 MB photo": mixed,
    }


def ours(content: bytes) -> object:
    """The product."""
    raw = RawMessage("bench", datetime(2026, 1, 1, tzinfo=UTC), "message/rfc822", content)
    return translate(raw, adapter="email.smtp", channel_id="bench")


def _stdlib_default(content: bytes) -> object:
    message: Any = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("plain", "html"))
    return (
        str(message["subject"]),
        message["from"].addresses[0].addr_spec,
        message["date"].datetime,
        body.get_content(),
        [part.get_content() for part in message.iter_attachments()],
    )


def _stdlib_compat32(content: bytes) -> object:
    from email.header import decode_header
    from email.utils import getaddresses, parsedate_to_datetime

    message = message_from_bytes(content, policy=policy.compat32)
    words = decode_header(message["subject"])
    subject = "".join(text.decode(charset or "ascii", "replace") if isinstance(text, bytes) else text for text, charset in words)
    parts: list[bytes | str] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True)
        parts.append(data.decode(part.get_content_charset("utf-8"), "replace") if part.get_content_maintype() == "text" else data)
    return subject, getaddresses([message["from"]]), parsedate_to_datetime(message["date"]), parts


def _rust() -> Callable[[bytes], object] | None:
    try:
        import fast_mail_parser
    except ImportError:
        return None

    def read(content: bytes) -> object:
        mail = fast_mail_parser.parse_email(content)
        return mail.subject, mail.from_, mail.date_parsed, mail.text_plain, [one.content for one in mail.attachments]

    return read


def main() -> int:
    """Print microseconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    contestants: dict[str, Callable[[bytes], object]] = {"policy.default": _stdlib_default, "compat32": _stdlib_compat32, "ours": ours}
    if rust := _rust():
        contestants["fast-mail-parser"] = rust
    for label, content in mails().items():
        times: dict[str, list[float]] = {name: [] for name in contestants}
        repeat = max(3, 200_000 // len(content))
        for _ in range(options.rounds + 1):
            for name, read in contestants.items():
                started = perf_counter()
                for _ in range(repeat):
                    read(content)
                times[name].append((perf_counter() - started) / repeat * 1e6)
        _say(f"{label} ({len(content)} bytes)")
        for name, measured in times.items():
            kept = measured[1:]
            ratios = sorted(a / b for a, b in zip(times["policy.default"][1:], kept, strict=True))
            _say(f"  {name:18} {statistics.median(kept):9.1f} µs   {statistics.median(ratios):6.1f} x  ({ratios[0]:.1f}-{ratios[-1]:.1f})")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
