"""The same problem twice: linked only when sure, suggested when likely, never across two houses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.dedupe import Features, decide, likelihood
from normalizer.pipeline import Known, Work
from normalizer.ports import KnownRequest
from tests.normalizer.build import NOW, cases, label, run, work
from tests.normalizer.fakes import FakeRequests

LAT, LONG = 45.5231, -73.5817


def pair(case: dict[str, Any]) -> tuple[Work, Known]:
    meters = case.get("meters")
    stored = KnownRequest(
        service_request_id="SR-1",
        service_code=case["service_code"],
        requested_datetime=NOW - timedelta(days=case.get("days", 2)),
        text=case["stored"],
        status=case.get("status", "open"),
        lat=None if meters is None else LAT,
        long=None if meters is None else LONG,
        address_string=case.get("address"),
    )
    hints: dict[str, Any] = {"service_code": case.get("new_service_code", case["service_code"])}
    if meters is not None:
        hints |= {"lat": LAT + meters / 111_195, "long": LONG}
    if "new_address" in case:
        hints["address"] = case["new_address"]
    return work(case["new"], channel="web", hints=hints), Known(requests=FakeRequests([stored]))


@pytest.mark.parametrize("case", cases("duplicates"), ids=label)
def test_pair(case: dict[str, Any]) -> None:
    item, known = pair(case)
    run(item, known)
    links = item.requests[0].duplicate_links
    assert [link.state for link in links] == ([case["state"]] if case["state"] else [])
    if case["state"] == "linked":
        assert (item.message.disposition, item.message.reason, item.follows) == ("duplicate", "same_problem", "SR-1")
        assert item.requests[0].parent_service_request_id == "SR-1"
    else:
        assert (item.message.disposition, item.follows) == ("request", None)
    for link in links:
        assert link.service_request_id == "SR-1"
        assert {"same_service", "text", "days"} <= link.reasons.keys()


def test_an_emergency_is_never_put_away_as_a_duplicate() -> None:
    case = next(case for case in cases("duplicates") if case["state"] == "linked") | {
        "stored": "The house at 12 Main Street is on fire, flames in the windows",
        "new": "House at 12 Main Street is on fire, flames in the windows",
        "service_code": "property_standards",
    }
    item, known = pair(case)
    run(item, known)
    assert item.message.disposition == "request"
    assert [link.state for link in item.requests[0].duplicate_links] == ["suggested"]


def test_messages_of_one_batch_are_asked_for_in_their_order() -> None:
    """The store answers with what stood before each message, so the second sees the first."""
    requests = FakeRequests()
    known = Known(requests=requests)
    for number in (1, 2):
        item = run(work("Deep pothole in front of 12 Main Street, cars swerve to avoid it", intake_id=f"01J{number}"), known)
        request = item.requests[0]
        if number == 1:
            assert item.message.disposition == "request"
            requests.requests.append(
                KnownRequest(
                    service_request_id="SR-1",
                    service_code=request.service_code,
                    requested_datetime=NOW,
                    text=request.description,
                    address_string=request.address_string,
                )
            )
        else:
            assert (item.message.disposition, item.follows) == ("duplicate", "SR-1")


def test_sixty_lamps_of_one_street_are_sixty_requests() -> None:
    requests = FakeRequests()
    for number in range(1, 61):
        text = f"The street light in front of {number} Elm Street number {number} is out since {number} days."
        item = run(work(text, subject=f"Lamp {number} out at {number} Elm"), Known(requests=requests))
        assert item.message.disposition == "request"
        requests.requests.append(
            KnownRequest(
                service_request_id=f"SR-{number}",
                service_code=item.requests[0].service_code,
                requested_datetime=NOW,
                text=item.requests[0].description,
                address_string=item.requests[0].address_string,
            )
        )


_FEATURES = st.builds(
    Features,
    same_service=st.booleans(),
    other_service=st.booleans(),
    meters=st.one_of(st.none(), st.floats(0, 1_000)),
    same_address=st.booleans(),
    numbers_differ=st.booleans(),
    days=st.floats(0, 30),
    similarity=st.floats(0, 1),
    overlap=st.floats(0, 1),
    words=st.integers(0, 50),
    same_sender=st.booleans(),
    closed=st.booleans(),
)


@given(_FEATURES, st.booleans())
def test_what_is_never_linked(features: Features, emergency: bool) -> None:
    assert 0.0 <= likelihood(features) <= 1.0
    nowhere = features.meters is None and not features.same_address
    far = features.meters is not None and features.meters > 60
    if emergency or nowhere or far or features.numbers_differ or features.closed or not features.same_service:
        assert decide(features, emergency=emergency) != "linked"
    if nowhere or far or features.numbers_differ:
        assert decide(features, emergency=emergency) is None
