"""The writer's own words apart from what a mail program quoted, forwarded or signed below or between them.

The whole text always stays in the message; nothing here loses a word: what leaves ``new`` is in ``quoted``. Answers written between
quoted lines stay where they are, with the lines they answer. A message that only forwards is all new: its content is the forwarded text.

Does not: recognise a signature that no delimiter announces (``Regards, Jean`` stays, and so do names and telephone numbers below it).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from normalizer.clean import _headers, _lines
from normalizer.clean.unicode import plain_spaces
from normalizer.words import TEXT_CAP

_QUOTE = re.compile(r"[ \t]{0,3}[A-Za-z]{0,3}>|[ \t]{0,3}\|(?:[ \t]|$)")
_STARTS = frozenset(" \t-_=*0123456789|#：")
"""A line with neither colon nor quote mark begins nothing unless it begins so: most lines are done with here."""
_SIGNATURE_LINES = 20
_TAIL_LINES = 8


class Parts(NamedTuple):
    """``new``: what the writer added; ``quoted``: what was cut, in the order of the text."""

    new: str
    quoted: str


class _Block(NamedTuple):
    kind: str
    """``new``, ``quote`` (lines with a quote mark), ``intro`` (an attribution), ``signature`` or ``rest`` (all that follows is older)."""
    first: int
    end: int


def split(text: str) -> Parts:
    """Set the writer's own words apart. Linear in the text; texts over 64 k characters are read to that length, the rest counts as new."""
    head, tail = (text, "") if len(text) <= TEXT_CAP else (text[:TEXT_CAP], text[TEXT_CAP:])
    raw = head.split("\n")
    plain = raw if head.isascii() else plain_spaces(head).split("\n")
    kept = _keep(plain, _blocks(plain))
    new = _join(raw, kept)
    if not new:
        return Parts((head.strip("\n") + tail).strip(), "")
    if len(kept) == len(raw):
        return Parts(new + tail, "")
    chosen = set(kept)
    quoted = "\n".join(line for index, line in enumerate(raw) if index not in chosen).strip("\n")
    return Parts(new + tail, quoted)


class Forwarded(NamedTuple):
    """A mail within a mail, as its pasted header tells: nothing of it is proved.

    ``note`` is what the person who passes it on wrote above; ``text`` the words of the first writer, without what these quote in turn.
    """

    sender: str
    sent: str
    subject: str
    note: str
    text: str


def forwarded(text: str) -> Forwarded | None:
    """The first forwarded or pasted mail in ``text``, or None where no header names its writer."""
    lines = plain_spaces(text[:TEXT_CAP]).split("\n")
    for index, line in enumerate(lines):
        if (":" in line or "：" in line) and _lines.field(line) is not None and _headers.begins(lines, index):
            found, end = _headers.read(lines, index)
            if "from" not in found:
                continue
            first = _headers.above(lines, index, 0)
            inner = "\n".join(line.removeprefix("> ").removeprefix(">") for line in lines[end:])
            return Forwarded(
                found["from"],
                found.get("sent") or found.get("date", ""),
                found.get("subject", ""),
                "\n".join(lines[:first]).strip(),
                split(inner.strip()).new,
            )
    return None


def forwarded_from(text: str) -> str | None:
    """The ``From`` field of the first forwarded or pasted header block in ``text``, or None."""
    found = forwarded(text)
    return None if found is None else found.sender


def _blocks(lines: list[str]) -> list[_Block]:
    blocks: list[_Block] = []
    start = index = 0
    while index < len(lines):
        line = lines[index]
        if ":" not in line and ">" not in line and line[:1] not in _STARTS and "：" not in line and not _headers.table(lines, index):
            index += 1
            continue
        found = _boundary(lines, index, start)
        if found is None:
            index += 1
            continue
        if found.first > start:
            blocks += _signed(lines, start, found.first)
        blocks.append(found)
        start = index = found.end
    if start < len(lines):
        blocks += _signed(lines, start, len(lines))
    return blocks


def _boundary(lines: list[str], index: int, start: int) -> _Block | None:
    """The block that begins at (or, for a long attribution, ends at) this line, if it is not new text."""
    line = lines[index]
    if (">" in line or "|" in line) and _QUOTE.match(line) and line.strip() not in (">:", "> :"):
        return _Block("quote", index, _quote_end(lines, index))
    bare = line.strip()
    if not bare or len(bare) > _lines.LINE_CAP:
        return None
    if ":" in bare or "：" in bare:
        kind = _lines.field(bare)
        if kind is not None and (_headers.begins(lines, index) or (kind == "from" and _headers.on_one_line(bare))):
            return _Block("rest", _headers.above(lines, index, start), len(lines))
        if _lines.ends_attribution(bare) and not _lines.divider(bare):
            return _attributed(lines, index, start)
    if _lines.divider(bare):
        return _Block("rest", _headers.above(lines, index, start), len(lines))
    return _unpunctuated(lines, index, start, bare)


def _unpunctuated(lines: list[str], index: int, start: int, bare: str) -> _Block | None:
    """What begins an older mail without a colon: dashes around an attribution, a date as machines write it, the table of Notes."""
    if bare[0] == "-" and (bare.startswith("---- ") or bare.endswith("----")):
        return _attributed(lines, index, start)
    if bare[0].isdigit() and bare[4:5] == "-" and _lines.attribution(bare, False):
        return _intro(lines, index, index + 1)
    if _headers.table(lines, index):
        return _Block("rest", _headers.table_start(lines, index, start), len(lines))
    return None


