"""Sends a mail to the gateway's own channel by SMTP or LMTP, as a resident's server would.

The mail has the null sender, so that nobody is told where it is not delivered, and says that a machine wrote it (RFC 3834), so that nobody
answers it.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from channels.base import Permanent, Unavailable
from channels.email.mime import CANARY_HEADER

_TIMEOUT = 20.0


def letter(token: str, sender: str, recipient: str, hostname: str) -> EmailMessage:
    """The mail that carries ``token``."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"intake311 <{sender}>", recipient, "intake311 canary"
    message["Date"], message["Message-ID"] = formatdate(), make_msgid("canary", domain=hostname)
    message["Auto-Submitted"] = "auto-generated"
    message[CANARY_HEADER] = token
    message.set_content("This mail shows that the way into intake311 works. Nobody has to do anything.\n")
    return message


def submit(message: EmailMessage, address: tuple[str, int], hostname: str, *, lmtp: bool, proxied: bool) -> None:
    """Hand ``message`` to the server at ``address``; blocks. ``proxied``: the server expects a PROXY header.

    Raises Permanent where it is refused with 5xx, Unavailable for everything else.
    """
    kind = _ProxiedSMTP if proxied else smtplib.SMTP
    try:
        with smtplib.LMTP(*address, hostname) if lmtp else kind(*address, hostname, _TIMEOUT) as server:
            server.ehlo_or_helo_if_needed()
            if server.has_extn("starttls"):
                server.starttls(context=_opportunistic())
                server.ehlo_or_helo_if_needed()
            refused = server.send_message(message, "<>", [str(message["To"])])
    except smtplib.SMTPRecipientsRefused as error:
        _refused(*next(iter(error.recipients.values())))
    except smtplib.SMTPResponseException as error:
        _refused(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(f"the canary could not be handed over: {type(error).__name__}") from error
    else:
        for code, answer in refused.values():
            _refused(code, answer)


def _refused(code: int, answer: bytes | str) -> None:
    text = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
    error = Permanent if code >= 500 else Unavailable
    raise error(f"the canary was answered {code} {text[:200]}")


def _opportunistic() -> ssl.SSLContext:
    """TLS as mail servers speak it to each other: without a look at the certificate (RFC 7435). A canary carries nothing secret."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class _ProxiedSMTP(smtplib.SMTP):
    """Says to whom it speaks as a proxy does: the PROXY protocol's header for a connection of its own (version 1, "UNKNOWN")."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((host, port), timeout)
        try:
            connection.sendall(b"PROXY UNKNOWN\r\n")
        except OSError:
            with suppress(OSError):
                connection.close()
            raise
        return connection
