from __future__ import annotations

import base64
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

import orjson
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from channels.base import RawMessage, StoreBusy, Unreadable, WebhookContext
from channels.counsel import Advice, Became, Nearby, Offer
from channels.social._capture_shape import BadCapture, read
from gateway.imports import Fit
from tests.channels.case_files import RECEIVED, Case, check, load
from tests.channels.social._adapters_capture import capture
from tests.channels.webhooks import Inbox

KEY = "a-key-of-scope-intake-0123456789"
CASES = load(__file__, "capture")


class Counsel:
    """Knows one key, and fails when it is told to."""

    fails = False

    def __init__(self) -> None:
        self.jurisdiction_id = "springfield.example.gov"
        self.languages: Sequence[str] = ("en",)

    def offers(self, language: str, /) -> Sequence[Offer]:
        return []

    async def advise(self, text: str, language: str, /) -> Advice:
        return Advice()

    async def nearby(self, lat: float, long: float, /, *, service_code: str | None = None, limit: int = 5) -> Sequence[Nearby]:
        return []

    async def became(self, intake_id: str, /) -> Became | None:
        return None

    async def may(self, api_key: str, scope: Literal["intake", "open311", "read"], /) -> bool:
        if self.fails:
            raise OSError(28, "disk")
        return (api_key, scope) == (KEY, "intake")


class Desk:
    """A running channel and what it stored and refused."""

    def __init__(self, url: str, http: ClientSession) -> None:
        self.url, self.http = url, http
        self.inbox, self.counsel, self.refused = Inbox(), Counsel(), list[str]()

    async def post(self, body: Any, **headers: str) -> tuple[int, Any]:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        given = {"Authorization": f"Bearer {KEY}"} | headers
        async with self.http.post(f"{self.url}/channels/seen", data=content, headers=given) as answer:
            text = await answer.read()
            return answer.status, orjson.loads(text) if text else None


@contextlib.asynccontextmanager
async def desk(**settings: Any) -> AsyncIterator[Desk]:
    async with ClientSession() as http:
        found = Desk("", http)
        context = WebhookContext("https://311.example.gov", lambda reason, _source: found.refused.append(reason), counsel=found.counsel)
        app = web.Application()
        app.add_routes(capture(**settings).routes(found.inbox, context))
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        found.url = str(server.make_url("")).rstrip("/")
        try:
            yield found
        finally:
            await server.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(capture(), case)


# One post is one message, whoever captures it in whatever form of its address; other evidence of it is not thought saved that is not.
async def test_a_post_is_captured_once() -> None:
    async with desk() as here:
        first = await here.post({"url": "https://twitter.com/zoe/status/1859876543210987654?s=20", "text": "dark", "captured_by": "A. Roy"})
        assert first == (202, {"intake_id": "intake-x:1859876543210987654", "duplicate": False})
        again = await here.post(
            {"url": "x.com/zoe/status/1859876543210987654", "text": " dark\n", "captured_by": "B. Roy", "posted": "3 h"}
        )
        assert again == (202, {"intake_id": "intake-x:1859876543210987654", "duplicate": True})
        status, other = await here.post({"url": "x.com/zoe/status/1859876543210987654", "text": "brighter"})
        assert (status, other["duplicate"], other["conflict"]) == (202, True, True)
        assert len(here.inbox.stored) == 1
        status, added = await here.post({"url": "x.com/zoe/status/1859876543210987654", "text": "brighter", "addition": True})
        assert (status, added["duplicate"]) == (202, False)
        messages = [capture().translate(raw) for raw in here.inbox.stored.values()]
        assert messages[1].in_reply_to == messages[0].message_id
        assert messages[1].sender == messages[0].sender


async def test_only_with_a_key() -> None:
    async with desk() as here:
        body = {"text": "dark"}
        for wrong in ("", "Bearer ", "Bearer another-key-0123456789", f"Basic {KEY}", KEY):
            assert (await here.post(body, Authorization=wrong))[0] == 403
        assert here.refused == ["key_missing", "key_missing", "key", "key_missing", "key_missing"]
        assert here.inbox.tries == 0
        here.counsel.fails = True
        assert (await here.post(body))[0] == 503
        here.counsel.fails = False
        here.inbox.fails = [StoreBusy(), RuntimeError("nobody foresaw this")]
        assert [(await here.post(body))[0] for _time in range(3)] == [503, 503, 202]
        assert len(here.inbox.stored) == 1


