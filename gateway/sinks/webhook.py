"""Posts each request to an address of the operator's choice, signed so that the receiver can tell who sent it.

The body is a CloudEvents 1.0 event, the signature that of Standard Webhooks 1.0.0: ``webhook-id`` is the idempotency key and the same for
every attempt, ``webhook-timestamp`` is the time of the attempt, ``webhook-signature`` holds one signature per secret.

Does not: sign with ed25519 keys; follow redirects; read the answer's body.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from standardwebhooks import Webhook

from channels.base import Permanent, Temporary
from gateway import clock
from gateway.http import CallFailed, Http
from gateway.sinks._event import MEDIA_TYPE, envelope
from gateway.sinks._http import HttpSinkSettings, failed, refusal
from gateway.sinks._secrets import Secrets
from gateway.sinks.base import Attempt, Delivered, Delivery
from normalizer.model import ServiceRequest


class Settings(HttpSinkSettings):
    """Settings of a signed webhook."""

    url: str = Field(pattern=r"^https?://[^\s/?#]+\S*$")
    """Address that requests are posted to; https outside of the city's own network."""

    secret: Annotated[Secrets, Field(min_length=1)]
    """Signing secret, "whsec_" and 24 to 64 random bytes in base64. Two while it is changed: the new one first, then the old one."""

    source: str = ""
    """CloudEvents "source" of the events; by default /intake311/ and the jurisdiction."""

    @field_validator("url")
    @classmethod
    def _has_no_password(cls, value: str) -> str:
        if urlsplit(value).username is not None:
            raise ValueError("an address holds no user or password; put an Authorization into headers")
        return value


class WebhookSink:
    """Posts signed events to one address."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self._url = settings.url
        self._source = settings.source
        self._http = http
        self._signers = [Webhook(secret.get_secret_value()) for secret in settings.secret]

    async def check(self) -> None:
        """Ask the address for its OPTIONS: that reaches it, its certificate and its door, and leaves no event there."""
        try:
            answer = await self._http.call("OPTIONS", self._url)
        except CallFailed as error:
            raise Temporary(f"the address does not answer: {error.reason}") from error
        if answer.status == 410:
            raise Permanent("the address answers 410: it wants no deliveries any more")
        if 300 <= answer.status < 400:
            raise Permanent(f"the address answers {answer.status}, a redirect; put the final address into url")
        if answer.status >= 500 and answer.status != 501:  # RFC 9110 §15.6.2: 501 says only that OPTIONS is not known
            raise Temporary(f"the address answers {answer.status}")

    async def deliver(self, request: ServiceRequest, attempt: Attempt, /) -> Delivery:
        """Post the event; any 2xx is success (Standard Webhooks, "Delivery success and failure")."""
        body = envelope(request, attempt, source=self._source)
        now = clock.now()
        try:
            answer = await self._http.call("POST", self._url, content=body, headers=self._headers(attempt, body, now))
        except CallFailed as error:
            if error.head is None:
                return failed(error)
            answer = error.head  # what follows the status is not ours to read
        if 200 <= answer.status < 300:
            return Delivered()
        return refusal(answer, now)

    def preview(self, request: ServiceRequest, attempt: Attempt, /) -> str:
        """The event."""
        return envelope(request, attempt, source=self._source).decode()

    async def aclose(self) -> None:
        """End the connections."""
        await self._http.aclose()

    def _headers(self, attempt: Attempt, body: bytes, now: datetime) -> dict[str, str]:
        text = body.decode()
        return {
            "content-type": MEDIA_TYPE,
            "webhook-id": attempt.idempotency_key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(attempt.idempotency_key, now, text) for signer in self._signers),
        }


def build(sink_id: str, settings: Settings) -> WebhookSink:  # noqa: ARG001  # every sink is built like this
    """Make the sink; it connects at its first call."""
    return WebhookSink(settings, settings.http(max_body=64 << 10))
