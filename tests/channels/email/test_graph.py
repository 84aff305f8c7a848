"""Reading an Exchange Online mailbox through a server that speaks Graph's published format."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from pydantic import ValidationError

from channels.base import Permanent, RateLimited, Unavailable, Unreadable, WebhookContext
from channels.email import _graph_round, _graph_subscription, graph
from channels.email._graph_notice import lifecycle_events
from channels.email._source_id import source_id
from channels.email.graph import GraphMailbox, Settings, build
from tests.channels.email.dovecot import mail
from tests.channels.email.graph_server import CLIENT, GRAPH, MAILBOX, SECRET, TENANT, GraphServer, mapped, notification, running
from tests.channels.email.polled import Notes, Rounds

STATE = "a-secret-that-only-we-and-Graph-know"


def mailbox(**changes: Any) -> GraphMailbox:
    table = {"type": "email.graph", "tenant": TENANT, "client_id": CLIENT, "client_secret": SECRET, "mailbox": MAILBOX}
    return build("mail", Settings.model_validate(table | changes))


@pytest.fixture
async def server() -> AsyncIterator[GraphServer]:
    async with running() as started:
        yield started


def rounds_of(server: GraphServer, **changes: Any) -> Rounds:
    return Rounds(mailbox(**changes), http=mapped(server))


def numbers(rounds: Rounds) -> list[int]:
    """Which mails are stored, in their order."""
    return [int(raw.content.split(b"Subject: Report ")[1].split(b"\r\n")[0]) for raw in rounds.inbox.stored.values()]


def paged(monkeypatch: pytest.MonkeyPatch, page: int, window: int) -> None:
    monkeypatch.setattr(_graph_round, "_PAGE", page)
    monkeypatch.setattr(_graph_round, "_WINDOW", window)


async def test_a_mailbox_is_read_once_in_the_order_in_which_it_came(server: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    paged(monkeypatch, 3, 100)
    server.newest_first = True
    server.deliver(*[mail(number) for number in range(10)])
    rounds = rounds_of(server)
    assert await rounds.round() == [source_id(mail(number)) for number in range(10)]
    assert await rounds.round() == []
    server.deliver(mail(10), mail(11))
    rounds.poller = mailbox()
    await rounds.round()
    assert numbers(rounds) == list(range(12))
    assert rounds.inbox.tries == 12
    assert set(server.hosts) == {GRAPH, "https://login.microsoftonline.com"}
    assert sum("oauth2" in line for line in server.log) == 2, "one token for each process"
    (first, *_others) = rounds.inbox.stored.values()
    assert first.envelope == {"graph_id": "AAkALg000001-_AA=", "arrived": "2026-11-24T00:00:01Z"}
    assert rounds.poller.translate(first).sender.address == "zoe@example.net"


async def test_a_round_that_is_broken_off_goes_on_with_its_page(server: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    paged(monkeypatch, 3, 3)
    server.deliver(*[mail(number) for number in range(10)])
    rounds = rounds_of(server)
    await rounds.round(stop_after=5)
    rounds.poller = mailbox()
    await rounds.round()
    assert numbers(rounds) == list(range(10))
    assert rounds.inbox.tries == 12, "two of the second page are seen again"


async def test_what_was_deleted_or_changed_is_no_mail(server: GraphServer) -> None:
    first, second = server.deliver(mail(1), mail(2))
    server.delete(first)
    server.changes.append(("created", second.id))  # "the same item can show up anywhere"
    rounds = rounds_of(server)
    await rounds.round()
    assert numbers(rounds) == [2]
    assert rounds.inbox.tries == 1


@pytest.mark.parametrize("code", ["syncStateNotFound", "resyncRequired"])
async def test_when_graph_forgets_how_far_we_were_all_is_read_and_nothing_added(server: GraphServer, code: str) -> None:
    server.deliver(mail(1), mail(2))
    rounds = rounds_of(server)
    await rounds.round()
    server.deliver(mail(3))
    if code == "syncStateNotFound":
        server.forget_states()
    else:
        server.answers.append((410, {"error": {"code": code, "message": "Resync required."}}, {"Location": f"{GRAPH}/v1.0/?$deltatoken="}))
    assert len(await rounds.round()) == 3
    assert numbers(rounds) == [1, 2, 3]
    assert await rounds.round() == []


async def test_a_cursor_of_another_folder_is_not_followed(server: GraphServer) -> None:
    server.deliver(mail(1))
    rounds = rounds_of(server)
    for cursor in ('{"of":"311@springfield.example.gov/archive","link":"https://graph.microsoft.com/v1.0/x","again":[]}', "[]", "nonsense"):
        rounds.cursor = cursor
        await rounds.round()
    assert numbers(rounds) == [1]


# The token goes with each call: an address that leads elsewhere would give it away.
@pytest.mark.parametrize(
    "link",
    [
        "https://graph.microsoft.com.evil.example/v1.0/delta",
        "http://graph.microsoft.com/v1.0/delta",
        "https://graph.microsoft.com:8443/v1.0/delta",
        "https://x@graph.microsoft.com/v1.0/delta",
        "https://evil.example/https://graph.microsoft.com/",
        "//evil.example/v1.0/delta",
    ],
)
async def test_only_the_clouds_own_host_is_called(server: GraphServer, link: str) -> None:
    rounds = rounds_of(server)
    await rounds.round()
    server.answers.append((200, {"value": [], "@odata.deltaLink": link}, {}))
    if link.startswith("//"):  # a path of ours by its look: it stays on the host
        await rounds.round()
    else:
        with pytest.raises(Unavailable, match="another host"):
            await rounds.round()
    rounds.cursor = f'{{"of":"{MAILBOX}/inbox","link":"{link}","again":[]}}'
    with pytest.raises((Unavailable, Permanent)):
        await rounds.round()
    assert set(server.hosts) == {GRAPH, "https://login.microsoftonline.com"}


async def test_throttling_is_obeyed(server: GraphServer) -> None:
    server.deliver(mail(1))
    rounds = rounds_of(server)
    throttled = {"error": {"code": "TooManyRequests", "message": "Please retry again later."}}
    server.answers += [(429, throttled, {"Retry-After": "17"}), (503, throttled, {"Retry-After": "99999"})]
    for seconds in (17, 3600):
        with pytest.raises(RateLimited) as limited:
            await rounds.round()
        assert limited.value.retry_after == seconds
    await rounds.round()
    assert numbers(rounds) == [1]


async def test_throttling_in_the_middle_loses_nothing(server: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.deliver(*[mail(number) for number in range(6)])
    rounds = rounds_of(server)
    server.messages["AAkALg000004-_AA="].fails = [(429, "TooManyRequests"), (200, "")]
    with pytest.raises(RateLimited):
        await rounds.round()
    assert numbers(rounds) == [0, 1, 2]
    server.messages["AAkALg000004-_AA="].fails.clear()
    await rounds.round()
    assert numbers(rounds) == list(range(6))


async def test_a_revoked_token_is_replaced_once(server: GraphServer) -> None:
    server.deliver(mail(1))
    rounds = rounds_of(server)
    await rounds.round()
    server.tokens.clear()
    server.deliver(mail(2))
    await rounds.round()
    assert numbers(rounds) == [1, 2]
    server.answers += [(401, {"error": {"code": "InvalidAuthenticationToken", "message": "No."}}, {})] * 2
    with pytest.raises(Unavailable, match="401 InvalidAuthenticationToken"):
        await rounds.round()


async def test_what_graph_does_not_allow_is_told_in_its_words(server: GraphServer) -> None:
    channel = mailbox()
    rounds = Rounds(channel, http=mapped(server))
    denied = {"error": {"code": "ErrorAccessDenied", "message": "Access is denied.\r\nCheck credentials."}}
    server.answers += [(403, denied, {})] * 2
    for attempt in (rounds.round, lambda: channel.check(rounds.probe)):
        with pytest.raises(Unavailable, match=r"403 ErrorAccessDenied: Access is denied\. Check credentials\."):
            await attempt()
    with pytest.raises(Permanent, match="AADSTS7000215") as refused:
        await rounds_of(server, client_secret="another-secret").round()
    assert "another-secret" not in str(refused.value)
    server.complaints.clear()


async def test_a_mail_that_graph_cannot_deliver_stops_nobody(server: GraphServer) -> None:
    messages = server.deliver(*[mail(number) for number in range(5)])
    messages[2].fails = [(500, "ErrorInternalServerError")]
    channel = mailbox()
    rounds = Rounds(channel, http=mapped(server))
    await rounds.round()
    assert numbers(rounds) == [0, 1, 3, 4]
    server.deliver(mail(5))
    await rounds.round()
    assert "1 of them cannot be fetched" in (await channel.check(rounds.probe)).detail
    messages[2].fails.clear()
    rounds.poller = mailbox()
    await rounds.round()
    assert numbers(rounds) == [0, 1, 3, 4, 5, 2]
    assert rounds.inbox.tries == 6


async def test_a_mail_that_cannot_be_had_for_long_is_held_with_what_is_known(server: GraphServer) -> None:
    bad, _good, gone = server.deliver(mail(0), mail(1), mail(2))
    bad.fails = [(500, "ErrorInternalServerError")]
    gone.fails = [(404, "ErrorItemNotFound")]
    rounds = rounds_of(server, give_up_after=0, failed_folder="Failed")
    for _round in range(6):
        await rounds.round()
    held = next(raw for raw in rounds.inbox.stored.values() if raw.held)
    assert (held.held, held.source_id) == ("unfetchable", f"graph:{bad.id}")
    assert b"Subject: Report 0\r\n" in held.content
    read = rounds.poller.translate(held)
    assert (read.sender.address, read.sender.name, read.message_id) == ("zoe@example.net", "Zoé Tremblay", "n-0@sender.example")
    assert sorted(numbers(rounds)) == [0, 1], "what somebody deleted is no message of ours"
    assert rounds.inbox.tries == 2
    assert server.folders[bad.folder] == "Failed"
    assert rounds.cursor is not None
    assert '"again":[]' in rounds.cursor


async def test_when_nothing_can_be_had_it_is_not_the_mails(server: GraphServer) -> None:
    for message in server.deliver(*[mail(number) for number in range(30)]):
        message.fails = [(502, "UnknownError")]
    rounds = rounds_of(server)
    with pytest.raises(Unavailable, match="10 mails in a row"):
        await rounds.round()
    for message in server.messages.values():
        message.fails.clear()
    await rounds.round()
    assert numbers(rounds) == list(range(30))


async def test_of_a_mail_that_is_too_large_what_is_known_is_held(server: GraphServer) -> None:
    server.deliver(mail(0), mail(1, padding=30_000), mail(2))
    rounds = rounds_of(server, max_size=20_000)
    await rounds.round()
    held = next(raw for raw in rounds.inbox.stored.values() if raw.held)
    assert held.held == "too_large"
    assert len(held.content) < 1_000
    assert numbers(rounds) == [0, 1, 2]
    server.forget_states()
    await rounds.round()
    assert len(rounds.inbox.stored) == 3


async def test_mails_are_moved_when_they_are_durable(server: GraphServer) -> None:
    server.deliver(mail(0), mail(1), mail(2))
    channel = mailbox(processed_folder="L'accusé")
    rounds = Rounds(channel, http=mapped(server))
    await rounds.round(stop_after=2)
    assert server.subjects("inbox") == ["Report 1", "Report 2"], "the second was stored, and not yet moved"
    assert (await channel.check(rounds.probe)).backlog == 2
    rounds.poller = mailbox(processed_folder="L'accusé")
    await rounds.round()
    assert server.subjects("inbox") == []
    assert list(server.folders.values()).count("L'accusé") == 1
    assert numbers(rounds) == [0, 1, 2]


async def test_mails_that_cannot_be_moved_stay(server: GraphServer) -> None:
    server.deliver(mail(0), mail(1))
    rounds = rounds_of(server, processed_folder="archive")
    del server.folders["archive"]
    server.folders["x"] = "archive"
    await rounds.round()
    assert server.subjects("x") == ["Report 0", "Report 1"]
    message = server.deliver(mail(2))[0]
    del server.folders["x"]
    await rounds.round()
    assert message.folder == "inbox"
    assert numbers(rounds) == [0, 1, 2]


async def test_the_first_day_can_be_chosen(server: GraphServer) -> None:
    server.deliver(mail(1))
    for since, count in (("2026-11-25", 0), ("2026-11-24", 1)):
        rounds = rounds_of(server, since=since)
        await rounds.round()
        assert len(rounds.inbox.stored) == count


async def test_an_answer_that_is_none_is_temporary(server: GraphServer) -> None:
    rounds = rounds_of(server)
    server.deliver(mail(1))
    odd: list[dict[str, Any]] = [{"value": []}, {"@odata.nextLink": 5}, {"value": "x"}, {"value": [5, {}, {"id": 7}]}]
    for document in odd:
        server.answers.append((200, document, {}))
        with pytest.raises(Unavailable):
            await rounds.round()
    await rounds.round()
    assert numbers(rounds) == [1]


# -- notifications --------------------------------------------------------------------------------------------------------------


@dataclass
class Called:
    """The gateway's side of the webhook."""

    url: str = ""
    woken: int = 0
    refused: list[str] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)

    def wake(self) -> None:
        self.woken += 1


