"""Whether a message really comes from Amazon SNS: its signature, by a certificate that only Amazon's hosts may serve.

Source: docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages": what is signed is name and value of certain fields, each
on a line of its own; SignatureVersion 1 is SHA-1, 2 is SHA-256, both RSA with PKCS #1 v1.5.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from channels._webhook import Forged, unbase64
from channels.base import Unavailable
from channels.outward import CallFailed, MakeClient, Manners

_HOST = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?")
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_KEPT = 3600.0
"""Seconds for which a certificate is used before it is fetched again."""
_MOST = 16


def amazons(url: str, topic: str) -> bool:
    """Whether an address is https at the host of SNS in the topic's region, with nothing that two readers could understand differently."""
    if not re.fullmatch(r"https://[a-z0-9.-]+/[\x21-\x5b\x5d-\x7e]*", url) or "@" in url.partition("?")[0]:
        return False
    host, region = urlsplit(url).netloc, topic.split(":")[3]
    return _HOST.fullmatch(host) is not None and host.split(".")[1] == region


def signed_text(message: Mapping[str, Any]) -> bytes:
    """What the signature of a message covers."""
    names = _NOTIFICATION if message.get("Type") == "Notification" else _CONFIRMATION
    return "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None).encode("utf-8", "replace")


class Certificates:
    """The certificates that messages were signed with, fetched from Amazon and kept for an hour."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, rsa.RSAPublicKey]] = {}

    async def verify(self, message: Mapping[str, Any], http: MakeClient) -> None:
        """Return where the message, of a topic of ours, is Amazon's.

        Raises Forged where it is not, Unavailable where the certificate cannot be had now.
        """
        url = message.get("SigningCertURL")
        if not isinstance(url, str) or not amazons(url, str(message["TopicArn"])) or not urlsplit(url).path.endswith(".pem"):
            raise Forged("certificate_host")
        algorithm = {"1": hashes.SHA1, "2": hashes.SHA256}.get(
            str(message.get("SignatureVersion"))
        )  # version 1 is SHA-1 by Amazon's choice
        if algorithm is None:
            raise Forged("signature_version")
        try:
            signature = unbase64(str(message.get("Signature", "")))
        except ValueError as error:
            raise Forged("signature") from error
        key = await self._key(url, http)
        try:
            key.verify(signature, signed_text(message), padding.PKCS1v15(), algorithm())
        except InvalidSignature as error:
            raise Forged("signature") from error

    async def _key(self, url: str, http: MakeClient) -> rsa.RSAPublicKey:
        known = self._known.get(url)
        if known is not None and time.monotonic() - known[0] < _KEPT:
            return known[1]
        client = http(Manners(timeout=5.0, max_body=64 * 1024, private_addresses=False))
        try:
            answer = await client.call("GET", url)
        except CallFailed as error:
            raise Unavailable(f"Amazon's certificate was not had: {error.reason}") from error
        finally:
            await client.aclose()
        if answer.status >= 500 or answer.status == 429:
            raise Unavailable(f"Amazon's certificate was answered {answer.status}")
        try:
            if answer.status != 200:
                raise Forged("certificate")
            key = x509.load_pem_x509_certificate(answer.body).public_key()
        except ValueError as error:
            raise Forged("certificate") from error
        if not isinstance(key, rsa.RSAPublicKey):
            raise Forged("certificate")
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[url] = (time.monotonic(), key)
        return key
