"""The programs that people and mail servers send with, into a running gateway: swaks, msmtp, mutt, s-nail, Postfix."""

from __future__ import annotations

import os
import shutil
import smtplib
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from channels.email.reference import References
from gateway.bench.postfix import Postfix, installed
from gateway.store import messages as stored_messages
from normalizer.model import InboundMessage
from tests.journeys.running import RECIPIENT, Gateway, wait_for

SECRET = "a secret for journeys, and long enough"
TEXT = "Bonjour,\n\nUn nid-de-poule profond à l’angle de Main et Cinquième.\n.\nMerci, Zoé\n"
SUBJECT = "Nid-de-poule à l’école"
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 40 + b"\xff\xd9"
SENDER = "zoe@courriel.example"


@dataclass(frozen=True)
class Desk:
    """What a program needs to send the mail, in a folder of its own."""

    folder: Path
    port: int

    @property
    def photo(self) -> Path:
        path = self.folder / "trou.jpg"
        path.write_bytes(PHOTO)
        return path

    @property
    def text(self) -> Path:
        path = self.folder / "text"
        path.write_text(TEXT, "utf-8")
        return path

    @property
    def msmtprc(self) -> Path:
        path = self.folder / "msmtprc"
        path.write_text(f"account default\nhost 127.0.0.1\nport {self.port}\nfrom {SENDER}\nauth off\ntls off\nsyslog off\n", "utf-8")
        path.chmod(0o600)
        return path

    def run(self, *command: str, given: bytes = b"") -> str:
        environ = {**os.environ, "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "MAILRC": "/dev/null", "EMAIL": SENDER}
        done = subprocess.run(command, input=given, capture_output=True, cwd=self.folder, env=environ, timeout=60, check=False)
        output = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert done.returncode == 0, output
        return output


def swaks(desk: Desk, to: str) -> None:
    output = desk.run(
        *("swaks", "--server", f"127.0.0.1:{desk.port}", "--from", SENDER, "--to", to, "--header", f"Subject: {SUBJECT}"),
        *("--h-Message-Id", "<swaks@courriel.example>", "--header", "Content-Type: text/plain; charset=utf-8"),
        *("--body", f"@{desk.text}", "--attach-name", "trou.jpg", "--attach-type", "image/jpeg", "--attach", f"@{desk.photo}"),
    )
    assert "250 2.0.0 Ok: stored as" in output


def msmtp(desk: Desk, to: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["Message-ID"] = SENDER, to, SUBJECT, "<msmtp@courriel.example>"
    message.set_content(TEXT)
    message.add_attachment(PHOTO, maintype="image", subtype="jpeg", filename="trou.jpg")
    desk.run("msmtp", "-C", str(desk.msmtprc), "--read-recipients", given=message.as_bytes())


def mutt(desk: Desk, to: str) -> None:
    (desk.folder / "muttrc").write_text(
        f'set sendmail="msmtp -C {desk.msmtprc}"\nset from="{SENDER}"\nset copy=no\nset charset=utf-8\nset send_charset="utf-8"\n', "utf-8"
    )
    desk.run("mutt", "-F", "muttrc", "-s", SUBJECT, "-a", str(desk.photo), "--", to, given=TEXT.encode())


def snail(desk: Desk, to: str) -> None:
    desk.run(
        *("s-nail", "-:/", "-Sv15-compat", f"-Smta=smtp://127.0.0.1:{desk.port}", "-Ssmtp-auth=none", f"-Sfrom={SENDER}"),
        *("-Ssendwait", "-Sttycharset=utf-8", "-s", SUBJECT, "-a", str(desk.photo), to),
        given=TEXT.encode(),
    )


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One for all programs: each of them looks at its own mail only."""
    running = Gateway(tmp_path_factory.mktemp("clients"), environ={"INTAKE311__CHANNELS__MAIL__REFERENCE_SECRET": SECRET})
    with running.start():
        yield running


def _read(gateway: Gateway, recipient: str) -> InboundMessage:
    """The one mail to this address, when it is understood."""
    with gateway.engines() as engines:

        def found() -> list[InboundMessage]:
            with engines.reading() as connection:
                return [one for one in stored_messages.listing(connection) if recipient in one.recipients]

        every: list[InboundMessage] = wait_for(f"the mail to {recipient} is understood", found)
    (message,) = every
    return message


@pytest.mark.parametrize("send", [swaks, msmtp, mutt, snail], ids=["swaks", "msmtp", "mutt", "s-nail"])
def test_a_program_that_people_send_with(
    gateway: Gateway, tmp_path: Path, send: Callable[[Desk, str], None], request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id
    needed = {"mutt": ("mutt", "msmtp")}.get(name, (name,))
    for binary in needed:
        if shutil.which(binary) is None:
            pytest.skip(f"{binary} is not installed")
    recipient = References([SECRET]).address(RECIPIENT, "1000014") if name == "mutt" else RECIPIENT.replace("@", f"+{name}@")
    send(Desk(tmp_path, gateway.smtp_port), recipient)
    message = _read(gateway, recipient)
    assert (message.subject, message.sender.address, message.text.strip()) == (SUBJECT, SENDER, TEXT.strip())
    assert [(one.filename, one.media_type, one.size) for one in message.attachments] == [("trou.jpg", "image/jpeg", len(PHOTO))]
    assert message.language.value == "fr"
    assert message.hints.get("signed_reference") == ("1000014" if name == "mutt" else None)


@pytest.mark.skipif(not installed(), reason="Postfix is not installed, or this is not root")
def test_a_mail_server_that_is_answered_451_twice_delivers_once(tmp_path: Path) -> None:
    # The first try fails before anything is done, the second when the row is to be written; the third is stored.
    failing = {"INTAKE_TEST": "1", "INTAKE_FAILPOINT": "accept.start:raise@1,inbox.insert:raise@1"}
    with Gateway(tmp_path / "gateway").start(failing) as gateway, Postfix(relay_to=gateway.smtp_port) as relay:
        with smtplib.SMTP("127.0.0.1", relay.port, timeout=20) as smtp:
            smtp.sendmail(SENDER, [RECIPIENT], f"From: {SENDER}\r\nSubject: Trou\r\nMessage-ID: <relay@x.example>\r\n\r\nUn trou.\r\n")

        def delivered() -> bool:
            relay.flush()
            return "status=sent (250 2.0.0 Ok: stored as" in relay.logged()

        wait_for("Postfix has handed the mail over", delivered)
        log = relay.logged()
        assert log.count("status=deferred") == 2
        assert log.count("451 4.3.0") >= 2
        relay.wait_delivered()
        assert gateway.drain(received=1)["received"] == 1
        assert _read(gateway, RECIPIENT).subject == "Trou"
