"""A foreign table by a mapping, and the lists of Open311 servers."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.bulk import _mapping, _open311
from channels.bulk.files import BadMapping, FileItem, MappingFile, load, read

SAMPLES = Path(__file__).parent / "samples"
ZONE = ZoneInfo("America/Montreal")


def read_all(path: Path, mapping: MappingFile | None = None) -> list[FileItem]:
    return list(read([path], zone=ZONE, mapping=mapping or _mapping.AS_IT_IS))


def test_a_mapping_says_what_the_columns_mean() -> None:
    first, second = read_all(SAMPLES / "mappings" / "odd.csv", load(SAMPLES / "mappings" / "odd.toml"))
    assert first.source_id == "A-1"
    assert orjson.loads(first.content) == {
        "source_id": "A-1",
        "text": "Trou\nTrou profond",
        "sent_datetime": "2026-11-03T19:05:00Z",
        "service_code": "pothole",
        "address": "12 rue Birch, Springfield",
        "channel": "phone",
        "language": "fr",
    }
    # What cannot be converted is not guessed at: it stays under its heading.
    found = orjson.loads(second.content)
    assert found["attributes"] == {"Ouvert le": "31/31/2026 10:00", "Type": "Inconnu"}
    assert b"ne pas publier" not in first.content


def test_a_mapping_for_another_table_is_noticed_at_once() -> None:
    (item,) = read_all(SAMPLES / "tables" / "newhaven.csv", load(SAMPLES / "mappings" / "odd.toml"))
    assert "No dossier" in (item.skipped or "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[fields]\ntexte = 'x'", "there is no field 'texte'"),
        ("[fields]\ntext = []", "names no column"),
        ("[formats]\nsent_datetime = '%d'", "no column in [fields]"),
        ("[fields]\ntext = 'x'\n[formats]\ntext = '%d'", "has no format"),
        ("[fields]\nsent_datetime = 'x'\n[formats]\nsent_datetime = '%Y-%Q'", "no form of a time"),
        ("[constants]\nsource_id = '1'", "cannot be the same for every row"),
        ("[values.service_code]\na = 'b'", "no column in [fields]"),
        ("[field]\ntext = 'x'", "field"),
        ("fields = [", "is not TOML"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(BadMapping) as caught:
        load(tmp_path / "m.toml")
    assert said in str(caught.value)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.none() | st.integers(), max_size=6))
def test_nothing_of_a_record_is_lost_by_mapping(record: dict[str, object]) -> None:
    mapping = MappingFile.model_validate({"fields": {"text": list(record)[:2] or ["x"]}})
    found = mapping.applied(record, ZONE)
    said = {str(value).strip() for value in record.values() if value is not None and str(value).strip()}
    kept = "\n".join(str(value) for value in found.values())
    assert all(value in kept for value in said)


@pytest.mark.parametrize("name", ["requests.json", "requests.xml"])
def test_an_open311_list_is_taken_apart(name: str) -> None:
    first, second = read_all(SAMPLES / "open311" / name)
    assert [first.source_id, second.source_id] == ["638344", "638349"]
    assert orjson.loads(first.content)["text"] == "Sidewalk and Curb Issues"  # it has no description
    found = orjson.loads(second.content)
    assert (found["text"], found["lat"], found["service_code"], found["channel"]) == (
        "Nid-de-poule profond, côté nord",
        37.77,
        "pothole",
        "open311",
    )


def test_a_wrapped_list_and_a_bomb() -> None:
    (item,) = read_all(SAMPLES / "open311" / "wrapped.json")
    assert item.source_id == "7"
    (bomb,) = read([SAMPLES / "open311" / "bomb.xml"], kind="open311")
    assert "EntitiesForbidden" in (bomb.skipped or "")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_none(content: bytes) -> None:
    for start in (b"", b"<service_requests>", b"[", b'{"service_requests":'):
        try:
            list(_open311.records(start + content))
        except _open311.NoRequests:
            pass
