"""Everything new in a provider's list of transcripts, oldest first, where transcripts become ready in another order than they began.

The cursor is a small table: ``since`` (nothing that began before it is looked at any more) and ``done`` (the ids after it that were
taken). ``since`` moves up to the oldest that is still being made, and stays an hour behind the newest, so that nothing slips through
between the two. What is not ready after three days is given up and held as ``unfetchable``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson

from channels._webhook import now
from channels.base import ChannelError, Permanent, RateLimited, RawMessage, Unavailable
from channels.outward import Answer, CallFailed, Client

_FIRST = timedelta(days=1)
"""How far back the first look goes."""
_OVERLAP = timedelta(hours=1)
_PATIENCE = timedelta(days=3)
_EACH = 200
"""So many ids are written after each transcript; where there are more, after each so many."""

State = Literal["ready", "pending", "failed"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the provider's list."""

    id: str
    created: datetime
    state: State
    line: dict[str, Any]


Pages = Callable[[datetime], AsyncIterator[Listed]]
"""The list from the newest back to a time, lines in any order."""
Fetch = Callable[[Listed], Coroutine[Any, Any, bytes]]
"""A whole transcript. Raises Permanent where there is none, RateLimited, Unavailable."""


async def catch_up(
    source: str, position: dict[str, Any], pages: Pages, fetch: Fetch
) -> AsyncIterator[tuple[RawMessage | None, dict[str, Any]]]:
    """Yield each new transcript with the position that it moves to. Raises what the list raised; one transcript that cannot be had is
    tried again by the next look, and stops none of the others.
    """
    moment = now()
    since = _since(position, moment)
    done = {str(item) for item in position.get("done", [])}
    listed = sorted([item async for item in pages(since)], key=lambda item: (item.created, item.id))
    waiting: datetime | None = None
    last: ChannelError | None = None
    for item in listed:
        if item.id in done or item.created < since:
            continue
        content: bytes | None = None
        held = None
        if item.state == "ready":
            try:
                content = await fetch(item)
            except RateLimited:
                raise
            except Permanent:
                held = "unfetchable"
            except Unavailable as error:
                last = error
        if content is None and held is None and item.state != "failed":
            if moment - item.created < _PATIENCE:
                waiting = waiting or item.created
                continue
            held = "unfetchable"
        done.add(item.id)
        raw = None
        if content is not None or held is not None:
            body = content if content is not None else orjson.dumps(item.line)
            raw = RawMessage(f"{source}:{item.id}", now(), "application/json", body, {"signature": "pass", "source": source}, held=held)
        # Writing ten thousand ids after each of ten thousand would take minutes; what is seen twice is recognised by its key.
        if len(done) < _EACH or len(done) % _EACH == 0:
            position = {"since": since.isoformat(), "done": sorted(done)}
        yield raw, position
    newest = max((item.created for item in listed), default=since)
    since = max(since, min(waiting or newest, newest - _OVERLAP))
    yield None, {"since": since.isoformat(), "done": sorted(item.id for item in listed if item.id in done and item.created >= since)}
    if last is not None:
        raise last


def _since(position: dict[str, Any], moment: datetime) -> datetime:
    try:
        return datetime.fromisoformat(position["since"])
    except (KeyError, TypeError, ValueError):
        return moment - _FIRST


async def get(http: Client, url: str, headers: dict[str, str], params: dict[str, str] | None = None) -> dict[str, Any]:
    """The object that a GET answers. Raises Permanent (401, 403, 404, 410), RateLimited, Unavailable."""
    try:
        answer = await http.call("GET", url, headers=headers, params=params)
    except CallFailed as error:
        raise Unavailable(f"no answer: {error.reason}") from error
    if answer.status in (401, 403):
        raise Refused(f"the provider refuses our credentials ({answer.status})")
    if answer.status in (404, 410):
        raise Permanent(f"the provider has no such transcript ({answer.status})")
    if answer.status == 429:
        raise RateLimited("the provider asks us to slow down", retry_after=_retry_after(answer))
    if answer.status != 200:
        raise Unavailable(f"the provider answered {answer.status}")
    try:
        data = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise Unavailable("the provider's answer is not JSON") from error
    if not isinstance(data, dict):
        raise Unavailable("the provider's answer is not an object")
    return data


class Refused(Unavailable):
    """The credentials are wrong or have ended: a person must act, and until then nothing is given up."""


def _retry_after(answer: Answer) -> int:
    value = answer.headers.get("Retry-After", "")
    return min(int(value), 3600) if value.isdecimal() and len(value) < 6 else 60
