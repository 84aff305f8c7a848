"""Twilio's request signature: whether a call of a webhook was made by somebody who holds one of our secrets.

Shared by the SMS and the voice adapter. The check itself is the ``twilio`` library's; this module chooses the secret and the
algorithm, and knows what the library does not catch.

Sources: twilio.com/docs/usage/webhooks/webhooks-security and …/webhook-shared-keys; ``twilio.request_validator`` 9.13.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from multidict import MultiDict

from channels._webhook import Forged

if TYPE_CHECKING:
    from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
"""Says ``key=<id of a shared key>,algorithm=HMAC_SHA256`` where a webhook rule signs with a shared key instead of the auth token."""

IDEMPOTENCY = "I-Twilio-Idempotency-Token"

MIN_SECRET = 32
"""Characters of Twilio's auth tokens. An empty secret would make everybody's signature valid."""

_MAX_FIELDS = 256
_ALGORITHMS = frozenset({"HMAC_SHA1", "HMAC_SHA256"})


def form(body: bytes) -> MultiDict[str]:
    """The fields of an ``application/x-www-form-urlencoded`` body, blank ones too, in their order.

    Raises ValueError where it is not one: bytes outside ASCII, escapes that are not UTF-8, more than 256 fields.
    """
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS, encoding="utf-8", errors="strict")
    return MultiDict(pairs)


class Signatures:
    """Checks signatures against the account's tokens (two while one is being replaced) and its shared keys, by key id."""

    def __init__(self, tokens: Iterable[str], shared_keys: Mapping[str, str]) -> None:
        from twilio.request_validator import RequestValidator

        self._tokens = tuple(RequestValidator(token) for token in tokens)
        self._shared = {key: RequestValidator(secret) for key, secret in shared_keys.items()}

    def verify(self, headers: Mapping[str, str], urls: Iterable[str], params: MultiDict[str]) -> str:
        """The algorithm of a good signature over one of ``urls`` and ``params``. Raises Forged.

        ``urls`` are our own public addresses, never what the request says of its host (X-Forwarded-*, Host).
        """
        from twilio.request_validator import get_signature_algorithm

        signature = headers.get(SIGNATURE)
        if not signature:  # the library raises a TypeError for None
            raise Forged("signature_missing")
        settings = headers.get(SETTINGS)
        algorithm: str = get_signature_algorithm(settings).upper()
        if algorithm not in _ALGORITHMS:
            raise Forged("signature_algorithm")
        validators = self._validators(settings)
        if not any(validator.validate(url, params, signature, algorithm) for url in urls for validator in validators):
            raise Forged("signature")
        return algorithm

    def _validators(self, settings: str | None) -> tuple[RequestValidator, ...]:
        """Those whose secret may have signed: the shared key that the header names, else the account's tokens."""
        for part in (settings or "").split(","):
            name, _, value = part.partition("=")
            if name.strip() == "key" and value.strip() in self._shared:
                return (self._shared[value.strip()],)
        return self._tokens
