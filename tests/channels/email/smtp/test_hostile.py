"""Sessions that mean harm: bounded in memory, files, time and connections, while honest mail is served."""

from __future__ import annotations

import asyncio
import logging
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from channels.email import _smtp_session
from channels.email._smtp_wire import Wire, bytes_waiting
from tests.channels.email.smtp.support import Client, Server, Store, connected, serving, until
from tests.channels.email.smtp.traces import unescape

ENDS = [line for line in (Path(__file__).parent / "smuggling.txt").read_text().splitlines() if not line.startswith("#")]


async def flood(client: Client, block: bytes, times: int) -> bool:
    """Send ``block`` again and again; whether the other side let all of it through."""
    try:
        for _ in range(times):
            client.send(block)
            await client.drain()
    except ConnectionError:
        return False
    return True


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("memory", ["1 MiB", "0"])
async def test_smuggling(end: str, memory: str, tmp_path: Path) -> None:
    """A second mail hidden in the content of the first, behind what other servers take for the end of data."""
    inner = b"MAIL FROM:<evil@example.net>\r\nRCPT TO:<311@springfield.example.gov>\r\nDATA\r\nSubject: inner\r\n\r\nx"
    async with serving(tmp_path, memory_per_message=memory) as server, connected(server) as client:
        await client.begin()
        client.send(b"Subject: outer\r\n\r\nbody" + unescape(end) + inner + b"\r\n.\r\n")
        assert (await client.reply()).startswith("250 2.0.0")
        assert (await client.say("NOOP")).startswith("250 2.0.0")
        assert len(server.store.messages) == 1
        assert server.store.messages[0].content.endswith(inner + b"\r\n")
        assert server.store.messages[0].envelope["mail_from"] == "resident@example.net"


async def test_a_line_without_end(tmp_path: Path) -> None:
    """Found with aiosmtpd 1.4.6: 600 MB of one line were kept in memory."""
    async with serving(tmp_path, max_size="1 MiB") as server, connected(server) as client:
        await client.begin()
        assert not await flood(client, b"A" * 100_000, 1_000)
        assert await client.ended()
        service = server.channel.service
        assert service is not None
        await until(lambda: not service.sessions)
        assert service.memory.used == 0
        assert not server.spools
        assert not server.store.messages


async def test_lines_that_are_long_but_end(tmp_path: Path) -> None:
    """Over RFC 5321's 1,000 bytes: real mail has them, and it is stored."""
    content = b"Subject: long\r\n\r\n" + b"x" * 70_000 + b"\r\n"
    async with serving(tmp_path) as server, connected(server) as client:
        assert (await client.deliver(content.removesuffix(b"\r\n"))).startswith("250")
        assert server.store.messages[0].content == content


async def test_over_the_size_the_headers_are_held(tmp_path: Path) -> None:
    """A sender that did not announce the size but stops in time hears 552, and a person can see that somebody wrote."""
    head = b"Subject: photos\r\nMessage-ID: <big@example.net>\r\n\r\n"
    async with serving(tmp_path, max_size="1 MiB") as server, connected(server) as client:
        answer = await client.deliver(head + b"x" * 1_500_000)
        assert answer.startswith("552 5.3.4")
        (held,) = server.store.messages
        assert (held.held, held.content, held.spool) == ("too_large", head, None)
        assert held.envelope["size"] == str(len(head) + 1_500_002)
        assert not server.spools
        assert (await client.say("NOOP")).startswith("250")


async def test_over_the_size_and_the_store_is_busy(tmp_path: Path) -> None:
    """Even its headers are not kept: then it is not refused for good."""
    store = Store()
    store.fail = lambda _raw: OSError(5, "Input/output error")
    async with serving(tmp_path, store, max_size="1 MiB") as server, connected(server) as client:
        assert (await client.deliver(b"Subject: x\r\n\r\n" + b"x" * 1_500_000)).startswith("451 4.3.0")


async def test_at_the_size_it_is_taken(tmp_path: Path) -> None:
    content = b"Subject: x\r\n\r\n" + b"x" * (1_048_576 - 16) + b"\r\n"
    async with serving(tmp_path, max_size="1 MiB") as server, connected(server) as client:
        assert (await client.deliver(content.removesuffix(b"\r\n"))).startswith("250")
        assert len(server.store.messages[0].content) == 1_048_576
        assert not server.spools


