"""The HTTP client: bounded in time and size, honest about what the other side may have seen, and deaf to redirects and cookies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import respx
from aiohttp import web

from gateway.http import CallFailed, Http, Manners, is_public


@asynccontextmanager
async def serving(handler: object) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)  # type: ignore[arg-type]
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def calling(**manners: object) -> AsyncIterator[Http]:
    http = Http(Manners(**manners))  # type: ignore[arg-type]
    try:
        yield http
    finally:
        await http.aclose()


async def test_an_answer_is_read_whole_and_only_identity_is_asked_for() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.headers["accept-encoding"] == "identity"
        assert await request.read() == b"abc"
        return web.Response(status=201, text="made", headers={"X-Number": "7"})

    async with serving(handler) as url, calling() as http:
        answer = await http.call("POST", url, content=b"abc")
    assert (answer.status, answer.body, answer.headers["x-number"]) == (201, b"made", "7")


async def test_cookies_are_neither_kept_nor_sent() -> None:
    seen: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("cookie"))
        return web.Response(headers={"set-cookie": "who=you; Path=/"})

    async with serving(handler) as url, calling() as http:
        await http.call("GET", url)
        await http.call("GET", url)
    assert seen == [None, None]


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"location": "http://169.254.169.254/"})

    async with serving(handler) as url, calling() as http:
        assert (await http.call("GET", url)).status == 302


async def test_a_drip_is_cut_by_the_deadline_of_the_whole_call() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b"x")
            await asyncio.sleep(0.02)
        return response

    async with serving(handler) as url, calling(timeout=0.3) as http:
        with pytest.raises(CallFailed) as failed:
            await http.call("GET", url)
    assert (failed.value.reason, failed.value.sent) == ("timeout", True)
    assert failed.value.head is not None
    assert failed.value.head.status == 200


async def test_more_than_the_cap_is_not_read() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 200_000)

    async with serving(handler) as url, calling(max_body=100_000) as http:
        with pytest.raises(CallFailed) as failed:
            await http.call("GET", url)
    assert failed.value.reason == "too_large"


async def test_a_compressed_body_is_left_as_it_is() -> None:
    # 292 kB became 300 MB in another client; ours never asks for compression and never undoes it.
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8b not really gzip", headers={"content-encoding": "gzip"})

    async with serving(handler) as url, calling() as http:
        assert (await http.call("GET", url)).body == b"\x1f\x8b not really gzip"


@pytest.mark.parametrize("ending", ["abort", "close"])
async def test_a_connection_that_ends_without_an_answer_may_have_brought_the_call(ending: str) -> None:
    # httpx-aiohttp calls this a ConnectTimeout, as if nothing had been sent.
    async def handler(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        getattr(request.transport, ending)()
        return web.Response()

    async with serving(handler) as url, calling() as http:
        with pytest.raises(CallFailed) as failed:
            await http.call("POST", url, content=b"x")
    assert (failed.value.reason, failed.value.sent) == ("reset", True)


async def test_a_body_that_breaks_off_is_no_answer_but_its_status_is_known() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.abort()
        return response

    async with serving(handler) as url, calling() as http:
        with pytest.raises(CallFailed) as failed:
            await http.call("GET", url)
    assert (failed.value.reason, failed.value.sent) == ("reset", True)
    assert failed.value.head is not None
    assert failed.value.head.status == 200


async def test_what_is_no_http_is_a_protocol_failure() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example.gov ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server, calling() as http:
        with pytest.raises(CallFailed) as failed:
            await http.call("GET", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    assert (failed.value.reason, failed.value.sent) == ("protocol", True)


async def test_nobody_there_means_never_sent() -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with calling() as http:
        with pytest.raises(CallFailed) as failed:
            await http.call("POST", f"http://127.0.0.1:{port}/", content=b"x")
    assert (failed.value.reason, failed.value.sent) == ("connect", False)


async def test_no_tls_where_tls_is_asked_for_means_never_sent() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response()

    async with serving(handler) as url, calling() as http:
        with pytest.raises(CallFailed) as failed:
            await http.call("POST", url.replace("http:", "https:"), content=b"x")
    assert (failed.value.reason, failed.value.sent) == ("tls", False)


@pytest.mark.parametrize("address", ["not an address", "ftp://example.net/", "http://", "http://[::1/"])
async def test_a_bad_address_is_said_to_be_one(address: str) -> None:
    async with calling() as http:
        with pytest.raises(CallFailed) as failed:
            await http.call("GET", address)
    assert (failed.value.reason, failed.value.sent) == ("bad_address", False)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"]
)
async def test_private_addresses_are_refused_where_they_are_not_wanted(host: str) -> None:
    reached: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        reached.append(host)
        return web.Response()

    async with serving(handler) as url, calling(private_addresses=False, connect=2) as http:
        port = url.rstrip("/").rpartition(":")[2]
        with pytest.raises(CallFailed) as failed:
            await http.call("GET", f"http://{host}:{port}/")
    assert reached == []
    assert failed.value.reason in ("private_address", "bad_address")
    assert not failed.value.sent


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),  # NAT64 of 127.0.0.1
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),  # 6to4 of 127.0.0.1
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_a_certificate_file_takes_the_place_of_the_public_ones(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    async with calling(ca_file=tmp_path / "ca.pem") as http:
        with pytest.raises(CallFailed) as failed:
            await http.call("GET", "https://127.0.0.1:9/")
    assert (failed.value.reason, failed.value.sent) == ("tls", False)


@respx.mock(using="httpx")
async def test_respx_sees_every_call(respx_mock: respx.MockRouter) -> None:
    respx_mock.get("https://crm.example.gov/").mock(side_effect=[httpx.Response(200, text="hello"), httpx.ConnectError, httpx.ReadTimeout])
    async with calling() as http:
        assert (await http.call("GET", "https://crm.example.gov/")).body == b"hello"
        for reason, sent in (("connect", False), ("timeout", True)):
            with pytest.raises(CallFailed) as failed:
                await http.call("GET", "https://crm.example.gov/")
            assert (failed.value.reason, failed.value.sent) == (reason, sent)
