"""Reading a mailbox of a real Dovecot: nothing is lost, nothing is marked, and what cannot be had stops nothing."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvloop
from pydantic import ValidationError

from channels.base import Permanent, RateLimited, Unavailable
from channels.email import _imap_folder, mime
from channels.email._imap_session import SignInRefused
from channels.email._source_id import source_id
from channels.email.imap import Mailbox, Settings, build
from tests.channels.email import dovecot
from tests.channels.email.dovecot import PASSWORD, Account, Dovecot, mail
from tests.channels.email.polled import Rounds, until

pytestmark = pytest.mark.skipif(not dovecot.installed(), reason="Dovecot is not installed")


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as started:
        yield started


@pytest.fixture
def account(server: Dovecot) -> Account:
    return server.account()


def mailbox(account: Account, **changes: Any) -> Mailbox:
    table = {
        "type": "email.imap",
        "host": "127.0.0.1",
        "port": account.server.port,
        "security": "none",
        "username": account.user,
        "password": PASSWORD,
        "timeout": 10,
    }
    return build("mail", Settings.model_validate(table | changes))


def numbers(rounds: Rounds) -> list[int]:
    """Which mails are stored, in their order."""
    return [int(re.search(rb"Subject: Report (\d+)", raw.content)[1]) for raw in rounds.inbox.stored.values()]  # type: ignore[index]  # each has one


async def test_a_mailbox_is_read_once_and_nothing_in_it_is_changed(account: Account) -> None:
    account.append(*[mail(number) for number in range(5)])
    rounds = Rounds(mailbox(account))
    assert await rounds.round() == [source_id(mail(number)) for number in range(5)]
    assert [raw.content for raw in rounds.inbox.stored.values()] == [mail(number) for number in range(5)]
    assert await rounds.round() == []
    account.append(mail(5))
    await rounds.round()
    assert await Rounds(mailbox(account), cursor=rounds.cursor).round() == [], "another process goes on where it was"
    assert numbers(rounds) == list(range(6))
    assert rounds.inbox.tries == 6
    assert "\\Seen" not in account.flags()
    (first, *_others) = rounds.inbox.stored.values()
    assert first.envelope.keys() == {"folder", "uid_validity", "uid", "arrived"}
    assert first.envelope["arrived"].endswith("+00:00")
    assert mime.translate(first, adapter="email.imap", channel_id="mail").sender.address == "zoe@example.net"


# freescout#3406: an import that asks for unread mail loses what somebody opened before it.
async def test_a_mail_that_somebody_has_read_is_taken_all_the_same(account: Account) -> None:
    account.append(mail(1), mail(2))
    with account.session() as box:
        box.folder.set("INBOX")
        assert len(list(box.fetch(mark_seen=True))) == 2
    rounds = Rounds(mailbox(account))
    await rounds.round()
    assert numbers(rounds) == [1, 2]


async def test_a_new_uidvalidity_reads_all_and_adds_nothing(account: Account) -> None:
    account.append(*[mail(number) for number in range(3)])
    rounds = Rounds(mailbox(account))
    await rounds.round()
    account.append(mail(3))
    account.renumber()
    assert len(await rounds.round()) == 4
    assert numbers(rounds) == [0, 1, 2, 3]
    assert await rounds.round() == []


async def test_a_cursor_that_is_none_reads_all_and_adds_nothing(account: Account) -> None:
    account.append(mail(1))
    rounds = Rounds(mailbox(account), cursor='{"INBOX":"of another version"}')
    await rounds.round()
    assert numbers(rounds) == [1]


# What restores a mailbox may put mails below those that were taken. They are noticed by counting, as the books of the gateway are.
async def test_mails_that_appear_below_the_position_are_found_by_their_number(account: Account) -> None:
    account.append(*[mail(number) for number in range(4)])
    rounds = Rounds(mailbox(account))
    await rounds.round()
    assert rounds.cursor is not None
    rounds.cursor = rounds.cursor.replace(",4,4,", ",4,2,")  # as if two of the four had not been there
    rounds.poller = mailbox(account)
    assert len(await rounds.round()) == 4
    assert numbers(rounds) == [0, 1, 2, 3]


async def test_deleting_mails_is_none_of_our_business(account: Account) -> None:
    account.append(*[mail(number) for number in range(4)])
    rounds = Rounds(mailbox(account))
    await rounds.round()
    account.delete(2)
    account.append(mail(9))
    assert len(await rounds.round()) == 1
    account.delete(1)
    assert await rounds.round() == []


async def test_mails_are_moved_when_they_are_durable(account: Account) -> None:
    account.append(*[mail(number) for number in range(3)])
    rounds = Rounds(mailbox(account, processed_folder="Erledigt/Été"))
    await rounds.round()
    assert account.subjects() == []
    assert account.subjects("Erledigt/Été") == ["Report 0", "Report 1", "Report 2"]
    assert "\\Seen" not in account.flags("Erledigt/Été")
    account.append(mail(3))
    await rounds.round()
    assert account.subjects("Erledigt/Été")[-1] == "Report 3"
    assert rounds.inbox.tries == 4


async def test_a_gateway_that_dies_between_storing_and_moving_leaves_nothing_behind(account: Account) -> None:
    account.append(*[mail(number) for number in range(4)])
    rounds = Rounds(mailbox(account, processed_folder="Done"))
    await rounds.round(stop_after=3)
    assert len(account.subjects()) == 4
    rounds.poller = mailbox(account, processed_folder="Done")
    await rounds.round()
    assert numbers(rounds) == [0, 1, 2, 3]
    assert account.subjects() == []
    assert len(account.subjects("Done")) == 4


async def test_mails_that_cannot_be_moved_are_moved_later_and_not_read_again(account: Account) -> None:
    account.append(mail(1), mail(2))
    blocked = account.folder / ".Done"
    blocked.write_text("a file where the folder should be")
    rounds = Rounds(mailbox(account, processed_folder="Done"))
    await rounds.round()
    await rounds.round()
    assert numbers(rounds) == [1, 2]
    assert account.subjects() == ["Report 1", "Report 2"]
    blocked.unlink()
    rounds.poller = mailbox(account, processed_folder="Done")
    await rounds.round()
    assert account.subjects() == []
    assert account.subjects("Done") == ["Report 1", "Report 2"]
    assert rounds.inbox.tries == 2


async def test_a_server_without_move_and_uidplus_gets_nothing_moved(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.append(mail(1))
    channel = mailbox(account, processed_folder="Done")
    rounds = Rounds(channel)
    real = channel._session

    async def _session(*arguments: Any, **more: Any) -> Any:
        session = await real(*arguments, **more)
        session.capabilities = session.capabilities - {"MOVE", "UIDPLUS"}
        return session

    monkeypatch.setattr(channel, "_session", _session)
    await rounds.round()
    assert numbers(rounds) == [1]
    assert account.subjects() == ["Report 1"]
    with pytest.raises(Permanent, match="UIDPLUS"):
        await channel.check(rounds.probe)


async def test_uidplus_moves_without_touching_what_others_have_marked(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.append(mail(1))
    rounds = Rounds(mailbox(account))
    await rounds.round()
    account.append(mail(2))
    with account.session() as box:
        box.folder.set("INBOX")
        box.client.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
    channel = rounds.poller = mailbox(account, processed_folder="Done")
    real = channel._session

    async def _session(*arguments: Any, **more: Any) -> Any:
        session = await real(*arguments, **more)
        session.capabilities = session.capabilities - {"MOVE"}
        return session

    monkeypatch.setattr(channel, "_session", _session)
    await rounds.round()
    assert account.subjects() == ["Report 1"]
    assert account.subjects("Done") == ["Report 2"]


# freescout#3654, zammad#2963: one bad mail stopped the whole import for hours. Dovecot says BYE when it cannot read one.
async def test_a_mail_that_the_server_cannot_read_stops_nobody(account: Account) -> None:
    account.append(*[mail(number) for number in range(5)])
    path = account.spoil(2)
    rounds = Rounds(mailbox(account))
    await rounds.round()
    assert numbers(rounds) == [0, 1, 3, 4]
    account.append(mail(5))
    await rounds.round()
    assert numbers(rounds) == [0, 1, 3, 4, 5]
    health = await rounds.poller.check(rounds.probe)  # type: ignore[attr-defined]  # a Mailbox has it
    assert health.backlog == 1
    assert health.detail == "INBOX: 6 mails, 5 taken, 1 waiting, 1 of them cannot be fetched"
    path.chmod(0o600)
    await rounds.round()
    assert numbers(rounds) == [0, 1, 3, 4, 5, 2]
    assert rounds.inbox.tries == 6


async def test_a_mail_that_cannot_be_had_for_long_is_held(account: Account) -> None:
    account.append(mail(0), mail(1))
    path = account.spoil(0)
    rounds = Rounds(mailbox(account, give_up_after=0, failed_folder="Failed"))
    for _round in range(6):
        await rounds.round()
    other, held = rounds.inbox.stored.values()
    assert other.content == mail(1)
    assert held.held == "unfetchable"
    assert re.fullmatch(r"imap://127.0.0.1/INBOX;UIDVALIDITY=\d+/;UID=1", held.source_id)
    assert rounds.inbox.tries == 2, "it is held once"
    path.chmod(0o600) if path.exists() else None


async def test_of_a_mail_that_is_too_large_the_headers_are_held(account: Account) -> None:
    account.append(mail(0), mail(1, padding=30_000), mail(2))
    rounds = Rounds(mailbox(account, max_size=20_000, failed_folder="Failed", processed_folder="Done"))
    await rounds.round()
    held = next(raw for raw in rounds.inbox.stored.values() if raw.held)
    assert held.held == "too_large"
    assert b"Subject: Report 1" in held.content
    assert b"yyy" not in held.content
    assert numbers(rounds) == [0, 1, 2]
    assert account.subjects("Failed") == ["Report 1"]
    assert account.subjects("Done") == ["Report 0", "Report 2"]
    account.append(mail(1, padding=30_000))
    account.renumber()
    await rounds.round()
    assert len(rounds.inbox.stored) == 3, "known again by its headers"


async def test_a_mail_deleted_before_we_saw_it_is_passed_over(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.append(mail(0), mail(1))
    real = _imap_folder.Folder._group

    async def _group(self: Any, group: Any, *arguments: Any) -> Any:
        account.delete(1)
        monkeypatch.setattr(_imap_folder.Folder, "_group", real)
        async for item in real(self, group, *arguments):
            yield item

    monkeypatch.setattr(_imap_folder.Folder, "_group", _group)
    rounds = Rounds(mailbox(account))
    await rounds.round()
    await rounds.round()
    assert numbers(rounds) == [1]


async def test_a_dropped_connection_is_made_anew(account: Account) -> None:
    account.append(mail(0))
    rounds = Rounds(mailbox(account))
    await rounds.round()
    assert account.server.kick(account) == 1
    account.append(mail(1))
    with pytest.raises(Unavailable, match=r"dropped|reached"):
        await rounds.round()
    await rounds.round()
    assert numbers(rounds) == [0, 1]


async def test_a_connection_that_drops_during_a_round_is_made_anew(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.append(*[mail(number) for number in range(25)])
    rounds = Rounds(mailbox(account))
    monkeypatch.setattr(_imap_folder, "_MAILS_AT_ONCE", 10)
    real, groups = _imap_folder._keyed, []

    def _keyed(session: Any, uids: Any) -> Any:
        groups.append(uids)
        if len(groups) == 2:
            account.server.kick(account)
        return real(session, uids)

    monkeypatch.setattr(_imap_folder, "_keyed", _keyed)
    await rounds.round()
    assert numbers(rounds) == list(range(25))


async def test_several_folders_are_read_and_one_that_is_missing_stops_no_other(account: Account) -> None:
    account.append(mail(1))
    account.append(mail(2), folder="Parks")
    rounds = Rounds(mailbox(account, folders=["INBOX", "Nowhere", "Parks"]))
    for _round in range(2):
        with pytest.raises(Exception, match="'Nowhere' cannot be opened"):
            await rounds.round()
    assert numbers(rounds) == [1, 2]
    with pytest.raises(Permanent, match="Nowhere"):
        await mailbox(account, folders=["Nowhere"]).check(rounds.probe)


async def test_the_first_day_can_be_chosen(account: Account) -> None:
    account.append(mail(1))
    rounds = Rounds(mailbox(account, since="2999-01-01"))
    await rounds.round()
    assert not rounds.inbox.stored
    rounds.poller = mailbox(account, since="2020-02-29")
    await rounds.round()
    assert numbers(rounds) == [1]


# The figure of the acceptance is 10,000 (`python -m pytest -m faults tests/journeys/test_imap.py`); here as many as fit the suite.
async def test_many_missed_mails_are_caught_up_in_order(account: Account) -> None:
    account.append(mail(0))
    account.drop_in([mail(number) for number in range(1, 600)])
    rounds = Rounds(mailbox(account))
    await rounds.round()
    assert numbers(rounds) == list(range(600))


async def waiting(channel: Mailbox, rounds: Rounds) -> asyncio.Task[None]:
    """A task that waits for the server's word, and has begun to."""
    task = asyncio.ensure_future(channel.wait(rounds.context))
    folders = channel._opened()
    await until(lambda: all(hasattr(folder._session, "_tag") for folder in folders))
    return task


