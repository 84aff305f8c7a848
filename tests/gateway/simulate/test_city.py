from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes
from random import Random

from channels.base import RawMessage
from channels.email import mime
from gateway.simulate.city import City, Message
from gateway.simulate.mail import mail, message_id, photo

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def said(count: int, seed: int = 311, *, storm: bool = False) -> list[Message]:
    city = City(Random(seed))
    messages = []
    for _ in range(count):
        message = city.next(storm=storm)
        city.sent_by_mail(message)
        messages.append(message)
    return messages


def test_the_same_seed_says_the_same() -> None:
    assert said(200) == said(200)
    assert said(200) != said(200, seed=312)


def test_everything_happens_in_both_languages() -> None:
    messages = said(1_500)
    kinds = Counter(message.kind for message in messages)
    assert set(kinds) == {"report", "duplicate", "follow_up", "redelivery", "auto_reply", "spam", "emergency", "question", "compliment"}
    assert kinds.most_common(1)[0][0] == "report"
    assert {message.resident.language for message in messages} == {"en", "fr"}
    assert any(message.photo for message in messages)
    by_number = {message.number: message for message in messages}
    for message in messages:
        if message.answers is not None:
            assert by_number[message.answers].resident == message.resident
        if message.repeats is not None:
            assert by_number[message.repeats].text == message.text


def test_a_storm_is_about_a_few_places() -> None:
    places = Counter(message.issue.place("en") for message in said(300, storm=True) if message.issue is not None)
    assert sum(count for _place, count in places.most_common(6)) > 150


def test_mails_are_what_they_should_be() -> None:
    for message in said(150):
        content = mail(message, run="run", recipient="311@springfield.example.gov", at=AT, earlier="what I wrote\nbefore")
        assert content.replace(b"\r\n", b"").count(b"\n") == 0
        found = mime.translate(RawMessage("x", AT, "message/rfc822", content), adapter="email.smtp", channel_id="mail")
        assert found.sender.address == message.resident.email
        assert found.subject == message.subject
        assert message.text.split()[0] in found.text
        assert found.is_auto_reply == (message.kind == "auto_reply")
        assert len(found.attachments) == int(message.photo)
        if message.answers is not None:
            assert found.in_reply_to == message_id("run", message.answers).strip("<>")
            assert message_from_bytes(content)["References"]


def test_photographs_are_files_of_their_own() -> None:
    assert photo(1) != photo(2)
    assert photo(1).startswith(b"\x89PNG\r\n\x1a\n")
