"""Sends simulated messages over the real protocols of the configured channels."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import smtplib
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp

from gateway.clock import now
from gateway.simulate.city import Message
from gateway.simulate.mail import mail, photo

_TIMEOUT = 30.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "*": "127.0.0.1"}  # noqa: S104  (compared, not bound)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway answered: its status (``250``, ``202``, ``unreachable``), whether it took the message, after how many seconds."""

    status: str
    taken: bool
    seconds: float


class Sender(Protocol):
    """A channel as its clients see it."""

    channel_id: str

    async def send(self, message: Message, /) -> Answer:
        """Send one message; never raises for what the other side does."""
        ...


class SmtpSender:
    """Mail to an ``email.smtp`` channel, one connection for each, as other servers do."""

    def __init__(self, channel_id: str, settings: Any, run: str, threads: Executor) -> None:
        self.channel_id = channel_id
        host, self._port = settings.address
        self._host = reachable(host)
        self._kind = smtplib.LMTP if settings.protocol == "lmtp" else smtplib.SMTP
        self._tls = settings.require_starttls
        self._recipients = [entry if not entry.startswith("@") else f"office{entry}" for entry in settings.recipients]
        self._run, self._threads = run, threads
        self._said: dict[int, tuple[str, bytes]] = {}

    async def send(self, message: Message, /) -> Answer:
        """Send it; a repeated one goes out byte for byte as it was."""
        recipient = self._recipients[message.number % len(self._recipients)]
        if message.repeats in self._said:
            content = self._said[message.repeats][1]
        else:
            earlier = self._said.get(message.answers or 0, ("", b""))[0]
            content = mail(message, run=self._run, recipient=recipient, at=now(), earlier=earlier)
            self._said[message.number] = (message.text, content)
            if len(self._said) > 2_000:
                del self._said[next(iter(self._said))]
        sender = "" if message.kind == "auto_reply" else message.resident.email
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._deliver, sender, recipient, content)

    def _deliver(self, sender: str, recipient: str, content: bytes) -> Answer:
        started = time.perf_counter()
        try:
            with self._kind(self._host, self._port, local_hostname="residents.example", timeout=_TIMEOUT) as client:
                if self._tls:
                    client.starttls(context=_any_certificate())
                client.ehlo_or_helo_if_needed()
                for code, _text in (client.mail(sender), client.rcpt(recipient)):
                    if code != 250:
                        return Answer(str(code), taken=False, seconds=time.perf_counter() - started)
                started = time.perf_counter()
                code, _text = client.data(content)
                return Answer(str(code), taken=code == 250, seconds=time.perf_counter() - started)
        except smtplib.SMTPResponseException as error:
            return Answer(str(error.smtp_code), taken=False, seconds=time.perf_counter() - started)
        except (OSError, smtplib.SMTPException):
            return Answer("unreachable", taken=False, seconds=time.perf_counter() - started)


class JsonSender:
    """JSON to an ``api.message`` channel, as another system of the city would."""

    def __init__(self, channel_id: str, base: str, key: str, run: str, http: aiohttp.ClientSession) -> None:
        self.channel_id = channel_id
        self._url, self._key, self._run, self._http = f"{base}/api/v1/intake/{channel_id}", key, run, http

    async def send(self, message: Message, /) -> Answer:
        """Send it, with a position where the resident points at the map."""
        body: dict[str, Any] = {
            "source_id": f"{self._run}-{message.number}",
            "subject": message.subject,
            "text": message.text,
            "sender": {"name": message.resident.name, "email": message.resident.email, "phone": message.resident.phone},
            "channel": "web",
        }
        if message.issue is not None and message.number % 2:
            body |= {"lat": message.issue.lat, "long": message.issue.long, "address": message.issue.place(message.resident.language)}
        if message.photo:
            data = base64.b64encode(photo(message.number)).decode()
            body["attachments"] = [{"filename": "photo.png", "media_type": "image/png", "data": data}]
        return await _post(self._http, self._url, 202, json=body, headers={"Authorization": f"Bearer {self._key}"})


class TwilioSender:
    """Text messages to an ``sms.twilio`` channel, signed as Twilio signs (twilio.com/docs/usage/security)."""

    def __init__(self, channel_id: str, settings: Any, base: str, public_url: str, run: str, http: aiohttp.ClientSession) -> None:
        self.channel_id = channel_id
        self._settings, self._http, self._run = settings, http, run
        self._url = f"{base}/channels/{channel_id}"
        self._signed = f"{settings.public_url or public_url}/channels/{channel_id}"

    async def send(self, message: Message, /) -> Answer:
        """Send it; text messages are short and have no subject."""
        sid = hashlib.md5(f"{self._run}-{message.number}".encode(), usedforsecurity=False).hexdigest()
        form = {
            "MessageSid": f"SM{sid}",
            "AccountSid": self._settings.account_sid,
            "From": message.resident.phone,
            "To": next(iter(self._settings.numbers), "+15145550100"),
            "Body": " ".join(message.text.split())[:480],
            "NumMedia": "0",
        }
        secret = self._settings.auth_token.get_secret_value().encode()
        said = self._signed + "".join(f"{name}{form[name]}" for name in sorted(form))
        signature = base64.b64encode(hmac.new(secret, said.encode(), hashlib.sha1).digest()).decode()
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        return await _post(self._http, self._url, 200, data=urlencode(form), headers=headers)


def reachable(host: str) -> str:
    """An address to connect to for one to listen on."""
    return _ANYWHERE.get(host, host)


async def _post(http: aiohttp.ClientSession, url: str, wanted: int, *, headers: Mapping[str, str], **body: Any) -> Answer:
    started = time.perf_counter()
    try:
        async with http.post(url, headers=headers, timeout=aiohttp.ClientTimeout(total=_TIMEOUT), **body) as response:
            await response.read()
            return Answer(str(response.status), taken=response.status == wanted, seconds=time.perf_counter() - started)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return Answer("unreachable", taken=False, seconds=time.perf_counter() - started)


def _any_certificate() -> ssl.SSLContext:
    """The gateway of a demonstration has a certificate of its own making."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