async def test_the_server_says_when_there_is_something_new(account: Account) -> None:
    account.append(mail(0))
    account.append(mail(1), folder="Parks")
    channel = mailbox(account, folders=["INBOX", "Parks"], interval=3600)
    rounds = Rounds(channel)
    await rounds.round()
    for number, folder in ((2, "INBOX"), (3, "Parks"), (4, "INBOX")):
        task = await waiting(channel, rounds)
        await asyncio.to_thread(account.append, mail(number), folder=folder)
        await asyncio.wait_for(task, 20)
        await rounds.round()
        assert numbers(rounds)[-1] == number


async def test_waiting_can_be_broken_off_and_the_connection_is_kept(account: Account) -> None:
    channel = mailbox(account)
    account.append(mail(0))
    rounds = Rounds(channel)
    await rounds.round()
    session = channel._opened()[0]._session
    for _time in range(5):
        task = await waiting(channel, rounds)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await rounds.round()
        assert channel._opened()[0]._session is session
    assert numbers(rounds) == [0]


@pytest.mark.parametrize("turns", range(8))
async def test_a_wait_that_is_broken_off_while_it_begins_costs_no_connection(account: Account, turns: int) -> None:
    channel = mailbox(account)
    rounds = Rounds(channel)
    await rounds.round()
    session = channel._opened()[0]._session
    task = asyncio.ensure_future(channel.wait(rounds.context))
    for _turn in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await rounds.round()
    assert channel._opened()[0]._session is session


