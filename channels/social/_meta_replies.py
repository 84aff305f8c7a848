"""Answers on Meta's platforms: below a comment, in Messenger and Instagram's messages, on WhatsApp.

None of them has an idempotency key. Whether a comment is answered already is looked up before each answer, whether a message is before an
answer that an earlier attempt may have made; on WhatsApp nothing can be looked up, so that after an unclear end the same may be said twice.

Sources: developers.facebook.com/docs/messenger-platform/reference/send-api, …/graph-api/reference/object/comments,
…/instagram-platform/instagram-graph-api/reference/ig-comment/replies, …/ig-user/mentions, …/whatsapp/cloud-api/reference/messages.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

from channels.base import Permanent
from channels.outward import Client, MakeClient
from channels.replying import Deferred, Delivered, Delivery, OutboundMessage, Rejected
from channels.social import _shapes
from channels.social._meta_graph import Graph, GraphError, Unclear

LIMITS = {
    "page_comment": 8_000,
    "page_post": 8_000,
    "instagram_comment": 300,
    "instagram_mention": 300,
    "messenger": 2_000,
    "instagram": 1_000,
    "whatsapp": 4_096,
}
"""Characters of one answer; of Instagram's messages bytes."""
_REMEMBERED = 1_000
_ID = re.compile(r"[0-9A-Za-z_.:-]{1,200}", re.ASCII)


class Replies:
    """The replies of one channel."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._unclear: OrderedDict[str, None] = OrderedDict()

    async def send(self, message: OutboundMessage, http: MakeClient) -> Delivery:
        """Answer one message by the way that it came."""
        hints = message.hints
        surface, account = _shapes.text(hints.get("surface")), _shapes.text(hints.get("account"))
        if surface not in LIMITS or not _ID.fullmatch(account):
            return Rejected("no_way_back", detail="the message does not say by which of Meta's ways it came")
        if self._graph.token_of(account) is None:
            return Deferred("no_token", retry_after=3600, detail="replies need an access token")
        size = (lambda text: len(text.encode())) if surface == "instagram" else len
        text = shortened(message.text, LIMITS[surface], size)
        try:
            async with self._graph.client(http) as client:
                said = await self._said(message, surface, account, text, client)
                return self._done(message, said or await self._say(message, surface, account, text, client))
        except GraphError as error:
            return error.for_reply()
        except Unclear as error:
            if error.sent:
                self._unclear[message.idempotency_key] = None
                while len(self._unclear) > _REMEMBERED:
                    self._unclear.popitem(last=False)
            return Deferred("unclear" if error.sent else "unreachable", detail=str(error))
        except Permanent as error:
            return Rejected("no_way_back", detail=str(error))

    def _done(self, message: OutboundMessage, external_id: str) -> Delivered:
        self._unclear.pop(message.idempotency_key, None)
        return Delivered(external_id or None)

    async def _say(self, message: OutboundMessage, surface: str, account: str, text: str, client: Client) -> str:
        """Make the answer; the id that Meta gives it."""
        graph, hints = self._graph, message.hints
        if surface == "whatsapp":
            user_id = _shapes.text(hints.get("user_id"))
            whom = {"recipient": _id(user_id)} if user_id else {"to": _id(hints.get("person") or message.to)}
            body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual", **whom, "type": "text"}
            body["text"] = {"body": text, "preview_url": False}
            if message.in_reply_to:
                body["context"] = {"message_id": message.in_reply_to}
            made = await graph.call(client, "POST", f"{account}/messages", account=account, json=body)
            return _shapes.text(next(iter(_shapes.tables(made.get("messages"))), {}).get("id"))
        if surface in ("messenger", "instagram"):
            whom = {"id": _id(hints.get("person") or message.to)}
        elif message.private:  # Meta calls it a private reply: once for each comment, within seven days
            whom = {"comment_id": _target(message)}
        else:
            return await self._comment(message, surface, account, text, client)
        body = {"recipient": whom, "messaging_type": "RESPONSE", "message": {"text": text}}
        made = await graph.call(client, "POST", f"{account}/messages", account=account, json=body)
        return _shapes.text(made.get("message_id"))

    async def _comment(self, message: OutboundMessage, surface: str, account: str, text: str, client: Client) -> str:
        form = {"message": text}
        if surface == "instagram_mention":
            path = f"{account}/mentions"
            form["media_id"] = _id(message.hints.get("media_id"))
            if message.hints.get("comment_id"):
                form["comment_id"] = _id(message.hints.get("comment_id"))
        else:
            path = f"{_target(message)}/{'replies' if surface == 'instagram_comment' else 'comments'}"
        made = await self._graph.call(client, "POST", path, account=account, json=form)
        return _shapes.identifier(made.get("id"))

    async def _said(self, message: OutboundMessage, surface: str, account: str, text: str, client: Client) -> str | None:
        """The id of an answer with these words that is there already; None where there is none, or it cannot be seen."""
        private = surface in ("messenger", "instagram") or message.private
        if surface in ("whatsapp", "instagram_mention") or (private and message.idempotency_key not in self._unclear):
            return None
        if private:
            if surface not in ("messenger", "instagram"):
                return None
            params = {"platform": surface, "user_id": _id(message.hints.get("person")), "fields": "messages.limit(10){id,message,from}"}
            path = f"{account}/conversations"
        else:
            below, words = ("replies", "text,username") if surface == "instagram_comment" else ("comments", "message,from")
            path, params = f"{_target(message)}/{below}", {"fields": f"id,{words}", "limit": "100"}
        try:
            found = await self._graph.call(client, "GET", path, account=account, params=params)
        except GraphError:  # the permission to look is another one than that to answer
            return None
        items = _shapes.tables(found.get("data"))
        if private:
            items = [part for item in items for part in _shapes.tables(_shapes.table(item.get("messages")).get("data"))]
        return next((_shapes.identifier(item.get("id")) for item in items if (item.get("message") or item.get("text")) == text), None)


def shortened(text: str, limit: int, size: Any = len) -> str:
    """The text, or as many of its first words as fit, an ellipsis, and its last address, which leads to the rest."""
    text = text.strip()
    if size(text) <= limit:
        return text
    addresses = re.findall(r"https?://\S*[^\s.,;:!?)]", text)
    last = addresses[-1] if addresses and size(addresses[-1]) < limit // 2 else ""
    tail = f"… {last}" if last else "…"
    words = text.replace(last, " ").split() if last else text.split()
    kept = ""
    for word in words:
        longer = f"{kept} {word}".strip()
        if size(longer + tail) > limit:
            break
        kept = longer
    return kept + tail


def _target(message: OutboundMessage) -> str:
    """The comment or post that is answered; of an edited one the first version's id."""
    return _id(message.hints.get("edit_of") or message.in_reply_to)


def _id(value: Any) -> str:
    """An id that may stand in a path. Raises Permanent."""
    found = _shapes.text(value)
    if not _ID.fullmatch(found) or ".." in found:
        raise Permanent("the message does not say to whom an answer goes")
    return found
