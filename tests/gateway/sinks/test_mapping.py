"""What operators declare of another system's fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.sinks._mapping import Fields, Undeclared
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


def of(expression: str, request: ServiceRequest = _REQUEST, **more: Any) -> Any:
    return Fields({"it": expression}).of(request, Attempt("key", event="updated", external_id="C-9"), **more).get("it", "left out")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("summary or service_name", "Un trou"),
        ("lat", 45.5),
        ("{'emergency': 1, 'high': 2}.get(priority, 3)", 2),
        ("location.area_codes.ward", "4"),
        ("location.area_codes.borough", "left out"),
        ("address_string", "left out"),
        ("nothing_of_that_name", "left out"),
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
    assert of("contact_id", contact_id="7") == "7"


@pytest.mark.parametrize("text", ["summary |", "summary | nosuchfilter", "1 / 0", "''.__class__.__mro__", "(lat or 0) + 'x'"])
def test_a_mistake_is_named_with_its_field(text: str) -> None:
    with pytest.raises(Undeclared, match=r"^it: "):
        Fields({"it": text})


def test_who_asked_to_stay_anonymous_does() -> None:
    anonymous = _REQUEST.model_copy(update={"reporters": [Reporter(anonymous=True)]})
    assert of("email", anonymous) == "left out"
