"""What the writer added, apart from what mail programs add; and one form of Unicode."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.clean import clean_line, clean_text, split, subjects
from normalizer.clean.quotes import forwarded, forwarded_from
from normalizer.pipeline import understand
from tests.normalizer.build import cases, context, label, work
from tests.normalizer.mails import Mail, replies


@pytest.mark.parametrize("case", cases("replies"), ids=label)
def test_new_text(case: dict[str, Any]) -> None:
    assert split(clean_text(case["text"])).new == case["new"].strip("\n")


_REPLIES = list(replies())


def test_enough_programs() -> None:
    """At least 120 mails, French and English alike."""
    languages = [mail.name.partition(" ")[0] for mail in _REPLIES]
    assert len(_REPLIES) >= 250
    assert abs(languages.count("en") - languages.count("fr")) <= 12


@pytest.mark.parametrize("mail", _REPLIES, ids=lambda mail: mail.name)
def test_what_programs_add_is_cut(mail: Mail) -> None:
    text = clean_text(mail.text)
    parts = split(text)
    assert parts.new == clean_text(mail.new)
    assert mail.old not in parts.new
    assert sorted((parts.new + "\n" + parts.quoted).split("\n")) == sorted(text.strip("\n").split("\n")) or sorted(
        (parts.new + " " + parts.quoted).split()
    ) == sorted(text.split())


@pytest.mark.parametrize("case", cases("subjects"), ids=lambda case: case["subject"])
def test_subject(case: dict[str, Any]) -> None:
    assert subjects.read(case["subject"]) == (case["bare"], case.get("reply", False), case.get("forward", False))


@given(st.text())
def test_no_word_is_lost(text: str) -> None:
    """Everything is in one of the two parts."""
    cleaned = clean_text(text)
    parts = split(cleaned)
    assert sorted((parts.new + "\n" + parts.quoted).split()) == sorted(cleaned.split())


_LINES = st.lists(
    st.sampled_from(
        [
            "Hello",
            "",
            "> quoted",
            ">> twice",
            "On Mon, Nov 23, 2026 Jean <j@example.net> wrote:",
            "Le 23 nov. 2026, Jean <j@example.net> a écrit :",
            "-- ",
            "From: Jean <j@example.net>",
            "Envoyé : lundi",
            "Subject: x",
            "-----Original Message-----",
            "Sent from my iPhone",
            "____________",
            "This message is confidential and intended for you",
        ]
    ),
    max_size=30,
)


@given(_LINES)
def test_no_word_is_lost_between_markers(lines: list[str]) -> None:
    text = "\n".join(lines)
    parts = split(text)
    assert sorted((parts.new + "\n" + parts.quoted).split()) == sorted(text.split())


@given(st.text(st.characters(codec=None, categories=None)))
def test_unicode_is_clean_and_stays_clean(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not set(cleaned) & set("\x00\r\x07\u200b\u202e\u2066\ufeff")
    assert clean_text(cleaned) == cleaned
    assert "\n" not in clean_line(text)


def test_letters_that_hide() -> None:
    """Zero-width characters inside a word hide it from rules; in an emoji they belong to it."""
    assert clean_text("pot\u200bho\u200dle") == "pothole"
    assert clean_text("👩\u200d🚒") == "👩\u200d🚒"
    assert clean_text("a\u202eb\ud800") == "ab\ufffd"
    assert clean_text("line\r\nline\rline") == "line\nline\nline"
    assert clean_text("10\u00a0h") == "10\u00a0h"


def test_a_forward_with_a_short_note_is_read_whole() -> None:
    header = "---------- Forwarded message ---------\nFrom: Marie <m@example.net>\nSubject: Lamp\nTo: x"
    text = f"FYI\n\n{header}\n\nThe lamp at 12 Main Street is out."
    item = work(text, subject="Fwd: Lamp")
    understand([item], context())
    assert "12 Main Street" in item.message.text_new
    assert item.message.text_quoted == ""
    assert item.requests[0].address_string == "12 Main Street"


def test_a_text_message_has_no_quotes() -> None:
    item = work("> 3 days without water\n-- \nhelp", channel="sms")
    understand([item], context())
    assert item.message.text_new == item.message.text == "> 3 days without water\n-- \nhelp"


def test_forwarded_sender() -> None:
    assert (
        forwarded_from("See below\n\nDe : Marie Untel <marie@example.net>\nEnvoyé : lundi\nObjet : Lampe\n\nTexte")
        == "Marie Untel <marie@example.net>"
    )
    assert forwarded_from("From: here to eternity") is None


def test_a_mail_within_a_mail() -> None:
    """Who wrote what: the note of the one who passes it on, and the first writer's words without those that these quote."""
    text = (
        "Pour suivi, merci.\n\n-------- Message transféré --------\nSujet :\tLampadaire\nDate :\tMon, 23 Nov 2026 10:12:45 -0500\n"
        "De :\tMarie Untel <marie@example.net>\nPour :\tmaire@springfield.example.gov\n\nLe lampadaire du 12, rue Main est éteint.\n\n"
        "Le 20 nov. 2026 à 09:00, Ville <311@springfield.example.gov> a écrit :\n> Bonjour\n"
    )
    found = forwarded(text)
    assert found is not None
    assert (found.sender, found.subject, found.note) == ("Marie Untel <marie@example.net>", "Lampadaire", "Pour suivi, merci.")
    assert found.text == "Le lampadaire du 12, rue Main est éteint."
    assert found.sent == "Mon, 23 Nov 2026 10:12:45 -0500"
    assert forwarded("De : rue Main\nÀ : rue Oak") is None


@pytest.mark.parametrize(
    "piece",
    [
        "> ",
        "On ",
        "a écrit :\n",
        "From: x\n",
        "-- \n",
        "_" * 50,
        "<" * 100,
        "\n",
        " ",
        "Le 1 a écrit:",
        "é",
        "@:",
        "Sent from my x\n",
        "To\n",
        "To\nSubject\n",
        "confidential intended ",
        "|",
        "-----",
        "From: a Sent: b ",
    ],
)
def test_hostile_text_is_read_in_one_go(piece: str) -> None:
    """Four times the cap of what rules read, of one piece over and over: it ends, and loses nothing."""
    text = clean_text(piece * (260_000 // len(piece)))
    parts = split(text)
    assert len((parts.new + parts.quoted).replace("\n", "").replace(" ", "")) == len(text.replace("\n", "").replace(" ", ""))
