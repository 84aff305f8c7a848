"""Reads Reddit's listings forward, from what is known to what is newest, and finds its place again when that was deleted.

``before`` gives what is newer than one thing, next to it first. Where that thing was deleted the listing is empty for ever, which looks
like silence: so where nothing came, the newest thing is looked at, and where it is not one that we know, the listing is read from the top
down to the last known. A listing without ``before`` may be minutes old (Reddit's cache), which is why it is not always read that way. It
has at most 1,000 things.

Source: reddit.com/dev/api ("listings"); praw-dev/praw, pull request 1050 (stale listings), ``stream_generator``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog

from channels.base import Unavailable
from channels.outward import Client
from channels.social import _shapes
from channels.social._reddit_api import Api, Unclear

PAGE = 100
REACH = 1_000
ANCHORS = 20
SLACK = 120.0
"""Seconds by which things may come out of order; what is seen twice is recognised."""
LATE = 86_400.0
"""Seconds by which a thing may be older than others that came before it, where Reddit itself says that it is newer in the listing."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Place:
    """How far one listing was read: the names of the last things, newest last, and the latest time (Unix seconds)."""

    anchors: list[str] = field(default_factory=list)
    latest: float = 0.0

    def passed(self, thing: dict[str, Any]) -> None:
        """Note that a thing was handed over."""
        name, made = name_of(thing), made_at(thing)
        if name in self.anchors:
            self.anchors.remove(name)
        self.anchors = [*self.anchors, name][-ANCHORS:]
        self.latest = max(self.latest, made)

    def knows(self, thing: dict[str, Any], slack: float = SLACK) -> bool:
        """Whether a thing was handed over, or is older than all that we remember of."""
        return name_of(thing) in self.anchors or 0.0 < made_at(thing) < self.latest - slack


class Cursor:
    """The places of all listings, as one text."""

    def __init__(self, text: str | None) -> None:
        self.places: dict[str, Place] = {}
        try:
            found = _shapes.table(orjson.loads(text)) if text else {}
        except orjson.JSONDecodeError:
            found = {}
        for name, value in found.items():
            place = _shapes.table(value)
            anchors, latest = place.get("anchors"), place.get("latest")
            if isinstance(anchors, list) and isinstance(latest, int | float):
                self.places[name] = Place([item for item in anchors if isinstance(item, str)], float(latest))

    def __str__(self) -> str:
        return orjson.dumps(self.places).decode()


def name_of(thing: dict[str, Any]) -> str:
    """Reddit's full name of a thing (``t1_…``); empty where it has none."""
    return _shapes.identifier(_shapes.table(thing.get("data")).get("name"))


def made_at(thing: dict[str, Any]) -> float:
    """When a thing was made, in Unix seconds; 0 where that is not told."""
    made = _shapes.table(thing.get("data")).get("created_utc")
    return float(made) if isinstance(made, int | float) and not isinstance(made, bool) else 0.0


class Feeds:
    """The listings of one channel."""

    def __init__(self, api: Api, client: Client) -> None:
        self._api, self._client = api, client

    async def newer(self, path: str, place: Place) -> AsyncIterator[list[dict[str, Any]]]:
        """What is newer than the place, oldest first, page by page. Raises what the API raises."""
        came = False
        if place.anchors:
            last = ""
            while place.anchors[-1] != last:  # a server that does not know ``before`` must not keep us for ever
                last = place.anchors[-1]
                page = await self._page(path, before=last)
                things = [thing for thing in reversed(page) if not place.knows(thing, LATE)]
                if things:
                    came = True
                    yield things  # the place moves while these are handed over
                if len(page) < PAGE:
                    break
            if came or not await self._lost(path, place):
                return
            _log.info("reading a listing anew", path=path, reason="its last known thing is gone")
        async with aclosing(self._from_the_top(path, place)) as found:  # type: ignore[type-var]  # an AsyncIterator made by ``yield``
            async for things in found:
                yield things

    async def _lost(self, path: str, place: Place) -> bool:
        """Whether the newest thing is one that we do not know: then the one that we stood on is gone."""
        newest = await self._page(path, limit=1)
        return bool(newest) and not place.knows(newest[0])

    async def _from_the_top(self, path: str, place: Place) -> AsyncIterator[list[dict[str, Any]]]:
        """The whole listing down to what is known; oldest first, which needs all of it."""
        found: list[dict[str, Any]] = []
        after = ""
        while len(found) < REACH:
            page = await self._page(path, after=after)
            fresh = [thing for thing in page if not place.knows(thing)]
            found += fresh
            if len(page) < PAGE or len(fresh) < len(page):
                break
            after = name_of(page[-1])
        else:
            _log.warning("things beyond reach", path=path, reason="Reddit lists the newest 1,000 only; older ones may be missing")
        found.sort(key=made_at)
        for start in range(0, len(found), PAGE):
            yield found[start : start + PAGE]

    async def _page(self, path: str, *, before: str = "", after: str = "", limit: int = PAGE) -> list[dict[str, Any]]:
        """The things of one page, newest first."""
        params = {"limit": str(limit)}
        if before:
            params["before"] = before
        if after:
            params["after"] = after
        try:
            listing = _shapes.table(await self._api.get(self._client, path, params))
        except Unclear as error:
            raise Unavailable(str(error)) from error
        return _shapes.tables(_shapes.table(listing.get("data")).get("children"))

    async def parents(self, things: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """The things that comments answer, by name; without those that cannot be had."""
        names = list(dict.fromkeys(_shapes.identifier(_shapes.table(thing.get("data")).get("parent_id")) for thing in things))
        wanted = [name for name in names if name.startswith(("t1_", "t3_"))][:PAGE]
        if not wanted:
            return {}
        try:
            listing = _shapes.table(await self._api.get(self._client, "/api/info", {"id": ",".join(wanted)}))
        except Exception as error:  # noqa: BLE001  (what a comment answers is good to know, and no reason to wait for the comment)
            _log.info("parents not read", error=type(error).__name__)
            return {}
        return {name_of(thing): thing for thing in _shapes.tables(_shapes.table(listing.get("data")).get("children"))}
