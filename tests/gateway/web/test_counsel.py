"""What a form and an Open311 client are told while somebody waits: on a real store of either kind."""

from __future__ import annotations

import asyncio
import threading
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from config.settings import SHIPPED_CATALOG
from gateway.models import CatalogModel
from gateway.store import apikeys, nearby
from gateway.store.claims import open_claims
from gateway.store.engine import Engines
from gateway.store.outcome import Outbox, OutcomeWriter
from gateway.store.stored import Stored
from gateway.store.tables import SERVICE_REQUEST
from gateway.web import counsel as counsel_module
from gateway.web.counsel import GatewayCounsel
from gateway.web.keys import Keys
from normalizer.catalog import Catalog
from normalizer.pipeline import Context, Work
from tests.gateway.store.builders import CITY, START, appender, arrival, outcome
from tests.gateway.store.test_outcome import stored_messages, write

HERE = (45.5034, -73.5806)
CATALOG = Catalog.from_toml(tomllib.loads(SHIPPED_CATALOG.read_text("utf-8")))


@pytest.fixture
def keys(engines: Engines) -> Iterator[Keys]:
    opened = Keys(engines.location)
    yield opened
    opened.close()


@pytest.fixture
def counsel(keys: Keys) -> Iterator[GatewayCounsel]:
    with time_machine.travel(START + timedelta(days=3), tick=False):
        context = Context(CITY, CATALOG, languages=("fr", "en"), weights=CatalogModel(CATALOG))
        yield GatewayCounsel(context, keys, asyncio.Semaphore(2))


def north(metres: float) -> tuple[float, float]:
    return HERE[0] + metres / 111_195, HERE[1]


def reported(engines: Engines, *places: tuple[float, float], at: datetime = START, **fields: Any) -> list[Stored]:
    """One request at each of these places."""
    taken = stored_messages(engines, len(places))
    outcomes = []
    for stored, (lat, long) in zip(taken, places, strict=True):
        made = outcome(stored, lat=lat, long=long, **fields)
        for request in made.work.requests:
            request.requested_datetime = at
        outcomes.append(made)
    write(engines, taken, outcomes)
    return taken


async def test_what_is_nearby_comes_nearest_first_and_named(engines: Engines, counsel: GatewayCounsel) -> None:
    reported(engines, north(140), north(40), north(160), north(5_000))
    found = await counsel.nearby(*HERE)
    assert [round(one.distance, -1) for one in found] == [40, 140]
    assert {(one.service_name, one.status, one.reports, one.requested_datetime) for one in found} == {("Nid-de-poule", "open", 1, START)}
    assert [one.distance for one in await counsel.nearby(*HERE, limit=1)] == [found[0].distance]
    assert await counsel.nearby(*HERE, service_code="street_light") == []
    assert await counsel.nearby(0.0, 0.0) == []


async def test_what_is_old_or_no_report_is_not_told(engines: Engines, counsel: GatewayCounsel) -> None:
    reported(engines, HERE, at=START - timedelta(days=40))
    assert await counsel.nearby(*HERE) == []
    assert all(one.service_code == "pothole" for one in await counsel.nearby(*HERE))


async def test_a_question_of_a_resident_is_nobody_elses_business(engines: Engines, counsel: GatewayCounsel) -> None:
    reported(engines, HERE, kind="question")
    assert await counsel.nearby(*HERE) == []


async def test_what_was_closed_is_told_as_closed(engines: Engines, counsel: GatewayCounsel) -> None:
    reported(engines, HERE)
    with engines.writing() as connection:
        connection.execute(update(SERVICE_REQUEST).values(status="closed"))
    assert [one.status for one in await counsel.nearby(*HERE)] == ["closed"]


async def test_a_service_that_left_the_catalog_is_named_by_its_code(engines: Engines, counsel: GatewayCounsel) -> None:
    reported(engines, HERE)
    with engines.writing() as connection:
        connection.execute(update(SERVICE_REQUEST).values(service_code="moon_dust"))
    assert [one.service_name for one in await counsel.nearby(*HERE)] == ["moon_dust"]


