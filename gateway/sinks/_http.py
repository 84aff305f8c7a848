"""What HTTP sinks have in common: settings of the connection, and what a status code or a failed call means for a delivery."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pydantic import Field, FilePath, SecretStr

from gateway.http import Answer, CallFailed, Http, Manners
from gateway.sinks.base import Deferred, Rejected, SinkSettings

OPERATOR = 300.0
"""Seconds to the next attempt where a person has to do something first: a wrong key, address or certificate."""
_CONTENT = frozenset({400, 406, 411, 413, 414, 415, 417, 422, 431})
_MOMENTARY = frozenset({408, 409, 423, 425})


class HttpSinkSettings(SinkSettings):
    """Settings of a sink that is reached over HTTP."""

    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Further headers of every call, for example an Authorization that the system asks for."""

    ca_file: FilePath | None = None
    """Certificates (PEM) to trust in place of the public ones, for a system with a certificate of the city's own."""

    proxy: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """HTTP proxy to go through; the environment's proxy variables are not read."""

    private_addresses: bool = True
    """Whether the system may be inside the city's network; set to false where the address comes from outside."""

    def http(self, *, max_body: int = 1 << 20) -> Http:
        """A client with these settings that reads ``max_body`` bytes at most."""
        return Http(
            Manners(
                timeout=self.timeout,
                max_body=max_body,
                connections=self.concurrency,
                private_addresses=self.private_addresses,
                ca_file=self.ca_file,
                proxy=self.proxy,
                headers={name: value.get_secret_value() for name, value in self.headers.items()},
            )
        )


def refusal(answer: Answer, now: datetime, detail: str = "") -> Deferred | Rejected:
    """What an answer that is no success means for the delivery.

    =====================  ==========================================================================================
    3xx                    deferred: redirects are not followed, an operator has to put the new address
    400 406 411 413-415    rejected: this content will never do
    417 422 431            rejected, likewise
    408 409 423 425        deferred, this delivery alone
    410                    rejected, and the sink takes no more (Standard Webhooks, "Delivery success and failure")
    429 503                deferred until Retry-After, the whole sink
    other 4xx              deferred for minutes: a key, an address or a method is wrong, which an operator can mend; or a
                           firewall in between dislikes this one text, so that it takes several to pause the sink
    other                  deferred
    =====================  ==========================================================================================
    """
    status, asked = answer.status, retry_after(answer.headers.get("retry-after"), now)
    reason = f"http_{status}"
    if 300 <= status < 400:
        return Deferred("redirect_refused", retry_after=OPERATOR, detail=detail)
    if status == 410:
        return Rejected("gone", scope="sink", detail=detail)
    if status in _CONTENT:
        return Rejected(reason, detail=detail)
    if status in _MOMENTARY:
        return Deferred(reason, retry_after=asked, scope="delivery", detail=detail)
    if status == 429 or status >= 500 or status < 200:
        return Deferred(reason, retry_after=asked, throttled=asked is not None, detail=detail)
    return Deferred(reason, retry_after=OPERATOR if asked is None else asked, detail=detail)


def failed(error: CallFailed) -> Deferred:
    """What a call without a complete answer means for the delivery: again, later."""
    needs_operator = error.reason in ("tls", "private_address", "bad_address")
    return Deferred(error.reason, retry_after=OPERATOR if needs_operator else None)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header: a number of seconds or an HTTP date (RFC 9110 §10.2.3). None where it is neither."""
    if value is None:
        return None
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        # RFC 9110 §5.6.7: an HTTP date is in UTC, also where an obsolete form does not say so.
        seconds = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
