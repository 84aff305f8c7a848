"""Takes a form as it comes in: its bytes to memory or a file, its fields to memory, of its photos only size, hash and first bytes.

The bytes are kept exactly as they came. A body over the limit, or one for which there is no room, is read to its end all the same and not
kept, because a browser shows the answer only when it has sent everything.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from channels import _multipart
from channels._webhook import TIME_LIMIT
from channels.base import Spool

if TYPE_CHECKING:
    from aiohttp import web

IN_MEMORY = 256 * 1024
"""Bytes of a body that stay in memory; a larger one goes to a file."""
SPOOLS = 24
"""Bodies that are written to files at one time."""
SLOWEST = 6 * 1024
"""Bytes a second that a sender has to keep up on the whole: a phone at the edge of its network."""
GRACE = 45.0
"""Seconds that any body may take, however slow."""
LONGEST = 1_200.0
"""Seconds after which no body is waited for any more."""
_FIELDS = 512 * 1024
"""Bytes of all fields together."""
_PARTS = 200
_HEAD = 512


@dataclass(slots=True)
class Sent:
    """A file that came with the form. ``head`` are its first bytes, by which a photo is known."""

    field: str
    filename: str
    size: int = 0
    sha256: str = ""
    head: bytes = b""


@dataclass(slots=True)
class Upload:
    """A form as far as it was received.

    ``content`` or ``spool`` has its bytes. ``fault`` is empty, or why they were not kept: ``too_large``, ``no_room``, ``not_a_form``,
    ``slow``; the fields received before that are there.
    """

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[Sent] = field(default_factory=list)
    content: bytes = b""
    spool: Spool | None = None
    fault: str = ""

    def discard(self) -> None:
        """Remove the file, where nobody took it over."""
        if self.spool is not None:
            self.spool.path.unlink(missing_ok=True)


class Uploads:
    """Receives the forms of one channel."""

    def __init__(self, spool_dir: Path | None, max_body: int) -> None:
        self._spool_dir = spool_dir or Path(tempfile.gettempdir())
        self._max_body = max_body
        self._spooling = 0

    async def receive(self, request: web.Request) -> Upload:
        """The form of a request. Raises ConnectionError where the sender left."""
        upload = Upload()
        kind, options = parse_options_header(request.headers.get("Content-Type", ""))
        boundary = options.get(b"boundary", b"")
        coded = request.headers.get("Content-Encoding", "identity").lower() != "identity"
        plain = kind.decode("latin-1") == _multipart.URLENCODED  # a program, or a page of the city's own without photos
        parted = kind.decode("latin-1") == _multipart.MULTIPART and 0 < len(boundary) <= 70  # RFC 2046 §5.1.1: at most 70 characters
        if coded or not (plain or parted):
            upload.fault = "not_a_form"
        body = _Body(upload, _Pairs(upload) if plain else _Parts(upload, boundary or b"none"), self)
        loop = asyncio.get_running_loop()
        began, received = loop.time(), 0
        if (whole := request.get(TIME_LIMIT)) is not None:
            whole.reschedule(began + LONGEST + 2 * GRACE)
        try:
            async with asyncio.timeout(GRACE) as limit:
                async for chunk in request.content.iter_any():
                    received += len(chunk)
                    limit.reschedule(began + min(LONGEST, GRACE + received / SLOWEST))
                    if received > self._max_body and not upload.fault:
                        upload.fault = "too_large"
                    if received > 4 * self._max_body + IN_MEMORY:
                        break  # somebody sends without end: the answer may be lost
                    body.take(chunk)
            body.finish()
        except TimeoutError:
            upload.fault = upload.fault or "slow"
        finally:
            body.close()
        return upload

    def room(self) -> bool:
        """Whether one more body may go to a file; :meth:`free` gives the place back."""
        if self._spooling >= SPOOLS:
            return False
        self._spooling += 1
        return True

    def free(self) -> None:
        """One body is complete."""
        self._spooling -= 1

    def new_file(self) -> tuple[int, Path]:
        """An open file in the spool's directory. Raises OSError."""
        path = self._spool_dir / f"form-{secrets.token_hex(12)}.spool"
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600), path


