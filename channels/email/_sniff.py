"""What a file is by its first bytes, whatever its sender called it.

Knows what residents send (pictures, sound, video, documents) and what must not be taken for one of these (HTML, SVG, programs).
Text keeps the declared text type. What is not known keeps the declared type unless that is one whose signature would have been seen.
"""

from __future__ import annotations

import re
from typing import Final

OCTETS: Final = "application/octet-stream"
_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"MThd", "audio/midi"),
    (b"caff", "audio/x-caf"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
    (b"0&\xb2u\x8ef\xcf\x11", "video/x-ms-asf"),
    (b"FLV\x01", "video/x-flv"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"wOFF", "font/woff"),
    (b"-----BEGIN PGP SIGNATURE", "application/pgp-signature"),
    (b"-----BEGIN PGP MESSAGE", "application/pgp-encrypted"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
)
_BY_FIRST: Final[dict[int, list[tuple[bytes, str]]]] = {}
for _signature, _type in _MAGIC:
    _BY_FIRST.setdefault(_signature[0], []).append((_signature, _type))
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"mif1", b"msf1"), "image/heif"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3gpp", b"3g2a"), "video/3gpp"),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}
_ZIPPED: Final = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_HTML: Final = re.compile(
    rb"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body|script|iframe|title|meta|table|div|p|h1|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_SVG: Final = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_OLE: Final = {
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-outlook",
    "application/vnd.visio",
    "application/vnd.ms-project",
}
_OLE_BY_NAME: Final = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"} | {
    "msg": "application/vnd.ms-outlook"
}
_CONTROL: Final = bytes(n for n in range(32) if n not in (9, 10, 11, 12, 13, 27))
_SEEN_BY_SIGNATURE: Final = ("image/", "audio/", "video/", "application/pdf", "application/zip", "application/rtf", "application/gzip")
_PLAIN_NAME: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}\Z")


def media_type(data: bytes, declared: str, name: str | None = None) -> str:
    """The media type that the bytes show; ``declared`` in lower case decides only among types that they cannot tell apart."""
    for signature, found in _BY_FIRST.get(data[0], ()) if data else ():
        if data.startswith(signature):
            return _ole(declared, name) if found == "application/x-ole-storage" else found
    head = data[:4_096]
    if (shown := _container(head, declared) or _markup(head, declared)) is not None:
        return shown
    plain = declared if _PLAIN_NAME.match(declared) else OCTETS
    if _is_text(head):
        kept = plain in _TEXTUAL or (plain.startswith(("text/", "message/")) and plain not in ("text/html", "text/xml"))
        return plain if kept else "text/plain"
    return OCTETS if plain.startswith((*_SEEN_BY_SIGNATURE, "text/", "multipart/")) else plain


_TEXTUAL: Final = frozenset(("application/json", "application/ics", "application/pgp-keys", "application/x-subrip"))


def _container(head: bytes, declared: str) -> str | None:
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head.startswith(b"PK\x03\x04"):
        if head[30:38] == b"mimetype" and (found := re.match(rb"application/[\w.+-]{3,80}", head[38:130])):
            return found[0].decode().removesuffix("PK")
        office = next((kind for marker, kind in _ZIPPED if marker in head), None)
        if office or not declared.startswith("application/vnd.openxmlformats"):
            return office or "application/zip"
        return declared
    if head.startswith(b"BM") and len(head) > 26 and head[6:10] == b"\x00\x00\x00\x00":
        return "image/bmp"
    return None


def _markup(head: bytes, declared: str) -> str | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"<"):
        return None
    if _HTML.match(start):
        return "application/xhtml+xml" if declared == "application/xhtml+xml" else "text/html"
    if _SVG.search(start):
        return "image/svg+xml"
    if start.startswith(b"<?xml"):
        return declared if declared.endswith(("+xml", "/xml")) and declared != "image/svg+xml" else "application/xml"
    return "text/html" if declared == "text/html" else None


def _ole(declared: str, name: str | None) -> str:
    if declared in _OLE:
        return declared
    return _OLE_BY_NAME.get((name or "").rpartition(".")[2].lower(), "application/x-ole-storage")


def _is_text(head: bytes) -> bool:
    if head.translate(None, _CONTROL) != head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.end >= len(head) - 3 or sum(byte > 127 for byte in head) * 3 < len(head)
    return True
