"""The HTML of a status as text: paragraphs, lines, lists and quotes stay, links say where they lead, mentions say whom they mean.

Servers send the few elements that Mastodon's sanitizer lets through (docs.joinmastodon.org/spec/activitypub/#sanitization): p, br, a, span,
del, pre, code, em, strong, b, i, u, ul, ol, li, blockquote. Whatever else comes is read for its text. One pass, whose time is linear in
the size; ``<`` that opens no tag is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from channels.social._addressed import unmarked
from channels.social._links import written_out

MAX_HTML = 200_000
"""Characters that are read: Mastodon itself allows 500 of text, other servers up to some 100,000."""

Mention = Callable[[str, str], str | None]
"""What stands for a mention, given the address and the words of a link; None where nobody is known at that address."""

_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>|<![^<>]*>|([^<]+)|<")
_ATTRIBUTE = re.compile(r"""(?<![a-zA-Z-])([a-zA-Z-]++)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BIG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}+;?")
_MAX_NESTING = 10
_BLOCKS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "pre", "ul", "ol", "blockquote"))


def to_text(html: str, mention: Mention) -> str:
    """The text of a status. Nothing is fetched, no markup is left."""
    writer = _Writer(mention)
    for token in _TOKEN.finditer(html[:MAX_HTML]):
        closes, name, attributes, words = token.groups()
        if name is None:
            if words is not None or token[0] == "<":
                writer.words(unmarked(unescape(_BIG_NUMBER.sub("\ufffd", words or "<"))))
        elif closes:
            writer.end(name.lower())
        else:
            writer.start(name.lower(), attributes)
    return writer.finish()


class _Writer:
    """Collects pieces of text; quotes have a list of pieces of their own until they end."""

    def __init__(self, mention: Mention) -> None:
        self._mention = mention
        self._pieces: list[str] = []
        self._outer: list[list[str]] = []
        self._lists: list[int] = []
        self._link: tuple[str, str, int] | None = None
        self._pre = 0
        self._unsaid = False

    def words(self, text: str) -> None:
        if self._unsaid:
            return
        if not self._pre:
            text = re.sub(r"\s+", " ", text)
            if not self._pieces or self._pieces[-1].endswith(("\n", " ")):
                text = text.removeprefix(" ")
        if text:
            self._pieces.append(text)

    def start(self, name: str, attributes: str) -> None:
        if self._unsaid and name != "p":
            return
        self._unsaid = False
        if name == "br":
            self._pieces.append("\n")
        elif name == "a":
            self._close_link()
            found = _attributes(attributes)
            self._link = (found.get("href", "").strip(), found.get("class", ""), len(self._pieces))
        elif name == "li":
            self._close_link()
            at_start = not self._pieces or self._pieces[-1].endswith("\n")
            self._pieces.append(("" if at_start else "\n") + self._bullet())
        elif name in _BLOCKS:
            self._open_block(name, attributes)

    def _open_block(self, name: str, attributes: str) -> None:
        self._close_link()
        self._pieces.append("\n" if self._lists and name in ("ul", "ol", "p") else "\n\n")
        if name == "p" and "quote-inline" in _attributes(attributes).get("class", ""):
            self._unsaid = True  # "RE: https://…" for readers that know no quotes; the quote is named in the status itself
        elif name == "pre":
            self._pre += 1
        elif name in ("ul", "ol") and len(self._lists) < _MAX_NESTING:
            self._lists.append(1 if name == "ol" else 0)
        elif name == "blockquote" and len(self._outer) < _MAX_NESTING:
            self._outer.append(self._pieces)
            self._pieces = []

    def _bullet(self) -> str:
        indent = "  " * max(len(self._lists) - 1, 0)
        if not self._lists or not self._lists[-1]:
            return f"{indent}- "
        self._lists[-1] += 1
        return f"{indent}{self._lists[-1] - 1}. "

    def end(self, name: str) -> None:
        if self._unsaid:
            self._unsaid = name != "p"
            return
        if name == "a":
            self._close_link()
        elif name in _BLOCKS:
            self._close_link()
            if name == "pre":
                self._pre = max(self._pre - 1, 0)
            elif name in ("ul", "ol") and self._lists:
                self._lists.pop()
            elif name == "blockquote" and self._outer:
                self._close_quote()
            self._pieces.append("\n" if self._lists else "\n\n")

    def _close_quote(self) -> None:
        said = _tidy("".join(self._pieces))
        self._pieces = self._outer.pop()
        self._pieces.append("\n".join(f"> {line}".rstrip() for line in said.split("\n")) if said else "")

    def _close_link(self) -> None:
        if self._link is None:
            return
        href, kind, since = self._link
        self._link = None
        said = "".join(self._pieces[since:])
        kinds = kind.split()
        if "hashtag" not in kinds:
            meant = self._mention(href, said)
            said = meant if meant is not None else said if "mention" in kinds else written_out(href, said)
        self._pieces[since:] = [said]

    def finish(self) -> str:
        self._close_link()
        while self._outer:
            self._close_quote()
        return _tidy("".join(self._pieces))


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): unescape(_BIG_NUMBER.sub("", double or single)) for name, double, single in _ATTRIBUTE.findall(text[:4_000])}


def _tidy(text: str) -> str:
    """Without spaces at the ends of lines, with at most one blank line in between."""
    lines = "\n".join(line.rstrip(" \t\xa0") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")
