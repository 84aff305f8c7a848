"""From an update of a Page, of Messenger or of Instagram to the canonical message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from channels.base import Unreadable
from channels.social import _hosted, _meta_whatsapp, _shapes, _speaking
from channels.social._meta_updates import Update, split
from normalizer.model import InboundMessage, Sender

HOSTS = (".fbcdn.net", ".fbsbx.com", ".cdninstagram.com")
"""Where Meta keeps what people posted."""
LATEST = 32_000_000_000
"""Unix seconds of a day in the year 2984: a time that is not between this and 1970 is none."""


def fill(message: InboundMessage, document: dict[str, Any]) -> None:
    """Read the one update of a stored document. Raises Unreadable."""
    update = next((update for update in split(document) if not update.ignored), None)
    if update is None or update.kind == "unknown":
        raise Unreadable("no update that is a message")
    hints = message.hints
    hints["account"] = update.account
    if 0 < update.time < LATEST:
        message.sent_datetime = datetime.fromtimestamp(update.time, UTC)
    kind = update.kind.removesuffix("_deleted")
    if kind.startswith("whatsapp"):
        _meta_whatsapp.fill(message, update)
    elif kind in ("page_comment", "page_post"):
        _page(message, update, kind)
    elif kind == "instagram_comment":
        _instagram_comment(message, update)
    elif kind == "instagram_mention":
        _instagram_mention(message, update, _shapes.table(document.get("graph")))
    else:
        _conversation(message, update, kind)
    if kind != update.kind:
        hints["command"] = "withdrawn"
        message.text = ""
        message.references = [message.message_id] if message.message_id else []
        message.message_id = update.source_id
        message.notes.append("its writer deleted the message")


def _page(message: InboundMessage, update: Update, kind: str) -> None:
    """A comment on one of the Page's posts, a post on its wall, or one that mentions the Page."""
    value = update.value
    writer = _shapes.table(value.get("from"))
    person = _shapes.identifier(writer.get("id")) or _shapes.identifier(value.get("sender_id"))
    message.sender = Sender(
        name=_shapes.line(writer.get("name")) or _shapes.line(value.get("sender_name")) or None,
        handle=f"facebook:{person}" if person else None,
    )
    post_id, comment_id = _shapes.identifier(value.get("post_id")), _shapes.identifier(value.get("comment_id"))
    own_id = comment_id if kind == "page_comment" else post_id
    message.message_id = own_id
    message.permalink = f"https://www.facebook.com/{own_id}"
    message.text = _shapes.text(value.get("message")).strip()
    if isinstance(value.get("created_time"), int) and 0 < value["created_time"] < LATEST:
        message.sent_datetime = datetime.fromtimestamp(value["created_time"], UTC)
    parent = _shapes.identifier(value.get("parent_id"))
    if kind == "page_comment":
        message.in_reply_to = parent or post_id or None
        message.references = [item for item in dict.fromkeys((post_id, parent)) if item]
    message.hints.update(surface=kind, person=person, conversation=f"facebook:{post_id or own_id}")
    if "/edited/" in update.source_id:
        message.notes.append("an edited version of an earlier message")
        message.hints["edit_of"] = message.in_reply_to = own_id
        message.message_id = update.source_id
    photos = value.get("photos")
    _media(message, [value.get("photo"), *(photos if isinstance(photos, list) else []), value.get("video")])
    link = _shapes.web_address(value.get("link"))
    if link and not any(item["url"] == link for item in message.hints.get("media", [])) and not _on_meta(link) and link not in message.text:
        message.text = f"{message.text}\n{link}".strip()


def _instagram_comment(message: InboundMessage, update: Update) -> None:
    value = update.value
    writer = _shapes.table(value.get("from"))
    _instagrammer(message, writer)
    media_id = _shapes.identifier(_shapes.table(value.get("media")).get("id"))
    message.message_id = update.source_id
    message.text = _shapes.text(value.get("text")).strip()
    message.in_reply_to = _shapes.identifier(value.get("parent_id")) or media_id or None
    message.references = [media_id] if media_id else []
    message.hints.update(surface="instagram_comment", conversation=f"instagram:{media_id or update.source_id}")


