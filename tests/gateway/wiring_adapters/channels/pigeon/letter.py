"""Takes letters that say in JSON what the canonical message is, for tests of what happens after ``translate``."""

from __future__ import annotations

from pathlib import Path

from channels.base import AdapterSettings, Health, ProbeContext, RawMessage, Unavailable
from normalizer.model import InboundMessage


class Settings(AdapterSettings):
    """The table of a ``pigeon.letter``."""

    health: Path | None = None
    """A file that says why the channel does not work; it works while there is none."""
    box: Path | None = None
    """Where canaries are put."""


class Letter:
    """The adapter."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """The fields as they stand."""
        message = InboundMessage.model_validate_json(raw.content)
        message.adapter, message.channel_id, message.source_id = "pigeon.letter", self.channel_id, raw.source_id
        message.message_id = message.message_id or raw.source_id
        return message

    async def check(self, _context: ProbeContext, /) -> Health:
        """Fail with what the file says."""
        if self.settings.health is not None and self.settings.health.exists():
            raise Unavailable(self.settings.health.read_text("utf-8"))
        return Health(backlog=3)

    async def send_canary(self, token: str, _context: ProbeContext, /) -> None:
        """Put the token into the box."""
        if self.settings.box is None:
            raise Unavailable("no box")
        with self.settings.box.open("a", encoding="utf-8") as box:
            box.write(f"{token}\n")


def build(channel_id: str, settings: Settings) -> Letter:
    """Make the adapter."""
    return Letter(channel_id, settings)
