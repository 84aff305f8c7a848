"""The same problem twice: linked only when sure, suggested when likely, never across two houses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.dedupe import Features, Thresholds, candidates, compare, decide, likelihood, profile_of, terms
from normalizer.dedupe.memory import Memory
from normalizer.dedupe.prospects import hopeless
from normalizer.dedupe.score import PRIOR, WEIGHTS, figures
from normalizer.dedupe.sides import side_of
from normalizer.dedupe.surge import Report, detect
from normalizer.dedupe.thresholds import Decision, fit
from normalizer.model import DuplicateLink, Sender, ServiceRequest
from normalizer.pipeline import Known, Work, relate, understand
from normalizer.ports import KnownRequest
from tests.normalizer.build import NOW, cases, context, label, run, work
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
        sender_key="email:marie@example.net" if case.get("same_sender") else None,
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
        assert {"same_service", "place", "concern", "text", "days"} <= link.reasons.keys()


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


_SHARE = st.floats(0, 1)
_FEATURES = st.builds(
    Features,
    place=_SHARE,
    named=_SHARE,
    place_by=st.just(""),
    meters=st.one_of(st.none(), st.floats(0, 1_000)),
    agree=_SHARE,
    days=st.floats(0, 60),
    lasting=_SHARE,
    text=_SHARE,
    same_service=st.booleans(),
    other_service=st.booleans(),
    differ=st.frozensets(st.sampled_from(["numbers", "streets", "ordinals"])),
    words=st.integers(0, 50),
    same_sender=st.booleans(),
    same_picture=st.booleans(),
    closed=st.booleans(),
)


@given(_FEATURES, st.booleans())
def test_what_is_never_linked(features: Features, emergency: bool) -> None:
    assert 0.0 <= likelihood(features) <= 1.0
    if emergency or features.place < 0.8 or features.differ or features.closed or not features.same_service or features.lasting < 0.65:
        assert decide(features, emergency=emergency) != "linked"
    if features.place == 0.0 or features.differ & {"numbers", "ordinals"}:
        assert decide(features, emergency=emergency) is None


@given(_FEATURES, st.sampled_from(["place", "agree", "lasting", "text"]), _SHARE)
def test_more_in_common_is_never_less_likely(features: Features, name: str, value: float) -> None:
    more = features._replace(**{name: max(value, getattr(features, name))})
    assert likelihood(more) >= likelihood(features)


def test_each_weight_keeps_the_sign_that_its_figure_means() -> None:
    assert WEIGHTS.keys() == PRIOR.keys() == figures(next_features()).keys()
    assert all(WEIGHTS[name] * PRIOR[name] >= 0 for name in PRIOR)


def next_features() -> Features:
    return compare(
        ServiceRequest(description="pothole at 12 Main Street", requested_datetime=NOW), stored("pothole at 12 Main Street"), None
    )


def stored(text: str, service_request_id: str = "SR-1", **fields: Any) -> KnownRequest:
    known: dict[str, Any] = {"service_request_id": service_request_id, "service_code": "pothole", "requested_datetime": NOW, "text": text}
    return KnownRequest(**{**known, **fields})


def test_what_a_person_has_rejected_never_comes_back() -> None:
    """Neither when the request is completed or read again, nor under another score."""
    requests = FakeRequests(
        [stored("Deep pothole at 12 Main Street", address_string="12 Main Street")], refused={frozenset({"SR-1", "SR-2"})}
    )
    item = work("Deep pothole at 12 Main Street")
    understand([item], context())
    item.requests[0].service_request_id = "SR-2"
    assert candidates(item.requests[0], requests, item.now) == []
    item.requests[0].service_request_id = "SR-3"
    item.requests[0].duplicate_links = [DuplicateLink(service_request_id="SR-1", score=0.9, state="rejected")]
    relate([item], context(), Known(requests=requests))
    assert [(link.service_request_id, link.state) for link in item.requests[0].duplicate_links] == [("SR-1", "rejected")]
    assert item.message.disposition == "request"


def test_the_same_person_without_a_place_is_asked_about() -> None:
    """A second report that says nothing of the place is found by who sent it; by somebody else it is not."""
    first = stored(
        "There is a deep pothole in front of 12 Main Street", address_string="12 Main Street", sender_key="email:marie@example.net"
    )
    for sender, links in (("marie@example.net", ["suggested"]), ("jean@example.net", [])):
        item = run(work("Still that deep pothole, nobody came", sender=Sender(address=sender)), Known(requests=FakeRequests([first])))
        assert [link.state for link in item.requests[0].duplicate_links] == links


def test_thresholds_of_a_service_from_decisions() -> None:
    """Few decisions change nothing; one refusal above the threshold raises it; enough right ones lower it."""
    few = [Decision("pothole", 0.9, same=True)] * 5
    assert fit(few)["pothole"].thresholds == Thresholds()
    refused = fit([*few, Decision("pothole", 0.93, same=False)])["pothole"]
    assert refused.thresholds.link == pytest.approx(0.95)
    many = [Decision("graffiti", 0.6 + i / 1_000, same=True) for i in range(200)]
    lowered = fit(many)["graffiti"]
    assert lowered.thresholds.link == pytest.approx(0.6)
    assert lowered.wrong is not None
    assert lowered.wrong < 0.05
    assert fit([]) == {}


@given(st.lists(st.builds(Decision, service_code=st.just("tree"), score=_SHARE, same=st.booleans()), max_size=120))
def test_thresholds_are_in_order(decisions: list[Decision]) -> None:
    for fitted in fit(decisions).values():
        assert 0.0 <= fitted.thresholds.suggest <= fitted.thresholds.link <= 1.01


def test_a_city_s_own_thresholds_decide() -> None:
    case = cases("duplicates")[0]
    item, known = pair(case)
    run(item, known, duplicate_thresholds={"pothole": (1.01, 0.3)})
    assert [link.state for link in item.requests[0].duplicate_links] == ["suggested"]


def test_a_surge_is_proposed_as_one_incident() -> None:
    """Twelve reports of one thing within an hour; the usual trickle of another is none."""
    storm = [Report(NOW + timedelta(minutes=5 * i), "tree/north", f"s{i}") for i in range(12)]
    trickle = [Report(NOW - timedelta(days=5) + timedelta(hours=9 * i), "pothole/south", f"t{i}") for i in range(14)]
    found = detect(sorted([*storm, *trickle], key=lambda report: report.at))
    assert [(surge.key, len(surge.ids)) for surge in found] == [("tree/north", 12)]
    assert detect(storm, usual={"tree/north": 8.0}) == []
    assert detect([]) == []


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_compare(one: str, two: str) -> None:
    request = ServiceRequest(description=one, requested_datetime=NOW)
    features = compare(request, stored(two), None)
    assert 0.0 <= features.text <= 1.0
    assert features.reasons()
    assert len(terms(request, profile_of(request), None)) <= 12
    # The same pair the other way round.
    back = compare(ServiceRequest(description=two, requested_datetime=NOW), stored(one), None)
    assert likelihood(back) == pytest.approx(likelihood(features))


_SAYING = st.lists(
    st.sampled_from(
        "pothole hole lamp street light tree branch the third one at 12 14 1234 Main Street Elm Avenue corner of and Tony's Pizza still "
        "rue Saint-Denis nid-de-poule graffiti truck parked water works notice since yesterday".split()
    ),
    max_size=14,
).map(" ".join)
_NEAR_BY = st.none() | st.sampled_from([0.0, 0.0002, 0.001, 0.003, 0.01])
_ADDRESS = st.sampled_from([None, "12 Main Street", "14 Main Street", "Main Street", "Main Street & Elm Avenue"])
_SERVICE = st.sampled_from(["pothole", "street_light", "other"])


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[ServiceRequest, KnownRequest, str | None]:
    """A request, a candidate, and who sends the request."""
    sender, north = draw(st.sampled_from([None, "email:marie@example.net"])), draw(_NEAR_BY)
    request = ServiceRequest(
        description=draw(_SAYING),
        requested_datetime=NOW,
        service_code=draw(_SERVICE),
        address_string=draw(_ADDRESS),
        lat=None if north is None else LAT,
        long=None if north is None else LONG,
    )
    candidate = stored(
        draw(_SAYING),
        service_code=draw(_SERVICE),
        address_string=draw(_ADDRESS),
        requested_datetime=NOW - timedelta(days=draw(st.sampled_from([0.0, 1.0, 9.0, 44.0]))),
        sender_key=sender,
        lat=None if north is None else LAT + north,
        long=None if north is None else LONG,
    )
    return request, candidate, sender


@given(_pairs(), _SHARE)
def test_what_is_left_out_before_the_comparison_would_have_come_to_nothing(
    pair: tuple[ServiceRequest, KnownRequest, str | None], suggest: float
) -> None:
    request, candidate, sender = pair
    for least in (suggest, Thresholds().suggest):
        if hopeless(request, side_of(request), candidate, sender, least):
            assert decide(compare(request, candidate, sender), thresholds=Thresholds(max(least, 0.8), least)) is None


def test_another_house_of_the_same_street_is_left_out_at_once() -> None:
    request = ServiceRequest(description="pothole at 12 Main Street", requested_datetime=NOW, service_code="pothole")
    assert hopeless(request, side_of(request), stored("pothole at 14 Main Street"), None, 0.3)
    assert not hopeless(request, side_of(request), stored("the pothole near 12 Main Street"), None, 0.3)


def test_a_memory_forgets_what_is_too_old_and_finds_the_rest() -> None:
    memory = Memory(timedelta(days=10))
    for day in range(30):
        memory.add(
            stored(f"Pothole at {day + 10} Main Street", f"SR-{day}", requested_datetime=NOW + timedelta(days=day), lat=LAT, long=LONG)
        )
    assert len(memory) == 11
    since = NOW + timedelta(days=25)
    assert {item.service_request_id for item in memory.near(lat=LAT, long=LONG, since=since)} == {f"SR-{day}" for day in range(25, 30)}
    assert memory.near(lat=LAT + 0.01, long=LONG, since=since) == []
    assert [item.service_request_id for item in memory.by_terms(["house:39 main"], since=since)] == ["SR-29"]
    assert memory.rejected("SR-29") == frozenset()
