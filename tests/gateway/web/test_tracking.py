"""The resident's page: who may see what, what happens to what is sent, and what a number alone tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from channels.base import RawMessage, StoreBusy, Unreadable
from channels.web.tracking import ACTIONS, Settings, build
from gateway.intake import Intake
from gateway.store import numbers, schema
from gateway.store.engine import Engines
from gateway.store.location import locate
from gateway.store.tables import SERVICE_REQUEST
from gateway.web import _tracking_taking
from normalizer.model import Sender
from tests.channels import photos
from tests.channels.web.site import hidden, multipart
from tests.gateway.store.builders import START
from tests.gateway.web.tracked_site import OTHER, change, happened, intake_ids, message, picture, running, said, write

PHOTO = photos.small("JPEG")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(_tracking_taking, "_WAITS", (0.0,))  # no worker reads what is sent
    with time_machine.travel(START + timedelta(hours=2)):
        yield


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Engines]:
    """An SQLite store, where the other kind would show nothing else."""
    location = locate(f"sqlite:///{tmp_path}/lite.db")
    schema.migrate(location)
    opened = Engines(location)
    yield opened
    opened.dispose()


async def test_a_resident_sees_where_it_stands_and_nobody_else_does(lite: Engines, tmp_path: Path) -> None:
    (number,) = write(lite, (message(1), None))
    async with running(lite, tmp_path) as site:
        status, text, headers = await site.get(f"/track/{site.code(number)}")
        assert status == 200
        assert "Votre demande est ouverte" in text
        assert "Nous la transmettons au service responsable." in text
        assert "Nid-de-poule" in text
        assert "12, rue des Érables" in text
        assert "24\u00a0novembre 2026 à 7\u00a0h\u00a000" in text, "noon UTC is seven o'clock in Springfield"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in headers["X-Robots-Tag"]
        assert "script" not in headers["Content-Security-Policy"]
        assert "<script" not in text
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', text), "nothing of another host"


async def test_every_code_that_opens_nothing_gets_the_same_page(engines: Engines, tmp_path: Path) -> None:
    one, two = write(engines, (message(1), None), (message(2), None))
    (elsewhere,) = write(engines, (message(3), None), city=OTHER)
    async with running(engines, tmp_path) as site:
        right = site.code(one)
        with engines.writing() as connection:
            connection.execute(delete(SERVICE_REQUEST).where(SERVICE_REQUEST.c.service_request_id == two))
        unknown = numbers.public_number(999_999)
        wrong = [
            right[:-1] + ("a" if right[-1] != "a" else "b"),
            f"{unknown}-{right.partition('-')[2]}",
            site.code(unknown),
            site.code(two),
            site.code(elsewhere),  # made with the key of another city than the request's
            site.code(one, OTHER),
            one,
            "x" * 5_000,
            "%00",
            "..%2f..",
            "1000015-É",
        ]
        answers = [await site.get(f"/track/{code}") for code in wrong]
        assert {(status, text) for status, text, _headers in answers} == {(404, answers[0][1])}
        assert (await site.get(f"/track/{right}"))[0] == 200
        assert (await site.get(f"/track/{right.upper()}"))[0] == 200, "read out loud, letters have no case"
        assert (await site.get(f"/track/{site.code(elsewhere, OTHER)}"))[0] == 200


async def test_who_tries_codes_is_told_to_wait(lite: Engines, tmp_path: Path) -> None:
    async with running(lite, tmp_path) as site:
        found = [(await site.get(f"/track/1000015-{'a' * 26}"))[0] for _time in range(25)]
        assert found == [404] * 20 + [429] * 5


async def test_what_others_wrote_and_what_staff_noted_is_not_told(engines: Engines, tmp_path: Path) -> None:
    first = message(1, "Le trou de Zoé", notes=["NOTE OF STAFF"])
    (number,) = write(engines, (first, None), status_notes="Une équipe passera.", agency_responsible="Travaux publics")
    neighbour = message(2, "SECRET OF THE NEIGHBOUR", sender=Sender(address="bob@example.net", name="BOB"))
    write(engines, (neighbour, number), role="duplicate")
    stranger = message(3, "SECRET OF A STRANGER", sender=Sender(address="eve@example.net"))
    own = message(4, "Ma précision", channel="sms", adapter="sms.twilio", sender=Sender(phone="+15145550123"))
    write(engines, (stranger, number), (own, number))
    happened(engines, number, "note.added", START, text="INTERNAL")
    ids = intake_ids(engines, number)
    said(engines, number, ids[0], "Nous avons bien reçu", "delivered")
    said(engines, number, ids[1], "WORDS FOR THE STRANGER", "delivered")
    said(engines, number, ids[0], "WAITS FOR A PERSON", "hold")
    said(engines, number, ids[0], "Une relance", "dead_letter")
    async with running(engines, tmp_path) as site:
        _status, text, _headers = await site.get(f"/track/{site.code(number)}")
        for shown in (
            "Le trou de Zoé",
            "Ma précision",
            "Nous avons bien reçu",
            "Une relance",
            "n’a pas pu vous être remis",
            "Une équipe passera.",
        ):
            assert shown in text
        for secret in (
            "SECRET",
            "BOB",
            "INTERNAL",
            "WORDS FOR",
            "WAITS FOR",
            "NOTE OF",
            "somebody@city",
            "zoe@example",
            "5145550123",
            "Tremblay",
        ):
            assert secret not in text, secret
        assert "z•••@e•••.net" in text
        assert "se termine par 0123" in text


async def test_markup_of_a_resident_is_text(lite: Engines, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    sender = Sender(name=evil, address="<b>@e.example", handle=evil)
    (number,) = write(lite, (message(1, evil, sender=sender), None), address_string=evil, status_notes=evil, agency_responsible=evil)
    async with running(lite, tmp_path) as site:
        status, text, _headers = await site.get(f"/track/{site.code(number)}")
        assert status == 200
        assert "<script" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;" in text
        _status, text, _headers = await site.send(site.code(number), {"action": "add", "text": evil, "token": "x"})
        assert "<script" not in text
        _status, text, _headers = await site.get("/track/?number=%22%3E%3Cscript%3E")
        assert "<script" not in text


async def test_photos_are_shown_to_who_has_the_code_and_only_the_residents_own(lite: Engines, tmp_path: Path) -> None:
    async with running(lite, tmp_path) as site:
        shown, hidden_one = site.blobs.put_many([PHOTO, photos.small("PNG")])
        (number,) = write(lite, (message(1, attachments=[picture(PHOTO, "a" * 64, shown), picture(PHOTO, "b" * 64, None)]), None))
        write(lite, (message(2, attachments=[picture(PHOTO, "c" * 64, hidden_one)], sender=Sender(address="b@c.example")), number))
        code = site.code(number)
        _status, text, _headers = await site.get(f"/track/{code}")
        (address,) = set(re.findall(r'src="(/track/[^"]*/photos/[^"]*)"', text))
        async with site.http.get(site.url + address) as answer:
            assert await answer.read() == PHOTO
            assert answer.content_type == "image/jpeg"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert (await site.get(f"/track/{code}/photos/{hidden_one[:32]}"))[0] == 404
        assert (await site.get(address.replace(code, code[:-1])))[0] == 404


@pytest.mark.parametrize("action", ACTIONS)
async def test_an_action_is_stored_once_before_the_page_says_so(action: str, lite: Engines, tmp_path: Path) -> None:
    (number,) = write(lite, (message(1), None))
    async with running(lite, tmp_path) as site:
        code = site.code(number)
        token = hidden((await site.get(f"/track/{code}"))[1], "token")
        fields = {"action": action, "text": "Il y en a deux", "token": token}
        status, _text, headers = await site.send(code, fields)
        again = await site.send(code, fields)
        assert (status, again[0]) == (303, 303)
        (row,) = site.stored()
        raw = RawMessage(row.source_id, row.received_at, row.content_type, row.content, {"signed_reference": number})
        found = build("follow", Settings(type="web.tracking")).translate(raw)
        assert found.hints["signed_reference"] == number
        assert found.hints["tracking"] == action
        assert found.text.endswith("Il y en a deux")
        assert code.partition("-")[2].encode() not in row.content, "the secret is kept nowhere"
        assert f'"signed_reference":"{number}"' in row.envelope.replace(": ", ":")
        status, text, _headers = await site.get(headers["Location"].partition("#")[0])
        assert row.intake_id in text
        assert "in a moment" in text
        # The same number with other words is not the same message: it was not sent, and the page says so.
        status, text, _headers = await site.send(code, {**fields, "text": "Trois!"})
        assert status == 409
        assert "Trois!" in text
        assert len(site.stored()) == 1


async def test_a_message_of_another_city_is_stored_there(lite: Engines, tmp_path: Path) -> None:
    (number,) = write(lite, (message(1), None), city=OTHER)
    async with running(lite, tmp_path) as site:
        assert (await site.send(site.code(number, OTHER), {"action": "add", "text": "More"}))[0] == 303
        (row,) = site.stored()
        assert row.jurisdiction_id == OTHER


async def test_photos_are_taken_and_large_ones_go_by_a_file(lite: Engines, tmp_path: Path) -> None:
    (number,) = write(lite, (message(1), None))
    async with running(lite, tmp_path) as site:
        large = PHOTO + bytes(400_000)
        status, _text, _headers = await site.send(site.code(number), {"action": "add", "text": ""}, [("a.jpg", PHOTO), ("b.jpg", large)])
        assert status == 303
        (row,) = site.stored()
        content = site.blobs.get(row.blob)
        found = build("follow", Settings(type="web.tracking")).translate(
            RawMessage(row.source_id, row.received_at, row.content_type, content, {"signed_reference": number})
        )
        assert [file.filename for file in found.attachments] == ["a.jpg", "b.jpg"]
        assert list(site.blobs.spool_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "shots", "headers", "status", "words"),
    [
        ({"action": "add", "text": " "}, [], {}, 422, "Write something or choose a photo."),
        ({"action": "add", "text": "x" * 10_001}, [], {}, 422, "too long"),
        ({"action": "add", "text": "Kept"}, [("virus.exe", b"MZ")], {}, 422, "virus.exe"),
        ({"action": "add", "text": "Kept"}, [(f"{n}.jpg", PHOTO) for n in range(6)], {}, 422, "five photos"),
        ({"action": "add", "text": "Kept", "token": "forged"}, [], {}, 422, "open for long"),
        ({"action": "close", "text": "Kept"}, [], {}, 400, "incomplete"),
        ({"action": "add", "text": "Kept"}, [], {"Sec-Fetch-Site": "cross-site"}, 403, "our page"),
        ({"action": "add", "text": "Kept"}, [], {"Origin": "https://evil.example"}, 403, "our page"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_nothing_is_stored(
    fields: dict[str, str], shots: Any, headers: dict[str, str], status: int, words: str, lite: Engines, tmp_path: Path
) -> None:
    (number,) = write(lite, (message(1), None))
    async with running(lite, tmp_path) as site:
        found, text, _headers = await site.send(site.code(number), fields, shots, **headers)
        assert found == status
        assert words in text
        assert "Kept" not in fields["text"] or "Kept" in text or fields["action"] == "close"
        assert site.stored() == []
        assert list(site.blobs.spool_dir.iterdir()) == []


async def test_a_token_is_of_one_request(lite: Engines, tmp_path: Path) -> None:
    one, two = write(lite, (message(1), None), (message(2), None))
    async with running(lite, tmp_path) as site:
        token = hidden((await site.get(f"/track/{site.code(one)}"))[1], "token")
        assert (await site.send(site.code(two), {"action": "withdraw", "token": token}))[0] == 422
        assert site.stored() == []
        with time_machine.travel(START + timedelta(days=2)):
            assert (await site.send(site.code(one), {"action": "withdraw", "token": token}))[0] == 422


async def test_a_busy_store_keeps_what_was_written(lite: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = write(lite, (message(1), None))
    async with running(lite, tmp_path) as site:

        async def busy(*_arguments: object) -> None:
            raise StoreBusy("full", retry_after=7)

        monkeypatch.setattr(Intake, "_accept", busy)
        status, text, headers = await site.send(site.code(number), {"action": "add", "text": "Two holes now"})
        assert (status, headers["Retry-After"]) == (503, "7")
        assert "Two holes now" in text
        assert "Nothing is lost" in text


async def test_too_many_messages_are_told_to_wait(lite: Engines, tmp_path: Path) -> None:
    (number,) = write(lite, (message(1), None))
    async with running(lite, tmp_path, "sends = 3\n") as site:
        code = site.code(number)
        for count in range(3):
            assert (await site.send(code, {"action": "add", "text": f"{count}"}))[0] == 303
        status, text, headers = await site.send(code, {"action": "add", "text": "One more"})
        assert status == 429
        assert int(headers["Retry-After"]) > 0
        assert "One more" in text


async def test_a_body_that_is_too_large_is_read_to_its_end_and_said(lite: Engines, tmp_path: Path) -> None:
    (number,) = write(lite, (message(1), None))
    async with running(lite, tmp_path, 'max_photo = "100 kB"\n') as site:
        heavy = [(f"{count}.jpg", PHOTO + bytes(600_000)) for count in range(5)]
        status, text, _headers = await site.send(site.code(number), {"action": "add", "text": "Kept"}, heavy)
        assert status == 413
        assert "too large together" in text
        assert "Kept" in text
        status, text, _headers = await site.send(site.code(number), {"action": "add", "text": "Kept"}, heavy[:1])
        assert status == 422
        assert "0.jpg" in text
        assert site.stored() == []
        assert list(site.blobs.spool_dir.iterdir()) == []


async def test_the_language_is_the_residents_and_can_be_switched(lite: Engines, tmp_path: Path) -> None:
    (number,) = write(lite, (message(1), None))
    async with running(lite, tmp_path) as site:
        code = site.code(number)
        _status, text, headers = await site.get(f"/track/{code}", **{"Accept-Language": "en"})
        assert headers["Content-Language"] == "fr-CA"
        assert f"/track/{code}?lang=en" in text
        _status, text, headers = await site.get(f"/track/{code}?lang=en")
        assert headers["Content-Language"] == "en-CA"
        assert "form_language=en" in headers["Set-Cookie"]
        assert "HttpOnly" in headers["Set-Cookie"]
        assert f'action="/track/{code}?lang=en"' in text, "where cookies are not kept, the language is carried on"
        _status, _text, headers = await site.get(f"/track/{code}", Cookie="form_language=en")
        assert headers["Content-Language"] == "en-CA"


async def test_a_number_alone_tells_little(engines: Engines, tmp_path: Path) -> None:
    number, private = write(engines, (message(1, "MY WORDS"), None), (message(2, "MY SORROW"), None))
    change(engines, number, status="closed")
    with engines.writing() as connection:
        row = SERVICE_REQUEST.c
        connection.execute(SERVICE_REQUEST.update().where(row.service_request_id == private).values(service_code="homelessness"))
    async with running(engines, tmp_path) as site:
        english = {"Accept-Language": "en"}
        status, text, headers = await site.get(f"/track/?number={number[:3]}%20{number[3:]}", **english)
        assert status == 200
        assert "Closed" in text
        assert "Pothole" in text
        assert "November\u00a024, 2026" in text
        for secret in ("MY WORDS", "rue des", "zoe", "Zoé", site.code(number)):
            assert secret not in text
        assert headers["Cache-Control"] == "no-store"
        _status, text, _headers = await site.get(f"/track/?number={private}", **english)
        assert "Open" in text
        assert "omeless" not in text
        status, _text, headers = await site.get(f"/track/?number={site.code(number)}", **english)
        assert (status, headers["Location"]) == (303, f"/track/{site.code(number)}")


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ("", 422, "Write your request number."),
        ("abc", 422, "only digits"),
        ("12", 422, "only digits"),
        ("9" * 60, 422, "only digits"),
        ("{swapped}", 422, "two are swapped"),
        ("{wrong}", 422, "two are swapped"),
        ("{unknown}", 404, "no request of this number"),
    ],
)
async def test_what_is_wrong_with_a_number_is_said(asked: str, status: int, words: str, lite: Engines, tmp_path: Path) -> None:
    number = numbers.public_number(123_457)
    swapped, wrong = number[1] + number[0] + number[2:], number[:-1] + str((int(number[-1]) + 1) % 10)
    async with running(lite, tmp_path) as site:
        query = asked.format(swapped=swapped, wrong=wrong, unknown=number)
        found, text, _headers = await site.get(f"/track/?number={query}", **{"Accept-Language": "en"})
        assert found == status
        assert words in text
        assert 'aria-invalid="true"' in text


async def test_numbers_cannot_be_read_one_after_the_other(lite: Engines, tmp_path: Path) -> None:
    async with running(lite, tmp_path) as site:
        numbered = [numbers.public_number(100_001 + count) for count in range(22)]
        found = [(await site.get(f"/track/?number={number}"))[0] for number in numbered]
        assert found == [404] * 20 + [429] * 2
        other = {"X-Forwarded-For": "203.0.113.9"}
        assert (await site.get(f"/track/?number={numbered[0]}", **other))[0] == 404, "a trusted proxy names another address"


async def test_without_the_stores_secret_nothing_opens(lite: Engines, tmp_path: Path) -> None:
    from gateway.replies.signing import Signatures
    from gateway.store.reply_tables import SECRET
    from tests.gateway.store.builders import CITY

    (number,) = write(lite, (message(1), None))
    async with running(lite, tmp_path) as site:
        code = site.code(number)
        with lite.writing() as connection:
            connection.execute(delete(SECRET))
        assert (await site.get(f"/track/{code}"))[0] == 404
        assert (await site.get(f"/track/{Signatures(bytes(32), CITY).tracking_code(number)}"))[0] == 404


@settings(max_examples=60, deadline=None)
@given(
    fields=st.dictionaries(st.sampled_from(["action", "text", "language", "token", "x"]), st.text(max_size=30), max_size=5),
    action=st.sampled_from([*ACTIONS, "", "close"]),
    junk=st.binary(max_size=40),
)
def test_any_form_is_read_or_unreadable(fields: dict[str, str], action: str, junk: bytes) -> None:
    body, kind = multipart({**fields, "action": action}, [("x.jpg", junk)])
    channel = build("follow", Settings(type="web.tracking"))
    for content in (body, body[: len(body) // 2], junk):
        try:
            found = channel.translate(RawMessage("1", START, kind, content, {"signed_reference": "1000015"}))
        except Unreadable:
            continue
        assert found.hints["tracking"] in ACTIONS
        assert found.sender == Sender()
