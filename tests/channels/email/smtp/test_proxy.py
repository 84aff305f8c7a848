"""The PROXY protocol: believed from a trusted proxy, refused from anybody else."""

from __future__ import annotations

import socket
import struct
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.channels.email.smtp.support import connected, serving, until

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"


def version_2(command: int, family: int, address: bytes) -> bytes:
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(address)) + address


IPV4 = socket.inet_aton("192.0.2.7") + socket.inet_aton("127.0.0.1") + struct.pack("!HH", 1234, 25)
IPV6 = socket.inet_pton(socket.AF_INET6, "2001:db8::7") * 2 + struct.pack("!HH", 1234, 25)


@pytest.mark.parametrize(
    ("header", "address"),
    [
        (b"PROXY TCP4 192.0.2.7 127.0.0.1 1234 25\r\n", "192.0.2.7"),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 1234 25\r\n", "2001:db8::7"),
        (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
        (version_2(1, 0x11, IPV4), "192.0.2.7"),
        (version_2(1, 0x21, IPV6), "2001:db8::7"),
        (version_2(1, 0x11, IPV4 + b"\x04\x00\x01x"), "192.0.2.7"),
        (version_2(0, 0x00, b""), "127.0.0.1"),
    ],
)
async def test_the_client_is_whom_the_proxy_names(header: bytes, address: str, tmp_path: Path) -> None:
    async with serving(tmp_path, proxy_protocol=True) as server, connected(server, greeted=False) as client:
        client.send(header)
        assert (await client.reply()).startswith("220")
        assert (await client.deliver(b"Subject: x\r\n")).startswith("250")
        assert server.store.messages[0].envelope["remote_ip"] == address


@pytest.mark.parametrize(
    "header",
    [
        b"EHLO client.example.net\r\n",
        b"PROXY TCP4 192.0.2.7\r\n",
        b"PROXY TCP4 192.0.2.7 nonsense 1 2\r\n",
        b"PROXY " + b"x" * 300,
        b"PROXY TCP4 192.0.2.7 127.0.0.1 1234 25\n",
        SIGNATURE + b"\x31\x11\x00\x00",
        version_2(1, 0x11, b"\x00"),
    ],
)
async def test_a_header_that_is_none_ends_the_session(header: bytes, tmp_path: Path) -> None:
    async with serving(tmp_path, proxy_protocol=True) as server, connected(server, greeted=False) as client:
        client.send(header)
        assert await client.reply() == ""
        service = server.channel.service
        assert service is not None
        await until(lambda: not service.sessions)


async def test_a_header_that_never_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from channels.email import _smtp_server

    monkeypatch.setattr(_smtp_server, "_PROXY_HEADER", 0.05)
    async with serving(tmp_path, proxy_protocol=True) as server, connected(server, greeted=False) as client:
        assert await client.reply() == ""
        assert await client.ended()


async def test_a_client_that_goes_before_its_header(tmp_path: Path) -> None:
    async with serving(tmp_path, proxy_protocol=True) as server:
        for begun in (b"", b"PRO", SIGNATURE):
            async with connected(server, greeted=False) as client:
                client.send(begun)
                await client.drain()
        service = server.channel.service
        assert service is not None
        await until(lambda: not service.sessions)


async def test_a_proxy_that_nobody_trusts(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"proxy_protocol": True, "trusted_networks": ["192.0.2.0/24"]}
    async with serving(tmp_path, **settings) as server, connected(server, greeted=False) as client:
        client.send(b"PROXY TCP4 198.51.100.7 127.0.0.1 1234 25\r\n")
        assert (await client.reply()).startswith("421 4.7.0")
        assert await client.ended()


async def test_a_header_without_a_proxy_is_a_client_that_does_not_wait(tmp_path: Path) -> None:
    async with serving(tmp_path, greet_delay=0.1) as server, connected(server, greeted=False) as client:
        client.send(b"PROXY TCP4 198.51.100.7 127.0.0.1 1234 25\r\n")
        assert (await client.reply()).startswith("421 4.7.0")


async def test_the_limits_are_those_of_the_named_client(tmp_path: Path) -> None:
    async with serving(tmp_path, proxy_protocol=True, max_connections_per_client=1) as server, AsyncExitStack() as connections:
        for address, answer in (("192.0.2.7", "220"), ("192.0.2.8", "421 4.7.0"), ("198.51.100.7", "220")):
            client = await connections.enter_async_context(connected(server, greeted=False))
            client.send(f"PROXY TCP4 {address} 127.0.0.1 1234 25\r\n".encode())
            assert (await client.reply()).startswith(answer)


async def test_commands_in_the_packet_of_the_header_came_before_the_greeting(tmp_path: Path) -> None:
    async with serving(tmp_path, proxy_protocol=True) as server, connected(server, greeted=False) as client:
        client.send(b"PROXY TCP4 192.0.2.7 127.0.0.1 1234 25\r\nEHLO x\r\n")
        assert (await client.reply()).startswith("421 4.7.0")