# The word may come between the last look and IDLE: the server says it at once then, in the same packet as its "go ahead".
async def test_a_mail_that_comes_before_idle_begins_is_not_waited_for(account: Account) -> None:
    account.append(mail(0))
    channel = mailbox(account, interval=3600)
    rounds = Rounds(channel)
    await rounds.round()
    for number in range(1, 6):
        account.append(mail(number))
        await asyncio.wait_for(channel.wait(rounds.context), 20)
        await rounds.round()
    assert numbers(rounds) == list(range(6))


async def test_idle_is_begun_anew_before_the_server_ends_it(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_imap_folder, "_IDLE_ANEW", 0.01)
    account.append(mail(0))
    channel = mailbox(account)
    rounds = Rounds(channel)
    await rounds.round()
    tags: set[bytes] = set()
    task = await waiting(channel, rounds)
    session: Any = channel._opened()[0]._session

    def begun() -> int:
        tags.add(session._tag)
        return len(tags)

    await until(lambda: begun() > 3)
    await asyncio.to_thread(account.append, mail(1))
    await asyncio.wait_for(task, 20)


async def test_a_connection_that_drops_while_waiting_is_a_failure(account: Account) -> None:
    account.append(mail(0))
    channel = mailbox(account)
    rounds = Rounds(channel)
    await rounds.round()
    task = await waiting(channel, rounds)
    account.server.kick(account)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(task, 20)
    account.append(mail(1))
    await rounds.round()
    assert numbers(rounds) == [0, 1]


