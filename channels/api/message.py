"""JSON messages of any system, taken by ``POST /api/v1/intake/{channel_id}`` with a key of scope ``intake``.

The gateway owns the address, the key and the answer; this adapter says what a body may be. The stored bytes are the body as it came.

A ``source_id`` (or ``Idempotency-Key``) that comes again is a redelivery and adds nothing. If it comes again with another body, the
first one stays, and the sender must be told with 422 (draft-ietf-httpapi-idempotency-key-header §2.7; Stripe refuses it as well):
answering "accepted" would lose the second text in silence. ``accept`` recognises it by ``envelope["fingerprint"]`` and says so in
``Receipt.conflict``.
"""

from __future__ import annotations

from pydantic import ByteSize, Field

from channels import _message
from channels._message import BadMessage, FieldMistake, Parsed
from channels._webhook import now
from channels.base import AdapterSettings, RawMessage, TooLarge, Unreadable
from normalizer.model import ChannelName, InboundMessage

__all__ = ["BadMessage", "FieldMistake", "Message", "Parsed", "Settings", "build", "parse"]

TYPE = "api.message"
CONTENT_TYPE = "application/json"

parse = _message.parse


class Settings(AdapterSettings):
    """Table of a channel of type ``api.message``."""

    max_size: ByteSize = ByteSize(_message.MAX_SIZE)
    """Largest body, attachments in base64 included."""
    channel: ChannelName = "api"
    """What the messages came by, where they do not say it themselves."""
    channels: list[ChannelName] = Field(default_factory=lambda: list(_message.CHANNELS))
    """What they may say they came by."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""


def build(channel_id: str, settings: Settings) -> Message:
    """The adapter for one table of the configuration."""
    return Message(channel_id, settings)


class Message:
    """A channel of type ``api.message``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    def receive(self, body: bytes, *, idempotency_key: str | None = None, remote_ip: str = "") -> RawMessage:
        """The message to accept, made of a request's body. Raises TooLarge (413) or BadMessage (its ``status``, its ``mistakes``)."""
        settings = self.settings
        parsed = parse(body, idempotency_key=idempotency_key, max_size=settings.max_size, channels=settings.channels)
        envelope = {"fingerprint": parsed.fingerprint, "remote_ip": remote_ip}
        return RawMessage(parsed.source_id, now(), CONTENT_TYPE, body, envelope)

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored body. Raises Unreadable where it is not one; today's settings do not refuse what was accepted yesterday."""
        try:  # the key of a stored message is known; the body need not have one
            parsed = parse(raw.content, idempotency_key=TYPE, max_size=len(raw.content))
        except (BadMessage, TooLarge) as error:
            raise Unreadable(str(error)) from error
        return _message.to_inbound(
            parsed.message,
            raw,
            adapter=TYPE,
            channel_id=self.channel_id,
            channel=self.settings.channel,
            jurisdiction_id=self.settings.jurisdiction_id or "",
        )
