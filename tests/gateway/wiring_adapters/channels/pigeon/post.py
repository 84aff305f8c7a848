"""Takes messages that pigeons bring: a channel with every kind of setting, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ByteSize, ConfigDict, Field, SecretStr, field_validator, model_validator

from channels.base import AdapterSettings, Health, ProbeContext, RawMessage, Unavailable
from normalizer.model import InboundMessage


class Loft(BaseModel):
    """Where the pigeons live."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    street: str
    """Its street."""
    key: SecretStr | None = None
    """The key to its door."""


class Settings(AdapterSettings):
    """The table of a ``pigeon.post``."""

    listen: str | None = None
    """Where it listens."""
    recipients: tuple[str, ...] = ()
    """Whose messages it takes."""
    auth_token: SecretStr | None = None
    """What a pigeon must know."""
    limit: int = Field(default=10, ge=1)
    """Pigeons at one time."""
    size: ByteSize = ByteSize(1024)
    """Largest letter."""
    breed: Literal["homing", "tumbler"] = "homing"
    """Which pigeons."""
    loft: Loft | None = None
    """Where they live."""
    refuse: str = ""
    """What building it fails with."""
    tls_cert: Path | None = None
    """A certificate."""
    tls_key: Path | None = None
    """Its key."""
    sick: bool = False
    """Whether its check fails."""

    @field_validator("auth_token")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 8:
            raise ValueError(f"{value.get_secret_value()} is too short")  # what an adapter's author should not do, and might
        return value

    @model_validator(mode="after")
    def _tumblers_are_few(self) -> Settings:
        if self.breed == "tumbler" and self.limit > 50:
            raise ValueError("tumblers come in flocks of 50 at most")
        return self


class Post:
    """The adapter."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """The letter as it is."""
        return InboundMessage(channel="api", text=raw.content.decode())

    async def check(self, context: ProbeContext, /) -> Health:
        """Fail where the configuration says so."""
        if self.settings.sick:
            raise Unavailable("the pigeons are ill")
        return Health()


def build(channel_id: str, settings: Settings) -> Post:
    """Make the adapter."""
    if settings.refuse:
        raise ValueError(settings.refuse)
    return Post(channel_id, settings)