@pytest.mark.parametrize(
    ("body", "status", "mistake"),
    [
        (b"", 400, ("", "not JSON")),
        (b"[]", 422, ("", "must be an object")),
        ({}, 422, ("", "needs one of url, text and screenshots")),
        ({"url": " ", "text": " ", "screenshots": []}, 422, ("", "needs one of url, text and screenshots")),
        ({"url": "javascript:alert(1)"}, 422, ("url", "must be an http(s) address")),
        ({"url": 5}, 422, ("url", "should be a valid string")),
        ({"text": ["a"]}, 422, ("text", "should be a valid string")),
        ({"text": "a", "private": "yes"}, 422, ("private", "should be a valid boolean")),
        ({"screenshots": ["a?"]}, 422, ("screenshots.0.data", "is not base64")),
        ({"screenshots": [{"data": ""}]}, 422, ("screenshots.0.data", "is empty")),
        ({"screenshots": ["aGk="] * 11}, 422, ("screenshots", "List should have at most 10 items")),
        ({"text": "a", "language": "français!"}, 422, ("language", "must be a language tag")),
    ],
    ids=str,
)
async def test_what_is_wrong_is_named(body: Any, status: int, mistake: tuple[str, str]) -> None:
    async with desk() as here:
        found, problem = await here.post(body)
        assert found == status
        assert problem["errors"][0]["field"] == mistake[0]
        assert mistake[1] in problem["errors"][0]["message"]
        assert here.inbox.tries == 0


async def test_a_large_body_is_refused() -> None:
    async with desk(max_size="2 KiB") as here:
        assert (await here.post({"text": "x" * 3000}))[0] == 413
        assert (await here.post({"text": "x" * 1000}))[0] == 202


# The same body in a file is the same message.
def test_a_capture_in_a_file_has_the_same_key(tmp_path: Any) -> None:
    channel = capture()
    (tmp_path / "a.json").write_bytes(b'{"url": "https://x.com/zoe/status/1859876543210987654", "text": "dark"}')
    (tmp_path / "b.json").write_bytes(b"no capture")
    from channels.social import capture as module

    first, second = Fit.of("social.capture", module, channel).read([tmp_path])
    assert (first.source_id, first.fingerprint) == channel.key_of(first.content)
    assert first.source_id == "x:1859876543210987654"
    assert second.source_id
    with pytest.raises(Unreadable):
        channel.translate(RawMessage(second.source_id, RECEIVED, second.content_type, second.content))


@pytest.mark.parametrize(
    ("fields", "handle", "name"),
    [
        ({"author": "@Zoe", "platform": "Twitter"}, "x:Zoe", None),
        ({"author": "@zoe"}, "@zoe", None),
        ({"author": "Zoé Tremblay", "platform": "Nextdoor"}, None, "Zoé Tremblay"),
        ({"author": "Zoé Tremblay", "url": "https://x.com/zoe/status/1859876543210987654"}, "x:zoe", "Zoé Tremblay"),
        ({"author": "ZOE", "url": "https://x.com/zoe/status/1859876543210987654"}, "x:zoe", None),
        ({}, None, None),
    ],
)
def test_the_author_is_named_with_the_network(fields: dict[str, str], handle: str | None, name: str | None) -> None:
    message = capture().translate(RawMessage("x", RECEIVED, "", orjson.dumps({"text": "dark"} | fields)))
    assert (message.sender.handle, message.sender.name) == (handle, name)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\nx", "image/png"),
        (b"\xff\xd8\xffx", "image/jpeg"),
        (b"RIFF0000WEBPx", "image/webp"),
        (b"\0\0\0\x18ftypheicx", "image/heic"),
        (b"<svg onload=alert(1)>", "application/octet-stream"),
    ],
)
def test_a_pictures_type_is_what_it_is(data: bytes, media_type: str) -> None:
    body = {"screenshots": [f"data:image/svg+xml;charset=utf-8;base64,{base64.b64encode(data).decode()}"]}
    (attachment,) = capture().translate(RawMessage("x", RECEIVED, "", orjson.dumps(body))).attachments
    assert (attachment.media_type, attachment.content) == (media_type, data)


json_values = st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.lists(st.text(max_size=5), max_size=2)


@given(
    st.dictionaries(st.sampled_from(["url", "text", "author", "posted", "platform", "screenshots", "note", "private", "x"]), json_values)
)
def test_any_body_is_read_or_named(body: dict[str, Any]) -> None:
    content = (
        orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS) if all(not isinstance(v, int) or abs(v) < 2**60 for v in body.values()) else b"1"
    )
    try:
        found = read(content)
    except BadCapture:
        return
    assert 1 <= len(found.source_id) <= 255
    assert capture().translate(RawMessage(found.source_id, RECEIVED, "", content)).model_dump_json()
