"""Posts that a person captures: an address, words or a picture of a post on any network, by ``POST /channels/{id}`` with a key.

Where a network has no interface that a city can afford, the people who look after its accounts paste what they see. A body is JSON, and
any one of ``url``, ``text`` and ``screenshots`` is enough::

    {
        "url": "https://x.com/zoe/status/1859876543210987654?s=20",
        "text": "The lamp at Elm and 5th has been out for a week",
        "author": "@zoe",
        "posted": "2 h",
        "platform": "x",
        "screenshots": [{"filename": "post.png", "data": "iVBORw0KGgo…"}],
        "captured_by": "A. Roy",
        "note": "She has written before",
    }

The same body in a file comes in by ``intake311 ingest``. The stored bytes are the body, and the hash of each picture is kept as
evidence. One post is one message, whoever captures it in whatever form of its address.

Does not: ask the network for anything; answer the resident (the person who captured the post does); read a picture's words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from aiohttp import web
from pydantic import ByteSize

from channels._webhook import Forged, now, receive
from channels.base import Accept, AdapterSettings, RawMessage, Receipt, Unavailable, Unreadable, WebhookContext
from channels.social import _capture_shape
from channels.social._capture_shape import BadCapture, Captured
from channels.social._shapes import moment
from normalizer.model import Attachment, InboundMessage, Sender

TYPE = "social.capture"
CONTENT_TYPE = "application/vnd.intake311.capture+json"

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


class Settings(AdapterSettings):
    """Table of a channel of type ``social.capture``."""

    max_size: ByteSize = ByteSize(20 * 1024 * 1024)
    """Largest body, screenshots in base64 included."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""


def build(channel_id: str, settings: Settings) -> SocialCapture:
    """The adapter for one table of the configuration."""
    return SocialCapture(channel_id, settings)


class SocialCapture:
    """A channel of type ``social.capture``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    def receive(self, body: bytes, *, remote_ip: str = "") -> RawMessage:
        """The message to accept, made of a body. Raises BadCapture (its ``status``, its ``mistakes``)."""
        found = _capture_shape.read(body)
        return RawMessage(found.source_id, now(), CONTENT_TYPE, body, {"fingerprint": found.fingerprint, "remote_ip": remote_ip})

    def key_of(self, content: bytes) -> tuple[str, str] | None:
        """Source id and fingerprint of a capture in a file; None where it is none (it is then held as unreadable)."""
        try:
            found = _capture_shape.read(content)
        except BadCapture:
            return None
        return found.source_id, found.fingerprint

    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[web.AbstractRouteDef]:
        """``POST /channels/{id}``, with ``Authorization: Bearer`` and a key of scope ``intake``."""

        async def capture(request: web.Request) -> web.StreamResponse:
            bad: list[BadCapture] = []

            def read(body: bytes) -> RawMessage:
                try:
                    return self.receive(body, remote_ip=request.remote or "")
                except BadCapture as error:
                    bad.append(error)
                    raise Unreadable(str(error)) from error

            try:
                await _believe(request, context)
            except Forged as error:
                context.refused(error.reason, request.remote or "unknown")
                return web.Response(status=403)
            except (Unavailable, OSError):
                return web.Response(status=503, headers={"Retry-After": "10"})
            answer = await receive(request, accept, context, read=read, acknowledge=_thanks, max_body=int(self.settings.max_size))
            if bad:
                mistakes = [{"field": field, "message": what} for field, what in bad[0].mistakes]
                problem = {
                    "title": "The capture is not as it should be",
                    "status": bad[0].status,
                    "detail": str(bad[0]),
                    "errors": mistakes,
                }
                return web.json_response(problem, status=bad[0].status, content_type="application/problem+json")
            return answer

        return [web.post(f"/channels/{self.channel_id}", capture)]

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored capture. Raises Unreadable where it is none.

        ``hints`` has ``captured`` (``platform, post_id, posted, by, note, sha256``: what was seen, by whom, and the hashes of the
        pictures), and may have ``language``, ``private`` and ``conversation``.
        """
        try:
            found = _capture_shape.read(raw.content)
        except BadCapture as error:
            raise Unreadable(str(error)) from error
        message = InboundMessage(
            channel="social",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id,
            received_datetime=raw.received_at,
            sender=_sender(found),
        )
        _fill(message, found)
        return message


