"""Answers on X: a reply below the post, or a direct message to who wrote one.

X has no idempotency key. It refuses a second post with the same words, and the account's own posts can be read: so an attempt that nobody
saw the end of is looked for before it is made again, and a refusal as duplicate counts as said once the reply is found.

Source: docs.x.com/x-api/posts/manage-tweets/introduction, …/direct-messages/manage/introduction; the words of the refusal:
"You are not allowed to create a Tweet with duplicate content" (403).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from channels.base import ChannelError, RateLimited, Temporary
from channels.replying import Deferred, Delivered, Delivery, OutboundMessage, Rejected, ReplyContext
from channels.social import _shapes, _x_length
from channels.social._x_access import Access, Caller
from channels.social._x_post import is_id, references
from channels.social._x_session import Refusal, Unclear

_REMEMBERED = 1_000
_PAGES = 3


class Replies:
    """The replies of one channel; ``unclear`` are the keys of those that may have been made."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._unclear: OrderedDict[str, None] = OrderedDict()

    async def send(self, message: OutboundMessage, own_id: str | None, context: ReplyContext) -> Delivery:
        """Answer one message."""
        person = message.hints.get("person") or message.to
        if not self._access.keys.user:
            return Deferred("no_user_token", retry_after=3600, detail="replies need the account's own tokens")
        if message.private and not is_id(person):
            return Rejected("no_private_address", detail="the writer's id at X is not known")
        if not message.private and not is_id(message.in_reply_to):
            return Rejected("no_post", detail="the message has no post to reply to")
        try:
            async with self._access.calling(context.http, context.notebook) as caller:
                return await self._once(caller, message, own_id, str(person))
        except Refusal as refusal:
            return _refused(refusal)
        except Unclear as error:
            return self._not_seen(message, error)
        except ChannelError as error:
            slow = isinstance(error, RateLimited)
            wait = float(error.retry_after) if isinstance(error, Temporary) else 3600.0
            return Deferred("rate_limited" if slow else "no_token", retry_after=wait, throttled=slow, detail=str(error))

    def _not_seen(self, message: OutboundMessage, error: Unclear) -> Deferred:
        """Remember that X may have made the reply, so that it is looked for before it is made again."""
        if error.sent:
            self._unclear[message.idempotency_key] = None
            while len(self._unclear) > _REMEMBERED:
                self._unclear.popitem(last=False)
        return Deferred("unclear" if error.sent else "unreachable", detail=str(error))

    async def _once(self, caller: Caller, message: OutboundMessage, own_id: str | None, person: str) -> Delivery:
        """Make the reply, unless an earlier attempt did."""
        if message.idempotency_key in self._unclear and own_id and message.in_reply_to and not message.private:
            found = await _own_reply(caller, own_id, message.in_reply_to)
            if found is not None:
                return self._said(message, found)
        return await self._make(caller, message, own_id, person)

    async def _make(self, caller: Caller, message: OutboundMessage, own_id: str | None, person: str) -> Delivery:
        client, user_auth = caller.client, caller.user_auth
        if message.private:
            made = await client.create_direct_message(participant_id=person, text=message.text.strip(), user_auth=user_auth)
            found = _shapes.table(_shapes.table(made).get("data")).get("dm_event_id")
            return Delivered(found if is_id(found) else None)
        target, text = message.in_reply_to or "", _x_length.fitted(message.text)
        try:
            made = await client.create_tweet(text=text, in_reply_to_tweet_id=target, user_auth=user_auth)
        except Refusal as refusal:
            if not _is_duplicate(refusal):
                raise
            earlier = await _own_reply(caller, own_id, target) if own_id else None
            if earlier is None:
                return Rejected("duplicate_content", detail="X has seen these words from this account already, not as a reply to this post")
            return self._said(message, earlier)
        found = _shapes.table(_shapes.table(made).get("data")).get("id")
        return self._said(message, found if is_id(found) else None)

    def _said(self, message: OutboundMessage, post_id: str | None) -> Delivered:
        self._unclear.pop(message.idempotency_key, None)
        return Delivered(post_id, url=f"https://x.com/i/status/{post_id}" if post_id else None)


async def _own_reply(caller: Caller, own_id: str, target: str) -> str | None:
    """The id of a reply of ours to a post, among the posts that we made since; None where there is none."""
    token: dict[str, Any] = {}
    for _page in range(_PAGES):
        answer = _shapes.table(
            await caller.client.get_users_tweets(
                own_id, since_id=target, max_results=100, tweet_fields=["referenced_tweets"], user_auth=caller.user_auth, **token
            )
        )
        for post in _shapes.tables(answer.get("data")):
            if is_id(post.get("id")) and ("replied_to", target) in references(post):
                return str(post["id"])
        following = _shapes.table(answer.get("meta")).get("next_token")
        if not isinstance(following, str) or not following:
            return None
        token = {"pagination_token": following}
    return None


def _is_duplicate(refusal: Refusal) -> bool:
    return refusal.status == 403 and "duplicate" in refusal.detail.lower()


def _refused(refusal: Refusal) -> Delivery:
    """What a refusal means for a reply."""
    if refusal.spent:
        return Deferred("credits", retry_after=3600, throttled=True, detail=str(refusal))
    match refusal.status:
        case 429:
            return Deferred("rate_limited", retry_after=refusal.wait or 900, throttled=True, detail=refusal.detail)
        case 401:
            return Deferred("unauthorized", retry_after=900, detail="X does not accept the token")
        case 403 if "permission" in refusal.detail.lower() or "client-forbidden" in refusal.kind or "oauth" in refusal.detail.lower():
            return Deferred("forbidden", retry_after=3600, detail=refusal.detail)
        case 400 | 403 | 404 | 422:  # a deleted post, somebody who blocked us, replies that the author restricted
            return Rejected("not_possible", detail=f"{refusal.status} {refusal.detail or refusal.kind}")
    return Deferred(f"http_{refusal.status}", detail=refusal.detail)
