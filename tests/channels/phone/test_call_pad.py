"""The agent's call log over HTTP: who may send it, saved twice, corrected, and what is said about one that is none."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import RawMessage, Unreadable, WebhookContext
from channels.phone import call_pad
from channels.phone._pad import BadPad
from tests.channels.case_files import RECEIVED
from tests.channels.phone.adapters import KEY, PUBLIC, bearer, pad
from tests.channels.phone.test_voice import Catalog
from tests.channels.webhooks import Inbox, serve


async def post(site: Any, body: bytes | dict[str, Any], headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    given: dict[str, Any] = {"json": body} if isinstance(body, dict) else {"data": body}
    async with site.http.post(f"{site.url}/channels/pad", headers=bearer() if headers is None else headers, **given) as answer:
        return answer.status, await answer.json() if answer.content_type.endswith("json") else {}


async def test_a_log_is_saved_once_and_other_words_under_its_id_are_not_lost_in_silence() -> None:
    async with serve(pad(), PUBLIC) as site:
        log = {"call_id": "c-1", "text": "A pothole", "place": "12 Elm Street"}
        first = await post(site, log)
        assert first == (202, {"intake_id": "intake-c-1", "duplicate": False})
        assert await post(site, log) == (202, {"intake_id": "intake-c-1", "duplicate": True})
        status, problem = await post(site, log | {"text": "Two potholes"})
        assert status == 409
        assert problem["intake_id"] == "intake-c-1"
        assert "revision" in problem["detail"]
        assert (await post(site, log | {"text": "Two potholes", "revision": 1}))[0] == 202
        assert list(site.inbox.stored) == ["c-1", "c-1/1"]


@pytest.mark.parametrize(("body", "status", "field"), [
    (b"{", 400, None), (b"[]", 422, None), ({"text": "  "}, 422, "text"), ({"caller": "+16135550142"}, 422, "text"),
    ({"text": 7}, 422, "text"),
])  # fmt: skip
async def test_what_is_no_log_is_refused_with_a_reason(body: bytes | dict[str, Any], status: int, field: str | None) -> None:
    async with serve(pad(), PUBLIC) as site:
        answered, problem = await post(site, body)
        assert answered == status
        assert problem["detail"]
        assert [mistake["field"] for mistake in problem.get("errors", [])] == ([field] if field else [])
        assert not site.inbox.stored


@pytest.mark.parametrize(("headers", "reason"), [
    ({}, "key_missing"), ({"Authorization": "Bearer wrong"}, "key"), ({"Authorization": "Basic !!"}, "key"), ({"X-Api-Key": "é"}, "key"),
])  # fmt: skip
async def test_whoever_has_no_key_is_refused(headers: dict[str, str], reason: str) -> None:
    async with serve(pad(), PUBLIC) as site:
        assert await post(site, {"text": "A pothole"}, headers) == (403, {})
        assert site.refused == Counter([reason])


class Keys(Catalog):
    """A gateway with one key of scope ``intake``."""

    async def may(self, api_key: str, scope: str, /) -> bool:
        if self._fails:
            raise OSError("the store is away")
        return (api_key, scope) == ("of-the-gateway", "intake")


@pytest.mark.parametrize(("key", "own", "fails", "status"), [
    ("of-the-gateway", None, False, 202), ("another", None, False, 403), ("of-the-gateway", None, True, 503), (KEY, KEY, True, 202),
    (KEY, KEY, False, 202),
])  # fmt: skip
async def test_a_key_of_the_gateway_is_good(key: str, own: str | None, fails: bool, status: int) -> None:
    channel = call_pad.build("pad", call_pad.Settings.model_validate({"type": "phone.call_pad", "key": own}))
    inbox = Inbox()
    app = web.Application()
    counsel: Any = Keys(fails=fails)
    app.add_routes(channel.routes(inbox, WebhookContext(PUBLIC, counsel=counsel)))
    async with TestServer(app, host="127.0.0.1") as server, ClientSession() as http:
        answer = await http.post(server.make_url("/channels/pad"), json={"text": "A pothole"}, headers=bearer(key))
        assert answer.status == status
    assert len(inbox.stored) == (status == 202)


def test_the_console_saves_without_http_and_names_the_agent() -> None:
    raw = pad().receive(b'{"text": "A pothole", "agent": "somebody else"}', agent="A. Bell")
    message = pad().translate(raw)
    assert message.call is not None
    assert message.call.agent == "A. Bell"
    with pytest.raises(BadPad):
        pad().receive(b"{}")


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers(-(10**20), 10**20) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("call_id", "revision", "caller", "caller_name", "on_behalf_of", "agent", "started", "ended", "place", "read_back", "contact",
         "language", "anonymous", "service_code")  # fmt: skip


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.text(min_size=1))
def test_whatever_an_agent_types_is_read(fields: dict[str, Any], text: str) -> None:
    import orjson

    try:
        body = orjson.dumps(fields | {"text": text})
    except TypeError:  # an integer beyond 64 bits, a lone surrogate
        return
    try:
        message = pad().translate(RawMessage("x", RECEIVED, "application/json", body))
    except Unreadable:
        assert not text.replace("\0", "").strip()
        return
    assert message.text.startswith(text.replace("\0", "").strip()[:100_000])
