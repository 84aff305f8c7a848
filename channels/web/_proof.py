"""Signs what a page carries along: the token of a form that was served, and the address of a confirmation.

A token proves that we served the form, when, and under which number; it is the number that makes a second sending the same message. It is
bound to no cookie, so that it also works in another site's frame, where browsers withhold cookies.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

_MAC = 16
_RECEIPT = re.compile(r"(?a)([0-9A-Za-z_.:-]{1,64})~([a-z]?)~([0-9]{1,2})~([01])")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A form that was served: its number (32 hex digits) and when, in Unix seconds."""

    number: str
    issued: int


@dataclass(frozen=True, slots=True)
class Done:
    """What a confirmation says without asking the store: no words of the resident and no address are in it.

    ``contact``: ``e`` (e-mail), ``p`` (phone), ``b`` (both), ``n`` (a name only) or empty (anonymous).
    """

    intake_id: str
    contact: str = ""
    photos: int = 0
    emergency: bool = False


class Proof:
    """Signs and reads with one secret; tokens of another channel or purpose are not believed."""

    def __init__(self, secret: bytes, channel_id: str) -> None:
        self._key = hashlib.sha256(b"intake311 web.form\0" + channel_id.encode() + b"\0" + secret).digest()

    def ticket(self, now: float) -> str:
        """A token for a form that is served now."""
        return self._signed(b"form", secrets.token_bytes(16) + int(now).to_bytes(5, "big"))

    def read_ticket(self, token: str) -> Ticket | None:
        """What a token says; None where we did not sign it."""
        content = self._content(b"form", token)
        if content is None or len(content) != 21:
            return None
        return Ticket(content[:16].hex(), int.from_bytes(content[16:], "big"))

    def done(self, done: Done) -> str:
        """The last part of a confirmation's address."""
        return self._signed(b"done", f"{done.intake_id}~{done.contact}~{done.photos}~{int(done.emergency)}".encode())

    def read_done(self, token: str) -> Done | None:
        """What a confirmation's address says; None where we did not sign it."""
        content = self._content(b"done", token)
        found = _RECEIPT.fullmatch(content.decode("utf-8", "replace")) if content is not None else None
        return Done(found[1], found[2], int(found[3]), found[4] == "1") if found else None

    def _signed(self, purpose: bytes, content: bytes) -> str:
        return base64.urlsafe_b64encode(self._mac(purpose, content) + content).rstrip(b"=").decode()

    def _content(self, purpose: bytes, token: str) -> bytes | None:
        if not 0 < len(token) <= 300 or not token.isascii():
            return None
        try:
            signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        mac, content = signed[:_MAC], signed[_MAC:]
        return content if hmac.compare_digest(mac, self._mac(purpose, content)) else None

    def _mac(self, purpose: bytes, content: bytes) -> bytes:
        return hmac.digest(self._key, purpose + b"\0" + content, "sha256")[:_MAC]
