"""The roads of transcripts: the webhook's proofs, a watched folder, providers that are asked, the live relay."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession, WSServerHandshakeError, web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from channels.base import (
    Health,
    Permanent,
    PollContext,
    Poller,
    ProbeContext,
    RateLimited,
    RawMessage,
    StoreBusy,
    Temporary,
    Unavailable,
    Webhook,
    WebhookContext,
)
from channels.phone import _assemblyai, _intelligence, transcript
from channels.phone.transcript import Transcripts, Watching
from gateway.http import Http
from tests.channels.phone.adapters import KEY, PUBLIC, SID, TOKEN, bearer, calls
from tests.channels.webhooks import Inbox, Site, serve

VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\n<v Caller>There is a pothole on Elm Street.\n"
NOW = datetime.now(UTC)


def made(**settings: object) -> Transcripts:
    return transcript.build("calls", transcript.Settings.model_validate({"type": "phone.transcript"} | settings))


class Notes:
    """A notebook that nobody writes into."""

    async def get(self, _name: str, /) -> str | None:
        return None

    async def put(self, _name: str, _value: str, /) -> None:
        raise AssertionError


def context() -> PollContext:
    return PollContext(Http, Notes(), PUBLIC)


async def look(channel: Transcripts, cursor: str | None = None) -> tuple[list[RawMessage], str | None, Exception | None]:
    """Poll once as the gateway does: what came, the cursor after it, and what was raised at the end."""
    assert isinstance(channel, Watching)
    found: list[RawMessage] = []
    try:
        async for raw, moved in channel.poll(cursor, context()):
            if raw is not None:
                found.append(raw)
            cursor = moved
    except Exception as error:  # noqa: BLE001  told to the test
        return found, cursor, error
    return found, cursor, None


# With nothing set it takes files and nothing else.
def test_a_channel_without_settings_takes_files_only() -> None:
    channel = made()
    assert not isinstance(channel, Poller)
    assert list(channel.routes(Inbox(), WebhookContext(PUBLIC))) == []
    assert channel.translate(RawMessage("x", NOW, "", VTT)).text == "There is a pothole on Elm Street."


async def test_a_channel_without_settings_is_well() -> None:
    assert await made().check(ProbeContext(Http)) == Health()


@pytest.mark.parametrize("settings", [
    {"account_sid": SID}, {"auth_token": TOKEN}, {"api_key": "SK1"}, {"key": "short"}, {"auth_token": "short", "account_sid": SID},
    {"unknown": 1}, {"interval": 0}, {"public_url": "https://user@host/"},
])  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError) as error:
        made(**settings)
    assert "f00dfeed" not in str(error.value)


# The webhook
async def test_a_transcript_is_stored_under_its_makers_id_or_its_hash() -> None:
    deepgram = {"metadata": {"request_id": "r-1"}, "results": {"channels": []}}
    contact = {"CustomerMetadata": {"ContactId": "c-1"}, "ContentMetadata": {"Output": "Redacted"}, "Transcript": []}
    vcon = {"vcon": "0.3.0", "uuid": "u-1", "parties": [], "dialog": []}
    async with serve(calls(), PUBLIC) as site:
        for body in (deepgram, contact, vcon, vcon | {"analysis": []}):
            async with site.http.post(f"{site.url}/channels/calls", json=body, headers=bearer()) as answer:
                assert answer.status == 200
        keys = list(site.inbox.stored)
        assert keys[:2] == ["deepgram:r-1", "contact_lens:c-1:Redacted"]
        assert all(key.startswith("sha256:") for key in keys[2:])
        assert len(keys) == 4, "a vCon that has grown is another message"


async def test_put_is_taken_like_post() -> None:
    async with serve(calls(), PUBLIC) as site:
        async with site.http.put(f"{site.url}/channels/calls", data=VTT, headers=bearer()) as answer:
            assert answer.status == 200
        assert len(site.inbox.stored) == 1


async def test_the_old_header_of_deepgram_proves_nothing() -> None:
    async with serve(calls(), PUBLIC) as site:
        async with site.http.post(f"{site.url}/channels/calls", data=VTT, headers={"dg-token": KEY}) as answer:
            assert answer.status == 403
        assert site.refused == Counter(["key_missing"])


async def test_what_is_too_large_or_empty_is_told() -> None:
    async with serve(made(key=KEY, max_size=100), PUBLIC) as site:
        for body, status in ((b"x" * 101, 413), (b"  ", 400), (VTT, 200)):
            async with site.http.post(f"{site.url}/channels/calls", data=body, headers=bearer()) as answer:
                assert answer.status == status


async def test_a_notice_wakes_the_poll_and_stores_nothing() -> None:
    woken: list[int] = []
    inbox = Inbox()
    app = web.Application()
    app.add_routes(calls().routes(inbox, WebhookContext(PUBLIC, wake=lambda: woken.append(1))))
    async with TestServer(app, host="127.0.0.1") as server, ClientSession() as http:
        notice = {"transcript_id": "t-1", "status": "completed"}
        answer = await http.post(server.make_url("/channels/calls"), json=notice, headers=bearer())
        assert (answer.status, len(woken)) == (200, 1)
        form = {"transcript_sid": "GT1", "event_type": "voice_intelligence_transcript_available"}
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/channels/calls", form)
        answer = await http.post(server.make_url("/channels/calls"), data=form, headers={"X-Twilio-Signature": signature})
        assert (answer.status, len(woken)) == (200, 2)
    assert inbox.tries == 0


async def test_without_assemblyai_its_notice_is_kept_for_a_person() -> None:
    async with serve(made(key=KEY), PUBLIC) as site:
        notice = {"transcript_id": "t-1", "status": "completed"}
        async with site.http.post(f"{site.url}/channels/calls", json=notice, headers=bearer()) as answer:
            assert answer.status == 200
        assert len(site.inbox.stored) == 1


# The folder
async def test_complete_files_are_taken_once_and_moved(tmp_path: Path) -> None:
    channel = made(folder=str(tmp_path))
    (tmp_path / "one.vtt").write_bytes(VTT)
    (tmp_path / "letter.txt").write_bytes(b"no transcript")
    (tmp_path / "growing.vtt").write_bytes(VTT[:20])
    (tmp_path / ".hidden.vtt").write_bytes(VTT)
    (tmp_path / "two.vtt.part").write_bytes(VTT)
    (tmp_path / "empty.vtt").write_bytes(b"")
    (tmp_path / "below").mkdir()
    assert (await look(channel))[0] == [], "at the first look nobody knows what is complete"
    (tmp_path / "growing.vtt").write_bytes(VTT + b"\n")
    found, _cursor, error = await look(channel)
    assert error is None
    assert {raw.envelope["origin"] for raw in found} == {"one.vtt", "letter.txt"}
    assert {raw.source_id for raw in found} >= {f"sha256:{hashlib.sha256(VTT).hexdigest()}"}
    assert {path.name for path in (tmp_path / "done").iterdir()} == {"one.vtt"}
    assert {path.name for path in (tmp_path / "failed").iterdir()} == {"letter.txt"}
    assert [raw.envelope["origin"] for raw in (await look(channel))[0]] == ["growing.vtt"]
    (tmp_path / "two.vtt.part").rename(tmp_path / "one.vtt")
    await look(channel)
    assert [raw.envelope["origin"] for raw in (await look(channel))[0]] == ["one.vtt"]
    assert {path.name for path in (tmp_path / "done").iterdir()} == {"one.vtt", "one-1.vtt", "growing.vtt"}
    assert (await channel.check(ProbeContext(Http))).backlog == 1


async def test_a_file_whose_message_could_not_be_stored_stays(tmp_path: Path) -> None:
    channel = made(folder=str(tmp_path))
    assert isinstance(channel, Watching)
    (tmp_path / "one.vtt").write_bytes(VTT)
    await look(channel)
    with contextlib.suppress(StoreBusy):
        async with contextlib.aclosing(channel.poll(None, context())) as polling:  # type: ignore[type-var]  # made by ``yield``
            async for _raw, _cursor in polling:
                raise StoreBusy("busy")
    assert (tmp_path / "one.vtt").exists()
    assert [raw.envelope["origin"] for raw in (await look(channel))[0]] == ["one.vtt"]


async def test_a_file_that_is_too_large_is_held_with_its_beginning(tmp_path: Path) -> None:
    channel = made(folder=str(tmp_path), max_size=10)
    (tmp_path / "one.vtt").write_bytes(VTT)
    await look(channel)
    (raw,), _cursor, _error = await look(channel)
    assert (raw.held, raw.content) == ("too_large", VTT[:10])
    assert (tmp_path / "failed" / "one.vtt").exists()


async def test_a_folder_that_is_away_is_an_alarm_and_the_providers_are_asked_all_the_same(tmp_path: Path, provider: Provider) -> None:
    provider.transcripts = [provider.line("GT1", NOW)]
    channel = made(folder=str(tmp_path / "away"), account_sid=SID, auth_token=TOKEN)
    found, _cursor, error = await look(channel)
    assert [raw.source_id for raw in found] == ["twilio.intelligence:GT1"]
    assert isinstance(error, Permanent)
    with pytest.raises(Permanent):
        await channel.check(ProbeContext(Http))


async def test_a_folder_that_cannot_be_emptied_is_an_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.phone.transcript.os.access", lambda _path, _mode: False)  # root may write everywhere
    with pytest.raises(Permanent):
        await made(folder=str(tmp_path)).check(ProbeContext(Http))


# The providers
class Provider:
    """Twilio's Intelligence and AssemblyAI on one port: lists with pages, transcripts with sentences, and faults on demand."""

    def __init__(self) -> None:
        self.url = ""
        self.transcripts: list[dict[str, Any]] = []
        self.faults: dict[str, int] = {}
        self.asked: list[str] = []
        self.elsewhere = False
        self.page = 2

    @staticmethod
    def line(sid: str, created: datetime, status: str = "completed", **more: object) -> dict[str, Any]:
        return {"sid": sid, "id": sid, "date_created": created.isoformat(), "created": created.isoformat(), "status": status} | more

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v2/Transcripts", self.listed),
            web.get("/v2/Transcripts/{sid}/Sentences", self.sentences),
            web.get("/v2/transcript", self.assembly),
            web.get("/v2/transcript/{sid}", self.one),
        ]

    def _fault(self, request: web.Request) -> web.Response | None:
        self.asked.append(request.path_qs)
        for part, status in self.faults.items():
            if part in request.path:
                return web.Response(status=status, headers={"Retry-After": "7"})
        return None

    async def listed(self, request: web.Request) -> web.Response:
        if fault := self._fault(request):
            return fault
        assert request.headers["Authorization"].startswith("Basic ")
        page = int(request.query.get("Page", "0"))
        newest = sorted(self.transcripts, key=lambda line: str(line["date_created"]), reverse=True)
        lines = newest[page * self.page : (page + 1) * self.page]
        following = f"{self.url}/v2/Transcripts?Page={page + 1}" if (page + 1) * self.page < len(newest) else None
        if self.elsewhere:
            following = "https://evil.example/v2/Transcripts?Page=1"
        return web.json_response({"transcripts": lines, "meta": {"key": "transcripts", "page": page, "next_page_url": following}})

    async def sentences(self, request: web.Request) -> web.Response:
        if fault := self._fault(request):
            return fault
        page = int(request.query.get("Page", "0"))
        said = {"media_channel": 1, "sentence_index": page, "transcript": f"There is a pothole, part {page}.", "confidence": "0.9"}
        following = f"{self.url}{request.path}?Page=1" if page == 0 else None
        return web.json_response({"sentences": [said], "meta": {"key": "sentences", "next_page_url": following}})

    async def assembly(self, request: web.Request) -> web.Response:
        if fault := self._fault(request):
            return fault
        assert request.headers["Authorization"] == KEY
        before = request.query.get("before_id")
        newest = sorted(self.transcripts, key=lambda line: str(line["created"]), reverse=True)
        ids = [line["id"] for line in newest]
        start = ids.index(before) + 1 if before else 0
        lines = newest[start : start + self.page]
        previous = f"{self.url}/v2/transcript?limit=2&before_id={lines[-1]['id']}" if lines else None
        return web.json_response({"page_details": {"limit": self.page, "prev_url": previous}, "transcripts": lines})

    async def one(self, request: web.Request) -> web.Response:
        if fault := self._fault(request):
            return fault
        said = [{"speaker": "A", "text": "There is a pothole.", "start": 0, "end": 900, "confidence": 0.9}]
        return web.json_response({"id": request.match_info["sid"], "status": "completed", "audio_url": "x", "utterances": said})


