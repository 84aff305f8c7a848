"""Answers on Reddit: below a comment or post, or privately.

Reddit has no idempotency key; the account's own last comments and messages are looked at before each answer, so that the same is not said
twice, also after a restart.

Source: reddit.com/dev/api (``POST /api/comment``, ``/api/compose``); the words of the refusals are Reddit's error codes.
"""

from __future__ import annotations

import re
from typing import Any

from channels.base import ChannelError, RateLimited
from channels.outward import Client, MakeClient
from channels.replying import Deferred, Delivered, Delivery, OutboundMessage, Rejected
from channels.social import _shapes
from channels.social._reddit_api import Api, Refused, Unclear
from channels.social._reddit_feeds import name_of

MAX_REPLY = 10_000
_NAME = re.compile(r"t[134]_[a-z0-9]{1,13}", re.ASCII)
_AUTHOR = re.compile(r"[A-Za-z0-9_-]{1,30}", re.ASCII)


async def send(message: OutboundMessage, api: Api, http: MakeClient) -> Delivery:
    """Answer one message."""
    thing = message.in_reply_to or ""
    text = re.sub(r"(?<!\n)\n(?!\n)", "\n\n", message.text.strip())[:MAX_REPLY]  # in Markdown one line end is a space
    if not _NAME.fullmatch(thing):
        return Rejected("no_post", detail="the message has nothing to reply to")
    compose = message.private and not thing.startswith("t4_")
    person = _shapes.text(message.hints.get("person")) or message.to.removeprefix("u/")
    if compose and not _AUTHOR.fullmatch(person):
        return Rejected("no_private_address", detail="the writer's name is not known")
    try:
        async with api.client(http) as client:
            said = await _said(api, client, thing, text, private=message.private)
            if said is not None:
                return said
            if compose:
                subject = (message.subject or "311")[:100]
                return _read(await api.post(client, "/api/compose", {"to": person, "subject": subject, "text": text}))
            return _read(await api.post(client, "/api/comment", {"thing_id": thing, "text": text}))
    except (ChannelError, Unclear) as error:
        return _failed(error)


def _failed(error: ChannelError | Unclear) -> Delivery:
    match error:
        case RateLimited():
            return Deferred("rate_limited", retry_after=error.retry_after, throttled=True, detail=str(error))
        case Refused(status=401):
            return Deferred("unauthorized", retry_after=900, detail=str(error))
        case Refused():
            return Rejected("not_possible", detail=str(error))
        case Unclear():
            return Deferred("unclear" if error.sent else "unreachable", detail=str(error))
    return Deferred("unavailable", detail=str(error))


async def _said(api: Api, client: Client, thing: str, text: str, *, private: bool) -> Delivered | None:
    """An answer of ours with these words that is there already."""
    path = "/message/sent" if private else f"/user/{api.login.username}/comments"
    listing = _shapes.table(await api.get(client, path, {"limit": "100"}))
    for found in _shapes.tables(_shapes.table(listing.get("data")).get("children")):
        data = _shapes.table(found.get("data"))
        same = _shapes.text(data.get("body")).split() == text.split()
        if same and (data.get("parent_id") == thing or (private and not data.get("parent_id"))):
            return _made(found)
    return None


def _read(answer: Any) -> Delivery:
    told = _shapes.table(_shapes.table(answer).get("json"))
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], list) else []
    if not first:
        things = _shapes.tables(_shapes.table(told.get("data")).get("things"))
        return _made(things[0]) if things else Delivered()
    code, says = _shapes.line(first[0])[:60], _shapes.line(first[1] if len(first) > 1 else "")[:200]
    if code == "RATELIMIT":
        wait = told.get("ratelimit")
        return Deferred("rate_limited", retry_after=_wait(wait, says), throttled=True, detail=says)
    if code in ("BAD_CAPTCHA", "SERVER_ERROR", "QUOTA_FILLED"):
        return Deferred("refused_for_now", retry_after=1800, detail=f"{code} {says}")
    return Rejected("not_possible", detail=f"{code} {says}".strip())


def _wait(told: Any, says: str) -> float:
    """Seconds until Reddit lets a young account speak again: as a number, or in words ("try again in 9 minutes")."""
    if isinstance(told, int | float) and not isinstance(told, bool) and 0 < told < 86_400:
        return float(told) + 1
    found = re.search(r"(\d{1,4}) (millisecond|second|minute|hour)", says)
    return int(found[1]) * {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0}[found[2]] + 1 if found else 600.0


def _made(thing: dict[str, Any]) -> Delivered:
    path = _shapes.text(_shapes.table(thing.get("data")).get("permalink"))
    return Delivered(name_of(thing) or None, url=f"https://www.reddit.com{path}" if path.startswith("/r/") else None)
