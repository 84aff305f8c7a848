"""Takes a submitted form apart: ``application/x-www-form-urlencoded`` and ``multipart/form-data``, complete in memory.

Sources: RFC 7578 (multipart/form-data), WHATWG URL §5 (urlencoded). Field names and values are UTF-8; bytes that are not are kept as
U+FFFD. Browsers write a file name's quotes and line ends as ``%22``, ``%0D``, ``%0A`` (WHATWG HTML, multipart form data).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MAX_PARTS = 500
"""Fields and files of one form: more is no form that somebody filled in."""


class NotAForm(ValueError):
    """The bytes are no form, or not the kind of form that they are said to be."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a form: the field's name, the file's name as the sender said it (no path), its declared type, its bytes."""

    name: str
    filename: str
    media_type: str
    content: bytes


@dataclass(slots=True)
class Form:
    """The fields in their order, each as often as it was sent, and the files. A file field that was left empty is no file.

    ``raw`` has the bytes of each field's first value, for senders whose fields are not UTF-8 (a mail as it came, SendGrid's charsets).
    """

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    raw: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, value: bytes) -> None:
        """Add a field."""
        self.fields.append((name, _text(value)))
        self.raw.setdefault(name, value)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field, without the space around it."""
        return next((value.strip() for key, value in self.fields if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of a field that is not empty."""
        return [value.strip() for key, value in self.fields if key == name and value.strip()]


def form_type(content_type: str, body: bytes) -> str:
    """The content type to read a body by: as it was said, or, for a form out of a file, as its first line tells."""
    if content_type.partition(";")[0].strip().lower() in (URLENCODED, MULTIPART):
        return content_type
    first = body.partition(b"\n")[0].strip()
    if first.startswith(b"--") and 2 < len(first) <= 72 and first.isascii():
        return f'{MULTIPART}; boundary="{first[2:].decode()}"'
    return URLENCODED


def read(content_type: str, body: bytes) -> Form:
    """The form of a body. Raises NotAForm for another type, a missing boundary, a form that is cut off, or more than MAX_PARTS parts."""
    kind, options = parse_options_header(content_type)
    match kind.decode("latin-1"):
        case "application/x-www-form-urlencoded":
            return _urlencoded(body)
        case "multipart/form-data":
            boundary = options.get(b"boundary", b"")
            if not boundary:
                raise NotAForm("multipart without a boundary")
            return _Parts(boundary).read(body)
        case other:
            raise NotAForm(f"{other or 'no type'} is no form")


def _urlencoded(body: bytes) -> Form:
    pairs = [pair for pair in body.split(b"&") if pair]
    if len(pairs) > MAX_PARTS:
        raise NotAForm(f"more than {MAX_PARTS} fields")
    form = Form()
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        form.add(_text(unquote_to_bytes(name.replace(b"+", b" "))), unquote_to_bytes(value.replace(b"+", b" ")))
    return form


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").replace("\0", "")


class _Parts:
    """Collects what the library's parser calls back with."""

    def __init__(self, boundary: bytes) -> None:
        self.form = Form()
        self._boundary = boundary
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._data = bytearray()
        self._ended = False
        self._count = 0

    def read(self, body: bytes) -> Form:
        callbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }
        try:
            parser = MultipartParser(self._boundary, callbacks)  # type: ignore[arg-type]  # a TypedDict of the same callables
            parser.write(body)
            parser.finalize()
        except FormParserError as error:
            raise NotAForm(f"not a form: {type(error).__name__}") from error
        if not self._ended:
            raise NotAForm("the form is cut off")
        return self.form

    def _begin(self) -> None:
        self._count += 1
        if self._count > MAX_PARTS:
            raise NotAForm(f"more than {MAX_PARTS} parts")
        self._headers = {}
        self._data = bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _part_end(self) -> None:
        _kind, options = parse_options_header(self._headers.get(b"content-disposition", b"").decode("latin-1"))
        name = _unquoted(options.get(b"name", b""))
        if b"filename" not in options:
            self.form.add(name, bytes(self._data))
            return
        filename = _unquoted(options[b"filename"])
        if filename or self._data:
            media_type, _options = parse_options_header(self._headers.get(b"content-type", b"").decode("latin-1"))
            known = media_type.decode("latin-1") or "application/octet-stream"
            self.form.files.append(File(name, filename.replace("\\", "/").rpartition("/")[2], known, bytes(self._data)))

    def _end(self) -> None:
        self._ended = True


def _unquoted(value: bytes) -> str:
    return _text(value.replace(b"%22", b'"').replace(b"%0D", b"").replace(b"%0A", b" "))