async def _believe(request: web.Request, context: WebhookContext) -> None:
    """Raises Forged without a key that is valid here, Unavailable where nobody can say."""
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key.strip():
        raise Forged("key_missing")
    if context.counsel is None:
        raise Unavailable("keys cannot be checked")
    if not await asyncio.wait_for(context.counsel.may(key.strip(), "intake"), 10.0):
        raise Forged("key")


def _thanks(receipt: Receipt) -> web.Response:
    """202: it is durable. Who captured a post that is there with other words or pictures is told so."""
    answer: dict[str, Any] = {"intake_id": receipt.intake_id, "duplicate": receipt.duplicate}
    if receipt.conflict:
        answer["conflict"] = True
        answer["detail"] = 'The post was captured before with other words or pictures, which are kept; send "addition": true to add these.'
    return web.json_response(answer, status=202)


def _sender(found: Captured) -> Sender:
    """The author: by the address where it tells, with the network, since one name on two networks may be two people."""
    said = (found.capture.author or "").strip()
    told = found.permalink.author if found.permalink else ""
    name = None if said.startswith("@") or not said or said.lower() == told.lower() else said
    handle = told or (said.removeprefix("@") if said.startswith("@") else "")
    if handle and found.platform:
        handle = f"{found.platform}:{handle}"
    elif handle:
        handle = f"@{handle}"
    return Sender(handle=handle or None, name=name)


def _fill(message: InboundMessage, found: Captured) -> None:
    capture, permalink = found.capture, found.permalink
    message.permalink = permalink.url if permalink else None
    message.text = capture.text.strip() or (permalink.url if permalink else "")
    message.sent_datetime = _posted(message, found)
    if message.permalink:
        message.message_id = f"{message.permalink}#{found.fingerprint[:16]}" if capture.addition else message.permalink
        message.in_reply_to = message.permalink if capture.addition else None
        message.references = [message.permalink]
        message.hints["conversation"] = message.permalink
    captured = {
        "platform": found.platform,
        "post_id": permalink.post_id if permalink else "",
        "posted": capture.posted or "",
        "by": capture.captured_by or "",
        "note": capture.note.strip(),
        "sha256": found.evidence,
    }
    message.hints["captured"] = {name: value for name, value in captured.items() if value}
    if capture.language:
        message.hints["language"] = capture.language
    if capture.private:
        message.hints["private"] = True
    message.notes.append(f"captured by {capture.captured_by}" if capture.captured_by else "captured by a person")
    if found.unknown:
        message.notes.append(f"fields that are not known were left out: {', '.join(found.unknown)}")
    for shot, sha256 in zip(capture.screenshots, found.evidence, strict=True):
        media_type = _media_type(shot.data)
        message.attachments.append(
            Attachment(filename=shot.filename, media_type=media_type, size=len(shot.data), sha256=sha256, content=shot.data)
        )


def _posted(message: InboundMessage, found: Captured) -> Any:
    """When it was posted, where that is a time: what was said, or what the post's id contains. "2 h" stays what was said."""
    said = found.capture.posted or ""
    exact = moment(said) if len(said) > 16 and (said.endswith("Z") or said[-6] in "+-") else None
    told = found.permalink.posted if found.permalink else None
    if exact is None and told is not None:
        message.notes.append("the time was read from the post's id")
    return exact or told


def _media_type(data: bytes) -> str:
    """What a picture's first bytes say (PNG, JPEG, GIF, WebP, HEIC, PDF)."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1"):
        return "image/heic"
    return next((media_type for magic, media_type in _MAGIC if data.startswith(magic)), "application/octet-stream")
