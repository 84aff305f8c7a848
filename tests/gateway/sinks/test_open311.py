"""The Open311 sink against a server on a real socket, in all its dialects: one request is filed once, whatever the network does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
import respx
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from channels.base import Permanent, Temporary, Unavailable
from gateway.sinks import open311
from gateway.sinks._http import OPERATOR
from gateway.sinks.base import Attempt, Deferred, Delivered, Delivery, Following, Rejected
from normalizer.model import ExternalId, Reporter, ServiceRequest
from tests.gateway.peers.open311 import Dialect, Fault, Open311Peer, files_and_resets, files_and_says, resets, says
from tests.gateway.sinks.cases import a_request

FIRST = Attempt("01JD-1-created-crm")
SECOND = replace(FIRST, number=2)
FORMATS: tuple[Literal["xml", "json"], ...] = ("xml", "json")


def now_request(**changes: Any) -> ServiceRequest:
    """A request of this minute: a server lists what was filed after it."""
    return a_request(requested_datetime=datetime.now(UTC), **changes)


@asynccontextmanager
async def filing(*faults: Fault, dialect: Dialect | None = None, **settings: Any) -> AsyncIterator[tuple[Open311Peer, open311.Open311Sink]]:
    async with Open311Peer(dialect or Dialect(), list(faults)) as peer:
        made = open311.Settings(**{"type": "open311", "endpoint": peer.endpoint, "api_key": peer.key, "timeout": 2.0, **settings})
        sink = open311.build("crm", made)
        try:
            yield peer, sink
        finally:
            await sink.aclose()


async def deliver_until_final(sink: open311.Open311Sink, request: ServiceRequest, attempts: int = 12) -> Delivery:
    """What dispatch does: attempts are counted, a token is handed on, Deferred is tried again."""
    attempt = FIRST
    answer: Delivery = Deferred("never tried")
    for number in range(1, attempts + 1):
        answer = await sink.deliver(request, replace(attempt, number=number))
        if not isinstance(answer, Deferred):
            return answer
        attempt = replace(attempt, token=answer.token or attempt.token)
    return answer


@pytest.mark.parametrize("form", FORMATS)
async def test_a_request_is_filed_with_open311s_arguments(form: str) -> None:
    request = now_request(
        attributes={"DEPTH": "20 cm", "WHERE": ["lane", "edge"], "WET": True, "NONE": None}, media_url="https://m.example/1.jpg"
    )
    async with filing(format=form, jurisdiction_id="springfield.example.gov", fields={"attribute[SOURCE]": "311"}) as (peer, sink):
        assert await sink.deliver(request, FIRST) == Delivered("1000")
    filed = peer.filed[0]
    expected = {
        "jurisdiction_id": "springfield.example.gov",
        "service_code": "pothole",
        "lat": "45.5231000",
        "long": "-73.5817000",
        "address_string": "12 Main Street",
        "description": request.description,
        "media_url": "https://m.example/1.jpg",
        "account_id": "2026-00012",
        "first_name": "Marie",
        "last_name": "Untel",
        "email": "marie@example.net",
        "phone": "+15145550199",
        "attribute[DEPTH]": "20 cm",
        "attribute[WHERE][]": "edge",
        "attribute[WET]": "true",
        "attribute[SOURCE]": "311",
    }
    assert {name: filed[name] for name in expected} == expected
    assert "attribute[NONE]" not in filed


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "dialect",
    [
        Dialect(),
        Dialect(json_wrapper="service_requests", xml_root="requests", created=201),
        Dialect(json_wrapper="requests", json_item="request", numbers=True),
        Dialect(one_object=True),
        Dialect(json_wrapper="service_requests", one_object=True),
    ],
)
async def test_every_dialect_gives_its_number(form: str, dialect: Dialect) -> None:
    async with filing(dialect=dialect, format=form) as (peer, sink):
        assert await sink.deliver(now_request(), FIRST) == Delivered("1000")
        await sink.check()
    assert peer.posts == 1


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("pending", ["404", "400", "empty", "no_id"])
async def test_a_token_is_followed_and_nothing_is_posted_again(form: str, pending: Literal["404", "400", "empty", "no_id"]) -> None:
    # Seen in practice: Chicago gives the number "after an undetermined time"; until then servers answer in four ways.
    async with filing(dialect=Dialect(token_polls=4, pending=pending), format=form) as (peer, sink):
        assert await deliver_until_final(sink, now_request()) == Delivered("1000", "t1000")
    assert (peer.posts, len(peer.filed), peer.polls) == (1, 1, 4)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (500, Deferred("http_500", retry_after=9.0, token="t1", throttled=True)),
        (429, Deferred("http_429", retry_after=9.0, token="t1", throttled=True)),
        (403, Deferred("http_403", retry_after=9.0, token="t1")),
        (410, Deferred("gone", retry_after=OPERATOR, token="t1")),
        (200, Deferred("not_georeport", token="t1")),
    ],
)
@respx.mock(using="httpx")
async def test_trouble_while_following_a_token_keeps_the_token(respx_mock: respx.MockRouter, status: int, expected: Deferred) -> None:
    respx_mock.get("https://crm.example.gov/v2/tokens/t1.xml").respond(status, headers={"retry-after": "9"}, text="<html>no</html>")
    sink = open311.build("crm", open311.Settings(type="open311", endpoint="https://crm.example.gov/v2"))
    answer = await sink.deliver(a_request(), replace(SECOND, token="t1"))
    await sink.aclose()
    assert answer == expected


async def test_what_has_a_number_is_never_posted_again() -> None:
    known = now_request(external_ids=[ExternalId(system="crm", id="77"), ExternalId(system="other", id="5")])
    async with filing(page_url="https://crm.example.gov/requests/{id}") as (peer, sink):
        assert await sink.deliver(known, FIRST) == Delivered("77", None, "https://crm.example.gov/requests/77")
        assert await sink.deliver(now_request(), replace(FIRST, event="updated", external_id="88")) == Delivered(
            "88", None, "https://crm.example.gov/requests/88"
        )
    assert peer.seen == []


async def test_a_change_of_a_request_that_was_never_filed_files_it() -> None:
    # Its creation was a dead letter for want of a place; then a clerk found the place.
    async with filing() as (peer, sink):
        assert await sink.deliver(now_request(), replace(FIRST, event="updated")) == Delivered("1000")
    assert peer.posts == 1


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("echoes", [True, False])
@pytest.mark.parametrize("token_polls", [None, 2])
@pytest.mark.parametrize("fault", [files_and_resets, files_and_says(200, "<html>We are back soon</html>"), files_and_says(502, "")])
async def test_a_request_whose_answer_was_lost_is_found_again(form: str, echoes: bool, token_polls: int | None, fault: Fault) -> None:
    # GeoReport has no idempotency key: without looking first, the second attempt would file a second request.
    async with filing(fault, dialect=Dialect(echoes_account=echoes, token_polls=token_polls), format=form) as (peer, sink):
        answer = await deliver_until_final(sink, now_request())
    assert isinstance(answer, Delivered)
    assert answer.external_id == "1000"
    assert (peer.posts, len(peer.filed)) == (1, 1)


@pytest.mark.parametrize("echoes", [True, False])
async def test_a_call_that_was_lost_on_its_way_is_posted_again(echoes: bool) -> None:
    async with filing(resets, dialect=Dialect(echoes_account=echoes)) as (peer, sink):
        peer.file(
            {"service_code": "pothole", "description": "another one", "lat": "45.5231", "long": "-73.5817", "account_id": "2026-00001"}
        )
        assert await deliver_until_final(sink, now_request()) == Delivered("1001")
    assert (peer.posts, len(peer.filed)) == (2, 2)


async def test_the_same_words_elsewhere_are_another_request() -> None:
    # A campaign sends the same text for many places.
    async with filing(resets) as (peer, sink):
        request = now_request()
        peer.file({"service_code": "pothole", "description": request.description, "lat": "45.6", "long": "-73.6"})
        assert await deliver_until_final(sink, request) == Delivered("1001")


async def test_a_place_without_coordinates_is_compared_by_its_address() -> None:
    request = now_request(lat=None, long=None)
    async with filing(files_and_resets) as (peer, sink):
        assert await deliver_until_final(sink, request) == Delivered("1000")
    assert peer.posts == 1


async def test_a_server_without_a_list_cannot_be_asked() -> None:
    async with filing(resets, dialect=Dialect(lists=False)) as (peer, sink):
        assert await deliver_until_final(sink, now_request()) == Delivered("1000")
    assert peer.posts == 2


async def test_looking_first_can_be_switched_off() -> None:
    async with filing(files_and_resets, find_again=False) as (peer, sink):
        assert await deliver_until_final(sink, now_request()) == Delivered("1001")
    assert "GET /v2/requests.xml" not in peer.seen


@respx.mock(using="httpx", assert_all_called=False)
async def test_while_the_server_cannot_tell_nothing_is_posted_again(respx_mock: respx.MockRouter) -> None:
    post = respx_mock.post("https://crm.example.gov/v2/requests.xml")
    for status in (429, 500, 503):
        respx_mock.get("https://crm.example.gov/v2/requests.xml").respond(status)
        sink = open311.build("crm", open311.Settings(type="open311", endpoint="https://crm.example.gov/v2/"))
        assert isinstance(await sink.deliver(a_request(), SECOND), Deferred)
        await sink.aclose()
    assert not post.called


@pytest.mark.parametrize("lists", [True, False])
async def test_a_refused_duplicate_is_already_there(lists: bool) -> None:
    # Seen in practice: SeeClickFix answers 400 "Invalid service request: base is a duplicate." to the same words at the same place.
    async with filing(files_and_resets, dialect=Dialect(refuses_duplicates=True, lists=lists), find_again=False) as (peer, sink):
        assert await deliver_until_final(sink, now_request()) == Delivered("1000" if lists else None)
    assert len(peer.filed) == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (says(400, '[{"code":400,"description":"location can\'t be blank"}]'), Rejected("http_400", detail="400 location can't be blank")),
        (
            says(404, '[{"code":404,"description":"service_code was not found"}]'),
            Rejected("http_404", detail="404 service_code was not found"),
        ),
        (says(404, "<html>Not Found</html>"), Deferred("http_404", retry_after=OPERATOR)),  # a wrong endpoint, for an operator
        (
            says(403, '[{"code":403,"description":"api_key was not valid"}]'),
            Deferred("http_403", retry_after=OPERATOR, detail="403 api_key was not valid"),
        ),
        (says(429, "", retry_after="30"), Deferred("http_429", retry_after=30.0, throttled=True)),
        (says(503), Deferred("http_503")),
        (says(302, "", location="/elsewhere"), Deferred("redirect_refused", retry_after=OPERATOR)),
        (says(200, "<html>We are back soon</html>"), Deferred("not_georeport")),
        (says(200, ""), Deferred("not_georeport")),
        (says(200, '[{"code":"500","description":"database is down"}]'), Rejected("error_in_success", detail="500 database is down")),
        (says(200, "[]"), Rejected("no_number_given", detail="the server took the request and gave neither a number nor a token")),
    ],
)
async def test_what_each_answer_means(fault: Fault, expected: Delivery) -> None:
    async with filing(fault) as (peer, sink):
        assert await sink.deliver(now_request(), FIRST) == expected
    assert peer.filed == []


async def test_a_wrong_key_waits_for_an_operator() -> None:
    async with filing(api_key="wrong") as (_, sink):
        answer = await sink.deliver(now_request(), FIRST)
    assert isinstance(answer, Deferred)
    assert (answer.reason, answer.retry_after, answer.scope) == ("http_403", OPERATOR, "sink")


async def test_services_are_translated_by_the_table() -> None:
    async with filing(service_codes={"pothole": "PH-1"}, other_service_code="other") as (peer, sink):
        await sink.check()
        await sink.deliver(now_request(), FIRST)
        await sink.deliver(now_request(service_code="graffiti"), FIRST)
    assert [filed["service_code"] for filed in peer.filed] == ["PH-1", "other"]


async def test_the_check_names_codes_that_the_server_does_not_have() -> None:
    async with filing(service_codes={"pothole": "PH-9", "tree": "PH-1"}) as (_, sink):
        with pytest.raises(Permanent, match="PH-9"):
            await sink.check()


@pytest.mark.parametrize(
    ("status", "text", "error"), [(200, "[]", Permanent), (200, "<html/>", Temporary), (404, "", Permanent), (500, "", Temporary)]
)
@respx.mock(using="httpx")
async def test_the_check_finds_what_is_no_server(respx_mock: respx.MockRouter, status: int, text: str, error: type[Exception]) -> None:
    respx_mock.get("https://crm.example.gov/v2/services.json").respond(status, text=text)
    sink = open311.build("crm", open311.Settings(type="open311", endpoint="https://crm.example.gov/v2", format="json"))
    with pytest.raises(error):
        await sink.check()
    await sink.aclose()


@pytest.mark.parametrize(
    ("changes", "options"),
    [({"visibility": "anonymous"}, {}), ({"reporters": [Reporter(anonymous=True)]}, {}), ({}, {"send_contact": False})],
)
async def test_a_person_is_not_named_who_is_not_to_be(changes: dict[str, Any], options: dict[str, Any]) -> None:
    async with filing(**options) as (peer, sink):
        await sink.deliver(now_request(**changes), FIRST)
    assert not peer.filed[0].keys() & {"first_name", "last_name", "email", "phone"}


async def test_a_long_description_is_cut_where_the_specification_says() -> None:
    async with filing() as (peer, sink):
        await sink.deliver(now_request(description="é" * 5000), FIRST)
        await sink.deliver(now_request(description="", summary="short"), FIRST)
    assert len(peer.filed[0]["description"]) == 4000
    assert peer.filed[0]["description"].endswith("é […]")
    assert peer.filed[1]["description"] == "short"


@pytest.mark.parametrize("form", FORMATS)
async def test_updates_are_read_for_the_numbers_that_we_follow(form: str) -> None:
    async with filing(format=form) as (peer, sink):
        assert isinstance(sink, Following)
        for _ in range(3):
            peer.file({"service_code": "pothole"})
        since = datetime.now(UTC) - timedelta(hours=1)
        peer.filed[0]["updated_datetime"] = (since - timedelta(hours=1)).isoformat()
        peer.filed[1].update(status="closed", status_notes="filled")
        found = [update async for update in sink.updates(since, known=["1000", "1001", "1002"])]
        assert [(one.external_id, one.status, one.status_notes) for one in found] == [("1001", "closed", "filled"), ("1002", "open", None)]
        # One number that the server has forgotten makes it refuse the whole list.
        found = [update async for update in sink.updates(since, known=["1001", "9999", "1002"])]
        assert [one.external_id for one in found] == ["1001", "1002"]
        assert [update async for update in sink.updates(since)] == []


@pytest.mark.parametrize("knows", [True, False])
async def test_updates_are_read_by_time_and_page(knows: bool) -> None:
    async with filing(dialect=Dialect(knows_updated_after=knows), updates="updated_after") as (peer, sink):
        for _ in range(5):
            peer.file({"service_code": "pothole"})
        since = datetime.now(UTC) - timedelta(hours=1)
        peer.filed[0]["updated_datetime"] = (since - timedelta(hours=1)).isoformat(timespec="seconds")
        found = [update.external_id async for update in sink.updates(since)]
    assert found == ["1001", "1002", "1003", "1004"]


@respx.mock(using="httpx")
async def test_updates_say_when_the_server_cannot_be_asked(respx_mock: respx.MockRouter) -> None:
    respx_mock.get("https://crm.example.gov/v2/requests.xml").respond(503)
    sink = open311.build("crm", open311.Settings(type="open311", endpoint="https://crm.example.gov/v2"))
    with pytest.raises(Unavailable):
        [update async for update in sink.updates(datetime.now(UTC), known=["1"])]
    await sink.aclose()


@pytest.mark.parametrize("endpoint", ["crm.example.gov", "https://crm.example.gov/v2?key=1", "https://crm.example.gov/v2#x"])
def test_an_endpoint_that_cannot_be_called_is_refused(endpoint: str) -> None:
    with pytest.raises(ValidationError):
        open311.Settings(type="open311", endpoint=endpoint)


FAULTS: tuple[Fault, ...] = (files_and_resets, resets, files_and_says(502, ""), says(503), says(429), files_and_says(200, "<html/>"))


@given(
    faults=st.lists(st.sampled_from(FAULTS), max_size=6),
    form=st.sampled_from(FORMATS),
    token_polls=st.sampled_from([None, 1, 3]),
    echoes=st.booleans(),
)
@settings(max_examples=40, deadline=None)
async def test_whatever_the_network_does_it_is_filed_once(faults: list[Fault], form: str, token_polls: int | None, echoes: bool) -> None:
    dialect = Dialect(token_polls=token_polls, echoes_account=echoes)
    async with filing(*faults, dialect=dialect, format=form) as (peer, sink):
        answer = await deliver_until_final(sink, now_request())
    assert isinstance(answer, Delivered)
    assert answer.external_id == "1000"
    assert len(peer.filed) == 1
