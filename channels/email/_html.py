"""HTML mail as text that keeps what the writer meant: paragraphs, lists, tables, quotes and where links lead.

One pass over the tags, without a tree: the time is linear in the size whatever the nesting, which no tree builder promises
(docs/decisions/0004). Nothing is fetched, nothing of the markup survives.

Tags are read as HTML's tokenizer reads them (WHATWG HTML §13.2.5): a quote opens only after ``=``, a comment ends with ``-->``, script
and style end with their own end tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Final
from urllib.parse import parse_qs, urlsplit

from channels.email._bounds import Budget

_TAG: Final = re.compile(r"""<(/?)([a-zA-Z][^\s/<>]*+)((?:[^<>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|(?!["'])))*+)>""")
_LOOSE: Final = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*+)([^<>]*+)>?")
_ATTRIBUTE: Final = re.compile(r"""([a-zA-Z-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++))""")
_HIDDEN: Final = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_DATA_IMAGE: Final = re.compile(r"data:image/[a-z0-9.+-]{1,20};base64,([A-Za-z0-9+/=\s]{200,}+)", re.IGNORECASE)
_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_BIG_NUMBER: Final = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}+;?")
_MANY_BLANKS: Final = re.compile(r"\n{3,}")
_END_OF: Final = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "title", "noframes", "iframe", "xmp")}
_SKIPPED: Final = frozenset(("object", "svg", "math", "template", "select", "audio", "video", "canvas", "map"))
_VOID: Final = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
_PARAGRAPH: Final = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "menu", "dir", "table", "pre", "blockquote", "hr", "fieldset", "address")
)
_LINE: Final = frozenset(
    (
        *("div", "center", "section", "article", "header", "footer", "main", "nav", "aside", "figure", "figcaption", "form", "tr"),
        *("caption", "thead", "tbody", "tfoot", "dt", "dd", "li", "option", "legend", "details", "summary", "body", "html", "title"),
    )
)
_MAX_QUOTE: Final = 10
_MAX_LIST: Final = 8
_TELLING: Final = re.compile(
    r"https?://(?:[\w-]+\.)*(?:google\.[a-z.]{2,6}/maps|maps\.google|maps\.app\.goo\.gl|goo\.gl/maps|maps\.apple\.|openstreetmap\.|osm\.org|waze\.com"
    r"|bing\.com/maps|what3words\.com|w3w\.co|photos\.app\.goo\.gl|photos\.google|drive\.google|dropbox\.com|icloud\.com|1drv\.ms|onedrive\."
    r"|imgur\.com|wetransfer\.com|we\.tl|flickr\.com|youtu\.be|youtube\.com/watch)"
    r"|https?://[^?#]*\.(?:jpe?g|png|heic|webp|mp4|mov|pdf)(?:[?#]|\Z)|[?&/@=]-?\d{1,2}\.\d{3,},\s*-?\d{1,3}\.\d{3,}",
    re.IGNORECASE,
)
"""Targets that are part of what a resident says: a place on a map, a picture, a file. They are written out in the text."""
_MAX_LINKS: Final = 20
_MAX_URL: Final = 300
_MAX_IMAGES: Final = 50


@dataclass(slots=True)
class Page:
    """The text of an HTML body. ``links`` are the targets that it does not say, at most 20; ``images`` the base64 texts of pictures
    pasted as ``data:`` URIs.
    """

    text: str = ""
    links: list[str] = field(default_factory=list)
    cut: bool = False
    images: list[str] = field(default_factory=list)


def declared_charset(data: bytes) -> str | None:
    """The charset that the HTML itself names, where the header names none."""
    found = _META_CHARSET.search(data[:2_048])
    return found[1].decode("ascii", "ignore") if found else None


def to_text(html: str, budget: Budget | None = None) -> Page:
    """``html`` as text; at most ``budget.html`` characters are read, and that is lowered, and ``budget.text`` written."""
    budget = budget or Budget()
    page = Page()
    if "base64," in html:
        html = _DATA_IMAGE.sub(lambda found: _keep_image(page, found[1]), html)
    if len(html) > budget.html:
        html, page.cut = html[: budget.html], True
    budget.html -= len(html)
    writer = _Writer(budget.text)
    _tokens(html, writer)
    text = _MANY_BLANKS.sub("\n\n", writer.finish())
    if writer.full or len(text) > budget.text:
        text, page.cut = text[: budget.text], True
    page.text = text
    page.links = list(dict.fromkeys(writer.links))[:_MAX_LINKS]
    return page


