"""The writer's own words apart from what a mail program quoted, forwarded or signed below or between them.

The whole text always stays in the message; nothing here loses a word: what leaves ``new`` is in ``quoted``. Answers written between
quoted lines stay where they are, with the lines they answer. A message that only forwards is all new: its content is the forwarded text.

Does not: recognise a signature that no delimiter announces (``Regards, Jean`` stays, and so do names and telephone numbers below it).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from normalizer.clean import _lines
from normalizer.clean.unicode import plain_spaces
from normalizer.words import TEXT_CAP

_QUOTE = re.compile(r"[ \t]{0,3}[A-Za-z]{0,3}>")
_STARTS = frozenset(" \t-_=*0123456789")
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


def forwarded_from(text: str) -> str | None:
    """The ``From`` field of the first forwarded or pasted header block in ``text``, or None."""
    lines = plain_spaces(text[:TEXT_CAP]).split("\n")
    for index, line in enumerate(lines):
        if ":" in line and _lines.field(line) == "from" and _header_block(lines, index):
            return line.partition(":")[2].strip(" \t*")[: _lines.LINE_CAP] or None
    return None


def _blocks(lines: list[str]) -> list[_Block]:
    blocks: list[_Block] = []
    start = index = 0
    while index < len(lines):
        line = lines[index]
        if ":" not in line and ">" not in line and line[:1] not in _STARTS:
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
    if ">" in line and _QUOTE.match(line) and line.strip() not in (">:", "> :"):
        return _Block("quote", index, _quote_end(lines, index))
    bare = line.strip()
    if not bare or len(bare) > _lines.LINE_CAP:
        return None
    if ":" in bare:
        if _lines.field(bare) in ("from", "sent", "subject") and _header_block(lines, index):
            return _Block("rest", _above(lines, index, start), len(lines))
        if bare[-1] == ":" and not _lines.divider(bare):
            return _attributed(lines, index, start)
    first = bare[0]
    if (first in "-_=*>" or bare[-1] == ":") and _lines.divider(bare):
        return _Block("rest", _above(lines, index, start), len(lines))
    if first == "-" and bare.startswith(("---- On ", "---- Le ")):
        return _attributed(lines, index, start)
    if first.isdigit() and bare[4:5] == "-" and _lines.attribution(bare, False):
        return _intro(lines, index, index + 1)
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
    end = index
    for at in range(index, len(lines)):
        line = lines[at]
        if ">" in line and _QUOTE.match(line):
            end = at + 1
        elif line.strip():
            break
    return end


def _header_block(lines: list[str], index: int) -> bool:
    """True when the lines from here on are a pasted header: From with Sent or Subject, or From and To with an address."""
    kinds: set[str] = set()
    address = False
    blank = 0
    for line in lines[index : index + 12]:
        if not line.strip(" \t>"):
            blank += 1
            if blank > 1 or len(kinds) > 2:
                break
            continue
        kind = _lines.field(line) if ":" in line else None
        if kind is None and len(kinds) > 1 and blank:
            break
        if kind is not None:
            kinds.add(kind)
            blank = 0
        address = address or "@" in line
    if "from" not in kinds:
        return False
    return len(kinds) >= 3 or bool(kinds & {"sent", "subject"} and (address or "sent" in kinds)) or ("to" in kinds and address)


def _above(lines: list[str], index: int, start: int) -> int:
    """The first line of a boundary: a drawn line or a divider just above a header block belongs to it."""
    first = index
    for at in range(index - 1, max(start, index - 4) - 1, -1):
        line = lines[at]
        if not line.strip():
            continue
        if _lines.rule(line) or _lines.divider(line):
            first = at
            continue
        break
    return first


def _signed(lines: list[str], first: int, end: int) -> list[_Block]:
    """New lines, with the signature below them as a block of its own."""
    cut = _signature_start(lines, first, end)
    if cut is None:
        return [_Block("new", first, end)]
    blocks = [_Block("new", first, cut)] if cut > first else []
    return [*blocks, _Block("signature", cut, end)]


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
        delimiter = (mark in "-—" and bare in ("--", "—", "---")) or (mark == "_" and _lines.rule(bare))
        near = below <= (3 if cut is None else _SIGNATURE_LINES) and below < _TAIL_LINES
        if (delimiter and below <= _SIGNATURE_LINES) or (near and _lines.mobile(bare)) or (len(bare) > 9 and _lines.notice(bare)):
            cut = at
    return cut


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
