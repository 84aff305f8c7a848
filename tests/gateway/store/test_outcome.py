"""What a batch of messages became: requests, follow-ups, people, events and outbox rows, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.store import deliveries, history, ledger, requests
from gateway.store.claims import open_claims
from gateway.store.engine import Engines
from gateway.store.known import Facts
from gateway.store.numbers import check_digit, public_number, row_number
from gateway.store.outcome import Outbox, Outcome, OutcomeWriter
from gateway.store.stored import Stored
from gateway.store.tables import PARTY, PARTY_IDENTIFIER
from normalizer.pipeline import Work
from tests.gateway.store.builders import CITY, START, appender, arrival, as_request, outcome

TWO_SINKS = Outbox(lambda _request: ["crm", "own"], frozenset({"own"}))


def stored_messages(engines: Engines, count: int) -> list[Stored]:
    """So many messages, stored and claimed."""
    appender(engines).append([arrival(f"<{number}@x.example>") for number in range(count)])
    return open_claims(engines).take(count, 1 << 24, lease=60)


def write(
    engines: Engines, taken: Sequence[Stored], outcomes: Sequence[Outcome], relate: Callable[[Work, Facts], None] = as_request
) -> None:
    """One batch, as the worker commits it."""
    with engines.writing() as connection:
        open_claims(engines).settle(connection, taken)
        OutcomeWriter(connection, TWO_SINKS, START).write(outcomes, relate)


def test_each_request_gets_a_number_a_history_and_its_outbox_rows(engines: Engines) -> None:
    taken = stored_messages(engines, 3)
    write(engines, taken, [outcome(stored, text=f"Pothole {stored.seq}") for stored in taken])
    with engines.reading() as connection:
        found = list(requests.listing(connection))
        assert [request.description for request in found] == [f"Pothole {stored.seq}" for stored in taken]
        assert len({request.service_request_id for request in found}) == 3
        assert all(row_number(request.service_request_id) for request in found)
        shown = requests.show(connection, found[0].service_request_id)
        assert [entry.kind for entry in shown.history] == ["request.created"]
        assert shown.intake_ids == [taken[0].intake_id]
        rows = list(deliveries.listing(connection))
    assert [(row["sink"], row["state"]) for row in rows] == [("crm", "pending"), ("own", "delivered")] * 3
    books = ledger.balance(engines)
    assert (books["received"], books["accounted"], books["pending"], books["balanced"], books["chain_ok"]) == (3, 3, 0, True, True)


def test_a_transaction_that_fails_leaves_nothing(engines: Engines) -> None:
    taken = stored_messages(engines, 2)

    def _fails_at_the_second(work: Work, _facts: Facts) -> None:
        if work.message.intake_id == taken[1].intake_id:
            raise RuntimeError("a bug")
        work.settle("request", "new")

    with pytest.raises(RuntimeError):
        write(engines, taken, [outcome(stored) for stored in taken], _fails_at_the_second)
    with engines.reading() as connection:
        assert not list(requests.listing(connection))
        assert not list(deliveries.listing(connection))
    books = ledger.balance(engines)
    assert (books["accounted"], books["pending"], books["balanced"]) == (0, 2, True)


def test_a_follow_up_joins_its_request_and_tells_the_sinks_once(engines: Engines) -> None:
    taken = stored_messages(engines, 4)
    write(engines, taken[:1], [outcome(taken[0])])
    with engines.reading() as connection:
        (first,) = requests.listing(connection)
        waiting = [int(row["delivery_id"]) for row in deliveries.listing(connection, sink="crm")]

    def _follows(work: Work, _facts: Facts) -> None:
        work.follows = first.service_request_id
        work.settle("follow_up", "reply")

    write(engines, taken[1:2], [outcome(taken[1])], _follows)
    with engines.reading() as connection:
        assert [row["event"] for row in deliveries.listing(connection, sink="crm")] == ["created"], "what waits will carry the news"
    with engines.writing() as connection:
        deliveries.hold(connection, waiting, START, "test")
    write(engines, taken[2:], [outcome(stored) for stored in taken[2:]], _follows)
    with engines.reading() as connection:
        assert [row["event"] for row in deliveries.listing(connection, sink="crm")] == ["created", "updated"]
        (request,) = requests.listing(connection)
    assert request.intake_ids == [stored.intake_id for stored in taken]


def test_a_second_message_sees_what_the_first_of_its_batch_became(engines: Engines) -> None:
    taken = stored_messages(engines, 2)
    seen = []

    def _look(work: Work, facts: Facts) -> None:
        seen.append([known.service_request_id for known in facts.known(CITY).messages.by_message_ids(["<0@x.example>"])])
        work.settle("request", "new")

    write(engines, taken, [outcome(stored) for stored in taken], _look)
    with engines.reading() as connection:
        first = next(requests.listing(connection)).service_request_id
    assert seen == [[], [first]]


def test_requests_are_found_by_place_and_time(engines: Engines) -> None:
    taken = stored_messages(engines, 3)
    places: list[dict[str, Any]] = [
        {"lat": 45.5, "long": -73.57, "address_string": "12 Main Street"},
        {"lat": 45.5005, "long": -73.5705},
        {"lat": 46.9, "long": -71.2, "address_string": "12 main street"},
    ]
    write(engines, taken, [outcome(stored, **place) for stored, place in zip(taken, places, strict=True)])
    with engines.reading() as connection:
        known = Facts(connection, []).known(CITY).requests
        assert len(known.near(lat=45.5001, long=-73.5701, since=START)) == 2
        assert not known.near(lat=40.0, long=-73.5701, since=START)
        from normalizer.locate import address_key

        assert len(known.at_address(address_key("12 Main Street"), since=START)) == 2
        assert not Facts(connection, []).known("elsewhere.example").requests.near(lat=45.5, long=-73.57, since=START)


def test_one_person_is_found_again_and_a_shared_phone_is_not_guessed(engines: Engines) -> None:
    taken = stored_messages(engines, 5)
    outcomes = [outcome(stored) for stored in taken]
    for index, identifiers in enumerate(
        [
            [("email", "a@x.example"), ("phone", "+15145550111")],
            [("email", "a@x.example")],
            [("phone", "+15145550111"), ("email", "b@x.example")],
        ]
    ):
        outcomes[index].work.identifiers = identifiers
    outcomes[3].work.identifiers = []
    outcomes[4].work.identifiers = [("phone", "+15145550199")]
    write(engines, taken, outcomes)
    with engines.reading() as connection:
        assert connection.execute(select(func.count()).select_from(PARTY)).scalar() == 2
        owners = connection.execute(select(PARTY_IDENTIFIER.c.party_id).where(PARTY_IDENTIFIER.c.value == "b@x.example")).scalars().all()
        assert len(owners) == 1
        anonymous = requests.listing(connection)
        assert [reporter.party_id is None for request in anonymous for reporter in request.reporters] == [False, False, False, True, False]


def test_the_history_notices_every_change(engines: Engines) -> None:
    taken = stored_messages(engines, 3)
    write(engines, taken, [outcome(stored) for stored in taken])
    changes = [
        "UPDATE event SET data = '{}' WHERE seq = 2",
        "UPDATE event SET actor = 'somebody' WHERE seq = 3",
        "UPDATE event SET at = at + 1 WHERE seq = 1",
        "DELETE FROM event WHERE seq = 4",
        "DELETE FROM event WHERE seq = 6",
        "UPDATE event SET seq = 100 WHERE seq = 6",
    ]
    for change in changes:
        with engines.writer.connect() as connection:
            transaction = connection.begin()
            assert history.verify(connection) is None
            connection.exec_driver_sql(change)
            assert history.verify(connection) is not None, change
            transaction.rollback()


def test_a_public_number_carries_a_check_digit() -> None:
    number = public_number(100_001)
    assert check_digit(number) == 0
    assert row_number(f" {number[:3]} {number[3:]}") == 100_001
    wrong = [number[:i] + str((int(number[i]) + 1) % 10) + number[i + 1 :] for i in range(len(number))]
    swapped = [number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(len(number) - 1) if number[i] != number[i + 1]]
    assert all(row_number(candidate) is None for candidate in (*wrong, *swapped, "", "12", "abc", "１２３４５６７"))
