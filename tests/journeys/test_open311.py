"""Open311 from outside, posting and reading, on a running gateway: every answer in both formats, and nobody's name in any of them."""

from __future__ import annotations

import json
import random
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import pytest

from tests.journeys.conftest import MakeGateway
from tests.journeys.running import Gateway, wait_for
from tests.journeys.test_desk import send

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PRIVATE = ("marie@example.net", "Tremblay", "555-0199", "anne@example.net")


class Client:
    """A client of the endpoint that looks at every answer."""

    def __init__(self, gateway: Gateway) -> None:
        self._root = f"http://127.0.0.1:{gateway.http_port}/open311"
        self.seen: list[str] = []

    def ask(self, path: str, body: dict[str, str] | None = None) -> tuple[int, Any]:
        request = urllib.request.Request(self._root + path, urlencode(body).encode() if body is not None else None, FORM)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, headers, text = answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, headers, text = error.code, error.headers, error.read().decode()
        kind = path.partition("?")[0].rpartition(".")[2]
        assert headers["Content-Type"].replace(" ", "") == ("text/xml;charset=utf-8" if kind == "xml" else "application/json;charset=utf-8")
        self.seen.append(text)
        found: Any = json.loads(text) if kind == "json" else ET.fromstring(text)  # our own answer
        if status >= 400:
            assert [error["code"] for error in found] == [status] if kind == "json" else found.tag == "errors"
        return status, found

    def post(self, **fields: str) -> str:
        status, (answer,) = self.ask("/v2/requests.json", fields)
        assert status == 200
        assert ("token" in answer) != ("service_request_id" in answer)
        if "service_request_id" in answer:
            return str(answer["service_request_id"])

        def number() -> str:
            return str(self.ask(f"/v2/tokens/{answer['token']}.json")[1][0]["service_request_id"])

        return str(wait_for("the token becomes a number", number))


@pytest.fixture
def gateway(make_gateway: MakeGateway) -> Any:
    with make_gateway() as running:
        yield running


def test_what_is_posted_can_be_read_and_tells_nobodys_name(gateway: Gateway) -> None:
    client = Client(gateway)
    key = gateway.cli("key", "add", "app", "--scope", "open311").stdout.split()[-1]
    who = {"api_key": key, "first_name": "Marie", "last_name": "Tremblay", "email": "marie@example.net", "phone": "514-555-0199"}
    hole = client.post(
        **who,
        service_code="pothole",
        lat="45.5231",
        long="-73.5817",
        description="Nid-de-poule profond. Appelez le 514-555-0199 ou anne@example.net.",
    )
    lamp = client.post(**who, service_code="street_light", address_string="12 Main Street", description="Lamp out")
    again = client.post(
        **who, service_code="pothole", lat="45.52311", long="-73.58171", description="Nid-de-poule profond, appelez le 514-555-0199"
    )
    send(gateway, "Wall", "Graffiti on the wall at 9 Elm Street, says Anne Tremblay, anne@example.net.\n")
    wait_for("the mail is a request", lambda: len(client.ask("/v2/requests.json")[1]) >= 3)

    status, (one,) = client.ask(f"/v2/requests/{hole}.json")
    assert status == 200
    assert (one["service_code"], one["status"], one["lat"], one["service_name"]) == ("pothole", "open", 45.5231, "Pothole")
    assert one["description"] == "Nid-de-poule profond. Appelez le [phone] ou [email]."
    assert one["requested_datetime"].endswith("Z")
    assert again == hole, "the same hole from the same person is the same request"

    _status, listed = client.ask("/v2/requests.json")
    assert {hole, lamp} < {item["service_request_id"] for item in listed}
    (mail,) = (item for item in listed if item["service_request_id"] not in (hole, lamp))
    assert mail["description"] is None  # a mail is written to the city, not to the public
    _status, top = client.ask("/v2/requests.xml")
    assert (top.tag, len(top), top[0].tag) == ("service_requests", len(listed), "request")

    def numbers(query: str) -> set[str]:
        return {item["service_request_id"] for item in client.ask(f"/v2/requests.json?{query}")[1]}

    assert numbers("service_code=street_light,graffiti&status=open") >= {lamp}
    assert hole not in numbers("service_code=street_light")
    assert numbers("status=closed") == set()
    assert numbers(f"service_request_id={lamp},{hole}&service_code=graffiti&status=closed") == {lamp, hole}
    assert numbers("bbox=-73.59,45.52,-73.58,45.53") == {hole}
    assert numbers("lat=45.5231&long=-73.5817&radius=50") == {hole}
    assert numbers("q=profond") == {hole}
    assert numbers("start_date=2020-01-01T00:00:00Z&end_date=2020-02-01T00:00:00Z") == set()
    assert len(numbers("page=1&page_size=2")) == 2
    assert numbers("page=1&page_size=2").isdisjoint(numbers("page=2&page_size=2"))
    assert numbers("updated_after=2099-01-01T00:00:00Z") == set()
    _status, extended = client.ask(f"/v2/requests/{hole}.json?extensions=true")
    assert extended[0]["extended_attributes"]["channel"] == "open311"
    assert client.ask(f"/v2/requests/{hole}.json?locale=fr")[1][0]["service_name"] == "Nid-de-poule"
    for text in client.seen:
        for word in PRIVATE:
            assert word not in text


