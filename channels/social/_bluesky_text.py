"""The rich text of Bluesky, both ways: facets to plain text, and a reply's text to facets; how long a text is; a record's key.

A facet names a stretch of the text by offsets into its UTF-8 bytes, not its characters (app.bsky.richtext.facet). A post may have 300
graphemes and 3,000 bytes (app.bsky.feed.post). A key is a TID: 53 bits of microseconds and 10 of a clock's number in a base 32 that sorts
(atproto.com/specs/tid).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

from channels.social._addressed import MARK, unmarked
from channels.social._links import written_out
from channels.social._shapes import table, tables, text

MAX_GRAPHEMES = 300
MAX_BYTES = 3_000

_FACET = "app.bsky.richtext.facet#"
_URL = re.compile(r"https?://[^\s<>\"]+")
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(r"[234567a-j][234567a-z]{12}")
_EARLIEST, _LATEST = 1_600_000_000_000_000, 4_100_000_000_000_000
"""Microseconds since 1970 of 2020 and 2099: a key outside says no time."""
_JOINER = "\u200d"
_OLD_EMOJI = frozenset("❤♀♂⚕⚖✈⬛⚧☠⛓➡⬅⬆⬇↔↕♾⛹☘")


def to_plain(record: dict[str, Any], own_did: str) -> str:
    """A post's text with links written out and our mark in place of the city's name. Facets that do not fit are left out."""
    data = unmarked(text(record.get("text"))).encode("utf-8", "replace")
    pieces, done = [], 0
    for start, end, feature in _facets(record, data):
        if start < done:
            continue
        said = data[start:end].decode()
        kind = text(feature.get("$type"))
        if kind == f"{_FACET}link":
            said = written_out(text(feature.get("uri")), said)
        elif kind == f"{_FACET}mention" and own_did and feature.get("did") == own_did:
            said = MARK
        pieces += [data[done:start].decode(), said]
        done = end
    return "".join((*pieces, data[done:].decode()))


def _facets(record: dict[str, Any], data: bytes) -> list[tuple[int, int, dict[str, Any]]]:
    """(start, end, first feature) of the facets that name whole characters of the text, in order."""
    found = []
    for facet in tables(record.get("facets"))[:500]:
        index, features = table(facet.get("index")), tables(facet.get("features"))
        start, end = index.get("byteStart"), index.get("byteEnd")
        if not (isinstance(start, int) and isinstance(end, int) and features):
            continue
        if 0 <= start < end <= len(data) and _between_characters(data, start) and _between_characters(data, end):
            found.append((start, end, features[0]))
    return sorted(found, key=lambda facet: facet[:2])


def _between_characters(data: bytes, at: int) -> bool:
    return at == len(data) or data[at] & 0xC0 != 0x80


def link_facets(written: str) -> list[dict[str, Any]]:
    """The facets that make the addresses in a text links; without them they are plain words."""
    facets = []
    for found in _URL.finditer(written):
        url = found[0].rstrip(".,;:!?)»'")
        start = len(written[: found.start()].encode())
        facets.append(
            {
                "index": {"byteStart": start, "byteEnd": start + len(url.encode())},
                "features": [{"$type": f"{_FACET}link", "uri": url}],
            }
        )
    return facets


def graphemes(written: str) -> int:
    """How many characters a person sees (UAX #29), never too few: scripts whose clusters need a table of their own count for more."""
    count = flags = 0
    before, emoji = "", ""
    for char in written:
        flags = flags + 1 if "\U0001f1e6" <= char <= "\U0001f1ff" else 0
        extends, pictured = _extends(char), _pictured(char)
        if before == "\r" and char == "\n":
            joined = True
        elif not before or _controls(before) or _controls(char):
            joined = False
        else:
            joined = extends or char == _JOINER or (pictured and emoji == "joined") or (flags > 0 and flags % 2 == 0)
        count += not joined
        if pictured:
            emoji = "open"
        elif emoji == "open" and char == _JOINER:
            emoji = "joined"
        elif not (emoji == "open" and extends):
            emoji = ""
        before = char
    return count


def _extends(char: str) -> bool:
    """Whether a character belongs to the one before it: accents, variation selectors, skin tones, tags."""
    special = char == "\u200c" or "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f"
    return special or unicodedata.category(char) in ("Mn", "Me")


def _controls(char: str) -> bool:
    return (
        char not in "\u200c\u200d" and unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cf") and not "\U000e0020" <= char <= "\U000e007f"
    )


def _pictured(char: str) -> bool:
    """Whether a character is one that emoji are joined of."""
    if char < "\U0001f300":
        return char in _OLD_EMOJI
    return (
        (char <= "\U0001f64f" and not "\U0001f3fb" <= char <= "\U0001f3ff")
        or "\U0001f680" <= char <= "\U0001f6ff"
        or "\U0001f90c" <= char <= "\U0001faff"
    )


def key_for(parent_rkey: str, idempotency_key: str) -> str:
    """The key of the reply to a post: the same for all attempts, and a time shortly after the post's."""
    digest = hashlib.sha256(f"{parent_rkey}\n{idempotency_key}".encode()).digest()
    base = time_of(parent_rkey) or _EARLIEST
    number = (base + 1 + int.from_bytes(digest[:3], "big")) << 10 | int.from_bytes(digest[3:5], "big") & 0x3FF
    return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))


def time_of(rkey: str) -> int | None:
    """Microseconds since 1970 that a TID names; None where it is none, or the time cannot be."""
    if not _TID.fullmatch(rkey):
        return None
    number = 0
    for digit in rkey:
        number = number << 5 | _DIGITS.index(digit)
    return number >> 10 if _EARLIEST < number >> 10 < _LATEST else None
