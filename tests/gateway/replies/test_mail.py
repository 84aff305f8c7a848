"""Mail to residents, handed to a server over a real socket."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import dkim  # type: ignore[import-untyped]  # the library has no types
import pytest
from aiosmtpd.smtp import SMTP
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from channels.base import Unavailable
from channels.replying import Deferred, Delivered, OutboundMessage, Rejected, ReplyContext
from config.outgoing import OutgoingMail
from gateway.replies.mail import Mailer


class Server:
    """What the city's mail server takes, and how it answers."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bytes]] = []
        self.rcpt = self.data = "250 OK"
        self.connections = 0
        self.port = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if self.data.startswith("250"):
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.data


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    found = Server()

    def _protocol() -> SMTP:
        found.connections += 1
        return SMTP(found, hostname="mx.example.net", enable_SMTPUTF8=False)

    listening = await asyncio.get_running_loop().create_server(_protocol, "127.0.0.1", 0)
    found.port = listening.sockets[0].getsockname()[1]
    yield found
    listening.close()


def mailer(server: Server, **more: Any) -> Mailer:
    settings = {"server": f"127.0.0.1:{server.port}", "security": "none", "from_address": "311@springfield.example.gov", **more}
    return Mailer(OutgoingMail.model_validate(settings))


def message(**more: Any) -> OutboundMessage:
    fields: dict[str, Any] = {
        "idempotency_key": "k",
        "to": "zoe@example.net",
        "subject": "Nous avons reçu votre demande 1000017",
        "text": "Bonjour,\n\nC’est noté.\n",
        "language": "fr",
        "in_reply_to": "a@example.net",
        "references": ("root@example.net", "a@example.net"),
        "hints": {
            "message_id": "1000017.sig.1@springfield.example.gov",
            "reply_to": "311+1000017.sig@springfield.example.gov",
            "answers": True,
        },
    }
    return OutboundMessage(**{**fields, **more})


async def test_a_mail_answers_on_its_thread_and_says_that_a_machine_wrote_it(server: Server) -> None:
    ours = mailer(server, from_name="Ville de Springfield – 311", envelope_from="bounces@springfield.example.gov")
    assert await ours.reply(message(), ReplyContext()) == Delivered(external_id="<1000017.sig.1@springfield.example.gov>")
    assert isinstance(await ours.reply(message(), ReplyContext()), Delivered)
    await ours.aclose()
    assert server.connections == 1, "the connection is used again"
    mail_from, to, content = server.mails[0]
    assert (mail_from, to) == ("bounces@springfield.example.gov", ["zoe@example.net"])
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert {name: str(mail[name]) for name in ("To", "In-Reply-To", "References", "Message-ID", "Reply-To", "Auto-Submitted")} == {
        "To": "zoe@example.net",
        "In-Reply-To": "<a@example.net>",
        "References": "<root@example.net> <a@example.net>",
        "Message-ID": "<1000017.sig.1@springfield.example.gov>",
        "Reply-To": "311+1000017.sig@springfield.example.gov",
        "Auto-Submitted": "auto-replied",
    }
    assert mail["From"].addresses[0].display_name == "Ville de Springfield – 311"
    assert mail["Subject"] == "Nous avons reçu votre demande 1000017"
    assert mail.get_content().replace("\r\n", "\n") == "Bonjour,\n\nC’est noté.\n"


@pytest.mark.parametrize(
    ("where", "answer", "expected", "reason"),
    [
        ("rcpt", "550 5.1.1 no such user", Rejected, "bounced"),
        ("rcpt", "450 4.2.1 busy", Deferred, "smtp_450"),
        ("data", "451 4.3.0 later", Deferred, "smtp_451"),
        ("data", "554 5.7.1 spam", Rejected, "smtp_554"),
        ("data", "550 5.7.26 not authenticated", Rejected, "smtp_550"),
    ],
)
async def test_the_answers_of_a_server(server: Server, where: str, answer: str, expected: type, reason: str) -> None:
    setattr(server, where, answer)
    ours = mailer(server)
    said = await ours.reply(message(), ReplyContext())
    await ours.aclose()
    assert isinstance(said, expected)
    assert said.reason == reason


async def test_a_server_that_is_not_there_is_tried_again(server: Server) -> None:
    gone = Server()
    gone.port = 1
    said = await mailer(gone).reply(message(), ReplyContext())
    assert isinstance(said, Deferred)
    assert said.reason == "unreachable"
    with pytest.raises(Unavailable):
        await mailer(gone).check()
    await mailer(server).check()


@pytest.mark.parametrize("to", ["zoe@example.net\r\nBcc: all@example.net", "zoe", "a b@example.net", "zoé@example.net"])
async def test_an_address_that_is_none_goes_nowhere(server: Server, to: str) -> None:
    ours = mailer(server)
    said = await ours.reply(message(to=to), ReplyContext())
    await ours.aclose()
    assert isinstance(said, Rejected)
    assert not server.mails


async def test_nothing_that_is_said_becomes_a_header(server: Server) -> None:
    ours = mailer(server)
    evil = "x\r\nBcc: all@example.net"
    hints = {"message_id": evil, "reply_to": evil}
    await ours.reply(message(subject=evil, in_reply_to=evil, references=(evil,), hints=hints), ReplyContext())
    await ours.aclose()
    assert email.message_from_bytes(server.mails[0][2])["Bcc"] is None


async def test_what_is_signed_verifies(server: Server, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    (tmp_path / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain))
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ours = mailer(server, dkim_selector="s1", dkim_key_file=tmp_path / "key.pem")
    await ours.reply(message(), ReplyContext())
    await ours.aclose()
    content = server.mails[0][2]
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    assert dkim.verify(content, dnsfunc=lambda name, **_more: record if name == b"s1._domainkey.springfield.example.gov." else None)
    assert not dkim.verify(content.replace(b"Bonjour", b"Bonsoir"), dnsfunc=lambda _name, **_more: record)
