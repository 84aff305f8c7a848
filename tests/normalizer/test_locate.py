"""Where the problem is: what was said, with its span and precision, and the key by which places are equal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.locate import address_key
from normalizer.locate.addresses import postal_code
from normalizer.model import Attachment, LocationCandidate
from tests.normalizer.build import cases, label, run, work
from tests.normalizer.fakes import FakeGazetteer


@pytest.mark.parametrize("case", cases("addresses"), ids=label)
def test_place_in_a_text(case: dict[str, Any]) -> None:
    item = run(work(case["text"]))
    request = item.requests[0]
    if not case["place"]:
        assert request.address_string is None
        assert request.location.precision == "unknown"
        return
    assert request.address_string == case["place"]
    assert request.location.precision == case["precision"]
    assert request.location.source == "text"
    assert request.location.span is not None
    said = item.message.text_new[slice(*request.location.span)]
    assert " ".join(said.split()) == case["place"]
    assert request.lat is None, "no position is made up"
    assert request.location.candidates[0].address == case["place"]


@pytest.mark.parametrize("case", cases("addresses", "equal"), ids=label)
def test_equal_keys(case: dict[str, Any]) -> None:
    assert address_key(case["one"]) == address_key(case["two"]) != ""


@pytest.mark.parametrize("case", cases("addresses", "different"), ids=label)
def test_different_keys(case: dict[str, Any]) -> None:
    assert address_key(case["one"]) != address_key(case["two"])


_PIECES = st.sampled_from(
    ["12", "1234", "rue", "Main", "Street", "St", "St.", ",", "app.", "5", "Saint-Denis", "est", "Est", "de", "la", "l'", "and", "et",
     "coin",      "corner of", "5th", "2e", "Avenue", "N.", "boul.", "-", "/", "&", "\n", "Parc", "é", "addr:"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=120), st.lists(_PIECES, max_size=14).map(" ".join)))
def test_a_key_is_its_own_key(text: str) -> None:
    key = address_key(text)
    assert address_key(key) == key
    assert address_key(text) == key


@given(st.lists(_PIECES, max_size=20).map(" ".join))
def test_any_mixture_of_street_words_has_an_answer(text: str) -> None:
    item = run(work(text))
    for request in item.requests:
        for candidate in request.location.candidates:
            if candidate.span is not None:
                assert " ".join(item.message.text_new[slice(*candidate.span)].split()) == candidate.address


def test_the_subject_helps_when_the_text_names_no_place() -> None:
    request = run(work("It is dark there.", subject="Lamp out at 45 Oak Avenue")).requests[0]
    assert (request.address_string, request.location.span) == ("45 Oak Avenue", None)


@pytest.mark.parametrize(
    ("text", "lat", "long"),
    [
        ("Pothole at 45.5231, -73.5817 please", 45.5231, -73.5817),
        ("see https://maps.example.com/@45.52310,-73.58170,17z", 45.5231, -73.5817),
        ("position 45.5231 -73.5817", 45.5231, -73.5817),
        ("geo:45.5231,-73.5817", 45.5231, -73.5817),
    ],
)
def test_coordinates_in_a_text(text: str, lat: float, long: float) -> None:
    request = run(work(text)).requests[0]
    assert (request.lat, request.long, request.location.precision, request.location.source) == (lat, long, "point", "text")


@pytest.mark.parametrize("text", ["version 1.2345.6789", "it costs 12.50, 13.75", "99.1234, 200.1234", "pi 3.14159", "0.0000, 0.0000"])
def test_figures_that_are_no_position(text: str) -> None:
    assert run(work(text)).requests[0].lat is None


def test_a_pin_wins_over_the_text_and_the_text_over_a_photo() -> None:
    photo = Attachment(filename="a.jpg", media_type="image/jpeg", lat=45.6, long=-73.6)
    pinned = run(work("Pothole at 12 Main Street", channel="sms", hints={"lat": 45.5, "long": -73.5}, attachments=[photo])).requests[0]
    assert (pinned.lat, pinned.location.source) == (45.5, "pin")
    assert {candidate.precision for candidate in pinned.location.candidates} == {"address", "point"}
    said = run(work("Pothole at 12 Main Street", attachments=[photo])).requests[0]
    assert (said.address_string, said.lat, said.location.source) == ("12 Main Street", None, "text")
    shown = run(work("Pothole, see the photo", attachments=[photo])).requests[0]
    assert (shown.lat, shown.long, shown.location.source) == (45.6, -73.6, "photo")
    assert any(line.source == "photo" for line in shown.evidence)


def test_the_city_s_gazetteer_gives_a_position_when_it_is_sure() -> None:
    place = LocationCandidate(address="Lincoln Park", lat=45.51, long=-73.55, precision="place", score=0.95)
    gazetteer = FakeGazetteer({"lincoln park": place})
    request = run(work("A swing is broken in Lincoln Park"), gazetteer=gazetteer).requests[0]
    assert (request.address_string, request.lat, request.location.precision) == ("Lincoln Park", 45.51, "place")
    assert any(line.source == "gazetteer" for line in request.evidence)
    unsure = FakeGazetteer({"lincoln park": place, "park": place.model_copy(update={"address": "Park Street", "score": 0.9})})
    assert run(work("A swing is broken in Lincoln Park"), gazetteer=unsure).requests[0].lat is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" , Montréal (Québec) H2X 1Y4", "H2X 1Y4"),
        ("h2x1y4", "H2X 1Y4"),
        ("Springfield, IL 62701", "62701"),
        ("nothing 12345", None),
        ("", None),
    ],
)
def test_postal_code(text: str, code: str | None) -> None:
    assert postal_code(text) == code


@pytest.mark.parametrize("piece", ["12 Main St ", "rue ", "coin ", "1 ", "coin A et ", "rue de la ", "Street Street ", "1.2345, "])
def test_a_flood_of_one_piece_ends(piece: str) -> None:
    run(work(piece * (65_000 // len(piece))))
