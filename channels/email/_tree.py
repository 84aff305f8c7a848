"""The tree of body parts (RFC 2046): offsets into the message's bytes, nothing is copied until a part is read.

Containers are cut from the outside in, so that an inner container without its end cannot swallow what follows it. A multipart without
a usable boundary is searched for one; where there is none it is text. Limits are those of :mod:`channels.email._bounds`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from channels.email import _headers, _params
from channels.email._bounds import MAX_DELIMITERS, MAX_DEPTH, MAX_PARTS, Notes

_LOOKS_LIKE_BOUNDARY: Final = re.compile(rb"^--([^\s-][^\r\n]{0,98}?|-+[^\s-][^\r\n]{0,90}?)[ \t]*\r?\n(?=[Cc]ontent-)", re.MULTILINE)
_MAX_STRAY: Final = 20
"""So many containers' boundaries, the latest ones, are looked for inside a text."""
_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+\Z")


@dataclass(slots=True)
class Part:
    """One body part. Its body is ``content[start:end]``, still transfer-encoded; containers have ``children``."""

    headers: _headers.Headers
    content_type: _params.Structured
    media_type: str
    start: int
    end: int
    children: list[Part] = field(default_factory=list)

    @property
    def disposition(self) -> _params.Structured:
        """Content-Disposition (RFC 2183)."""
        return _params.parse(self.headers.get("content-disposition"))


@dataclass(slots=True)
class _Budget:
    parts: int = MAX_PARTS
    delimiters: int = MAX_DELIMITERS


def read(content: bytes, start: int, end: int, headers: _headers.Headers, notes: Notes, depth: int = 0) -> Part:
    """The part whose headers were read already and whose body is ``content[start:end]``; ``depth`` containers are around it."""
    return _Reader(content, notes).part(headers, start, end, depth, "text/plain")


