"""Microsoft's hosts for a real gateway: an HTTP proxy that leads to the local Graph server, over TLS with the tests' own authority."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from tests.channels.email import graph_server
from tests.channels.email.certificates import Authority
from tests.channels.email.graph_server import GRAPH, LOGIN, GraphServer

Result = TypeVar("Result")
_HOSTS = tuple(url.removeprefix("https://") for url in (GRAPH, LOGIN))


class Proxy:
    """``url`` is the proxy's address, ``ca_file`` what a client has to trust; ``asked`` are the hosts that were asked for."""

    def __init__(self, folder: Path) -> None:
        authority = Authority(folder)
        self.ca_file = authority.ca_file
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(authority.issue(*_HOSTS))
        self.asked: set[str] = set()
        self.port = 0
        self.graph = GraphServer()
        self._loop = asyncio.new_event_loop()
        self._ready, self._end = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something in the server's own thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(20)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(20)

    async def _serve(self) -> None:
        async with graph_server.running() as self.graph:
            server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._end.wait()
            server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            host = request.split()[1]
            self.asked.add(host)
            if request.split()[0] != "CONNECT" or host not in {f"{name}:443" for name in _HOSTS}:
                writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                return
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.start_tls(self._context)
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.graph.port)
            await asyncio.gather(_pipe(reader, inner_writer), _pipe(inner_reader, writer))
        writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def running(folder: Path) -> Iterator[Proxy]:
    """A proxy with its Graph server, in a thread."""
    proxy = Proxy(folder)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
