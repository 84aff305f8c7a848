"""Writing back over Twilio's Messages resource, once.

Twilio takes no idempotency key. So each attempt is noted before it is made, and the note goes once its end is known; an attempt that
finds a note asks Twilio first for what was sent to this person since, and takes a message with the same words for its own.

Sources: twilio.com/docs/messaging/api/message-resource; …/api/errors/21610 (opted out), 21211, 21614, 21612 (no such number), 63016
(WhatsApp allows free words within 24 hours of the resident's last message), 20429 (too many requests).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import orjson
import structlog

from channels._webhook import now
from channels.base import Notebook
from channels.replying import Deferred, Delivered, Delivery, OutboundMessage, Rejected, ReplyContext
from channels.sms import _gsm
from channels.sms._api import Account, CallFailed, Said, call

MAX_REPLY: Final = 1_600
"""Characters of a message's text (Twilio's limit, error 21617)."""
_NEVER: Final = {
    21610: "opted_out",
    21211: "bad_number",
    21214: "bad_number",
    21217: "bad_number",
    21265: "bad_number",
    21612: "bad_number",
    21614: "bad_number",
    21408: "country_not_allowed",
    21602: "empty",
    21617: "too_long",
    30032: "sender_not_verified",
    63016: "outside_window",
    63024: "bad_number",
}
_LATER: Final = {
    20003: "credentials",
    20005: "account",
    20429: "rate_limited",
    14107: "rate_limited",
    21611: "queue_full",
    63018: "rate_limited",
}
_NOTES: Final = 64
_OLDEST: Final = timedelta(days=4)
_CLOCKS: Final = timedelta(minutes=5)
"""How far Twilio's clock and ours may be apart."""

_log = structlog.get_logger(__name__)


class Replies:
    """The replies of one channel. ``senders`` are our numbers, the first is used where the message that is answered names none."""

    def __init__(self, account: Account, senders: list[str], service: str | None, max_segments: int) -> None:
        self._account, self._senders, self._service, self._max_segments = account, senders, service, max_segments
        self._attempts = Attempts()

    async def send(self, message: OutboundMessage, context: ReplyContext) -> Delivery:
        """Send a text once, as far as that can be known."""
        form = self._form(message)
        if isinstance(form, Rejected):
            return form
        key = message.idempotency_key
        try:
            began = await self._attempts.began(key, context.notebook)
            if began is not None:
                sid = await self._sent_before(form, began, context)
                if sid is not None:
                    await self._attempts.over(key, context.notebook)
                    return Delivered(sid)
            else:
                await self._attempts.begin(key, context.notebook)
            said = await call(context.http, self._account, "POST", "/Messages.json", form=form)
        except CallFailed as error:
            if not error.sent:
                return Deferred(error.reason)
            return Deferred(f"unclear_{error.reason}", retry_after=20.0)  # a message just taken is not in the list at once
        delivery = _meaning(said)
        if said.status < 500:
            await self._attempts.over(key, context.notebook)
        return delivery

    def _form(self, message: OutboundMessage) -> dict[str, str] | Rejected:
        written_to = message.hints.get("reply_from")
        network = str(message.hints.get("via", "sms"))
        network = "" if network in ("sms", "mms") else f"{network}:"
        body = message.text.strip()
        if not body:
            return Rejected("empty")
        if not network:
            body = _gsm.plain(body)
            size = _gsm.size(body)
            if size.segments > self._max_segments:
                return Rejected("too_long", detail=f"{size.segments} messages in {size.alphabet}, {self._max_segments} allowed")
        if len(body) > MAX_REPLY:
            return Rejected("too_long", detail=f"{len(body)} characters, {MAX_REPLY} allowed")
        form = {"To": message.to if ":" in message.to else f"{network}{message.to}", "Body": body}
        if isinstance(written_to, str) and written_to:
            form["From"] = written_to
        elif self._service is not None:
            form["MessagingServiceSid"] = self._service
        elif self._senders:
            form["From"] = f"{network}{self._senders[0]}"
        else:
            return Rejected("no_sender", detail="neither the message, nor numbers, nor messaging_service_sid name one")
        if self._service is not None and not network:
            form["MessagingServiceSid"] = self._service
        return form

    async def _sent_before(self, form: Mapping[str, str], began: datetime, context: ReplyContext) -> str | None:
        """The id of the message that an earlier attempt sent, or None. Raises CallFailed where Twilio does not say."""
        # Not filtered by date: a message that waits at Twilio has no date of sending yet. The newest come first.
        params = {"To": form["To"], "PageSize": "50"} | ({"From": form["From"]} if "From" in form else {})
        said = await call(context.http, self._account, "GET", "/Messages.json", params=params)
        if said.status != 200:
            raise CallFailed("protocol", sent=False)
        messages = said.body.get("messages")
        for sent in messages if isinstance(messages, list) else []:
            if isinstance(sent, dict) and _same(sent, form["Body"], began):
                sid = sent.get("sid")
                _log.info("a reply had been sent before", sid=sid)
                return sid if isinstance(sid, str) else None
        return None


