"""Address headers: From, To, Cc, Reply-To and their kind (RFC 5322 §3.4 and §4.4, RFC 6854 groups).

One pass over the tokens; encoded words are atoms, because senders put commas and quotes into them. Never fails: what is no address
becomes a name without one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from channels.email import _words
from channels.email._bounds import Notes

_WORD: Final = '[^\\s\x00-\x1f\x7f-\x9f\ud800-\udfff<>@",;:()\\\\]++'
_ONE: Final = re.compile(rf'(?:"([^"\\]*+)"|([^"<>@,;:()\\=]*+))\s*<({_WORD}@{_WORD})>\Z')
_BARE: Final = re.compile(rf"<?({_WORD}@{_WORD})>?\Z")
_LEXEME: Final = re.compile(
    r'=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,4000}\?=|"(?:[^"\\]++|\\.)*+"@[^\s<>",;]++|"(?:[^"\\]++|\\.)*+"?|<[^<>]*+>?'
    r'|\((?:[^()\\]++|\\.|\([^()]*+\))*+\)?|[^\s",;:<(=@]++@\[[^\]\s]*+\]|[,;:]|\s+|[^\s",;:<(=]++|.',
    re.DOTALL,
)
_LOOKS: Final = re.compile(r'[^<>\s@",;:()\[\]\']+@[^<>\s@",;:()\[\]\']+')
_MAX_LEXEMES: Final = 4_000


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address with the name before it; ``address`` is ``""`` where there was only a name."""

    name: str
    address: str


def read(value: str, notes: Notes, hint: str | None = None) -> list[Mailbox]:
    """The mailboxes of a raw header value, in order."""
    if not value:
        return []
    if one := _ONE.match(value):
        name = one[1] if one[1] is not None else one[2]
        return [Mailbox(_name(name, notes, hint), canonical(one[3]))]
    if bare := _BARE.match(value):
        return [Mailbox("", canonical(bare[1]))]
    boxes = _scan(value, notes, hint)
    if "=?" in value and not any(box.address for box in boxes):  # the whole header, brackets included, as encoded words
        decoded = _words.text(value, notes, hint)
        if "=?" not in decoded and "@" in decoded:
            return _scan(decoded, notes, hint)
    return boxes


def canonical(address: str) -> str:
    """``address`` with its domain in lower case; the local part is the recipient's business (RFC 5321 §2.4)."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}" if at else domain


def _name(raw: str, notes: Notes, hint: str | None) -> str:
    name = _words.text(raw, notes, hint).strip("<> ")
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1]
    return " ".join(name.split())


def _scan(value: str, notes: Notes, hint: str | None) -> list[Mailbox]:
    boxes: list[Mailbox] = []
    box = _Box()
    for count, found in enumerate(_LEXEME.finditer(value)):
        if count == _MAX_LEXEMES:
            notes.add("an address header is too long, cut")
            break
        lexeme = found[0]
        if lexeme in ",;":
            _close(box, boxes, notes, hint)
            box = _Box()
        elif lexeme == ":":
            # RFC 6854: what stands before is a group's name. A colon inside an address (IPv6, mailto:) is part of the word.
            if box.words and not box.angle and "@" not in box.words and not box.words.lower().endswith("mailto"):
                box = _Box()
            else:
                box.words += lexeme
        elif lexeme[0] == "<":
            box.take_angle(lexeme.strip("<> \t"))
        elif lexeme[0] == "(":
            box.comments.append(lexeme[1:].removesuffix(")"))
        elif lexeme[0] == '"' and '"@' not in lexeme:
            box.words += re.sub(r"\\(.)", r"\1", lexeme[1:].removesuffix('"'))
        else:
            box.words += lexeme
    _close(box, boxes, notes, hint)
    return boxes


class _Box:
    """What was read of one mailbox."""

    __slots__ = ("angle", "comments", "words")

    def __init__(self) -> None:
        self.words = ""
        self.angle: str | None = None
        self.comments: list[str] = []

    def take_angle(self, inside: str) -> None:
        """RFC 5322 §4.4: a source route before the address is dropped; the last pair of brackets with an address counts."""
        inside = inside.rpartition(":")[2] if inside.startswith("@") or inside.lower().startswith("mailto:") else inside
        if self.angle is None or "@" not in self.angle or "@" in inside:
            self.angle = inside


def _close(box: _Box, boxes: list[Mailbox], notes: Notes, hint: str | None) -> None:
    words = box.words.strip()
    comment = " ".join(box.comments)
    if box.angle is not None:
        address = _words.text(box.angle, notes, hint) if "=?" in box.angle else box.angle
        if not address and (found := _LOOKS.search(words)):  # "someone@example.net" <>
            address = found[0]
        boxes.append(Mailbox(_name(words or comment, notes, hint), canonical(_plain(address, notes, hint))))
        return
    if "@" not in words and (found := _LOOKS.fullmatch(comment)):  # Name (someone@example.net)
        words, comment = comment, words
    if words.startswith('"') and '"@' in words:  # RFC 5322 §3.4.1: a quoted local part
        boxes.append(Mailbox(_name(comment, notes, hint), canonical(_plain(words, notes, hint))))
    elif "@" in words:
        found = _LOOKS.search(words)
        address = found[0].removeprefix("mailto:") if found and "@[" not in words else words
        rest = words.replace(address, "", 1) if address != words else ""
        name = rest.replace("mailto:", "").strip("<>[]' ") or comment
        boxes.append(Mailbox(_name(name, notes, hint), canonical(_plain(address, notes, hint))))
    elif comment and words and " " not in words:  # RFC 822: local-part (name)
        boxes.append(Mailbox(_name(comment, notes, hint), _plain(words, notes, hint)))
    elif words or comment:
        boxes.append(Mailbox(_name(words or comment, notes, hint), ""))


def _plain(address: str, notes: Notes, hint: str | None) -> str:
    return address if address.isascii() and address.isprintable() else _words.text(address, notes, hint)
