"""From a notification of Mastodon's to the canonical message.

Sources: docs.joinmastodon.org/entities/Notification, …/Status, …/MediaAttachment, …/Account. Of the author only the name and the account
are taken: where somebody says to live is not where the problem is.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from channels.base import Unreadable
from channels.social import _addressed
from channels.social._mastodon_html import to_text
from channels.social._shapes import identifier, line, moment, table, tables, text, web_address
from normalizer.model import InboundMessage, Sender

PUBLIC = frozenset({"public", "unlisted"})
"""Visibilities of what everybody may read; all others, also ones that we do not know, are private."""

_MEDIA_TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "heic": "image/heic",
    "heif": "image/heif", "avif": "image/avif", "mp4": "video/mp4", "webm": "video/webm", "mov": "video/quicktime", "mp3": "audio/mpeg",
    "ogg": "audio/ogg", "m4a": "audio/mp4", "wav": "audio/wav",
}  # fmt: skip


def version(notification: dict[str, Any]) -> str:
    """The key of the idempotent receiver: the status's id, and the time of its last edit where it was edited; empty without a status.

    The same status may come in several notifications (a mention that is a quote as well), and is then one message.
    """
    status = table(notification.get("status"))
    found, edited = identifier(status.get("id")), line(status.get("edited_at"))
    return f"{found}/{edited[:40]}" if found and edited else found


def message_id(domain: str, status_id: str) -> str:
    """A status's id with the server that gave it: ids are per server."""
    return f"mastodon:{domain}:{status_id}"


def absolute(account: str, domain: str) -> str:
    """``@user@domain`` for what the server calls ``user`` (one of its own) or ``user@domain``."""
    return f"@{account}" if "@" in account else f"@{account}@{domain}"


def fill(message: InboundMessage, notification: dict[str, Any], *, domain: str, own_id: str, own_account: str) -> None:
    """Raises Unreadable where there is no status in it. ``own_id`` and ``own_account`` are the city's, where they are known."""
    status = table(notification.get("status"))
    status_id = identifier(status.get("id"))
    if not status_id:
        raise Unreadable("a notification without a status")
    author = table(status.get("account")) or table(notification.get("account"))
    _author(message, author, domain)
    message.recipients = [own_account] if own_account else []
    message.sent_datetime = moment(status.get("created_at"))
    message.permalink = web_address(status.get("url")) or web_address(status.get("uri"))
    message.subject = line(status.get("spoiler_text")) or None
    message.text = _text(status, domain=domain, own_id=own_id, own_account=own_account)
    _place_in_thread(message, status, status_id, author, domain)
    hints = message.hints
    hints["status_id"] = status_id
    hints["visibility"] = visibility = text(status.get("visibility")) or "unknown"
    if visibility not in PUBLIC:
        hints["private"] = True
    if language := text(status.get("language")):
        hints["language"] = language
    if status.get("sensitive") is True:
        hints["sensitive"] = True
    if author.get("bot") is True:
        hints["bot"] = True
    if quoted := _quoted(status):
        hints["quoted"] = quoted
    _media(message, status)
    if status.get("poll"):
        message.notes.append("a poll is attached to the post")


def _author(message: InboundMessage, author: dict[str, Any], domain: str) -> None:
    account = line(author.get("acct")) or line(author.get("username"))
    message.sender = Sender(handle=absolute(account, domain) if account else None, name=line(author.get("display_name")) or None)


def _text(status: dict[str, Any], *, domain: str, own_id: str, own_account: str) -> str:
    accounts = {text(one.get("url")): line(one.get("acct")) for one in tables(status.get("mentions"))}
    own = {text(one.get("url")) for one in tables(status.get("mentions")) if own_id and identifier(one.get("id")) == own_id}

    def mention(href: str, _said: str) -> str | None:
        if href in own:
            return _addressed.MARK
        return absolute(accounts[href], domain) if accounts.get(href) else None

    written = to_text(text(status.get("content")), mention)
    if own and own_account and _addressed.MARK not in written:  # a server that sends plain words
        user, host = own_account[1:].partition("@")[::2]
        written = re.sub(rf"(?<![\w@/.])@{re.escape(user)}(?:@{re.escape(host)})?(?![\w@])", _addressed.MARK, written)
    said = _addressed.without(written, own_account)
    described = [f"[image: {words}]" for one in tables(status.get("media_attachments")) if (words := line(one.get("description"))[:1_500])]
    return "\n\n".join(part for part in (said, "\n".join(described)) if part)


def _place_in_thread(message: InboundMessage, status: dict[str, Any], status_id: str, author: dict[str, Any], domain: str) -> None:
    """An edited status is a message of its own that follows the first one, so that what was added is read and nothing is overwritten."""
    first = message_id(domain, status_id)
    parent = identifier(status.get("in_reply_to_id"))
    edited = line(status.get("edited_at"))[:40]
    message.message_id = f"{first}/{edited}" if edited else first
    message.in_reply_to = first if edited else message_id(domain, parent) if parent else None
    thread = [message_id(domain, parent) if parent else None, first if edited else None, message.permalink]
    message.references = [reference for reference in thread if reference]
    if edited:
        message.hints["edited"] = edited
        message.notes.append("the post was edited after it was first published")
    own_thread = parent and identifier(status.get("in_reply_to_account_id")) == identifier(author.get("id"))
    message.hints["conversation"] = message_id(domain, parent) if own_thread else first


def _quoted(status: dict[str, Any]) -> str | None:
    quoted = table(table(status.get("quote")).get("quoted_status"))
    return web_address(quoted.get("url"))


def _media(message: InboundMessage, status: dict[str, Any]) -> None:
    """List what is attached; where the server has no copy of its own, it is noted and not fetched from elsewhere."""
    media = []
    absent = 0
    for one in tables(status.get("media_attachments")):
        url = web_address(one.get("url"))
        if url is None:
            absent += 1
            continue
        filename = urlsplit(url).path.rpartition("/")[2][:200]
        item = {"url": url, "id": identifier(one.get("id")), "filename": filename}
        item["media_type"] = _MEDIA_TYPES.get(filename.rpartition(".")[2].lower(), "")
        item["description"] = line(one.get("description"))[:1_500]
        media.append({name: value for name, value in item.items() if value})
    if media:
        message.hints["media"] = media
    if absent:
        message.notes.append(f"{absent} attachments that the server has no copy of")
