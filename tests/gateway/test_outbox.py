"""The outbox's contract, held by the store and by its twin in memory alike: what dispatch may rely on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from gateway.outbox import Claimed, Deliveries, Outcome
from gateway.store import deliveries as stored
from gateway.store import schema
from gateway.store.claims import open_claims
from gateway.store.deliveries import StoredDeliveries
from gateway.store.engine import Engines
from gateway.store.location import locate
from gateway.store.numbers import row_number
from gateway.store.outcome import Outbox, OutcomeWriter
from gateway.store.transactions import Transactions
from tests.gateway.fakes_deliveries import FakeDeliveries
from tests.gateway.sinks.cases import a_request
from tests.gateway.store.builders import CITY, START, appender, arrival, as_request, outcome

LEASE = timedelta(seconds=60)
BACKOFF = timedelta(seconds=30)


class Bench(Protocol):
    """An outbox to try: rows are made by ``request`` and ``update``, ``row`` tells how one stands."""

    @property
    def deliveries(self) -> Deliveries: ...
    def request(self, *sink_ids: str) -> str: ...
    def update(self, request_id: str, sink_id: str) -> None: ...
    def hold(self, delivery_id: str) -> None: ...
    def retry(self, delivery_id: str) -> None: ...
    def row(self, delivery_id: str) -> dict[str, Any]: ...


class InMemory:
    """The twin."""

    def __init__(self) -> None:
        self.deliveries: Any = FakeDeliveries()
        self._count = 0

    def request(self, *sink_ids: str) -> str:
        self._count += 1
        request = a_request(f"2026-{self._count:05}")
        for sink_id in sink_ids:
            self.deliveries.add(request, sink_id, START)
        return request.service_request_id

    def update(self, request_id: str, sink_id: str) -> None:
        self.deliveries.add(self.deliveries.requests[request_id], sink_id, START, "updated")

    def hold(self, delivery_id: str) -> None:
        self.deliveries.rows[delivery_id].on_hold = True

    def retry(self, delivery_id: str) -> None:
        row = self.deliveries.rows[delivery_id]
        row.on_hold, row.state, row.next_attempt, row.leased_until = False, "pending", START, None

    def row(self, delivery_id: str) -> dict[str, Any]:
        row = self.deliveries.rows[delivery_id]
        state = "hold" if row.on_hold else row.state
        return {"state": state, "attempts": row.attempts, "reason": row.reason or None, "token": row.token, "external_id": row.external_id}


class InTheStore:
    """The store."""

    def __init__(self, engines: Engines, transactions: Transactions) -> None:
        self._engines = engines
        self.deliveries = StoredDeliveries(transactions, shared=False)
        self._count = 0

    def request(self, *sink_ids: str) -> str:
        self._count += 1
        appender(self._engines).append([arrival(f"<{self._count}@x.example>")])
        taken = open_claims(self._engines).take(1, 1 << 20, lease=60)
        made = outcome(taken[0])
        with self._engines.writing() as connection:
            open_claims(self._engines).settle(connection, taken)
            OutcomeWriter(connection, Outbox(lambda request: list(sink_ids)), START).write([made], as_request)
        return made.work.requests[0].service_request_id

    def update(self, request_id: str, sink_id: str) -> None:
        self._count += 1
        row = {
            "jurisdiction_id": CITY,
            "request_id": row_number(request_id),
            "sink_id": sink_id,
            "event": "updated",
            "idempotency_key": f"key-{self._count}",
            "state": "pending",
            "created": START,
            "next_attempt": START,
            "attempts": 0,
            "log": "[]",
        }
        with self._engines.writing() as connection:
            stored.add(connection, [row])

    def hold(self, delivery_id: str) -> None:
        with self._engines.writing() as connection:
            stored.hold(connection, [int(delivery_id)], START, "clerk")

    def retry(self, delivery_id: str) -> None:
        with self._engines.writing() as connection:
            stored.retry(connection, [int(delivery_id)], START, "clerk")

    def row(self, delivery_id: str) -> dict[str, Any]:
        with self._engines.reading() as connection:
            return next(row for row in stored.listing(connection) if row["delivery_id"] == delivery_id)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    if request.param == "memory":
        yield InMemory()
        return
    location = locate(f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    schema.migrate(location)
    engines = Engines(location)
    transactions = Transactions(engines)
    yield InTheStore(engines, transactions)
    await transactions.close()
    engines.dispose()


@dataclass(frozen=True)
class At:
    """A moment, so many seconds after the start, and what dispatch does at it."""

    bench: Bench
    seconds: float = 0

    @property
    def moment(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    async def claim(self, *sink_ids: str, limit: int = 10) -> list[Claimed]:
        return list(
            await self.bench.deliveries.claim(
                sink_ids=sink_ids or ("crm",), limit=limit, lease=LEASE, now=self.moment, backoff=lambda attempts: BACKOFF * attempts
            )
        )

    async def finish(self, claimed: Claimed, state: str = "delivered", **known: Any) -> Outcome:
        facts: dict[str, Any] = {"delivered": {"answer": "delivered"}, "deferred": {"answer": "deferred"}}.get(
            state, {"answer": "rejected"}
        )
        if state == "deferred":
            facts["next_attempt"] = self.moment + timedelta(seconds=5)
        made = Outcome(
            delivery_id=claimed.delivery_id,
            service_request_id=claimed.service_request_id,
            sink_id=claimed.sink_id,
            attempts=claimed.attempts,
            state=state,  # type: ignore[arg-type]
            at=self.moment,
            seconds=0.1,
            **{**facts, **known},
        )
        await self.bench.deliveries.finish([made])
        return made


async def test_a_row_is_claimed_once_and_carries_what_an_attempt_needs(bench: Bench) -> None:
    number = bench.request("crm", "hook")
    (claimed,) = await At(bench).claim("crm")
    assert (claimed.service_request_id, claimed.sink_id, claimed.event, claimed.attempts) == (number, "crm", "created", 1)
    assert (claimed.token, claimed.external_id, claimed.created_at) == (None, None, START)
    assert claimed.request.service_request_id == number
    assert claimed.idempotency_key
    assert await At(bench, 1).claim("crm") == []
    assert [other.sink_id for other in await At(bench, 1).claim("crm", "hook")] == ["hook"]
    assert await At(bench, 1).claim("nobody") == []


async def test_no_more_are_claimed_than_asked_for_and_the_longest_due_first(bench: Bench) -> None:
    numbers = [bench.request("crm") for _ in range(5)]
    assert [claimed.service_request_id for claimed in await At(bench).claim(limit=2)] == numbers[:2]
    assert [claimed.service_request_id for claimed in await At(bench).claim(limit=9)] == numbers[2:]


async def test_it_comes_back_when_both_its_lease_and_its_back_off_are_over(bench: Bench) -> None:
    bench.request("crm")
    (first,) = await At(bench).claim()
    assert await At(bench, 59).claim() == []
    (second,) = await At(bench, 61).claim()
    assert (second.attempts, second.idempotency_key) == (2, first.idempotency_key)
    (third,) = await At(bench, 61 + 61).claim()  # back-off of the second attempt: 60 s
    assert await At(bench, 61 + 61 + 61).claim() == []  # of the third: 90 s
    assert (await At(bench, 61 + 61 + 91).claim())[0].attempts == third.attempts + 1


async def test_a_new_process_ends_leases_and_keeps_back_offs(bench: Bench) -> None:
    bench.request("crm")
    bench.request("crm")
    await At(bench).claim()
    assert await bench.deliveries.recover(now=START + timedelta(seconds=1)) == 2
    assert await At(bench, 29).claim() == []
    assert [claimed.attempts for claimed in await At(bench, 31).claim()] == [2, 2]


async def test_a_deferred_row_is_due_at_its_next_attempt(bench: Bench) -> None:
    bench.request("crm")
    (claimed,) = await At(bench).claim()
    await At(bench, 1).finish(claimed, "deferred", reason="http_503", token="t1")
    row = bench.row(claimed.delivery_id)
    assert (row["state"], row["reason"], row["attempts"], row["token"]) == ("deferred", "http_503", 1, "t1")
    assert await At(bench, 5).claim() == []
    (again,) = await At(bench, 7).claim()
    assert (again.attempts, again.token) == (2, "t1")


@pytest.mark.parametrize("state", ["delivered", "dead_letter"])
async def test_what_is_over_is_claimed_no_more(bench: Bench, state: str) -> None:
    bench.request("crm")
    (claimed,) = await At(bench).claim()
    await At(bench, 1).finish(claimed, state, reason="" if state == "delivered" else "http_400")
    assert bench.row(claimed.delivery_id)["state"] == state
    assert await At(bench, 10_000).claim() == []


async def test_events_of_a_request_wait_for_the_one_before_them(bench: Bench) -> None:
    number = bench.request("crm", "hook")
    other = bench.request("crm")
    bench.update(number, "crm")
    bench.update(number, "crm")
    first, beside = await At(bench).claim()
    assert (first.service_request_id, beside.service_request_id) == (number, other)
    assert await At(bench, 1).claim() == []
    await At(bench, 1).finish(first, "deferred", reason="http_500")
    (again,) = await At(bench, 10).claim()  # the same one, not the next
    assert again.delivery_id == first.delivery_id
    await At(bench, 11).finish(again, external_id="77")
    (second,) = await At(bench, 12).claim()
    assert (second.event, second.external_id) == ("updated", "77")
    await At(bench, 12).finish(second, "dead_letter", reason="http_400")  # a dead letter holds up nothing
    (third,) = await At(bench, 13).claim()
    assert (third.event, third.external_id) == ("updated", "77")


async def test_an_outcome_reported_twice_changes_nothing(bench: Bench) -> None:
    bench.request("crm")
    (claimed,) = await At(bench).claim()
    made = await At(bench, 1).finish(claimed, external_id="77", url="https://crm.example.gov/77")
    before = bench.row(claimed.delivery_id)
    await bench.deliveries.finish([made])
    assert bench.row(claimed.delivery_id) == before


async def test_an_overtaken_attempt_leaves_its_token_and_nothing_else(bench: Bench) -> None:
    bench.request("crm")
    (slow,) = await At(bench).claim()
    (quick,) = await At(bench, 61).claim()
    await At(bench, 62).finish(slow, "deferred", reason="token", token="t1")
    row = bench.row(quick.delivery_id)
    assert (row["attempts"], row["token"], row["reason"]) == (2, "t1", None)
    assert await At(bench, 70).claim() == []  # still under the second one's lease
    await At(bench, 71).finish(quick, external_id="77")
    assert bench.row(quick.delivery_id)["state"] == "delivered"
    await At(bench, 72).finish(slow, "dead_letter", reason="late")
    assert bench.row(quick.delivery_id)["state"] == "delivered"


async def test_what_is_given_back_is_due_at_once_and_was_no_attempt(bench: Bench) -> None:
    bench.request("crm")
    (claimed,) = await At(bench).claim()
    await bench.deliveries.release([claimed])
    (again,) = await At(bench, 1).claim()
    assert again.attempts == 1


async def test_giving_back_an_overtaken_claim_takes_nothing_from_the_other(bench: Bench) -> None:
    bench.request("crm")
    (slow,) = await At(bench).claim()
    (quick,) = await At(bench, 61).claim()
    await bench.deliveries.release([slow])
    assert bench.row(quick.delivery_id)["attempts"] == 2
    assert await At(bench, 62).claim() == []


async def test_on_hold_neither_it_nor_what_follows_is_claimed_until_somebody_retries(bench: Bench) -> None:
    number = bench.request("crm")
    (claimed,) = await At(bench).claim()
    await At(bench, 1).finish(claimed, "deferred", reason="http_500")
    bench.update(number, "crm")
    bench.hold(claimed.delivery_id)
    assert await At(bench, 10_000).claim() == []
    bench.retry(claimed.delivery_id)
    assert [again.delivery_id for again in await At(bench, 10_001).claim()] == [claimed.delivery_id]


async def test_a_dead_letter_is_sent_again_by_hand_under_the_same_key_with_its_count(bench: Bench) -> None:
    bench.request("crm")
    (claimed,) = await At(bench).claim()
    await At(bench, 1).finish(claimed, "dead_letter", reason="http_400", token="t1")
    bench.retry(claimed.delivery_id)
    (again,) = await At(bench, 2).claim()
    assert (again.idempotency_key, again.attempts, again.token) == (claimed.idempotency_key, 2, "t1")


async def test_a_number_is_known_to_the_request(bench: Bench) -> None:
    number = bench.request("crm")
    (claimed,) = await At(bench).claim()
    await At(bench, 1).finish(claimed, external_id="77", url="https://crm.example.gov/77")
    bench.update(number, "crm")
    (after,) = await At(bench, 2).claim()
    assert [(known.system, known.id, known.url) for known in after.request.external_ids] == [("crm", "77", "https://crm.example.gov/77")]
