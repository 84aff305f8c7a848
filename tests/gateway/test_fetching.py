"""Media are fetched after the message: once, whatever the provider, the store and the process do, and with all that they change."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from channels import photo
from channels.base import FetchContext, Fetched, Permanent, RateLimited, TooLarge, Unavailable, Unreadable
from channels.outward import no_client
from gateway.fetching import Fetching, Limits
from gateway.readers.wire import Picture
from gateway.store import deliveries, history, ledger, media, messages, requests, schema
from gateway.store.blobs import LocalBlobs
from gateway.store.claims import open_claims
from gateway.store.engine import Engines
from gateway.store.location import locate
from gateway.store.media import StoredMedia
from gateway.store.outcome import Outbox, Outcome, OutcomeWriter, forget_message
from gateway.store.stored import Stored
from gateway.store.tables import ATTACHMENT, MEDIUM
from gateway.store.transactions import Transactions
from normalizer.model import Attachment, InboundMessage, Photo, ServiceRequest
from tests.channels.photos import encoded, exif, position, scene
from tests.gateway.store.builders import START, appender, arrival, as_request, outcome

ROOT = Path(__file__).resolve().parents[2]
OUTBOX = Outbox(lambda _request: ["crm", "own"], frozenset({"own"}), frozenset({"text"}))
PLACED = encoded(scene(), "JPEG", exif=exif(position(45.5017, -73.5673)))
PLAIN = encoded(scene(64, 64), "PNG")


@pytest.fixture
def engines(store_url: str) -> Iterator[Engines]:
    location = locate(store_url)
    schema.migrate(location)
    opened = Engines(location)
    yield opened
    opened.dispose()


@dataclass
class Provider:
    """An adapter that answers each address as it is told, in turn; the last answer stays."""

    answers: dict[str, list[Fetched | Exception]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched:
        url = item["url"]
        self.calls.append(url)
        await asyncio.sleep(0)
        script = self.answers.get(url, [Fetched(PLACED, "image/jpeg", "a.jpg")])
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Looking:
    """Readers that look at files in this process."""

    blobs: LocalBlobs
    doubt: str | None = None

    async def picture(self, file: Attachment) -> Picture:
        content = self.blobs.get(file.sha256)
        if photo.media_type(content) is None:
            return Picture(file)
        try:
            found = photo.read(content)
        except Unreadable as error:
            return Picture(file, f"cannot be shown: {error}")
        (digest,) = self.blobs.put_many([found.content])
        file.media_type, file.lat, file.long = found.original_type, found.lat, found.long
        file.photo = Photo(sha256=digest, size=len(found.content), width=found.width, height=found.height)
        return Picture(file, self.doubt)


@dataclass
class Bench:
    """A store with messages, and what fetches for them; the clock stands until it is moved."""

    engines: Engines
    transactions: Transactions
    provider: Provider
    blobs: LocalBlobs
    at: datetime = START
    outcomes: list[tuple[str, str]] = field(default_factory=list)
    wakes: int = 0

    def fetching(self, **limits: Any) -> Fetching:
        def due() -> bool:
            with self.engines.reading() as connection:
                return media.due(connection, self.at)

        def woken() -> None:
            self.wakes += 1

        return Fetching(
            {"text": self.provider},
            StoredMedia(self.transactions, frozenset({"own"})),
            self.blobs,
            Looking(self.blobs),  # type: ignore[arg-type]  # a stand-in for the pool, which forks
            no_client,
            due=due,
            limits=Limits(**limits),
            now=lambda: self.at,
            draw=lambda: 0.5,
            observe=lambda channel, outcome: self.outcomes.append((channel, outcome)),
            on_fetched=woken,
        )

    def store(self, *urls: str, channel: str = "text", disposition: str = "request", **fields: Any) -> Stored:
        """A message that names these addresses, as the worker commits it."""
        appender(self.engines).append([arrival(f"<{channel}{len(self.outcomes)}{urls}{fields}>", channel=channel)])
        (stored,) = open_claims(self.engines).take(1, 1 << 24, lease=60)
        self.write(stored, urls, disposition, **fields)
        return stored

    def write(self, stored: Stored, urls: Sequence[str], disposition: str = "request", *, again: bool = False, **fields: Any) -> None:
        made: Outcome = outcome(stored, **fields)
        made.work.message.hints["media"] = [{"url": url, "media_type": "image/jpeg"} for url in urls]
        if disposition != "request":
            made.work.requests.clear()
            made.work.settle(disposition, "test")  # type: ignore[arg-type]  # a word of the test's
        with self.engines.writing() as connection:
            if again:
                forget_message(connection, [stored.seq])
            else:
                open_claims(self.engines).settle(connection, [stored])
            OutcomeWriter(connection, OUTBOX, self.at).write([made], as_request)

    def message(self, stored: Stored) -> InboundMessage:
        with self.engines.reading() as connection:
            return messages.show(connection, stored.intake_id)[0]

    def request(self) -> ServiceRequest:
        with self.engines.reading() as connection:
            (found,) = requests.listing(connection)
            return requests.show(connection, found.service_request_id)

    def media(self, stored: Stored) -> list[dict[str, Any]]:
        with self.engines.reading() as connection:
            return media.of_message(connection, stored.intake_id)

    def sent(self) -> list[str]:
        with self.engines.reading() as connection:
            return [row["event"] for row in deliveries.listing(connection, sink="crm")]

    def told(self) -> None:
        """The city's system has been told of everything so far."""
        with self.engines.writing() as connection:
            ids = [int(row["delivery_id"]) for row in deliveries.listing(connection, sink="crm")]
            deliveries.hold(connection, ids, self.at, "test")

    def whole(self) -> bool:
        with self.engines.reading() as connection:
            return history.verify(connection) is None and bool(ledger.balance(self.engines)["balanced"])


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with working(engines, tmp_path) as found:
        yield found


