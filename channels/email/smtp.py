"""E-mail over SMTP or LMTP: the city's own mail server hands over, or residents' servers deliver directly.

A mail is acknowledged with 250 when it is durable, refused with 4xx for whatever fault is ours, and with 5xx only for a recipient that
is not ours and for a message over the size. Standards: RFC 5321, 1870 (SIZE), 2033 (LMTP), 2920 (PIPELINING), 3207 (STARTTLS), 6152
(8BITMIME), 6531 (SMTPUTF8), the PROXY protocol.

Does not: relay, offer AUTH, CHUNKING, XCLIENT or DSN, refuse anything for its SPF, DKIM or DMARC, or bounce anything.

The server itself is in ``_smtp_server.py`` and imported when it listens: a process that only translates stays light.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, ByteSize, Field, model_validator

from channels.base import Accept, Health, ListenContext, Permanent, ProbeContext, RawMessage
from channels.email._trust import TrustSettings
from normalizer.model import InboundMessage

if TYPE_CHECKING:
    from channels.email._dkim import Lookup
    from channels.email._smtp_server import Service

_ENTRY = re.compile(r"[^\s@]*@[^\s@]+")
_MIB = 1_048_576


def parse_listen(text: str) -> tuple[str, int]:
    """``host:port`` or ``[IPv6]:port`` as a pair; raise ValueError, with what to write, where it is neither."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise ValueError("should be host:port, like 127.0.0.1:8025 or [::1]:8025")
    bracketed = host.startswith("[") and host.endswith("]")
    if ":" in host and not bracketed:
        raise ValueError("an IPv6 address needs brackets, like [::1]:8025")
    return (host[1:-1] if bracketed else host), int(port)


def _listen(text: str) -> str:
    parse_listen(text)
    return text


def _recipient(text: str) -> str:
    if not _ENTRY.fullmatch(text):
        raise ValueError("should be an address, like 311@city.example, or a whole domain, like @city.example")
    return text


def _mailbox(text: str) -> str:
    if text.startswith("@") or not _ENTRY.fullmatch(text):
        raise ValueError("should be an address, like watch@city.example")
    return text


def _some(entries: tuple[str, ...]) -> tuple[str, ...]:
    if not entries:
        raise ValueError("should name at least one address or domain")
    return entries


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError as error:
        raise ValueError("should be a network, like 10.0.0.0/8 or 2001:db8::/32") from error
    return text


def _hostname(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._\[\]:-]{1,255}", text):
        raise ValueError("should be a host name, like mail.city.example")
    return text


class Settings(TrustSettings):
    """The table of a channel with ``type = "email.smtp"``."""

    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8025"
    """Address and port, as host:port; an IPv6 address in brackets. Port 0 takes any free port."""
    recipients: Annotated[tuple[Annotated[str, AfterValidator(_recipient)], ...], AfterValidator(_some)]
    """Whose mail is taken: addresses (311@city.example, which includes 311+anything@city.example) and whole domains (@city.example)."""
    max_size: Annotated[ByteSize, Field(ge=1_024, le=1_024 * _MIB)] = ByteSize(25 * _MIB)
    """Largest mail, like 25 MiB. A larger one is refused; of one that did not announce its size, the headers are held for a person."""
    protocol: Literal["smtp", "lmtp"] = "smtp"
    """smtp, or lmtp for a mail server that hands over by LMTP."""
    hostname: Annotated[str, AfterValidator(_hostname)] | None = None
    """Name in the greeting; by default the gateway's public name."""
    tls_cert: Path | None = None
    """PEM file with the certificate and its chain; with it STARTTLS (TLS 1.2 or newer) is offered. A renewed file is noticed."""
    tls_key: Path | None = None
    """PEM file with the certificate's private key."""
    require_starttls: bool = False
    """Refuse mail in clear. Not for a public port 25: RFC 3207 forbids it there."""
    proxy_protocol: bool = False
    """Expect the PROXY protocol's header (version 1 or 2) from a proxy in trusted_networks; other connections are refused."""
    trusted_networks: tuple[Annotated[str, AfterValidator(_network)], ...] = ("127.0.0.0/8", "::1/128")
    """Networks without limits per client, and whose PROXY header is believed: this machine, a front mail server."""
    max_connections: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    """Connections at once, all clients together; more are told 421."""
    max_connections_per_client: Annotated[int, Field(ge=1)] = 20
    """Connections at once of one IPv4 /24 or IPv6 /64."""
    messages_per_minute_per_client: Annotated[int, Field(ge=1)] = 500
    """Messages a minute of one IPv4 /24 or IPv6 /64; more are told 450."""
    max_recipients: Annotated[int, Field(ge=1)] = 100
    """Recipients of one message; more are told 452 and come in another transaction (RFC 5321 asks for at least 100)."""
    idle_timeout: Annotated[float, Field(gt=0)] = 60.0
    """Seconds without a byte after which a session ends. A message may take as long as it keeps up 500 bytes a second."""
    greet_delay: Annotated[float, Field(ge=0, le=30)] = 0.0
    """Seconds to wait before the greeting; a client that speaks meanwhile is refused. 0: only what is there already counts."""
    drain_timeout: Annotated[float, Field(ge=0)] = 10.0
    """Seconds that messages on their way may take when the gateway stops."""
    memory_per_message: Annotated[ByteSize, Field(ge=0)] = ByteSize(256 * 1_024)
    """Part of a message that is held in memory; a larger one goes to a file."""
    memory: Annotated[ByteSize, Field(ge=0)] = ByteSize(32 * _MIB)
    """What all messages that are being received hold in memory together; over it every message goes to a file."""
    verify_dkim: bool = False
    """Check DKIM signatures and ARC chains here (needs the extra mailauth and the DNS): for mail that no trusted server has checked."""
    dkim_deadline: Annotated[float, Field(gt=0, le=30)] = 3.0
    """Seconds that the check may delay the answer to a mail; after them it is stored as not checked."""
    canary_via: Annotated[str, AfterValidator(_listen)] | None = None
    """Server to which canary mails are handed, as host:port: the city's MX, to try the whole way. By default the channel itself."""
    canary_from: Annotated[str, AfterValidator(_mailbox)] | None = None
    """From address of canary mails; by default intake311-canary at the first recipient's domain."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of ``listen``."""
        return parse_listen(self.listen)

    @model_validator(mode="after")
    def _complete(self) -> Settings:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key belong together")
        if self.require_starttls and self.tls_cert is None:
            raise ValueError("require_starttls needs tls_cert and tls_key")
        if self.verify_dkim and not (find_spec("dkim") and find_spec("dns")):
            raise ValueError("verify_dkim needs the extra mailauth: pip install 'intake311[mailauth]'")
        return self


