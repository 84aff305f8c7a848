"""The gateway's side of a poller in memory: contexts with the real HTTP client, a notebook, and polling as the gateway does it."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field, replace

from channels.base import FetchContext, PollContext, Poller, ProbeContext
from channels.outward import Client, Manners
from channels.replying import ReplyContext
from gateway.http import client
from tests.channels.webhooks import Inbox


@dataclass
class Notebook:
    """A notebook in memory."""

    notes: dict[str, str] = field(default_factory=dict)

    async def get(self, name: str, /) -> str | None:
        return self.notes.get(name)

    async def put(self, name: str, value: str, /) -> None:
        self.notes[name] = value


def reaching_loopback(manners: Manners) -> Client:
    """The real client, for peers that run on this machine: it would refuse to fetch media from them."""
    return client(replace(manners, private_addresses=True))


def polling(notebook: Notebook | None = None) -> PollContext:
    return PollContext(client, notebook or Notebook())


PROBING = ProbeContext(client)
REPLYING = ReplyContext(client)
FETCHING = FetchContext(client)
FETCHING_HERE = FetchContext(reaching_loopback)


class Killed(Exception):
    """The process died here."""


async def poll(
    poller: Poller, cursor: str | None, inbox: Inbox, context: PollContext | None = None, *, dies_after: int | None = None
) -> str:
    """One poll: each message is accepted, then its cursor taken; the cursor at the end.

    With ``dies_after`` the gateway dies when so many messages were accepted: Killed is raised, and no cursor was stored.
    """
    accepted = 0
    async with aclosing(poller.poll(cursor, context or polling())) as found:  # type: ignore[type-var]  # an AsyncIterator made by ``yield``
        async for raw, new in found:
            if raw is not None:
                await inbox(raw)
                accepted += 1
                if accepted == dies_after:
                    raise Killed
            cursor = new
    assert cursor is not None
    return cursor
