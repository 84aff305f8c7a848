"""Asks a channel whether it works, so that nothing it does harms who asks, and no secret of its settings gets into what is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretBytes, SecretStr

from channels.base import ChannelError, Health, ProbeContext, Probed
from channels.outward import CallFailed
from config.tables import without

SECONDS = 30.0
"""How long a probe, or sending a canary, may take."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The outcome of a probe: what the adapter found, or why it could not."""

    found: Health | None
    error: str | None = None


async def ask(channel: Probed, context: ProbeContext, hidden: list[str], seconds: float = SECONDS) -> Asked:
    """Ask a channel whether it works; never raises for what a provider or an adapter does. No secret of the channel gets into the error."""
    try:
        async with asyncio.timeout(seconds):
            found = await channel.check(context)
    except TimeoutError:
        return Asked(None, f"no answer within {seconds:g} seconds")
    except Exception as error:  # noqa: BLE001  (an adapter that fails must not keep the others from being asked)
        return Asked(None, in_words(error, hidden))
    return Asked(found)


def in_words(error: Exception, hidden: list[str]) -> str:
    """What to tell of an error: the adapter's own words where it raised on purpose, else only what kind it was."""
    meant = isinstance(error, ChannelError | CallFailed | OSError)
    return (safe(str(error), hidden) if meant else None) or type(error).__name__


def safe(text: str | None, secrets: list[str]) -> str | None:
    """An error's text without the secrets of its channel, on one line, at most 300 characters."""
    return " ".join(without(text, secrets).split())[:300] if text else None


def secrets_of(settings: BaseModel) -> list[str]:
    """Every secret in an adapter's settings."""
    return [secret for secret in _secrets(settings) if len(secret) > 3]


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, SecretBytes):
        yield value.get_secret_value().decode("utf-8", "replace")
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secrets(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _secrets(item)
