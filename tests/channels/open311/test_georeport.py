"""Posting by Open311 over a real server: keys, mistakes in both formats, numbers and tokens, nothing lost."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from aiohttp import ClientSession, FormData, web
from aiohttp.test_utils import TestServer

from channels.base import FetchContext, Permanent, RateLimited, StoreBusy, TooLarge, Unavailable, WebhookContext
from channels.counsel import Advice, Became, Nearby, Offer, Question
from channels.open311.georeport import Georeport, Settings, build
from channels.outward import Answer, CallFailed, Client, Failure, Manners
from tests.channels.case_files import Case, check, load
from tests.channels.open311.adapters import georeport
from tests.channels.webhooks import Inbox

KEY = "iak_0123456789abcdef0123"
PLACE = {"lat": "45.5231", "long": "-73.5817"}
GOOD = {"api_key": KEY, "service_code": "pothole", "description": "Nid-de-poule", **PLACE}
OFFERS = [
    Offer("pothole", "Pothole", "Streets"),
    Offer(
        "graffiti",
        "Graffiti",
        "Streets",
        questions=(
            Question("WHERE", "singlevaluelist", required=True, variable=True, order=1, description="On what?", values=(("w", "Wall"),)),
        ),
    ),
]


@dataclass
class FakeCounsel:
    """The gateway's answers in memory; ``known`` is what became of messages, given out after ``patience`` questions."""

    known: dict[str, Became] = field(default_factory=dict)
    always: Became | None = None
    patience: int = 0
    away: bool = False
    jurisdiction_id: str = "springfield.example.gov"
    languages: Sequence[str] = ("en", "fr")

    def offers(self, _language: str, /) -> Sequence[Offer]:
        return OFFERS

    async def advise(self, _text: str, _language: str, /) -> Advice:
        return Advice()

    async def nearby(self, _lat: float, _long: float, /, *, service_code: str | None = None, limit: int = 5) -> Sequence[Nearby]:
        return ()

    async def became(self, intake_id: str, /) -> Became | None:
        if self.away:
            raise Unavailable("the store is away")
        self.patience -= 1
        return None if self.patience >= 0 else self.known.get(intake_id, self.always)

    async def may(self, api_key: str, scope: Literal["intake", "open311", "read"], /) -> bool:
        return (api_key, scope) == (KEY, "open311")