async def test_people_are_counted_once(engines: Engines, counsel: GatewayCounsel) -> None:
    (first,) = reported(engines, HERE)
    appender(engines).append([arrival(f"<again-{number}@x.example>") for number in range(4)])
    claims = open_claims(engines)
    taken = claims.take(4, 1 << 24, lease=60)
    (known,) = await counsel.nearby(*HERE)

    def joins(work: Work, _facts: object) -> None:
        work.follows = known.service_request_id
        work.settle("duplicate", "same_problem")

    with engines.writing() as connection:
        claims.settle(connection, taken)
        senders = ["r@example.net", "other@example.net", None, None]
        OutcomeWriter(connection, Outbox(lambda _request: []), START).write(
            [outcome(stored, sender=sender) for stored, sender in zip(taken, senders, strict=True)], joins
        )
    (found,) = await counsel.nearby(*HERE)
    assert found.reports == 4, "the reporter who wrote again counts once, one more by name, two without"
    assert first.intake_id


async def test_what_became_of_a_message(engines: Engines, counsel: GatewayCounsel) -> None:
    (settled,) = reported(engines, HERE)
    appender(engines).append([waiting := arrival("<waits@x.example>")])
    found = await counsel.became(settled.intake_id)
    assert found is not None
    assert found.disposition == "request"
    assert len(found.service_request_ids) == 1
    still = await counsel.became(waiting.intake_id)
    assert still is not None
    assert still.disposition is None
    assert await counsel.became("01ARZ3NDEKTSV4RRFFQ69G5FAV") is None


async def test_another_city_is_told_nothing(engines: Engines, counsel: GatewayCounsel, keys: Keys) -> None:
    (settled,) = reported(engines, HERE)
    other = GatewayCounsel(Context("shelbyville.example.gov", CATALOG), keys, asyncio.Semaphore(2))
    assert await other.nearby(*HERE) == []
    assert await other.became(settled.intake_id) is None
    with engines.writing() as connection:
        key = apikeys.add(connection, "partner", "open311", CITY, START)
    assert (await counsel.may(key, "open311"), await counsel.may(key, "read"), await other.may(key, "open311")) == (True, False, False)
    assert not await counsel.may("no key at all, but long enough", "open311")


async def test_a_text_is_advised_on_in_the_language_of_the_page(counsel: GatewayCounsel) -> None:
    advice = await counsel.advise("Il y a un énorme nid-de-poule devant chez moi", "fr")
    assert (advice.suggestions[0].service_code, advice.suggestions[0].service_name) == ("pothole", "Nid-de-poule")
    assert not advice.abstained
    assert (await counsel.advise("There is a strong smell of gas and people are sick", "en")).emergency
    assert (await counsel.advise("Bonjour", "fr")).abstained
    assert (await counsel.advise("  ", "fr")).suggestions == ()


async def test_advice_that_takes_too_long_is_no_advice_and_keeps_its_place(
    counsel: GatewayCounsel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counsel_module, "_ADVICE_SECONDS", 0.05)
    done, begun = threading.Event(), threading.Semaphore(0)

    def slow(_batch: object, _context: object) -> None:
        begun.release()
        done.wait(10)

    monkeypatch.setattr(counsel_module, "understand", slow)
    try:
        advice = await asyncio.gather(*(counsel.advise("a pothole", "en") for _time in range(5)))
        assert all(one.abstained for one in advice)
        assert begun.acquire(timeout=5)
        assert begun.acquire(timeout=5)
        assert not begun.acquire(blocking=False), "two at a time, however many ask"
    finally:
        done.set()


async def test_advice_that_fails_is_no_advice(counsel: GatewayCounsel, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_batch: object, _context: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(counsel_module, "understand", fails)
    assert (await counsel.advise("a pothole", "en")).abstained


def test_distances_are_those_on_the_ground() -> None:
    montreal, quebec = (45.5019, -73.5674), (46.8131, -71.2075)
    assert nearby.metres(*montreal, *quebec) == pytest.approx(233_000, rel=0.01)
    assert nearby.metres(*montreal, *montreal) == 0
