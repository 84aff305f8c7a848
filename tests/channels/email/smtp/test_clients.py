"""Programs that people send mail with, over real sockets."""

from __future__ import annotations

import asyncio
import shutil
import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from channels.base import RawMessage
from tests.channels.email.smtp import traces
from tests.channels.email.smtp.support import Server, serving


async def run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, output.decode()
    return output.decode()


def only(server: Server) -> RawMessage:
    (message,) = server.store.messages
    return message


async def test_smtplib(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ann <ann@example.net>", "311@springfield.example.gov", "Nid-de-poule à l’école"
    message["Message-ID"] = "<1@example.net>"
    message.set_content("Un trou.\n.\n..deux points\n")
    message.add_attachment(bytes(range(256)) * 2_000, maintype="image", subtype="jpeg", filename="trou.jpg")
    message.set_boundary("each sending would invent another")

    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as smtp:
            assert smtp.send_message(message) == {}
            assert smtp.send_message(message, to_addrs=["nobody@elsewhere.example", "trees@parks.springfield.example.gov"]) == {
                "nobody@elsewhere.example": (550, b"5.1.1 No such recipient here")
            }
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                smtp.send_message(message, to_addrs=["nobody@elsewhere.example"])
            assert smtp.noop()[0] == 250

    async with serving(tmp_path) as server:
        await asyncio.to_thread(send, server.port)
        assert only(server).source_id.startswith("<1@example.net>#")
        assert only(server).content == message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


async def test_smtplib_with_utf8_addresses(tmp_path: Path) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as smtp:
            options = ["SMTPUTF8", "BODY=8BITMIME"]
            smtp.sendmail("zoé@exemple.example", ["zoé@parks.springfield.example.gov"], b"Subject: x\r\n\r\nx\r\n", mail_options=options)

    async with serving(tmp_path) as server:
        await asyncio.to_thread(send, server.port)
        envelope = only(server).envelope
        assert envelope["mail_from"] == "zoé@exemple.example"
        assert envelope["rcpt_to"] == "zoé@parks.springfield.example.gov"
        assert (envelope["smtputf8"], envelope["8bitmime"]) == ("1", "1")


async def test_smtplib_over_lmtp(tmp_path: Path) -> None:
    def send(port: int) -> None:
        with smtplib.LMTP("127.0.0.1", port, timeout=20) as lmtp:
            lmtp.sendmail("ann@example.net", ["311@springfield.example.gov"], b"Subject: x\r\n\r\nx\r\n")

    async with serving(tmp_path, protocol="lmtp") as server:
        await asyncio.to_thread(send, server.port)
        assert only(server).envelope["rcpt_to"] == "311@springfield.example.gov"


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
@pytest.mark.parametrize("options", [(), ("--pipeline",), ("--protocol", "SMTP")])
async def test_swaks(options: tuple[str, ...], tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        output = await run(
            *("swaks", "--server", f"127.0.0.1:{server.port}", "--from", "ann@example.net", "--to", "311@springfield.example.gov"),
            *("--data", str(traces.MAILS / "pothole.eml"), *options),
        )
        assert "250 2.0.0 Ok: stored as ID1" in output
        # swaks adds an empty line to what it is given.
        assert only(server).content.startswith((traces.MAILS / "pothole.eml").read_bytes())


@pytest.mark.skipif(shutil.which("smtp-source") is None, reason="smtp-source (Postfix) is not installed")
@pytest.mark.parametrize("words", ["-s 10 -m 50", "-d -s 5 -m 50", "-l 300000 -m 5", "-L -m 5"])
async def test_smtp_source(words: str, tmp_path: Path) -> None:
    options = words.split()
    async with serving(tmp_path, protocol="lmtp" if "-L" in options else "smtp") as server:
        await run("smtp-source", "-f", "ann@example.net", "-t", "311@springfield.example.gov", *options, f"127.0.0.1:{server.port}")
        assert server.store.begun == int(options[options.index("-m") + 1])


async def test_many_at_once(tmp_path: Path) -> None:
    """A hundred senders at the same time, small and large mails: each stored once, byte for byte."""

    def send(port: int, number: int) -> bytes:
        content = b"Subject: %d\r\nMessage-ID: <%d@x>\r\n\r\n" % (number, number) + b"line %d\r\n" % number * (number % 5) * 10_000
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as smtp:
            smtp.sendmail("ann@example.net", ["311@springfield.example.gov"], content)
        return content

    async with serving(tmp_path, memory="1 MiB") as server:
        sent = await asyncio.gather(*(asyncio.to_thread(send, server.port, number) for number in range(100)))
        assert sorted(raw.content for raw in server.store.messages) == sorted(sent)
        assert not server.spools
