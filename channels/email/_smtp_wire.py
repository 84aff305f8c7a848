"""The bytes of a session: input within bounds, replies gathered until the client waits for them, the switch to TLS.

Knows lines and end of data, no verbs. Everything is done as soon as it arrives, in the loop's own call: no task waits for a session,
so there is none to cancel when a client goes away. While a message is received, what arrives goes straight into its body.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import ssl
import sys
import termios

from channels.email._smtp_body import Body
from channels.email._smtp_replies import TOO_LARGE, Hangup

COMMAND_LIMIT = 1_000
"""Bytes of a command line, line end included; RFC 5321 §4.5.3.1.4 asks for 512 and room for extensions."""
_PAUSE = 8_192
"""Bytes of unread commands at which the client has to wait."""
_FLOOD = 65_536
"""Bytes of unread commands at which nobody honest is at the other end: RFC 2920 §3.1 has a client wait after the end of data."""
_HANDSHAKE = 15.0
"""Seconds for the TLS handshake."""


class Wire(asyncio.StreamReaderProtocol):
    """Input and output of one session; what a line or a message means is up to its subclass."""

    minimum_rate = 500.0
    """Bytes a second that a message has to arrive with, after the first ``idle_timeout`` seconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, idle_timeout: float) -> None:
        # No StreamReader: its buffer would hold everything a second time.
        asyncio.StreamReaderProtocol.__init__(self, None, loop=loop)  # type: ignore[arg-type]  # the class allows None, its stub does not
        self.loop = loop
        self.link: asyncio.Transport | None = None
        """The connection; None once it is lost."""
        self.idle_timeout = idle_timeout
        """Seconds without a byte from the client."""
        self.deadline = loop.time() + idle_timeout
        """When the service ends the session (the loop's seconds)."""
        self.body: Body | None = None
        """The message that is being received."""
        self.held = True
        """Whether commands have to wait: the greeting is due, a message is being stored, TLS is being set up."""
        self.closing = False
        self._in = bytearray()
        self._out: list[bytes] = []
        self._ended = False
        self._reading = True
        self._blocked = False
        self._data_since = 0.0
        self._arrival: asyncio.Future[None] | None = None

    # -- for the subclass -------------------------------------------------------------------------------------------------------------

    def obey(self, line: bytes) -> None:
        """Do what a command line says; may raise :class:`Hangup`."""
        raise NotImplementedError

    def received(self, body: Body) -> None:
        """The end of a message has come; raises nothing."""
        raise NotImplementedError

    def fault(self, error: Exception) -> None:
        """Something unforeseen was raised by ``obey``."""
        raise NotImplementedError

    # -- called by the loop -----------------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        asyncio.StreamReaderProtocol.connection_made(self, transport)
        self.link = transport  # type: ignore[assignment]  # a TCP server's transports read and write

    def connection_lost(self, error: Exception | None) -> None:
        """Forget what was received in part. A message that is being stored is not ours any more."""
        self._ended = self.closing = True
        self.link = None
        self._give_up()
        self._arrived()
        asyncio.StreamReaderProtocol.connection_lost(self, error)

    def eof_received(self) -> bool:
        """The client has finished sending. It may still wait for a reply, so the connection stays open (not possible under TLS)."""
        self._ended = True
        self._arrived()
        self.work()
        return not self._over_ssl

    def pause_writing(self) -> None:
        """The client does not read its replies: no further command until it did."""
        self._blocked = True

    def resume_writing(self) -> None:
        """It reads again."""
        self._blocked = False
        self.work()

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if self.closing:
            return
        if self.body is not None:
            self._feed(self.body, data)
        else:
            self._in += data
            self.touch()
            if self._arrival is not None:
                self._arrived()
        self.work()

    def _feed(self, body: Body, data: bytes) -> None:
        rest = body.feed(data)
        slowest = self._data_since + body.wire / self.minimum_rate
        self.deadline = min(self.loop.time(), slowest) + self.idle_timeout
        if rest is not None:
            self._in += rest
            self.body = None
            self.received(body)
        elif body.endless:
            self._end(TOO_LARGE)

    def work(self) -> None:
        """Obey the commands that are here, as far as they may be obeyed now; then send the replies."""
        while self._in and not (self.held or self.closing or self._blocked):
            if self.body is not None:
                self._feed(self.body, self.take(len(self._in)))
                continue
            try:
                line = self.next_line()
                if line is None:
                    break
                self.obey(line)
            except Hangup as end:
                self._end(end.reply)
            except Exception as error:  # noqa: BLE001 - a bug of ours must not look like a permanent refusal
                self.fault(error)
        if self._ended and not self.held:
            self.hang_up()
        self.flush()
        self._regulate()

    def _regulate(self) -> None:
        """Let the client send, or wait, as we can take it."""
        link = self.link
        if link is None or self.closing:
            return
        if len(self._in) > _FLOOD:
            self._end(b"421 4.7.0 You sent too much without waiting for a reply")
        elif self._reading and len(self._in) > _PAUSE:
            self._reading = False
            link.pause_reading()
        elif not self._reading and len(self._in) <= _PAUSE:
            self._reading = True
            link.resume_reading()

    def _end(self, reply: bytes) -> None:
        self.say(reply)
        self.hang_up()

    def _give_up(self) -> None:
        if self.body is not None:
            self.body.discard()
            self.body = None

    def _arrived(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    # -- called by the session --------------------------------------------------------------------------------------------------------

    def touch(self) -> None:
        """The client did something: it has the idle time again."""
        self.deadline = self.loop.time() + self.idle_timeout

    def next_line(self) -> bytes | None:
        """The next command line without its line end; None: none is complete.

        A line that is too long or ends in a bare LF ends the session: it raises :class:`Hangup`.
        """
        buffer = self._in
        end = buffer.find(b"\n", 0, COMMAND_LIMIT)
        if end < 0:
            if len(buffer) >= COMMAND_LIMIT:
                raise Hangup(b"500 5.5.2 Line too long")
            return None
        if end == 0 or buffer[end - 1] != 13:  # RFC 5321 §2.3.8: only CRLF ends a line; anything else may be a smuggling attempt
            raise Hangup(b"500 5.5.2 Lines end with CRLF")
        line = bytes(buffer[: end - 1])
        del buffer[: end + 1]
        return line

    def take(self, limit: int) -> bytes:
        """Remove and return up to ``limit`` bytes of what is here."""
        data = bytes(self._in[:limit])
        del self._in[:limit]
        return data

    async def some(self, limit: int) -> bytes:
        """Wait for input and take up to ``limit`` bytes of it; raise :class:`Hangup` where none will come."""
        while not self._in:
            if self._ended:
                raise Hangup
            self._arrival = self.loop.create_future()
            await self._arrival
            self._arrival = None
        return self.take(limit)

    def receive(self, body: Body) -> None:
        """From now on everything goes into ``body``, up to the end of data."""
        self.body = body
        self._data_since = self.loop.time()

    def say(self, reply: bytes) -> None:
        """Give a reply; it is sent as soon as the client waits for one (RFC 2920: replies to a group of commands go together)."""
        if reply:
            self._out.append(reply)

    def flush(self) -> None:
        """Send the replies so far."""
        if self._out:
            if self.link is not None:
                self._out.append(b"")
                self.link.write(b"\r\n".join(self._out))
            self._out.clear()

    def hang_up(self) -> None:
        """Send the replies so far and close."""
        self.flush()
        self.closing = True
        self._give_up()
        if self.link is not None:
            self.link.close()

    def cut(self) -> None:
        """Close at once."""
        self.closing = True
        self._give_up()
        if self.link is not None:
            self.link.abort()

    def stop_clear_text(self) -> None:
        """Before the client is told to begin TLS: drop whatever came in clear after the command (RFC 3207 §4.2), and read no more of it."""
        self.held = self._reading = True
        self._in.clear()
        if self.link is not None:
            self.link.pause_reading()

    async def start_tls(self, context: ssl.SSLContext) -> str:
        """Switch to TLS, which begins to read again; the version that was agreed on.

        Raises OSError (ssl.SSLError and TimeoutError are such) where it fails; the session has then ended.
        """
        clear = self.link
        if clear is None:
            raise ConnectionResetError
        self.deadline = self.loop.time() + 2 * _HANDSHAKE
        try:
            secure = await self.loop.start_tls(clear, self, context, server_side=True, ssl_handshake_timeout=_HANDSHAKE)
        except OSError:
            clear.abort()
            if self.link is not None:  # the connection was TLS's by then, so nobody tells us of its end
                self.connection_lost(None)
            raise
        if secure is None or self.link is None:
            raise ConnectionResetError
        self.link = self._transport = secure
        self._over_ssl = True
        self.touch()
        return str(secure.get_extra_info("ssl_object").version())


def bytes_waiting(transport: asyncio.BaseTransport | None) -> int:
    """How many received bytes the kernel holds for us that we have not read; 0 where it does not say."""
    sock = transport.get_extra_info("socket") if transport is not None else None
    if sock is None:
        return 0
    with contextlib.suppress(OSError, ValueError):
        return int.from_bytes(fcntl.ioctl(sock.fileno(), termios.FIONREAD, b"\0\0\0\0"), sys.byteorder, signed=True)
    return 0
