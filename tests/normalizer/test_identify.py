"""Who sent it: canonical identifiers, staff, and those for whom staff write."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer._mailboxes import email_key, is_nobody, is_role
from normalizer._names import display_name, split_name
from normalizer.identify import email_address, phone_number
from normalizer.model import Authentication, Sender
from tests.normalizer.build import cases, run, work


@pytest.mark.parametrize("case", cases("phones"), ids=lambda case: case["phone"])
def test_phone(case: dict[str, Any]) -> None:
    item = run(work("Pothole on Elm Street", channel="sms", sender=Sender(phone=case["phone"])))
    expected = case["e164"]
    assert item.identifiers == ([("phone", expected)] if expected else [])
    assert item.sender_key == (f"phone:{expected}" if expected else None)


@pytest.mark.parametrize("case", cases("names"), ids=lambda case: case["name"])
def test_name(case: dict[str, Any]) -> None:
    assert split_name(case["name"]) == (case["first"] or None, case["last"] or None)


@pytest.mark.parametrize(
    ("given_address", "canonical"),
    [
        ("Jean.Untel@Example.NET", "Jean.Untel@example.net"),
        ("<jean@example.net>", "jean@example.net"),
        ("mailto:jean@example.net?subject=x", "jean@example.net"),
        ('"Jean" <jean@Example.net>', "jean@example.net"),
        ("jean", None),
        ("", None),
        ("@example.net", None),
        ("a" * 400 + "@example.net", None),
    ],
)
def test_email(given_address: str, canonical: str | None) -> None:
    assert email_address(given_address) == canonical


@given(st.text())
def test_nothing_that_is_given_raises(text: str) -> None:
    email_address(text)
    phone_number(text, "CA")
    split_name(text)
    display_name(text)
    email_key(text)


def test_two_ways_of_writing_one_address_are_one_sender() -> None:
    one = run(work("a", sender=Sender(address="Jean@Example.NET")))
    two = run(work("a", sender=Sender(address="jean@example.net")))
    assert one.sender_key == two.sender_key == "email:jean@example.net"


def test_a_handle_belongs_to_its_network() -> None:
    item = run(work("Pothole", channel="social", adapter="social.mastodon", sender=Sender(handle="@Marie@example.social")))
    assert item.identifiers == [("handle", "mastodon:marie@example.social")]


def test_several_identifiers_of_one_sender_are_all_kept() -> None:
    item = run(work("Pothole", channel="web", sender=Sender(address="m@example.net", phone="514 555 0123", name="Marie Untel")))
    assert item.identifiers == [("email", "m@example.net"), ("phone", "+15145550123")]
    assert item.sender_key == "email:m@example.net"
    assert (item.requests[0].email, item.requests[0].phone) == ("m@example.net", "+15145550123")
    assert (item.requests[0].first_name, item.requests[0].last_name) == ("Marie", "Untel")


def test_anonymous_stays_anonymous() -> None:
    """A form filled in anonymously must not carry the address of the session to the council."""
    item = run(work("Pothole on Elm Street", channel="web", hints={"anonymous": True}))
    request = item.requests[0]
    assert item.identifiers == []
    assert item.sender_key is None
    assert (request.email, request.phone, request.first_name, request.last_name) == (None, None, None, None)
    assert request.visibility == "anonymous"
    assert request.reporters[0].anonymous


def test_nobody_is_needed() -> None:
    item = run(work("Pothole on Elm Street", channel="phone", sender=Sender()))
    assert item.message.disposition == "request"
    assert item.requests[0].reporters[0].anonymous


FORWARD = """Please handle.

---------- Forwarded message ---------
From: Marie Untel <marie@example.net>
Date: Mon, Nov 23, 2026
Subject: Lamp
To: parks@springfield.example.gov

