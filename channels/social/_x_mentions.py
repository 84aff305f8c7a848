"""Reads the mentions of an account from X, oldest first, without losing one and within what may be spent.

X gives the newest first and charges for each, so the pages down to the cursor are read before anything is handed over. Where the day's
budget, a limit or a failure ends the reading half-way, what was read is handed over and the cursor remembers the gap below it, which is
read first the next time. At most the newest 800 mentions can be had.

Source: docs.x.com/x-api/posts/timelines/introduction, …/integrate; X's OpenAPI description (``GET /2/users/{id}/mentions``).
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson
import structlog

from channels._webhook import now
from channels.base import Notebook, RawMessage, Unavailable
from channels.social import _hosted, _shapes
from channels.social._x_access import Caller
from channels.social._x_budget import PER_POST, Budget
from channels.social._x_post import EPOCH_MS, is_id, is_repost, references
from channels.social._x_session import Refusal, Unclear

EXPANSIONS = ["author_id", "attachments.media_keys", "geo.place_id", "referenced_tweets.id", "referenced_tweets.id.author_id"]
POST_FIELDS = [
    "attachments", "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "entities", "geo", "lang", "note_tweet",
    "referenced_tweets",
]  # fmt: skip
MEDIA_FIELDS = ["alt_text", "media_key", "preview_image_url", "type", "url"]
PLACE_FIELDS = ["full_name", "geo", "id"]
USER_FIELDS = ["name", "username"]

OVERLAP = timedelta(seconds=30)
"""Posts come into the timeline a little after each other, not strictly by id: so much before the cursor is read again, for a while."""
REACH = 800
_PAGES = 40

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """All mentions up to ``newest`` were read, but for those between ``low`` and ``high`` (both excluded), where these are set."""

    newest: int
    low: int = 0
    high: int = 0

    @classmethod
    def read(cls, text: str | None) -> Cursor | None:
        """A cursor as :meth:`__str__` writes it; None for anything else."""
        found = re.fullmatch(r"([0-9]{1,19})(?: ([0-9]{1,19})-([0-9]{1,19}))?", text or "", re.ASCII)
        return cls(*(int(part or 0) for part in found.groups())) if found else None

    def __str__(self) -> str:
        return f"{self.newest} {self.low}-{self.high}" if self.high else str(self.newest)


def id_at(seconds: float) -> int:
    """The lowest id of a post made at a time (Unix seconds)."""
    return max(0, int(seconds * 1000) - EPOCH_MS) << 22


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a stretch, oldest first. ``complete``: down to its lower end; else ``error`` may say what ended it."""

    posts: list[dict[str, Any]]
    includes: dict[str, list[Any]]
    complete: bool = True
    error: Exception | None = None

    @property
    def ids(self) -> list[int]:
        """The ids of the posts that have one."""
        return [int(post["id"]) for post in self.posts if is_id(post.get("id"))]


