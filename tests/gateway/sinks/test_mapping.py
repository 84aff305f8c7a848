"""What operators declare of another system's fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.errors import ConfigError
from gateway.sinks._mapping import Fields, Undeclared, declared, merged
from gateway.sinks.base import Attempt
from normalizer.model import Location, Reporter, ServiceRequest

_AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
_REQUEST = ServiceRequest(
    service_request_id="1000017",
    service_code="pothole",
    service_name="Nid-de-poule",
    summary="Un trou",
    email="zoe@example.net",
    priority="high",
    lat=45.5,
    requested_datetime=_AT,
    location=Location(area_codes={"ward": "4"}),
    attributes={"depth": 12},
)


def of(expression: str, request: ServiceRequest = _REQUEST) -> Any:
    return Fields({"it": expression}).of(request, Attempt("key", event="updated", external_id="C-9")).get("it", "left out")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("summary or service_name", "Un trou"),
        ("lat", 45.5),
        ("{'emergency': 1, 'high': 2}.get(priority, 3)", 2),
        ("location.area_codes.ward", "4"),
        ("location.area_codes.borough", "left out"),
        ("address_string", "left out"),
        ("reporters | map(attribute='role') | list", []),
        ("duplicate_links | map(attribute='service_request_id')", []),
        ("[location.area_codes.borough, 1]", [None, 1]),
        ("request.location.get('precision')", "unknown"),
        ("request['summary']", "Un trou"),
        ("emergency.flag", False),
        ("range(2) | list", [0, 1]),
        ("attributes.depth", 12),
        ("service_name | max_length(5)", "Nid-…"),
        ("requested_datetime | iso", "2026-03-01T08:30:00Z"),
        ("requested_datetime", "2026-03-01T08:30:00Z"),
        ("[service_code, language]", ["pothole", "und"]),
        ("'#' ~ service_request_id", "#1000017"),
        ("event ~ external_id ~ idempotency_key", "updatedC-9key"),
        ("False", False),
    ],
)
def test_an_expression_gives_a_value_of_its_type(expression: str, value: object) -> None:
    assert of(expression) == value


def test_further_names_can_be_given() -> None:
    fields = Fields({"it": "contact_id"}, names={"contact_id": "1"})
    assert fields.of(_REQUEST, Attempt("key"), contact_id="7") == {"it": "7"}
    assert fields.names == ("it",)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("sumary or service_name", "there is no 'sumary'; did you mean summary?"),
        ("location.precison", "there is no 'precison' in a Location; did you mean precision?"),
        ("request.location['area_code'].ward", "there is no 'area_code' in a Location; did you mean area_codes?"),
        ("classification.alternativs", "there is no 'alternativs' in a Classification; did you mean alternatives?"),
        ("contact_id", "there is no 'contact_id'"),
    ],
)
def test_a_name_that_there_is_not_is_refused_since_it_would_leave_its_field_out_of_every_request(text: str, hint: str) -> None:
    with pytest.raises(Undeclared) as refused:
        Fields({"it": text})
    assert refused.value.why.startswith(hint), refused.value.why


def test_every_mistake_of_a_table_is_named_by_its_toml_path() -> None:
    with pytest.raises(ConfigError) as refused:
        declared("crm", "create.body", {"title": "summary", "a b": "1 / 0", "who": "nme"})
    assert [mistake.path for mistake in refused.value.mistakes] == ['sinks.crm.create.body."a b"', "sinks.crm.create.body.who"]
    assert declared("crm", "fields", {"title": "summary"}).of(_REQUEST, Attempt("key")) == {"title": "Un trou"}


def test_an_empty_text_takes_a_default_away() -> None:
    assert merged({"title": "summary", "note": "description"}, {"note": " ", "more": "lat"}) == {"title": "summary", "more": "lat"}


@pytest.mark.parametrize("text", ["summary |", "summary | nosuchfilter", "1 / 0", "''.__class__.__mro__", "(lat or 0) + 'x'"])
def test_a_mistake_is_named_with_its_field(text: str) -> None:
    with pytest.raises(Undeclared, match=r"^it: "):
        Fields({"it": text})


def test_who_asked_to_stay_anonymous_does() -> None:
    anonymous = _REQUEST.model_copy(update={"reporters": [Reporter(anonymous=True)]})
    assert of("email", anonymous) == "left out"