def _same(sent: Mapping[str, Any], body: str, began: datetime) -> bool:
    text, created, direction = sent.get("body"), sent.get("date_created"), sent.get("direction")
    if not isinstance(text, str) or text.strip() != body or not str(direction).startswith("outbound"):
        return False
    try:
        return parsedate_to_datetime(str(created)).astimezone(UTC) >= began - _CLOCKS
    except ValueError:
        return False


def _meaning(said: Said) -> Delivery:
    """What an answer to a message says of it."""
    if 200 <= said.status < 300:
        sid = said.body.get("sid")
        return Delivered(sid if isinstance(sid, str) else None)
    if said.status == 429 or said.code in (20429, 14107, 63018):
        return Deferred("rate_limited", retry_after=said.retry_after or 30.0, throttled=True, detail=said.message)
    if said.code in _LATER or said.status in (401, 403):
        return Deferred(_LATER.get(said.code, "credentials"), retry_after=said.retry_after or 300.0, detail=said.message)
    if said.status >= 500:
        return Deferred(f"http_{said.status}", retry_after=said.retry_after or 20.0)
    if said.code in _NEVER:
        return Rejected(_NEVER[said.code], detail=said.message)
    if said.status in (404, 408, 425):
        return Deferred(f"http_{said.status}", retry_after=said.retry_after)
    return Rejected(f"twilio_{said.code or said.status}", detail=said.message)


class Attempts:
    """Which replies have been begun and not ended, in the adapter's notebook, and in memory where there is none.

    The notes are as many as :data:`_NOTES`, however many replies there are: each holds those whose keys' hashes begin alike.
    """

    def __init__(self) -> None:
        self._memory: dict[str, str] = {}
        self._lock = asyncio.Lock()

    async def began(self, key: str, notebook: Notebook | None) -> datetime | None:
        """When the first attempt began, if its end is not known."""
        at = (await self._read(_note(key), notebook)).get(key)
        return datetime.fromisoformat(at) if at else None

    async def begin(self, key: str, notebook: Notebook | None) -> None:
        """Note that an attempt is about to be made. Raises Temporary where the notebook cannot."""
        async with self._lock:
            entries = await self._read(_note(key), notebook)
            limit = (now() - _OLDEST).isoformat()
            await self._write(_note(key), {**{name: at for name, at in entries.items() if at > limit}, key: now().isoformat()}, notebook)

    async def over(self, key: str, notebook: Notebook | None) -> None:
        """Note that its end is known."""
        async with self._lock:
            entries = await self._read(_note(key), notebook)
            if entries.pop(key, None) is not None:
                await self._write(_note(key), entries, notebook)

    async def _read(self, note: str, notebook: Notebook | None) -> dict[str, str]:
        text = await notebook.get(note) if notebook is not None else self._memory.get(note)
        entries = orjson.loads(text) if text else {}
        return entries if isinstance(entries, dict) else {}

    async def _write(self, note: str, entries: Mapping[str, str], notebook: Notebook | None) -> None:
        text = orjson.dumps(entries).decode()
        if notebook is not None:
            await notebook.put(note, text)
        else:
            self._memory[note] = text


def _note(key: str) -> str:
    return f"replies-{hashlib.sha256(key.encode()).digest()[0] % _NOTES}"
