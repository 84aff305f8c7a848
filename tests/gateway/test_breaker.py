"""The circuit breaker, the back-off and the settling of outcomes: pure, so tested without a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.backoff import Backoff
from gateway.breaker import Breaker
from gateway.outbox import Claimed
from gateway.settle import Limits, settle
from gateway.sinks.base import Deferred, Delivered, Delivery, Rejected, SinkSettings
from tests.gateway.sinks.cases import a_request

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def a_breaker(threshold: int = 3) -> Breaker:
    return Breaker(threshold, Backoff(first=5.0, cap=60.0, least=5.0), lambda: 0.5)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_above_its_bound_nor_above_the_cap(attempts: int, draw: float) -> None:
    backoff = Backoff(first=2.0, cap=3600.0, least=0.2)
    assert 0.2 <= backoff.delay(attempts, lambda: draw) <= backoff.bound(attempts) <= 3600.0


def test_the_bound_doubles() -> None:
    assert [Backoff(first=2.0).bound(n) for n in (0, 1, 2, 3, 11, 12)] == [2, 2, 4, 8, 2048, 3600]


def test_it_opens_after_failures_of_different_deliveries_in_a_row() -> None:
    breaker = a_breaker()
    assert [breaker.failure(key, "http_500", 0.0) for key in ("a", "a", "a", "b")] == [False] * 4
    assert breaker.failure("c", "http_500", 0.0)
    assert (breaker.state, breaker.allowance(4.9, 10), breaker.wait(4.0)) == ("open", 0, 1.0)


def test_a_success_between_begins_the_count_anew() -> None:
    breaker = a_breaker()
    for _ in range(10):
        breaker.failure("a", "x", 0.0)
        breaker.failure("b", "x", 0.0)
        assert not breaker.success()
    assert breaker.state == "closed"


def test_half_open_one_may_try_and_its_success_closes() -> None:
    breaker = a_breaker(1)
    breaker.failure("a", "x", 0.0)
    assert breaker.allowance(5.0, 10) == 1
    assert breaker.state == "half_open"
    assert breaker.success()
    assert (breaker.state, breaker.allowance(5.0, 10), breaker.reason) == ("closed", 10, "")


def test_half_open_a_failure_opens_for_longer() -> None:
    breaker, now, waits = a_breaker(1), 0.0, []
    for _ in range(6):
        breaker.allowance(now, 1)
        assert breaker.failure("a", "x", now)
        waits.append(breaker.until - now)
        now = breaker.until
    assert waits == sorted(waits)
    assert max(waits) <= 60.0


def test_a_late_success_from_before_an_opening_closes_nothing() -> None:
    breaker = a_breaker(1)
    breaker.failure("a", "http_429", 0.0, 100.0)
    assert not breaker.success()
    assert breaker.allowance(99.0, 1) == 0


def test_a_pause_that_was_asked_for_is_kept_and_made_longer_by_others() -> None:
    breaker = a_breaker()
    assert breaker.failure("a", "http_429", 0.0, 30.0)
    assert breaker.until == 30.0
    assert not breaker.failure("b", "http_429", 1.0, 60.0)
    assert breaker.until == 61.0
    assert not breaker.failure("c", "connect", 2.0)
    assert breaker.until == 61.0


def test_a_pause_of_nothing_is_an_ordinary_failure() -> None:
    breaker = a_breaker()
    assert not breaker.failure("a", "http_503", 0.0, 0.0)
    assert breaker.state == "closed"


def test_disabled_only_a_person_enables() -> None:
    breaker = a_breaker()
    assert breaker.disable("gone")
    assert not breaker.disable("gone")
    assert not breaker.success()
    assert not breaker.failure("a", "x", 0.0, 5.0)
    assert (breaker.state, breaker.allowance(1e9, 5), breaker.wait(0.0)) == ("disabled", 0, None)
    breaker.reset()
    assert breaker.allowance(0.0, 5) == 5


def claimed(attempts: int = 1, age: timedelta = timedelta(0), token: str | None = None) -> Claimed:
    return Claimed("d1", "2026-00012", "crm", "created", "key", attempts, NOON - age, a_request(), token)


def settled(answer: Delivery, draw: float = 0.0, **claim: object) -> object:
    return settle(claimed(**claim), answer, Limits(), now=NOON, seconds=0.1, draw=lambda: draw)  # type: ignore[arg-type]


ANSWERS = st.one_of(
    st.builds(Delivered, external_id=st.none() | st.just("7"), token=st.none() | st.just("t2")),
    st.builds(Deferred, reason=st.just("x"), retry_after=st.none() | st.floats(0, 1e12), token=st.none() | st.just("t2")),
    st.builds(Rejected, reason=st.just("x")),
)


@given(ANSWERS, st.integers(1, 1000), st.integers(0, 1000), st.none() | st.just("t1"), st.floats(0, 1, exclude_max=True))
def test_every_answer_settles(answer: Delivery, attempts: int, hours: int, token: str | None, draw: float) -> None:
    outcome = settle(claimed(attempts, timedelta(hours=hours), token), answer, Limits(), now=NOON, seconds=0.1, draw=lambda: draw)
    assert (outcome.state == "deferred") == (outcome.next_attempt is not None)
    assert isinstance(answer, Rejected) <= (outcome.state == "dead_letter")
    assert isinstance(answer, Delivered) == (outcome.state == "delivered")
    if outcome.next_attempt is not None:
        assert NOON < outcome.next_attempt < NOON + timedelta(hours=27)
    if token is not None:
        assert outcome.token in ("t1", "t2")


@pytest.mark.parametrize(("retry_after", "least", "most"), [(100.0, 100, 110), (1e9, 86_400, 95_040), (0.0, 0.2, 2.0)])
def test_retry_after_is_kept_up_to_a_day_and_spread(retry_after: float, least: float, most: float) -> None:
    for draw in (0.0, 0.999):
        outcome = settled(Deferred("http_429", retry_after=retry_after), draw)
        wait = (outcome.next_attempt - NOON).total_seconds()  # type: ignore[attr-defined]
        assert least <= wait <= most


def test_limits_come_from_a_sinks_settings() -> None:
    limits = Limits.of(SinkSettings(type="x", concurrency=3, timeout=10, keep_trying_hours=72))
    assert (limits.concurrency, limits.deadline, limits.keep_trying) == (3, 25, timedelta(hours=72))
