"""STARTTLS: offered with a certificate, TLS 1.2 or newer, and nothing that was said in clear counts afterwards."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import smtplib
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from channels.base import Permanent, ProbeContext
from channels.email.smtp import build
from channels.outward import no_client
from tests.channels.email.smtp import traces
from tests.channels.email.smtp.support import Client, connected, serving, settings, until

NAME = "mail.springfield.example.gov"


def make_certificate(folder: Path, serial: int = 1) -> dict[str, Any]:
    """A certificate that signs itself; the settings that name it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial, start, start + dt.timedelta(days=36_500))
    certificate = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return {"tls_cert": str(folder / "cert.pem"), "tls_key": str(folder / "key.pem")}


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, Any]:
    return make_certificate(tmp_path)


def trusting(certificate: dict[str, Any]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate["tls_cert"])


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_mail_under_tls(certificate: dict[str, Any], version: ssl.TLSVersion, tmp_path: Path) -> None:
    context = trusting(certificate)
    context.minimum_version = context.maximum_version = version
    async with serving(tmp_path, **certificate) as server, connected(server) as client:
        assert "STARTTLS" in await client.say("EHLO before.example.net")
        assert (await client.say("STARTTLS")).startswith("220 2.0.0")
        await client.start_tls(context)
        # RFC 3207 §4.2: what was said before is forgotten.
        assert (await client.say("MAIL FROM:<ann@example.net>")).startswith("503")
        assert "STARTTLS" not in await client.say("EHLO after.example.net")
        assert (await client.say("STARTTLS")).startswith("503")
        assert (await client.deliver(traces.mail("pothole.eml").removesuffix(b"\r\n"))).startswith("250 2.0.0")
        assert (await client.say("QUIT")).startswith("221")
        assert await client.ended()
        envelope = server.store.messages[0].envelope
        assert envelope["tls"] == version.name.replace("_", ".")
        assert envelope["helo"] == "client.example.net"


async def test_a_large_mail_under_tls(certificate: dict[str, Any], tmp_path: Path) -> None:
    content = b"Subject: photos\r\n\r\n" + b"0123456789abcdef\r\n" * 100_000
    async with serving(tmp_path, **certificate) as server, connected(server) as client:
        await client.say("EHLO x")
        await client.say("STARTTLS")
        await client.start_tls(trusting(certificate))
        assert (await client.deliver(content.removesuffix(b"\r\n"))).startswith("250 2.0.0")
        assert server.store.messages[0].content == content


async def test_commands_hidden_behind_starttls_are_never_obeyed(certificate: dict[str, Any], tmp_path: Path) -> None:
    """Somebody in the middle adds commands in clear to the packet with STARTTLS, hoping that they are obeyed under TLS (CVE-2011-0411)."""
    async with serving(tmp_path, **certificate) as server, connected(server) as client:
        await client.say("EHLO x")
        client.send(b"STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<311@springfield.example.gov>\r\n")
        assert (await client.reply()).startswith("220 2.0.0")
        await client.start_tls(trusting(certificate))
        assert (await client.say("NOOP")).startswith("250 2.0.0")
        assert (await client.say("RCPT TO:<311@springfield.example.gov>")).startswith("503")
        assert (await client.deliver(b"Subject: x\r\n")).startswith("250 2.0.0")
        assert server.store.messages[0].envelope["helo"] == "client.example.net"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_old_versions_are_refused(certificate: dict[str, Any], tmp_path: Path) -> None:
    context = trusting(certificate)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    async with serving(tmp_path, **certificate) as server, connected(server) as client:
        await client.say("EHLO x")
        await client.say("STARTTLS")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await client.start_tls(context)
        await all_gone(server.channel.service)


async def all_gone(service: object) -> None:
    await until(lambda: not service.sessions)  # type: ignore[attr-defined]  # whoever calls has a service