@pytest.fixture
async def provider(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Provider]:
    peer = Provider()
    app = web.Application()
    app.add_routes(peer.routes())
    async with TestServer(app, host="127.0.0.1") as server:
        peer.url = str(server.make_url("")).rstrip("/")
        monkeypatch.setattr(_intelligence, "BASE", peer.url)
        monkeypatch.setattr(_assemblyai, "BASES", {"us": peer.url, "eu": peer.url})
        yield peer


MAKERS: dict[str, Callable[[], Transcripts]] = {
    "twilio.intelligence": lambda: made(account_sid=SID, auth_token=TOKEN),
    "assemblyai": lambda: made(assemblyai_key=KEY),
}
EACH_MAKER = pytest.mark.parametrize("source", MAKERS)


def minutes(count: float) -> datetime:
    return NOW - timedelta(minutes=count)


@EACH_MAKER
async def test_what_is_new_comes_once_oldest_first_over_all_pages(source: str, provider: Provider) -> None:
    provider.transcripts = [provider.line(f"GT{number}", minutes(number)) for number in range(1, 8)]
    channel = MAKERS[source]()
    found, cursor, error = await look(channel)
    assert error is None
    assert [raw.source_id for raw in found] == [f"{source}:GT{number}" for number in range(7, 0, -1)]
    assert "pothole" in channel.translate(found[0]).text
    provider.asked.clear()
    assert (await look(channel, cursor))[0] == []
    assert not any("Sentences" in path or "/transcript/GT" in path for path in provider.asked), "nothing is fetched twice"
    provider.transcripts.append(provider.line("GT0", minutes(0.5)))
    assert [raw.source_id for raw in (await look(channel, cursor))[0]] == [f"{source}:GT0"]


