"""Hands mail to a submission server (RFC 6409), and says what its answer means for a delivery.

SMTP has no idempotency key: where the connection ends after the last dot and before the answer, nobody knows whether the mail was taken.
It is then sent again under the same Message-ID, by which mail systems and people know it again.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from channels.base import Permanent, Unavailable
from channels.replying import Deferred, Delivered, Delivery, Rejected

Security = Literal["starttls", "tls", "none"]
OPERATOR = 300.0
"""Seconds to the next attempt where a person has to do something first."""


class Submission:
    """Connections to one server, kept and used again. ``timeout`` (seconds) bounds each of its answers."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Security = "starttls",
        username: str = "",
        password: str = "",
        ca_file: Path | None = None,
        timeout: float = 30.0,
        connections: int = 4,
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self._username, self._password = username, password
        self._ca_file, self._timeout = ca_file, timeout
        self._idle: list[SMTP] = []
        self._places = asyncio.Semaphore(connections)

    async def send(self, envelope_from: str, to: str, content: bytes) -> Delivery:
        """Send one mail (RFC 5322 bytes with CRLF) to one recipient. Never raises what the server or the network does."""
        async with self._places:
            try:
                client = await self._connected()
            except aiosmtplib.SMTPAuthenticationError as error:
                return Deferred("authentication", retry_after=OPERATOR, detail=f"{error.code} {error.message}")
            except (ssl.SSLError, Permanent) as error:
                return Deferred("tls", retry_after=OPERATOR, detail=str(error))
            except (SMTPException, OSError, TimeoutError) as error:
                return Deferred("unreachable", detail=_said(error))
            if not (to.isascii() and envelope_from.isascii()) and not client.supports_extension("smtputf8"):
                self._idle.append(client)
                return Rejected("bad_address", detail="the server takes no address with other letters than ASCII (RFC 6531)")
            return await self._transaction(client, envelope_from, to, content)

    async def check(self) -> None:
        """Sign in and say goodbye. Raises Unavailable or Permanent."""
        try:
            client = await self._connected()
            await client.quit()
        except aiosmtplib.SMTPAuthenticationError as error:
            raise Permanent(f"the mail server refuses the user name or password: {error.code}") from error
        except ssl.SSLError as error:
            raise Permanent(f"the mail server's certificate is not accepted: {error.reason}") from error
        except (SMTPException, OSError, TimeoutError) as error:
            raise Unavailable(f"the mail server cannot be used: {_said(error)}") from error

    async def aclose(self) -> None:
        """End the connections."""
        idle, self._idle = self._idle, []
        for client in idle:
            with suppress(SMTPException, OSError, TimeoutError):
                await client.quit()

    async def _connected(self) -> SMTP:
        while self._idle:
            client = self._idle.pop()
            try:
                await client.rset()
            except (SMTPException, OSError, TimeoutError):
                client.close()  # it ended while nobody used it
            else:
                return client
        context = ssl.create_default_context(cafile=self._ca_file)
        client = SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=context if self._security != "none" else None,
            timeout=self._timeout,
        )
        try:
            await client.connect()
            if self._username:
                await client.login(self._username, self._password)
            await client.ehlo() if client.is_ehlo_or_helo_needed else None
        except BaseException:
            client.close()
            raise
        return client

    async def _transaction(self, client: SMTP, envelope_from: str, to: str, content: bytes) -> Delivery:
        options = ["BODY=8BITMIME"] if not content.isascii() and client.supports_extension("8bitmime") else []
        if not (to.isascii() and envelope_from.isascii()):
            options.append("SMTPUTF8")
        try:
            await client.sendmail(envelope_from, [to], content, mail_options=options)
        except SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            self._idle.append(client)
            return _answered(refused.code, refused.message, of_recipient=True)
        except SMTPResponseException as error:
            client.close()
            return _answered(error.code, error.message, of_recipient=isinstance(error, aiosmtplib.SMTPDataError))
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            return Deferred("uncertain", scope="delivery", detail=_said(error))
        except BaseException:
            client.close()
            raise
        self._idle.append(client)
        return Delivered()


def _answered(code: int, message: str, *, of_recipient: bool) -> Delivery:
    """RFC 5321 §4.2.1: 4yz is to be tried again, 5yz is not; what concerns the session or the sender is not the recipient's fault."""
    detail = f"{code} {message}"[:300]
    if 400 <= code < 500:
        return Deferred(f"smtp_{code}", scope="delivery" if of_recipient else "sink", detail=detail)
    if of_recipient:
        return Rejected("bounced" if code in (550, 551, 553) and "5.7." not in message else f"smtp_{code}", detail=detail)
    return Deferred(f"smtp_{code}", retry_after=OPERATOR, detail=detail)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
