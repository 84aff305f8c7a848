"""What a mail server's answers say, as imaplib hands them over: UIDs, sizes, mails and when they came.

RFC 9051 §7 and §9. imaplib gives a literal as a pair of what was said before it and its bytes, and everything else as bytes; what was said
after a literal follows on its own, and between them may stand what nobody asked for. Whatever is not understood is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,18})\b")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]{20,32})"')
_EMPTY = re.compile(rb'\bBODY\[[A-Z]*\](?:<\d+>)? ""')
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail's bytes, and when it came to the mailbox."""

    content: bytes
    arrived: datetime | None = None


def said_and_literal(answer: Sequence[Any]) -> Iterator[tuple[bytes, bytes | None]]:
    """What was said of each mail, and the literal in it: imaplib gives (said, literal) and what follows it, or said alone."""
    rest = list(answer)
    while rest:
        item = rest.pop(0)
        if isinstance(item, tuple):
            said, content = item[0], item[1]
            if rest and isinstance(rest[0], bytes):
                said += b" " + rest.pop(0)
            yield said, content
        elif isinstance(item, bytes):
            yield item, b"" if _EMPTY.search(item) else None


def mails(answer: Sequence[Any]) -> Iterator[tuple[int, Fetched]]:
    """The mails of a FETCH by their UID; one whose content is NIL is left out."""
    for said, content in said_and_literal(answer):
        uid = _UID.search(said)
        if uid and content is not None:
            yield int(uid[1]), Fetched(content, _instant(_DATE.search(said)))


def _instant(found: re.Match[bytes] | None) -> datetime | None:
    """RFC 3501 §9, date-time: ``24-Nov-2026 16:39:41 +0000``, the day with a space where it has one digit."""
    if found is None:
        return None
    try:
        day, month, year, time, zone = re.split(r"[-\s]+", found[1].decode("ascii", "replace").strip().replace(" -", " ~"))
        number = _MONTHS.index(month.title()) + 1
        return datetime.strptime(f"{year}-{number}-{day} {time} {zone.replace('~', '-')}", "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None


def sizes(answer: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """The sizes of a FETCH by the mail's UID, in bytes."""
    for said, _content in said_and_literal(answer):
        uid, size = _UID.search(said), _SIZE.search(said)
        if uid and size:
            yield int(uid[1]), int(size[1])


def uids(answer: Sequence[Any]) -> list[int]:
    """The UIDs of a SEARCH, ascending."""
    return sorted({int(one) for line in answer if isinstance(line, bytes) for one in line.split() if one.isdigit()})


def since(day: date) -> str:
    """The criterion of a SEARCH for what came on this day or later."""
    return f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year:04d}"


def uid_set(uids: Sequence[int]) -> str:
    """UIDs as a command names them."""
    return ",".join(map(str, uids))


def number(answer: Sequence[Any] | None) -> int:
    """The number that an answer is; 0 where it is none."""
    text = (answer or [b""])[-1] or b""
    return int(text) if text.isdigit() else 0


def words(answer: Sequence[Any] | None) -> str:
    """What a server said, fit for a log: one short line."""
    text = b" ".join(part for part in answer or [] if isinstance(part, bytes)).decode("utf-8", "replace")
    return " ".join(text.split())[:200] or "no reason given"