@asynccontextmanager
async def working(engines: Engines, folder: Path) -> AsyncIterator[Bench]:
    transactions = Transactions(engines)
    yield Bench(engines, transactions, Provider(), LocalBlobs(folder / "blobs"))
    await transactions.close()


async def test_a_medium_becomes_an_attachment_with_all_that_it_changes(bench: Bench) -> None:
    stored = bench.store("u:one", "u:two")
    bench.told()
    bench.provider.answers["u:two"] = [Fetched(PLAIN, "image/png")]
    assert await bench.fetching(concurrency=1).drain() == 2
    message, request = bench.message(stored), bench.request()
    assert [(file.fetched, file.media_type) for file in message.attachments] == [(0, "image/jpeg"), (1, "image/png")]
    assert bench.blobs.get(message.attachments[0].sha256) == PLACED
    assert message.attachments[0].filename == "a.jpg"
    assert [medium.original_sha256 for medium in request.media] == [file.sha256 for file in message.attachments]
    assert all(bench.blobs.get(medium.sha256) for medium in request.media)
    assert request.lat == pytest.approx(45.5017, abs=1e-4)
    assert request.location.source == "photo"
    kinds = [entry.kind for entry in request.history]
    assert kinds == ["request.created", "delivery.held", "request.media_added", "request.media_added"]
    assert bench.sent() == ["created", "updated"], "the second picture goes with the news of the first"
    assert [row["state"] for row in bench.media(stored)] == ["done", "done"]
    assert bench.outcomes == [("text", "fetched")] * 2
    assert bench.wakes == 2
    with bench.engines.reading() as connection:
        rows = {row.position: row.sha256 for row in connection.execute(select(ATTACHMENT))}
    assert set(rows) == {0, 1, -1, -2}, "a backup finds the renditions too"
    assert bench.whole()
    assert await bench.fetching().drain() == 0


async def test_what_waits_to_be_delivered_carries_the_picture_anyway(bench: Bench) -> None:
    bench.store("u:one")
    await bench.fetching().drain()
    assert bench.sent() == ["created"]
    assert len(bench.request().media) == 1