def _keep_image(page: Page, encoded: str) -> str:
    if len(page.images) < _MAX_IMAGES:
        page.images.append(encoded)
    return ""


def _tokens(html: str, writer: _Writer) -> None:
    """Hand text and tags to ``writer`` in order."""
    pos, comment_ends, ends = 0, True, True
    while not writer.full:
        lt = html.find("<", pos)
        if lt < 0:
            writer.text(html[pos:])
            return
        if lt > pos:
            writer.text(html[pos:lt])
        tag = _TAG.match(html, lt) or _LOOSE.match(html, lt)
        if tag:
            pos = tag.end()
            name = tag[2].lower()
            if tag[1]:
                writer.end(name)
            elif name in _END_OF:
                closing = _END_OF[name].search(html, pos)
                if closing is None:
                    return
                pos = closing.start()
            else:
                writer.start(name, tag[3])
            continue
        if html.startswith("<!--", lt) and comment_ends:
            end = html.find("-->", lt + 2)
            comment_ends = end >= 0
            pos = end + 3 if comment_ends else lt + 4
        elif html.startswith(("<!", "<?", "</"), lt) and ends:
            end = html.find(">", lt)
            ends = end >= 0
            pos = end + 1 if ends else lt + 2
        else:
            writer.text("<")
            pos = lt + 1


