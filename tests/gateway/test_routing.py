"""Routes: every combination of conditions, as a table and as a property against a plain description of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.routing import route
from normalizer.catalog import Catalog
from tests.gateway.sinks.cases import a_request

CATALOG = Catalog.from_toml(
    {
        "services": [
            {"service_code": "pothole", "service_name": {"en": "x"}, "description": {"en": "x"}, "group": "streets", "department": "d"},
            {"service_code": "tree", "service_name": {"en": "x"}, "description": {"en": "x"}, "group": "environment", "department": "d"},
        ]
    }
)
SINKS = ["crm", "archive", "hook"]


@dataclass(frozen=True)
class Rule:
    to: Sequence[str] = ("crm",)
    service_code: Sequence[str] = ()
    group: Sequence[str] = ()
    department: Sequence[str] = ()
    priority: Sequence[str] = ()
    language: Sequence[str] = ()
    channel: Sequence[str] = ()
    jurisdiction_id: Sequence[str] = ()
    only_first: bool = False


def test_without_routes_every_request_goes_everywhere() -> None:
    assert route(a_request(), [], SINKS) == SINKS
    assert route(a_request(), [], []) == []


def test_a_request_that_no_route_names_goes_nowhere() -> None:
    assert route(a_request(), [Rule(service_code=["tree"])], SINKS) == []


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (Rule(), True),
        (Rule(service_code=["tree", "pothole"]), True),
        (Rule(service_code=["tree"]), False),
        (Rule(group=["streets"]), True),
        (Rule(group=["environment"]), False),
        (Rule(department=["streets"]), True),
        (Rule(department=["parks"]), False),
        (Rule(priority=["emergency", "high"]), False),
        (Rule(priority=["normal"]), True),
        (Rule(language=["fr"]), True),
        (Rule(language=["en"]), False),
        (Rule(channel=["email"]), True),
        (Rule(channel=["sms"]), True),  # a second report of it came by SMS
        (Rule(channel=["web"]), False),
        (Rule(jurisdiction_id=["springfield.example.gov"]), True),
        (Rule(jurisdiction_id=["shelbyville.example.gov"]), False),
        (Rule(service_code=["pothole"], channel=["web"]), False),  # all conditions of a route
        (Rule(service_code=["pothole"], language=["fr"], priority=["normal"]), True),
    ],
)
def test_a_route_fits_when_all_its_conditions_hold(rule: Rule, fits: bool) -> None:
    request = a_request(language="fr-CA", channels_seen=["email", "sms"])
    assert route(request, [rule], SINKS, CATALOG) == (["crm"] if fits else [])


def test_a_group_needs_a_catalog_that_knows_the_service() -> None:
    assert route(a_request(), [Rule(group=["streets"])], SINKS) == []
    assert route(a_request(service_code="odd"), [Rule(group=["streets"])], SINKS, CATALOG) == []


def test_no_department_is_no_department() -> None:
    assert route(a_request(department=None), [Rule(department=["streets"])], SINKS) == []


def test_all_routes_that_fit_are_united_in_their_order() -> None:
    routes = [Rule(to=["hook", "crm"]), Rule(to=["archive"], service_code=["tree"]), Rule(to=["crm", "archive"])]
    assert route(a_request(), routes, SINKS) == ["hook", "crm", "archive"]


def test_only_first_ends_the_reading_where_it_fits() -> None:
    routes = [Rule(to=["hook"]), Rule(to=["crm"], service_code=["pothole"], only_first=True), Rule(to=["archive"])]
    assert route(a_request(), routes, SINKS) == ["hook", "crm"]
    assert route(a_request(service_code="tree"), routes, SINKS) == ["hook", "archive"]


def test_an_empty_to_keeps_what_fits_in_the_own_store() -> None:
    routes = [Rule(to=[], service_code=["pothole"]), Rule(to=["archive"])]
    assert route(a_request(), routes, SINKS) == []
    assert route(a_request(service_code="tree"), routes, SINKS) == ["archive"]


def test_sinks_that_do_not_exist_are_left_out() -> None:
    assert route(a_request(), [Rule(to=["gone", "crm"])], ["crm"]) == ["crm"]


RULES = st.builds(
    Rule,
    to=st.lists(st.sampled_from([*SINKS, "gone"]), min_size=1, max_size=3),
    service_code=st.lists(st.sampled_from(["pothole", "tree"]), max_size=2),
    priority=st.lists(st.sampled_from(["high", "normal"]), max_size=2),
    only_first=st.booleans(),
)


@given(st.lists(RULES, min_size=1, max_size=5), st.sampled_from(["pothole", "tree"]), st.sampled_from(["high", "normal"]))
def test_routes_are_what_their_description_says(routes: list[Rule], code: str, priority: str) -> None:
    found = route(a_request(service_code=code, priority=priority), routes, SINKS)
    fitting = [r for r in routes if (not r.service_code or code in r.service_code) and (not r.priority or priority in r.priority)]
    last = next((n for n, r in enumerate(fitting) if r.only_first), len(fitting))
    expected = [sink for r in fitting[: last + 1] for sink in r.to if sink in SINKS]
    assert found == list(dict.fromkeys(expected))
