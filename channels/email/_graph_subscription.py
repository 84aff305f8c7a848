"""The subscription by which Exchange Online calls when a mail comes: made, renewed before its end, made anew when it was removed.

Microsoft's pages "subscription resource type", "Create subscription", "Update subscription", and "Reduce missing subscriptions and change
notifications". A subscription makes mail come sooner; without one it comes by asking, so that no trouble with it is raised.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
import structlog

from channels.base import ChannelError, Notebook, RateLimited
from channels.email._graph_client import Graph, NotThere

_log = structlog.get_logger(__name__)
NOTE: Final = "subscription"
EVENT: Final = "lifecycle"
TROUBLE: Final = "subscription_trouble"
"""Notes of the notebook: which subscription there is, what Graph said of it since, and why there is none."""
REMOVED, REAUTHORIZE, MISSED = "subscriptionRemoved", "reauthorizationRequired", "missed"
LIFE = timedelta(days=1)
"""How long a subscription is asked for. Graph allows days; a short one is soon replaced when it got lost without a word."""
_REST = 600.0
"""Seconds after a refusal before the next attempt."""


class Subscription:
    """The subscription of one folder. ``client_state`` is the secret by which Graph's calls are known."""

    def __init__(self, resource: str, url: str, client_state: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._resource, self._url, self._client_state, self._now = resource, url, client_state, now
        self._of = hashlib.sha256(f"{resource}\0{url}\0{client_state}".encode()).hexdigest()[:16]
        self._next_try = 0.0

    async def keep(self, graph: Graph, notebook: Notebook) -> None:
        """See to it that there is a subscription for some hours more. Raises RateLimited; any other trouble is noted and logged."""
        if time.monotonic() < self._next_try:
            return
        trouble = ""
        try:
            await self._keep(graph, notebook)
        except RateLimited:
            raise
        except ChannelError as error:
            self._next_try, trouble = time.monotonic() + _REST, str(error)
            _log.warning("no subscription at Graph: mail comes by asking alone", reason=trouble)
        if trouble != (await notebook.get(TROUBLE) or ""):
            await notebook.put(TROUBLE, trouble)

    async def _keep(self, graph: Graph, notebook: Notebook) -> None:
        known = _read(await notebook.get(NOTE))
        event = await notebook.get(EVENT) or ""
        if known is not None and known["of"] != self._of:  # set up otherwise before
            await self._remove(graph, known["id"])
            known = None
        if known is None or event == REMOVED:
            known = await self._create(graph)
        elif event == REAUTHORIZE or _instant(known["expires"]) - self._now() < LIFE / 2:
            known = await self._renew(graph, known["id"])
        else:
            return
        await notebook.put(NOTE, orjson.dumps(known).decode())
        if event:
            await notebook.put(EVENT, "")

    async def _create(self, graph: Graph) -> dict[str, str]:
        body = {
            "changeType": "created",
            "notificationUrl": self._url,
            "lifecycleNotificationUrl": self._url,
            "resource": self._resource,
            "expirationDateTime": self._end(),
            "clientState": self._client_state,
        }
        return self._known(await graph.json("POST", "/subscriptions", body))

    async def _renew(self, graph: Graph, subscription_id: str) -> dict[str, str]:
        try:
            return self._known(await graph.json("PATCH", f"/subscriptions/{subscription_id}", {"expirationDateTime": self._end()}))
        except NotThere:
            return await self._create(graph)

    async def _remove(self, graph: Graph, subscription_id: str) -> None:
        try:
            await graph.json("DELETE", f"/subscriptions/{subscription_id}")
        except ChannelError as error:  # it ends by itself within a day
            _log.info("an old subscription could not be removed", reason=str(error))

    def _end(self) -> str:
        return (self._now() + LIFE).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")

    def _known(self, answer: dict[str, Any]) -> dict[str, str]:
        return {"id": str(answer.get("id", "")), "expires": str(answer.get("expirationDateTime") or self._end()), "of": self._of}


async def told(notebook: Notebook) -> str:
    """Whether Graph calls, in words, as the notebook has it."""
    trouble, known = await notebook.get(TROUBLE), _read(await notebook.get(NOTE))
    if trouble:
        return f"Graph does not call: {trouble}"
    if known is None:
        return "Graph calls when the gateway runs"
    return f"Graph calls until {_instant(known['expires']):%Y-%m-%d %H:%M} UTC, and then anew"


def _read(note: str | None) -> dict[str, str] | None:
    try:
        found = orjson.loads(note or "")
        return {name: str(found[name]) for name in ("id", "expires", "of")}
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None


def _instant(text: str) -> datetime:
    """Graph writes seven digits of a second, which Python reads six of; what cannot be read has ended."""
    try:
        return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
