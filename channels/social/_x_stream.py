"""Posts of X's filtered stream as they are made, through tweepy, until the connection ends.

Before the stream is listened to it is opened, and only then is read what was missed, so that nothing falls between the two. A stream that
ends is not opened again here: the gateway asks again, later each time, and what was missed meanwhile is read from the timeline.

Source: docs.x.com/x-api/posts/filtered-stream/introduction, …/integrate/build-a-rule, …/fundamentals/consuming-streaming-data.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from channels._webhook import now
from channels.base import RawMessage, Unavailable
from channels.social import _hosted, _shapes
from channels.social._x_mentions import EXPANSIONS, MEDIA_FIELDS, PLACE_FIELDS, POST_FIELDS, USER_FIELDS
from channels.social._x_post import is_id, is_repost
from channels.social._x_session import Refusal, Session, Unclear

TAG = "intake311"
WAITING = 2_000
"""Posts that may wait to be stored; X ends a connection that does not keep up, and then the timeline has them."""


def rule(username: str) -> str:
    """What the stream is asked for: mentions by others, without those that only pass one on."""
    return f"@{username} -is:retweet -from:{username}"


@asynccontextmanager
async def listening(bearer: str, api_url: str, username: str) -> AsyncIterator[asyncio.Queue[bytes | Exception]]:
    """Open the stream; its lines come into the queue, and at the end what ended it."""
    client = _client(bearer)
    client.session = session = Session(api_url)
    try:
        await _have_rule(client, username)
        task = client.filter(
            expansions=EXPANSIONS,
            media_fields=MEDIA_FIELDS,
            place_fields=PLACE_FIELDS,
            tweet_fields=POST_FIELDS,
            user_fields=USER_FIELDS,
        )
        try:
            await client.opened.wait()
            yield client.queue
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    finally:
        await session.close()


def message(line: bytes, own_id: str) -> tuple[RawMessage | None, int]:
    """The message of a line, if it is one, and its id for the cursor (0 where there is none). Raises Unavailable for X's own complaint."""
    try:
        document = _shapes.table(orjson.loads(line))
    except orjson.JSONDecodeError:
        document = {}
    post = _shapes.table(document.get("data"))
    if not is_id(post.get("id")):
        if "errors" in document:  # "This stream is currently at the maximum allowed connection limit", an operational disconnect
            first = next(iter(_shapes.tables(document.get("errors"))), {})
            raise Unavailable(f"X ends the stream: {_shapes.line(first.get('title'))[:80]}")
        return RawMessage(_hosted.digest(line), now(), "application/json", line, held="unfetchable"), 0
    if post.get("author_id") == own_id or is_repost(post):
        return None, int(post["id"])
    return RawMessage(post["id"], now(), "application/json", line, {"mode": "stream"}), int(post["id"])


def resources(line: bytes) -> int:
    """How many posts and people a line brought, for the budget."""
    try:
        document = _shapes.table(orjson.loads(line))
    except orjson.JSONDecodeError:
        return 0
    included = _shapes.table(document.get("includes"))
    return bool(document.get("data")) + sum(len(_shapes.tables(included.get(name))) for name in ("users", "tweets", "posts"))


async def _have_rule(client: Any, username: str) -> None:
    """See to it that our rule is set; rules of others stay."""
    from tweepy import StreamRule  # type: ignore[import-untyped]  # the library has no types

    try:
        present = _shapes.tables(_shapes.table(await client.get_rules()).get("data"))
        if not any(found.get("value") == rule(username) for found in present):
            await client.add_rules(StreamRule(value=rule(username), tag=TAG))
    except Refusal as error:
        raise error.for_poller() from error
    except Unclear as error:
        raise Unavailable(str(error)) from error


def _client(bearer: str) -> Any:
    """Tweepy's streaming client, which hands over bytes instead of reading them, and ends instead of connecting for ever."""
    from tweepy.asynchronous import AsyncStreamingClient  # type: ignore[import-untyped]  # the library has no types

    class Streaming(AsyncStreamingClient):  # type: ignore[misc]  # the library has no types
        def __init__(self) -> None:
            super().__init__(bearer, return_type=dict, max_retries=0)
            self.opened = asyncio.Event()
            self.queue: asyncio.Queue[bytes | Exception] = asyncio.Queue(WAITING)

        async def on_connect(self) -> None:
            self.opened.set()

        async def on_data(self, raw_data: bytes) -> None:
            await self.queue.put(raw_data)

        async def on_keep_alive(self) -> None:
            pass

        async def on_closed(self, resp: Any) -> None:
            raise Unclear("the stream was closed", sent=True)

        async def on_exception(self, exception: Exception) -> None:
            # A line that does not end is a ValueError of aiohttp's.
            why = exception.for_poller() if isinstance(exception, Refusal) else Unavailable(f"X's stream ended: {exception}")
            await self.queue.put(why)

        async def on_disconnect(self) -> None:
            self.opened.set()

    return Streaming()