async def test_a_place_in_words_is_kept_beside_the_photos(bench: Bench) -> None:
    bench.store("u:one", address_string="12 Main Street")
    await bench.fetching().drain()
    request = bench.request()
    assert request.lat is None
    (evidence,) = [evidence for evidence in request.evidence if evidence.source == "photo"]
    assert evidence.field == "location"
    assert evidence.value == [pytest.approx(45.5017, abs=1e-4), pytest.approx(-73.5673, abs=1e-4)]


async def test_the_place_of_a_photo_is_found_by_what_comes_later(bench: Bench) -> None:
    from gateway.store.known import Facts

    bench.store("u:one")
    await bench.fetching().drain()
    with bench.engines.reading() as connection:
        known = Facts(connection, []).known(bench.request().jurisdiction_id).requests
        assert len(known.near(lat=45.5018, long=-73.5674, since=START - timedelta(days=1))) == 1


async def test_what_does_not_come_is_asked_for_again_later(bench: Bench) -> None:
    errors: list[tuple[Exception, str, float]] = [
        (Unavailable("the provider is away", retry_after=7), "unavailable", 7.0),
        (RateLimited("slower", retry_after=900), "rate_limited", 900.0),
        (RuntimeError("a bug, with a name in it"), "runtime_error", 2.5),
        (TimeoutError(), "time_out", 2.5),
    ]
    stored = bench.store(*(f"u:{reason}" for _error, reason, _seconds in errors))
    for error, reason, _seconds in errors:
        bench.provider.answers[f"u:{reason}"] = [error, Fetched(PLACED, "image/jpeg")]
    assert await bench.fetching().drain() == 4
    for row, (_error, reason, seconds) in zip(bench.media(stored), errors, strict=True):
        assert (row["state"], row["attempts"], row["log"][0]["reason"]) == ("pending", 1, reason)
        assert row["next_attempt_datetime"] == bench.at + timedelta(seconds=seconds)
        assert "name in it" not in str(row["log"])
    assert await bench.fetching().drain() == 0, "not before its time"
    bench.at += timedelta(seconds=10)
    assert await bench.fetching().drain() == 3
    bench.at += timedelta(seconds=900)
    assert await bench.fetching().drain() == 1
    assert len(bench.message(stored).attachments) == 4
    assert sorted(bench.outcomes) == [("text", "deferred")] * 4 + [("text", "fetched")] * 4


async def test_what_never_comes_is_said_in_the_message(bench: Bench) -> None:
    errors: list[tuple[Exception, str]] = [
        (Permanent("gone"), "refused"),
        (TooLarge("20 MB"), "too_large"),
        (Unreadable("no answer of theirs"), "unreadable"),
    ]
    stored = bench.store(*(f"u:{reason}" for _error, reason in errors), "u:good")
    for error, reason in errors:
        bench.provider.answers[f"u:{reason}"] = [error]
    await bench.fetching().drain()
    assert [row["state"] for row in bench.media(stored)] == ["failed", "failed", "failed", "done"]
    message = bench.message(stored)
    assert sorted(message.notes) == [f"attachment {number} not fetched: {reason}" for number, (_error, reason) in enumerate(errors, 1)]
    assert [file.fetched for file in message.attachments] == [3]
    with bench.engines.reading() as connection:
        kinds = [(kind, data.get("reason")) for _at, kind, _actor, data in messages.show(connection, stored.intake_id)[2]]
    assert kinds.count(("message.medium_failed", "refused")) == 1
    assert bench.whole()


async def test_a_provider_that_is_away_for_two_days_is_given_up(bench: Bench) -> None:
    stored = bench.store("u:one")
    bench.provider.answers["u:one"] = [Unavailable("away")]
    attempts = 0
    while bench.media(stored)[0]["state"] == "pending":
        attempts += await bench.fetching().drain()
        bench.at += timedelta(hours=3)
        assert attempts < 100
    assert 10 < attempts < 20
    assert bench.message(stored).notes == ["attachment 1 not fetched: gave_up"]
    assert len(bench.media(stored)[0]["log"]) <= 50


