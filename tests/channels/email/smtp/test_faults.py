"""What goes wrong on our side or on the way: never a permanent refusal, never a word of the error, nothing stored twice or in part."""

from __future__ import annotations

import asyncio
import errno
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from channels.base import NotForUs, Permanent, RateLimited, StoreBusy, Temporary, TooLarge, Unavailable, Unreadable
from channels.email import _smtp_session
from tests.channels.email.smtp import traces
from tests.channels.email.smtp.support import Client, Server, Store, connected, serving, until

SECRET = "/var/lib/intake/secret.db of ann@example.net"


class Odd(BaseException):
    """Not even an Exception."""


def raising(error: BaseException) -> Store:
    store = Store()
    store.fail = lambda _raw: error
    return store


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (RuntimeError(SECRET), "451 4.3.0"),
        (ValueError(SECRET), "451 4.3.0"),
        (KeyError(SECRET), "451 4.3.0"),
        (AssertionError(SECRET), "451 4.3.0"),
        (MemoryError(SECRET), "451 4.3.0"),
        (RecursionError(SECRET), "451 4.3.0"),
        (TimeoutError(SECRET), "451 4.3.0"),
        (ConnectionResetError(SECRET), "451 4.3.0"),
        (StopAsyncIteration(SECRET), "451 4.3.0"),
        (asyncio.CancelledError(SECRET), "451 4.3.0"),
        (Odd(SECRET), "451 4.3.0"),
        (OSError(errno.EIO, SECRET), "451 4.3.0"),
        (OSError(errno.EMFILE, SECRET), "451 4.3.0"),
        (OSError(errno.ENOSPC, SECRET), "452 4.3.1"),
        (OSError(errno.EDQUOT, SECRET), "452 4.3.1"),
        (Temporary(SECRET), "451 4.3.0"),
        (Unavailable(SECRET), "451 4.3.0"),
        (StoreBusy(SECRET), "451 4.3.0"),
        (StoreBusy(SECRET, full=True), "452 4.3.1"),
        (RateLimited(SECRET), "450 4.7.1"),
        # Permanent, and not about this mail: no reason to make the sender give up.
        (Permanent(SECRET), "451 4.3.0"),
        (Unreadable(SECRET), "451 4.3.0"),
        (TooLarge(SECRET), "552 5.3.4"),
        (NotForUs(SECRET), "550 5.1.1"),
    ],
)
@pytest.mark.parametrize("memory", ["1 MiB", "0"])
async def test_an_error_while_storing_is_temporary(error: BaseException, reply: str, memory: str, tmp_path: Path) -> None:
    store = raising(error)
    with structlog.testing.capture_logs() as logs:
        async with serving(tmp_path, store, memory_per_message=memory) as server, connected(server) as client:
            answer = await client.deliver(traces.mail("pothole.eml").removesuffix(b"\r\n"))
            assert answer.startswith(reply), answer
            assert not server.spools
            # The session goes on, and the retry is stored once the fault is gone.
            store.fail = lambda _raw: None
            assert (await client.deliver(traces.mail("pothole.eml").removesuffix(b"\r\n"))).startswith("250 2.0.0 Ok: stored as ID1")
            assert not server.spools
    assert len(store.messages) == 1
    assert "secret" not in answer
    assert "secret" not in str(logs)
    assert "example.net" not in str(logs)


async def test_a_receipt_that_is_none_is_temporary(tmp_path: Path) -> None:
    class Forgetful(Store):
        async def __call__(self, raw: object, /) -> None:  # type: ignore[override]  # the bug that is tried
            return None

    async with serving(tmp_path, Forgetful()) as server, connected(server) as client:
        assert (await client.deliver(b"Subject: x\r\n")).startswith("451 4.3.0")


async def test_a_bug_in_a_verb_is_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_text: str) -> None:
        raise RuntimeError(SECRET)

    async with serving(tmp_path) as server, connected(server) as client:
        await client.say("EHLO x")
        monkeypatch.setattr(_smtp_session, "parse_path", broken)
        answer = await client.say("MAIL FROM:<ann@example.net>")
        assert answer == "451 4.3.0 Temporary failure, try again later"
        monkeypatch.undo()
        assert (await client.deliver(b"Subject: x\r\n")).startswith("250")


async def test_a_spool_that_cannot_be_written_is_temporary(tmp_path: Path) -> None:
    async with serving(tmp_path, memory_per_message="0") as server, connected(server) as client:
        server.spool_dir.rmdir()
        assert (await client.deliver(b"Subject: x\r\n\r\n" + b"x" * 100_000)).startswith("451 4.3.0")
        server.spool_dir.mkdir()
        assert (await client.deliver(b"Subject: x\r\n\r\n" + b"x" * 100_000)).startswith("250")


async def test_lmtp_gives_each_recipient_the_temporary_refusal(tmp_path: Path) -> None:
    async with serving(tmp_path, raising(StoreBusy()), protocol="lmtp") as server, connected(server) as client:
        await client.say("LHLO front.example.net")
        await client.say("MAIL FROM:<ann@example.net>")
        for name in ("a", "b", "c"):
            await client.say(f"RCPT TO:<{name}@parks.springfield.example.gov>")
        await client.say("DATA")
        client.send(b"Subject: x\r\n\r\n.\r\n")
        assert [(await client.reply())[:9] for _ in range(3)] == ["451 4.3.0"] * 3