def _attributed(lines: list[str], index: int, start: int) -> _Block | None:
    """The attribution that ends on this line, over up to four lines: from the line that opens it, or from where the address stands."""
    quoted_below = _next_is_quote(lines, index + 1)
    joined = ""
    best: int | None = None
    for first in range(index, max(start, index - 3) - 1, -1):
        line = lines[first].strip()
        if not line or len(line) > _lines.LINE_CAP:
            break
        joined = f"{line} {joined}" if joined else line
        if _lines.opens(line) and _lines.attribution(joined, quoted_below):
            return _intro(lines, first, index + 1)
        if best is None and _lines.attribution(joined, False):
            best = first
    if best is None and quoted_below and _lines.attribution(lines[index], True):
        best = index
    return None if best is None else _intro(lines, best, index + 1)


def _intro(lines: list[str], first: int, end: int) -> _Block:
    """An attribution: above a quote it is one; above anything else all that follows is older, unless nothing stands before it."""
    if _next_is_quote(lines, end) or not any(line.strip() for line in lines[:first]):
        return _Block("intro", first, end)
    return _Block("rest", first, len(lines))


def _next_is_quote(lines: list[str], index: int) -> bool:
    for line in lines[index : index + 3]:
        if line.strip():
            return _QUOTE.match(line) is not None
    return False


def _quote_end(lines: list[str], index: int) -> int:
    end = index + 1
    for at in range(index, len(lines)):
        line = lines[at]
        if (">" in line or "|" in line) and _QUOTE.match(line):
            end = at + 1
        elif line.strip():
            break
    return end


def _signed(lines: list[str], first: int, end: int) -> list[_Block]:
    """New lines, with the warning above them and the signature below them as blocks of their own."""
    blocks: list[_Block] = []
    begun = _warned(lines, first, end)
    if begun > first:
        blocks.append(_Block("signature", first, begun))
    cut = _signature_start(lines, begun, end)
    if cut is None:
        return [*blocks, _Block("new", begun, end)]
    if cut > begun:
        blocks.append(_Block("new", begun, cut))
    return [*blocks, _Block("signature", cut, end)]


_BANNER_LINES = 6


def _warned(lines: list[str], first: int, end: int) -> int:
    """The line after the warning that a mail system put above the mail: a paragraph among its first two, of at most six lines."""
    at = first
    for _ in range(2):
        while at < end and (not lines[at].strip() or _lines.rule(lines[at])):
            at += 1
        stop = at
        while stop < end and lines[stop].strip() and stop - at <= _BANNER_LINES:
            stop += 1
        if stop - at > _BANNER_LINES or not _lines.banner(" ".join(line.strip() for line in lines[at:stop])):
            break
        if len(" ".join(lines[at:stop])) > 600:
            # No blank line below the warning: only the line that warns is the system's.
            stop = at + 1
            if not _lines.banner(lines[at]):
                break
        first = at = stop
    return first


def _signature_start(lines: list[str], first: int, end: int) -> int | None:
    cut: int | None = None
    seen = 0
    for at in range(end - 1, max(first, end - 60) - 1, -1):
        bare = lines[at].strip()
        if not bare:
            continue
        below = seen
        seen += 1
        mark = bare[0]
        # RFC 3676 §4.3: "-- " alone on a line separates the signature.
        delimiter = (mark in "-—–" and bare in ("--", "—", "---", "–", "- -", "-- --")) or (mark in "_—―" and _lines.rule(bare))
        delimiter = delimiter or (mark == "_" and len(bare) >= 2 and not bare.strip("_"))
        near = below <= (3 if cut is None else _SIGNATURE_LINES) and below < _TAIL_LINES
        if (delimiter and below <= _SIGNATURE_LINES) or (near and _lines.mobile(bare)) or _notice_at(lines, first, at, end):
            cut = at
    return cut


def _notice_at(lines: list[str], first: int, at: int, end: int) -> bool:
    """True when the paragraph that begins on this line is a notice of confidentiality."""
    if (at > first and lines[at - 1].strip() and not _lines.rule(lines[at - 1])) or len(lines[at]) < 10:
        return False
    joined = lines[at].strip()
    for line in lines[at + 1 : min(end, at + 12)]:
        if len(joined) > _lines.LINE_CAP or (not line.strip() and not (len(joined) < 60 and _lines.notice_head(joined))):
            break
        joined = f"{joined} {line.strip()[: _lines.LINE_CAP]}"
    return _lines.notice(joined)


def _keep(lines: list[str], blocks: list[_Block]) -> list[int]:
    """The indexes of the lines that are the writer's, or that the writer answered one by one."""
    written = [at for at, block in enumerate(blocks) if block.kind == "new" and any(map(str.strip, lines[block.first : block.end]))]
    if not written:
        return []
    quotes_between = [at for at, block in enumerate(blocks) if block.kind == "quote" and at < written[-1]]
    below_one_quote = len(quotes_between) == 1 and written[0] > quotes_between[0] and _has_intro(blocks, quotes_between[0])
    kept: list[int] = []
    for at, block in enumerate(blocks):
        if block.kind == "new" or (block.kind == "quote" and at in quotes_between and not below_one_quote):
            kept.extend(range(block.first, block.end))
    return kept


def _has_intro(blocks: list[_Block], at: int) -> bool:
    return any(block.kind == "intro" for block in blocks[:at])


def _join(lines: list[str], kept: list[int]) -> str:
    return "\n".join(lines[index] for index in kept).strip("\n").rstrip()
