"""Structured header values with parameters: Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183, RFC 2231).

Seen in practice and read: a missing semicolon, unquoted values with spaces, encoded words inside a parameter, Windows paths as file
names, continuations out of order or with gaps, percent-encoding with a wrong or missing charset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from channels.email import _charset, _words
from channels.email._bounds import MAX_NAME, Notes, printable

_VALUE: Final = re.compile(r'[\s"]*([^\s;,"()]*)')
_PARAM: Final = re.compile(r'[;\s,]([a-zA-Z0-9_.*+-]{1,60})\s*=\s*(?:"((?:[^"\\]++|\\.)*+)"?|([^;"]*+))', re.DOTALL)
_SIMPLE: Final = re.compile(r'([a-z]++/[a-z0-9.+-]++)(?:; ?charset="?([\w-]++)"?)?\Z', re.IGNORECASE)
_MAX_PARAMS: Final = 200
_MAX_NAME_READ: Final = 2_000
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")


@dataclass(frozen=True, slots=True)
class Structured:
    """``value`` in lower case, without its parameters; ``params`` by lower-case name, raw where they are not RFC 2231 values."""

    value: str = ""
    params: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The parameter ``name``, or ``""``."""
        return self.params.get(name, "")


_NOTHING: Final = Structured()


def parse(raw: str) -> Structured:
    """Read a raw header value."""
    if not raw:
        return _NOTHING
    return _short(raw) if len(raw) < 80 else _read(raw)


@lru_cache(maxsize=512)
def _short(raw: str) -> Structured:
    if simple := _SIMPLE.match(raw):
        return Structured(simple[1].lower(), {"charset": simple[2]} if simple[2] else {})
    return _read(raw)


def _read(raw: str) -> Structured:
    head = _VALUE.match(raw)
    value = head[1] if head else ""
    if "=" in value:  # "; filename=…" without a type, or a parameter in its place
        value, start = "", 0
    else:
        start = head.end() if head else 0
    params: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, found in enumerate(_PARAM.finditer(" " + raw[start:])):
        if count == _MAX_PARAMS:
            break
        quoted = found[2]
        name, text = found[1].lower(), _unquote(quoted) if quoted is not None else found[3].strip()
        base, star, rest = name.partition("*")
        if star and base:
            index, extended = rest.rstrip("*"), rest.endswith("*") or not rest
            if (not index or index.isdigit()) and len(index) < 4:
                pieces.setdefault(base, {}).setdefault(int(index or 0), (text, extended))
        else:
            params.setdefault(name, text)
    for base, segments in pieces.items():
        params[base + "*"] = _joined(segments)
    return Structured(value.lower(), params)


def _unquote(text: str) -> str:
    r"""A quoted string without its backslashes, unless they are those of a Windows path (``C:\photos\trou.jpg``)."""
    if "\\" not in text:
        return text
    return re.sub(r'\\(["\\])', r"\1", text)


def _joined(segments: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231 §3 and §4.1: pieces in their order; the charset stands before the first."""
    first = segments[min(segments)]
    charset = ""
    data = bytearray()
    for index in sorted(segments):
        text, extended = segments[index]
        if extended and segments[index] is first and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        if len(data) > _MAX_NAME_READ:
            break
        raw = text[:_MAX_NAME_READ].encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(raw) if extended else raw
    if not first[1] and data.isascii():
        return data.decode()  # encoded words may be split over the pieces
    return _charset.decode(bytes(data), charset)[0]


def file_name(disposition: Structured, content_type: Structured, notes: Notes, hint: str | None = None) -> str | None:
    """The file name that the sender gave: RFC 2231 before plain, Content-Disposition before Content-Type; without directories."""
    for name in (disposition.get("filename*"), disposition.get("filename"), content_type.get("name*"), content_type.get("name")):
        if name and (cleaned := clean_name(_words.text(name[:_MAX_NAME_READ], notes, hint))):
            return cleaned
    return None


def clean_name(name: str) -> str:
    """``name`` as a file name: the last part of a path, no characters that hide its kind, at most :data:`MAX_NAME` characters."""
    name = re.sub(r"[/\\]+\Z", "", name.strip("\"' \t"))
    if "/" in name or re.search(r"(?:\A[A-Za-z]:|[^\\ ])\\[^\\ ]", name):
        name = re.split(r"[/\\]", name)[-1]
    name = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", name)  # right-to-left overrides make gnp.exe look like exe.png
    name = " ".join(printable(name).split())
    if len(name) > MAX_NAME:
        extension = _EXTENSION.search(name)
        tail = extension[0] if extension else ""
        name = name[: MAX_NAME - len(tail)] + tail
    return "" if name.strip(". ") == "" else name
