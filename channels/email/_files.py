"""Attachments: what a part is called, what it is, its digest."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from channels.email import _params, _sniff, _words
from channels.email._bounds import MAX_NAME, Notes, printable
from channels.email._tree import Part
from normalizer.model import Attachment

_EXTENSIONS: Final = {
    "image/jpeg": "jpg", "image/jpg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/heic": "heic",
    "image/heif": "heif", "image/tiff": "tiff", "image/bmp": "bmp", "image/svg+xml": "svg", "application/pdf": "pdf",
    "text/plain": "txt", "text/html": "html", "text/calendar": "ics", "text/vcard": "vcf", "text/csv": "csv", "text/xml": "xml",
    "application/xml": "xml", "application/rtf": "rtf", "application/zip": "zip", "message/rfc822": "eml", "message/global": "eml",
    "audio/mpeg": "mp3", "audio/amr": "amr", "audio/ogg": "ogg", "audio/wav": "wav", "audio/mp4": "m4a", "video/mp4": "mp4",
    "video/quicktime": "mov", "video/3gpp": "3gp", "video/webm": "webm", "application/pgp-signature": "asc",
    "application/pkcs7-signature": "p7s", "application/x-pkcs7-signature": "p7s", "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m", "message/delivery-status": "txt", "message/disposition-notification": "txt",
    "text/rfc822-headers": "txt", "message/feedback-report": "txt", "application/ms-tnef": "dat", "application/msword": "doc",
}  # fmt: skip
_KINDS: Final = {
    "image": "image",
    "audio": "audio",
    "video": "video",
    "message": "message",
    "text/html": "document",
    "text/calendar": "event",
    "application/pgp-signature": "signature",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-signature": "smime",
    "application/pkcs7-mime": "smime",
    "application/x-pkcs7-mime": "smime",
}
_HAS_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")


def attachment(data: bytes, declared: str, name: str | None, *, inline: bool = False) -> Attachment:
    """The canonical attachment of ``data``; without a name it gets one from its media type."""
    kind = _sniff.media_type(data, declared, name)
    return Attachment(
        filename=name or default_name(declared, kind),
        media_type=kind,
        declared_media_type=printable(declared[:MAX_NAME]) or None,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        inline=inline,
        content=data,
    )


def name_of(part: Part, notes: Notes, hint: str | None) -> str | None:
    """The name that the sender gave to ``part``, in whichever header."""
    return _params.file_name(part.disposition, part.content_type, notes, hint)


def described_name(part: Part, notes: Notes, hint: str | None) -> str | None:
    """A name for a part that the sender gave none: its description or its location, where they look like one."""
    extension = _EXTENSIONS.get(part.media_type)
    description = _params.clean_name(_words.text(part.headers.get("content-description"), notes, hint))
    if description:
        return description if _HAS_EXTENSION.search(description) or not extension else f"{description}.{extension}"
    location = _params.clean_name(_words.text(part.headers.get("content-location"), notes, hint).partition("?")[0])
    return location if _HAS_EXTENSION.search(location) and len(location) <= 80 else None


def default_name(declared: str, sniffed: str) -> str:
    """A name for a file that came without one: its kind, and the extension of what it is."""
    extension = _EXTENSIONS.get(sniffed) or _EXTENSIONS.get(declared) or "bin"
    kinds = (_KINDS.get(sniffed), _KINDS.get(sniffed.partition("/")[0]), _KINDS.get(declared), _KINDS.get(declared.partition("/")[0]))
    return f"{next(filter(None, kinds), 'file')}.{extension}"


def extension_of(media_type: str) -> str:
    """The usual extension of a media type, ``bin`` where there is none."""
    return _EXTENSIONS.get(media_type, "bin")


def safe_name(text: str, extension: str = "") -> str | None:
    """``text`` as a file name with ``extension`` added, or None where nothing of it can be one."""
    name = _params.clean_name(text.replace("/", "-").replace("\\", "-"))
    return f"{name[:180]}.{extension}" if name and extension else name or None
