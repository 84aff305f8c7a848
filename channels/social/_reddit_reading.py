"""From a comment, post or private message of Reddit to the canonical message.

A text is Markdown with HTML's entities: ``&#x200B;`` and ``&amp;`` are undone, marks before punctuation too, lines that begin with ``>``
are somebody else's words.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from channels.base import Unreadable
from channels.social import _addressed, _hosted, _shapes, _speaking
from channels.social._reddit_feeds import made_at, name_of
from normalizer.model import InboundMessage, Sender

HOSTS = ("i.redd.it", "preview.redd.it")
"""Where Reddit keeps pictures."""
GONE = frozenset({"[deleted]", "[removed]", "[unavailable]"})

_AUTHOR = re.compile(r"[A-Za-z0-9_-]{1,30}", re.ASCII)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|^/])")
_LINK = re.compile(r"\[([^\]\n]{0,300})\]\((https?://[^\s)]{1,2000})\)")


def is_gone(thing: dict[str, Any]) -> bool:
    """Whether nothing is left of a thing: its author or a moderator deleted it before we read it."""
    data = _shapes.table(thing.get("data"))
    words = _shapes.text(data.get("body")) or _shapes.text(data.get("selftext"))
    nobody = data.get("author") in (None, "[deleted]")
    return words.strip() in GONE or (nobody and not words.strip())


def fill(message: InboundMessage, document: dict[str, Any], username: str) -> None:
    """Read a stored thing into the message. Raises Unreadable."""
    kind, data = _shapes.text(document.get("kind")), _shapes.table(document.get("data"))
    name = name_of(document)
    if kind not in ("t1", "t3", "t4") or not name.startswith(f"{kind}_"):
        raise Unreadable("no comment, post or message")
    author = _shapes.text(data.get("author"))
    author = author if _AUTHOR.fullmatch(author) else ""
    message.sender = Sender(handle=f"u/{author}" if author else None)
    message.recipients = [f"u/{username}"]
    message.message_id = name
    if 0 < made_at(document) < 32_000_000_000:
        message.sent_datetime = datetime.fromtimestamp(made_at(document), UTC)
    hints = message.hints
    hints["person"] = author
    if data.get("edited") not in (False, None):
        message.notes.append("edited since it was written")
    if subreddit := _shapes.line(data.get("subreddit")):
        hints["subreddit"] = subreddit
    path = _shapes.text(data.get("permalink")) or _shapes.text(data.get("context"))
    if path.startswith("/r/") and path.isprintable() and " " not in path:
        message.permalink = f"https://www.reddit.com{path}"
    {"t1": _comment, "t3": _post, "t4": _private}[kind](message, data, _shapes.table(document.get("parent")), username)


def _comment(message: InboundMessage, data: dict[str, Any], parent: dict[str, Any], username: str) -> None:
    own, quoted = _said(data.get("body"), username)
    message.text = own
    above, root = _shapes.identifier(data.get("parent_id")), _shapes.identifier(data.get("link_id"))
    message.in_reply_to = above or None
    message.references = [name for name in dict.fromkeys((root, above)) if name]
    message.hints.update(surface="comment", conversation=f"reddit:{root or above or message.message_id}")
    if title := _shapes.line(data.get("link_title")):
        message.hints["thread_title"] = html.unescape(title)[:300]
    _pictures(message, data)
    _speaking.quote(message, [("", quoted), _of_parent(parent)])


def _of_parent(parent: dict[str, Any]) -> tuple[str, str]:
    """Who wrote what a comment answers, and what; the city's own words too."""
    data = _shapes.table(parent.get("data"))
    title = html.unescape(_shapes.line(data.get("title")))
    words = _plain(_shapes.text(data.get("body")) or _shapes.text(data.get("selftext")))
    author = _shapes.text(data.get("author"))
    if words in GONE:
        words = ""
    return (f"u/{author}" if _AUTHOR.fullmatch(author) else "", "\n\n".join(part for part in (title, words) if part))


def _post(message: InboundMessage, data: dict[str, Any], _parent: dict[str, Any], username: str) -> None:
    own, quoted = _said(data.get("selftext"), username)
    message.subject = html.unescape(_shapes.line(data.get("title"))) or None
    message.text = own
    message.text_quoted = quoted
    message.hints.update(surface="post", conversation=f"reddit:{message.message_id}")
    link = _shapes.web_address(data.get("url_overridden_by_dest"))
    _pictures(message, data, link)
    if link and not _hosted.on_hosts(link, (*HOSTS, "v.redd.it", "www.reddit.com")) and link not in message.text:
        message.text = f"{message.text}\n{link}".strip()
    if data.get("is_video"):
        message.notes.append("a video, which is not fetched")


def _private(message: InboundMessage, data: dict[str, Any], _parent: dict[str, Any], username: str) -> None:
    message.text, message.text_quoted = _said(data.get("body"), username)
    message.subject = html.unescape(_shapes.line(data.get("subject"))) or None
    message.in_reply_to = _shapes.identifier(data.get("parent_id")) or None
    first = _shapes.identifier(data.get("first_message_name")) or message.message_id
    message.permalink = None
    message.hints.update(private=True, surface="message", conversation=f"reddit:{first}")


def _said(value: Any, username: str) -> tuple[str, str]:
    """The writer's own words without the city's name at their ends, and those that were quoted."""
    own: list[str] = []
    quoted: list[str] = []
    for line in _shapes.text(value).splitlines():
        bare = html.unescape(line).lstrip()
        (quoted if bare.startswith(">") and not bare.startswith(">!") else own).append(line)
    name = re.compile(rf"(?<![\w/])/?u/{re.escape(username)}(?![\w-])", re.IGNORECASE)
    text = name.sub(_addressed.MARK, _addressed.unmarked(_plain("\n".join(own))))
    return _addressed.without(text, f"u/{username}").strip(), _plain("\n".join(html.unescape(line).lstrip()[1:].strip() for line in quoted))


def _plain(markdown: str) -> str:
    text = html.unescape(markdown).replace("\u200b", "").replace("\xa0", " ").replace("\0", "")
    text = _LINK.sub(lambda found: found[2] if found[1] in ("", found[2]) else f"{found[1]} {found[2]}", text)
    return _ESCAPED.sub(r"\1", text).strip()


def _pictures(message: InboundMessage, data: dict[str, Any], link: str | None = None) -> None:
    urls: list[tuple[str, str]] = []
    if link and _hosted.on_hosts(link, HOSTS):
        urls.append((link, urlsplit(link).path.rpartition("/")[2]))
    gallery = _shapes.table(data.get("media_metadata"))
    order = [_shapes.text(item.get("media_id")) for item in _shapes.tables(_shapes.table(data.get("gallery_data")).get("items"))]
    for name in order or gallery:
        item = _shapes.table(gallery.get(name))
        source = _shapes.text(_shapes.table(item.get("s")).get("u"))
        if item.get("e") == "Image" and _hosted.on_hosts(html.unescape(source), HOSTS):
            urls.append((html.unescape(source), name))
    if urls:
        message.hints["media"] = [{"url": url, "id": name} for url, name in dict(urls).items()]
