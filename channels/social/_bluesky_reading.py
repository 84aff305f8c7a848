"""From a notification of Bluesky's to the canonical message.

Sources: the lexicons app.bsky.notification.listNotifications, app.bsky.feed.post, app.bsky.richtext.facet, app.bsky.embed.*,
com.atproto.label.defs (github.com/bluesky-social/atproto).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from channels.base import Unreadable
from channels.social import _addressed
from channels.social._bluesky_identity import DID, HANDLE
from channels.social._bluesky_text import to_plain
from channels.social._shapes import line, moment, table, tables, text, web_address
from normalizer.model import InboundMessage, Sender

POST = "app.bsky.feed.post"
CDN = "https://cdn.bsky.app/img/feed_fullsize/plain"

_CID = re.compile(r"[a-zA-Z0-9]{20,120}")
_RKEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")
_EMBED = "app.bsky.embed."


@dataclass(frozen=True, slots=True)
class PostRef:
    """A post: the DID of the account that has it, its key there, and the hash of this version."""

    did: str
    rkey: str
    cid: str

    @property
    def uri(self) -> str:
        """Its AT URI (atproto.com/specs/at-uri-scheme)."""
        return f"at://{self.did}/{POST}/{self.rkey}"

    @classmethod
    def read(cls, ref: Any) -> PostRef | None:
        """What a ``com.atproto.repo.strongRef`` (or a notification) names; None where it is no post."""
        uri, cid = text(table(ref).get("uri")), text(table(ref).get("cid"))
        did, _, path = uri.removeprefix("at://").partition("/")
        collection, _, rkey = path.partition("/")
        good = uri.startswith("at://") and collection == POST and DID.fullmatch(did) and _RKEY.fullmatch(rkey) and _CID.fullmatch(cid)
        return cls(did, rkey, cid) if good else None


def permalink(post: PostRef, handle: str = "") -> str:
    """The post's page on bsky.app, under the author's handle where there is a valid one."""
    valid = HANDLE.fullmatch(handle) and handle != "handle.invalid"
    return f"https://bsky.app/profile/{handle if valid else post.did}/post/{post.rkey}"


def fill(message: InboundMessage, notification: dict[str, Any], *, own_did: str, own_handle: str) -> None:
    """Raises Unreadable where there is no post in it. ``own_did`` and ``own_handle`` are the city's, where they are known."""
    post = PostRef.read(notification)
    record = table(notification.get("record"))
    if post is None or not record:
        raise Unreadable("a notification without a post")
    author = table(notification.get("author"))
    handle = line(author.get("handle"))
    known = HANDLE.fullmatch(handle) and handle != "handle.invalid"
    message.sender = Sender(handle=f"@{handle if known else post.did}", name=line(author.get("displayName")) or None)
    message.recipients = [f"@{own_handle}"] if own_handle else []
    message.sent_datetime = moment(record.get("createdAt"))
    message.permalink = permalink(post, handle)
    message.message_id = post.uri
    _place_in_thread(message, post, record)
    hints = message.hints
    hints["did"] = post.did
    if reason := line(notification.get("reason")):
        hints["reason"] = reason
    languages = record.get("langs")
    if isinstance(languages, list) and len(languages) == 1 and text(languages[0]):  # an app's setting, and often the wrong one
        hints["language"] = text(languages[0])
    _labels(message, notification, record)
    embedded = _Embedded(post.did)
    embedded.read(table(record.get("embed")))
    if embedded.media:
        hints["media"] = embedded.media
    if embedded.quoted:
        hints["quoted"] = embedded.quoted
    said = _addressed.without(to_plain(record, own_did), f"@{own_handle}")
    cards = [card for card in embedded.cards if card not in said]
    message.text = "\n\n".join(part for part in (said, "\n".join(cards), "\n".join(embedded.described)) if part)


def _place_in_thread(message: InboundMessage, post: PostRef, record: dict[str, Any]) -> None:
    reply = table(record.get("reply"))
    parent, root = PostRef.read(reply.get("parent")), PostRef.read(reply.get("root"))
    message.in_reply_to = parent.uri if parent else None
    first = root or post
    thread = [root.uri if root else None, parent.uri if parent else None, message.permalink]
    message.references = list(dict.fromkeys(reference for reference in thread if reference))
    message.hints["conversation"] = first.uri
    message.hints["reply"] = {"parent": {"uri": post.uri, "cid": post.cid}, "root": {"uri": first.uri, "cid": first.cid}}


def _labels(message: InboundMessage, notification: dict[str, Any], record: dict[str, Any]) -> None:
    """What moderators (``labels``) and the author herself (self-labels: content warnings) say of the post."""
    own = tables(table(record.get("labels")).get("values"))
    given = [label for label in tables(notification.get("labels")) if label.get("neg") is not True]
    found = list(dict.fromkeys(value for label in (*own, *given) if (value := line(label.get("val"))[:128])))
    if found:
        message.hints["labels"] = found
    if own:
        message.hints["sensitive"] = True


class _Embedded:
    """What is attached to a post."""

    def __init__(self, did: str) -> None:
        self._did = did
        self.media: list[dict[str, str]] = []
        self.described: list[str] = []
        self.cards: list[str] = []
        self.quoted = ""

    def read(self, embed: dict[str, Any], *, inner: bool = False) -> None:
        """Raises nothing for an embed of a kind that is not known."""
        kind = text(embed.get("$type")).removeprefix(_EMBED)
        if kind == "images":
            for image in tables(embed.get("images")):
                self._medium(table(image.get("image")), image.get("alt"), "image/jpeg")
        elif kind == "gallery":
            for image in tables(embed.get("items")):
                self._medium(table(image.get("image")), image.get("alt"), "image/jpeg")
        elif kind == "video":
            self._medium(table(embed.get("video")), embed.get("alt"), "video/mp4")
        elif kind == "external":
            self._card(table(embed.get("external")))
        elif kind == "record":
            self._quote(table(embed.get("record")))
        elif kind == "recordWithMedia" and not inner:
            self.read(table(embed.get("media")), inner=True)
            self._quote(table(table(embed.get("record")).get("record")))

    def _medium(self, blob: dict[str, Any], alt: Any, otherwise: str) -> None:
        cid = text(table(blob.get("ref")).get("$link"))
        if not _CID.fullmatch(cid):
            return
        media_type = line(blob.get("mimeType")) or otherwise
        url = f"{CDN}/{self._did}/{cid}"
        if not media_type.startswith("image/"):
            url = f"https://bsky.social/xrpc/com.atproto.sync.getBlob?did={self._did}&cid={cid}"
        item = {"url": url, "id": f"{self._did}/{cid}", "media_type": media_type, "description": line(alt)[:2_000]}
        self.media.append({name: value for name, value in item.items() if value})
        if words := line(alt)[:2_000]:
            self.described.append(f"[image: {words}]")

    def _card(self, external: dict[str, Any]) -> None:
        if (url := web_address(external.get("uri"))) is not None:
            self.cards.append(url)

    def _quote(self, ref: dict[str, Any]) -> None:
        if (post := PostRef.read(ref)) is not None:
            self.quoted = permalink(post)
