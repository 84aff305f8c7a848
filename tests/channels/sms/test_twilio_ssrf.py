"""Addresses out of messages never lead inside: by the adapter, whatever they say, nor by the client that media are fetched with.

A listener on every address of the loopback network counts connections; nothing else of the network is reached, since the event loop is
kept from connecting anywhere else, and whoever tries is counted too.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ThreadedResolver

from channels.base import FetchContext, Permanent
from channels.outward import Answer, CallFailed, Manners
from channels.sms.twilio import Settings, Twilio, build
from gateway.http import Http, client
from tests.channels.sms.addresses import hosts, urls
from tests.channels.sms.scripted import Network, answer

SID = "AC0123456789abcdef0123456789abcdef"
GOOD = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM{'a' * 32}/Media/ME{'b' * 32}"
RESOLVED = {
    "loop.example": ["127.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "inside.example": ["10.0.0.7", "192.168.1.1", "172.20.0.1"],
    "sixth.example": ["::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"],
    "localhost": ["127.0.0.1", "::1"],
}


@dataclass
class Trap:
    """The listener's port, who came, and what else somebody tried to reach."""

    port: int
    came: list[Any] = field(default_factory=list)
    tried: list[Any] = field(default_factory=list)
    questions: int = 0


@pytest.fixture
async def trap(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Trap]:
    async def caught(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.came.append(writer.get_extra_info("peername"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
        writer.close()

    server = await asyncio.start_server(caught, "0.0.0.0", 0)
    found = Trap(server.sockets[0].getsockname()[1])
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect

    async def watched(sock: socket.socket, address: Any) -> None:
        with contextlib.suppress(ValueError):
            if not ipaddress.ip_address(address[0]).is_loopback:
                found.tried.append(address)
                raise ConnectionRefusedError("the tests reach loopback only")
        await connect(sock, address)

    async def resolve(_self: object, host: str, port: int = 0, family: int = socket.AF_INET) -> list[dict[str, Any]]:
        found.questions += 1
        name = host.rstrip(".").lower()
        # The second answer of a name that was public at first: an attacker's server says now this, now that.
        addresses = RESOLVED.get(name) or (["127.0.0.1"] if name == "rebind.example" else None)
        if addresses is None:
            raise OSError("no such name")
        return [{"hostname": host, "host": one, "port": port, "family": family, "proto": 0, "flags": 0} for one in addresses]

    monkeypatch.setattr(loop, "sock_connect", watched)
    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    yield found
    server.close()
    await server.wait_closed()


def adapter() -> Twilio:
    return build("text", Settings.model_validate({"type": "sms.twilio", "account_sid": SID, "auth_token": "f" * 32}))


def test_there_are_enough_addresses() -> None:
    assert len(set(urls(21_000))) >= 500


async def test_the_listener_counts() -> None:
    """Without the protection the trap springs: a test that could not fail would say nothing."""
    came = []

    async def caught(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(caught, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    careless = Http(Manners(timeout=2.0))
    with contextlib.suppress(CallFailed):
        await careless.call("GET", f"http://2130706433:{port}/")
    with contextlib.suppress(CallFailed):
        await careless.call("GET", f"http://127.0.0.1:{port}/")
    await careless.aclose()
    server.close()
    assert came


async def test_the_adapter_opens_none_of_them(trap: Trap) -> None:
    twilio, context = adapter(), FetchContext(client)
    for url in urls(trap.port):
        with pytest.raises(Permanent):
            await twilio.fetch({"url": url}, context)
    assert not trap.came
    assert not trap.tried
    assert not trap.questions


async def test_a_redirect_of_twilios_leads_to_none_of_them(trap: Trap) -> None:
    """The first answer is Twilio's; what it points at is called with the client that the gateway gives."""
    twilio = adapter()
    for location in urls(trap.port):
        with pytest.raises(Permanent):
            await twilio.fetch({"url": GOOD}, FetchContext(functools.partial(Pointing, location)))
    assert not trap.came
    assert not trap.tried


class Pointing:
    """A client for whom Twilio's API answers with a redirect, and all else is real."""

    def __init__(self, location: str, manners: Manners) -> None:
        self._twilio = Network([answer(302, Location=location)])(manners)
        self._real = client(manners)

    async def call(self, method: str, url: str, **more: Any) -> Answer:
        return await (self._twilio if url == GOOD else self._real).call(method, url, **more)

    async def aclose(self) -> None:
        await self._real.aclose()


async def test_the_client_for_media_connects_to_none_of_them(trap: Trap) -> None:
    careful = client(Manners(timeout=3.0, private_addresses=False))
    reasons = set()
    for url in urls(trap.port):
        with pytest.raises(CallFailed) as caught:
            await careful.call("GET", url)
        reasons.add(caught.value.reason)
    await careful.aclose()
    assert not trap.came
    assert not trap.tried
    assert {"private_address", "bad_address"} <= reasons


async def test_a_name_that_changes_its_mind_is_asked_once(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def resolve(_self: object, host: str, port: int = 0, family: int = socket.AF_INET) -> list[dict[str, Any]]:
        asked.append(host)
        addresses = ["93.184.216.34", "127.0.0.1"] if len(asked) == 1 else ["127.0.0.1"]
        return [{"hostname": host, "host": one, "port": port, "family": family, "proto": 0, "flags": 0} for one in addresses]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    careful = client(Manners(timeout=3.0, private_addresses=False))
    with pytest.raises(CallFailed):
        await careful.call("GET", f"http://rebind.example:{trap.port}/")
    assert {address[0] for address in trap.tried} == {"93.184.216.34"}, "only what was looked at is connected to"
    with pytest.raises(CallFailed):
        await careful.call("GET", f"http://rebind.example:{trap.port}/")
    await careful.aclose()
    assert not trap.came


def test_hosts_are_what_they_are_said_to_be() -> None:
    assert len(set(hosts())) > 300