async def test_ten_thousand_recipients(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, connected(server) as client:
        await client.say("EHLO x")
        await client.say("MAIL FROM:<a@example.net>")
        codes: list[str] = []
        while len(codes) < 10_000 and codes[-1:] != ["421 4.7.0"]:
            codes.append((await client.say(f"RCPT TO:<u{len(codes)}@parks.springfield.example.gov>"))[:9])
        assert codes == ["250 2.1.5"] * 100 + ["452 4.5.3"] * 1_000 + ["421 4.7.0"]


async def test_guessing_recipients(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, connected(server) as client:
        await client.say("EHLO x")
        await client.say("MAIL FROM:<a@example.net>")
        answers = [await client.say(f"RCPT TO:<u{number}@springfield.example.gov>") for number in range(21)]
        assert [answer[:3] for answer in answers] == ["550"] * 20 + ["421"]


async def test_too_many_connections_of_one_client_and_of_all(tmp_path: Path) -> None:
    limits: dict[str, Any] = {"trusted_networks": [], "max_connections_per_client": 2, "max_connections": 3}
    async with serving(tmp_path, **limits) as server, connected(server), connected(server), connected(server, greeted=False) as third:
        assert (await third.reply()).startswith("421 4.7.0")
        assert await third.ended()
    async with serving(tmp_path, max_connections=2) as server:
        async with connected(server), connected(server), connected(server, greeted=False) as third:
            assert (await third.reply()).startswith("421 4.7.0")
            assert await third.ended()
        service = server.channel.service
        assert service is not None
        await until(lambda: not service.sessions)
        async with connected(server) as client:  # there is room again
            assert (await client.deliver(b"Subject: x\r\n")).startswith("250")


async def test_a_client_that_does_not_wait_for_the_greeting(tmp_path: Path) -> None:
    async with serving(tmp_path, greet_delay=0.2) as server, connected(server, greeted=False) as client:
        client.send(b"EHLO x\r\nMAIL FROM:<a@example.net>\r\n")
        assert (await client.reply()).startswith("421 4.7.0")
        assert await client.ended()
    async with serving(tmp_path, greet_delay=0.05) as server, connected(server) as client:
        assert (await client.deliver(b"Subject: x\r\n")).startswith("250")


async def test_a_client_that_is_silent(tmp_path: Path) -> None:
    async with serving(tmp_path, idle_timeout=0.1) as server, connected(server) as client:
        assert (await client.reply()).startswith("421 4.4.2")
        assert await client.ended()
    async with serving(tmp_path, idle_timeout=0.1) as server, connected(server) as client:
        await client.begin()
        client.send(b"Subject: x\r\n")
        assert (await client.reply()).startswith("421 4.4.2")
        assert await client.ended()
        assert not server.store.messages


async def test_a_message_that_trickles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes before the idle time is over, but all together too slowly."""
    monkeypatch.setattr(Wire, "minimum_rate", 1_000_000.0)
    async with serving(tmp_path, idle_timeout=0.2) as server, connected(server) as client:
        await client.begin()
        while not server.store.messages:
            client.send(b"x")
            await asyncio.sleep(0.02)
            service = server.channel.service
            assert service is not None
            if not service.sessions:
                break
        assert (await client.reply()).startswith("421 4.4.2")
        assert not server.store.messages


async def test_a_session_that_never_gets_to_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says something before each idle time is over, for ever."""
    from channels.email import _smtp_server

    monkeypatch.setattr(_smtp_server, "_STALLED", 0.1)
    async with serving(tmp_path, idle_timeout=2) as server, connected(server) as client:
        await client.say("EHLO x")
        assert (await client.reply()).startswith("421 4.4.2")


async def test_a_commit_that_hangs(tmp_path: Path) -> None:
    store = Store()
    store.open.clear()
    async with serving(tmp_path, store, idle_timeout=0.2) as server, connected(server) as client:
        service = server.channel.service
        assert service is not None
        service.commit_limit = 0.1
        await client.begin()
        client.send(b"Subject: x\r\n\r\n.\r\n")
        assert (await client.reply()).startswith("451 4.3.0")
        assert await client.ended()
        store.open.set()
        await until(lambda: store.messages)


async def test_a_client_that_goes_on_while_its_message_is_stored(tmp_path: Path) -> None:
    """It should wait for the reply to the end of data; some impatience is forgiven, a flood is not. The message is stored all the same."""
    store = Store()
    store.open.clear()
    async with serving(tmp_path, store) as server:
        async with connected(server) as client:
            await client.begin()
            client.send(b"Subject: x\r\n\r\n.\r\n" + b"NOOP\r\n" * 5)
            await until(lambda: store.begun)
            assert not await flood(client, b"NOOP\r\n" * 10_000, 1_000)
        store.open.set()
        await until(lambda: store.messages)


async def test_replies_that_nobody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that only writes is not listened to any more, and its replies do not pile up (even where no budget ended it first)."""
    monkeypatch.setitem(_smtp_session._BUDGET, b"NOOP", 1_000_000_000)
    monkeypatch.setattr(_smtp_session, "_GRACE", 0.1)
    async with serving(tmp_path, idle_timeout=0.5) as server:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.connect(("127.0.0.1", server.port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=1)
        assert await reader.read(3) == b"220"
        sending = asyncio.create_task(flood(Client(reader, writer), b"NOOP\r\n" * 10_000, 10_000))
        service = server.channel.service
        assert service is not None
        await until(lambda: any(session._blocked for session in service.sessions))
        (session,) = service.sessions
        assert session.link is not None
        assert session.link.get_write_buffer_size() < 1_000_000
        assert len(session._in) < 1_000_000
        await until(lambda: not service.sessions)
        assert not await sending
        writer.transport.abort()


async def test_honest_mail_during_an_attack(tmp_path: Path) -> None:
    async with serving(tmp_path, max_size="1 MiB") as server:
        attackers = [asyncio.create_task(attack(server)) for _ in range(8)]
        for number in range(20):
            async with connected(server) as client:
                assert (await client.deliver(b"Subject: honest\r\nMessage-ID: <%d@x>\r\n" % number)).startswith("250")
        await asyncio.gather(*attackers)
    assert len(server.store.messages) == 20


async def attack(server: Server) -> None:
    for _ in range(2):
        async with connected(server) as client:
            await client.begin()
            await flood(client, b"A" * 65_536, 100)


async def test_little_space_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 1870 §6.1: a message that would not fit is deferred before it is sent."""
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1_000_000))
    async with serving(tmp_path) as server, connected(server) as client:
        await client.say("EHLO x")
        assert (await client.say("MAIL FROM:<a@example.net> SIZE=800000")).startswith("452 4.3.1")
        assert (await client.say("MAIL FROM:<a@example.net> SIZE=600000")).startswith("250")


