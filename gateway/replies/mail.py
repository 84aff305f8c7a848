"""Writes to residents by mail: one message, on the thread that it answers, that says of itself that a machine wrote it.

RFC 5322 §3.6.4 (threads), RFC 3834 (automatic messages), RFC 6376 (DKIM).
"""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from channels.replying import Delivered, Delivery, OutboundMessage, Rejected, ReplyContext
from config.outgoing import OutgoingMail
from gateway import clock
from gateway.submission import Submission

_ADDRESS = re.compile(r"[^\s<>\"(),:;@\[\]\\\x00-\x1f\x7f]{1,64}@[^\s<>\"(),:;@\[\]\\\x00-\x1f\x7f]{1,255}\Z")
_ID = re.compile(r"[^\s<>]{1,900}\Z")
_LINE = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_REFERENCES = 20
"""Ids of the thread that are kept: its first, and the last ones."""


class Mailer:
    """Sends by one submission server; the same for all mail channels."""

    max_reply = 0

    def __init__(self, settings: OutgoingMail) -> None:
        self._settings = settings
        self._signer = _Signer(settings) if settings.dkim_key_file is not None else None
        password = settings.password.get_secret_value() if settings.password is not None else ""
        self._submission = Submission(
            settings.server.host,
            settings.server.port,
            security=settings.security,
            username=settings.username,
            password=password,
            ca_file=settings.ca_file,
            timeout=settings.timeout.total_seconds(),
            connections=settings.connections,
        )

    async def reply(self, message: OutboundMessage, context: ReplyContext, /) -> Delivery:  # the signature of a replier
        """Send it. ``hints``: ``message_id`` and ``reply_to`` of the mail, ``answers`` where it answers one (else it is news)."""
        if not _ADDRESS.match(message.to):
            return Rejected("bad_address")
        mail, message_id = self._mail(message)
        content = mail.as_bytes(policy=SMTP)
        if self._signer is not None:
            content = self._signer.sign(content) + content
        sender = self._settings.envelope_from or self._settings.from_address
        answer = await self._submission.send(sender, message.to, content)
        return Delivered(external_id=message_id) if isinstance(answer, Delivered) else answer

    async def check(self) -> None:
        """Sign in. Raises channels.base.Unavailable or Permanent."""
        await self._submission.check()

    async def aclose(self) -> None:
        """End the connections."""
        await self._submission.aclose()

    def _mail(self, message: OutboundMessage) -> tuple[EmailMessage, str]:
        settings, hints = self._settings, message.hints
        mail = EmailMessage(policy=SMTP)
        local, _, domain = settings.from_address.rpartition("@")
        mail["From"] = Address(_LINE.sub(" ", settings.from_name), local, domain)
        mail["To"] = message.to
        mail["Subject"] = _LINE.sub(" ", message.subject or "").strip()
        mail["Date"] = format_datetime(clock.now())
        named = str(hints.get("message_id") or "")
        message_id = f"<{named}>" if _ID.match(named) else make_msgid(domain=domain)
        mail["Message-ID"] = message_id
        answered = (message.in_reply_to or "").strip("<> ")
        thread = [one for one in (item.strip("<> ") for item in message.references) if _ID.match(one)]
        if _ID.match(answered):
            mail["In-Reply-To"] = f"<{answered}>"
        if thread:
            kept = thread if len(thread) <= _REFERENCES else [thread[0], *thread[1 - _REFERENCES :]]
            mail["References"] = " ".join(f"<{one}>" for one in kept)
        reply_to = str(hints.get("reply_to") or "") if settings.plus_addresses else ""
        reply_to = reply_to or settings.reply_to or ""
        if _ADDRESS.match(reply_to) and reply_to != settings.from_address:
            mail["Reply-To"] = reply_to
        mail["Auto-Submitted"] = "auto-replied" if hints.get("answers") else "auto-generated"
        mail.set_content(message.text, charset="utf-8", cte="8bit" if message.text.isascii() else "quoted-printable")
        mail["Content-Language"] = message.language  # after the content, which would take it away
        return mail, message_id


class _Signer:
    """Signs with the city's key; dkimpy is loaded where it is used."""

    def __init__(self, settings: OutgoingMail) -> None:
        assert settings.dkim_key_file is not None  # noqa: S101  (the caller looked)
        self._selector = settings.dkim_selector.encode()
        self._domain = (settings.dkim_domain or settings.from_address.rpartition("@")[2]).encode()
        self._key = settings.dkim_key_file.read_bytes()

    def sign(self, content: bytes) -> bytes:
        """The DKIM-Signature header of a mail."""
        import dkim  # type: ignore[import-untyped]  # it ships no types

        headers = [b"from", b"to", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"reply-to", b"auto-submitted"]
        signature: bytes = dkim.sign(
            content, self._selector, self._domain, self._key, canonicalize=(b"relaxed", b"relaxed"), include_headers=headers
        )
        return signature
