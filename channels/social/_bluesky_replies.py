"""A reply on Bluesky: a record in the city's repository that names the post it answers, under a key that all attempts share.

Sources: the lexicons com.atproto.repo.putRecord (``swapRecord: null`` writes only where there is nothing), app.bsky.feed.post,
app.bsky.feed.getPosts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from channels.outward import Client
from channels.replying import Delivered, Delivery, OutboundMessage, Rejected
from channels.social._bluesky_reading import POST, PostRef, permalink
from channels.social._bluesky_session import Session
from channels.social._bluesky_text import MAX_BYTES, MAX_GRAPHEMES, graphemes, key_for, link_facets
from channels.social._bluesky_xrpc import Invalid
from channels.social._shapes import table, tables, text


async def send(message: OutboundMessage, session: Session, client: Client) -> Delivery:
    """Post the reply. Raises as Xrpc does for what should be tried again."""
    if message.private:
        return Rejected("private", detail="a post on Bluesky can be read by everybody")
    reply = table(message.hints.get("reply"))
    parent, root = PostRef.read(reply.get("parent")), PostRef.read(reply.get("root"))
    if parent is None or root is None:
        return Rejected("no_post", detail="nothing says which post is answered")
    if graphemes(message.text) > MAX_GRAPHEMES or len(message.text.encode()) > MAX_BYTES:
        return Rejected("too_long", detail=f"{graphemes(message.text)} characters, {MAX_GRAPHEMES} allowed")
    rkey = key_for(parent.rkey, message.idempotency_key)
    if (before := await _said(session, client, rkey)) is not None:
        return before
    if (refusal := await _closed(session, client, parent)) is not None:
        return refusal
    record = record_of(message, parent, root)
    try:
        answer = await session.use(
            client,
            lambda xrpc, tokens: xrpc.procedure(
                "com.atproto.repo.putRecord",
                {"repo": tokens.did, "collection": POST, "rkey": rkey, "record": record, "swapRecord": None},
                tokens.access,
            ),
        )
    except Invalid as error:
        if error.name == "InvalidSwap" and (before := await _said(session, client, rkey)) is not None:
            return before
        return Rejected("refused", detail=str(error))
    return _delivered(answer)


def record_of(message: OutboundMessage, parent: PostRef, root: PostRef) -> dict[str, Any]:
    """The post that answers ``parent`` in the thread of ``root``."""
    record: dict[str, Any] = {
        "$type": POST,
        "text": message.text,
        "createdAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "langs": [message.language],
        "reply": {"root": {"uri": root.uri, "cid": root.cid}, "parent": {"uri": parent.uri, "cid": parent.cid}},
    }
    if facets := link_facets(message.text):
        record["facets"] = facets
    return record


async def _said(session: Session, client: Client, rkey: str) -> Delivered | None:
    """What an earlier attempt has posted."""
    try:
        answer = await session.use(
            client,
            lambda xrpc, tokens: xrpc.query(
                "com.atproto.repo.getRecord", {"repo": tokens.did, "collection": POST, "rkey": rkey}, tokens.access
            ),
        )
    except Invalid:  # RecordNotFound
        return None
    return _delivered(answer)


async def _closed(session: Session, client: Client, parent: PostRef) -> Rejected | None:
    """Why the post cannot be answered: deleted, taken down, or its author lets nobody (or not the city) reply."""
    try:
        answer = await session.use(client, lambda xrpc, tokens: xrpc.query("app.bsky.feed.getPosts", {"uris": [parent.uri]}, tokens.access))
    except Invalid:  # the network's view is not there to ask; the reply itself does not need it
        return None
    posts = tables(answer.get("posts"))
    if not posts:
        return Rejected("gone", detail="the post was deleted, taken down, or is hidden from the city's account")
    if table(posts[0].get("viewer")).get("replyDisabled") is True:
        return Rejected("replies_disabled", detail="the author of the post allows no reply of the city's")
    return None


def _delivered(answer: dict[str, Any]) -> Delivered:
    post = PostRef.read(answer)
    return Delivered(external_id=text(answer.get("uri")) or None, url=permalink(post) if post else None)