async def test_a_transcript_has_all_its_sentences_and_the_redacted_ones(provider: Provider) -> None:
    provider.transcripts = [provider.line("GT1", minutes(1), redaction=True)]
    channel = MAKERS["twilio.intelligence"]()
    (raw,), _cursor, _error = await look(channel)
    message = channel.translate(raw)
    assert message.text == "There is a pothole, part 0.\nThere is a pothole, part 1."
    assert message.hints["redacted"]
    assert any("Redacted=true" in path for path in provider.asked)


@EACH_MAKER
async def test_what_becomes_ready_later_than_what_began_later_is_not_lost(source: str, provider: Provider) -> None:
    slow = provider.line("GT1", minutes(300), "in-progress" if source.startswith("twilio") else "processing")
    provider.transcripts = [slow, provider.line("GT2", minutes(5)), provider.line("GT3", minutes(4), "failed")]
    channel = MAKERS[source]()
    found, cursor, _error = await look(channel)
    assert [raw.source_id for raw in found] == [f"{source}:GT2"]
    slow["status"] = "completed"
    found, cursor, _error = await look(channel, cursor)
    assert [raw.source_id for raw in found] == [f"{source}:GT1"]
    assert (await look(channel, cursor))[0] == []
    assert cursor is not None
    assert orjson.loads(cursor)[source]["done"] == ["GT2", "GT3"], "what is an hour behind the newest is forgotten"