async def test_an_attempt_that_hangs_is_cut(bench: Bench) -> None:
    stored = bench.store("u:one")

    async def hang(_item: Mapping[str, Any], _context: FetchContext, /) -> Fetched:
        await asyncio.Event().wait()
        raise AssertionError

    bench.provider.fetch = hang  # type: ignore[method-assign]  # as a provider that never ends its answer
    await bench.fetching(deadline=0.02).drain()
    assert bench.media(stored)[0]["log"][0]["reason"] == "time_out"


async def test_an_attempt_that_was_overtaken_changes_nothing(bench: Bench) -> None:
    stored = bench.store("u:one")
    rows = StoredMedia(bench.transactions)
    lease = lambda _attempts: timedelta(seconds=10)  # noqa: E731  (a word for it)
    (first,) = await rows.claim(5, now=bench.at, lease=lease)
    assert await rows.claim(5, now=bench.at, lease=lease) == [], "next_attempt is set before the attempt"
    (second,) = await rows.claim(5, now=bench.at + timedelta(seconds=11), lease=lease)
    (digest,) = bench.blobs.put_many([PLACED])
    file = Attachment(sha256=digest, size=len(PLACED))
    assert await rows.done(second, file.model_copy(), now=bench.at)
    assert not await rows.done(first, file.model_copy(), now=bench.at)
    await rows.fail(first, now=bench.at, reason="refused")
    await rows.put_off(first, now=bench.at, until=bench.at, reason="unavailable")
    assert not await rows.done(second, file.model_copy(), now=bench.at)
    assert [row["state"] for row in bench.media(stored)] == ["done"]
    assert len(bench.message(stored).attachments) == 1
    assert bench.message(stored).notes == []


async def test_two_gateways_fetch_each_medium_once(bench: Bench, tmp_path: Path) -> None:
    urls = [f"u:{number}" for number in range(12)]
    stored = bench.store(*urls)
    other = Engines(bench.engines.location)
    async with working(other, tmp_path) as second:
        second.provider = bench.provider
        await asyncio.gather(bench.fetching(concurrency=2).drain(), second.fetching(concurrency=2).drain())
    other.dispose()
    assert sorted(bench.provider.calls) == sorted(urls)
    assert len(bench.message(stored).attachments) == 12
    assert bench.whole()


async def test_media_of_noise_and_of_other_channels_are_not_fetched(bench: Bench) -> None:
    bench.store("u:spam", disposition="spam")
    bench.store("u:stop", disposition="not_actionable")
    bench.store("u:mail", channel="mail")
    assert await bench.fetching().drain() == 0
    bench.store("u:held", disposition="held")
    assert await bench.fetching().drain() == 1


async def test_a_held_message_that_is_released_keeps_what_was_fetched(bench: Bench) -> None:
    stored = bench.store("u:one", disposition="held")
    await bench.fetching().drain()
    bench.write(stored, ["u:one"], again=True)
    assert await bench.fetching().drain() == 0
    (file,) = bench.message(stored).attachments
    assert bench.blobs.get(file.sha256) == PLACED
    assert [medium.original_sha256 for medium in bench.request().media] == [file.sha256]
    assert bench.whole()


async def test_a_picture_that_was_late_is_prepared_afterwards(bench: Bench) -> None:
    (digest,) = bench.blobs.put_many([PLACED])
    appender(bench.engines).append([arrival("<late>", channel="mail")])
    (stored,) = open_claims(bench.engines).take(1, 1 << 24, lease=60)
    made = outcome(stored)
    made.work.message.attachments = [Attachment(filename="a.txt"), Attachment(filename="b.jpg", sha256=digest, size=len(PLACED))]
    made.work.message.hints["unprepared"] = [1, 7]
    with bench.engines.writing() as connection:
        open_claims(bench.engines).settle(connection, [stored])
        OutcomeWriter(connection, OUTBOX, bench.at).write([made], as_request)
    bench.told()
    assert await bench.fetching(concurrency=1).drain() == 2
    message, request = bench.message(stored), bench.request()
    assert [file.photo is not None for file in message.attachments] == [False, True]
    assert message.attachments[1].filename == "b.jpg"
    assert message.notes == ["attachment 8 not prepared: refused"]
    assert [medium.original_sha256 for medium in request.media] == [digest]
    assert request.location.source == "photo"
    assert bench.sent() == ["created", "updated"]
    assert not bench.provider.calls
    with bench.engines.reading() as connection:
        assert {row.position for row in connection.execute(select(ATTACHMENT))} == {0, 1, -2}
    assert bench.whole()


