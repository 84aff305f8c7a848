"""Tells how long a TLS certificate is still valid and whether its key belongs to it, by a handshake in memory."""

from __future__ import annotations

import ssl
import time
from pathlib import Path

_SECONDS_A_DAY = 86_400


class CertificateError(Exception):
    """The certificate cannot be used; the text says why."""


def days_left(certificate: Path, key: Path | None) -> int:
    """Whole days until the certificate in the PEM file ends. Raises CertificateError when it cannot be read, has ended or lacks its key."""
    try:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key, password=_no_password)
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname = False
        client.load_verify_locations(certificate)
        client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the chain ends where the file ends: its issuer is not our question
        peer = _handshake(server, client)
    except FileNotFoundError as error:
        raise CertificateError(f"there is no file {error.filename or certificate}") from error
    except ssl.SSLCertVerificationError as error:
        raise CertificateError(f"{certificate}: {error.verify_message}") from error
    except (ssl.SSLError, OSError, ValueError) as error:
        raise CertificateError(f"{certificate} and its key cannot be used: {getattr(error, 'reason', None) or error}") from error
    return int((ssl.cert_time_to_seconds(str(peer["notAfter"])) - time.time()) // _SECONDS_A_DAY)


def _no_password() -> str:
    raise ValueError("the key is locked with a password")


def _handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> dict[str, object]:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = server.wrap_bio(to_server, to_client, server_side=True)
    other = client.wrap_bio(to_client, to_server)
    open_ends = [other, one]
    for _ in range(10):  # TLS 1.3 needs two rounds, TLS 1.2 three
        open_ends = [end for end in open_ends if not _done(end)]
        if not open_ends:
            break
    return dict(other.getpeercert() or {})


def _done(end: ssl.SSLObject) -> bool:
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
