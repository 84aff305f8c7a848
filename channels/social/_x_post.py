"""From a post or direct message of X, as a poll, a stream or a webhook brought it, to the canonical message.

X has been renaming what it calls things (``referenced_tweets`` and ``referenced_posts``, ``note_tweet`` and ``note_post``); both names are
read. A text has ``&amp;``, ``&lt;`` and ``&gt;`` for three characters, and X's own short address for each link, picture and quoted post.

Sources: docs.x.com/x-api/fundamentals/data-dictionary, …/activity/event-payloads; X's OpenAPI description 2.167.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from channels.base import Unreadable
from channels.social import _addressed, _hosted, _shapes, _speaking
from normalizer.model import InboundMessage, Sender

PICTURES = ("pbs.twimg.com",)
"""Where X keeps what people posted, open to anybody who has the address."""
EPOCH_MS = 1_288_834_974_657
"""Ids since November 2010 have the milliseconds since this moment above their lowest 22 bits."""

_ID = re.compile(r"[0-9]{1,19}", re.ASCII)
_USERNAME = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)


def is_id(value: object) -> bool:
    """Whether a value is an id as X writes them: 1 to 19 digits in a text."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def sent(post_id: str) -> datetime | None:
    """When a post was made, from its id; None for ids of before 2010 and of simulators."""
    millis = (int(post_id) >> 22) + EPOCH_MS
    return datetime.fromtimestamp(millis / 1000, UTC) if millis > EPOCH_MS + 86_400_000 else None


def references(post: dict[str, Any]) -> list[tuple[str, str]]:
    """The posts that a post refers to: (``replied_to``, ``quoted`` or ``retweeted``; id)."""
    found = _shapes.tables(post.get("referenced_tweets")) or _shapes.tables(post.get("referenced_posts"))
    return [(_shapes.text(item.get("type")), item["id"]) for item in found if is_id(item.get("id"))]


def is_repost(post: dict[str, Any]) -> bool:
    """Whether somebody only passed on another's post, without a word of their own."""
    return any(kind in ("retweeted", "reposted") for kind, _post_id in references(post))


def fill(message: InboundMessage, document: dict[str, Any], username: str) -> None:
    """Read a stored document into the message. Raises Unreadable."""
    data = _shapes.table(document.get("data"))
    includes = _shapes.table(document.get("includes"))
    event = _shapes.text(data.get("event_type"))
    if event:
        includes = _shapes.table(data.get("includes"))
        data = _shapes.table(data.get("payload"))
    if event.startswith("dm."):
        _direct(message, data)
    elif event == "chat.received":
        _encrypted(message, data)
    elif is_id(data.get("id")):
        _post(message, data, _Included(includes), username)
    else:
        raise Unreadable("no post and no direct message")
    if event:
        message.hints["event"] = event


class _Included:
    """What X sent along with a post, by id. Some endpoints wrap each user in ``data``."""

    def __init__(self, includes: dict[str, Any]) -> None:
        users = [_shapes.table(user.get("data")) or user for user in _shapes.tables(includes.get("users"))]
        posts = _shapes.tables(includes.get("tweets")) or _shapes.tables(includes.get("posts"))
        self.users = {user["id"]: user for user in users if is_id(user.get("id"))}
        self.posts = {post["id"]: post for post in posts if is_id(post.get("id"))}
        self.media = {_shapes.text(item.get("media_key")): item for item in _shapes.tables(includes.get("media"))}
        self.places = {_shapes.text(item.get("id")): item for item in _shapes.tables(includes.get("places"))}

    def handle(self, user_id: object) -> str:
        """``@name`` of a user; empty where X did not send it."""
        name = _shapes.text(self.users.get(user_id, {}).get("username")) if isinstance(user_id, str) else ""
        return f"@{name}" if _USERNAME.fullmatch(name) else ""


def _post(message: InboundMessage, post: dict[str, Any], included: _Included, username: str) -> None:
    post_id, author = post["id"], post.get("author_id")
    user = included.users.get(author, {}) if isinstance(author, str) else {}
    handle = included.handle(author)
    message.sender = Sender(name=_shapes.line(user.get("name")) or None, handle=handle or (f"id:{author}" if is_id(author) else None))
    message.recipients = [f"@{username}"]
    message.message_id = post_id
    message.sent_datetime = _shapes.moment(post.get("created_at")) or sent(post_id)
    message.permalink = f"https://x.com/{handle[1:] or 'i'}/status/{post_id}"
    _thread(message, post)
    hints = message.hints
    if is_id(author):
        hints["person"] = author
    language = _shapes.text(post.get("lang"))
    if re.fullmatch(r"[a-z]{2}", language):  # "und", "qme" and the like say nothing
        hints["language"] = language
    _place(message, post, included)
    _media(message, post, included)
    message.text = _addressed_to(_words(post), username)
    quoted = [included.posts[other] for kind, other in references(post) if kind != "retweeted" and other in included.posts]
    _speaking.quote(message, [(included.handle(other.get("author_id")), _words(other)) for other in quoted])


def _thread(message: InboundMessage, post: dict[str, Any]) -> None:
    """Which posts it answers and quotes, which thread it belongs to, and of which post it is a later version."""
    linked = dict(reversed(references(post)))
    message.in_reply_to = linked.get("replied_to")
    conversation = post.get("conversation_id")
    versions = post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids")
    first = next((item for item in versions if is_id(item)), None) if isinstance(versions, list) else None
    if first is not None and first != post["id"]:
        message.hints["edit_of"] = first
        message.notes.append("an edited version of an earlier post")
        message.in_reply_to = message.in_reply_to or first
    root = conversation if is_id(conversation) and conversation != post["id"] else first or post["id"]
    message.hints["conversation"] = f"x:{root}"
    known = [message.in_reply_to, linked.get("quoted"), conversation if is_id(conversation) else None, first]
    message.references = list(dict.fromkeys(item for item in known if item and item != post["id"]))


