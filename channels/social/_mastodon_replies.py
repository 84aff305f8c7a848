"""A reply on Mastodon: who may read it, how long it is, and whether it was posted before.

A server remembers an ``Idempotency-Key`` for an hour only, so the thread is looked at first: what the city has said there already is not
said again. Source: docs.joinmastodon.org/methods/statuses, …/user/posting (characters, visibility).
"""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import quote

from channels.base import RateLimited, Unavailable
from channels.outward import CallFailed
from channels.replying import Deferred, Delivered, Delivery, OutboundMessage, Rejected
from channels.social._mastodon_api import Account, Api, Gone, Refused, complaint
from channels.social._mastodon_html import to_text
from channels.social._mastodon_reading import message_id
from channels.social._shapes import identifier, table, tables, text, web_address

Visibility = Literal["public", "unlisted", "direct"]

_HANDLE = re.compile(r"@[\w.-]+(?:@[\w.-]+(?::\d+)?)?", re.ASCII)
_NAMES = re.compile(r"(?<![=/\w])@(?=\w)")
_NOTHING = "\u200b"
"""A space without width, after which Mastodon sees no name."""
_LINK = re.compile(r"https?://\S+")
_FAR_MENTION = re.compile(r"(?<!\S)@([\w.]+)@[\w.-]+")


def visibility(message: OutboundMessage, widest: Visibility) -> Visibility:
    """Who may read the reply: never more people than could read the resident's post.

    A post for followers is answered directly: the city's followers are not the resident's.
    """
    asked = message.hints.get("visibility")
    if message.private or asked not in ("public", "unlisted"):
        return "direct"
    return "unlisted" if asked == "unlisted" and widest == "public" else widest


def length(status: str, reserved_per_url: int) -> int:
    """Characters as Mastodon counts them: a link has a fixed length, a mention counts without its server."""
    return len(_FAR_MENTION.sub(r"@\1", _LINK.sub("x" * reserved_per_url, status)))


def status_of(message: OutboundMessage) -> str:
    """The id of the status to answer: what the message's hints say, or the end of its id."""
    found = identifier(message.hints.get("status_id"))
    return found or (message.in_reply_to or "").partition("/")[0].rpartition(":")[2]


async def send(message: OutboundMessage, api: Api, me: Account, widest: Visibility) -> Delivery:
    """Post the reply. Raises CallFailed, RateLimited, Refused and Unavailable for what should be tried again."""
    parent = status_of(message)
    handle = message.to if message.to.startswith("@") else f"@{message.to}"
    if not _HANDLE.fullmatch(handle):
        return Rejected("bad_address", detail="the resident's name is none of Mastodon's")
    # Whoever is named gets the post, also a private one: nobody is named but the resident.
    status = f"{handle} {_NAMES.sub('@' + _NOTHING, message.text)}"
    if (count := length(status, me.reserved_per_url)) > me.max_characters:
        return Rejected("too_long", detail=f"{count} characters, {me.max_characters} allowed")
    body: dict[str, Any] = {"status": status, "visibility": visibility(message, widest), "language": message.language}
    if parent:
        try:
            thread = table(await api.ask(f"/api/v1/statuses/{quote(parent, safe='')}/context"))
        except Gone:
            return Rejected("gone", detail="the post was deleted, or is hidden from the city's account")
        if (before := _said(thread, me, status)) is not None:
            return _delivered(before, me)
        body["in_reply_to_id"] = parent
    answer = await api.post("/api/v1/statuses", body, {"Idempotency-Key": message.idempotency_key})
    if answer.status in (404, 410):
        return Rejected("gone", detail=complaint(answer))
    if answer.status in (400, 413, 422):
        return Rejected("refused", detail=f"{answer.status}: {complaint(answer)}")
    return _delivered(table(api.read(answer)), me)


def deferred(error: CallFailed | RateLimited | Refused | Unavailable) -> Deferred:
    """What an attempt that should be made again came to."""
    match error:
        case RateLimited():
            return Deferred("rate_limited", retry_after=float(error.retry_after), throttled=True)
        case Refused():
            return Deferred("unauthorized", retry_after=900.0, detail=str(error))
        case CallFailed():
            return Deferred(error.reason)
        case _:
            return Deferred("unavailable", detail=str(error))


def _said(thread: dict[str, Any], me: Account, status: str) -> dict[str, Any] | None:
    """What the city has posted below the resident's post with the same words."""
    for one in tables(thread.get("descendants")):
        if identifier(table(one.get("account")).get("id")) == me.id and _words(_plain(one)) == _words(status):
            return one
    return None


def _plain(status: dict[str, Any]) -> str:
    return to_text(text(status.get("content")), lambda _href, _said: None)


def _words(status: str) -> list[str]:
    """The words that two forms of one text share: HTML shows a mention without its server."""
    return _FAR_MENTION.sub(r"@\1", status).split()


def _delivered(status: dict[str, Any], me: Account) -> Delivered:
    found = identifier(status.get("id"))
    return Delivered(external_id=message_id(me.domain, found) if found else None, url=web_address(status.get("url")) or None)
