"""Rows of a table and lines of JSON, each as the bytes of one JSON message."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, BinaryIO

import orjson

from channels._message import BadMessage, fingerprint, parse
from channels.base import TooLarge
from channels.bulk import _record, _text
from channels.bulk._mapping import AS_IT_IS, MappingFile

MAX_FIELD = 1 << 20
"""Characters of one cell; more means that a quote was never closed."""

_DELIMITERS = ",;\t|"
_LINES_OF_A_RECORD = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One message: the line of the file that it begins on, its bytes and key; or why it cannot be read."""

    line: int
    content: bytes = b""
    source_id: str = ""
    fingerprint: str = ""
    skipped: str | None = None


def from_json_lines(stream: BinaryIO, zone: tzinfo, max_size: int, mapping: MappingFile = AS_IT_IS) -> Iterator[Row]:
    """One object a line. A line that has the shape of the JSON message is passed on as it is; a line that is no JSON too (it is held)."""
    number = 0
    while line := stream.readline(max_size + 1):
        number += 1
        if len(line) > max_size and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = stream.readline(1 << 16)
            yield Row(number, skipped=f"a line of more than {max_size} bytes")
        elif content := line.strip().removeprefix(b"\xef\xbb\xbf"):
            yield _json_row(number, content, zone, mapping)


def from_records(records: Iterable[dict[str, Any]], zone: tzinfo, mapping: MappingFile = AS_IT_IS) -> Iterator[Row]:
    """Objects of another system, numbered from 1 in place of lines."""
    for number, record in enumerate(records, 1):
        yield _row(number, _record.shaped(mapping.applied(record, zone), zone))


def _json_row(number: int, content: bytes, zone: tzinfo, mapping: MappingFile) -> Row:
    if mapping is AS_IT_IS:
        try:
            parsed = parse(content, idempotency_key=content_id(content))
            return Row(number, content, parsed.source_id, parsed.fingerprint)
        except (BadMessage, TooLarge):
            pass  # an object of another system
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict) or not data:
        return Row(number, content, content_id(content))
    return _row(number, _record.shaped(mapping.applied(data, zone), zone))


def from_table(stream: BinaryIO, zone: tzinfo, mapping: MappingFile = AS_IT_IS) -> Iterator[Row]:
    """The rows of a CSV file whose first row has the headings; encoding and delimiter are found out.

    Holds two rows in memory. A record that never ends (an unclosed quote) ends the reading, and says so.
    """
    csv.field_size_limit(MAX_FIELD)  # the library's limit is one for the whole process, and too small by default
    text = io.TextIOWrapper(stream, _text.encoding_of(stream), errors="replace", newline="")
    headings: list[str] | None = None
    try:
        for line, cells in _records(text):
            if isinstance(cells, str):
                yield Row(line, skipped=cells)
            elif headings is None:
                headings = _unique(cells)
                if missing := mapping.missing(dict.fromkeys(headings)):
                    yield Row(line, skipped=f"the mapping names columns that this table does not have: {', '.join(missing)}")
                    return
            else:
                yield _row(line, _record.shaped(mapping.applied(_named(headings, cells), zone), zone))
    finally:
        text.detach()


def _records(text: io.TextIOWrapper) -> Iterator[tuple[int, list[str] | str]]:
    """The records that are not empty, each with the line where it begins; at last, perhaps, why there are no more."""
    delimiter, skip = _delimiter(text)
    quotes = [0]
    reader = csv.reader(_lines(text, quotes), delimiter=delimiter)
    last: tuple[int, list[str]] | None = None
    begins, lines = 1, 0
    try:
        for cells in reader:
            begins, lines = begins + lines, reader.line_num - (begins + lines) + 1
            if last is not None:
                yield last
            last = (begins, cells) if begins > skip and any(cell.strip() for cell in cells) else None
            if lines > _LINES_OF_A_RECORD:
                break
    except csv.Error as error:
        if last is not None:
            yield last
        yield begins + lines, f"cannot be read ({error}); the rest of the file is left out"
        return
    if lines > _LINES_OF_A_RECORD or (lines > 1 and quotes[0] % 2):
        yield begins, "a quote is not closed; from here on the file is left out"
    elif last is not None:
        yield last


def _lines(text: io.TextIOWrapper, quotes: list[int]) -> Iterator[str]:
    """The file's lines, none longer than a cell may be; ``quotes`` counts the quotation marks."""
    while line := text.readline(MAX_FIELD):
        if len(line) == MAX_FIELD and not line.endswith(("\n", "\r")):
            raise csv.Error(f"a line of more than {MAX_FIELD} characters")
        quotes[0] += line.count('"')
        yield line


def content_id(content: bytes) -> str:
    """The key of a message that has none: the same bytes are the same message."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _row(line: int, message: dict[str, Any]) -> Row:
    content = orjson.dumps(message)
    source_id = message.get("source_id")
    return Row(line, content, source_id if isinstance(source_id, str) else content_id(content), fingerprint(message))


def _delimiter(text: io.TextIOWrapper) -> tuple[str, int]:
    """The character that stands most often between the headings, and how many lines to skip (Excel's ``sep=;``)."""
    first = text.readline(1 << 16)
    text.seek(0)
    if first[:4].lower() == "sep=" and len(first.strip()) == 5:
        return first[4], 1
    outside = "".join(first.split('"')[::2])
    return max(_DELIMITERS, key=outside.count), 0


def _unique(cells: Sequence[str]) -> list[str]:
    """Headings of which no two are the same and none is empty."""
    seen: dict[str, int] = {}
    names = []
    for number, cell in enumerate(cells, 1):
        name = cell.strip() or f"column {number}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _named(headings: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    extra = [f"column {number}" for number in range(len(headings) + 1, len(cells) + 1)]
    return {name: cell.strip() for name, cell in zip([*headings, *extra], cells, strict=False)}
