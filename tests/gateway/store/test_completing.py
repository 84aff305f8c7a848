"""Parts of one message that come in several: in one batch, in several, in several processes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import event, text

from gateway.store import deliveries, history, ledger, requests
from gateway.store.claims import open_claims
from gateway.store.completing import Growing
from gateway.store.engine import Engines
from gateway.store.known import Facts
from gateway.store.outcome import Outbox, Outcome, OutcomeWriter
from gateway.store.stored import Stored
from normalizer.merge import Completed, complete
from normalizer.model import InboundMessage, Sender, ServiceRequest
from normalizer.pipeline import Work, relate, understand
from tests.gateway.store.builders import CITY, START, appender, arrival
from tests.normalizer.build import context

CONTEXT = context()
EVERYWHERE = Outbox(lambda _request: ["crm", "own"], frozenset({"own"}))
PHONE = "+15145550111"


def stored(engines: Engines, count: int) -> list[Stored]:
    appender(engines).append([arrival(f"<{number}@x.example>", channel="text") for number in range(count)])
    return open_claims(engines).take(count, 1 << 24, lease=60)


def part(row: Stored, words: str = "", *, after: float = 0, sender: str | None = PHONE, **hints: Any) -> Outcome:
    """What the readers make of one text, ``after`` minutes from the start."""
    message = InboundMessage(
        intake_id=row.intake_id,
        jurisdiction_id=CITY,
        channel="sms",
        adapter="sms.twilio",
        channel_id="text",
        source_id=row.raw.source_id,
        message_id=row.raw.source_id,
        received_datetime=START + timedelta(minutes=after),
        sender=Sender(phone=sender),
        text=words,
        hints={"conversation": "album", **hints},
    )
    work = Work(message=message, now=START)
    understand([work], CONTEXT)
    return Outcome(row.seq, work)


def _relate(work: Work, facts: Facts) -> None:
    if not work.settled:
        relate([work], CONTEXT, facts.known(CITY))


def _complete(request: ServiceRequest, work: Work, facts: Facts) -> Completed:
    return complete(request, work, CONTEXT, facts.known(CITY))


def write(engines: Engines, taken: Sequence[Stored], outcomes: Sequence[Outcome], outbox: Outbox = EVERYWHERE) -> None:
    with engines.writing() as connection:
        open_claims(engines).settle(connection, taken)
        OutcomeWriter(connection, outbox, START + timedelta(minutes=30)).write(outcomes, _relate, _complete)


def listed(engines: Engines) -> list[ServiceRequest]:
    with engines.reading() as connection:
        return list(requests.listing(connection))


WORDS = ["There is a big pothole", "", "in front of 12 Main Street"]


@pytest.mark.parametrize("sizes", [(3,), (1, 1, 1), (2, 1), (1, 2)], ids=str)
def test_parts_are_one_request_however_they_are_cut_into_batches(engines: Engines, sizes: tuple[int, ...]) -> None:
    taken = stored(engines, 3)
    at = 0
    for size in sizes:
        rows = range(at, at + size)
        media: dict[str, Any] = {"media": [{"url": "https://pictures.example/1"}]}
        write(engines, taken[at : at + size], [part(taken[n], WORDS[n], after=n, **(media if n == 1 else {})) for n in rows])
        at += size
    (request,) = listed(engines)
    assert request.description == "There is a big pothole\nin front of 12 Main Street"
    assert (request.service_code, request.address_string) == ("pothole", "12 Main Street")
    assert request.intake_ids == [row.intake_id for row in taken]
    assert [(item.field, item.intake_id) for item in request.evidence if item.field in ("attachments", "address_string")] == [
        ("attachments", taken[1].intake_id),
        ("address_string", taken[2].intake_id),
    ]
    with engines.reading() as connection:
        events = history.of_subject(connection, request.service_request_id)
        assert [kind for _at, kind, _actor, _data in events] == ["request.created", "request.completed", "request.completed"]
        assert events[-1][3]["intake_id"] == taken[2].intake_id
        assert "address_string" in events[-1][3]["fields"]
        assert events[1][3]["attachments"] == 1
        assert [row["event"] for row in deliveries.listing(connection, sink="crm")] == ["created"], "what waits will carry the news"
        # The place is known now: others may be found to report the same.
        found = Facts(connection, []).known(CITY).requests.at_address("addr:12/main/st/", since=START)
        assert [known.service_request_id for known in found] == [request.service_request_id]
    books = ledger.balance(engines)
    assert (books["accounted"], books["balanced"], books["chain_ok"]) == (3, True, True)


def test_who_was_told_is_told_again_and_who_should_know_now_is_told(engines: Engines) -> None:
    """The first part is only a photo: nobody knows yet whose it is."""
    outbox = Outbox(lambda request: ["roads", "own"] if request.service_code == "pothole" else ["desk", "own"], frozenset({"own"}))
    taken = stored(engines, 3)
    write(engines, taken[:1], [part(taken[0], "", media=[{"url": "https://pictures.example/1"}])], outbox)
    with engines.writing() as connection:
        deliveries.hold(connection, [int(row["delivery_id"]) for row in deliveries.listing(connection, sink="desk")], START, "test")
    write(engines, taken[1:2], [part(taken[1], "a pothole", after=1)], outbox)
    write(engines, taken[2:], [part(taken[2], "on fire!", after=2)], outbox)
    with engines.reading() as connection:
        rows = [(row["sink"], row["event"], row["state"]) for row in deliveries.listing(connection)]
    assert rows == [
        ("desk", "created", "hold"),
        ("own", "created", "delivered"),
        ("roads", "created", "pending"),
        ("desk", "updated", "pending"),
    ]
    (request,) = listed(engines)
    assert (request.priority, request.emergency.flag, request.service_code) == ("emergency", True, "pothole")


def test_a_part_of_something_that_is_no_open_request_stands_for_itself(engines: Engines) -> None:
    taken = stored(engines, 4)
    held = part(taken[0], "Win a free prize now! Click http://x.example to claim your lottery winnings, limited offer, casino bonus")
    held.work.settle("held", "spam_suspected")
    write(engines, taken[:2], [held, part(taken[1], "A pothole at 12 Main Street", after=1)])
    assert len(listed(engines)) == 1
    with engines.writing() as connection:
        connection.execute(text("UPDATE service_request SET status = 'closed'"))
    write(engines, taken[2:], [part(taken[2], "And the lamp is out at 99 Elm Street", after=2), part(taken[3], "it is dark", after=3)])
    first, second = listed(engines)
    assert (first.description, second.description) == (
        "A pothole at 12 Main Street",
        "And the lamp is out at 99 Elm Street\nit is dark",
    )


@pytest.mark.parametrize("changes", [{"after": 30}, {"sender": "+15145550122"}, {"conversation": "other"}, {"sender": None}], ids=str)
def test_what_is_far_or_somebody_else_s_is_another_request(engines: Engines, changes: dict[str, Any]) -> None:
    taken = stored(engines, 2)
    write(engines, taken[:1], [part(taken[0], "A pothole at 12 Main Street")])
    write(engines, taken[1:], [part(taken[1], "Graffiti at 99 Elm Street", **changes)])
    assert len(listed(engines)) == 2


def test_anonymous_turns_of_one_call_are_one_request(engines: Engines) -> None:
    taken = stored(engines, 2)
    write(engines, taken, [part(taken[0], "There is a pothole", sender=None), part(taken[1], "at 12 Main Street", after=2, sender=None)])
    (request,) = listed(engines)
    assert request.description == "There is a pothole\nat 12 Main Street"


def test_the_parts_of_one_who_joined_another_s_request_rewrite_nothing(engines: Engines) -> None:
    taken = stored(engines, 3)
    words = "There is a very deep pothole at 12 Main Street"
    write(engines, taken[:1], [part(taken[0], words, sender="+15145550122")])
    (request,) = listed(engines)
    write(engines, taken[1:], [part(taken[1], words, me_too=request.service_request_id), part(taken[2], "really deep", after=1)])
    (after,) = listed(engines)
    assert (after.description, after.intake_ids) == (words, [row.intake_id for row in taken])
    assert [reporter.role for reporter in after.reporters] == ["reporter", "me_too"]
    with engines.reading() as connection:
        kinds = [kind for _at, kind, _actor, _data in history.of_subject(connection, request.service_request_id)]
    assert kinds == ["request.created", "request.duplicate", "request.follow_up"]


def test_somebody_has_seen_it_too(engines: Engines) -> None:
    taken = stored(engines, 5)
    write(engines, taken[:1], [part(taken[0], "A pothole at 12 Main Street", conversation="")])
    (request,) = listed(engines)
    number = request.service_request_id
    others = [
        part(taken[1], "yes, here", sender="+15145550122", conversation="", me_too=number),
        part(taken[2], "yes, here", sender="+15145550133", conversation="", me_too="1000029"),
        part(taken[3], "the house there is on fire", sender="+15145550144", conversation="", me_too=number),
    ]
    old = part(taken[4], "yes, here", sender="+15145550155", conversation="", me_too=number, after=60 * 24 * 30)
    write(engines, taken[1:], [*others, old])
    became = [(outcome.work.message.disposition, outcome.work.message.reason) for outcome in (*others, old)]
    assert became == [("duplicate", "me_too"), ("request", "new"), ("request", "new"), ("request", "new")]
    related = [item.value for item in old.work.requests[0].evidence if item.field == "related_service_request_id"]
    assert related == [number]


def test_parts_that_two_processes_write_at_once_are_one_request(engines: Engines) -> None:
    """Each worker has one part; whoever comes first begins the request."""
    taken = stored(engines, 8)
    outcomes = [part(row, f"part {n} of it", after=n) for n, row in enumerate(taken)]
    failures: list[BaseException] = []

    def _write(row: Stored, outcome: Outcome, own: Engines) -> None:
        try:
            write(own, [row], [outcome])
        except BaseException as error:  # noqa: BLE001  (the test looks at it)
            failures.append(error)
        finally:
            own.dispose()

    pairs = list(zip(taken, outcomes, strict=True))
    threads = [threading.Thread(target=_write, args=(*pair, Engines(engines.location))) for pair in reversed(pairs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    (request,) = listed(engines)
    assert request.description.split("\n") == [f"part {n} of it" for n in range(8)]
    assert ledger.balance(engines)["balanced"]


def statements_of(engines: Engines, piece: Callable[[], None]) -> int:
    """How many statements a piece of work takes."""
    seen: list[str] = []

    def _count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(engines.writer, "before_cursor_execute", _count)
    try:
        piece()
    finally:
        event.remove(engines.writer, "before_cursor_execute", _count)
    return len(seen)


@pytest.mark.parametrize("together", [True, False])
def test_what_a_request_lacks_is_known_within_a_batch_and_across(engines: Engines, together: bool) -> None:
    """Whole texts are two requests, but for the words that a photo waited for."""
    taken = stored(engines, 4)
    texts = ["", "The street light is out.", "12 Main Street.", "There is a pothole too."]
    outcomes = [
        part(
            row, words, after=n, conversation_window=0.001, **cast(Any, {} if words else {"media": [{"url": "https://pictures.example/1"}]})
        )
        for n, (row, words) in enumerate(zip(taken, texts, strict=True))
    ]
    if together:
        write(engines, taken, outcomes)
    else:
        for row, outcome in zip(taken, outcomes, strict=True):
            write(engines, [row], [outcome])
    lamp, pothole = listed(engines)
    assert (lamp.description, lamp.address_string) == ("The street light is out.\n12 Main Street.", "12 Main Street")
    assert pothole.description == "There is a pothole too."


def test_the_cost_does_not_grow_with_the_conversation(engines: Engines) -> None:
    taken = stored(engines, 62)
    write(engines, taken[:1], [part(taken[0], "A pothole")])
    early = statements_of(engines, lambda: write(engines, taken[1:2], [part(taken[1], "here", after=1)]))
    write(engines, taken[2:61], [part(row, f"turn {row.seq}", after=1 + n / 100) for n, row in enumerate(taken[2:61])])
    late = statements_of(engines, lambda: write(engines, taken[61:], [part(taken[61], "there", after=3)]))
    assert late == early
    with engines.reading() as connection:
        found = Facts(connection, [replace(part(taken[61], "x", after=3)).work])
        assert len(found.conversations._messages) == 1
        assert all(len(messages) == 20 for messages in found.conversations._messages.values())


def test_a_number_that_is_no_request_is_none(engines: Engines) -> None:
    with engines.reading() as connection:
        assert Growing(connection, START).request(4711) is None