def _words(post: dict[str, Any]) -> str:
    """The text as its author wrote it: whole, with real addresses, without those that X added for pictures and quoted posts."""
    note = _shapes.table(post.get("note_tweet")) or _shapes.table(post.get("note_post"))
    text = _shapes.text(note.get("text")) or _shapes.text(post.get("text"))
    urls = _shapes.tables(_shapes.table(post.get("entities")).get("urls")) + _shapes.tables(_shapes.table(note.get("entities")).get("urls"))
    quoted = [f"/status/{other}" for kind, other in references(post) if kind == "quoted"]
    for entity in urls:
        short, long = _shapes.text(entity.get("url")), _shapes.web_address(entity.get("expanded_url"))
        if not short.startswith("https://t.co/") or len(short) > 40:
            continue
        added = "media_key" in entity or (long is not None and any(long.endswith(end) for end in quoted))
        if added:
            text = text.replace(short, "")
        elif long is not None:
            text = text.replace(short, long, 1)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _addressed_to(text: str, username: str) -> str:
    """The text without the city's name where it only says to whom the post is addressed."""
    name = re.compile(rf"(?<![\w@])@{re.escape(username)}(?!\w)", re.IGNORECASE)
    return _addressed.without(name.sub(_addressed.MARK, _addressed.unmarked(text)), f"@{username}")


def _place(message: InboundMessage, post: dict[str, Any], included: _Included) -> None:
    """The place that the author attached: where the post was made, which is not where the problem is. Evidence, never a position."""
    geo = _shapes.table(post.get("geo"))
    place = included.places.get(_shapes.text(geo.get("place_id")), {})
    found: dict[str, Any] = {}
    if name := _shapes.line(place.get("full_name")):
        found["name"] = name
    point = _shapes.table(geo.get("coordinates")).get("coordinates")
    if isinstance(point, list) and len(point) == 2 and all(isinstance(degree, int | float) for degree in point):
        found["long"], found["lat"] = point  # GeoJSON: longitude first
    if found:
        message.hints["post_place"] = found


def _media(message: InboundMessage, post: dict[str, Any], included: _Included) -> None:
    keys = _shapes.table(post.get("attachments")).get("media_keys")
    listed = [included.media[key] for key in keys if isinstance(key, str) and key in included.media] if isinstance(keys, list) else []
    found: list[dict[str, Any]] = []
    for item in listed:
        url = item.get("url") or item.get("preview_image_url")
        if not _hosted.on_hosts(url, PICTURES):
            message.notes.append("an attachment that is not at X is not fetched")
            continue
        found.append({"url": url, "id": _shapes.text(item.get("media_key"))})
        if alt := _shapes.text(item.get("alt_text")):
            found[-1]["description"] = alt[:1000]
        if item.get("type") in ("video", "animated_gif"):
            message.notes.append("of a video its first picture is fetched")
    if found:
        message.hints["media"] = found
    missing = len(keys) - len(listed) if isinstance(keys, list) else 0
    if missing > 0:
        message.notes.append(f"{missing} attachments that X did not describe")


def _direct(message: InboundMessage, payload: dict[str, Any]) -> None:
    event = next(iter(_shapes.tables(payload.get("direct_message_events"))), {})
    created = _shapes.table(event.get("message_create"))
    data = _shapes.table(created.get("message_data"))
    sender = created.get("sender_id")
    if not is_id(event.get("id")) or not isinstance(sender, str) or not is_id(sender):
        raise Unreadable("a direct message without its id or sender")
    users = _shapes.table(payload.get("users"))
    user = _shapes.table(users.get(sender))
    user = _shapes.table(user.get("data")) or user
    name = _shapes.text(user.get("username"))
    message.sender = Sender(name=_shapes.line(user.get("name")) or None, handle=f"@{name}" if _USERNAME.fullmatch(name) else f"id:{sender}")
    message.message_id = event["id"]
    millis = _shapes.text(event.get("created_timestamp"))
    message.sent_datetime = datetime.fromtimestamp(int(millis) / 1000, UTC) if re.fullmatch(r"1[0-9]{12}", millis, re.ASCII) else None
    message.text = _words({"text": data.get("text"), "entities": data.get("entities")})
    message.hints.update(private=True, person=sender, conversation=f"x:dm:{sender}")
    if data.get("attachment"):
        message.notes.append("a picture in a direct message is not fetched: look at it on X")


def _encrypted(message: InboundMessage, payload: dict[str, Any]) -> None:
    """A chat that only the two ends can read: that somebody wrote, and who, is all that X tells."""
    sender = payload.get("sender_id")
    message.sender = Sender(handle=f"id:{sender}" if is_id(sender) else None)
    message.message_id = _shapes.identifier(payload.get("id")) or None
    millis = _shapes.text(payload.get("created_at_msec"))
    message.sent_datetime = datetime.fromtimestamp(int(millis) / 1000, UTC) if re.fullmatch(r"1[0-9]{12}", millis, re.ASCII) else None
    message.hints.update(private=True, person=sender if is_id(sender) else "")
    message.notes.append("an encrypted chat: look at it on X")
