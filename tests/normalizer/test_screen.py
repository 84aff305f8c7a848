"""Emergencies before everything, then what a machine wrote, then what is doubtful."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer import _emergency, _spam
from normalizer.model import Sender
from normalizer.words import Reading
from tests.normalizer.build import CASES, cases, label, message, run, work


@pytest.mark.parametrize("case", cases("emergencies", "danger"), ids=label)
def test_danger(case: dict[str, Any]) -> None:
    item = run(work(case["text"]))
    assert (item.emergency.flag, item.emergency.rule) == (True, case["rule"])
    assert item.emergency.span is not None
    start, end = item.emergency.span
    assert item.message.text_new[start:end].strip()
    assert item.message.disposition == "request"
    assert item.requests[0].priority == "emergency"
    assert item.requests[0].emergency == item.emergency
    assert any(line.field == "emergency" for line in item.requests[0].evidence)


@pytest.mark.parametrize("case", cases("emergencies", "calm"), ids=label)
def test_no_danger(case: dict[str, Any]) -> None:
    item = run(work(case["text"]))
    assert not item.emergency.flag, case["text"][slice(*(item.emergency.span or (0, 0)))]
    assert item.requests[0].priority != "emergency"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_few_emergencies_are_missed_and_few_alarms_are_false(language: str) -> None:
    """660 sentences of ours, plain and as people text, call and post; half of them were not looked at when the rules were written."""
    lines = [json.loads(line) for line in (CASES / "emergency_labelled.jsonl").read_text("utf-8").splitlines()]
    mine = [line for line in lines if line["language"] == language]
    assert len(mine) >= 330
    said = [(line["emergency"], _emergency.find(Reading(line["text"], None)).flag) for line in mine]
    right = said.count((True, True))
    assert right / sum(true for true, _ in said) >= 0.97
    assert right / sum(flag for _, flag in said) >= 0.9


def test_a_new_clause_is_not_denied() -> None:
    assert run(work("Elle ne peut pas se relever et saigne de la tête")).emergency.flag
    assert not run(work("Ça ne sent plus le gaz")).emergency.flag
    assert run(work("Il ne respire plus")).emergency.flag
    assert run(work("House at 12 Main Street is on fire, flames in the windows")).emergency.flag
    assert run(work("La maison est en feu avec des gens à l'intérieur")).emergency.flag
    assert run(work("the building is on fire with people inside")).emergency.flag
    assert run(work("this is not a drill, the school is on fire")).emergency.flag


@pytest.mark.parametrize(
    ("name", "value", "spam"),
    [
        ("X-Spam-Flag", "YES", True),
        ("X-Spam-Status", "Yes, score=9.1", True),
        ("X-Spam-Status", "No, score=0.1", False),
        ("X-Forefront-Antispam-Report", "CIP:255.255.255.255;CTRY:;SCL:9;SRV:", True),
        ("X-MS-Exchange-Organization-SCL", "1", False),
    ],
)
def test_what_a_mail_filter_said(name: str, value: str, spam: bool) -> None:
    item = run(work("The lamp at 12 Main Street is out", headers={name: value}))
    assert (item.message.reason == "spam_suspected") is spam


def test_an_emergency_is_not_held_as_spam() -> None:
    assert run(work("Fire at 12 Main Street, the house is on fire!", headers={"X-Spam-Flag": "YES"})).message.disposition == "request"


@pytest.mark.parametrize(
    ("text", "spam"),
    [
        ("URGENT! You have won a 1 week FREE membership in our prize draw! Txt CLAIM to 81010 T&C www.example.com", True),
        ("FÉLICITATIONS vous êtes l'heureux gagnant de notre tirage, répondez OUI au 55555 pour recevoir 1000$", True),
        ("Is the pool free on Sunday? My kids won a swimming prize there last year", False),
        ("Le stationnement est-il gratuit au 1200, rue Main le dimanche ?", False),
        ("Call me back at 514 555 0123 about the bin at 12 Main", False),
    ],
)
def test_spam_by_its_words(text: str, spam: bool) -> None:
    item = run(work(text, channel="sms", sender=Sender(phone="+15145550123")))
    assert (item.message.reason == "spam_suspected") is spam


def test_a_subject_can_be_the_alarm() -> None:
    item = run(work("12 Main Street, second floor", subject="Gas leak!"))
    assert item.emergency.flag
    assert item.emergency.span is None


def test_what_is_quoted_is_no_alarm() -> None:
    """The city's own acknowledgement says when to call 911; a reply quotes it."""
    text = (
        "Thanks\n\nOn Mon, Nov 23, 2026 City <311@springfield.example.gov> wrote:\n> If you smell gas or see a fire in a house, call 911.\n"
    )
    assert not run(work(text)).emergency.flag