@EACH_MAKER
async def test_one_that_cannot_be_had_stops_none_behind_it(source: str, provider: Provider) -> None:
    provider.transcripts = [provider.line(f"GT{number}", minutes(number)) for number in (3, 2, 1)]
    provider.faults = {"GT3": 500, "GT2": 404}
    channel = MAKERS[source]()
    found, cursor, error = await look(channel)
    assert [(raw.source_id, raw.held) for raw in found] == [(f"{source}:GT2", "unfetchable"), (f"{source}:GT1", None)]
    assert isinstance(error, Unavailable)
    provider.faults = {}
    assert [raw.source_id for raw in (await look(channel, cursor))[0]] == [f"{source}:GT3"]


@EACH_MAKER
async def test_one_that_is_never_ready_is_held_after_three_days(source: str, provider: Provider) -> None:
    provider.transcripts = [provider.line("GT1", NOW - timedelta(days=4), "queued")]
    position = orjson.dumps({source: {"since": (NOW - timedelta(days=9)).isoformat(), "done": []}}).decode()
    found, cursor, _error = await look(MAKERS[source](), position)
    assert [(raw.source_id, raw.held) for raw in found] == [(f"{source}:GT1", "unfetchable")]
    assert (await look(MAKERS[source](), cursor))[0] == []


