"""One SMTP or LMTP session: the verbs, their order, their limits.

Stands on aiosmtpd's ``SMTP`` class and replaces what hostile traces broke or what cost most: the constructor (it inspected every method
of every connection), the command loop (bare LF, endless lines, budgets), address parsing and the whole of DATA. Nothing here answers
5xx for a fault of ours, and no reply carries the text of an exception.

A session has no task: commands are obeyed as they arrive. A message is stored by a task of the service's, which a client that goes away
cannot cancel. Deadlines are numbers that the service looks at once a second, not a timer for each session.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from aiosmtpd.smtp import SMTP

from channels.email._smtp_address import Path, PathError, parse_parameters, parse_path
from channels.email._smtp_body import Body
from channels.email._smtp_replies import ACCEPTED, BUSY, FULL, SLOW_DOWN, STOPPING, TOO_LARGE, Hangup, reply_to_error
from channels.email._smtp_wire import Wire, bytes_waiting

if TYPE_CHECKING:
    from channels.base import Receipt
    from channels.email._smtp_server import Service

Verb = Callable[["IntakeSMTP", str], Coroutine[Any, Any, None]]

_HTTP = frozenset({b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"DELETE", b"CONNECT", b"TRACE", b"PATCH", b"PRI"})
_BEFORE_TLS = frozenset({b"EHLO", b"HELO", b"LHLO", b"NOOP", b"STARTTLS", b"QUIT"})  # RFC 3207 §4
_BUDGET = {b"MAIL": 50, b"DATA": 50, b"NOOP": 10, b"RSET": 50, b"VRFY": 3, b"EHLO": 5, b"HELO": 5, b"LHLO": 5, b"HELP": 3, b"STARTTLS": 2}
"""How often a verb may come before a message is stored; then the count begins anew."""
_ERRORS = 20
"""Refusals before a message is stored; then the count begins anew."""
_GRACE = 5.0
"""Seconds for the last reply to get away."""
_OVERSHOOT = 1_000
"""Recipients over the limit: RFC 5321 §4.5.3.1.10 has an honest sender try them all, so they are not errors at once."""


class IntakeSMTP(Wire, SMTP):
    """An SMTP session (RFC 5321) whose messages go to ``service.store``."""

    verbs: ClassVar[dict[bytes, Verb]]
    lmtp: ClassVar[bool] = False

    def __init__(self, service: Service) -> None:
        # aiosmtpd's own constructor is left out on purpose: what it prepares for each connection, the service holds once.
        Wire.__init__(self, service.loop, idle_timeout=service.settings.idle_timeout)
        self.service = service
        self.progress = self.loop.time()
        """When the session began, or last stored a message (the loop's seconds)."""
        self.address = ""
        self.client: str | None = None
        """Key of the client in the gate; None as long as it has not been let in."""
        self.tls = ""
        self.committing = False
        self._errors = 0
        self._overshoot = 0
        self._spent: dict[bytes, int] | None = None

    # -- life of the connection -------------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a message is being received or stored: such a session is let finish when the service stops."""
        return self.committing or self.body is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the client in, or turn it away with 421."""
        Wire.connection_made(self, transport)
        peer = transport.get_extra_info("peername")
        self.session = self._create_session()
        self.session.peer = peer
        self.envelope = self._create_envelope()
        self.address = str(peer[0]) if peer else ""
        refusal = self.service.arrived(self)
        if refusal:
            self._end(refusal)
        elif self.service.settings.proxy_protocol:
            self._later(self._proxied())
        elif self.service.settings.greet_delay:
            self.loop.call_later(self.service.settings.greet_delay, self._greet)
        else:
            self._greet(bytes_waiting(transport))

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the service."""
        Wire.connection_lost(self, error)
        self.service.left(self)

    def expire(self) -> None:
        """The deadline has passed: say so and hang up; where that does not help either, cut."""
        if self.closing:
            self.cut()
            return
        self.deadline = self.loop.time() + _GRACE
        self._end(BUSY if self.committing else b"421 4.4.2 Timeout, closing connection")

    def drain(self) -> None:
        """The service stops: end the session unless it is busy; then it ends after its reply."""
        if not self.busy and not self.closing:
            self.deadline = self.loop.time() + _GRACE
            self._end(STOPPING)

    def _greet(self, early: int = 0) -> None:
        """Send the banner, unless the client spoke before it (RFC 5321 §3.1: it waits for the greeting)."""
        if self.closing:
            return
        self.held = False
        if early or self._in:
            self.service.count("early_talkers")
            self._end(b"421 4.7.0 You spoke before the greeting")
        else:
            self.say(self.service.greeting)
            self.work()

    async def _proxied(self) -> None:
        try:
            await self.service.proxied(self)
        except Hangup as end:
            self._end(end.reply)
        else:
            self._greet()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do ``work`` in a task, which the session keeps alive."""
        self._handler_coroutine = self.loop.create_task(work)

    def obey(self, line: bytes) -> None:
        """Do what a command line says."""
        if self.service.draining:
            raise Hangup(STOPPING)
        word, _, argument = line.partition(b" ")
        word = word.upper()
        verb = self.verbs.get(word)
        if verb is None:
            if word in _HTTP:
                self.service.count("http_requests")
                raise Hangup(b"421 4.7.0 This is not a web server")
            self._refuse(b"500 5.5.1 Command not recognised")
        elif self.service.settings.require_starttls and not self.tls and word not in _BEFORE_TLS:
            self._refuse(b"530 5.7.0 Must issue a STARTTLS command first")
        else:
            if word in _BUDGET:
                self._spend(word)
            try:  # aiosmtpd's verbs are coroutines; none of ours ever waits, so its first step is all of it
                verb(self, argument.decode("utf-8", "surrogateescape").strip(" ")).send(None)
            except StopIteration:
                pass

    def fault(self, error: Exception) -> None:
        """Whatever is unforeseen is a temporary refusal, without a word of the error."""
        self.service.report(error, "session")
        self._reset()
        self.say(BUSY)

    async def handle_exception(self, error: Exception) -> str:
        """The hook that aiosmtpd has for the same."""
        self.service.report(error, "session")
        return BUSY.decode()

    async def push(self, status: str | bytes) -> None:
        """Send a reply (aiosmtpd's way to say one)."""
        self.say(status if isinstance(status, bytes) else status.encode())

    def _reset(self) -> None:
        if self.envelope is None or self.envelope.mail_from is not None:
            self.envelope = self._create_envelope()

    def _spend(self, word: bytes) -> None:
        if self._spent is None:
            self._spent = {}
        spent = self._spent[word] = self._spent.get(word, 0) + 1
        if spent > _BUDGET[word]:
            raise Hangup(b"421 4.7.0 Too many commands without a message")

    def _refuse(self, reply: bytes) -> None:
        self._errors += 1
        if self._errors > _ERRORS:
            raise Hangup(b"421 4.7.0 Too many errors")
        self.say(reply)

    # -- verbs --------------------------------------------------------------------------------------------------------------------

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """HELO: RFC 5321 §4.1.1.1."""
        self._hello(hostname, extended=False, reply=b"250 " + self.service.hostname.encode())

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """EHLO: RFC 5321 §4.1.1.1."""
        self._hello(hostname, extended=True, reply=self.service.extensions(tls=bool(self.tls)))

    def _hello(self, hostname: str, *, extended: bool, reply: bytes) -> None:
        session = self.session
        if not hostname or session is None:
            self._refuse(b"501 5.5.4 Say who you are")
            return
        self._reset()
        session.host_name = hostname
        session.extended_smtp = extended
        self.say(reply)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - the name is aiosmtpd's
        """MAIL FROM: RFC 5321 §4.1.1.2, SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531)."""
        session, envelope, service = self.session, self.envelope, self.service
        if session is None or envelope is None or not session.host_name:
            self._refuse(b"503 5.5.1 Say hello first")
            return
        if envelope.mail_from is not None:
            self._refuse(b"503 5.5.1 One sender at a time")
            return
        parsed = self._path(arg, "FROM:")
        if parsed is None:
            return
        path, parameters = parsed
        size = parameters.pop("SIZE", "0") or ""
        body = (parameters.pop("BODY", "7BIT") or "").upper()
        utf8 = "SMTPUTF8" in parameters
        if parameters.pop("SMTPUTF8", None) is not None or not (size.isascii() and size.isdigit()) or body not in {"7BIT", "8BITMIME"}:
            self._refuse(b"501 5.5.4 Parameter not understood")
        elif parameters:
            self._refuse(b"555 5.5.4 Parameter not recognised")
        elif len(size) > 20 or int(size) > service.settings.max_size:
            self._refuse(TOO_LARGE)
        elif service.short_of_space(int(size)):
            self.say(FULL)
        elif self.client is not None and not service.gate.message(self.client, self.loop.time()):
            service.count("rate_limited")
            self.say(SLOW_DOWN)
        else:
            envelope.mail_from = path.address  # the null sender is the empty string, never "<>"
            envelope.smtp_utf8 = utf8
            envelope.mail_options = [body]
            self.say(b"250 2.1.0 Ok")

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - the name is aiosmtpd's
        """RCPT TO: RFC 5321 §4.1.1.3. Unknown recipients are refused here, so that nothing has to be bounced later."""
        envelope, settings = self.envelope, self.service.settings
        if envelope is None or envelope.mail_from is None:
            self._refuse(b"503 5.5.1 Need MAIL before RCPT")
            return
        parsed = self._path(arg, "TO:")
        if parsed is None:
            return
        path, parameters = parsed
        if parameters:
            self._refuse(b"555 5.5.4 Parameter not recognised")
        elif not path.local or " " in path.local or path not in self.service.recipients:
            self._refuse(b"550 5.1.1 No such recipient here")
        elif len(envelope.rcpt_tos) >= settings.max_recipients:
            self._overshoot += 1
            if self._overshoot > _OVERSHOOT:
                raise Hangup(b"421 4.7.0 Too many recipients")
            self.say(b"452 4.5.3 Too many recipients")
        else:
            envelope.rcpt_tos.append(path.address)
            self.say(b"250 2.1.5 Ok")

    def _path(self, arg: str | None, keyword: str) -> tuple[Path, dict[str, str | None]] | None:
        """Read ``FROM:<…> …``; None when it was refused."""
        text = arg or ""
        if text[: len(keyword)].upper() != keyword:
            self._refuse(b"501 5.5.4 Syntax: " + keyword.encode() + b"<address>")
            return None
        unreadable = b"501 5.1.7 Address not understood" if keyword == "FROM:" else b"501 5.1.3 Address not understood"
        try:
            path, words = parse_path(text[len(keyword) :])
            unreadable = b"501 5.5.4 Parameter not understood"
            return path, parse_parameters(words)
        except PathError:
            self._refuse(unreadable)
            return None

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """DATA: RFC 5321 §4.1.1.4."""
        if arg:
            self._refuse(b"501 5.5.4 DATA takes no argument")
        elif self.envelope is None or not self.envelope.rcpt_tos:
            self._refuse(b"503 5.5.1 Need RCPT before DATA")
        else:
            self.say(b"354 End data with <CR><LF>.<CR><LF>")
            self.receive(Body(self.service.body_limits, self.service.memory))

    def received(self, body: Body) -> None:
        """The end of data has come: store the message. 250 is said when it is durable, and not before."""
        self.held = self.committing = True
        self.deadline = self.loop.time() + self.service.commit_limit
        self.service.store(self, body).add_done_callback(partial(self._stored, body.too_large))

    def _stored(self, too_large: bool, task: asyncio.Task[Receipt]) -> None:
        """The commit has ended, one way or the other. The client may be gone; the message is stored all the same."""
        self.held = self.committing = False
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is None:
            reply = TOO_LARGE if too_large else ACCEPTED + task.result().intake_id.encode("ascii", "replace")
            self.progress = self.loop.time()
            self._errors = self._overshoot = 0
            self._spent = None
        else:
            reply = reply_to_error(error)
        if not self.closing:
            self.touch()
            self._answer(reply)
            self.work()

    def _answer(self, reply: bytes) -> None:
        """Reply to the end of data."""
        recipients = len(self.envelope.rcpt_tos) if self.envelope is not None else 1
        for _ in range(recipients if self.lmtp else 1):  # RFC 2033 §4.2: one reply for each recipient
            self.say(reply)
        self._reset()

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """STARTTLS: RFC 3207. What came in clear after the command is dropped, and the session begins anew."""
        context = self.service.tls
        if arg:
            self._refuse(b"501 5.5.4 STARTTLS takes no argument")
        elif context is None or self.tls:
            self._refuse(b"503 5.5.1 TLS not available" if context is None else b"503 5.5.1 TLS already active")
        else:
            self.stop_clear_text()
            self.say(b"220 2.0.0 Ready to start TLS")
            self.flush()
            self._later(self._secure(context))

    async def _secure(self, context: ssl.SSLContext) -> None:
        try:
            self.tls = await self.start_tls(context)
        except OSError:  # the handshake failed, or the client left; the session is over
            self.service.count("tls_failures")
            return
        self._reset()
        self.session = self._create_session()
        self.held = False
        self.work()

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """RSET: RFC 5321 §4.1.1.5."""
        self._reset()
        self.say(b"250 2.0.0 Ok")

    async def smtp_NOOP(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """NOOP: RFC 5321 §4.1.1.9."""
        self.say(b"250 2.0.0 Ok")

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """VRFY: one answer for all, RFC 5321 §7.3."""
        self.say(b"252 2.1.5 Cannot VRFY user, but will accept message and attempt delivery")

    async def smtp_HELP(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """HELP: RFC 5321 §4.1.1.8."""
        self.say(b"214 2.0.0 See RFC 5321")

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """QUIT: RFC 5321 §4.1.1.10."""
        raise Hangup(b"221 2.0.0 Bye")

    async def not_offered(self, arg: str) -> None:
        """Any other verb of an extension."""
        self._refuse(b"502 5.5.1 Command not offered")


_COMMON: dict[bytes, Any] = {
    b"MAIL": IntakeSMTP.smtp_MAIL, b"RCPT": IntakeSMTP.smtp_RCPT, b"DATA": IntakeSMTP.smtp_DATA, b"STARTTLS": IntakeSMTP.smtp_STARTTLS,
    b"RSET": IntakeSMTP.smtp_RSET, b"NOOP": IntakeSMTP.smtp_NOOP, b"VRFY": IntakeSMTP.smtp_VRFY, b"HELP": IntakeSMTP.smtp_HELP,
    b"QUIT": IntakeSMTP.smtp_QUIT,
} | dict.fromkeys((b"AUTH", b"EXPN", b"ETRN", b"TURN", b"BDAT", b"XCLIENT", b"XFORWARD"), IntakeSMTP.not_offered)  # fmt: skip

IntakeSMTP.verbs = _COMMON | {b"HELO": IntakeSMTP.smtp_HELO, b"EHLO": IntakeSMTP.smtp_EHLO}


class IntakeLMTP(IntakeSMTP):
    """An LMTP session (RFC 2033): for a mail server that hands over on this machine or network."""

    lmtp = True
    verbs = _COMMON | {b"LHLO": IntakeSMTP.smtp_EHLO}
