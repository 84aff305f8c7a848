"""The draft of a request: description, summary, and what a form filled in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from normalizer.model import Sender
from tests.normalizer.build import NOW, run, work


def test_subject_and_text_are_joined_where_the_subject_says_something() -> None:
    request = run(work("It has been dark for a week.", subject="Lamp out at 45 Oak Avenue")).requests[0]
    assert request.description == "Lamp out at 45 Oak Avenue\n\nIt has been dark for a week."
    assert request.summary == "Lamp out at 45 Oak Avenue"
    assert request.address_string == "45 Oak Avenue"


@pytest.mark.parametrize("subject", ["Hello", "Demande de service", "Re: 311", "", None, "(no subject)", "Problème"])
def test_a_subject_that_says_nothing_is_left_out(subject: str | None) -> None:
    request = run(work("The lamp is out. It is dark.", subject=subject)).requests[0]
    assert request.description == "The lamp is out. It is dark."
    assert request.summary == "The lamp is out"


def test_a_subject_that_the_text_repeats_is_left_out() -> None:
    request = run(work("Lamp out on Oak Avenue since Monday.", subject="Lamp out on Oak Avenue")).requests[0]
    assert request.description == "Lamp out on Oak Avenue since Monday."


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("Bonjour,\n\nLe lampadaire est éteint. Merci.", "Le lampadaire est éteint"),
        ("Hello, the lamp on Oak Avenue is out. Thanks", "the lamp on Oak Avenue is out"),
        ("À qui de droit,\nDepuis lundi, le bac déborde !", "Depuis lundi, le bac déborde !"),
        ("Lamp out", "Lamp out"),
        ("12 Main St. is dark tonight", "12 Main St. is dark tonight"),
    ],
)
def test_the_summary_is_the_first_sentence_after_the_greeting(text: str, summary: str) -> None:
    assert run(work(text)).requests[0].summary == summary


def test_long_texts_are_cut_at_a_word_and_kept_in_the_message() -> None:
    text = "pothole and more " * 2_000
    item = run(work(text))
    request = item.requests[0]
    assert len(request.description) <= 4_000
    assert request.description.endswith("…")
    assert len(request.summary) <= 120
    assert item.message.text == text


def test_times_and_channels() -> None:
    item = run(work("Pothole on Elm Street", channel="sms", sent_datetime=NOW - timedelta(days=3)))
    request = item.requests[0]
    assert request.requested_datetime == NOW
    assert request.expected_datetime == NOW + timedelta(days=5)
    assert (request.channel, request.channels_seen, request.intake_ids) == ("sms", ["sms"], ["01J0"])
    assert request.jurisdiction_id == "springfield.example.gov"


def test_imported_history_keeps_its_own_time() -> None:
    sent = NOW - timedelta(days=300)
    assert run(work("Pothole", channel="bulk", sent_datetime=sent)).requests[0].requested_datetime == sent


def test_what_a_form_filled_in() -> None:
    hints = {
        "service_code": "pothole",
        "attributes": {"size": "large"},
        "account_id": 17,
        "media_url": "https://example.net/a.jpg",
        "address_id": "A-1",
        "zipcode": "H2X 1Y4",
        "lat": 45.5231,
        "long": -73.5817,
        "address": "12 Main Street",
        "first_name": "Marie",
        "last_name": "Untel",
        "visibility": "public",
    }
    request = run(work("deep", channel="open311", hints=hints, sender=Sender(address="m@example.net"))).requests[0]
    assert request.service_code == "pothole"
    assert request.classification.confidence == 1.0
    assert not request.classification.abstained
    assert request.attributes == {"size": "large"}
    assert request.account_id == "17"
    assert request.media_url == "https://example.net/a.jpg"
    assert (request.address_id, request.zipcode, request.address_string) == ("A-1", "H2X 1Y4", "12 Main Street")
    assert (request.lat, request.long, request.location.precision, request.location.source) == (45.5231, -73.5817, "point", "form")
    assert (request.first_name, request.last_name, request.visibility) == ("Marie", "Untel", "public")


@pytest.mark.parametrize(
    "hints",
    [
        {"lat": "x", "long": []},
        {"lat": float("nan"), "long": 1.0},
        {"lat": 91, "long": 0},
        {"lat": True, "long": True},
        {"lat": 0, "long": 0},
        {"lat": 45.5},
        {"service_code": ["pothole"], "attributes": "x", "media_url": "javascript:alert(1)", "account_id": {}, "address": 5},
        {"visibility": 3, "language": 5, "contact_preference": [], "first_name": 9, "signed_reference": 3, "mail_from": 5},
    ],
)
def test_nonsense_in_hints_is_not_taken(hints: dict[str, object]) -> None:
    request = run(work("Pothole, really deep", hints=hints)).requests[0]
    assert (request.lat, request.long, request.media_url, request.account_id, request.address_string) == (None, None, None, None, None)
    assert request.visibility == "private"
    assert request.attributes == {}