@pytest.mark.parametrize("change", [{"idle": False}, {}])
async def test_without_idle_nobody_waits_for_a_word(account: Account, change: dict[str, Any]) -> None:
    channel = mailbox(account, **change)
    rounds = Rounds(channel)
    account.append(mail(0))
    await rounds.round()
    session: Any = channel._opened()[0]._session
    session.capabilities = session.capabilities - {"IDLE"}
    task = asyncio.ensure_future(channel.wait(rounds.context))
    await asyncio.sleep(0.05)
    assert not task.done()
    assert not hasattr(session, "_tag")
    task.cancel()


def test_all_of_it_over_tls_on_uvloop(account: Account) -> None:
    account.append(mail(0))
    channel = mailbox(
        account, host="localhost", port=account.server.tls_port, security="tls", ca_file=str(account.server.authority.ca_file)
    )

    async def both() -> list[int]:
        rounds = Rounds(channel)
        await rounds.round()
        task = await waiting(channel, rounds)
        await asyncio.to_thread(account.append, mail(1))
        await asyncio.wait_for(task, 20)
        await rounds.round()
        task = await waiting(channel, rounds)
        account.server.kick(account)
        with pytest.raises(Unavailable):
            await asyncio.wait_for(task, 20)
        return numbers(rounds)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(both()) == [0, 1]
    assert all(thread.name != "imap" or thread.daemon for thread in threading.enumerate())