def _instagram_mention(message: InboundMessage, update: Update, graph: dict[str, Any]) -> None:
    """A mention names only ids; its words are in what the Graph API answered about them, where it was asked in time."""
    value = update.value
    comment_id, media_id = _shapes.identifier(value.get("comment_id")), _shapes.identifier(value.get("media_id"))
    message.message_id = comment_id or media_id
    message.hints.update(surface="instagram_mention", media_id=media_id, conversation=f"instagram:{media_id or comment_id}")
    if comment_id:
        message.hints["comment_id"] = comment_id
        message.in_reply_to = media_id or None
    comment, media = _shapes.table(graph.get("mentioned_comment")), _shapes.table(graph.get("mentioned_media"))
    said = comment or media
    if not said:
        message.notes.append("Instagram told only that somebody named the account: the words are in the attachment, once they are fetched")
        return
    _instagrammer(message, {"username": said.get("username")})
    message.sent_datetime = _shapes.moment(said.get("timestamp")) or message.sent_datetime
    message.text = _shapes.text(said.get("text") if comment else said.get("caption")).strip()
    below = _shapes.table(comment.get("media")) if comment else media
    _media(message, [below.get("media_url")] if media else [])
    if comment:
        _speaking.quote(message, [(_shapes.line(below.get("username")), _shapes.text(below.get("caption")))])


def _instagrammer(message: InboundMessage, writer: dict[str, Any]) -> None:
    username, person = _shapes.line(writer.get("username")), _shapes.identifier(writer.get("id"))
    message.sender = Sender(name=username or None, handle=f"instagram:{username or person}" if username or person else None)
    if person:
        message.hints["person"] = person


def _conversation(message: InboundMessage, update: Update, kind: str) -> None:
    """A message in Messenger or Instagram's messages, always private."""
    event = update.value
    person = _shapes.identifier(_shapes.table(event.get("sender")).get("id"))
    said = _shapes.table(event.get("message")) or _shapes.table(event.get("message_edit"))
    postback = _shapes.table(event.get("postback"))
    message.sender = Sender(handle=f"{kind}:{person}" if person else None)
    message.hints.update(private=True, surface=kind, person=person, conversation=f"{kind}:{person}")
    message.message_id = _shapes.text(said.get("mid") or postback.get("mid")) or None
    message.text = _shapes.text(said.get("text")).strip()
    answered = _shapes.table(said.get("reply_to"))
    message.in_reply_to = _shapes.text(answered.get("mid")) or None
    if "story" in answered:
        message.notes.append("an answer to one of the account's stories")
    if "message_edit" in event:
        message.notes.append("an edited version of an earlier message")
        message.in_reply_to, message.message_id = message.message_id, update.source_id
    if postback:
        payload = _shapes.line(postback.get("payload"))[:200]
        message.hints["button"] = {"text": _shapes.line(postback.get("title")), "payload": payload}
        message.text = _shapes.line(postback.get("title"))
        if "get_started" in payload.lower() or "getstarted" in payload.lower():
            message.hints["command"] = "start"
    elif pressed := _shapes.line(_shapes.table(said.get("quick_reply")).get("payload")):
        message.hints["button"] = {"text": message.text, "payload": pressed[:200]}
    if said.get("is_unsupported"):
        message.notes.append("something that Meta does not hand over: look at it in the inbox")
    if message.text.strip(" .!").lower() in _meta_whatsapp.STOP:
        message.hints["command"] = "stop"
    _attachments(message, _shapes.tables(said.get("attachments")))


def _attachments(message: InboundMessage, attachments: list[dict[str, Any]]) -> None:
    urls: list[Any] = []
    for attachment in attachments:
        kind, payload = _shapes.text(attachment.get("type")), _shapes.table(attachment.get("payload"))
        url = payload.get("url")
        if kind == "location":
            _pin(message, _shapes.table(payload.get("coordinates")))
        elif kind == "sticker" or payload.get("sticker_id"):
            message.notes.append("a sticker")
        elif kind in ("image", "video", "audio", "file", "story_mention"):
            urls.append(url)
            if kind == "story_mention":
                message.notes.append("somebody named the account in a story")
        else:  # a shared link or post
            link = _shapes.web_address(url) or _shapes.web_address(attachment.get("url"))
            shared = "\n".join(part for part in (_shapes.line(payload.get("title") or attachment.get("title")), link) if part)
            if shared and shared not in message.text:
                message.text = f"{message.text}\n{shared}".strip()
    _media(message, urls)


def _pin(message: InboundMessage, point: dict[str, Any]) -> None:
    lat, long = point.get("lat"), point.get("long")
    if isinstance(lat, int | float) and isinstance(long, int | float) and abs(lat) <= 90 and abs(long) <= 180:
        message.hints["lat"], message.hints["long"] = float(lat), float(long)
    else:
        message.notes.append("a location pin that cannot be read")


def _media(message: InboundMessage, urls: list[Any]) -> None:
    mine = list(dict.fromkeys(url for url in urls if isinstance(url, str) and _on_meta(url)))
    if mine:
        message.hints["media"] = [*message.hints.get("media", []), *({"url": url} for url in mine)]
    foreign = len([url for url in urls if url]) - len(mine)
    if foreign > 0:
        message.notes.append("an attachment whose address is not Meta's is not fetched")


def _on_meta(url: str) -> bool:
    return _hosted.on_hosts(url, HOSTS)
