"""Follow-ups, the same mail by two roads, and what only looks like a follow-up."""

from __future__ import annotations

import pytest

from normalizer.correlate import reference_numbers
from normalizer.model import Sender
from normalizer.pipeline import Known
from normalizer.ports import KnownMessage
from tests.normalizer.build import run, work
from tests.normalizer.fakes import FakeMessages

MARIE = "email:marie@example.net"


def known(*items: KnownMessage) -> Known:
    return Known(messages=FakeMessages(list(items)))


def first(**changes: object) -> KnownMessage:
    fields: dict[str, object] = {
        "intake_id": "01OLD",
        "message_id": "<first@example.net>",
        "sender_key": MARIE,
        "service_request_id": "SR-4F7K2",
    }
    return KnownMessage(**(fields | changes))  # type: ignore[arg-type]  # the fields of KnownMessage


def test_a_reply_of_the_same_person_is_a_follow_up() -> None:
    item = run(work("It is still there.", in_reply_to="<first@example.net>"), known(first()))
    assert (item.message.disposition, item.message.reason, item.follows) == ("follow_up", "reply", "SR-4F7K2")
    assert item.requests == []


def test_all_references_count() -> None:
    """A reply to our acknowledgement names the resident's first mail further up (zammad#799)."""
    item = run(work("Merci", references=["<first@example.net>", "<ack@springfield.example.gov>"]), known(first()))
    assert item.follows == "SR-4F7K2"


def test_a_stranger_s_reply_is_not_put_into_someone_s_case() -> None:
    item = run(work("The lamp is out.", in_reply_to="<first@example.net>", sender=Sender(address="paul@example.org")), known(first()))
    assert (item.message.disposition, item.follows) == ("request", None)


def test_an_anonymous_reply_is_nobody_s() -> None:
    anonymous = known(first(sender_key=None))
    item = run(work("The lamp is out.", in_reply_to="<first@example.net>", sender=Sender()), anonymous)
    assert item.message.disposition == "request"


def test_the_same_mail_to_two_addresses_is_one_request() -> None:
    item = run(work("The lamp is out.", message_id="<first@example.net>"), known(first()))
    assert (item.message.disposition, item.message.reason, item.follows) == ("duplicate", "same_message", "SR-4F7K2")
    assert item.requests == []


def test_the_same_id_from_another_sender_is_another_mail() -> None:
    item = run(work("The lamp is out.", message_id="<first@example.net>", sender=Sender(address="paul@example.org")), known(first()))
    assert item.message.disposition == "request"


def test_a_message_read_again_does_not_find_itself() -> None:
    item = run(work("The lamp is out.", message_id="<first@example.net>"), known(first(intake_id="01J0")))
    assert (item.message.disposition, item.message.reason) == ("request", "new")


@pytest.mark.parametrize(
    "subject", ["Re: [SR-4F7K2] Lamp", "Request #SR-4F7K2", "Demande no SR-4F7K2", "Dossier SR-4F7K2 toujours pas réglé"]
)
def test_a_number_of_one_s_own_request_is_enough(subject: str) -> None:
    item = run(work("It is still out.", subject=subject), known(first()))
    assert (item.message.disposition, item.message.reason, item.follows) == ("follow_up", "reference_number", "SR-4F7K2")


def test_a_number_alone_is_never_enough() -> None:
    """The number of somebody else's request in a subject: a person decides (zammad#5064)."""
    item = run(work("It is still out.", subject="Re: [SR-4F7K2] Lamp", sender=Sender(address="paul@example.org")), known(first()))
    assert (item.message.disposition, item.message.reason, item.follows) == ("held", "reference_unverified", None)
    assert item.requests == []
    assert any("SR-4F7K2" in note for note in item.message.notes), "the clerk is offered to attach it"


def test_a_number_that_is_no_request_changes_nothing() -> None:
    assert run(work("The lamp is out.", subject="Lamp #4471"), known(first())).message.disposition == "request"


def test_a_signed_reference_is_enough_for_anybody() -> None:
    item = run(work("Photo", sender=Sender(address="p@example.org"), hints={"signed_reference": "SR-4F7K2"}), known(first()))
    assert (item.message.disposition, item.message.reason, item.follows) == ("follow_up", "signed_reference", "SR-4F7K2")


def test_a_closed_request_is_reopened_by_the_same_matter() -> None:
    closed = known(first(closed=True, service_code="street_light"))
    item = run(work("The street light is out again.", in_reply_to="<first@example.net>"), closed)
    assert (item.message.disposition, item.message.reason, item.follows) == ("follow_up", "reply_to_closed", "SR-4F7K2")


def test_thanks_to_a_closed_request_are_no_new_one() -> None:
    closed = known(first(closed=True, service_code="street_light"))
    assert run(work("Ok.", in_reply_to="<first@example.net>"), closed).message.disposition == "follow_up"


@pytest.mark.parametrize(
    "text", ["Another thing: my recycling was not picked up on Tuesday.", "Autre chose : il y a un gros nid-de-poule au coin de la rue."]
)
def test_a_new_problem_in_an_old_thread_is_a_new_request(text: str) -> None:
    """It must not be swallowed by the closed case (zammad#5286)."""
    closed = known(first(closed=True, service_code="street_light"))
    item = run(work(text, in_reply_to="<first@example.net>"), closed)
    assert (item.message.disposition, item.follows) == ("request", None)
    assert [line.value for line in item.requests[0].evidence if line.field == "related_service_request_id"] == ["SR-4F7K2"]


def test_another_place_is_another_request() -> None:
    closed = known(first(closed=True, service_code="street_light", address_string="12 Main Street"))
    item = run(work("The street light at 99 Elm Street is out.", in_reply_to="<first@example.net>"), closed)
    assert item.message.disposition == "request"


def test_an_emergency_is_never_a_follow_up() -> None:
    item = run(work("Now the pole is on fire!", in_reply_to="<first@example.net>"), known(first()))
    assert (item.message.disposition, item.requests[0].priority) == ("request", "emergency")


def test_what_is_no_request_is_not_correlated() -> None:
    item = run(work("I am away", is_auto_reply=True, in_reply_to="<first@example.net>"), known(first()))
    assert (item.message.disposition, item.follows) == ("auto_reply", None)


def test_numbers_in_words() -> None:
    assert reference_numbers("Re: [SR-4F7K2] Lamp, request 12345", "") == ["SR-4F7K2", "12345"]
    assert reference_numbers("Lamp", "The pothole is deep") == []
    assert len(reference_numbers("#1a1 " * 50, "#2b2 " * 50)) <= 4