class _Body:
    """One body while it comes in."""

    def __init__(self, upload: Upload, parts: _Parts | _Pairs, uploads: Uploads) -> None:
        self._upload, self._uploads, self._parts = upload, uploads, parts
        self._memory = bytearray()
        self._handle = -1
        self._path: Path | None = None
        self._digest = hashlib.sha256()
        self._size = 0
        self._whole = False

    def take(self, chunk: bytes) -> None:
        if self._upload.fault:
            return
        try:
            self._parts.take(chunk)
            self._keep(chunk)
        except FormParserError:
            self._upload.fault = "not_a_form"
        except OSError:
            self._upload.fault = "no_room"

    def finish(self) -> None:
        upload = self._upload
        if not upload.fault and not self._parts.complete():
            upload.fault = "not_a_form"
        if upload.fault:
            return
        if self._path is None:
            upload.content = bytes(self._memory)
        else:
            upload.spool = Spool(self._path, self._size, self._digest.hexdigest())
        self._whole = True

    def close(self) -> None:
        """Release what is open; a body that was not finished is removed."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
            self._uploads.free()
        if self._path is not None and not self._whole:
            with suppress(OSError):
                self._path.unlink()

    def _keep(self, chunk: bytes) -> None:
        if self._path is None and len(self._memory) + len(chunk) <= IN_MEMORY:
            self._memory += chunk
            return
        if self._path is None:
            if not self._uploads.room():
                self._upload.fault = "no_room"
                return
            try:
                self._handle, self._path = self._uploads.new_file()
            except OSError:
                self._uploads.free()
                raise
            chunk, self._memory = bytes(self._memory) + chunk, bytearray()
        self._size += len(chunk)
        self._digest.update(chunk)
        view = memoryview(chunk)
        while view:
            view = view[os.write(self._handle, view) :]


class _Parts:
    """Reads the parts as they go by (RFC 7578)."""

    def __init__(self, upload: Upload, boundary: bytes) -> None:
        self._upload = upload
        self._room = _FIELDS
        self._count = 0
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._text: bytearray | None = None
        self._field = ""
        self._file: Sent | None = None
        self._digest = hashlib.sha256()
        self._whole = False
        callbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._ended,
        }
        self._parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]  # a TypedDict of the same callables

    def take(self, chunk: bytes) -> None:
        """Raises FormParserError."""
        self._parser.write(chunk)

    def _begin(self) -> None:
        self._count += 1
        if self._count > _PARTS:
            raise FormParserError("too many parts")
        self._headers, self._text, self._file = {}, None, None

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        _kind, options = parse_options_header(self._headers.get(b"content-disposition", b"").decode("latin-1"))
        self._field = _words(options.get(b"name", b""))
        if b"filename" in options:
            self._file = Sent(self._field, _words(options[b"filename"]).replace("\\", "/").rpartition("/")[2])
            self._digest = hashlib.sha256()
        else:
            self._text = bytearray()

    def _data(self, data: bytes, start: int, end: int) -> None:
        piece = memoryview(data)[start:end]
        if self._file is not None:
            self._file.size += len(piece)
            self._digest.update(piece)
            if len(self._file.head) < _HEAD:
                self._file.head = (self._file.head + bytes(piece[:_HEAD]))[:_HEAD]
        elif self._text is not None:
            self._room -= len(piece)
            if self._room < 0:
                raise FormParserError("too much text")
            self._text += piece

    def _end(self) -> None:
        if self._file is not None:
            self._file.sha256 = self._digest.hexdigest()
            if self._file.filename or self._file.size:  # a file field that was left empty is no file
                self._upload.files.append(self._file)
        elif self._text is not None:
            self._upload.fields.append((self._field, _words(bytes(self._text))))

    def _ended(self) -> None:
        self._whole = True

    def complete(self) -> bool:
        """Whether the form has its end."""
        return self._whole


class _Pairs:
    """Collects a form without files, to read it when it is complete."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._body = bytearray()

    def take(self, chunk: bytes) -> None:
        """Raises FormParserError."""
        if len(self._body) + len(chunk) > _FIELDS:
            raise FormParserError("too much text")
        self._body += chunk

    def complete(self) -> bool:
        """Whether it is a form."""
        try:
            self._upload.fields += _multipart.read(_multipart.URLENCODED, bytes(self._body)).fields
        except _multipart.NotAForm:
            return False
        return True


def _words(value: bytes) -> str:
    return value.decode("utf-8", "replace").replace("\0", "")