@pytest.mark.parametrize("garbage", [b"NOOP\r\n" * 10, b"\x16\x03\x01\x00\x05hello", b""])
async def test_a_handshake_that_fails_ends_the_session(certificate: dict[str, Any], garbage: bytes, tmp_path: Path) -> None:
    async with serving(tmp_path, trusted_networks=[], max_connections_per_client=1, **certificate) as server:
        async with connected(server) as client:
            await client.say("EHLO x")
            await client.say("STARTTLS")
            client.send(garbage)
            if not garbage:
                client.vanish()
            assert await client.ended()
            await all_gone(server.channel.service)
        async with connected(server) as client:  # its place is free again
            assert (await client.deliver(b"Subject: x\r\n")).startswith("250")


async def test_tls_can_be_required(certificate: dict[str, Any], tmp_path: Path) -> None:
    async with serving(tmp_path, require_starttls=True, **certificate) as server, connected(server) as client:
        assert (await client.say("NOOP")).startswith("250")
        await client.say("EHLO x")
        assert (await client.say("MAIL FROM:<ann@example.net>")).startswith("530 5.7.0")
        assert (await client.say("STARTTLS")).startswith("220")
        await client.start_tls(trusting(certificate))
        assert (await client.deliver(b"Subject: x\r\n")).startswith("250")


async def test_a_client_that_goes_without_closing_tls(certificate: dict[str, Any], tmp_path: Path) -> None:
    async with serving(tmp_path, **certificate) as server:
        for at in ("EHLO", "MAIL", "DATA"):
            async with connected(server) as client:
                await client.say("EHLO x")
                await client.say("STARTTLS")
                await client.start_tls(trusting(certificate))
                if at != "EHLO":
                    await client.say("EHLO x")
                if at == "DATA":
                    await client.begin()
                    client.send(b"Subject: x\r\n")
                    await client.drain()
        await all_gone(server.channel.service)
        assert not server.store.messages


async def test_smtplib_speaks_tls(certificate: dict[str, Any], tmp_path: Path) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as smtp:
            smtp._host = NAME  # type: ignore[attr-defined]  # the name that the certificate is checked against
            smtp.starttls(context=trusting(certificate))
            smtp.sendmail("ann@example.net", ["311@springfield.example.gov"], (traces.MAILS / "pothole.eml").read_bytes())

    async with serving(tmp_path, **certificate) as server:
        await asyncio.to_thread(send, server.port)
        assert server.store.messages[0].content == (traces.MAILS / "pothole.eml").read_bytes()


async def test_a_renewed_certificate_is_taken_over(certificate: dict[str, Any], tmp_path: Path) -> None:
    async with serving(tmp_path, **certificate) as server:
        service = server.channel.service
        assert service is not None
        service._reload_tls()  # nothing has changed
        assert await serial_number(server.port, certificate) == 1
        make_certificate(tmp_path, serial=2)
        for name in ("cert.pem", "key.pem"):
            os.utime(tmp_path / name, (1, 1))
        service._reload_tls()
        assert await serial_number(server.port, certificate) == 2
        (tmp_path / "cert.pem").write_text("broken")
        service._reload_tls()  # the old one stays
        make_certificate(tmp_path, serial=3)
        assert service.tls is not None


async def serial_number(port: int, certificate: dict[str, Any]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    client = Client(reader, writer)
    await client.reply()
    await client.say("EHLO x")
    await client.say("STARTTLS")
    await client.start_tls(trusting(certificate))
    found = writer.get_extra_info("ssl_object").getpeercert()["serialNumber"]
    client.vanish()
    return int(found, 16)


PROBE = ProbeContext(no_client)


async def test_check_reads_the_certificate(certificate: dict[str, Any], tmp_path: Path) -> None:
    await build("mail", settings(**certificate)).check(PROBE)
    await build("mail", settings()).check(PROBE)
    (tmp_path / "key.pem").unlink()
    with pytest.raises(Permanent, match="tls_cert and tls_key"):
        await build("mail", settings(**certificate)).check(PROBE)