The lamp at 12 Main Street is out.
"""


def test_staff_forwards_a_resident_s_mail() -> None:
    """The requester is the resident, not the member of staff who forwarded."""
    clerk = Sender(address="clerk@springfield.example.gov", name="A Clerk")
    item = run(work(FORWARD, subject="Fwd: Lamp", sender=clerk))
    request = item.requests[0]
    assert item.staff
    assert request.email == "marie@example.net"
    assert request.first_name == "Marie"
    assert item.identifiers == [("email", "marie@example.net")]
    assert [reporter.role for reporter in request.reporters] == ["on_behalf_of", "staff"]
    assert any(line.source == "identify.forwarded" for line in request.evidence)


def test_a_resident_s_forward_puts_words_in_nobody_s_mouth() -> None:
    """Anybody can write a header into a mail: the third person must not become the requester."""
    item = run(work(FORWARD, subject="Fwd: Lamp", sender=Sender(address="paul@example.org")))
    assert item.requests[0].email == "paul@example.org"
    assert item.identifiers == [("email", "paul@example.org")]


def test_a_forged_clerk_is_no_clerk() -> None:
    clerk = Sender(address="clerk@springfield.example.gov")
    item = run(work(FORWARD, subject="Fwd: Lamp", sender=clerk, authentication=Authentication(dmarc="fail")))
    assert not item.staff
    assert item.requests[0].email == "clerk@springfield.example.gov"


def test_on_behalf_of_by_the_channel() -> None:
    hint = {"name": "Marie Untel", "phone": "514-555-0123"}
    item = run(work("Lamp out at 12 Main Street", channel="phone", hints={"on_behalf_of": hint}))
    assert (item.requests[0].phone, item.requests[0].last_name) == ("+15145550123", "Untel")
    assert item.requests[0].reporters[0].role == "on_behalf_of"


@pytest.mark.parametrize("hint", [None, "", 5, [], {}, {"name": 7}, {"email": ""}, True])
def test_a_useless_hint_is_no_person(hint: object) -> None:
    assert run(work("Lamp out", hints={"on_behalf_of": hint})).requests[0].email == "marie@example.net"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Jean.Untel@gmail.com", "jeanuntel+ville@googlemail.com"),
        ("marie+311@outlook.com", "marie@outlook.com"),
        ("marie@bücher.example", "marie@xn--bcher-kva.example"),
        ("ZOÉ@example.net".replace("É", "E\u0301"), "zoé@example.net"),
    ],
)
def test_one_mailbox(one: str, two: str) -> None:
    assert email_key(one) == email_key(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("j.untel@example.net", "juntel@example.net"),
        ("marie+311@example.net", "marie@example.net"),
        ("m.arie@outlook.com", "marie@outlook.com"),
        ("marie-ville@gmail.com", "marie@gmail.com"),
        ("marie@hotmail.com", "marie@outlook.com"),
    ],
)
def test_what_may_be_two_people_stays_two(one: str, two: str) -> None:
    assert email_key(one) != email_key(two)


def test_a_mailbox_of_several_is_no_proof_beside_a_telephone() -> None:
    assert is_role("info@example.net")
    item = run(work("Pothole", channel="web", sender=Sender(address="info@example.net", phone="514 555 0123")))
    assert item.identifiers == [("phone", "+15145550123")]
    assert item.sender_key == "email:info@example.net"
    alone = run(work("Pothole", channel="web", sender=Sender(address="info@example.net")))
    assert alone.identifiers == [("email", "info@example.net")]


def test_a_program_s_address_is_nobody() -> None:
    """Forms of a hundred residents that one program mails must not become one resident's."""
    assert is_nobody("No-Reply@forms.example.net")
    item = run(work("Pothole on Elm Street", sender=Sender(address="noreply@forms.example.net")))
    assert item.identifiers == []
    assert item.sender_key is None
    assert item.message.disposition == "request"


def test_two_behind_one_switchboard_are_two() -> None:
    one = run(work("Pothole", channel="web", sender=Sender(phone="514-555-0100 ext 12")))
    two = run(work("Pothole", channel="web", sender=Sender(phone="514-555-0100 ext 34")))
    assert one.sender_key != two.sender_key


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("=?utf-8?Q?Jos=C3=A9_Tremblay?=", "José Tremblay"),
        ("=?UTF-8?B?SsOpcsO0bWU=?= =?utf-8?q?_Roy?=", "Jérôme Roy"),
        ("=?nonsense?q?Jean?=", "=?nonsense?q?Jean?="),
        ("'Jean Tremblay' via 311", "Jean Tremblay"),
        ('"Tremblay, Jean"', "Tremblay, Jean"),
        ("  ", None),
    ],
)
def test_what_programs_leave_in_a_name(given_name: str, name: str | None) -> None:
    assert display_name(given_name) == name


@pytest.mark.parametrize("given_handle", ["@Marie@Example.social", "https://example.social/@marie", "https://example.social/users/marie/"])
def test_a_profile_s_address_is_the_handle(given_handle: str) -> None:
    item = run(work("Pothole", channel="social", adapter="social.mastodon", sender=Sender(handle=given_handle)))
    assert item.identifiers == [("handle", "mastodon:marie@example.social")]