async def test_a_channel_that_is_gone_is_waited_for(bench: Bench) -> None:
    stored = bench.store("u:one")
    fetching = bench.fetching()
    fetching._fetchers = {}
    await fetching.drain()
    assert bench.media(stored)[0]["log"][0]["reason"] == "channel_unknown"


async def test_the_type_of_a_file_is_not_what_somebody_says(bench: Bench) -> None:
    files = [
        ("audio/ogg; codecs=opus", b"OggS...", "audio/ogg"),
        ("text/vcard", b"BEGIN:VCARD", "text/vcard"),
        ("text/html", b"<script>", "application/octet-stream"),
        ("image/svg+xml", b"<svg onload=x>", "application/octet-stream"),
        ("image/png", b"no picture", "application/octet-stream"),
        ("../../etc", b"x", "application/octet-stream"),
        ("image/jpeg", PLAIN, "image/png"),
        ("", b"y", "application/octet-stream"),
    ]
    stored = bench.store(*(f"u:{number}" for number in range(len(files))))
    for number, (declared, content, _wanted) in enumerate(files):
        bench.provider.answers[f"u:{number}"] = [Fetched(content, declared, "a\0b\nc.bin")]
    await bench.fetching().drain()
    found = sorted(bench.message(stored).attachments, key=lambda file: file.fetched or 0)
    assert [file.media_type for file in found] == [wanted for _declared, _content, wanted in files]
    assert {file.filename for file in found} == {"ab c.bin"}


async def test_it_runs_until_it_is_stopped_and_wakes_when_it_is_told(bench: Bench) -> None:
    stop = asyncio.Event()
    fetching = bench.fetching(poll=60.0)
    running = asyncio.create_task(fetching.run(stop))
    stored = await asyncio.to_thread(bench.store, "u:1", "u:2", "u:3", "u:4", "u:5", "u:6", "u:7", "u:8", "u:9")
    fetching.wake()
    async with asyncio.timeout(20):
        while len(bench.outcomes) < 9:  # noqa: ASYNC110  (the outcomes are a list, for all tests)
            await asyncio.sleep(0.005)
        stop.set()
        await running
    assert len(bench.message(stored).attachments) == 9


@pytest.mark.parametrize("stage", ["fetch.before", "fetch.done"])
def test_a_process_that_dies_there_fetches_again_and_doubles_nothing(engines: Engines, tmp_path: Path, store_url: str, stage: str) -> None:
    bench = Bench(engines, None, Provider(), LocalBlobs(tmp_path / "blobs"), at=datetime.now(START.tzinfo))  # type: ignore[arg-type]  # nothing is fetched here
    stored = bench.store("u:one", "u:two")
    counter = tmp_path / "fetched"

    def run(failpoint: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tests.gateway.fetching_program", store_url, str(tmp_path / "blobs"), str(counter)],
            cwd=ROOT,
            env={**os.environ, "INTAKE_TEST": "1", "INTAKE_FAILPOINT": failpoint},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    died = run(f"{stage}:kill")
    assert died.returncode == -9, died.stderr
    assert not bench.message(stored).attachments
    with engines.writing() as connection:  # as if the time had passed after which a claim ends by itself
        assert all(due > bench.at for due in connection.execute(select(MEDIUM.c.next_attempt)).scalars() if due is not None)
        connection.execute(update(MEDIUM).where(MEDIUM.c.state == "pending").values(next_attempt=bench.at))
    done = run("")
    assert done.returncode == 0, done.stderr
    message = bench.message(stored)
    assert sorted(file.fetched or 0 for file in message.attachments) == [0, 1]
    assert all(file.photo and bench.blobs.get(file.photo.sha256) for file in message.attachments)
    assert len(bench.request().media) == 1, "the two are the same picture"
    assert bench.whole()
    assert set(counter.read_text().split()) == {"u:one", "u:two"}
