"""What the city hands to a resident that opens their request: the secret tracking code, and the reference in mails.

Both are made from one secret of the store, so that nothing has to be looked up or kept for each request; each has a key of its own, so that
one says nothing of the other.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from hashlib import sha256

from channels.email.reference import References

NAME = "replies"
"""The name of the store's secret."""
_CODE = re.compile(r"([0-9]{1,19})-([a-z2-7]{26})\Z")
_BYTES = 16


class Signatures:
    """Makes and reads them for one city. ``key`` is the store's secret."""

    def __init__(self, key: bytes, jurisdiction_id: str) -> None:
        self._tracking = hmac.digest(key, b"intake311 tracking 1", sha256)
        self._city = jurisdiction_id.encode()
        self.references = References([hmac.digest(key, b"intake311 references 1", sha256).hex()], jurisdiction_id)
        """Signed addresses and Message-IDs."""

    def tracking_code(self, service_request_id: str) -> str:
        """``number-secret``, 128 bits of it secret, in lower case and without letters that look like digits."""
        return f"{service_request_id}-{self._secret(service_request_id)}"

    def tracked(self, code: str) -> str | None:
        """The number of the request that a tracking code opens; None where we did not make it."""
        found = _CODE.match(code.lower()) if code.isascii() else None
        if found is None:
            return None
        number, secret = found.groups()
        return number if hmac.compare_digest(self._secret(number), secret) else None

    def _secret(self, number: str) -> str:
        said = b"\0".join((self._city, number.encode()))
        return b32encode(hmac.digest(self._tracking, said, sha256)[:_BYTES]).decode().lower().rstrip("=")
