"""Reading GeoReport answers: captured from servers' documentation and conduct, in files; and nothing hostile does harm."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sinks._georeport import NotGeoReport, read, status_update

CASES = Path(__file__).parent / "georeport"
NUMBER = {"service_request_id": "293944"}


@pytest.mark.parametrize("path", sorted(CASES.glob("number-*")), ids=lambda path: path.name)
def test_a_number_is_read_from_every_dialect(path: Path) -> None:
    answer = read(path.read_bytes())
    assert [record["service_request_id"] for record in answer.records] == ["293944"]
    assert "token" not in answer.records[0]
    assert answer.errors == []


@pytest.mark.parametrize("path", sorted(CASES.glob("token-*")), ids=lambda path: path.name)
def test_a_token_is_read_from_every_dialect(path: Path) -> None:
    answer = read(path.read_bytes())
    assert [record["token"] for record in answer.records] == ["12345"]
    assert "service_request_id" not in answer.records[0]


@pytest.mark.parametrize("path", sorted(CASES.glob("error-*")), ids=lambda path: path.name)
def test_an_error_is_read_from_every_dialect(path: Path) -> None:
    answer = read(path.read_bytes())
    assert answer.records == []
    assert "jurisdiction_id" in answer.detail


@pytest.mark.parametrize("path", sorted(CASES.glob("none-*")), ids=lambda path: path.name)
def test_an_answer_about_nothing_is_empty(path: Path) -> None:
    answer = read(path.read_bytes())
    assert (answer.records, answer.errors) == ([], [])


@pytest.mark.parametrize("path", sorted(CASES.glob("other-*")), ids=lambda path: path.name)
def test_what_is_something_else_is_said_to_be(path: Path) -> None:
    with pytest.raises(NotGeoReport):
        read(path.read_bytes())


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        read(body)
    except NotGeoReport:
        pass


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["requests", "request", "errors", "error", "token", "service_request_id", "code", "x"]), inner
            )
        ),
        max_leaves=30,
    )
)
def test_no_json_raises_anything_else(value: object) -> None:
    import orjson

    try:
        body = orjson.dumps(value)
    except TypeError:  # an integer of more than 64 bits
        return
    try:
        answer = read(body)
    except NotGeoReport:
        return
    assert all(text for record in [*answer.records, *answer.errors] for text in record.values())


def test_deep_nesting_is_no_recursion() -> None:
    for body in (b"[" * 900 + b"]" * 900, b'{"requests":' * 900 + b"[]" + b"}" * 900):
        assert read(body).records == []


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("open", "open"),
        ("OPEN", "open"),
        ("in_progress", "open"),
        ("closed", "closed"),
        ("Closed", "closed"),
        ("fixed", "closed"),
        ("duplicate", "closed"),
        ("archived", "closed"),
    ],
)
def test_every_word_for_a_state_is_open_or_closed(word: str, status: str) -> None:
    update = status_update({**NUMBER, "status": word, "updated_datetime": "2026-11-23T07:00:00-05:00", "status_notes": "done"})
    assert update is not None
    assert (update.status, update.status_word, update.status_notes) == (status, word.lower(), "done")
    assert update.updated_datetime == datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_a_request_without_a_number_or_a_state_tells_nothing() -> None:
    assert status_update({"status": "open"}) is None
    assert status_update(NUMBER) is None


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_date_that_is_none_is_left_out(text: str) -> None:
    update = status_update({**NUMBER, "status": "open", "updated_datetime": text})
    assert update is not None
    assert update.updated_datetime is None


def test_a_date_without_a_zone_is_taken_for_utc() -> None:
    update = status_update({**NUMBER, "status": "open", "updated_datetime": "2026-11-23T12:00:00"})
    assert update is not None
    assert update.updated_datetime == datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