class _Writer:
    """Collects lines; blocks begin new ones, inline text goes on the current one."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lines: list[str] = []
        self._line: list[str] = []
        self._gap = 0
        self._space = self._cell = False
        self._bullet = ""
        self._quote = self._last_quote = self._pre = self._size = 0
        self._lists: list[int] = []
        self._link: tuple[str, list[str]] | None = None
        self._skip: tuple[str, int] | None = None
        self.links: list[str] = []
        self.full = False

    def text(self, raw: str) -> None:
        """Inline text, white space collapsed unless in ``pre``."""
        if self._skip is not None:
            return
        if "&" in raw:
            raw = unescape(_BIG_NUMBER.sub("\ufffd", raw))
        if self._pre:
            self._preformatted(raw)
            return
        words = raw.split()
        if not words:
            self._space = self._space or bool(raw)
            return
        self._inline(" ".join(words), spaced=raw[0].isspace())
        self._space = raw[-1].isspace()

    def _inline(self, text: str, *, spaced: bool) -> None:
        if not self._line:
            if self._gap > 1 and self._lines:
                self._lines.append("> " * min(self._quote, self._last_quote))
            self._gap = 0
            prefix = "> " * self._quote + "  " * max(len(self._lists) - 1, 0) + self._bullet
            self._line.append(prefix)
            self._size += len(prefix)
            self._bullet = ""
            self._last_quote = self._quote
        elif self._cell:
            self._line.append(" | ")
        elif self._space or spaced:
            self._line.append(" ")
        self._cell = self._space = False
        self._line.append(text)
        self._size += len(text)
        if self._size > self._limit:
            self.full = True
        if self._link is not None:
            self._link[1].append(text)

    def _preformatted(self, raw: str) -> None:
        for number, line in enumerate(raw.split("\n")):
            if number:
                self._break()
            if line.strip():
                self._inline(line.rstrip().replace("\xa0", " "), spaced=False)

    def _break(self) -> None:
        """End the line; an empty one leaves a blank line."""
        if self._line:
            self._flush()
            self._gap = max(self._gap, 1)
        else:
            self._gap = 2

    def _flush(self) -> None:
        if self._line:
            self._lines.append("".join(self._line))
            self._line = []
        self._space = self._cell = False

    def _block(self, gap: int) -> None:
        self._flush()
        self._gap = max(self._gap, gap)

    def start(self, name: str, attributes: str) -> None:
        """A start tag."""
        if self._skip is not None:
            if name == self._skip[0]:
                self._skip = (name, self._skip[1] + 1)
            return
        if name in _SKIPPED or (attributes and name not in _VOID and _hidden(attributes)):
            if not attributes.endswith("/"):
                self._skip = (name, 1)
        elif name == "br":
            self._break()
        elif name == "a":
            self._open_link(attributes)
        elif name in ("td", "th"):
            self._cell = bool(self._line)
        elif name in _PARAGRAPH:
            self._block(2)
            self._nest(name, attributes)
        elif name in _LINE:
            self._block(1)
            if name == "li":
                self._item()
        elif name == "img" and attributes:
            self._emoji(attributes)

    def _nest(self, name: str, attributes: str) -> None:
        if name == "blockquote":
            self._quote = min(self._quote + 1, _MAX_QUOTE)
        elif name == "pre":
            self._pre += 1
        elif name in ("ul", "ol", "menu", "dir"):
            if self._lists:
                self._gap = 1 if self._gap < 2 or self._lines else self._gap
            if len(self._lists) < _MAX_LIST:
                first = _attributes(attributes).get("start", "1") if name == "ol" and attributes else "1"
                self._lists.append((int(first) if first.isdecimal() and len(first) < 7 else 1) if name == "ol" else 0)

    def _item(self) -> None:
        if not self._lists or not self._lists[-1]:
            self._bullet = "- "
        else:
            self._bullet = f"{self._lists[-1]}. "
            self._lists[-1] += 1

    def _emoji(self, attributes: str) -> None:
        alt = unescape(_attributes(attributes).get("alt", "")[:20])
        if 0 < len(alt) <= 4 and not alt.isascii():
            self._inline(alt, spaced=False)

    def end(self, name: str) -> None:
        """An end tag."""
        if self._skip is not None:
            if name == self._skip[0]:
                self._skip = (name, self._skip[1] - 1) if self._skip[1] > 1 else None
            return
        if name == "a":
            self._close_link()
        elif name in _PARAGRAPH:
            self._block(2)
            if name == "blockquote":
                self._quote = max(self._quote - 1, 0)
            elif name == "pre":
                self._pre = max(self._pre - 1, 0)
            elif name in ("ul", "ol", "menu", "dir") and self._lists:
                self._lists.pop()
                if self._lists:
                    self._gap = 1
        elif name in _LINE:
            self._block(1)

    def _open_link(self, attributes: str) -> None:
        self._close_link()
        target = _attributes(attributes).get("href", "")
        self._link = (unescape(target[:2_000]).strip(), []) if target else None

    def _close_link(self) -> None:
        if self._link is None:
            return
        target, said = self._link
        self._link = None
        target = _worth_saying(target, " ".join(said))
        if target and self._line:
            self.links.append(target)
            if _TELLING.match(target) or _TELLING.search(target, 8):
                self._line.append(f" <{target}>")

    def finish(self) -> str:
        """All lines."""
        self._close_link()
        self._flush()
        return "\n".join(line.rstrip() for line in self._lines)


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(text):
        found.setdefault(one[1].lower(), one[2] or one[3] or one[4] or "")
        if len(found) == 30:
            break
    return found


def _hidden(attributes: str) -> bool:
    if "none" not in attributes and "mso-hide" not in attributes:
        return False
    return _HIDDEN.search(attributes) is not None and _HIDDEN.search(_attributes(attributes).get("style", "")) is not None


def _worth_saying(target: str, said: str) -> str:
    """Where a link leads, or ``""`` when its text says so already or it leads nowhere useful."""
    lowered = target.lower()
    if lowered.startswith(("mailto:", "tel:")):
        address = target.partition(":")[2].partition("?")[0]
        useful = 0 < len(address) <= 100 and address.isprintable() and address.lower() not in said.lower()
        return target[:150] if useful else ""
    if not lowered.startswith(("http://", "https://")):
        return ""
    target = _unwrapped(target)
    bare = re.sub(r"\Ahttps?://(?:www\.)?", "", target.lower()).rstrip("/")
    if bare in said.lower() or len(target) > _MAX_URL or not said or not target.isprintable():
        return ""
    return target.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")


def _unwrapped(target: str) -> str:
    """The address inside a mail filter's link (Microsoft Safe Links)."""
    if "safelinks.protection.outlook.com" not in target:
        return target
    try:
        inner = parse_qs(urlsplit(target).query, max_num_fields=20).get("url", [target])[0]
    except ValueError:
        return target
    return inner if inner.startswith(("http://", "https://")) else target