@dataclass
class Site:
    url: str
    http: ClientSession
    inbox: Inbox
    counsel: FakeCounsel
    refused: list[str]

    async def post(self, fields: Any, wanted: str = "json", **headers: str) -> tuple[int, Any]:
        body = urlencode(fields, doseq=True) if isinstance(fields, dict) else fields
        head = {"Content-Type": "application/x-www-form-urlencoded"} if isinstance(fields, dict) else {}
        async with self.http.post(f"{self.url}/requests.{wanted}", data=body, headers=head | headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if wanted == "json" else ET.fromstring(text)  # our own answer

    async def token(self, token: str) -> tuple[int, Any]:
        async with self.http.get(f"{self.url}/tokens/{token}.json") as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def serving(counsel: FakeCounsel | None = None, **settings: Any) -> AsyncIterator[Site]:
    channel = build("open311", Settings.model_validate({"type": "open311.georeport", "wait": 0} | settings))
    inbox, refused, asked = Inbox(), list[str](), counsel or FakeCounsel()
    context = WebhookContext("https://311.example.gov", lambda reason, _source: refused.append(reason), counsel=asked)
    app = web.Application(client_max_size=1)  # the adapter has a cap of its own
    app.add_routes(channel.routes(inbox, context))
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        async with ClientSession() as http:
            yield Site(f"{str(server.make_url('')).rstrip('/')}/open311/v2", http, inbox, asked, refused)
    finally:
        await server.close()


@pytest.mark.parametrize("case", load(__file__, "georeport"), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(georeport(), case)


async def test_a_post_is_answered_with_a_token_and_stored_as_it_came() -> None:
    async with serving() as site:
        status, answer = await site.post(GOOD)
        (raw,) = site.inbox.stored.values()
        assert status == 200
        assert answer == [{"token": f"intake-{raw.source_id}", "service_notice": None, "account_id": None}]
        assert raw.content == urlencode(GOOD).encode()
        assert georeport().translate(raw).hints["service_code"] == "pothole"


async def test_a_post_is_answered_with_the_number_where_it_is_known_in_time() -> None:
    async with serving(FakeCounsel(patience=2, always=Became("request", ("2026-00012",))), wait=5) as site:
        status, answer = await site.post(GOOD, "xml")
        assert (status, answer.tag) == (200, "service_requests")
        assert [request.findtext("service_request_id") for request in answer] == ["2026-00012"]
        assert answer.find("request/token") is None


async def test_a_token_becomes_a_number() -> None:
    counsel = FakeCounsel({"a": Became("request", ("2026-00012", "2026-00013")), "b": Became(None)})
    async with serving(counsel) as site:
        assert await site.token("a") == (
            200,
            [{"service_request_id": "2026-00012", "token": "a"}, {"service_request_id": "2026-00013", "token": "a"}],
        )
        assert await site.token("b") == (200, [{"service_request_id": "", "token": "b"}])
        status, answer = await site.token("c")
        assert (status, answer[0]["code"]) == (404, 404)
        counsel.away = True
        assert (await site.token("a"))[0] == 503


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({}, 400, "service_code"),
        ({"service_code": "pothole"}, 400, "place"),
        ({"service_code": "no-such", **PLACE}, 404, "service_code 'no-such'"),
        ({"service_code": "pothole", "lat": "45.5"}, 400, "numbers"),
        ({"service_code": "pothole", "lat": "145", "long": "1"}, 400, "between"),
        ({"service_code": "pothole", "lat": "nan", "long": "1"}, 400, "between"),
        ({"service_code": "pothole", **PLACE, "jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
        ({"service_code": "pothole", **PLACE, "description": "x" * 4001}, 400, "4000"),
        ({"service_code": "graffiti", **PLACE}, 400, "attribute[WHERE] is required"),
        ({"service_code": "graffiti", **PLACE, "attribute[WHERE]": "x"}, 400, "no value 'x'"),
    ],
)
@pytest.mark.parametrize("wanted", ["json", "xml"])
async def test_what_is_wrong_is_named_in_the_format_that_was_asked_for(fields: dict[str, str], status: int, word: str, wanted: str) -> None:
    async with serving() as site:
        found, answer = await site.post({"api_key": KEY, **fields}, wanted)
        assert found == status
        said = [error["description"] for error in answer] if wanted == "json" else [error.findtext("description") for error in answer]
        assert word in said[0]
        assert not site.inbox.tries


@pytest.mark.parametrize("place", ["lat", "address_string", "address_id"])
async def test_any_of_the_three_places_will_do(place: str) -> None:
    where = PLACE if place == "lat" else {place: "12 Main Street"}
    async with serving() as site:
        assert (await site.post({"api_key": KEY, "service_code": "pothole", "jurisdiction_id": "", **where}))[0] == 200


async def test_only_who_has_a_key_may_post() -> None:
    without = {name: value for name, value in GOOD.items() if name != "api_key"}
    async with serving() as site:
        for fields in (without, {**without, "api_key": "wrong"}, {**without, "api_key": ""}):
            status, answer = await site.post(fields)
            assert (status, answer[0]["code"]) == (403, 403)
        assert site.refused == ["api_key"] * 3
        assert not site.inbox.tries
        assert (await site.post(without, Authorization=f"Bearer {KEY}"))[0] == 200
        async with site.http.post(f"{site.url}/requests.json?api_key={KEY}&{urlencode(without)}", data=b"") as answer:
            assert answer.status == 200


async def test_the_same_post_again_is_the_same_message() -> None:
    async with serving() as site:
        first, again, other = await site.post(GOOD), await site.post(GOOD), await site.post({**GOOD, "description": "another"})
        assert first == again != other
        assert len(site.inbox.stored) == 2
        await site.post(GOOD, **{"Idempotency-Key": "a"})
        await site.post({**GOOD}, **{"Idempotency-Key": "b"})
        assert len(site.inbox.stored) == 4


async def test_a_photo_is_kept() -> None:
    form = FormData()
    for name, value in GOOD.items():
        form.add_field(name, value)
    form.add_field("media", b"\xff\xd8\xff" * 700_000, filename="hole.jpg", content_type="image/jpeg")
    async with serving() as site:
        status, _answer = await site.post(form)
        (raw,) = site.inbox.stored.values()
        (photo,) = georeport().translate(raw).attachments
        assert (status, photo.filename, photo.size) == (200, "hole.jpg", 2_100_000)
    async with serving(max_body=1000) as site:
        form = FormData()
        form.add_field("media", b"x" * 2000, filename="hole.jpg")
        status, answer = await site.post(form)
        assert (status, answer[0]["code"], site.inbox.tries) == (413, 413, 0)


@pytest.mark.parametrize(
    ("failure", "status"),
    [(StoreBusy("x"), 503), (StoreBusy("x", full=True), 503), (RateLimited("x"), 429), (RuntimeError("x"), 503), (OSError("x"), 503)],
    ids=str,
)
async def test_what_is_not_stored_is_not_acknowledged(failure: Exception, status: int) -> None:
    async with serving() as site:
        site.inbox.fails = [failure]
        found, answer = await site.post(GOOD)
        assert (found, answer[0]["code"]) == (status, status)
        assert (await site.post(GOOD))[0] == 200


async def test_another_format_does_not_exist() -> None:
    async with serving() as site, site.http.post(f"{site.url}/requests.csv", data=b"") as answer:
        assert answer.status == 404


# Fetching what a media_url names.


@dataclass
class FakeClient:
    answer: Answer | Failure
    asked: list[str] = field(default_factory=list)
    manners: list[Manners] = field(default_factory=list)

    def made(self, manners: Manners) -> Client:
        self.manners.append(manners)
        return self

    async def call(self, method: str, url: str, **_options: Any) -> Answer:
        self.asked.append(f"{method} {url}")
        if isinstance(self.answer, str):
            raise CallFailed(self.answer, sent=True)
        return self.answer

    async def aclose(self) -> None: ...


async def test_a_picture_is_fetched_from_an_allowed_host_only() -> None:
    channel: Georeport = georeport()
    client = FakeClient(Answer(200, {"Content-Type": "image/jpeg"}, b"jpeg"))
    found = await channel.fetch({"url": "https://photos.example.org/a/1.jpg"}, FetchContext(client.made))
    assert (found.content, found.media_type, found.filename) == (b"jpeg", "image/jpeg", "1.jpg")
    assert not client.manners[0].private_addresses
    for url in (
        "http://photos.example.org/1.jpg",
        "https://photos.example.org.evil.example/1.jpg",
        "https://photos.example.org@127.0.0.1/1.jpg",
        "https://127.0.0.1/1.jpg",
        "https://[::1]/",
        "file:///etc/passwd",
        "//photos.example.org/1.jpg",
        "https://photos.example.org\\@evil.example/",
        "https://[bad/",
        "",
    ):
        with pytest.raises(Permanent):
            await channel.fetch({"url": url}, FetchContext(client.made))
    assert len(client.asked) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(302, {"Location": "http://127.0.0.1/"}, b""), Permanent),
        (Answer(404, {}, b""), Permanent),
        (Answer(429, {}, b""), RateLimited),
        (Answer(502, {}, b""), Unavailable),
        ("too_large", TooLarge),
        ("private_address", Permanent),
        ("timeout", Unavailable),
    ],
)
async def test_a_picture_that_is_not_had_says_again_or_never(answer: Answer | Failure, error: type[Exception]) -> None:
    with pytest.raises(error):
        await georeport().fetch({"url": "https://photos.example.org/1.jpg"}, FetchContext(FakeClient(answer).made))