class Mentions:
    """The mentions of one account; ``own_id`` is the account's."""

    def __init__(self, caller: Caller, own_id: str, budget: Budget, notebook: Notebook) -> None:
        self._caller, self._own_id, self._budget, self._notebook = caller, own_id, budget, notebook

    async def since(self, cursor: Cursor) -> AsyncIterator[tuple[RawMessage | None, str]]:
        """Everything above the cursor, oldest first, and the gap below it before that. Raises what X refuses with."""
        if cursor.high:
            read = await self._stretch(cursor.low, cursor.high)
            async for step in self._hand_over(read, lambda post_id: replace(cursor, low=post_id), cursor):
                yield step
            left = replace(cursor, high=min(read.ids, default=cursor.high))
            yield None, str(Cursor(cursor.newest) if read.complete else left)
            if read.error is not None:
                raise read.error
            if not read.complete:
                return
            cursor = Cursor(cursor.newest)
        read = await self._stretch(_with_overlap(cursor.newest), 0)
        if read.ids and min(read.ids) <= cursor.newest:
            read = replace(read, complete=True)  # what is unread was read before
        async for step in self._hand_over(read, lambda post_id: Cursor(max(cursor.newest, post_id)), cursor):
            yield step
        if read.ids and not read.complete:
            yield None, str(Cursor(max(read.ids), low=cursor.newest, high=min(read.ids)))
        if read.error is not None:
            raise read.error

    async def _hand_over(self, read: Read, at: Callable[[int], Cursor], start: Cursor) -> AsyncIterator[tuple[RawMessage | None, str]]:
        """The posts of a stretch. The cursor follows them where all below is read too; else it stays until the gap is known."""
        for post in read.posts:
            moves = read.complete and is_id(post.get("id"))
            yield self._message(post, read.includes), str(at(int(post["id"])) if moves else start)

    def _message(self, post: dict[str, Any], includes: dict[str, list[Any]]) -> RawMessage | None:
        if not is_id(post.get("id")):
            content = orjson.dumps({"data": post})
            return RawMessage(_hosted.digest(content), now(), "application/json", content, held="unfetchable")
        if post.get("author_id") == self._own_id or is_repost(post):
            _log.debug("no message", reason="own_post" if post.get("author_id") == self._own_id else "repost", post=post["id"])
            return None
        content = orjson.dumps({"data": post, "includes": _belonging(post, includes)})
        return RawMessage(post["id"], now(), "application/json", content, {"mode": "poll"})

    async def _stretch(self, low: int, high: int) -> Read:
        """All pages of the mentions with ids above ``low`` and, where it is set, below ``high``."""
        posts: list[dict[str, Any]] = []
        includes: dict[str, list[Any]] = {}
        token: str | None = None
        for _page in range(_PAGES):
            size = self._budget.page
            if not size:
                return _read(posts, includes, complete=False)
            try:
                answer = await self._page(low, high, token, size)
            except (Refusal, Unclear, TimeoutError) as error:
                return _read(posts, includes, complete=False, error=_error(error))
            posts += _shapes.tables(answer.get("data"))
            for name, items in _shapes.table(answer.get("includes")).items():
                includes.setdefault(name, []).extend(_shapes.tables(items))
            last, token = token, _shapes.text(_shapes.table(answer.get("meta")).get("next_token")) or None
            if token is None:
                if len(posts) >= REACH - 10:
                    _log.warning("mentions beyond reach", read=len(posts), reason="X gives the newest 800 only; older ones may be missing")
                return _read(posts, includes)
            if token == last:
                break
        return _read(posts, includes, complete=False, error=Unavailable("X gives the same page again and again"))

    async def _page(self, low: int, high: int, token: str | None, size: int) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "expansions": EXPANSIONS,
            "max_results": size,
            "media_fields": MEDIA_FIELDS,
            "place_fields": PLACE_FIELDS,
            "tweet_fields": POST_FIELDS,
            "user_fields": USER_FIELDS,
        }
        if low:
            arguments["since_id"] = str(low)
        if high:
            arguments["until_id"] = str(high)
        if token:
            arguments["pagination_token"] = token
        await self._budget.spend(self._notebook, size * PER_POST)
        get: Callable[..., Awaitable[Any]] = self._caller.client.get_users_mentions
        answer = _shapes.table(await get(self._own_id, user_auth=self._caller.user_auth, **arguments))
        included = _shapes.table(answer.get("includes"))
        came = len(_shapes.tables(answer.get("data"))) + sum(
            len(_shapes.tables(included.get(name))) for name in ("users", "tweets", "posts")
        )
        await self._budget.spend(self._notebook, min(0, came - size * PER_POST))
        return answer


def _read(posts: list[dict[str, Any]], includes: dict[str, list[Any]], *, complete: bool = True, error: Exception | None = None) -> Read:
    return Read(sorted(posts, key=lambda post: int(post["id"]) if is_id(post.get("id")) else 0), includes, complete, error)


def _error(error: Exception) -> Exception:
    return error.for_poller() if isinstance(error, Refusal) else Unavailable(str(error))


def _with_overlap(newest: int) -> int:
    """Where to read from: a little before the cursor while its post is fresh."""
    before = newest - (int(OVERLAP.total_seconds() * 1000) << 22)
    fresh = id_at(time.time() - 4 * OVERLAP.total_seconds())
    return before if before > 0 and newest > fresh else newest


def _belonging(post: dict[str, Any], includes: dict[str, list[Any]]) -> dict[str, Any]:
    """Of what a page brought along, what belongs to one post."""
    others = {other for _kind, other in references(post)}
    posts = [item for name in ("tweets", "posts") for item in includes.get(name, []) if _shapes.text(item.get("id")) in others]
    people = {_shapes.text(item.get("author_id")) for item in (post, *posts)}
    keys = _shapes.table(post.get("attachments")).get("media_keys")
    keys = keys if isinstance(keys, list) else []
    place = _shapes.table(post.get("geo")).get("place_id")
    found = {
        "users": [user for user in includes.get("users", []) if _shapes.text(user.get("id")) in people],
        "tweets": posts,
        "media": [item for item in includes.get("media", []) if item.get("media_key") in keys],
        "places": [item for item in includes.get("places", []) if item.get("id") == place],
    }
    return {name: items for name, items in found.items() if items}
