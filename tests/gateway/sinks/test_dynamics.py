"""The Dynamics sink against a Dataverse environment on a real socket: one request is one record, whatever the network does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from channels.base import Permanent, Temporary, Unavailable
from gateway.errors import ConfigError
from gateway.sinks import dynamics
from gateway.sinks._http import OPERATOR
from gateway.sinks.base import Attempt, Deferred, Delivered, Following, Previewing, Reconciled, Rejected
from normalizer.model import ExternalId, Reporter
from tests.gateway.peers.dataverse import ACCOUNT, DataversePeer, fault_of
from tests.gateway.sinks.cases import a_request
from tests.gateway.sinks.faults import FAULTS, Fault, deliver_until_final, resets, says, then_resets
from tests.gateway.sinks.files import FakeFiles, a_file
from tests.gateway.sinks.tls import untrusted

FIRST = Attempt("01JD-1-created-crm")
KEYED = {"key": "gw_externalid"}
Open = tuple[DataversePeer, dynamics.DynamicsSink]
FACTS: dict[str, Any] = {
    "type": "dynamics",
    "url": "https://city.crm3.dynamics.com",
    "tenant_id": "tenant-1",
    "client_id": "app-1",
    "client_secret": "app-secret",
    "account_id": ACCOUNT,
}


@asynccontextmanager
async def writing(
    *faults: Fault, peer: DataversePeer | None = None, **changes: Any
) -> AsyncIterator[tuple[DataversePeer, dynamics.DynamicsSink]]:
    async with peer or DataversePeer() as server:
        server.faults.next = list(faults)
        facts: dict[str, Any] = {
            **FACTS,
            "url": server.url,
            "authority": server.url,
            "timeout": 2.0,
            **KEYED,
            **changes,
        }
        sink = dynamics.build("crm", dynamics.Settings(**{name: value for name, value in facts.items() if value is not None}))
        try:
            yield server, sink
        finally:
            await sink.aclose()


async def test_a_request_becomes_a_record_with_its_contact() -> None:
    async with writing() as (peer, sink):
        answer = await sink.deliver(a_request(summary="A hole", priority="high"), FIRST)
    (case,) = peer.cases
    assert answer == Delivered(
        "CAS-1001-X", case["incidentid"], f"{peer.url}/main.aspx?pagetype=entityrecord&etn=incident&id={case['incidentid']}"
    )
    expected = {"title": "A hole", "caseorigincode": 2, "prioritycode": 1, "gw_externalid": "2026-00012"}
    assert {name: case[name] for name in expected} == expected
    assert case["description"].endswith("🕳\n\n12 Main Street\n\n45.523100, -73.581700")
    (contact,) = peer.contacts
    assert case["_customerid_value"] == contact["contactid"]
    assert contact["emailaddress1"] == "marie@example.net"
    assert peer.issued == 1


@pytest.mark.parametrize("options", [KEYED, {"key": None}])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_whatever_the_network_does_one_request_is_one_record(fault: Fault, options: dict[str, Any]) -> None:
    async with writing(fault, timeout=0.4, customer="account", **options) as (peer, sink):
        answer, deferred = await deliver_until_final(sink, a_request(), FIRST)
    assert isinstance(answer, Delivered)
    assert answer.external_id == "CAS-1001-X"
    assert peer.created == len(peer.cases) == 1
    assert deferred


@pytest.mark.parametrize("fault", [then_resets, resets, says(503)])
async def test_a_contact_is_made_once(fault: Fault) -> None:
    async with writing(fault) as (peer, sink):
        answer, _ = await deliver_until_final(sink, a_request(), FIRST)
        assert isinstance(answer, Delivered)
        await sink.deliver(a_request("2026-00013"), replace(FIRST, idempotency_key="other"))
    assert len(peer.contacts) == 1
    assert {case["_customerid_value"] for case in peer.cases} == {peer.contacts[0]["contactid"]}


async def test_a_contact_is_found_by_a_telephone_number_with_its_plus_sign() -> None:
    async with writing() as (peer, sink):
        await sink.deliver(a_request(email=None), FIRST)
        await sink.deliver(a_request("2026-00013", email=None, last_name="Other's"), FIRST)
        await sink.deliver(a_request("2026-00014", email="o'neil@example.net"), FIRST)
    assert [contact.get("mobilephone") for contact in peer.contacts] == ["+15145550199", "+15145550199"]


@pytest.mark.parametrize(
    ("changes", "options"),
    [
        ({"visibility": "anonymous"}, {}),
        ({"reporters": [Reporter(anonymous=True)]}, {}),
        ({"email": None, "phone": None}, {}),
        ({}, {"customer": "account"}),
        ({}, {"create_contacts": False}),
    ],
)
async def test_a_record_of_nobody_in_particular_belongs_to_the_account(changes: dict[str, Any], options: dict[str, Any]) -> None:
    async with writing(**options) as (peer, sink):
        await sink.deliver(a_request(**changes), FIRST)
    assert peer.contacts == []
    assert peer.cases[0]["_customerid_value"] == ACCOUNT
    if not options:
        assert "marie" not in str(peer.cases).lower()


async def test_a_token_is_kept_renewed_before_its_end_and_once_after_a_401() -> None:
    async with writing(customer="account") as (peer, sink):
        await sink.deliver(a_request("1"), FIRST)
        await sink.deliver(a_request("2"), FIRST)
        assert peer.issued == 1
        peer.tokens.clear()
        assert isinstance(await sink.deliver(a_request("3"), FIRST), Delivered)
        assert peer.issued == 2
    assert len(peer.cases) == 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("too_many_requests", Deferred("too_many_requests", retry_after=32.0, throttled=True)),
        ("too_much_time", Deferred("too_much_time", retry_after=300.0, throttled=True)),
        ("too_many_at_once", Deferred("too_many_at_once", retry_after=2.0, throttled=True)),
        ("no_such_key", Deferred("no_such_key", retry_after=OPERATOR)),
        ("forbidden", Deferred("http_403", retry_after=OPERATOR)),
        ("no_such_property", Rejected("http_400")),
        ("duplicate", Rejected("duplicate_found")),
        ("unauthorized", Deferred("http_401", retry_after=OPERATOR)),
    ],
)
async def test_what_each_refusal_means(name: str, expected: Deferred | Rejected) -> None:
    fault = fault_of(name)
    async with writing(fault, fault, customer="account") as (peer, sink):
        answer = await sink.deliver(a_request(), FIRST)
    assert isinstance(answer, Deferred | Rejected)
    assert replace(answer, detail="") == expected
    assert name == "unauthorized" or answer.detail
    assert peer.cases == []


async def test_a_wrong_secret_waits_for_an_operator_and_is_named() -> None:
    async with writing(client_secret="old") as (_, sink):
        answer = await sink.deliver(a_request(), FIRST)
        assert isinstance(answer, Deferred)
        assert (answer.reason, answer.retry_after) == ("token_invalid_client", OPERATOR)
        assert "AADSTS7000215" in answer.detail
        with pytest.raises(Permanent, match="invalid_client"):
            await sink.check()


async def test_another_record_with_the_same_alternate_key_is_adopted_and_what_differs_is_noted() -> None:
    # The first attempt's end was never seen, and people have worked on the record since.
    async with writing() as (peer, sink):
        await sink.deliver(a_request(), FIRST)
        peer.change(peer.cases[0], title="Seen on site", prioritycode=3)
        answer = await sink.deliver(a_request(), replace(FIRST, number=2))
    assert isinstance(answer, Delivered)
    assert (answer.external_id, answer.reason, answer.detail) == ("CAS-1001-X", "differs", "prioritycode, title")
    assert peer.cases[0]["title"] == "Seen on site"


async def test_what_the_environment_holds_is_compared_with_what_was_sent() -> None:
    def workflow(row: dict[str, Any]) -> None:
        row["title"] = "(queued)"

    fields = {"gw_lat": "lat", "gw_due": "expected_datetime"}
    due = datetime(2026, 12, 1, 8, tzinfo=UTC)
    async with writing(peer=DataversePeer(alters=workflow), fields=fields) as (_, sink):
        altered = await sink.deliver(a_request(lat=45.52310049, expected_datetime=due), FIRST)
    assert isinstance(altered, Delivered)
    assert (altered.reason, altered.detail) == ("differs", "title")


async def test_a_server_that_shows_nothing_is_read_back() -> None:
    async with writing(peer=DataversePeer(shows=False)) as (peer, sink):
        answer = await sink.deliver(a_request(), FIRST)
    assert isinstance(answer, Delivered)
    assert (answer.external_id, answer.token) == ("CAS-1001-X", peer.cases[0]["incidentid"])


@pytest.mark.parametrize("by_token", [True, False])
async def test_a_change_is_written_but_not_over_what_people_work_on(by_token: bool) -> None:
    async with writing() as (peer, sink):
        created = await sink.deliver(a_request(), FIRST)
        assert isinstance(created, Delivered)
        peer.change(peer.cases[0], title="Seen on site", prioritycode=3)
        attempt = Attempt("k2", event="updated", external_id=created.external_id, token=created.token if by_token else None)
        answer = await sink.deliver(a_request(description="Now with a photo", priority="high"), attempt)
        assert answer == created
        (case,) = peer.cases
        assert (case["title"], case["prioritycode"]) == ("Seen on site", 3)
        assert case["description"].startswith("Now with a photo")
        peer.tables["incidents"].clear()
        assert await sink.deliver(a_request(), attempt) == Rejected(
            "deleted_there", detail="the record is gone there, and is not made again"
        )
    assert peer.cases == []


async def test_a_change_of_what_was_never_created_creates_it() -> None:
    async with writing() as (peer, sink):
        assert isinstance(await sink.deliver(a_request(), Attempt("k", event="updated")), Delivered)
        known = a_request(external_ids=[ExternalId(system="crm", id="CAS-1001-X")])
        assert isinstance(await sink.deliver(known, Attempt("k", event="updated")), Delivered)
    assert peer.created == 1
    assert peer.cases[0]["caseorigincode"] == 2


FILES = (a_file("a.jpg", b"one"), a_file("b.pdf", b"two", "application/pdf"))


async def test_files_become_notes_each_once() -> None:
    files = FakeFiles(FILES)
    async with writing(customer="account") as (peer, sink):
        created = await sink.deliver(a_request(), replace(FIRST, files=files))
        assert isinstance(created, Delivered)
        later = Attempt(
            "k2", event="updated", external_id=created.external_id, token=created.token, files=files.with_another("c.txt", b"3")
        )
        await sink.deliver(a_request(), later)
    assert [(note["filename"], note["mimetype"], note["documentbody"]) for note in peer.notes] == [
        ("a.jpg", "image/jpeg", "b25l"),
        ("b.pdf", "application/pdf", "dHdv"),
        ("c.txt", "application/octet-stream", "Mw=="),
    ]
    assert {note["_objectid_value"] for note in peer.notes} == {peer.cases[0]["incidentid"]}


@pytest.mark.parametrize("name", ["500", "a reset after the effect", "429 with seconds", "200 with a page"])
async def test_trouble_with_a_file_makes_neither_a_second_record_nor_a_second_note(name: str) -> None:
    async with writing(customer="account") as (peer, sink):
        peer.faults.applies = lambda request: "annotations(" in request.path
        peer.faults.next = [FAULTS[name], FAULTS[name]]
        answer, deferred = await deliver_until_final(sink, a_request(), replace(FIRST, files=FakeFiles(FILES)))
    assert isinstance(answer, Delivered)
    assert (peer.created, len(peer.notes)) == (1, 2)
    # A 2xx of any kind says that the note is there: the id of a note is ours, so that nothing has to be read from the answer.
    assert all(one.token == peer.cases[0]["incidentid"] for one in deferred)


async def test_files_that_never_can_be_sent_are_noted_with_the_delivery() -> None:
    files = FakeFiles((*FILES, a_file("gone.jpg", b"gone"), a_file("huge.mov", b"x" * 900)), gone={"gone.jpg"})
    async with writing(customer="account", largest_attachment=800) as (peer, sink):
        answer = await sink.deliver(a_request(), replace(FIRST, files=files))
        assert isinstance(answer, Delivered)
        assert (answer.reason, answer.detail) == ("file_gone", "file_gone, file_too_large")
        peer.largest = -10
        refused = await sink.deliver(a_request("2"), replace(FIRST, files=FakeFiles(FILES)))
    assert isinstance(refused, Delivered)
    assert refused.detail == "file_refused, file_refused"
    assert len(peer.notes) == 2


async def test_files_that_cannot_be_had_now_are_waited_for() -> None:
    async with writing(customer="account") as (peer, sink):
        answer = await sink.deliver(a_request(), replace(FIRST, files=FakeFiles(FILES, away=True)))
    assert answer == Deferred("files_unavailable", token=peer.cases[0]["incidentid"], scope="delivery")


async def test_the_check_leaves_no_trace() -> None:
    async with writing() as (peer, sink):
        await sink.check()
    assert (peer.cases, peer.contacts, peer.notes) == ([], [], [])
    assert "PATCH incidents()" in peer.seen


@pytest.mark.parametrize(
    ("peer", "options", "words"),
    [
        (DataversePeer(keys=()), {}, "no alternate key consists of the column gw_externalid"),
        (DataversePeer(key_status="Pending"), {}, "is Pending"),
        (DataversePeer(tracked=False), {"updates": "changes"}, "does not track changes"),
        (DataversePeer(required="gw_ward"), {}, "requires the column gw_ward"),
        (DataversePeer(), {"fields": {"gw_wrong": "summary"}}, "no column gw_wrong"),
        (DataversePeer(), {"fields": {"ticketnumber": "'7'"}}, "no column ticketnumber that can be written"),
        (DataversePeer(), {"fields": {"gw_ward@odata.bind": "'/wards(1)'"}}, "no lookup gw_ward"),
        (DataversePeer(), {"customer": "none"}, "requires the column customerid"),
        (DataversePeer(), {"notes": "gw_wrong"}, "no column gw_wrong to read"),
        (DataversePeer(), {"entity_set": "cases"}, "EntitySetName incidents, not cases"),
        (DataversePeer(), {"table": "gw_request"}, "404"),
    ],
)
async def test_the_check_names_what_is_missing(peer: DataversePeer, options: dict[str, Any], words: str) -> None:
    async with writing(peer=peer, **options) as (_, sink):
        with pytest.raises(Permanent, match=words):
            await sink.check()


@pytest.mark.parametrize(("name", "error"), [("forbidden", Permanent), ("too_many_requests", Temporary), ("no_such_property", Permanent)])
async def test_the_check_tries_to_write(name: str, error: type[Exception]) -> None:
    async with writing(fault_of(name)) as (_, sink):
        with pytest.raises(error, match="would refuse"):
            await sink.check()


async def told(sink: dynamics.DynamicsSink, since: datetime, known: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    return [(one.external_id, one.status, one.status_word, one.status_notes) async for one in sink.updates(since, known=known)]


@pytest.mark.parametrize("updates", ["modified", "changes"])
async def test_what_changed_is_told_and_nothing_that_is_internal(updates: str) -> None:
    statuses = {"2": {"status": "open", "word": "Waiting for parts"}, "6": "closed"}
    async with writing(updates=updates, statuses=statuses, notes="gw_answer") as (peer, sink):
        assert isinstance(sink, Following)
        for number in range(5):
            await sink.deliver(a_request(str(number)), FIRST)
        start = datetime.now(UTC) - timedelta(minutes=5)
        assert len(await told(sink, start)) == 5
        since = datetime.now(UTC)
        peer.at = since + timedelta(seconds=60)
        peer.change(peer.cases[0], statuscode=2, description="internal: he complains every week")
        peer.change(peer.cases[1], statuscode=5, statecode=1, gw_answer="Filled on Monday.")
        peer.change(peer.cases[2], statuscode=6, statecode=2)
        assert await told(sink, since) == [
            ("CAS-1001-X", "open", "Waiting for parts", None),
            ("CAS-1002-X", "closed", "Problem Solved", "Filled on Monday."),
            ("CAS-1003-X", "closed", "Cancelled", None),
        ]
        # Who could not keep what was told asks again, and is told again.
        assert len(await told(sink, since)) == 3
        second = peer.cases[1]["incidentid"]
        assert [line[0] for line in await told(sink, since, [second, "7"])] == ["CAS-1001-X", second, "CAS-1003-X"]


async def test_records_that_are_not_ours_are_not_told() -> None:
    for updates in ("modified", "changes"):
        async with writing(updates=updates, peer=DataversePeer()) as (peer, sink):
            await sink.deliver(a_request(), FIRST)
            peer.change(peer.cases[0], gw_externalid=None)
            await sink.deliver(a_request("2"), FIRST)
            assert [line[0] for line in await told(sink, datetime.now(UTC) - timedelta(minutes=5))] == ["CAS-1002-X"]
    async with writing(key=None) as (peer, sink):
        await sink.deliver(a_request(), FIRST)
        strange = "7b1de2a4-3f0c-4c5e-9d57-0a3f5a0f1e11"
        peer.tables["incidents"][strange] = {**peer.cases[0], "incidentid": strange, "ticketnumber": "CAS-7"}
        assert [line[0] for line in await told(sink, datetime.now(UTC) - timedelta(minutes=5))] == ["CAS-1001-X"]


async def test_a_delta_link_that_has_expired_is_given_up() -> None:
    async with writing(updates="changes") as (peer, sink):
        await sink.deliver(a_request(), FIRST)
        now = datetime.now(UTC)
        assert len(await told(sink, now - timedelta(minutes=5))) == 1
        peer.expired = {"1", "2", "3", "4"}
        peer.at = now + timedelta(minutes=1)
        peer.change(peer.cases[0], statuscode=5, statecode=1)
        assert [line[1] for line in await told(sink, datetime.now(UTC))] == ["closed"]


async def test_the_token_is_not_taken_to_another_server() -> None:
    page = orjson.dumps({"value": [], "@odata.nextLink": "https://elsewhere.example/api/data/v9.2/incidents"}).decode()
    async with writing() as (peer, sink):
        peer.faults.applies = lambda request: request.method == "GET"
        peer.faults.next = [says(200, page, "application/json")]
        with pytest.raises(Permanent, match="another server"):
            await told(sink, datetime.now(UTC))


async def test_updates_say_when_the_server_cannot_be_asked() -> None:
    for fault in (says(503), says(200, "<html/>"), resets, fault_of("too_many_requests")):
        async with writing() as (peer, sink):
            peer.faults.applies = lambda request: request.method == "GET"
            peer.faults.next = [fault, fault]  # a GET whose connection breaks is made again by the client
            with pytest.raises(Unavailable):
                await told(sink, datetime.now(UTC))


async def test_the_holdings_are_those_we_know_and_those_that_bear_our_number() -> None:
    async with writing(key_prefix="V-") as (peer, sink):
        assert isinstance(sink, Reconciled)
        for number in ("1", "2"):
            await sink.deliver(a_request(number), FIRST)
        for case in peer.cases:
            case["createdon"] = datetime.now(UTC).isoformat()
        peer.change(peer.cases[1], statecode=1, statuscode=5)
        since = datetime.now(UTC) - timedelta(hours=1)
        found = [(one.external_id, one.service_request_id, one.status) async for one in sink.holdings(since, known=["CAS-1001-X", "CAS-9"])]
    assert found == [("CAS-1001-X", "1", "open"), ("CAS-1002-X", "2", "closed")]


def test_what_would_be_written_can_be_seen() -> None:
    sink = dynamics.build("crm", dynamics.Settings(**FACTS))
    assert isinstance(sink, Previewing)
    assert orjson.loads(sink.preview(a_request(), FIRST))["title"] == "Pothole"


async def test_a_column_that_cannot_be_rendered_for_one_request_is_a_dead_letter() -> None:
    async with writing(fields={"gw_lat": "attributes.get('n', 1) / 2"}) as (peer, sink):
        answer = await sink.deliver(a_request(attributes={"n": "deep"}), FIRST)
    assert isinstance(answer, Rejected)
    assert (answer.reason, answer.detail[:18]) == ("field_failed", "gw_lat: TypeError:")
    assert peer.cases == []


def test_mistakes_are_named_by_their_toml_path() -> None:
    with pytest.raises(ConfigError, match=r"sinks\.crm\.fields\.title: there is no 'sumary'; did you mean summary"):
        dynamics.build("crm", dynamics.Settings(**FACTS, fields={"title": "sumary"}))
    with pytest.raises(ValidationError, match="account_id is missing"):
        dynamics.Settings(**{**FACTS, "account_id": None})


async def test_a_certificate_that_is_not_trusted_sends_nothing(tmp_path: Path) -> None:
    async with untrusted(tmp_path) as (url, calls):
        sink = dynamics.build("crm", dynamics.Settings(**{**FACTS, "url": url, "authority": url}))
        answer = await sink.deliver(a_request(), FIRST)
        await sink.aclose()
    assert answer == Deferred("token_tls", retry_after=OPERATOR)
    assert calls == []
