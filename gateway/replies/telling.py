"""Who is told of what became of a request: everybody who wrote about it, on the channel that they used, once for each piece of news."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.clock import now
from gateway.replies.planning import Plan, Planner
from gateway.store import history, outbound
from gateway.store.engine import Connection
from gateway.store.instants import to_micros
from gateway.store.numbers import row_number
from normalizer.model import ServiceRequest


class Teller:
    """Tells, in the transaction of whoever knows the news."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner

    def __call__(self, connection: Connection, before: ServiceRequest, after: ServiceRequest, kind: str, jurisdiction_id: str, /) -> None:
        """A request's status, its notes or its promised time have changed (``gateway.store.statuses.Told``)."""
        at = now()
        if after.status == "closed" and before.status != "closed":
            news = "closed"
        elif after.status == "open" and before.status == "closed":
            news = "reopened"
        elif (after.status_notes or "") != (before.status_notes or "") or after.expected_datetime != before.expected_datetime:
            news = "status"
        else:
            return
        said = {"status": after.status, "status_notes": after.status_notes or "", "expected_date": after.expected_datetime}
        self.news(connection, after, news, f"{after.service_request_id}-{news}-{to_micros(at)}", at, said)

    def news(self, connection: Connection, request: ServiceRequest, kind: str, key: str, at: datetime, status: Mapping[str, Any]) -> None:
        """Tell everybody who wrote about the request, and those who wrote about its duplicates."""
        number = row_number(request.service_request_id)
        if number is None:
            return
        insert(connection, self._planner.tell(connection, request, kind, outbound.told(connection, number), key, at, status), at)


def insert(connection: Connection, plan: Plan, at: datetime) -> None:
    """Write a plan outside of the path that messages take."""
    outbound.insert(connection, plan.outbound, plan.deliveries)
    history.append(connection, plan.events, at)