class SmtpChannel:
    """The adapter: a Listener whose mails ``channels.email.mime`` reads."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        self.bound: tuple[str, int] | None = None
        """Address and port while listening (the port that the system chose, where 0 was asked for)."""
        self.service: Service | None = None
        """What listens, while it does."""
        self.references = settings.references()
        """Makes and reads signed references; None without ``reference_secret``."""
        self.lookup: Lookup | None = None
        """How ``verify_dkim`` asks the DNS, where not by the system's resolvers; to be set before listening."""
        self._trust = settings.trust()

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read the mail; raises :class:`channels.base.Unreadable`."""
        from channels.email import mime

        message = mime.translate(raw, adapter=self.settings.type, channel_id=self.channel_id, trust=self._trust)
        if self.settings.jurisdiction_id:
            message.jurisdiction_id = self.settings.jurisdiction_id
        return message

    def listen(self, accept: Accept, context: ListenContext, /) -> AbstractAsyncContextManager[None]:
        """Take mail as long as the context is open. Entering raises OSError where the port or the certificate cannot be had."""
        return self._listening(accept, context)

    @asynccontextmanager
    async def _listening(self, accept: Accept, context: ListenContext) -> AsyncIterator[None]:
        from channels.email._smtp_server import Service

        verifier = None
        if self.settings.verify_dkim:
            from channels.email._dkim import Verifier

            verifier = Verifier(self.settings.dkim_deadline, self.lookup)
        self.service = Service(self.channel_id, self.settings, accept, context, verifier)
        self.bound = await self.service.start()
        try:
            yield
        finally:
            await self.service.stop()
            self.bound = self.service = None

    async def check(self, context: ProbeContext, /) -> Health:
        """Whether the certificate can be read and belongs to its key; raises :class:`channels.base.Permanent`."""
        from channels.email._smtp_server import tls_context

        try:
            tls_context(self.settings)
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror or type(error).__name__
            raise Permanent(f"tls_cert and tls_key cannot be used: {reason}") from error
        return Health()

    async def send_canary(self, token: str, context: ProbeContext, /) -> None:
        """Submit a mail that carries ``token``, to ``canary_via`` or to the channel itself; raises Permanent or Temporary."""
        import asyncio

        from channels.email import _canary

        settings = self.settings
        host, port = self.bound or settings.address
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - who listens everywhere is reached on this machine
        own = settings.canary_via is None
        local, _, domain = settings.recipients[0].rpartition("@")
        recipient, sender = f"{local or 'intake311-canary'}@{domain}", settings.canary_from or f"intake311-canary@{domain}"
        message = _canary.letter(token, sender, recipient, settings.hostname or domain)
        await asyncio.to_thread(
            _canary.submit,
            message,
            (host, port) if settings.canary_via is None else parse_listen(settings.canary_via),
            settings.hostname or domain,
            lmtp=own and settings.protocol == "lmtp",
            proxied=own and settings.proxy_protocol,
        )


def build(channel_id: str, settings: Settings) -> SmtpChannel:
    """The adapter of the channel ``channel_id``."""
    return SmtpChannel(channel_id, settings)
