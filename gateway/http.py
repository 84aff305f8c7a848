"""The one place that makes HTTP clients: every call outward has a deadline, a bound on what it reads, and follows no redirect.

httpx is the interface and aiohttp's connections are underneath (httpx-aiohttp): with 20 calls at once that is about seven times as
fast as httpx's own. Nothing is taken from the environment (proxies, .netrc), no cookie is kept, and no compression is asked for.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv6Address, IPv6Network, ip_address

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from channels.outward import Answer, CallFailed, Client, Manners

__all__ = ["Answer", "CallFailed", "Http", "Manners", "client", "is_public"]

# httpx writes each call's address at INFO; an address may hold a token.
logging.getLogger("httpx").setLevel(logging.WARNING)

_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052 §2.1: IPv4 addresses as an IPv6 network writes them."""
_GIVEN_OUT = IPv6Network("2000::/3")
"""RFC 4291 §2.4, RFC 3513: the part of IPv6 that is the public internet's; ``::127.0.0.1`` and the like lie outside."""


class Http:
    """An HTTP client for one purpose. It connects at its first call, in the event loop of that call; ``aclose`` ends it."""

    def __init__(self, manners: Manners | None = None, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._manners = manners or Manners()
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def call(
        self,
        method: str,
        url: str | httpx.URL,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """Make one call and read its whole answer; any status code is an answer, a redirect too. Raises :class:`CallFailed`.

        ``deadline`` (seconds) takes the place of the client's own timeout for this call.
        """
        client = self._client or self._open()
        head: Answer | None = None
        try:
            self._refuse_literal(url)
            async with asyncio.timeout(deadline or self._manners.timeout):
                async with client.stream(method, url, content=content, headers=headers, params=params) as response:
                    head = Answer(response.status_code, response.headers, b"")
                    return Answer(head.status, head.headers, await self._read(response, head))
        except TimeoutError:
            raise CallFailed("timeout", sent=True, head=head) from None
        except (httpx.InvalidURL, ValueError):  # aiohttp raises plain ValueErrors for addresses that it cannot use
            raise CallFailed("bad_address", sent=head is not None, head=head) from None
        except httpx.HTTPError as error:
            raise _failure(error, head) from error
        except aiohttp.ClientError as error:  # those that httpx-aiohttp has no httpx name for, as a malformed answer
            raise CallFailed("protocol", sent=True, head=head) from error
        except ssl.SSLError as error:  # the file of certificates holds none
            raise CallFailed("tls", sent=False) from error

    async def aclose(self) -> None:
        """End the connections; the client may be used again."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _read(self, response: httpx.Response, head: Answer) -> bytes:
        # Identity was asked for, so a compressed body is not undone: 300 MB may hide in 300 kB.
        if response.is_stream_consumed:  # a stand-in for the network (respx) hands over answers that were read already
            return response.content
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_raw():
            size += len(chunk)
            if size > self._manners.max_body:
                raise CallFailed("too_large", sent=True, head=head)
            chunks.append(chunk)
        return b"".join(chunks)

    def _open(self) -> httpx.AsyncClient:
        manners = self._manners
        proxy = httpx.Proxy(manners.proxy) if manners.proxy else None
        client = httpx.AsyncClient(
            transport=self._transport or AiohttpTransport(client=self._session, proxy=proxy),
            headers={"user-agent": manners.user_agent, "accept-encoding": "identity", **manners.headers},
            timeout=httpx.Timeout(manners.timeout, connect=manners.connect),
            follow_redirects=False,
            trust_env=False,
        )
        client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._client = client
        return client

    def _session(self) -> aiohttp.ClientSession:
        manners = self._manners
        connector = aiohttp.TCPConnector(
            limit=manners.connections,
            # Short, because a server that just closed an idle connection makes a POST fail with nobody knowing whether it was seen.
            keepalive_timeout=10,
            ssl=ssl.create_default_context(cafile=manners.ca_file) if manners.ca_file else True,
            resolver=None if manners.private_addresses or manners.proxy else PublicOnly(),
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)

    def _refuse_literal(self, url: str | httpx.URL) -> None:
        # An address in figures is never resolved, so that the resolver does not see it.
        if self._manners.private_addresses:
            return
        host = httpx.URL(url).host
        try:
            public = is_public(host)
        except ValueError:
            return
        if not public:
            raise CallFailed("private_address", sent=False)


def client(manners: Manners) -> Client:
    """A client with these manners: what adapters are handed to call out with."""
    return Http(manners)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also where IPv4 hides in IPv6; ValueError where it is no address."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in _NAT64:
            return is_public(str(ip_address(int(ip) & 0xFFFFFFFF)))
        if ip not in _GIVEN_OUT:
            return False
    return ip.is_global and not ip.is_multicast


class PrivateAddress(OSError):
    """A name resolves to an address that is not public."""


class PublicOnly(AbstractResolver):
    """Resolves names to public addresses only; what it returns is what is connected to, so that no second answer can differ."""

    def __init__(self) -> None:
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = [result for result in await self._inner.resolve(host, port, family) if is_public(result["host"])]
        if not found:
            raise PrivateAddress(f"{host} has no public address")
        return found

    async def close(self) -> None:
        await self._inner.close()


def _failure(error: httpx.HTTPError, head: Answer | None) -> CallFailed:
    """What went wrong, and whether the call may have reached the other side: read from aiohttp's error where it is the cause.

    httpx-aiohttp calls a connection that broke after the call was sent a ConnectTimeout, which would pass for "never sent".
    """
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientConnectorDNSError) and isinstance(cause.os_error, PrivateAddress):
        return CallFailed("private_address", sent=False)
    if isinstance(cause, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch | ssl.SSLError):
        return CallFailed("tls", sent=False)
    if isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return CallFailed("connect", sent=False)
    if isinstance(cause, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | aiohttp.ClientPayloadError):
        return CallFailed("reset", sent=True, head=head)
    if not isinstance(cause, aiohttp.ClientError) and isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return CallFailed("connect", sent=False)
    if isinstance(error, httpx.UnsupportedProtocol):
        return CallFailed("bad_address", sent=False)
    if isinstance(error, httpx.TimeoutException):
        return CallFailed("timeout", sent=True, head=head)
    return CallFailed("reset" if isinstance(error, httpx.NetworkError) else "protocol", sent=True, head=head)
