"""What all sessions of one SMTP or LMTP listener share: the port, limits, deadlines, TLS, the way into the store, the end.

One sweep a second looks at every session's deadline, forgets old rates, reloads a renewed certificate and logs what was turned away.
Logs carry ids and counts, never an address.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import shutil
import ssl
import traceback
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from channels.base import Accept, ChannelError, ListenContext, RawMessage, Receipt
from channels.email import _smtp_proxy
from channels.email._smtp_address import Recipients
from channels.email._smtp_body import Body, BodyLimits, Memory
from channels.email._smtp_limits import Gate
from channels.email._smtp_replies import STOPPING, Hangup
from channels.email._smtp_session import IntakeLMTP, IntakeSMTP

if TYPE_CHECKING:
    from channels.email._dkim import Verifier
    from channels.email.smtp import Settings

log = structlog.get_logger("channels.email.smtp")

_SWEEP = 1.0
_REPORT = 60.0
_STALLED = 600.0
"""Seconds that a session may last without storing a message."""
_PROXY_HEADER = 5.0
_CROWDED = b"421 4.7.0 Too many connections, try again later"


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with the configured certificate; None where none is configured. Raises OSError and ssl.SSLError."""
    if settings.tls_cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.tls_cert, settings.tls_key)
    return context


class Service:
    """One listening port and its sessions."""

    commit_limit = 600.0
    """Seconds for storing one message."""

    def __init__(
        self, channel_id: str, settings: Settings, accept: Accept, context: ListenContext, verifier: Verifier | None = None
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.settings = settings
        self.hostname = settings.hostname or context.hostname
        self.greeting = f"220 {self.hostname} {'LMTP' if settings.protocol == 'lmtp' else 'ESMTP'}".encode()
        self.recipients = Recipients(settings.recipients, hostname=self.hostname)
        self.body_limits = BodyLimits(settings.max_size, settings.memory_per_message, context.spool_dir)
        self.memory = Memory(settings.memory)
        self.gate = Gate(
            connections=settings.max_connections,
            per_client=settings.max_connections_per_client,
            messages_per_minute=settings.messages_per_minute_per_client,
            trusted=settings.trusted_networks,
        )
        self.tls = tls_context(settings)
        self.draining = False
        self.sessions: set[IntakeSMTP] = set()
        self._accept = accept
        self._verifier = verifier
        self._log = log.bind(channel_id=channel_id)
        self.commits: set[asyncio.Task[Receipt]] = set()
        self._counts: Counter[str] = Counter()
        self._reported: dict[tuple[str, str], float] = {}
        self._server: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._next_report = self.loop.time() + _REPORT
        self._tls_stamp = self._stamp()
        self._free: tuple[float, int] = (0.0, 0)
        self._extensions = {tls: self._ehlo(tls=tls) for tls in (False, True)}
        self._session_class = IntakeLMTP if settings.protocol == "lmtp" else IntakeSMTP

    # -- start and end ----------------------------------------------------------------------------------------------------------------

    async def start(self) -> tuple[str, int]:
        """Open the port; the address that it has."""
        for name in ("mail.log", "mail.debug"):  # aiosmtpd's own logs have addresses at INFO and bodies at DEBUG
            logging.getLogger(name).setLevel(logging.WARNING)
        _allow_files(2 * self.settings.max_connections + 256)
        host, port = self.settings.address
        self._server = await self.loop.create_server(self._session, host, port, backlog=1024)
        self._timer = self.loop.call_later(0, self._sweep)
        bound = self._server.sockets[0].getsockname()
        self._log.info("listening", protocol=self.settings.protocol, port=bound[1])
        return str(bound[0]), int(bound[1])

    def _session(self) -> IntakeSMTP:
        return self._session_class(self)

    async def stop(self) -> None:
        """Accept no more, end idle sessions with 421, let messages that are on their way or being stored end (for a bounded time)."""
        self.draining = True
        if self._server is not None:
            self._server.close()
        for session in tuple(self.sessions):
            session.drain()
        limit = self.loop.time() + self.settings.drain_timeout
        while (self.commits or any(session.busy for session in self.sessions)) and self.loop.time() < limit:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.01)
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.sleep(0)  # the last replies
        for session in tuple(self.sessions):
            session.hang_up()
        for _ in range(50):
            if not self.sessions:
                break
            await asyncio.sleep(0.01)
        for session in tuple(self.sessions):
            session.cut()
        if self._verifier is not None:
            self._verifier.close()
        if self.commits:
            self._log.error("stopped while messages were being stored", commits=len(self.commits))

    def _sweep(self) -> None:
        now = self.loop.time()
        for session in tuple(self.sessions):
            if session.deadline < now or (not session.busy and not session.closing and now - session.progress > _STALLED):
                self.count("timeouts")
                session.expire()
        if now > self._next_report:
            self._next_report = now + _REPORT
            self.gate.forget(now)
            self._reload_tls()
            if self._counts:
                self._log.info("minute", sessions=len(self.sessions), **self._counts)
                self._counts.clear()
        self._timer = self.loop.call_later(min(_SWEEP, self.settings.idle_timeout / 4), self._sweep)

    # -- connections ------------------------------------------------------------------------------------------------------------------

    def arrived(self, session: IntakeSMTP) -> bytes:
        """Let a connection in; the reply that turns it away, or nothing."""
        if self.draining:
            return STOPPING
        if self.gate.full(len(self.sessions)):
            self.count("refused_total")
            return _CROWDED
        self.sessions.add(session)
        if not self.settings.proxy_protocol:
            return self._enter(session)
        if self.gate.trusts(session.address):
            return b""
        self.count("refused_proxy")
        return b"421 4.7.0 Not from here"

    def _enter(self, session: IntakeSMTP) -> bytes:
        client = self.gate.client(session.address)
        if not self.gate.enter(client):
            self.count("refused_client")
            return _CROWDED
        session.client = client
        return b""

    def left(self, session: IntakeSMTP) -> None:
        """A connection ended."""
        self.sessions.discard(session)
        if session.client is not None:
            self.gate.leave(session.client)
            session.client = None

    async def proxied(self, session: IntakeSMTP) -> None:
        """Read the PROXY header and count the client that it names; raise :class:`Hangup` where it is missing, or late."""
        try:
            async with asyncio.timeout(_PROXY_HEADER):
                address = await _smtp_proxy.client_address(session)
        except TimeoutError as error:
            raise Hangup from error
        session.address = address or session.address
        refusal = self._enter(session)
        if refusal:
            raise Hangup(refusal)

    # -- what sessions ask ------------------------------------------------------------------------------------------------------------

    def extensions(self, *, tls: bool) -> bytes:
        """The reply to EHLO or LHLO."""
        return self._extensions[tls]

    def _ehlo(self, *, tls: bool) -> bytes:
        words = [self.hostname, "PIPELINING", f"SIZE {int(self.settings.max_size)}", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self.tls is not None and not tls:
            words.append("STARTTLS")
        return "\r\n".join([f"250-{word}" for word in words] + ["250 SMTPUTF8"]).encode()

    def short_of_space(self, size: int) -> bool:
        """Whether a message announced with ``size`` bytes should not be begun: less than 1.5 times that is free."""
        if not size:
            return False
        now = self.loop.time()
        if now - self._free[0] > 1:
            self._free = now, shutil.disk_usage(self.body_limits.spool_dir).free
        return self._free[1] < 1.5 * size

    def store(self, session: IntakeSMTP, body: Body) -> asyncio.Task[Receipt]:
        """Begin to store a received message, in a task of its own that outlives the session."""
        task = self.loop.create_task(self._store(session, body))
        self.commits.add(task)
        task.add_done_callback(self._stored)
        return task

    async def _store(self, session: IntakeSMTP, body: Body) -> Receipt:
        try:
            if body.error is not None:
                raise body.error  # noqa: TRY301 - what went wrong while receiving ends like what goes wrong while storing
            key, content, spool = body.finish()
            held = "too_large" if body.too_large else None
            envelope = _envelope(session, body)
            if self._verifier is not None and held is None:
                envelope |= await self._verifier.check(content, spool)
            raw = RawMessage(key, datetime.now(UTC), "message/rfc822", content, envelope, spool, held)
            receipt = await self._accept(raw)
            self._log.debug("stored", intake_id=receipt.intake_id, duplicate=receipt.duplicate, size=body.size, held=held)
        except BaseException as error:  # also a cancellation: who has not acknowledged keeps nothing
            body.discard()
            self.report(error, "store")
            raise
        finally:
            body.release()
        return receipt

    def _stored(self, task: asyncio.Task[Receipt]) -> None:
        self.commits.discard(task)
        failed = task.cancelled() or task.exception() is not None  # also: an exception that nobody waits for is not reported twice
        self.count("not_stored" if failed else "stored")

    def count(self, what: str) -> None:
        """One more of something that the log sums up each minute."""
        self._counts[what] += 1

    def report(self, error: BaseException, where: str) -> None:
        """Log what is unforeseen, by its kind and place, never by its text (it may quote a message); each kind once in ten seconds."""
        if isinstance(error, ChannelError):  # a refusal that was meant: whoever raised it has told why
            return
        kind = type(error).__name__
        now = self.loop.time()
        if now - self._reported.get((kind, where), -10.0) < 10:
            return
        self._reported[kind, where] = now
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        self._log.error("not stored, the sender will try again", error=kind, where=where, place=place)

    # -- files ------------------------------------------------------------------------------------------------------------------------

    def _stamp(self) -> tuple[int, int]:
        cert, key = self.settings.tls_cert, self.settings.tls_key
        return (cert.stat().st_mtime_ns, key.stat().st_mtime_ns) if cert is not None and key is not None else (0, 0)

    def _reload_tls(self) -> None:
        """Take over a renewed certificate for new sessions; where it cannot be read, the old one stays."""
        try:
            stamp = self._stamp()
            if stamp != self._tls_stamp:
                self.tls = tls_context(self.settings)
                self._tls_stamp = stamp
                self._log.info("certificate reloaded")
        except (OSError, ssl.SSLError) as error:
            self.report(error, "certificate")


def _envelope(session: IntakeSMTP, body: Body) -> dict[str, str]:
    """What the transport said, as valid Unicode."""
    said = session.envelope
    hello = session.session.host_name if session.session is not None else None
    envelope = {
        "mail_from": _valid((said.mail_from if said is not None else None) or ""),
        "rcpt_to": _valid(" ".join(said.rcpt_tos) if said is not None else ""),
        "remote_ip": session.address,
        "helo": _valid(hello or "")[:255],
        "tls": session.tls,
        "protocol": "lmtp" if session.lmtp else "smtp",
    }
    if said is not None and said.smtp_utf8:
        envelope["smtputf8"] = "1"
    if said is not None and "8BITMIME" in said.mail_options:
        envelope["8bitmime"] = "1"
    if body.bare_newline:
        envelope["bare_newline"] = "1"
    if body.too_large:
        envelope["size"] = str(body.size)
    return envelope


def _valid(text: str) -> str:
    """Bytes that were no UTF-8 (kept as surrogates so far) become U+FFFD, and so does what cannot be printed."""
    if text.isprintable():
        return text
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _allow_files(needed: int) -> None:
    """Raise the soft limit of open files, as far as allowed, to what that many connections need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
