"""Reads the paths and parameters of MAIL and RCPT, and knows whose mail we take.

Follows RFC 5321 §4.1.2 (paths, quoted local parts, source routes, address literals) and RFC 6531 (addresses in UTF-8). Seen in
practice and accepted: a space after the colon, an address without angle brackets, dots at odd places of the local part, a sender
without a domain. Does not look anything up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"
_DOMAIN = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
_SIMPLE = re.compile(rf" ?<({_ATOM})@({_DOMAIN})>(?: (.*))?")
"""What nearly all senders write; everything else takes the careful way."""
_NEEDS_QUOTES = re.compile(r'[\s"(),:;<>@\[\\\]]')
_KEYWORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


class PathError(ValueError):
    """The text is not a path of RFC 5321."""


@dataclass(frozen=True, slots=True)
class Path:
    """An address of the envelope. ``local`` is without quotes; both are empty for the null sender ``<>``."""

    local: str
    domain: str

    @property
    def address(self) -> str:
        """The address as one word (quoted again where the local part needs it); the empty string for the null sender."""
        local = self.local
        if _NEEDS_QUOTES.search(local):
            local = '"' + local.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{local}@{self.domain}" if self.domain else local


def parse_path(text: str) -> tuple[Path, list[str]]:
    """Read ``<path> parameters`` as it follows ``FROM:`` or ``TO:``; raise :class:`PathError` where it is none."""
    simple = _SIMPLE.fullmatch(text)
    if simple is not None:
        local, domain, rest = simple.groups()
        return Path(local, domain), rest.split() if rest else []
    text = text.strip(" ")
    if not text.startswith("<"):
        word, _, rest = text.partition(" ")
        if not word or "<" in word or ">" in word:
            raise PathError
        text = f"<{word}> {rest}"
    path, end = _bracketed(text)
    if text[end : end + 1] not in {"", " "}:
        raise PathError
    return path, text[end:].split()


def _bracketed(text: str) -> tuple[Path, int]:
    """Read ``<…>`` at the start of ``text``; also return the offset after it."""
    at = 1
    if text[at : at + 1] == ">":
        return Path("", ""), at + 1
    if text[at : at + 1] == "@":  # RFC 5321 §4.1.2, A-d-l: a source route MUST BE accepted, SHOULD NOT be used
        at = text.find(":", at) + 1
        if at == 0:
            raise PathError
    local, at = _quoted(text, at) if text[at : at + 1] == '"' else _until(text, at, "@>")
    domain = ""
    if text[at : at + 1] == "@":
        domain, at = _until(text, at + 1, ">")
        if not _domain_ok(domain):
            raise PathError
    if text[at : at + 1] != ">" or not local:
        raise PathError
    return Path(local, domain), at + 1


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Read a quoted string that begins at ``at``: its meaning, and the offset after it."""
    chars: list[str] = []
    at += 1
    while at < len(text):
        char = text[at]
        if char == '"':
            following = text[at + 1 : at + 2]
            if following not in {"@", ">"}:
                raise PathError
            return "".join(chars), at + 1
        if char == "\\":
            at += 1
            char = text[at : at + 1]
        if not char or char < " " or char == "\x7f":
            raise PathError
        chars.append(char)
        at += 1
    raise PathError


def _until(text: str, at: int, stops: str) -> tuple[str, int]:
    """Read an unquoted word up to one of ``stops``: the word, and the offset of the stop (or the end)."""
    begin = at
    while at < len(text) and text[at] not in stops:
        char = text[at]
        if char <= " " or char in '\x7f<>",;\\()':
            raise PathError
        at += 1
    return text[begin:at], at


def _domain_ok(domain: str) -> bool:
    if domain.startswith("["):  # RFC 5321 §4.1.3: [192.0.2.1], [IPv6:2001:db8::1]
        return domain.endswith("]") and all(char.isalnum() or char in ".:-" for char in domain[1:-1])
    return bool(domain) and ".." not in domain and domain[0] != "." and not any(char in domain for char in "@[]:")


def parse_parameters(words: Iterable[str]) -> dict[str, str | None]:
    """``SIZE=1000 SMTPUTF8`` as a mapping with upper-case names; raise :class:`PathError` where one is malformed or comes twice."""
    found: dict[str, str | None] = {}
    for word in words:
        name, equals, value = word.partition("=")
        name = name.upper()
        if not _KEYWORD.fullmatch(name) or (equals and not value) or name in found:
            raise PathError
        found[name] = value if equals else None
    return found


def comparable_domain(domain: str) -> str:
    """A domain as it is compared: lower case, without a final dot, in its ASCII form (RFC 5890) where there is one."""
    domain = domain.rstrip(".").lower()
    if not domain.isascii():
        try:
            return domain.encode("idna").decode("ascii")
        except UnicodeError:  # no domain name at all: it will equal none of ours
            return domain
    return domain


class Recipients:
    """The addresses whose mail we take: ``local@domain``, and every address of a domain written as ``@domain``."""

    def __init__(self, entries: Iterable[str], *, hostname: str = "") -> None:
        self._addresses: set[tuple[str, str]] = set()
        self._domains: set[str] = set()
        for entry in entries:
            local, _, domain = entry.rpartition("@")
            if local:
                self._addresses.add((local.casefold(), comparable_domain(domain)))
            else:
                self._domains.add(comparable_domain(domain))
        self._served = self._domains | {domain for _, domain in self._addresses} | {comparable_domain(hostname)}

    def __contains__(self, path: Path) -> bool:
        """Whether mail to ``path`` is ours. Case does not matter, and ``311+anything`` belongs to ``311`` (RFC 5233)."""
        local, domain = path.local.casefold(), comparable_domain(path.domain)
        if not domain:
            return local == "postmaster"  # RFC 5321 §4.5.1: <postmaster> without a domain must be accepted
        if domain in self._domains or (local, domain) in self._addresses:
            return True
        base, plus, _ = local.rpartition("+")
        while plus and base:  # an address of ours may have a plus itself: 311+parks+anything
            if (base, domain) in self._addresses:
                return True
            base, plus, _ = base.rpartition("+")
        return local == "postmaster" and domain in self._served  # RFC 5321 §4.5.1