async def test_starttls_and_who_is_not_to_be_trusted(account: Account) -> None:
    account.append(mail(0))
    trusted = {"security": "starttls", "ca_file": str(account.server.authority.ca_file)}
    rounds = Rounds(mailbox(account, host="localhost", **trusted))
    await rounds.round()
    assert numbers(rounds) == [0]
    for changes in ({"security": "starttls"}, {"security": "tls", "port": account.server.tls_port}):
        with pytest.raises(Unavailable, match="certificate"):
            await Rounds(mailbox(account, host="localhost", **changes)).round()
    with pytest.raises(Unavailable, match=r"certificate.*127\.0\.0\.1"):
        await Rounds(mailbox(account, host="127.0.0.1", **trusted)).round()


async def test_a_wrong_password_is_told_in_words(account: Account) -> None:
    channel = mailbox(account, password="not-the-password")
    rounds = Rounds(channel)
    with pytest.raises(SignInRefused, match=rf"refuses {account.user}") as caught:
        await rounds.round()
    assert "not-the-password" not in str(caught.value)
    with pytest.raises(Permanent, match="refuses"):
        await channel.check(rounds.probe)
    with pytest.raises(SignInRefused):  # RFC 3501's LOGIN knows only ASCII; this goes by SASL PLAIN
        await Rounds(mailbox(account, password="mot-de-passe-d'été")).round()


async def test_a_server_that_is_away_is_told_in_words(account: Account) -> None:
    with pytest.raises(Unavailable, match="refused"):
        await Rounds(mailbox(account, port=1)).round()