@pytest.mark.parametrize("case", cases("noise"), ids=label)
def test_disposition(case: dict[str, Any]) -> None:
    sender = Sender(address=case.get("sender", "marie@example.net"))
    fields = {name: case[name] for name in ("subject", "headers", "is_auto_reply", "is_bounce") if name in case}
    item = run(work(case["text"], sender=sender, **fields))
    assert (item.message.disposition, item.message.reason) == (case["disposition"], case["reason"])
    assert bool(item.requests) == (case["disposition"] == "request")


def test_a_person_s_release_is_respected() -> None:
    """Held as spam, released by a clerk, read again: now it is a request."""
    text = next(case["text"] for case in cases("noise") if case["reason"] == "spam_suspected")
    assert run(work(text)).message.disposition == "held"
    assert run(work(text, released=True)).message.disposition == "request"


def test_a_form_without_words_is_a_request() -> None:
    item = run(work("", channel="open311", hints={"service_code": "pothole", "lat": "45.5231", "long": "-73.5817"}))
    assert item.message.disposition == "request"
    assert item.requests[0].service_code == "pothole"


def test_a_photo_without_words_is_a_request() -> None:
    item = work("", channel="sms", sender=Sender(phone="+15145550123"))
    item.message = message("", channel="sms", attachments=[{"filename": "a.jpg", "media_type": "image/jpeg"}])
    assert run(item).message.disposition == "request"


@pytest.mark.parametrize(
    ("command", "reason"), [("stop", "command_stop"), ("help", "command_help"), ("delivery_status", "delivery_report")]
)
def test_words_that_steer_the_conversation_open_nothing(command: str, reason: str) -> None:
    item = run(work("ARRÊT", channel="sms", sender=Sender(phone="+15145550123"), hints={"command": command}))
    assert (item.message.disposition, item.message.reason, item.requests) == ("not_actionable", reason, [])


def test_a_picture_that_is_not_fetched_yet_is_something() -> None:
    hints = {"media": [{"url": "https://api.example.com/1", "media_type": "image/jpeg"}]}
    assert run(work("", channel="sms", sender=Sender(phone="+15145550123"), hints=hints)).message.disposition == "request"


def test_a_notice_of_delay_is_no_bounce() -> None:
    """The adapter has read the report; the content type alone would say bounce."""
    headers = {"content-type": "multipart/report; report-type=delivery-status"}
    item = run(work("Your message is delayed.", is_auto_reply=True, headers=headers))
    assert (item.message.disposition, item.message.reason) == ("auto_reply", "adapter")


@given(st.text(max_size=500))
def test_any_text_has_an_answer(text: str) -> None:
    reading = Reading(text, text[:50])
    first = _emergency.find(reading)
    assert first == _emergency.find(Reading(text, text[:50]))
    assert first.span is None or 0 <= first.span[0] < first.span[1] <= len(text)
    _spam.suspected(reading, text)


@pytest.mark.parametrize(
    "word",
    [
        "fire ",
        "gaz ",
        "not breathing ",
        "il y a le feu ",
        "no gas smell ",
        "hit by a car almost ",
        "wire ",
        "feu rouge ",
        "water ",
        "personne dans eau ",
        "peut pas relever ",
    ],
)
def test_a_flood_of_one_word_ends(word: str) -> None:
    _emergency.find(Reading(word * (65_000 // len(word)), None))
