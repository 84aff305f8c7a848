"""Places in texts next to a city's gazetteer: what is found, what is not, how exact it is, and in which area it lies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.locate import candidates, coordinates, geometry, pluscodes
from normalizer.locate.areas import Area, Areas
from normalizer.locate.geometry import line
from normalizer.locate.names import parse
from normalizer.model import Attachment
from tests.normalizer.build import run, work
from tests.normalizer.town import at, gazetteer


def first(text: str) -> tuple[str, str]:
    found = candidates(text, gazetteer())
    return (found[0].address, found[0].precision) if found else ("", "")


@pytest.mark.parametrize(
    ("text", "address", "precision"),
    [
        ("Pothole on Wendover Avenue", "Wendover Avenue", "street"),
        ("pothole on wendover", "Wendover Avenue", "street"),
        ("Trash at 100 Main St, apt 3", "100 Main Street, apt 3", "address"),
        ("Trash at 104 Main St.", "104 Main Street", "address"),
        ("Trash at 900 Main St.", "900 Main Street", "street"),
        ("lamp at 51 Long Lane", "51 Long Lane", "address"),
        ("Tree down, Elm & Church", "Elm Street & Church Street", "intersection"),
        ("at the corner of Main and State", "Main Street & State Street", "intersection"),
        ("coin Saint-Denis et Mont-Royal", "Rue Saint-Denis & Avenue du Mont-Royal Ouest", "intersection"),
        ("angle St-Denis / Mont Royal", "Rue Saint-Denis & Avenue du Mont-Royal Ouest", "intersection"),
        ("Il y a un trou au 12, rue St-Denis", "12 Rue Saint-Denis", "street"),
        ("le boul. de l'eglise est fermé", "Boulevard de l'Église", "street"),
        ("sur Ste-Denis devant chez moi", "Rue Saint-Denis", "street"),
        ("Peatmeadow Rd floods", "Peat Meadow Road", "street"),
        ("Wendovr Ave floods", "Wendover Avenue", "street"),
        ("the fifth avenue light is out", "5th Avenue", "street"),
        ("nid-de-poule, 5e Avenue", "5th Avenue", "street"),
        ("Elm between Church and State is dark", "Elm Street (Church Street – State Street)", "street"),
        ("graffiti au parc Lafontaine", "Parc Lafontaine", "place"),
        ("graffiti in Lafontaine Park", "Parc Lafontaine", "place"),
        ("benches in Edgewood Park", "Edgewood Park", "place"),
        ("across from the post office on Quarry", "Post Office", "place"),
        ("vers H2X 1Y4", "H2X 1Y4", "area"),
        ("all of Riverside Village smells", "Riverside Village", "area"),
        ("2 dogs at 455 Elm", "455 Elm Street", "street"),
        ("rats at 9 Eldridge St", "9 Eldridge St", "address"),
    ],
)
def test_places_that_are_named(text: str, address: str, precision: str) -> None:
    assert first(text) == (address, precision)
    for found in candidates(text, gazetteer()):
        assert found.span is not None
        assert 0 <= found.span[0] < found.span[1] <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "I go to church in this state",
        "please park the main car on the side",
        "Mr. Howe told me so",
        "M. Howe me l'a dit",
        "the school is closed, State Police came",
        "I paid 30 church members",
        "the street is dark, our street floods",
        "it is a popular street",
        "l'école Saint-Denis est fermée",
        "Howe's it going",
        "",
    ],
)
def test_words_that_are_no_place(text: str) -> None:
    assert candidates(text, gazetteer()) == []


def test_positions() -> None:
    known = candidates("104 Main St", gazetteer())[0]
    assert [known.lat, known.long] == pytest.approx(list(at(0, 1.04)))
    corner = candidates("Elm & Church", gazetteer())[0]
    assert [corner.lat, corner.long] == pytest.approx(list(at(1, 1)))
    ranged = candidates("1 Long Lane", gazetteer())[0]
    assert ranged.long == pytest.approx(at(0, 0)[1])


def test_two_streets_of_one_name_are_both_told_unless_the_text_says_which() -> None:
    both = candidates("Trottoir brisé sur Sherbrooke", gazetteer())
    assert {item.address for item in both} == {"Rue Sherbrooke Est", "Rue Sherbrooke Ouest"}
    assert [item.address for item in candidates("sur Sherbrooke Ouest", gazetteer())] == ["Rue Sherbrooke Ouest"]
    assert [item.address for item in candidates("sur la rue Sherbrooke O.", gazetteer())] == ["Rue Sherbrooke Ouest"]


def test_the_pipeline_takes_a_position_only_where_it_is_the_problem_s() -> None:
    exact = run(work("Trash at 100 Main St"), gazetteer=gazetteer()).requests[0]
    assert (exact.address_string, exact.location.precision) == ("100 Main Street", "address")
    assert exact.lat == pytest.approx(45.0)
    assert exact.location.area_codes == {"ward": "1"}
    street = run(work("Pothole on Wendover Avenue"), gazetteer=gazetteer()).requests[0]
    assert (street.address_string, street.lat, street.location.precision) == ("Wendover Avenue", None, "street")
    subject = run(work("It is dark there.", subject="Lamp out at 100 Main St"), gazetteer=gazetteer()).requests[0]
    assert (subject.address_string, subject.location.span) == ("100 Main Street", None)


def test_a_telephone_s_position_is_evidence_only() -> None:
    told = run(work("Pothole", hints={"lat": 45.0, "long": -73.0, "location_source": "device"}), gazetteer=gazetteer()).requests[0]
    assert (told.lat, told.location.area_codes) == (None, {})
    assert any(line.source == "device" for line in told.evidence)
    photo = Attachment(filename="a.jpg", media_type="image/jpeg", lat=45.0, long=-73.0)
    shown = run(work("Pothole, see photo", attachments=[photo]), gazetteer=gazetteer()).requests[0]
    assert (shown.lat, shown.location.source, shown.location.area_codes) == (45.0, "photo", {"ward": "1"})


def test_near_a_boundary_both_owners_are_told() -> None:
    # 20 m from ward 2, by the middle of the third column
    lat, long = at(2, 3)
    pinned = run(work("Pothole", channel="sms", hints={"lat": lat, "long": long - 20 / 78_600}), gazetteer=gazetteer()).requests[0]
    assert pinned.location.area_codes == {"ward": "1"}
    line_ = next(line for line in pinned.evidence if line.field == "location.area_codes")
    assert line_.value["near"] == ["2"]
    assert line_.value["boundary"] == pytest.approx(20, abs=0.5)
    far = run(work("Pothole", channel="sms", hints={"lat": lat, "long": long - 0.003}), gazetteer=gazetteer()).requests[0]
    assert next(line for line in far.evidence if line.field == "location.area_codes").value["near"] == []


def test_an_area_with_a_hole() -> None:
    outer = line([(0, 0), (0, 10), (10, 10), (10, 0)])
    hole = line([(4, 4), (4, 6), (6, 6), (6, 4)])
    areas = Areas({"layer": (Area.of("layer", "a", "A", [outer, hole]),)})
    assert [found.code for found in areas.standing((2.0, 2.0))] == ["a"]
    assert areas.standing((5.0, 5.0)) == ()
    assert areas.standing((20.0, 20.0)) == ()


@pytest.mark.parametrize(
    ("text", "lat", "long"),
    [
        ("45.52,-73.58", 45.52, -73.58),
        ("45.5231° N, 73.5817° W", 45.5231, -73.5817),
        ("45°31'23.2\"N 73°34'54\"W", 45.523111, -73.581667),
        ("45° 31,39′ N, 73° 34,9′ O", 45.523167, -73.581667),
        ("!3d45.52310!4d-73.58170", 45.5231, -73.5817),
    ],
)
def test_written_positions(text: str, lat: float, long: float) -> None:
    (found,) = coordinates.find(text)
    assert list(found[:2]) == pytest.approx([lat, long], abs=1e-6)


def test_plus_codes() -> None:
    # the examples of the Open Location Code specification's test data
    assert list(pluscodes.decode("7FG49QCJ+2V")) == pytest.approx([20.3700625, 2.7821875])
    (full,) = pluscodes.find("see 7FG49QCJ+2V", None)
    (short,) = pluscodes.find("see 9QCJ+2V please", (20.5, 2.6))
    assert full[:2] == pytest.approx(short[:2])
    assert pluscodes.find("C++ and 12+34", (20.5, 2.6)) == []


@pytest.mark.parametrize(
    ("name", "base", "kind", "direction"),
    [
        ("Rue Sherbrooke Ouest", ("sherbrooke",), "st", "w"),
        ("East Grand Avenue", ("grand",), "av", "e"),
        ("SW 17th St", ("17th",), "st", "sw"),
        ("3e Avenue", ("3th",), "av", ""),
        ("West Street", ("west",), "st", ""),
        ("Chemin de la Côte-des-Neiges", ("cote", "neiges"), "rd", ""),
        ("Broadway", ("broadway",), "", ""),
    ],
)
def test_names_taken_apart(name: str, base: tuple[str, ...], kind: str, direction: str) -> None:
    assert parse(name) == (base, kind, direction)


def test_crossings_of_lines_that_share_no_point() -> None:
    one, two = line([(45.0, -73.001), (45.0, -72.999)]), line([(44.999, -73.0), (45.001, -73.0)])
    (point,) = geometry.crossing([one], [two])
    assert list(point) == pytest.approx([45.0, -73.0])
    assert geometry.crossing([one], [line([(46.0, -73.0), (46.0, -72.0)])]) == []


_PIECES = st.sampled_from(
    ["100", "12", "Main", "main", "Street", "St", "St.", ",", "Elm", "&", "and", "corner of",
     "coin", "Saint-Denis", "rue", "de la", "Church",
     "between", "from", "to", "Park", "Parc", "Lafontaine", "Peat", "Meadow", "n", "O.", "Est", "\n", "'s",
     "45.1234,-73.1234", "é", "/", "-", "on",
     "H2X 1Y4"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=25).map(" ".join)))
def test_any_text_has_an_answer_within_it(text: str) -> None:
    found = candidates(text, gazetteer())
    assert found == candidates(text, gazetteer())
    for item in found:
        assert item.span is not None
        assert 0 <= item.span[0] < item.span[1] <= len(text)
        assert 0 <= item.score <= 1


@pytest.mark.parametrize(
    "piece", ["Main ", "12 Main St ", "coin ", "between Elm and ", "Wendovr Ave ", "Peat ", "on Wendovr ", "45.12,", "F+", "H2X "]
)
def test_a_flood_of_one_piece_ends(piece: str) -> None:
    assert len(candidates(piece * (60_000 // len(piece)), gazetteer())) <= 16