@asynccontextmanager
async def called(channel: GraphMailbox, server: GraphServer) -> AsyncIterator[Called]:
    """The channel's routes on a real server, at which Graph's notifications arrive."""
    seen = Called()
    context = WebhookContext(
        "https://311.springfield.example.gov", lambda reason, _source: seen.refused.append(reason), wake=seen.wake, notebook=seen.notes
    )

    async def accept(_raw: object, /) -> Any:
        raise AssertionError("a notification is no message")

    app = web.Application()
    app.add_routes(channel.routes(accept, context))
    test_server = TestServer(app, host="127.0.0.1")
    await test_server.start_server()
    seen.url = server.gateway = str(test_server.make_url("")).rstrip("/")
    try:
        yield seen
    finally:
        await test_server.close()


async def test_a_subscription_is_made_renewed_and_made_anew(server: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "_LATE", ())
    channel = mailbox(client_state=STATE)
    async with called(channel, server) as seen:
        rounds = Rounds(channel, http=mapped(server), notes=seen.notes)
        await rounds.round()
        (subscription,) = server.subscriptions.values()
        assert subscription["changeType"] == "created"
        assert subscription["notificationUrl"] == "https://311.springfield.example.gov/channels/mail"
        await rounds.round()
        assert sum("subscriptions" in line for line in server.log) == 1
        assert "Graph calls until" in (await channel.check(rounds.probe)).detail

        monkeypatch.setattr(_graph_subscription, "LIFE", _graph_subscription.LIFE * 2.5)  # as if half of it had passed
        before = subscription["expirationDateTime"]
        await rounds.round()
        assert subscription["expirationDateTime"] > before
        assert len(server.subscriptions) == 1

        assert await server.tell("reauthorizationRequired") == 202
        await rounds.round()
        assert sum(line.startswith("PATCH") for line in server.log) == 2
        assert await server.tell("missed") == 202
        assert await server.tell("subscriptionRemoved") == 202
        assert not server.subscriptions
        await rounds.round()
        assert len(server.subscriptions) == 1
        assert seen.woken == 3

        server.subscriptions.clear()  # removed without a word
        monkeypatch.setattr(_graph_subscription, "LIFE", _graph_subscription.LIFE * 1.1)
        seen.notes.words["lifecycle"] = "reauthorizationRequired"
        await rounds.round()
        assert len(server.subscriptions) == 1
        first = next(iter(server.subscriptions))

        rounds.poller = mailbox(client_state="another-secret-of-ours")
        async with called(rounds.poller, server):
            await rounds.round()
        assert len(server.subscriptions) == 1
        assert first not in server.subscriptions
    assert "another-secret" not in str(seen.notes.words)


