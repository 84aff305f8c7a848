"""What a person reads of a message, and the files that came with it.

Which parts are text follows RFC 8621 §4.1.4: the first text of a container, and inline text without a file name after it; everything
else is a file. Of alternatives the plain text is taken if it says something, else the HTML. A message within the message is a file;
its text is read out too when the outer message has none of its own or says that it forwards something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from channels.email import (
    _address,
    _calendar,
    _charset,
    _files,
    _headers,
    _html,
    _plain,
    _rtf,
    _smime,
    _sniff,
    _tnef,
    _transfer,
    _tree,
    _words,
)
from channels.email._bounds import MAX_DEPTH, MAX_HTML, MAX_TEXT, Budget, Notes
from channels.email._tree import Part
from normalizer.model import Attachment

_FORWARDS: Final = re.compile(r"\s*(?:fwd?|fw|tr|wg|rv|enc|i|vs|vb|pd|doorst|yml|trans|transf)\s*(?:\[\d+\])?\s*:|\[fwd:", re.IGNORECASE)
"""Prefixes by which mail programs in several languages mark what they forward."""
_STUB: Final = re.compile(
    r"(?:html.{0,80}(?:e-?mail|mail|message|nachricht|client|view|format|afficher|support|version|anzeig)"
    r"|(?:e-?mail|mail|message|client|view|courriel|messagerie|version|browser|navigateur).{0,80}html)",
    re.IGNORECASE | re.DOTALL,
)
_WORD: Final = re.compile(r"[^\W_]{2,}")
_LONG: Final = re.compile(r"\b[a-z]{5,12}\b", re.ASCII)
_SAMPLED: Final = 1_500
"""Characters from which the words are taken that are looked for in the markup."""
_ENOUGH_WORDS: Final = 20
"""Of fewer different words nobody can say that two texts differ."""
_COMPARED: Final = 50_000
"""Characters of two forms of a text that are compared."""
_URL: Final = re.compile(r"https?://\S+")
_MESSAGES: Final = ("message/rfc822", "message/global")
_TNEF: Final = ("application/ms-tnef", "application/vnd.ms-tnef", "application/x-ms-tnef")
_SMIME: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_RICH: Final = ("application/rtf", "text/rtf")
_ENRICHED: Final = ("text/enriched", "text/richtext")
_UNSHOWN: Final = ("text/x-amp-html", "text/watch-html")
_MAX_FORWARDED: Final = 10
_SIGNATURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"%PDF-", b"PK\x03\x04", b"/9j/", b"iVBOR", b"R0lGO", b"JVBER", b"UEsDB")
"""How pictures and documents begin, as they are and in base64."""


@dataclass(slots=True)
class Nested:
    """A message within the message: its bytes, headers, and where its body begins."""

    data: bytes
    headers: _headers.Headers
    body: int


@dataclass(slots=True)
class Content:
    """The text, the files in their order, and the media types of all parts."""

    text: str = ""
    files: list[Attachment] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def read(data: bytes, root: Part, subject: str, notes: Notes, budget: Budget | None = None, depth: int = 0) -> Content:
    """Read the tree under ``root``; ``depth`` messages are around this one, and ``budget`` is what they left."""
    return _Reader(data, notes, budget or Budget(), depth, _charset_of(root)).read(root, subject)


def charset_hint(root: Part) -> str | None:
    """The charset of the first text part that names one: what undeclared 8-bit headers are probably written in."""
    for part in (root, *root.children, *(inner for child in root.children[:3] for inner in child.children)):
        if part.media_type.startswith("text/") and (charset := _charset_of(part)):
            return charset
    return None


def _charset_of(part: Part) -> str | None:
    charset = part.content_type.get("charset") or part.content_type.get("charset*")
    return charset.partition(" ")[0].partition(";")[0].strip("\"'") or None if charset else None


@dataclass(slots=True)
class _Pieces:
    """What a part gives: text parts not yet decoded, and the rest."""

    texts: list[Part] = field(default_factory=list)
    files: list[tuple[Part, bool]] = field(default_factory=list)


class _Reader:
    def __init__(self, data: bytes, notes: Notes, budget: Budget, depth: int, hint: str | None) -> None:
        self._data = data
        self._notes = notes
        self._budget = budget
        self._depth = depth
        self._hint = hint
        self._nested: list[Nested] = []
        self._events: list[str] = []
        self._files: list[Attachment] = []
        self._instead: list[str] = []  # what files say, for a message without a text of its own
        self._speechless = False
        self._decoded: dict[int, str] = {}
        self._links: list[str] = []

    def read(self, root: Part, subject: str) -> Content:
        pieces = _Pieces()
        self._walk(root, pieces, in_related=False, first=True)
        self._hint = self._hint or next((c for part in pieces.texts if (c := _charset_of(part))), None)
        own = [text for part in pieces.texts if (text := self._text(part).strip("\n")).strip()]
        self._speechless = not own
        for part, inline in pieces.files:
            self._file(part, inline=inline)
        own = own or [text for text in self._instead if text.strip()] or self._unparted(root, pieces)
        own += [event for event in self._events if not any(event.split("\n", 1)[0].partition(": ")[2] in text for text in own)]
        text = "\n\n".join(own).rstrip()
        if self._nested and (not text or _FORWARDS.match(subject)) and root.media_type not in ("multipart/report", "multipart/digest"):
            text = "\n\n".join(filter(None, (text, *(self._forwarded(nested) for nested in self._nested[:_MAX_FORWARDED]))))
        if len(text) > MAX_TEXT:
            self._notes.add(f"text over {MAX_TEXT} characters, cut")
            text = text[:MAX_TEXT]
        links = [_charset.without_surrogates(link) for link in dict.fromkeys(self._links)][:20]
        return Content(_charset.without_surrogates(text), self._files, links)

    def _unparted(self, root: Part, pieces: _Pieces) -> list[str]:
        """The body as it came, where its containers hold no part at all and something stands around them."""
        if pieces.texts or pieces.files or root.start >= root.end:
            return []
        text = _charset.decode(self._data[root.start : min(root.end, root.start + MAX_TEXT)])[0].strip()
        if text:
            self._notes.add("no part could be read, the body is shown as it came")
        return [text] if text else []

    def _walk(self, part: Part, pieces: _Pieces, *, in_related: bool, first: bool) -> None:
        kind = part.media_type
        if part.children:
            if kind == "multipart/alternative":
                self._alternative(part, pieces, in_related=in_related)
                return
            for number, child in enumerate(part.children):
                self._walk(child, pieces, in_related=in_related or (kind == "multipart/related" and number > 0), first=number == 0)
            return
        if kind.startswith("multipart/"):
            return
        disposition = part.disposition
        if kind in ("text/plain", "text/html") and disposition.value != "attachment":
            named = _files.name_of(part, self._notes, self._hint) is not None
            if (first or (not in_related and not named)) and not self._binary(part):
                pieces.texts.append(part)
                return
        if part.start < part.end or disposition.params:
            pieces.files.append((part, disposition.value == "inline" or (in_related and disposition.value != "attachment")))

    def _binary(self, part: Part) -> bool:
        """A file that is only called text: its first bytes are those of a picture or document."""
        head = self._data[part.start : part.start + 16].lstrip()
        if not head.startswith(_SIGNATURES):
            return False
        return not _sniff.media_type(self._bytes(part), "text/plain").startswith("text/")

    def _alternative(self, part: Part, pieces: _Pieces, *, in_related: bool) -> None:
        """RFC 2046 §5.1.4: one of several forms of the same. The plain one if it says something, else the last that does."""
        plain: list[Part] = []
        rich: list[Part] = []
        for child in part.children:
            if child.media_type in _UNSHOWN:
                continue
            inner = _Pieces()
            self._walk(child, inner, in_related=in_related, first=True)
            pieces.files += inner.files
            if any(text.media_type == "text/html" for text in inner.texts):
                rich = inner.texts
            elif inner.texts and (not plain or not child.children):
                plain += inner.texts
        said = "\n".join(self._text(text) for text in plain).strip() if plain else ""
        if rich and (not said or self._is_stub(said, rich) or self._differs(said, rich)) and any(self._text(text).strip() for text in rich):
            pieces.texts += rich
            return
        seen: set[str] = set()
        for text in plain or rich:
            if (words := self._text(text).strip()) not in seen:
                seen.add(words)
                pieces.texts.append(text)

    def _is_stub(self, said: str, rich: list[Part]) -> bool:
        """A plain form that only says that there is an HTML form, or next to nothing beside it, or that is mostly addresses of links."""
        if said.count("://") > 4 and sum(len(found[0]) for found in _URL.finditer(said)) > len(said) // 3:
            return True
        size = sum(part.end - part.start for part in rich)
        if len(said) > 600 or size < 400 or size < 2 * len(said) or (size < 8 * len(said) and _STUB.search(said) is None):
            return False
        shown = sum(len(self._text(part)) for part in rich)
        return shown > 8 * len(said) or (shown > 2 * len(said) and _STUB.search(said) is not None)

    def _differs(self, said: str, rich: list[Part]) -> bool:
        """Whether the HTML says something else altogether: then it is read, as what the writer saw and what every mail program shows.

        The plain form is nearly always made from the HTML, so a few of its words are looked for in the markup before that is parsed.
        """
        start = said[:_COMPARED].lower()
        sample = {word.encode() for word in _LONG.findall(start[:_SAMPLED])}
        if len(sample) >= _ENOUGH_WORDS // 2:
            # Quoted-printable leaves nearly every word as it is.
            source = b" ".join(self._data[part.start : part.end] if self._is_plain(part) else self._bytes(part) for part in rich).lower()
            if 2 * sum(word in source for word in sample) >= len(sample):
                return False
        words = frozenset(_WORD.findall(start))
        if len(words) < _ENOUGH_WORDS:
            return False
        shown = frozenset(_WORD.findall(" ".join(self._text(part) for part in rich)[:_COMPARED].lower()))
        if len(shown) < _ENOUGH_WORDS or 3 * len(words & shown) >= min(len(words), len(shown)):
            return False
        self._notes.add("the plain text and the HTML say different things; the HTML is read")
        return True

    def _is_plain(self, part: Part) -> bool:
        return "base64" not in part.headers.get("content-transfer-encoding").lower()

    def _bytes(self, part: Part) -> bytes:
        return _transfer.decode(self._data[part.start : part.end], part.headers.get("content-transfer-encoding"), self._notes)

    def _text(self, part: Part) -> str:
        """The decoded text of a text part, once."""
        if (known := self._decoded.get(part.start)) is not None:
            return known
        data = self._bytes(part)
        if len(data) > 4 * MAX_HTML:
            data = data[: 4 * MAX_HTML]
            self._notes.add("a long text, read in part")
        charset = _charset_of(part)
        text = self._from_html(data, charset) if part.media_type == "text/html" else self._from_plain(data, charset, part)
        self._decoded[part.start] = text
        return text

    def _from_html(self, data: bytes, charset: str | None) -> str:
        text, note = _charset.decode(data, charset or _html.declared_charset(data), self._hint)
        self._note(note, "HTML")
        page = _html.to_text(text, self._budget)
        if page.cut:
            self._notes.add("long HTML, read in part")
        self._links += page.links
        for number, encoded in enumerate(page.images, 1):
            picture = _transfer.base64(encoded.encode("ascii", "ignore"), self._notes)
            kind = _sniff.media_type(picture, "")
            self._files.append(_files.attachment(picture, kind, f"pasted-{number}.{_files.extension_of(kind)}", inline=True))
        return page.text

    def _from_plain(self, data: bytes, charset: str | None, part: Part) -> str:
        if b"begin 6" in data:  # the mode of a file that its owner may read and write
            data, found = _transfer.uuencoded_files(data)
            for name, content in found:
                self._files.append(_files.attachment(content, "", _files.safe_name(name)))
        text, note = _charset.decode(data[: 4 * self._budget.text], charset, self._hint)
        self._note(note, "text")
        if len(text) > self._budget.text:
            self._notes.add(f"text over {MAX_TEXT} characters, cut")
            text = text[: self._budget.text]
        self._budget.text -= len(text)
        if "format" in part.content_type.params and part.content_type.get("format").lower() == "flowed":
            text = _plain.unflow(text, delsp=part.content_type.get("delsp").lower() == "yes")
        if "-----BEGIN PGP" in text:
            text, signed = _plain.without_armour(text)
            if signed:
                self._notes.add("signed with PGP inside the text; the signature was not checked")
            elif _plain.PGP_MESSAGE in text:
                self._notes.add("encrypted with PGP; cannot be read here")
        return text

    def _note(self, note: str | None, where: str) -> None:
        if note:
            self._notes.add(f"{where}: {note}")

    def _file(self, part: Part, *, inline: bool) -> None:
        """Turn a part that is not text into an attachment, and read what can be read of it."""
        data = self._bytes(part)
        kind, name = part.media_type, _files.name_of(part, self._notes, self._hint)
        if not data and not name:
            return
        if kind in _MESSAGES and (nested := self._open(data)) is not None:
            name = name or _files.safe_name(_words.text(nested.headers.get("subject"), self._notes), "eml")
        elif kind in _TNEF or data.startswith(_tnef.SIGNATURE):
            if self._winmail(data):
                return
        elif kind in _SMIME:
            if self._signed(data, part):
                return
        elif kind == "text/calendar" or (kind == "application/ics" and not self._events):
            summary = _calendar.summary(_charset.decode(data[:200_000], _charset_of(part))[0])
            if summary and summary not in self._events:
                self._events.append(summary)
        elif kind == "multipart/encrypted" or (kind == "application/pgp-encrypted" and b"Version" in data[:200]):
            self._notes.add("encrypted with PGP; cannot be read here")
        elif self._speechless and (text := self._said_by(data, kind, name, part)):
            self._instead.append(text)
        name = name or _files.described_name(part, self._notes, self._hint)
        self._files.append(_files.attachment(data, kind, name, inline=inline))

    def _said_by(self, data: bytes, kind: str, name: str | None, part: Part) -> str:
        """The words of a file that is a kind of text."""
        if kind in _RICH or data.startswith(b"{\\rtf"):
            rich = data[: self._budget.rich]
            self._budget.rich -= len(rich)
            text, is_html = _rtf.to_text(rich)
            return _html.to_text(text, self._budget).text if is_html else text.strip()
        if not kind.startswith("text/") or (name is not None and kind not in _ENRICHED) or len(data) > MAX_TEXT:
            return ""
        text = _charset.decode(data, _charset_of(part), self._hint)[0]
        return _plain.without_tags(text) if kind in _ENRICHED else text

    def _open(self, data: bytes) -> Nested | None:
        self._budget.nested -= len(data)
        if self._depth + 1 >= MAX_DEPTH or self._budget.nested < 0:
            self._notes.add("too many messages within each other, or too long ones; the inner ones were not opened")
            return None
        if not _headers.has_header(data):
            return None
        headers, body = _headers.read(data, 0, len(data), Notes(), top=True)
        nested = Nested(data, headers, body)
        self._nested.append(nested)
        return nested

    def _forwarded(self, nested: Nested) -> str:
        """The text of a message within the message, under the headers that say whose it is."""
        notes = Notes()
        root = _tree.read(nested.data, nested.body, len(nested.data), nested.headers, notes)
        hint = charset_hint(root)
        subject = _words.text(nested.headers.get("subject"), notes, hint)
        content = read(nested.data, root, subject, notes, self._budget, self._depth + 1)
        lines = ["---------- Forwarded message ----------"]
        sender = _address.read(nested.headers.get("from"), notes, hint)
        if sender:
            lines.append(f"From: {sender[0].name} <{sender[0].address}>" if sender[0].name else f"From: {sender[0].address}")
        if date := _words.text(nested.headers.get("date"), notes):
            lines.append(f"Date: {date[:100]}")
        if subject:
            lines.append(f"Subject: {subject}")
        for note in notes:
            self._notes.add(f"attached message: {note}")
        if content.files:
            self._notes.add(f"attached message: {len(content.files)} files are inside it")
        return "\n".join((*lines, "", content.text))

    def _winmail(self, data: bytes) -> bool:
        """Unpack Outlook's winmail.dat; False where it cannot be read and stays a file."""
        unpacked = _tnef.read(data, self._notes, self._budget)
        if unpacked is None:
            self._notes.add("winmail.dat cannot be read")
            return False
        for file in unpacked.files:
            self._files.append(_files.attachment(file.data, file.media_type, file.name, inline=file.inline))
        if unpacked.text.strip():
            self._instead.append(unpacked.text)
        self._notes.add(f"winmail.dat unpacked: {len(unpacked.files)} files")
        return True

    def _signed(self, data: bytes, part: Part) -> bool:
        """S/MIME (RFC 8551 §3.5): the content of an opaque signed message is read; True where it replaces the file."""
        inner = _smime.signed_content(data)
        if inner is None:
            if "enveloped" in part.content_type.get("smime-type") or _smime.is_enveloped(data):
                self._notes.add("encrypted with S/MIME; cannot be read here")
            return False
        self._budget.nested -= len(inner)
        if self._depth + 1 >= MAX_DEPTH or self._budget.nested < 0:
            return False
        headers, body = _headers.read(inner, 0, len(inner), self._notes)
        content = read(inner, _tree.read(inner, body, len(inner), headers, self._notes, 1), "", self._notes, self._budget, self._depth + 1)
        self._instead.append(content.text)
        self._files += content.files
        self._notes.add("signed with S/MIME; the signature was not checked")
        return False
