"""A resident writes by mail and is answered by mail: through the running gateway, over real sockets, in their language, once."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP
from typing import Any

from aiosmtpd.controller import Controller

from tests.journeys.running import RECIPIENT, Gateway, free_port, wait_for

_REPLIES = """
[outgoing_mail]
server = "127.0.0.1:{port}"
security = "none"
from_address = "311@springfield.example.gov"
from_name = "Ville de Springfield"
[replies]
city = {{ "springfield.example.gov" = "Springfield" }}
"""


class Mailbox:
    """The resident's mail server."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refuse = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if self.refuse:
            self.refuse -= 1
            return "451 4.3.0 later"
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


def send(gateway: Gateway, **headers: str) -> str:
    """A mail of Zoé's; its Message-ID."""
    mail = EmailMessage()
    text = headers.pop("text", "Il y a un gros nid-de-poule devant le 12, rue Principale. Merci de le réparer.")
    for name, value in {"From": "zoe@example.net", "To": RECIPIENT, "Subject": "Nid-de-poule", **headers}.items():
        mail[name] = value
    mail.set_content(text)
    with SMTP("127.0.0.1", gateway.smtp_port, timeout=20) as client:
        client.send_message(mail)
    return str(mail["Message-ID"])


def test_a_mail_is_answered_once_in_its_language_on_its_thread(tmp_path: Path) -> None:
    mailbox = Mailbox()
    mailbox.refuse = 1
    server = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        with Gateway(tmp_path, extra=_REPLIES.format(port=server.port)) as gateway:
            send(gateway, **{"Message-ID": "<one@example.net>"})
            (notice,) = wait_for("the answer is there, after one refusal", lambda: mailbox.mails, seconds=40)
            assert notice["In-Reply-To"] == "<one@example.net>"
            assert notice["Auto-Submitted"] == "auto-replied"
            assert notice["Content-Language"] == "fr"
            assert "Springfield a reçu un message" in notice.get_content(), "nobody vouches for the address: it gets the fixed text"
            assert "/track/" in notice.get_content()
            send(gateway, **{"Message-ID": "<two@example.net>", "Auto-Submitted": "auto-replied"}, text="Je suis absente.")
            send(gateway, **{"Message-ID": "<three@example.net>"}, text="Le lampadaire de la rue du Parc est éteint.")
            wait_for("all are settled", lambda: gateway.ledger()["pending"] == 0 and gateway.ledger()["received"] == 3)
            books = gateway.ledger()
        assert len(mailbox.mails) == 1
        assert (books["balanced"], books["chain_ok"]) == (True, True)
    finally:
        server.stop()