async def test_a_subscription_that_is_refused_stops_no_mail(server: GraphServer) -> None:
    server.validates = False
    server.deliver(mail(1))
    channel = mailbox(client_state=STATE)
    async with called(channel, server) as seen:
        rounds = Rounds(channel, http=mapped(server), notes=seen.notes)
        for _round in range(3):
            await rounds.round()
        assert numbers(rounds) == [1]
        assert sum("subscriptions" in line for line in server.log) == 1, "it is not asked for all the time"
        assert "Graph does not call: Graph answers 400 ValidationError" in (await channel.check(rounds.probe)).detail


@pytest.mark.parametrize(
    ("changes", "public_url", "words"),
    [({}, "https://311.example.gov", "no client_state"), ({"client_state": STATE}, "http://127.0.0.1:8311", "is not https")],
)
async def test_without_a_public_address_nobody_is_asked_to_call(
    server: GraphServer, changes: dict[str, Any], public_url: str, words: str
) -> None:
    channel = mailbox(**changes)
    rounds = Rounds(channel, http=mapped(server), public_url=public_url)
    await rounds.round()
    assert not any("subscriptions" in line for line in server.log)
    assert words in (await channel.check(rounds.probe)).detail


async def test_a_notification_wakes_the_poller(server: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = mailbox(client_state=STATE)
    async with called(channel, server) as seen:
        rounds = Rounds(channel, http=mapped(server), notes=seen.notes)
        await rounds.round()
        (subscription,) = server.subscriptions.values()
        assert await server.notify() == 202
        assert await server.notify(notification(subscription), notification(subscription)) == 202
        assert seen.woken == 2
        server.deliver(mail(1))
        await rounds.round()
        assert numbers(rounds) == [1]


# Delta may not know yet of what the notification was about (delta-query-overview.md, "Processing delays").
async def test_after_a_notification_graph_is_asked_once_more(server: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def _sleep(seconds: float) -> None:
        pauses.append(seconds)
        if seconds == 8.0:
            server.deliver(mail(1))
        await sleep(0)

    channel = mailbox(client_state=STATE)
    async with called(channel, server) as seen:
        rounds = Rounds(channel, http=mapped(server), notes=seen.notes)
        await rounds.round()
        await server.notify()
        monkeypatch.setattr(asyncio, "sleep", _sleep)
        await rounds.round()
        monkeypatch.undo()
    assert numbers(rounds) == [1]
    assert pauses == [0.0, 2.0, 8.0]


async def test_a_forged_notification_wakes_nobody(server: GraphServer) -> None:
    channel = mailbox(client_state=STATE)
    async with called(channel, server) as seen:
        rounds = Rounds(channel, http=mapped(server), notes=seen.notes)
        await rounds.round()
        (subscription,) = server.subscriptions.values()
        for forged in (
            {**subscription, "clientState": "x"},
            {**subscription, "clientState": None},
            {**subscription, "clientState": STATE + "x"},
        ):
            assert await server.notify(notification(forged)) == 403
            assert await server.notify(clientState=forged["clientState"]) == 403
        assert seen.woken == 0
        assert seen.refused == ["client_state"] * 6
        async with ClientSession() as session:
            for body, status in ((b"", 400), (b"{}", 400), (b'{"value":[]}', 400), (b'{"value":[7]}', 400), (b"x" * (1 << 20) + b"x", 413)):
                async with session.post(f"{seen.url}/channels/mail", data=body) as answer:
                    assert answer.status == status
            async with session.get(f"{seen.url}/channels/mail") as answer:
                assert answer.status == 405
            for token in ("x" * 5_000, "a%0D%0Ab"):
                async with session.post(f"{seen.url}/channels/mail?validationToken={token}") as answer:
                    assert answer.status == 400
            async with session.post(f"{seen.url}/channels/mail?validationToken=%3Cscript%3E") as answer:
                assert (await answer.text(), answer.content_type) == ("<script>", "text/plain")
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert seen.woken == 0


async def test_a_notebook_that_cannot_be_written_delays_no_answer(server: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = mailbox(client_state=STATE)
    async with called(channel, server) as seen:
        rounds = Rounds(channel, http=mapped(server), notes=seen.notes)
        await rounds.round()

        async def _put(_name: str, _value: str, /) -> None:
            raise Unavailable("busy")

        monkeypatch.setattr(seen.notes, "put", _put)
        assert await server.tell("reauthorizationRequired") == 202
        assert seen.woken == 1


def test_an_id_of_a_letter_that_is_none_is_no_secret() -> None:
    with pytest.raises((Unreadable, Exception)) as caught:
        lifecycle_events(b'{"value":[{"clientState":"\\ud800"}]}', STATE)
    assert not isinstance(caught.value, UnicodeError)


async def test_the_end_of_the_secret_is_told(server: GraphServer) -> None:
    channel = mailbox(client_secret_expires="2027-11-24")
    health = await channel.check(Rounds(channel, http=mapped(server)).probe)
    assert health.token_expires == datetime(2027, 11, 24, tzinfo=UTC)
    assert health.detail == "Inbox: 0 mails; Graph does not call: there is no client_state"
    assert health.backlog is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mailbox": "a/b"}, "without slashes"),
        ({"tenant": "x?y"}, "without slashes"),
        ({"client_state": "short"}, "at least 16"),
        ({"client_state": "x" * 129}, "at most 128"),
        ({"cloud": "https://evil.example"}, "global"),
        ({"processed_folder": "inbox"}, "cannot be the folder"),
        ({"clientstate": "x"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_start(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        mailbox(**changes)