class _Reader:
    def __init__(self, content: bytes, notes: Notes) -> None:
        self._content = content
        self._notes = notes
        self._budget = _Budget()
        self._boundaries: dict[bytes, None] = {}  # of all containers so far, in their order

    def part(self, headers: _headers.Headers, start: int, end: int, depth: int, default: str) -> Part:
        self._budget.parts -= 1
        content_type = _params.parse(headers.get("content-type"))
        media_type = content_type.value or default
        if not _TYPE.match(media_type):
            media_type = self._odd_type(media_type, content_type)
        part = Part(headers, content_type, media_type, start, end)
        if media_type.startswith("multipart/"):
            if depth >= MAX_DEPTH:
                self._notes.add(f"more than {MAX_DEPTH} containers within each other, the inner ones were not opened")
                part.media_type = "application/octet-stream"
            else:
                self._children(part, depth)
        return part

    def _odd_type(self, media_type: str, content_type: _params.Structured) -> str:
        """RFC 2045 §5.2: what cannot be read is text/plain; ``multipart`` and ``html`` alone are meant as they look."""
        if media_type.startswith("multipart") and content_type.get("boundary"):
            return "multipart/mixed"
        if media_type in ("html", "text/"):
            return "text/html" if media_type == "html" else "text/plain"
        if "/" in media_type:
            return "application/octet-stream"
        if media_type not in ("text", "plain"):
            self._notes.add(f"content type {media_type[:60]} unknown, read as text")
        return "text/plain"

    def _children(self, part: Part, depth: int) -> None:
        declared = part.content_type.get("boundary") or part.content_type.get("boundary*")
        boundary = declared.encode("utf-8", "surrogateescape").rstrip()
        pieces = self._cut(part, boundary) if boundary else []
        if boundary:
            self._boundaries[boundary] = None
        if not pieces:
            self._notes.add("multipart without its boundary" if boundary else "multipart without a boundary parameter")
            found = _LOOKS_LIKE_BOUNDARY.search(self._content, part.start, part.end)
            pieces = self._cut(part, found[1]) if found else []
            if not pieces:
                part.media_type = "text/plain"
                return
        default = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"  # RFC 2046 §5.1.5
        for start, end in pieces:
            if self._budget.parts <= 0:
                self._notes.add(f"more than {MAX_PARTS} parts, the rest was not read")
                break
            headers, body = _headers.read(self._content, start, end, self._notes)
            child = self.part(headers, min(body, end), end, depth + 1, default)
            part.children.append(child)
            if len(self._boundaries) > 1 and not child.children and child.media_type.startswith("text/"):
                part.children += self._stray(child, depth + 1)

    def _stray(self, text: Part, depth: int) -> list[Part]:
        """The parts after each delimiter line that a text holds of a container which ended, or never began, before it.

        Seen in practice: a gateway that puts the parts of nested containers out of their order. Nobody writes such a line.
        """
        found: list[Part] = []
        lines = {boundary: self._line(boundary, text.start, text.end) for boundary in [*self._boundaries][-_MAX_STRAY:]}
        while self._budget.parts > 0 and (ahead := [line for line in lines.values() if line is not None]):
            pos, closing, start = min(ahead)
            self._notes.add("a delimiter of another container inside a text")
            end, text.end = text.end, _before(self._content, text.start, pos)
            headers, body = (text.headers, start) if closing else _headers.read(self._content, start, end, self._notes)
            text = self.part(headers, min(body, end), end, depth, "text/plain")
            found.append(text)
            if text.children or not text.media_type.startswith("text/"):
                break
            lines = {
                boundary: self._line(boundary, text.start, end) if line is not None and line[0] < text.start else line
                for boundary, line in lines.items()
            }
        return found

    def _line(self, boundary: bytes, start: int, stop: int) -> tuple[int, bool, int] | None:
        """Where the first delimiter line of ``boundary`` is, whether it closes, and where the line after it begins."""
        mark = b"--" + boundary
        pos = self._content.find(mark, start, stop)
        while pos >= 0 and self._budget.delimiters > 0:
            self._budget.delimiters -= 1
            if (line := self._delimiter(pos, pos + len(mark), start, stop)) is not None:
                return pos, *line
            pos = self._content.find(mark, pos + len(mark), stop)
        return None

    def _cut(self, part: Part, boundary: bytes) -> list[tuple[int, int]]:
        """Ranges between the delimiter lines of ``boundary`` (RFC 2046 §5.1.1), the last one up to the end where it is not closed."""
        content, stop = self._content, part.end
        mark = b"--" + boundary
        pieces: list[tuple[int, int]] = []
        opened = -1
        pos = content.find(mark, part.start, stop)
        while pos >= 0:
            self._budget.delimiters -= 1
            if self._budget.delimiters < 0:
                self._notes.add("too many places that look like a boundary, the rest was not read")
                break
            after = pos + len(mark)
            line = self._delimiter(pos, after, part.start, stop)
            if line is not None and not (line[0] and opened >= 0 and self._belongs_inside(boundary, opened, pos)):
                closing, next_line = line
                if opened >= 0:
                    pieces.append((opened, _before(content, opened, pos)))
                opened = next_line
                if closing or self._budget.parts - len(pieces) < 0:
                    return pieces
                after = max(after, next_line - 1)
            pos = content.find(mark, after, stop)
        if 0 <= opened < stop:
            tail = content[max(opened, stop - len(mark) - 8) : stop].rstrip(b" \t\r\n")
            if tail.endswith(mark + b"--"):  # the closing delimiter stands at the end of the last line instead of on its own
                stop = content.rfind(mark, opened, stop)
            pieces.append((opened, stop))
        return pieces

    def _belongs_inside(self, boundary: bytes, start: int, pos: int) -> bool:
        """Whether the closing delimiter of ``boundary`` at ``pos`` opens a part of a container within: its boundary ends in two hyphens."""
        return any(self._content.find(b"=%s%s--" % (quote, boundary), start, pos) >= 0 for quote in (b'"', b""))

    def _delimiter(self, pos: int, after: int, start: int, stop: int) -> tuple[bool, int] | None:
        """Whether the text at ``pos`` is a delimiter line: closing or not, and where the next line begins."""
        content = self._content
        if pos > start and content[pos - 1] not in (10, 13):
            return None
        newline = content.find(b"\n", after, min(after + 200, stop))
        end = stop if newline < 0 and stop - after <= 200 else newline
        if end < 0:
            return None
        rest = content[after:end].strip(b" \t\r")
        if rest and rest != b"--":
            return None
        return rest == b"--", min(end + 1, stop)


def _before(content: bytes, opened: int, pos: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if pos > opened and content[pos - 1] == 10:
        pos -= 1
    if pos > opened and content[pos - 1] == 13:
        pos -= 1
    return pos
