"""Signed references: the part of an address or Message-ID of ours that says to which request an answer belongs.

A request's number is no secret, so an address ``311+1000014@…`` proves nothing. ``311+1000014.k3x5…@…`` does: the second part is an HMAC
over the number and the city, and whoever has it got it from us. In a Message-ID of ours the same stands before the host,
``<1000014.k3x5….unique@host>``, and comes back in In-Reply-To and References.

Mail systems change the case of local parts, and people read addresses over the phone: the signature is lower-case base32 (no 0, 1, 8, 9),
16 characters for 80 bits, and is compared without regard to case. A number that is not plain is written as ``_`` and its base32.

Who writes to residents makes them with :meth:`References.address` and :meth:`References.message_id`.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

MIN_SECRET: Final = 32
"""Characters that a secret needs at least."""
MAX_LOCAL: Final = 64
"""RFC 5321 §4.5.3.1.1: octets of a local part that every mail system takes."""
_BYTES: Final = 10
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,38}\Z")
_TOKEN: Final = re.compile(r"([a-z0-9][a-z0-9-]{0,38}|_[a-z2-7]{2,80})\.([a-z2-7]{16})\Z")
_TRIED: Final = 100
"""Addresses and ids of one message that are looked at."""


class References:
    """Makes and reads signed references. The first of ``secrets`` signs, all are accepted; ``jurisdiction_id`` binds them to a city."""

    def __init__(self, secrets: Sequence[str], jurisdiction_id: str = "") -> None:
        if not secrets or any(len(secret) < MIN_SECRET for secret in secrets):
            raise ValueError(f"a secret needs at least {MIN_SECRET} characters")
        self._keys = [secret.encode() for secret in secrets]
        self._city = jurisdiction_id.encode()

    def token(self, service_request_id: str) -> str:
        """``number.signature``: at most 57 characters for a plain number, all of them letters, digits, hyphens and one dot."""
        written = _written(service_request_id)
        return f"{written}.{self._signature(self._keys[0], written)}"

    def address(self, recipient: str, service_request_id: str) -> str:
        """``recipient`` with the reference in it. Raises ValueError where the local part becomes too long for mail systems."""
        local, at, domain = recipient.rpartition("@")
        signed = f"{local}+{self.token(service_request_id)}"
        if not at or len(signed) > MAX_LOCAL:
            raise ValueError("the address has no room for a reference")
        return f"{signed}@{domain}"

    def message_id(self, service_request_id: str, unique: str, host: str) -> str:
        """A Message-ID without its brackets; ``unique`` (letters, digits, hyphens) tells the city's messages about one request apart."""
        return f"{self.token(service_request_id)}.{unique}@{host}"

    def verify(self, token: str) -> str | None:
        """The number that ``token`` carries, where we signed it; None otherwise."""
        found = _TOKEN.match(token.lower()) if token.isascii() else None
        if found is None:
            return None
        written, signature = found.groups()
        # Each key is tried, so that the time tells nothing.
        valid = [hmac.compare_digest(self._signature(key, written), signature) for key in self._keys]
        return _read(written) if any(valid) else None

    def find(self, addresses: Iterable[str], message_ids: Iterable[str]) -> str | None:
        """The number in the first of ``addresses`` (after a plus), else of ``message_ids``, that carries a reference of ours."""
        tried = 0
        for places, after_plus in ((addresses, True), (message_ids, False)):
            for place in places:
                local = place.strip("<>").rpartition("@")[0]
                token = local.rpartition("+")[2] if after_plus else ".".join(local.split(".", 2)[:2])
                if "." not in token or (after_plus and "+" not in local):
                    continue
                tried += 1
                if tried > _TRIED:
                    return None
                if (number := self.verify(token)) is not None:
                    return number
        return None

    def _signature(self, key: bytes, written: str) -> str:
        said = b"\0".join((b"intake311 reference 1", self._city, written.encode()))
        return b32encode(hmac.digest(key, said, sha256)[:_BYTES]).decode().lower()


def _written(service_request_id: str) -> str:
    """A form that survives a change of case: plain numbers as they are."""
    if _PLAIN.match(service_request_id):
        return service_request_id
    return "_" + b32encode(service_request_id.encode()).decode().lower().rstrip("=")


def _read(written: str) -> str | None:
    if not written.startswith("_"):
        return written
    text = written[1:].upper()
    try:
        return b32decode(text + "=" * (-len(text) % 8)).decode()
    except ValueError:  # a length that no base32 has; we never signed such a one
        return None
