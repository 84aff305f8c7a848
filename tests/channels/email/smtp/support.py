"""A store in memory, a listener on a free port, and a client that says exactly what it is told to."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from channels.base import ListenContext, RawMessage, Receipt
from channels.email.smtp import Settings, SmtpChannel, build

RECIPIENTS = ("311@springfield.example.gov", "@parks.springfield.example.gov")
PATIENCE = 20.0
"""Seconds after which a test gives up; far more than anything takes."""


class Store:
    """What ``accept`` leads to: messages in a list, by their key; a spool file is read and removed, as the gateway does."""

    def __init__(self) -> None:
        self.messages: list[RawMessage] = []
        self.ids: dict[str, str] = {}
        self.fail: Callable[[RawMessage], BaseException | None] = lambda _raw: None
        self.open = asyncio.Event()
        """Cleared: commits begin and do not end."""
        self.open.set()
        self.begun = 0

    async def __call__(self, raw: RawMessage, /) -> Receipt:
        self.begun += 1
        await self.open.wait()
        error = self.fail(raw)
        if error is not None:
            raise error
        if raw.source_id in self.ids:
            return Receipt(self.ids[raw.source_id], duplicate=True)
        if raw.spool is not None:
            content = raw.spool.path.read_bytes()
            assert len(content) == raw.spool.size
            assert hashlib.sha256(content).hexdigest() == raw.spool.sha256
            raw.spool.path.unlink()
            raw = replace(raw, content=content)
        self.messages.append(raw)
        self.ids[raw.source_id] = f"ID{len(self.messages)}"
        return Receipt(self.ids[raw.source_id])


class Server:
    """A listener that runs."""

    def __init__(self, channel: SmtpChannel, store: Store, spool_dir: Path) -> None:
        self.channel = channel
        self.store = store
        self.spool_dir = spool_dir

    @property
    def port(self) -> int:
        assert self.channel.bound is not None
        return self.channel.bound[1]

    @property
    def spools(self) -> list[Path]:
        return list(self.spool_dir.iterdir())


def settings(**changes: Any) -> Settings:
    return Settings.model_validate({"type": "email.smtp", "listen": "127.0.0.1:0", "recipients": list(RECIPIENTS)} | changes)


@asynccontextmanager
async def serving(folder: Path, store: Store | None = None, **changes: Any) -> AsyncIterator[Server]:
    spool_dir = folder / "spool"
    spool_dir.mkdir(exist_ok=True)
    channel = build("mail", settings(**changes))
    store = store or Store()
    async with channel.listen(store, ListenContext(spool_dir, "mail.springfield.example.gov")):
        yield Server(channel, store, spool_dir)


class Client:
    """The other end of a session."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def drain(self) -> None:
        await self._writer.drain()

    async def reply(self) -> str:
        """One reply, its lines joined; empty at the end of the connection."""
        lines = []
        while True:
            try:
                line = await asyncio.wait_for(self._reader.readline(), PATIENCE)
            except ConnectionError:
                return ""
            lines.append(line.decode().rstrip("\r\n"))
            if line[3:4] != b"-":
                return "\n".join(lines)

    async def say(self, line: str) -> str:
        self.send(line.encode("utf-8", "surrogateescape") + b"\r\n")
        return await self.reply()

    async def begin(self, to: str = "311@springfield.example.gov", sender: str = "resident@example.net") -> None:
        """Everything up to DATA."""
        for line in ("EHLO client.example.net", f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA"):
            answer = await self.say(line)
            assert answer.startswith("354" if line == "DATA" else "250"), answer

    async def deliver(self, content: bytes, **who: str) -> str:
        """A whole transaction; ``content`` has its dots doubled already."""
        await self.begin(**who)
        self.send(content + b"\r\n.\r\n")
        return await self.reply()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        await asyncio.wait_for(self._writer.start_tls(context, server_hostname="mail.springfield.example.gov"), PATIENCE)

    async def ended(self) -> bool:
        """Whether the other side has closed (what it still sent is dropped)."""
        try:
            await asyncio.wait_for(self._reader.read(), PATIENCE)
        except ConnectionError:
            return True
        return self._reader.at_eof()

    def half_close(self) -> None:
        self._writer.write_eof()

    def vanish(self) -> None:
        """Go away without a word."""
        self._writer.transport.abort()


@asynccontextmanager
async def connected(server: Server | int, *, greeted: bool = True) -> AsyncIterator[Client]:
    port = server if isinstance(server, int) else server.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000_000)
    client = Client(reader, writer)
    try:
        if greeted:
            greeting = await client.reply()
            assert greeting.startswith("220"), greeting
        yield client
    finally:
        client.vanish()


async def until(condition: Callable[[], object]) -> None:
    """Wait until something has become true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - a test has nothing to be woken by
            await asyncio.sleep(0.005)