def test_services_and_mistakes(gateway: Gateway) -> None:
    client = Client(gateway)
    _status, discovery = client.ask("/discovery.json")
    assert discovery["endpoints"][0]["url"].endswith("/open311/v2")
    assert client.ask("/discovery.xml")[1].findtext("endpoints/endpoint/formats/format") == "text/xml"
    _status, services = client.ask("/v2/services.json")
    _status, top = client.ask("/v2/services.xml")
    assert [service["service_code"] for service in services] == [element.findtext("service_code") for element in top]
    assert {type(service["metadata"]) for service in services} == {bool}
    assert {element.findtext("metadata") for element in top} == {"true", "false"}
    asking = next(service["service_code"] for service in services if service["metadata"])
    _status, definition = client.ask(f"/v2/services/{asking}.json")
    assert definition["attributes"][0]["code"]
    assert client.ask(f"/v2/services/{asking}.xml")[1].findtext("attributes/attribute/code") == definition["attributes"][0]["code"]
    for path, status in {
        "/v2/services/none.json": 404,
        "/v2/requests/none.xml": 404,
        "/v2/tokens/none.json": 404,
        "/v2/requests.json?status=half": 400,
        "/v2/requests.json?start_date=yesterday": 400,
        "/v2/requests.json?start_date=2026-02-01&end_date=2026-01-01": 400,
        "/v2/requests.json?bbox=1,2,3": 400,
        "/v2/requests.json?page=0": 400,
        "/v2/requests.json?lat=1&long=x": 400,
        "/v2/services.json?jurisdiction_id=elsewhere.example": 404,
        "/v2/requests.xml?jurisdiction_id=elsewhere.example": 404,
        "/v2/services.json?jurisdiction_id=springfield.example.gov": 200,
        "/v2/requests.json?start_date=&status=": 200,
    }.items():
        assert client.ask(path)[0] == status, path

    # Whatever stands in the query, the answer is one of the specification's.
    dice = random.Random(311)
    names = ["status", "start_date", "end_date", "page", "page_size", "bbox", "lat", "long", "radius", "q", "service_code", "updated_after"]
    values = [
        "",
        "0",
        "-1",
        "1e400",
        "nan",
        "9" * 40,
        "é",
        "%00",
        "' OR 1=1 --",
        "2026-13-45",
        "9999-12-31T23:59:59Z",
        "0001-01-01",
        "1,2,3,4",
        "open",
    ]
    for _time in range(200):
        query = "&".join(f"{dice.choice(names)}={quote(dice.choice(values))}" for _part in range(dice.randrange(1, 5)))
        assert client.ask(f"/v2/requests.{dice.choice(('json', 'xml'))}?{query}")[0] in (200, 400), query
