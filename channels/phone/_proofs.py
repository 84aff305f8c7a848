"""Whether a call of the transcript webhook comes from somebody who may send transcripts.

Three proofs, of which any configured one is enough: a key (``Authorization: Bearer``, HTTP Basic with the key as password, or
``X-Api-Key``), an HMAC-SHA256 of the body (``X-Signature-256: sha256=<hex>``), Twilio's signature.

Deepgram sends HTTP Basic with what stands in the callback's address (developers.deepgram.com, changelog of 27 October 2026: the header
``dg-token`` proves nothing any more and is not looked at); AssemblyAI sends one header that the caller of its API chose.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping

from multidict import MultiDict
from yarl import URL

from channels import _twilio
from channels._webhook import Forged

SIGNATURE = "X-Signature-256"
FORM = "application/x-www-form-urlencoded"


def given_key(headers: Mapping[str, str]) -> str | None:
    """The key that the call shows, in any of the three places."""
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer":
        return rest
    if scheme == "Basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return headers.get("X-Api-Key")


def by_key(headers: Mapping[str, str], key: str) -> None:
    """Raise Forged unless the call shows the key."""
    given = given_key(headers)
    if given is None:
        raise Forged("key_missing")
    if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), key.encode()):
        raise Forged("key")


def by_hmac(headers: Mapping[str, str], body: bytes, secret: str) -> None:
    """Raise Forged unless the header is the HMAC of these bytes."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), headers[SIGNATURE].encode("utf-8", "surrogateescape")):
        raise Forged("signature")


def by_twilio(signatures: _twilio.Signatures, headers: Mapping[str, str], urls: Iterable[str], body: bytes, content_type: str) -> None:
    """Raise Forged unless Twilio signed the address and what came with it: the fields of a form, or the hash of a JSON body.

    A JSON body is covered by ``bodySHA256`` in the address (twilio.com/docs/usage/webhooks/webhooks-security).
    """
    params: MultiDict[str] = MultiDict()
    if content_type == FORM:
        try:
            params = _twilio.form(body)
        except ValueError as error:
            raise Forged("not_a_form") from error
    urls = list(urls)
    signatures.verify(headers, urls, params)
    if content_type != FORM:
        stated = URL(urls[0]).query.get("bodySHA256", "")
        if not hmac.compare_digest(stated.lower().encode(), hashlib.sha256(body).hexdigest().encode()):
            raise Forged("body_not_signed")
