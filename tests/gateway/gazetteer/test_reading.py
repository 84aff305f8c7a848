"""What a city publishes becomes a gazetteer, whatever it calls its columns, and a compiled one is the same gazetteer."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.gazetteer import compiled, fields, reading
from gateway.gazetteer.lazy import LazyGazetteer
from normalizer.locate.reading import CityGazetteer
from tests.gateway.cli.running import run


def geojson(path: Path, *features: tuple[str, Any, dict[str, Any]]) -> Path:
    made = [
        {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": place}}
        for kind, place, properties in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}))
    return path


@pytest.fixture
def streets(tmp_path: Path) -> Path:
    return geojson(
        tmp_path / "streets.geojson",
        ("LineString", [[-73.0, 45.0], [-73.0, 45.01]], {"name": "Wendover Avenue"}),
        ("MultiLineString", [[[-73.005, 45.005], [-72.995, 45.005]]], {"ODONYME": "Rue Rachel Est"}),
        ("Point", [-73.0, 45.002], {"addr:housenumber": "12", "addr:street": "Wendover Avenue"}),
        ("Polygon", [[[-73.1, 45.0], [-73.1, 45.1], [-73.0, 45.1], [-73.1, 45.0]]], {"nom": "Parc Lafontaine"}),
        ("Point", [500, 500], {"name": "Nowhere"}),
    )


def test_geojson_of_streets_addresses_and_places(streets: Path) -> None:
    found = reading.read([streets])
    assert found.counts == {"lines": 2, "addresses": 1, "places": 1, "skipped": 1}
    city = CityGazetteer(found.build())
    assert [item.address for item in city.lookup("trou, Wendover et Rachel")] == ["Wendover Avenue & Rue Rachel Est"]
    assert city.lookup("12 Wendover Ave")[0].precision == "address"
    assert city.lookup("au parc Lafontaine")[0].precision == "place"


@pytest.mark.parametrize(
    "text",
    [
        "number,street,postal_code,borough,lat,long\n12,Wendover Avenue,H2X 1Y4,Riverside,45.002,-73.0\n",
        "Numéro civique;Odonyme;Code postal;Arrondissement;Latitude;Longitude\n12;Wendover Avenue;H2X 1Y4;Riverside;45,002;-73,0\n",
        "ADDRESS\tY\tX\n12 Wendover Avenue\t45.002\t-73.0\n",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_tables(tmp_path: Path, text: str, *, packed: bool) -> None:
    path = tmp_path / "addresses.csv"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    found = reading.read([path])
    assert found.counts["addresses"] == 1
    (known,) = CityGazetteer(found.build()).lookup("12 wendover ave")
    assert (known.address, known.lat, known.long) == ("12 Wendover Avenue", 45.002, -73.0)


def test_parts_of_a_name_in_columns_of_their_own_and_ranges() -> None:
    row = fields.read({"TYP_VOIE": "avenue", "LIE_VOIE": "du", "NOM_VOIE": "Mont-Royal", "ORI_VOIE": "Ouest", "DEB_GCH": 1, "FIN_GCH": 99})
    assert (row.street, row.ranges) == ("avenue du Mont-Royal Ouest", ((1, 99),))
    assert fields.read({"NOM_VOIE": "avenue du Mont-Royal", "TYP_VOIE": "avenue"}).street == "avenue du Mont-Royal"


def test_areas_and_a_compiled_gazetteer(tmp_path: Path, streets: Path) -> None:
    ring = [[-73.1, 44.9], [-73.1, 45.1], [-72.9, 45.1], [-72.9, 44.9], [-73.1, 44.9]]
    wards = geojson(tmp_path / "wards.geojson", ("Polygon", [ring], {"ward": 7, "name": "Riverside"}))
    found = reading.read([streets], {"ward": wards})
    size = compiled.save(found.builder, tmp_path / "city.gaz.gz")
    assert size == (tmp_path / "city.gaz.gz").stat().st_size
    again = reading.read([tmp_path / "city.gaz.gz"])
    assert compiled.document(again.builder) == compiled.document(found.builder)
    assert [(there.layer, there.code) for there in again.build().standing(45.0, -73.0)] == [("ward", "7")]


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"features":[]}', b"a,b\n1,2\n", b"\x1f\x8bbroken", b'{"format":"intake311-gazetteer","version":9}']
)
def test_what_is_no_gazetteer_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.geojson"
    path.write_bytes(content)
    with pytest.raises(reading.GazetteerError, match=r"x\.geojson"):
        reading.read([path])


def test_a_gateway_whose_gazetteer_is_gone_reads_on_without_it(tmp_path: Path, streets: Path) -> None:
    lazy = LazyGazetteer([streets], {})
    assert [item.address for item in lazy.lookup("on Wendover Avenue")] == ["Wendover Avenue"]
    gone = LazyGazetteer([tmp_path / "gone.geojson"], {})
    assert list(gone.lookup("on Wendover Avenue")) == []
    assert list(gone.standing(45.0, -73.0)) == []


def test_the_commands(tmp_path: Path, streets: Path) -> None:
    lines = b'{"id": 7, "text": "Hole at 12 Wendover Ave"}\nnothing\n{"id": "b", "text": "thanks"}\n'
    done = run("locate", "--gazetteer", streets, cwd=tmp_path, stdin=lines)
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["id"], second["id"], third) == (7, None, {"id": "b", "candidates": []})
    candidate = first["candidates"][0]
    assert set(candidate) == {"address", "lat", "long", "precision", "span", "score"}
    assert (candidate["address"], candidate["precision"], candidate["span"]) == ("12 Wendover Avenue", "address", [8, 23])
    made = run("gazetteer", "import", streets, "-o", tmp_path / "city.gaz", "--json", cwd=tmp_path)
    assert json.loads(made.stdout)["streets"] == 2
    data = tmp_path / "data.jsonl"
    data.write_text('{"text": "hole on wendover", "address": "12 Wendover Avenue", "lat": 45.002, "lng": -73.0}\n')
    measured = run("evaluate", "locate", "--data", data, "--set", f"gazetteer={tmp_path / 'city.gaz'}", cwd=tmp_path)
    figures = json.loads(measured.stdout)
    assert figures["all"]["recall"]["value"] == 1.0
    assert figures["baselines"]["pattern"]["recall"]["value"] == 0.0