@EACH_MAKER
@pytest.mark.parametrize(("status", "error"), [(429, RateLimited), (401, Unavailable), (503, Unavailable)])
async def test_a_provider_that_refuses_loses_nothing(source: str, status: int, error: type[Exception], provider: Provider) -> None:
    provider.transcripts = [provider.line("GT1", minutes(1))]
    provider.faults = {"/v2/": status}
    found, cursor, raised = await look(MAKERS[source]())
    assert found == []
    assert isinstance(raised, error)
    if isinstance(raised, RateLimited):
        assert raised.retry_after == 7
    provider.faults = {}
    assert len((await look(MAKERS[source](), cursor))[0]) == 1


@pytest.mark.parametrize("source", MAKERS)
async def test_a_poll_that_is_cut_at_any_point_loses_and_doubles_nothing(source: str, provider: Provider) -> None:
    provider.transcripts = [provider.line(f"GT{number}", minutes(number)) for number in (5, 4, 3, 2, 1)]
    for cut in (0, 2, 5):
        channel, cursor, stored = MAKERS[source](), None, list[str]()
        assert isinstance(channel, Watching)
        async with contextlib.aclosing(channel.poll(None, context())) as polling:  # type: ignore[type-var]  # made by ``yield``
            async for raw, moved in polling:
                if raw is None or len(stored) == cut:
                    break
                stored.append(raw.source_id)
                cursor = moved
        stored += [raw.source_id for raw in (await look(MAKERS[source](), cursor))[0]]
        assert stored == [f"{source}:GT{number}" for number in (5, 4, 3, 2, 1)]


async def test_ten_thousand_missed_ones_are_caught_up_in_order() -> None:
    from channels.phone._catching_up import Listed, catch_up

    created = [NOW - timedelta(hours=20) + timedelta(seconds=number) for number in range(10_000)]

    async def pages(_since: datetime) -> AsyncIterator[Listed]:
        for number in reversed(range(10_000)):
            yield Listed(f"GT{number:05}", created[number], "ready", {})

    async def fetch(_item: Listed) -> bytes:
        return b"{}"

    keys = []
    position: dict[str, Any] = {}
    async for raw, moved in catch_up("x", {}, pages, fetch):
        position = moved
        if raw is not None:
            keys.append(raw.source_id)
    assert keys == [f"x:GT{number:05}" for number in range(10_000)]
    assert len(position["done"]) == 3601, "of the last hour"


async def test_our_credentials_follow_no_link_to_another_host(provider: Provider) -> None:
    provider.transcripts = [provider.line(f"GT{number}", minutes(number)) for number in (3, 2, 1)]
    provider.elsewhere = True
    _found, _cursor, error = await look(MAKERS["twilio.intelligence"]())
    assert isinstance(error, Permanent)


async def test_a_cursor_that_is_none_begins_a_day_ago(provider: Provider) -> None:
    provider.transcripts = [provider.line("GT1", minutes(1)), provider.line("GT2", minutes(60 * 30))]
    for cursor in ("not json", "[]", '{"twilio.intelligence": 7}', '{"twilio.intelligence": {"since": "x"}}'):
        found, _cursor, _error = await look(MAKERS["twilio.intelligence"](), cursor)
        assert [raw.source_id for raw in found] == ["twilio.intelligence:GT1"], cursor