def test_bytes_that_wait_in_the_kernel_are_seen() -> None:
    """How a client that spoke before the greeting is found without making anybody wait."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        transport = SimpleNamespace(get_extra_info=lambda _name: ours)
        assert bytes_waiting(transport) == 0  # type: ignore[arg-type]  # all that is asked of a transport
        theirs.sendall(b"EHLO x\r\n")
        assert bytes_waiting(transport) == 8  # type: ignore[arg-type]  # all that is asked of a transport
    assert bytes_waiting(transport) == 0  # type: ignore[arg-type]  # closed: no error
    assert bytes_waiting(None) == 0


async def test_the_logs_of_the_library_say_no_more_than_warnings(tmp_path: Path) -> None:
    """aiosmtpd logs addresses at INFO and bodies at DEBUG."""
    async with serving(tmp_path):
        for name in ("mail.log", "mail.debug"):
            assert not logging.getLogger(name).isEnabledFor(logging.INFO)


async def test_ipv6(tmp_path: Path) -> None:
    async with serving(tmp_path, listen="[::1]:0") as server:
        reader, writer = await asyncio.open_connection("::1", server.port)
        client = Client(reader, writer)
        assert (await client.reply()).startswith("220")
        assert (await client.deliver(b"Subject: x\r\n")).startswith("250")
        assert server.store.messages[0].envelope["remote_ip"] == "::1"
        client.vanish()