@pytest.mark.parametrize("leave", [Client.vanish, Client.half_close])
@pytest.mark.parametrize("memory", ["1 MiB", "0"])
async def test_a_client_that_goes_during_the_commit_does_not_stop_it(leave: Callable[[Client], None], memory: str, tmp_path: Path) -> None:
    store = Store()
    store.open.clear()
    async with serving(tmp_path, store, memory_per_message=memory) as server:
        async with connected(server) as client:
            await client.begin()
            client.send(traces.mail("pothole.eml") + b".\r\n")
            await until(lambda: store.begun)
            leave(client)
            if leave is Client.half_close:  # it still waits for its answer, and gets it
                store.open.set()
                assert (await client.reply()).startswith("250 2.0.0 Ok: stored as ID1")
                assert await client.ended()
        store.open.set()
        await until(lambda: store.messages)
        # It comes again, as senders do that did not see the answer.
        async with connected(server) as client:
            assert (await client.deliver(traces.mail("pothole.eml").removesuffix(b"\r\n"))).startswith("250 2.0.0 Ok: stored as ID1")
    assert len(store.messages) == 1


async def test_stopping_waits_for_commits_and_tells_the_idle(tmp_path: Path) -> None:
    store = Store()
    store.open.clear()
    async with serving(tmp_path, store) as server, connected(server) as idle, connected(server) as busy, connected(server) as sending:
        port = server.port
        await busy.begin()
        busy.send(b"Subject: busy\r\n\r\n.\r\n")
        await sending.begin()
        sending.send(b"Subject: sending\r\n")
        await until(lambda: store.begun)
        leaving = asyncio.create_task(leave(server))
        assert (await idle.reply()).startswith("421 4.3.2")
        assert await idle.ended()
        with pytest.raises(OSError, match="Connect"):
            await asyncio.open_connection("127.0.0.1", port)
        sending.send(b"\r\nlate\r\n.\r\nNOOP\r\n")
        store.open.set()
        for client in (busy, sending):
            assert (await client.reply()).startswith("250 2.0.0")
        assert (await sending.reply()).startswith("421 4.3.2")
        assert await busy.ended()
        await leaving
    assert len(store.messages) == 2


async def test_stopping_does_not_wait_for_ever(tmp_path: Path) -> None:
    store = Store()
    store.open.clear()
    async with serving(tmp_path, store, drain_timeout=0.05) as server, connected(server) as client, connected(server) as slow:
        await client.begin()
        client.send(b"Subject: x\r\n\r\n.\r\n")
        await slow.begin()
        slow.send(b"Subject: never ends\r\n")
        await until(lambda: store.begun)
        await leave(server)
        assert await client.ended()
        assert await slow.ended()
        store.open.set()  # the commit was begun and ends, though nobody is there to be told
        await until(lambda: store.messages)


async def leave(server: Server) -> None:
    """Stop the service as leaving the context does."""
    service = server.channel.service
    assert service is not None
    await service.stop()


SESSION = (
    b"EHLO client.example.net\r\nMAIL FROM:<ann@example.net>\r\nRCPT TO:<311@springfield.example.gov>\r\nDATA\r\n"
    b"Subject: one\r\nMessage-ID: <one@example.net>\r\n\r\n..dot\r\nbody\r\n.\r\nQUIT\r\n"
)
CONTENT = b"Subject: one\r\nMessage-ID: <one@example.net>\r\n\r\n.dot\r\nbody\r\n"


@pytest.mark.parametrize("memory", ["1 MiB", "0"])
async def test_a_client_that_goes_at_any_byte_leaves_a_whole_message_or_none(memory: str, tmp_path: Path) -> None:
    end = SESSION.index(b"\r\n.\r\n") + 5
    async with serving(tmp_path, memory_per_message=memory) as server:
        for at in range(len(SESSION) + 1):
            server.store.messages.clear()
            server.store.ids.clear()
            async with connected(server) as client:
                client.send(SESSION[:at])
                await client.drain()
                if at % 2:
                    client.half_close()
                    await client.ended()
            service = server.channel.service
            assert service is not None
            await until(lambda: not service.sessions and not service.commits)  # noqa: B023 - awaited here
            contents = [raw.content for raw in server.store.messages]
            assert contents in ([CONTENT], []) if at >= end else contents == []
            if at % 2 and at >= end:
                assert contents == [CONTENT]
            assert service.memory.used == 0
            assert not server.spools


async def test_a_session_byte_by_byte(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, connected(server) as client:
        for at in range(len(SESSION)):
            client.send(SESSION[at : at + 1])
            await asyncio.sleep(0)
        codes = [(await client.reply())[:3] for _ in range(6)]
        assert codes == ["250", "250", "250", "354", "250", "221"]
    assert [raw.content for raw in server.store.messages] == [CONTENT]


async def test_logs_have_no_addresses(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        async with serving(tmp_path, raising(RuntimeError(SECRET))) as server, connected(server) as client:
            await client.deliver(traces.mail("pothole.eml").removesuffix(b"\r\n"))
            await client.say("RCPT TO:<nobody@elsewhere.example>")
    assert any(line["event"].startswith("not stored") for line in logs)
    assert not re.search(r"@|example|127\.0\.0\.1|client", str([{**line, "place": ""} for line in logs]))
