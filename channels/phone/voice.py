"""Spoken intake on a Twilio number: three questions by voice or keypad, in the caller's language, or a person.

What is the problem, where is it, may we contact you. Each answer is made durable before the next question is asked, as a message of its
own; all of a call name it in ``hints["conversation"]``, so that they become one request, and a caller who hangs up half-way leaves what
was said until then. Where a call stands travels in the addresses that we give to Twilio, which its signature covers; nothing is kept in
memory, so that a restart or a second gateway goes on with the call.

Read ``_flow.py`` (the course), ``_script.py`` (the words), ``_twiml.py`` (the answers), ``_call_form.py`` (Twilio's form) and
``_call_reading.py`` (a turn as a message).

Sources: twilio.com/docs/voice/twiml (requests, ``Gather``, ``Dial``, ``Record``), …/usage/security/availability-reliability (fallback).

Does not: understand a third language, nor find out a caller's number that is withheld.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from channels import _twilio
from channels._webhook import Forged
from channels.base import (
    Accept,
    FetchContext,
    Fetched,
    Health,
    NotForUs,
    Permanent,
    ProbeContext,
    RateLimited,
    RawMessage,
    TooLarge,
    Unavailable,
    Unreadable,
    WebhookContext,
)
from channels.outward import CallFailed, Manners
from channels.phone import _call_form, _call_reading
from channels.phone._line import CONTENT_TYPE, Line
from channels.phone._voice_settings import Settings
from normalizer.model import Authentication, InboundMessage

if TYPE_CHECKING:
    from multidict import MultiDict

__all__ = ["CONTENT_TYPE", "Settings", "Voice", "build"]

TYPE = "phone.voice"
_RECORDING = re.compile(r"https://api\.twilio\.com/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})/Recordings/RE[0-9a-fA-F]{32}\.mp3")


def build(channel_id: str, settings: Settings) -> Voice:
    """The adapter for one table of the configuration."""
    return Voice(channel_id, settings)


class Voice:
    """A channel of type ``phone.voice``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings
        tokens = [token.get_secret_value() for token in (settings.auth_token, settings.auth_token_previous) if token is not None]
        self._signatures = _twilio.Signatures(tokens, {key: secret.get_secret_value() for key, secret in settings.shared_keys.items()})

    # The calls of Twilio

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """Below ``/channels/{id}``: ``/voice`` answers, ``/voice/turn`` takes an answer, ``/voice/dialled`` what came of a hand-over,
        ``/voice/message`` a recording, ``/voice/status`` how the call ended.
        """
        base = (self.settings.public_url or context.public_url).rstrip("/")
        line = Line(self.channel_id, self.settings, accept, context, base, self._believe)
        path = f"/channels/{self.channel_id}/voice"
        return [
            web.post(path, line.answer),
            web.post(f"{path}/turn", line.turn),
            web.post(f"{path}/dialled", line.dialled),
            web.post(f"{path}/message", line.message),
            web.post(f"{path}/status", line.status),
        ]

    def _believe(self, request: web.Request, base: str, body: bytes) -> tuple[MultiDict[str], dict[str, str]]:
        """The form's fields and the envelope, once the signature and the account are ours. Raises Forged, NotForUs."""
        if request.content_type != CONTENT_TYPE:
            raise Forged("content_type")
        try:
            params = _twilio.form(body)
        except ValueError as error:
            raise Forged("not_a_form", type(error).__name__) from error
        query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
        bases = [base, *([self.settings.fallback_url.rstrip("/")] if self.settings.fallback_url else [])]
        algorithm = self._signatures.verify(request.headers, [f"{base}{request.path}{query}" for base in bases], params)
        if params.getall("AccountSid", []) != [self.settings.account_sid]:
            raise Forged("account")
        if not _call_form.CALL_SID.fullmatch(params.get("CallSid", "")):
            raise Forged("not_a_call")
        if found := _call_form.doubt(params):
            raise Forged("ambiguous", found)
        if self.settings.numbers and params["To"] not in self.settings.numbers and params.get("Direction", "inbound") == "inbound":
            raise NotForUs("the number called is not one of this channel's")
        return params, {"signature": "pass", "signature_algorithm": algorithm, "remote_ip": request.remote or ""}

    # The message

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored turn. Raises Unreadable where it is none.

        ``hints`` may have: ``conversation`` (the call), ``language``, ``address`` with ``location_source``, ``service_code`` (a key),
        ``contact_preference``, ``media`` (a recording), ``command`` (``call_control, call_status``: opens no request).
        """
        try:
            params = _twilio.form(raw.content.strip())
        except ValueError as error:
            raise Unreadable(f"not a form: {type(error).__name__}") from error
        if not _call_form.CALL_SID.fullmatch(params.get("CallSid", "")):
            raise Unreadable("a form without a CallSid")
        message = InboundMessage(
            channel="phone",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id,
            received_datetime=raw.received_at,
            authentication=Authentication(signature=raw.envelope.get("signature")),
        )
        _call_reading.fill(message, params, raw.envelope, self.settings.account_sid)
        return message

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched:
        """A recording, from Twilio only and for this account only. Raises Permanent, TooLarge, RateLimited, Unavailable."""
        found = _RECORDING.fullmatch(str(item.get("url", "")))
        if found is None or found.group(1) != self.settings.account_sid:
            raise Permanent("not a recording of this account")
        http = context.http(Manners(timeout=60.0, max_body=int(self.settings.max_recording), private_addresses=False))
        try:
            answer = await http.call("GET", found.group(0), headers=self._authorization())
        except CallFailed as error:
            if error.reason == "too_large":
                raise TooLarge("a recording over max_recording") from error
            raise Unavailable(f"no answer: {error.reason}") from error
        finally:
            await http.aclose()
        if answer.status == 429:
            raise RateLimited("Twilio asks us to slow down")
        if answer.status in (401, 403, 410):
            raise Permanent(f"Twilio answered {answer.status}")
        if answer.status != 200:  # 404 as well: a recording is there some seconds after the call
            raise Unavailable(f"Twilio answered {answer.status}")
        return Fetched(answer.body, "audio/mpeg", "voice-message.mp3")

    async def check(self, context: ProbeContext, /) -> Health:
        """Ask Twilio for the account. Raises Permanent or Unavailable."""
        http = context.http(Manners())
        try:
            url = f"https://api.twilio.com/2010-04-01/Accounts/{self.settings.account_sid}.json"
            answer = await http.call("GET", url, headers=self._authorization())
        except CallFailed as error:
            raise Unavailable(f"Twilio does not answer: {error.reason}") from error
        finally:
            await http.aclose()
        if answer.status in (401, 403, 404):
            raise Permanent(f"Twilio refuses account_sid and auth_token ({answer.status})")
        if answer.status != 200:
            raise Unavailable(f"Twilio answered {answer.status}")
        return Health()

    def _authorization(self) -> dict[str, str]:
        pair = f"{self.settings.account_sid}:{self.settings.auth_token.get_secret_value()}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
