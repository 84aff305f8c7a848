"""Dispatch: every delivery ends, once at an idempotent receiver, in order, whatever sinks, store and process do."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.backoff import Backoff
from gateway.dispatch import Dispatcher, Limits, Pace
from gateway.lane import Held, Lane, Shared
from gateway.outbox import Deliveries
from gateway.sinks import webhook
from gateway.sinks.base import Attempt, Deferred, Delivered, Delivery, Rejected, Sink
from normalizer.model import ServiceRequest
from tests.gateway.fakes_deliveries import FakeDeliveries, OfProcess, Row
from tests.gateway.peers.webhook import WebhookPeer, answering, close_without_answer, drip, hang, reset_after_the_effect
from tests.gateway.sinks.cases import a_request
from tests.gateway.sinks.test_webhook import SECRET

QUICK = Limits(
    deadline=10.0,
    backoff=Backoff(first=0.002, cap=0.01, least=0.001),
    breaker_pauses=Backoff(first=0.002, cap=0.01, least=0.001),
    least_attempts=10,
)
CUT = replace(QUICK, deadline=0.05)
SWIFT = Pace(poll=0.005, grace=1.0, lease_margin=0.3)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Scripted:
    """A sink that answers as it is told: an answer, an exception, or a function of the attempt; then Delivered. Keeps what it was asked."""

    script: list[Any] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    async def check(self) -> None: ...

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:
        self.attempts.append(attempt)
        self.requests.append(request.service_request_id)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            answer = self.script.pop(0) if self.script else Delivered()
            if callable(answer):
                answer = await answer(attempt)
            if isinstance(answer, Exception):
                raise answer
            return answer
        finally:
            self.under_way -= 1


@asynccontextmanager
async def dispatching(deliveries: Deliveries, sinks: Mapping[str, Sink], **options: Any) -> AsyncIterator[Dispatcher]:
    given_limits = options.pop("limits", {})
    limits = {sink_id: given_limits.get(sink_id, QUICK) for sink_id in sinks}
    dispatcher = Dispatcher(deliveries, sinks, **{"limits": limits, "pace": SWIFT, **options})
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    try:
        yield dispatcher
    finally:
        stop.set()
        await running


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # what is waited for is anything that a test can ask
            await asyncio.sleep(0.002)


async def finished(deliveries: FakeDeliveries) -> None:
    await until(lambda: not deliveries.unfinished)


def filled(count: int = 1, sink_id: str = "crm", at: datetime | None = None) -> FakeDeliveries:
    deliveries = FakeDeliveries()
    for number in range(count):
        deliveries.add(a_request(f"2026-{number:05}"), sink_id, at or now())
    return deliveries


def the(deliveries: FakeDeliveries) -> Row:
    (row,) = deliveries.rows.values()
    return row


# ---- one delivery


async def test_a_delivery_is_made_and_recorded() -> None:
    deliveries, sink, seen = filled(), Scripted([Delivered("77", None, "https://crm/77")]), []
    async with dispatching(deliveries, {"crm": sink}, observe=lambda *facts: seen.append(facts)):
        await finished(deliveries)
    row = the(deliveries)
    assert (row.state, row.external_id, row.url, row.attempts) == ("delivered", "77", "https://crm/77", 1)
    assert sink.attempts == [Attempt("key-d1", 1, "created")]
    assert [(outcome.answer, outcome.attempts) for outcome in row.log] == [("delivered", 1)]
    assert [(sink_id, outcome) for sink_id, outcome, _ in seen] == [("crm", "delivered")]
    assert deliveries.requests["2026-00000"].external_ids[0].id == "77"


async def test_the_next_attempt_is_set_before_the_attempt() -> None:
    deliveries, begun, go_on = filled(), asyncio.Event(), asyncio.Event()

    async def waiting(attempt: Attempt) -> Delivery:
        begun.set()
        await go_on.wait()
        return Delivered()

    async with dispatching(deliveries, {"crm": Scripted([waiting])}, limits={"crm": Limits()}):
        await begun.wait()
        row = the(deliveries)
        assert row.attempts == 1
        assert row.next_attempt > row.created_at
        # The lease outlasts the attempt's deadline.
        assert row.leased_until is not None
        assert row.leased_until - row.created_at >= timedelta(seconds=Limits().deadline)
        go_on.set()
        await finished(deliveries)


@pytest.mark.parametrize(
    "trouble",
    [Deferred("http_500"), Deferred("http_409", scope="delivery"), ValueError("Marie Untel"), OSError(), TimeoutError(), None, "yes"],
)
async def test_whatever_is_no_answer_is_tried_again_under_the_same_key(trouble: Any) -> None:
    deliveries = filled()

    async def given_as_it_is(attempt: Attempt) -> Any:
        return trouble

    sink = Scripted([given_as_it_is, given_as_it_is])
    async with dispatching(deliveries, {"crm": sink}):
        await finished(deliveries)
    assert [(attempt.idempotency_key, attempt.number) for attempt in sink.attempts] == [("key-d1", 1), ("key-d1", 2), ("key-d1", 3)]
    assert [outcome.state for outcome in the(deliveries).log] == ["deferred", "deferred", "delivered"]


async def test_a_sink_that_hangs_is_cut_at_the_deadline() -> None:
    deliveries = filled()

    async def hanging(attempt: Attempt) -> Delivery:
        await asyncio.sleep(60)
        return Delivered()

    async with dispatching(deliveries, {"crm": Scripted([hanging])}, limits={"crm": CUT}):
        await finished(deliveries)
    assert [outcome.reason for outcome in the(deliveries).log] == ["deadline", ""]


async def test_a_rejection_is_a_dead_letter_at_once_and_the_others_go_on() -> None:
    deliveries = filled(3)
    async with dispatching(deliveries, {"crm": Scripted([Rejected("http_422", detail="no place")])}) as dispatcher:
        await finished(deliveries)
        assert dispatcher.states()["crm"].breaker == "closed"
    states = Counter(row.state for row in deliveries.rows.values())
    assert states == {"dead_letter": 1, "delivered": 2}
    dead = next(row for row in deliveries.rows.values() if row.state == "dead_letter")
    assert [(outcome.answer, outcome.reason, outcome.detail) for outcome in dead.log] == [("rejected", "http_422", "no place")]


async def test_a_delivery_that_is_old_and_often_tried_becomes_a_dead_letter() -> None:
    deliveries = filled(at=now() - timedelta(hours=97))
    sink = Scripted([Deferred("http_500")] * 50)
    async with dispatching(deliveries, {"crm": sink}):
        await finished(deliveries)
    row = the(deliveries)
    assert (row.state, row.reason, row.attempts) == ("dead_letter", "http_500", QUICK.least_attempts)
    # A person may send it again; then it is tried under its own key, and succeeds.
    row.state, row.next_attempt = "deferred", now()
    sink.script.clear()
    async with dispatching(deliveries, {"crm": sink}):
        await finished(deliveries)
    assert (row.state, row.attempts) == ("delivered", QUICK.least_attempts + 1)


async def test_an_old_delivery_that_was_hardly_tried_is_tried_on() -> None:
    # The system was down for a week, and probes alone were made: nothing of what waited is given up.
    deliveries = filled(at=now() - timedelta(days=7))
    async with dispatching(deliveries, {"crm": Scripted([Deferred("http_500")] * 3)}):
        await finished(deliveries)
    assert the(deliveries).state == "delivered"


async def test_a_token_is_handed_to_every_later_attempt_and_survives_every_trouble() -> None:
    deliveries = filled()
    sink = Scripted(
        [
            Deferred("token", token="t1", scope="delivery"),
            Deferred("http_500"),
            ValueError(),
            Deferred("token_pending", token="t1", scope="delivery"),
            Delivered("77"),
        ]
    )
    async with dispatching(deliveries, {"crm": sink}):
        await finished(deliveries)
    assert [attempt.token for attempt in sink.attempts] == [None, "t1", "t1", "t1", "t1"]
    assert (the(deliveries).token, the(deliveries).external_id) == ("t1", "77")


async def test_what_the_system_answered_for_the_request_is_handed_to_its_next_event() -> None:
    deliveries = filled()
    deliveries.add(deliveries.requests["2026-00000"], "crm", now(), "updated")
    sink = Scripted([Delivered("77")])
    async with dispatching(deliveries, {"crm": sink}):
        await finished(deliveries)
    assert [(attempt.event, attempt.external_id) for attempt in sink.attempts] == [("created", None), ("updated", "77")]


async def test_on_hold_nothing_is_tried_and_later_events_of_the_request_wait() -> None:
    deliveries = filled(2)
    held = deliveries.rows["d1"]
    held.on_hold = True
    later = deliveries.add(deliveries.requests["2026-00000"], "crm", now(), "updated")
    sink = Scripted()
    async with dispatching(deliveries, {"crm": sink}) as dispatcher:
        await until(lambda: deliveries.rows["d2"].state == "delivered")
        await asyncio.sleep(0.03)
        assert (held.attempts, later.attempts) == (0, 0)
        held.on_hold = False
        dispatcher.wake("crm")
        await finished(deliveries)
    assert [attempt.event for attempt in sink.attempts] == ["created", "created", "updated"]


# ---- times


async def test_retry_after_is_kept_by_the_row_and_by_the_whole_sink() -> None:
    deliveries = filled(5)
    sink = Scripted([Deferred("http_429", retry_after=3600.0, throttled=True)])
    one_by_one = replace(QUICK, concurrency=1)
    async with dispatching(deliveries, {"crm": sink}, limits={"crm": one_by_one}) as dispatcher:
        await until(lambda: dispatcher.states()["crm"].breaker == "open")
        await until(lambda: len(deliveries.rows["d1"].log) == 1)
        await asyncio.sleep(0.03)
        assert len(sink.attempts) == 1  # the other four wait too
        row = deliveries.rows["d1"]
        assert timedelta(seconds=3590) < row.next_attempt - now() < timedelta(seconds=3961)
        assert dispatcher.states()["crm"].reason == "http_429"
        row.next_attempt = now()
        dispatcher.reset("crm")  # a person knows better
        await finished(deliveries)
    assert {row.attempts for row in deliveries.rows.values()} == {1, 2}


async def test_what_an_operator_must_mend_waits_long_and_only_several_of_it_pause_the_sink() -> None:
    # A firewall in between that dislikes one resident's words answers 403 as a wrong key does.
    deliveries = filled(3)
    sink = Scripted([Deferred("http_403", retry_after=300.0)])
    async with dispatching(deliveries, {"crm": sink}, limits={"crm": replace(QUICK, concurrency=1)}) as dispatcher:
        await until(lambda: len(deliveries.unfinished) == 1)
        assert dispatcher.states()["crm"].breaker == "closed"
    assert deliveries.unfinished[0].next_attempt - now() > timedelta(seconds=290)


async def test_retry_after_of_one_delivery_leaves_the_others_alone() -> None:
    deliveries = filled(3)
    sink = Scripted([Deferred("http_425", retry_after=3600.0, scope="delivery")])
    async with dispatching(deliveries, {"crm": sink}):
        await until(lambda: len(deliveries.unfinished) == 1)
    assert Counter(row.state for row in deliveries.rows.values()) == {"deferred": 1, "delivered": 2}


# ---- many deliveries


async def test_the_events_of_a_request_arrive_in_order_whatever_fails() -> None:
    deliveries = FakeDeliveries()
    for number in range(10):
        for event in ("created", "updated", "updated"):
            deliveries.add(a_request(f"2026-{number:05}"), "crm", now(), event)
    sink = Scripted([Deferred("http_500", scope="delivery"), Delivered()] * 15)
    async with dispatching(deliveries, {"crm": sink}):
        await finished(deliveries)
    order = defaultdict(list)
    for attempt, request_id in zip(sink.attempts, sink.requests, strict=True):
        order[request_id].append(int(attempt.idempotency_key.removeprefix("key-d")))
    assert all(keys == sorted(keys) for keys in order.values())


async def test_so_many_at_once_and_not_more() -> None:
    deliveries = filled(40)

    async def a_while(attempt: Attempt) -> Delivery:
        await asyncio.sleep(0.005)
        return Delivered()

    sink = Scripted([a_while] * 40)
    async with dispatching(deliveries, {"crm": sink}, limits={"crm": replace(QUICK, concurrency=4)}):
        await finished(deliveries)
    assert sink.most == 4


async def test_all_sinks_together_keep_to_the_common_bound() -> None:
    deliveries = FakeDeliveries()
    most = under_way = 0

    async def a_while(attempt: Attempt) -> Delivery:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.005)
        under_way -= 1
        return Delivered()

    sinks = {name: Scripted([a_while] * 20) for name in ("a", "b", "c")}
    for name in sinks:
        for number in range(20):
            deliveries.add(a_request(f"2026-{number:05}"), name, now())
    async with dispatching(deliveries, sinks, pace=replace(SWIFT, concurrency=5)):
        await finished(deliveries)
    assert most == 5


async def test_a_sink_that_hangs_holds_up_no_other() -> None:
    deliveries = filled(30, "slow")
    for number in range(30):
        deliveries.add(a_request(f"2026-{number:05}"), "quick", now())

    async def hanging(attempt: Attempt) -> Delivery:
        await asyncio.sleep(60)
        return Delivered()

    limits = {"slow": Limits(), "quick": QUICK}
    async with dispatching(
        deliveries, {"slow": Scripted([hanging] * 99), "quick": Scripted()}, limits=limits, pace=replace(SWIFT, grace=0.01)
    ):
        await until(lambda: all(row.state == "delivered" for row in deliveries.rows.values() if row.sink_id == "quick"))
        assert all(row.open for row in deliveries.rows.values() if row.sink_id == "slow")


async def test_claims_and_reports_are_made_in_batches() -> None:
    deliveries = filled(600)
    async with dispatching(deliveries, {"crm": Scripted()}, limits={"crm": replace(QUICK, deadline=5.0)}):
        await finished(deliveries)
    assert deliveries.claims < 100
    assert deliveries.finishes < 100


# ---- the circuit breaker


async def test_a_system_that_is_down_is_probed_and_nothing_else_is_tried() -> None:
    deliveries, sink = filled(200), Scripted([Deferred("connect")] * 100_000)
    limits = replace(QUICK, breaker_pauses=Backoff(first=0.01, cap=0.01, least=0.01), backoff=Backoff(first=0.001, cap=0.001, least=0.001))
    async with dispatching(deliveries, {"crm": sink}, limits={"crm": limits}) as dispatcher:
        await until(lambda: dispatcher.states()["crm"].breaker == "open")
        first = len(sink.attempts)
        # What was under way and claimed when it opened, and no more: the rest of the 200 is not tried.
        assert first <= limits.breaker_threshold + limits.concurrency
        sink.most = 0
        await until(lambda: len(sink.attempts) >= first + 3)
        assert sink.most <= 1  # one at a time
        assert sum(row.attempts for row in deliveries.rows.values()) < 100
        sink.script.clear()  # it is back
        await finished(deliveries)
        assert dispatcher.states()["crm"].breaker == "closed"


async def warmed_up(deliveries: FakeDeliveries, sink: Scripted) -> None:
    """Wait until attempts were so quick that rows are claimed ahead of them."""
    await until(lambda: len(sink.attempts) >= 30)
    await finished(deliveries)


async def test_when_a_system_goes_down_what_was_claimed_ahead_is_given_back_untried() -> None:
    deliveries, sink = filled(30), Scripted()
    slow_probes = replace(QUICK, concurrency=1, breaker_pauses=Backoff(first=60.0, least=60.0))
    async with dispatching(deliveries, {"crm": sink}, limits={"crm": slow_probes}) as dispatcher:
        await warmed_up(deliveries, sink)
        sink.script = [Deferred("connect")] * 1000
        for number in range(100):
            deliveries.add(a_request(f"2026-{100 + number:05}"), "crm", now())
        await until(lambda: dispatcher.states()["crm"].breaker == "open")
        await until(lambda: all(row.leased_until is None for row in deliveries.unfinished))
    assert len(sink.attempts) == 30 + slow_probes.breaker_threshold
    assert Counter(row.attempts for row in deliveries.unfinished) == {0: 95, 1: 5}


async def test_half_open_one_attempt_is_under_way_however_long_it_takes() -> None:
    deliveries, go_on = filled(40), asyncio.Event()
    trying = 0

    async def slowly(attempt: Attempt) -> Delivery:
        nonlocal trying
        trying += 1
        await go_on.wait()
        return Delivered()

    sink = Scripted([Deferred("connect")] * QUICK.breaker_threshold + [slowly] * 40)
    async with dispatching(deliveries, {"crm": sink}, limits={"crm": replace(QUICK, concurrency=5)}) as dispatcher:
        await until(lambda: trying)
        for _ in range(10):
            dispatcher.wake()
            await asyncio.sleep(0.003)
        assert (trying, dispatcher.states()["crm"].breaker) == (1, "half_open")
        go_on.set()
        await finished(deliveries)


async def test_no_attempt_is_begun_that_could_outlive_its_lease() -> None:
    deliveries, sink = filled(), Scripted()
    reports = Dispatcher(deliveries, {})._reporter
    lane = Lane("crm", sink, QUICK, Shared(deliveries, reports, SWIFT, asyncio.Semaphore(1), now, lambda: 0.5, None))
    ask = {"lease": timedelta(seconds=20), "backoff": lambda attempts: timedelta(0)}
    (claimed,) = await deliveries.claim(sink_ids=["crm"], limit=1, now=now(), **ask)  # type: ignore[arg-type]
    time = asyncio.get_running_loop().time()
    await lane._attempt(Held(claimed, time + QUICK.deadline - 1))
    await lane._give_back()
    assert (sink.attempts, the(deliveries).attempts, the(deliveries).leased_until) == ([], 0, None)
    await lane._attempt(Held(claimed, time + QUICK.deadline + 1))
    assert len(sink.attempts) == 1


async def test_one_delivery_that_fails_for_ever_does_not_close_the_road() -> None:
    deliveries = filled(1)

    async def only_the_others(attempt: Attempt) -> Delivery:
        return Deferred("http_500") if attempt.idempotency_key == "key-d1" else Delivered()

    sink = Scripted([only_the_others] * 10_000)
    async with dispatching(deliveries, {"crm": sink}) as dispatcher:
        await until(lambda: deliveries.rows["d1"].attempts > 8)
        assert dispatcher.states()["crm"].breaker == "closed"
        deliveries.add(a_request("2026-00007"), "crm", now())
        dispatcher.wake()
        await until(lambda: deliveries.rows["d2"].state == "delivered")


async def test_a_system_that_wants_no_more_gets_no_more_until_a_person_says_so() -> None:
    deliveries = filled(4)
    sink = Scripted([Rejected("gone", scope="sink")])
    async with dispatching(deliveries, {"crm": sink}, limits={"crm": replace(QUICK, concurrency=1)}) as dispatcher:
        await until(lambda: dispatcher.states()["crm"].breaker == "disabled")
        await asyncio.sleep(0.03)
        assert len(sink.attempts) == 1
        assert len(deliveries.unfinished) == 3  # they wait: nothing is lost
        dispatcher.reset("crm")
        await finished(deliveries)


# ---- the store, the end, the log


async def test_a_store_that_fails_delays_and_loses_nothing() -> None:
    deliveries = filled(20)
    deliveries.troubles = [OSError() for _ in range(6)]
    sink = Scripted()
    async with dispatching(deliveries, {"crm": sink}):
        await until(lambda: not deliveries.troubles)
        deliveries.troubles = [OSError() for _ in range(4)]
        await finished(deliveries)
    assert {row.state for row in deliveries.rows.values()} == {"delivered"}
    assert {row.attempts for row in deliveries.rows.values()} == {1}  # outcomes were kept until the store took them


async def test_while_the_store_takes_no_outcomes_nothing_more_is_claimed() -> None:
    class Deaf(FakeDeliveries):
        deaf = True

        async def finish(self, outcomes: Any) -> None:
            if self.deaf:
                raise OSError
            await super().finish(outcomes)

    deliveries = Deaf()
    for number in range(300):
        deliveries.add(a_request(f"2026-{number:05}"), "crm", now())
    async with dispatching(deliveries, {"crm": Scripted()}):
        await until(lambda: deliveries.claims)
        await asyncio.sleep(0.05)
        claims = deliveries.claims
        await asyncio.sleep(0.05)
        assert deliveries.claims == claims
        deliveries.deaf = False
        await finished(deliveries)


async def test_a_stop_lets_attempts_end_and_gives_back_what_was_not_begun() -> None:
    deliveries, begun, go_on = filled(10), asyncio.Event(), asyncio.Event()

    async def waiting(attempt: Attempt) -> Delivery:
        begun.set()
        await go_on.wait()
        return Delivered()

    dispatcher = Dispatcher(deliveries, {"crm": Scripted([waiting] * 10)}, limits={"crm": replace(Limits(), concurrency=2)}, pace=SWIFT)
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await begun.wait()
    stop.set()
    await asyncio.sleep(0.02)
    go_on.set()
    await running
    states = Counter(row.state for row in deliveries.rows.values())
    assert states == {"delivered": 2, "pending": 8}
    assert all(row.attempts == 0 and row.leased_until is None for row in deliveries.rows.values() if row.state == "pending")


async def test_a_stop_gives_back_what_was_claimed_ahead() -> None:
    deliveries, sink, begun, go_on = filled(30), Scripted(), asyncio.Event(), asyncio.Event()

    async def waiting(attempt: Attempt) -> Delivery:
        begun.set()
        await go_on.wait()
        return Delivered()

    dispatcher = Dispatcher(deliveries, {"crm": sink}, limits={"crm": replace(QUICK, concurrency=2)}, pace=SWIFT)
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await warmed_up(deliveries, sink)
    sink.script = [waiting] * 100
    for number in range(100):
        deliveries.add(a_request(f"2026-{100 + number:05}"), "crm", now())
    await begun.wait()
    await until(lambda: sum(row.leased_until is not None for row in deliveries.unfinished) > 2)
    stop.set()
    await until(lambda: dispatcher._lanes["crm"]._closing)
    go_on.set()
    await running
    assert len(deliveries.unfinished) == 98
    assert all((row.attempts, row.leased_until) == (0, None) for row in deliveries.unfinished)


async def test_outcomes_that_come_while_others_are_written_are_written_next() -> None:
    class Slow(FakeDeliveries):
        async def finish(self, outcomes: Any) -> None:
            await asyncio.sleep(0.01)
            await super().finish(outcomes)

    deliveries = Slow()
    for number in range(200):
        deliveries.add(a_request(f"2026-{number:05}"), "crm", now())
    async with dispatching(deliveries, {"crm": Scripted()}):
        await finished(deliveries)
    assert {(row.attempts, len(row.log)) for row in deliveries.rows.values()} == {(1, 1)}


async def test_after_the_grace_time_attempts_are_cut_and_their_leases_run_out() -> None:
    deliveries, begun = filled(), asyncio.Event()

    async def hanging(attempt: Attempt) -> Delivery:
        begun.set()
        await asyncio.sleep(60)
        return Delivered()

    dispatcher = Dispatcher(deliveries, {"crm": Scripted([hanging])}, limits={"crm": Limits()}, pace=replace(SWIFT, grace=0.02))
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await begun.wait()
    stop.set()
    await running
    assert the(deliveries).leased_until is not None
    # The next process takes it up at once, and the receiver sees that it may have it already.
    sink = Scripted()
    async with dispatching(deliveries, {"crm": sink}):
        the(deliveries).next_attempt = now()
        await finished(deliveries)
    assert sink.attempts[0].number == 2


async def test_it_may_run_again_after_a_stop() -> None:
    deliveries, sink = filled(3), Scripted()
    dispatcher = Dispatcher(deliveries, {"crm": sink}, limits={"crm": QUICK}, pace=SWIFT)
    for number in (0, 10):
        deliveries.add(a_request(f"2026-{number + 50:05}"), "crm", now())
        stop = asyncio.Event()
        running = asyncio.create_task(dispatcher.run(stop))
        await finished(deliveries)
        stop.set()
        await running
    assert len(sink.attempts) == 5


async def test_without_sinks_it_runs_and_stops() -> None:
    stop = asyncio.Event()
    stop.set()
    await Dispatcher(FakeDeliveries(), {}).run(stop)


async def test_the_log_names_no_person() -> None:
    deliveries = filled(2)
    deliveries.requests["2026-00000"] = a_request("2026-00000", description="SECRET TEXT")
    sink = Scripted([ValueError("marie@example.net SECRET TEXT"), Rejected("http_400", detail="marie@example.net is no address")])
    with structlog.testing.capture_logs() as logged:
        async with dispatching(deliveries, {"crm": sink}):
            await finished(deliveries)
    assert {entry["event"] for entry in logged} >= {"sink_fault", "delivery_dead_letter", "delivery_deferred"}
    text = str(logged)
    for word in ("marie", "SECRET", "Main Street", "Untel", "5145550199"):
        assert word not in text


# ---- over a real socket


async def test_every_fault_of_a_receiver_ends_with_one_effect() -> None:
    manners = [answering(500), reset_after_the_effect, answering(429, retry_after="0"), close_without_answer, hang, drip, answering(503)]
    deliveries = filled(20, "hook")
    async with WebhookPeer(SECRET, manners) as peer:
        sink = webhook.build("hook", webhook.Settings(type="webhook", url=peer.url, secret=SECRET, timeout=0.4))  # type: ignore[arg-type]
        async with dispatching(deliveries, {"hook": sink}, limits={"hook": replace(QUICK, deadline=1.0)}):
            await finished(deliveries)
        await sink.aclose()
    assert {row.state for row in deliveries.rows.values()} == {"delivered"}
    assert peer.effects == {f"key-{row.delivery_id}": 1 for row in deliveries.rows.values()}
    assert peer.forged == 0


# ---- whatever happens


@dataclass
class Receiver:
    """An idempotent system: what it did, by key, and in which order for each request."""

    done: Counter[str] = field(default_factory=Counter)
    order: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def act(self, request_id: str, key: str) -> None:
        if key not in self.done:
            self.done[key] += 1
            self.order[request_id].append(key)


@dataclass
class Faulty:
    """A sink to that system over a bad network: each attempt meets the next fault."""

    receiver: Receiver
    faults: list[str]

    async def check(self) -> None: ...

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:
        fault = self.faults.pop(0) if self.faults else "none"
        await asyncio.sleep(0)
        if fault in ("lost", "refused", "busy"):
            return {
                "lost": Deferred("reset"),
                "refused": Deferred("http_409", scope="delivery"),
                "busy": Deferred("http_429", retry_after=0.003, throttled=True),
            }[fault]
        if fault == "rejected":
            return Rejected("http_422")
        self.receiver.act(request.service_request_id, attempt.idempotency_key)
        if fault == "raises":
            raise ConnectionResetError
        if fault == "hangs":
            await asyncio.sleep(60)
        if fault == "slow":
            await asyncio.sleep(0.004)
        return Delivered()


FAULTS = ("none", "lost", "refused", "busy", "rejected", "raises", "hangs", "slow")
EVENTS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["crm", "hook"])), min_size=1, max_size=20)


@given(
    events=EVENTS,
    faults=st.lists(st.sampled_from(FAULTS), max_size=25),
    deaths=st.lists(st.floats(0, 0.01), max_size=4),
    troubles=st.integers(0, 3),
)
@settings(max_examples=60, deadline=None)
async def test_each_delivery_ends_with_one_effect_in_order_whatever_happens(
    events: list[tuple[int, str]], faults: list[str], deaths: list[float], troubles: int
) -> None:
    deliveries, receivers = FakeDeliveries(), {"crm": Receiver(), "hook": Receiver()}
    for number, sink_id in events:
        known = any(row.request_id == f"2026-{number:05}" and row.sink_id == sink_id for row in deliveries.rows.values())
        deliveries.add(a_request(f"2026-{number:05}"), sink_id, now(), "updated" if known else "created")
    sinks: dict[str, Sink] = {sink_id: Faulty(receiver, faults) for sink_id, receiver in receivers.items()}
    limits = {sink_id: replace(QUICK, deadline=0.02) for sink_id in sinks}

    for death in deaths:  # the process is killed at any moment, and another begins
        process = OfProcess(deliveries)
        running = asyncio.create_task(Dispatcher(process, sinks, limits=limits, pace=replace(SWIFT, grace=0.0)).run(asyncio.Event()))
        await asyncio.sleep(death)
        process.die()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    deliveries.troubles = [OSError() for _ in range(troubles)]
    async with dispatching(deliveries, sinks, limits=limits):
        await finished(deliveries)

    for row in deliveries.rows.values():
        effects = receivers[row.sink_id].done[f"key-{row.delivery_id}"]
        # A rejection after an effect whose answer was lost is the one case of a dead letter with an effect.
        assert effects == 1 if row.state == "delivered" else effects <= 1
        assert row.state == "delivered" or (row.state, row.reason) == ("dead_letter", "http_422")
    for receiver in receivers.values():
        for keys in receiver.order.values():
            assert keys == sorted(keys, key=lambda key: int(key.removeprefix("key-d")))
