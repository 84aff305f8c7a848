"""A simulated message as an e-mail, and the photograph that comes with it."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from gateway.simulate import words
from gateway.simulate.city import Message


def message_id(run: str, number: int) -> str:
    """The Message-ID of a message of this run."""
    return f"<{run}.{number}@residents.example>"


def mail(message: Message, *, run: str, recipient: str, at: datetime, earlier: str = "") -> bytes:
    """The mail's bytes. ``earlier`` is the text of the mail that it answers, which is quoted below."""
    built = EmailMessage(policy=SMTP)
    built["From"] = formataddr((message.resident.name, message.resident.email))
    built["To"] = recipient
    built["Subject"] = message.subject
    built["Date"] = format_datetime(at)
    built["Message-ID"] = message_id(run, message.number)
    text = message.text
    if message.answers is not None:
        built["In-Reply-To"] = built["References"] = message_id(run, message.answers)
        language = message.resident.language
        head = words.REPLY[language].format(date=at.strftime("%Y-%m-%d %H:%M"), name=message.resident.name)
        text = f"{text}\n\n{head}\n" + "\n".join(f"> {line}" for line in earlier.splitlines())
    if message.kind == "auto_reply":  # RFC 3834 §5
        built["Auto-Submitted"] = "auto-replied"
    built.set_content(text + "\n")
    if message.photo:
        built.add_attachment(photo(message.number), maintype="image", subtype="png", filename=f"photo-{message.number}.png")
    return built.as_bytes()


def photo(number: int, side: int = 24) -> bytes:
    """A small PNG (RFC 2083) whose colours depend on ``number``, so that no two are the same file."""
    rows = b"".join(
        b"\0" + bytes((number * 7 + x * 5 + y * 3 + channel * 40) % 256 for x in range(side) for channel in range(3)) for y in range(side)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    stamp = b"number\0" + str(number).encode()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", stamp) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
