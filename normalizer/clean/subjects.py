"""The subject of a mail without the prefixes that mail programs put before it."""

from __future__ import annotations

from typing import NamedTuple

_REPLY = frozenset({"re", "aw", "antw", "sv", "vs", "odp", "res", "rif", "ref", "rép", "rep", "réf", "ynt", "回复", "答复"})
_FORWARD = frozenset({"fw", "fwd", "tr", "wg", "i", "rv", "enc", "doorst", "vb", "pd", "vl", "fs", "转发"})
_TAGS = frozenset({"external", "externe", "ext", "external email", "courriel externe", "spam", "caution"})


class Subject(NamedTuple):
    """``bare`` is the subject without prefixes; ``reply`` and ``forward`` say which kinds were there."""

    bare: str
    reply: bool
    forward: bool


def read(subject: str | None) -> Subject:
    """Take ``Re:``, ``TR :``, ``WG:``, ``Fwd[2]:`` and ``[EXTERNAL]`` off, in any order and number."""
    rest = (subject or "")[:1000].strip()
    reply = forward = False
    for _ in range(20):
        if rest.startswith("["):
            tag, closed, after = rest[1:].partition("]")
            if not closed or tag.strip().lower() not in _TAGS:
                break
            rest = after.strip()
            continue
        head, colon, after = rest[:12].partition(":")
        if not colon:
            head, colon, after = rest[:12].partition("：")
        prefix = head.rstrip(" \u00a0\u202f0123456789[]()").strip().lower()
        if not colon or prefix not in _REPLY | _FORWARD:
            break
        reply = reply or prefix in _REPLY
        forward = forward or prefix in _FORWARD
        rest = rest[len(head) + 1 :].strip()
    return Subject(rest, reply, forward)