@EACH_MAKER
async def test_the_probe_asks_for_one_line(source: str, provider: Provider) -> None:
    assert (await MAKERS[source]().check(ProbeContext(Http))).backlog is None
    provider.faults = {"/v2/": 401}
    with pytest.raises(Permanent):
        await MAKERS[source]().check(ProbeContext(Http))
    provider.faults = {"/v2/": 503}
    with pytest.raises(Temporary):
        await MAKERS[source]().check(ProbeContext(Http))


# The relay
SETUP = {"type": "setup", "sessionId": "VX1", "callSid": "CA00000000000000000000000000000007", "from": "+14185550111", "to": "+14185550100"}


def handshake(token: str = TOKEN) -> dict[str, str]:
    address = f"{PUBLIC}/channels/calls/relay".replace("https", "wss")
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(address, {})}


def prompt(words: str, lang: str = "en-US", last: bool = True) -> dict[str, object]:
    return {"type": "prompt", "voicePrompt": words, "lang": lang, "last": last}


@contextlib.asynccontextmanager
async def session(site: Site) -> AsyncIterator[Callable[..., Any]]:
    """A session of the relay: sends frames and gives what is answered to the last of them."""
    async with site.http.ws_connect(f"{site.url}/channels/calls/relay", headers=handshake()) as socket:
        await socket.send_json(SETUP)

        async def say(*frames: dict[str, object]) -> dict[str, Any]:
            for frame in frames:
                await socket.send_json(frame)
            answer: dict[str, Any] = await socket.receive_json()
            return answer

        yield say


async def test_each_thing_that_is_said_is_durable_before_it_is_answered() -> None:
    channel = calls()
    assert isinstance(channel, Webhook)
    async with serve(channel, PUBLIC) as site, session(site) as say:
        answer = await say(prompt("There is a", last=False), prompt("There is a pothole on Elm Street."))
        assert answer["type"] == "text"
        assert "I noted that" in answer["token"]
        assert list(site.inbox.stored) == ["relay:VX1/1"]
        answer = await say({"type": "dtmf", "digit": "1"}, prompt("il y a le feu dans l'immeuble", "fr-CA"))
        assert "composez le 9 1 1" in answer["token"]
        assert answer["lang"] == "fr-CA"
        first, second = (channel.translate(raw) for raw in site.inbox.stored.values())
        assert (first.text, second.text) == ("There is a pothole on Elm Street.", "il y a le feu dans l'immeuble")
        assert first.sender.phone == "+14185550111"
        assert first.hints["conversation"] == second.hints["conversation"] == SETUP["callSid"]


async def test_a_store_that_is_down_ends_the_session_so_that_a_person_takes_over() -> None:
    async with serve(calls(), PUBLIC) as site, session(site) as say:
        site.inbox.fails = [StoreBusy("busy")]
        answer = await say(prompt("There is a pothole on Elm Street."))
        assert "could not note that" in answer["token"]
        assert not site.inbox.stored


async def test_a_handshake_without_twilios_signature_is_refused() -> None:
    async with serve(calls(), PUBLIC) as site:
        for headers in ({}, handshake("x" * 32), bearer()):
            with pytest.raises(WSServerHandshakeError) as error:
                await site.http.ws_connect(f"{site.url}/channels/calls/relay", headers=headers)
            assert error.value.status == 403


async def test_frames_that_make_no_sense_end_nothing() -> None:
    async with serve(calls(), PUBLIC) as site:
        async with site.http.ws_connect(f"{site.url}/channels/calls/relay", headers=handshake()) as socket:
            for frame in ("", "[", "[]", "null", '{"type": 7}', '{"type": "prompt"}', '{"type": "error", "description": "x"}'):
                await socket.send_str(frame)
            await socket.send_bytes(b"\x00")
            await socket.send_json(SETUP)
            await socket.send_json(prompt("A pothole."))
            assert (await socket.receive_json())["type"] == "text"
        assert len(site.inbox.stored) == 1
