"""Several messages that are one: what a request looks like once a later part has completed it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from normalizer.merge import Completed, complete, lacking, only_a_place
from normalizer.model import Attachment, Evidence, Sender, ServiceRequest
from normalizer.pipeline import Known, Work
from normalizer.ports import KnownMessage, KnownRequest
from tests.normalizer.build import NOW, context, run, work
from tests.normalizer.fakes import FakeMessages, FakeRequests

PHONE = "+15145550111"
NUMBER = "1000011"


def part(text: str = "", *, order: int = 0, hints: dict[str, Any] | None = None, **fields: Any) -> Work:
    """One text of a conversation, ``order`` minutes after the first."""
    defaults: dict[str, Any] = {
        "intake_id": f"01J{order:03}",
        "channel": "sms",
        "adapter": "sms.twilio",
        "channel_id": "text",
        "sender": Sender(phone=PHONE),
        "received_datetime": NOW + timedelta(minutes=order),
        "hints": {"conversation": "album-1", **(hints or {})},
    }
    return work(text, **(defaults | fields))


def begun(item: Work) -> ServiceRequest:
    """The request that the first part makes, as it is stored."""
    request = run(item).requests[0]
    request.service_request_id = NUMBER
    return request


def known(first: Work, *, request: str = NUMBER, **changes: Any) -> Known:
    """A store that knows the first part and its request."""
    fields: dict[str, Any] = {
        "intake_id": first.message.intake_id,
        "message_id": None,
        "sender_key": first.sender_key,
        "service_request_id": request,
        "received_datetime": first.message.received_datetime,
        "own": True,
        "lacks": lacking(first.requests[0]) if first.requests else frozenset(),
    }
    item = KnownMessage(**(fields | changes))
    return Known(messages=FakeMessages(conversations=[(("text", f"phone:{PHONE}", "album-1"), item)]))


def merged(first: Work, *later: Work) -> Completed:
    """The first part completed by the later ones."""
    request = begun(first)
    done = Completed(request)
    for item in later:
        run(item, known(first))
        assert (item.message.disposition, item.message.reason, item.follows) == ("follow_up", "same_conversation", NUMBER)
        assert item.requests == []
        done = complete(done.request, item, context(), Known())
    return done


def evidence(request: ServiceRequest, field: str) -> list[Evidence]:
    return [item for item in request.evidence if item.field == field and item.intake_id]


# -- whether it belongs to it


def test_a_later_part_belongs_to_the_request_of_the_first() -> None:
    done = merged(part("There is a big pothole"), part("in front of 12 Main Street", order=1))
    assert done.request.description == "There is a big pothole\nin front of 12 Main Street"
    assert (done.request.service_code, done.request.address_string) == ("pothole", "12 Main Street")
    assert {"description", "address_string"} <= set(done.changed)
    assert [(item.intake_id, item.value) for item in evidence(done.request, "description")] == [("01J000", [0, 22]), ("01J001", [23, 49])]
    assert [item.intake_id for item in evidence(done.request, "address_string")] == ["01J001"]


@pytest.mark.parametrize("minutes", [-10, -1, 0, 10])
def test_within_ten_minutes_either_way(minutes: int) -> None:
    """Two workers may read the parts in the other order."""
    first = part("A pothole", order=20)
    run(first)
    assert run(part("and a photo", order=20 + minutes, intake_id="01K"), known(first)).message.disposition == "follow_up"


@pytest.mark.parametrize(
    ("minutes", "window", "merges"), [(11, None, False), (11, 900, True), (3, 60, False), (11, True, False), (11, -5, False)]
)
def test_the_channel_says_how_long_the_window_is(minutes: int, window: Any, merges: bool) -> None:
    first = part("A pothole")
    run(first)
    later = run(part("it is deep", order=minutes, hints={} if window is None else {"conversation_window": window}), known(first))
    assert later.message.disposition == ("follow_up" if merges else "request")


@pytest.mark.parametrize("changes", [{"service_request_id": None}, {"closed": True}])
def test_a_part_whose_first_is_no_open_request_stands_for_itself(changes: dict[str, Any]) -> None:
    first = part("A pothole")
    run(first)
    assert run(part("on Main Street", order=1), known(first, **changes)).message.disposition == "request"


WHOLE = {"conversation_window": 0.001}
"""What a channel says of a message in which nothing looks like a part."""


@pytest.mark.parametrize(
    ("first", "later", "joins"),
    [
        # Words after a photo or a place: whole or not, they are what was missing.
        (part(hints={"media": [{"url": "https://a.example/1"}]}), part("The lamp is out.", order=9, hints=WHOLE), True),
        (part("12 Main St"), part("The lamp is out.", order=9, hints=WHOLE), True),
        (part("", hints={"lat": 45.5, "long": -73.6}), part("The lamp is out.", order=9, hints=WHOLE), True),
        (part("12 Main St"), part("The lamp is out.", order=11, hints=WHOLE), False),
        # A place and nothing else, where none was known.
        (part("The lamp is out."), part("At 12 Main Street", order=9, hints=WHOLE), True),
        (part("The lamp is out."), part("C'est au coin de Saint-Denis et Rachel", order=9, hints=WHOLE), True),
        (part("The lamp is out at 9 Elm Street."), part("12 Main Street", order=9, hints=WHOLE), False),
        (part("The lamp is out."), part("There is graffiti at 12 Main Street", order=9, hints=WHOLE), False),
        # Somebody in danger says where: whatever else they say.
        (part("HELP! There is a fire!"), part("Hurry, it is at 12 Main Street, there are children", order=9, hints=WHOLE), True),
        # Two whole texts are two messages.
        (part("The lamp is out."), part("There is a pothole too.", order=1, hints=WHOLE), False),
    ],
    ids=lambda value: value.message.text if isinstance(value, Work) else str(value),
)
def test_a_whole_message_is_a_part_where_it_says_what_is_missing(first: Work, later: Work, joins: bool) -> None:
    run(first)
    assert run(later, known(first)).message.disposition == ("follow_up" if joins else "request")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("12 Main Street", True),
        ("It's at 12 Main St.", True),
        ("au 4008, rue Saint-Denis", True),
        ("45.5123, -73.5678", True),
        ("12 Main Street has a pothole", False),
        ("Main Street is dark", False),
        ("hello", False),
    ],
)
def test_a_text_that_is_only_a_place(text: str, place: bool) -> None:
    assert only_a_place(run(part(text)).requests[0]) is place


def test_another_sender_or_channel_is_another_conversation() -> None:
    first = part("A pothole")
    run(first)
    assert run(part("mine too", order=1, sender=Sender(phone="+15145550122")), known(first)).message.disposition == "request"
    assert run(part("mine too", order=1, channel_id="text2"), known(first)).message.disposition == "request"


def test_a_part_that_says_nothing_is_held_where_it_completes_nothing() -> None:
    first = part("A pothole")
    run(first)
    assert run(part(order=1), known(first)).message.disposition == "follow_up"
    lost = run(part(order=1))
    assert (lost.message.disposition, lost.message.reason, lost.requests) == ("held", "empty", [])


def test_somebody_else_s_request_is_joined_and_not_rewritten() -> None:
    first = part("A pothole")
    run(first)
    joined = run(part("it is deep", order=1), known(first, own=False))
    assert (joined.message.disposition, joined.follows, joined.completion) == ("follow_up", NUMBER, None)
    assert complete(ServiceRequest(description="A pothole"), joined, context(), Known()).changed == ()
    assert run(part("the house beside it is on fire!", order=2), known(first, own=False)).message.disposition == "request"


# -- what it becomes


def test_a_photo_first() -> None:
    photo = part(attachments=[Attachment(filename="a.jpg", media_type="image/jpeg", size=9, lat=45.5, long=-73.6)])
    done = merged(photo, part("Le lampadaire est brisé", order=1))
    request = done.request
    assert (request.description, request.service_code, request.language) == ("Le lampadaire est brisé", "street_light", "fr")
    assert (request.lat, request.location.source) == (45.5, "photo")
    assert request.summary == "Le lampadaire est brisé"
    assert not request.classification.abstained
    assert [item.intake_id for item in request.classification.evidence] == ["01J001"] * len(request.classification.evidence)


def test_photos_that_follow_are_counted() -> None:
    done = merged(
        part("A pothole at 12 Main Street"),
        part(order=1, hints={"media": [{"url": "https://a.example/1"}, {"url": "https://a.example/2"}]}),
    )
    assert (done.files, [(item.value, item.intake_id) for item in evidence(done.request, "attachments")]) == (2, [(2, "01J001")])
    assert done.request.description == "A pothole at 12 Main Street"


def test_a_place_first() -> None:
    done = merged(part("12 Main St"), part("the street light is out", order=1))
    assert (done.request.address_string, done.request.service_code) == ("12 Main St", "street_light")
    assert done.request.description == "12 Main St\nthe street light is out"


def test_a_pin_fills_the_place() -> None:
    done = merged(part("A pothole here"), part("", order=1, hints={"lat": 45.5, "long": -73.6}))
    assert (done.request.lat, done.request.long, done.request.location.precision, done.request.location.source) == (
        45.5,
        -73.6,
        "point",
        "pin",
    )
    assert done.request.description == "A pothole here"


def test_a_place_in_two_halves() -> None:
    done = merged(part("There is a pothole at 12"), part("Main Street", order=1))
    assert done.request.address_string is not None


def test_a_cry_first() -> None:
    done = merged(part("HELP! There is a fire!"), part("at 12 Main Street, the house", order=1))
    assert (done.request.priority, done.request.emergency.flag, done.request.address_string) == ("emergency", True, "12 Main Street")


def test_an_emergency_later_raises_and_nothing_lowers_it() -> None:
    done = merged(
        part("The pole at 12 Main Street leans"), part("now it is on fire!", order=1), part("never mind, just a pothole", order=2)
    )
    assert (done.request.priority, done.request.emergency.flag) == ("emergency", True)
    (why,) = evidence(done.request, "emergency")
    assert why.intake_id == "01J001"
    assert why.span is not None


def test_a_street_becomes_an_address_and_another_place_is_only_kept() -> None:
    done = merged(part("A pothole on Main Street"), part("12 Main Street", order=1), part("and one at 99 Elm Street", order=2))
    assert done.request.address_string == "12 Main Street"
    assert [item.replaced for item in evidence(done.request, "address_string")] == ["Main Street"]
    assert "99 Elm Street" in [candidate.address for candidate in done.request.location.candidates]


def test_a_sure_service_is_not_lost_to_small_talk() -> None:
    done = merged(part("My garbage was not collected at 12 Main Street"), part("hello? anybody? thank you very much", order=1))
    assert done.request.service_code == begun(part("My garbage was not collected at 12 Main Street")).service_code


def test_the_service_that_the_sender_chose_stays_unless_a_later_part_chooses_one() -> None:
    done = merged(part("It is broken", hints={"service_code": "street_light"}), part("there is also a pothole", order=1))
    assert done.request.service_code == "street_light"
    done = merged(part("It is broken"), part("this one", order=1, hints={"service_code": "street_light"}))
    assert (done.request.service_code, done.request.classification.confidence) == ("street_light", 1.0)


def test_what_a_person_decided_stays() -> None:
    first = part("It is broken")
    request = begun(first)
    for name, value in {"service_code": "graffiti", "description": "Broken sign, says the clerk.", "priority": "low", "lat": 45.0}.items():
        setattr(request, name, value)
        request.evidence.append(Evidence(field=name, value=value, source="staff", by="anne", at=NOW))
    request.classification.abstained = False
    later = run(part("it is the street light at 12 Main Street", order=1), known(first))
    after = complete(request, later, context(), Known()).request
    assert (after.service_code, after.lat, after.address_string) == ("graffiti", 45.0, None)
    assert after.description == "Broken sign, says the clerk.\nit is the street light at 12 Main Street"


def test_a_private_part_makes_it_private() -> None:
    done = merged(
        part("A pothole at 12 Main Street", hints={"visibility": "public"}),
        part("my number is 514 555 0111", order=1, hints={"private": True}),
    )
    assert done.request.visibility == "private"
    assert begun(part("A pothole", hints={"visibility": "public", "private": True})).visibility == "private"


def test_the_same_words_twice_are_said_once() -> None:
    done = merged(part("A pothole"), part("A pothole", order=1))
    assert done.request.description == "A pothole"


def test_the_order_in_which_they_are_read_does_not_matter() -> None:
    parts = [part(text, order=order) for order, text in enumerate(["There is a pothole", "in front of the school,", "12 Main Street"])]
    straight = merged(*parts).request
    parts = [part(text, order=order) for order, text in enumerate(["There is a pothole", "in front of the school,", "12 Main Street"])]
    request = begun(parts[1])
    for item in (parts[2], parts[0]):
        run(item, known(parts[1]))
        request = complete(request, item, context(), Known()).request
    for name in ("description", "service_code", "address_string", "summary", "language"):
        assert getattr(request, name) == getattr(straight, name), name


def test_a_completed_request_is_compared_with_those_at_its_place() -> None:
    first = part("There is a deep pothole in the road")
    request = begun(first)
    there = KnownRequest("1000029", "pothole", NOW, "There is a deep pothole in the road", address_string="12 Main Street")
    itself = KnownRequest(NUMBER, "pothole", NOW, "There is a deep pothole in the road", address_string="12 Main Street")
    later = run(part("12 Main Street", order=1), known(first))
    after = complete(request, later, context(), Known(requests=FakeRequests([there, itself]))).request
    assert [(link.service_request_id, link.state) for link in after.duplicate_links] == [("1000029", "suggested")]


def test_neither_the_request_nor_the_message_is_changed() -> None:
    first = part("A pothole")
    request = begun(first)
    before = request.model_dump_json()
    later = run(part("at 12 Main Street, it is on fire", order=1), known(first))
    message = later.message.model_dump_json()
    complete(request, later, context(), Known())
    assert (request.model_dump_json(), later.message.model_dump_json()) == (before, message)


WORDS = [
    "pothole",
    "on fire",
    "12 Main Street",
    "nid-de-poule",
    "rue Saint-Denis",
    "merci",
    "😀",
    "fumée",
    "not",
    "x" * 1_500,
    "",
    "\n",
    "help",
]


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join), min_size=2, max_size=6))
def test_whatever_is_said_nothing_is_lost_or_lowered(texts: list[str]) -> None:
    first = part(texts[0])
    assume(run(part(texts[0])).requests)
    request = begun(first)
    flagged = first.emergency.flag
    for order, text in enumerate(texts[1:], 1):
        later = run(part(text, order=order), known(first))
        flagged = flagged or later.emergency.flag
        done = complete(request, later, context(), Known())
        assert not request.emergency.flag or done.request.emergency.flag
        assert request.address_string is None or done.request.address_string
        assert not (done.request.classification.abstained and not request.classification.abstained)
        assert len(done.request.description) <= 4_000
        said = later.completion.description.strip() if later.completion else ""
        assert len(done.request.description) == 4_000 or done.request.description.endswith("…") or said in done.request.description
        spans = [item.value for item in done.request.evidence if item.field == "description"]
        assert all(0 <= start < end <= len(done.request.description) for start, end in spans)
        assert ServiceRequest.model_validate_json(done.request.model_dump_json()) == done.request
        request = done.request
    assert request.emergency.flag >= flagged
