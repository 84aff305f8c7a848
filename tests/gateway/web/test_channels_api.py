"""How each channel is, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway import wiring
from gateway.clock import now
from gateway.store import apikeys, channels
from gateway.store.engine import Engines
from gateway.web import channels_api
from gateway.web.keys import Keys
from gateway.web.middleware import errors
from normalizer.model import InboundMessage
from tests.gateway.wiring_adapters.plug import plugged_in

CITY = "springfield.example.gov"
SECRET = "a-secret-of-the-channel"


@pytest.fixture
async def client(tmp_path: Path, store_url: str, engines: Engines) -> AsyncIterator[TestClient[Any, Any]]:
    file = tmp_path / "city.toml"
    file.write_text(
        f"""
        jurisdiction_id = "{CITY}"
        [store]
        url = "{store_url}"
        [channels.letters]
        type = "pigeon.letter"
        [channels.post]
        type = "pigeon.post"
        auth_token = "{SECRET}"
        [channels.elsewhere]
        type = "pigeon.letter"
        jurisdiction_id = "shelbyville.example.gov"
        [jurisdictions."shelbyville.example.gov"]
        """
    )
    with plugged_in():
        wired = wiring.load(file, {}, parts={"channels"})
    keys = Keys(engines.location)
    app = web.Application(middlewares=[errors])
    app.add_routes(channels_api.routes(wired, keys))
    async with TestClient(TestServer(app)) as opened:
        yield opened
    keys.close()


def key(engines: Engines, scope: apikeys.Scope = "read", city: str = CITY) -> dict[str, str]:
    with engines.writing() as connection:
        return {"Authorization": f"Bearer {apikeys.add(connection, scope, scope, city, now())}"}


async def test_the_channels_of_the_key_s_city(client: TestClient[Any, Any], engines: Engines) -> None:
    at = now()
    with engines.writing() as connection:
        channels.note(connection, [InboundMessage(channel_id="letters", jurisdiction_id=CITY, received_datetime=at)] * 3)
        channels.probed(connection, "post", CITY, at, error=f"refused with {SECRET}")
    answer = await client.get("/api/v1/channels", headers=key(engines))
    assert (answer.status, answer.content_type) == (200, "application/json")
    text = await answer.text()
    assert SECRET not in text
    found = {report["channel_id"]: report for report in (await answer.json())["channels"]}
    assert {"letters", "post"} <= set(found)
    assert "elsewhere" not in found
    letters = found["letters"]
    assert (letters["type"], letters["state"], letters["abilities"]) == ("pigeon.letter", "ok", ["probe", "canary"])
    assert letters["last_message_datetime"].endswith("Z")
    assert (sum(letters["hours"]["messages"]), letters["hours"]["usual"], letters["alarms"]) == (3, None, {})
    assert (found["post"]["state"], found["post"]["error"]) == ("failing", "refused with …")

    one = await client.get("/api/v1/channels/post", headers=key(engines, "admin"))
    assert (await one.json())["error"] == "refused with …"
    other = await client.get("/api/v1/channels", headers=key(engines, city="shelbyville.example.gov"))
    assert [report["channel_id"] for report in (await other.json())["channels"]] == ["elsewhere"]


@pytest.mark.parametrize(
    ("path", "scope", "status"), [("", None, 401), ("", "intake", 403), ("/none", "read", 404), ("/elsewhere", "read", 404)]
)
async def test_who_may_not_see_it(client: TestClient[Any, Any], engines: Engines, path: str, scope: Any, status: int) -> None:
    answer = await client.get(f"/api/v1/channels{path}", headers=key(engines, scope) if scope else {})
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
