"""Sends what was planned: one outbox lane for each road, so that a provider that is down keeps no other from being heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from channels.replying import Delivery, Rejected, ReplyContext
from gateway import clock
from gateway.replies.roads import Road
from gateway.sinks.base import Attempt
from gateway.store import contacts, outbound
from gateway.store.engine import Engines
from gateway.store.transactions import Transactions
from normalizer.model import ServiceRequest

_log = structlog.get_logger(__name__)
UNWANTED = frozenset({"opted_out", "unsubscribed", "blocked"})
"""Coded reasons of a replier by which the other side says that the person wants nothing: Twilio's 21610, for example."""
GONE = frozenset({"bounced", "no_such_recipient", "bad_number", "bad_address", "unreachable_person"})
"""Coded reasons by which it says that nothing arrives there."""


class ReplySink:
    """One road as the outbox sees it. ``deliver`` sends what the row with the attempt's key says; the request only gives it its order."""

    def __init__(self, road: Road, context: ReplyContext, engines: Engines, transactions: Transactions) -> None:
        self._road, self._context, self._engines, self._transactions = road, context, engines, transactions

    async def check(self) -> None:
        """Roads are looked at by their channel's probe."""

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:  # the signature of a sink
        """Send it, unless the person has objected since it was planned; keep what the answer says of the address."""
        row, contact = await asyncio.to_thread(self._look, attempt.idempotency_key)
        if row is None:
            return Rejected("erased")
        if contact.opted_out is not None:
            return Rejected("opted_out")
        answer = await self._road.replier.reply(outbound.load(row.document), self._context)
        if isinstance(answer, Rejected) and answer.reason in UNWANTED | GONE:
            await self._transactions.run(lambda connection: _remember(connection, row, answer.reason))
            _log.info("an address takes no messages", channel=self._road.channel_id, outbound_id=row.id, reason=answer.reason)
        return answer

    async def aclose(self) -> None:
        """End the connections of the road, where it keeps any."""
        end = getattr(self._road.replier, "aclose", None)
        if end is not None:
            await end()

    def _look(self, key: str) -> tuple[Any, contacts.Contact]:
        with self._engines.reading() as connection:
            row = outbound.find(connection, key)
            if row is None:
                return None, contacts.UNKNOWN
            return row, contacts.find(connection, row.jurisdiction_id, [row.contact_key]).get(row.contact_key, contacts.UNKNOWN)


def _remember(connection: Any, row: Any, reason: str) -> None:
    if reason in UNWANTED:
        contacts.opt_out(connection, row.jurisdiction_id, row.contact_key, clock.now())
    else:
        contacts.bounce(connection, row.jurisdiction_id, row.contact_key, clock.now(), reason)


MakeContext = Callable[[str], ReplyContext]
"""The context of a channel's replier."""


def lane(road: Road) -> str:
    """The name of the road's lane in the outbox."""
    return outbound.LANE + road.channel_id