def oauth(account: Account, **changes: Any) -> dict[str, Any]:
    account.server.tokens.email = account.user
    account.server.tokens.forms.clear()
    table = {
        "token_url": f"{account.server.tokens.url}/token",
        "client_id": "app",
        "client_secret": "the+secret/of=app",
        "scope": "mail/.default",
    }
    return {"password": None, "oauth": table | changes}


async def test_an_application_signs_in_with_a_token(account: Account) -> None:
    account.append(mail(0))
    rounds = Rounds(mailbox(account, **oauth(account)))
    await rounds.round()
    assert numbers(rounds) == [0]
    form = {"client_id": "app", "client_secret": "the+secret/of=app", "scope": "mail/.default", "grant_type": "client_credentials"}
    assert account.server.tokens.forms == [form]
    account.server.kick(account)
    with pytest.raises(Unavailable):
        await rounds.round()
    await rounds.round()
    assert len(account.server.tokens.forms) == 1, "a token is used until it ends"


async def test_a_revoked_token_is_replaced_once(account: Account) -> None:
    account.append(mail(0))
    channel = mailbox(account, **oauth(account))
    rounds = Rounds(channel)
    await channel._tokens.get(rounds.http)  # type: ignore[union-attr]  # it has one
    account.server.tokens.tokens.clear()
    await rounds.round()
    assert numbers(rounds) == [0]
    assert len(account.server.tokens.forms) == 2
    account.server.tokens.email = "somebody-else"
    channel = mailbox(account, **oauth(account))
    account.server.tokens.email = "somebody-else"
    with pytest.raises(SignInRefused):
        await Rounds(channel).round()


async def test_a_refresh_token_that_is_replaced_is_kept(account: Account) -> None:
    tokens = account.server.tokens
    tokens.replaces_refresh_token = True
    try:
        configured = oauth(account, refresh_token="refresh-from-consent")
        rounds = Rounds(mailbox(account, **configured))
        await rounds.round()
        rounds.poller = mailbox(account, **configured)
        await rounds.round()
        assert [form["refresh_token"] for form in tokens.forms] == ["refresh-from-consent", f"refresh-{tokens.count - 1}"]
        assert "client_credentials" not in {form["grant_type"] for form in tokens.forms}
        rounds.poller = mailbox(account, **oauth(account, refresh_token="refresh-from-another-consent"))
        await rounds.round()
        assert tokens.forms[-1]["refresh_token"] == "refresh-from-another-consent"
    finally:
        tokens.replaces_refresh_token = False


async def test_what_the_token_server_says_is_told(account: Account) -> None:
    tokens, channel = account.server.tokens, mailbox(account, **oauth(account))
    rounds = Rounds(channel)
    expired = {"error": "invalid_client", "error_description": "AADSTS7000222: The provided client secret keys are expired.\r\nTrace ID: 1"}
    tokens.answers.append((401, expired, {}))
    with pytest.raises(Permanent, match="AADSTS7000222: The provided client secret keys are expired") as caught:
        await rounds.round()
    assert "Trace" not in str(caught.value)
    tokens.answers.append((429, {}, {"Retry-After": "17"}))
    with pytest.raises(RateLimited) as limited:
        await rounds.round()
    assert limited.value.retry_after == 17
    tokens.answers.append((200, {"token_type": "Bearer"}, {}))
    with pytest.raises(Unavailable, match="holds no token"):
        await rounds.round()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": "mail.city.example"}, "would send the password in clear"),
        ({"password": None}, "either password or oauth"),
        ({"folders": ["INBOX", "INBOX"]}, "twice"),
        ({"folders": []}, "at least 1"),
        ({"folders": ["a\r\nb"]}, "folder's name"),
        ({"processed_folder": "INBOX"}, "read again"),
        ({"oauth": {"token_url": "http://login.example/t", "client_id": "a", "client_secret": "long-enough"}}, "https"),
        ({"pasword": "x"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_start(account: Account, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        mailbox(account, **changes)
