"""What can go wrong, as exceptions: errors that say *again*, errors that say *never*, and errors that refuse to start.

::

    channels.base.ChannelError        see there: Temporary (again) and Permanent (never)
    IntakeError
    ├── ConfigError                   refuses to start; carries every mistake, each with its TOML path
    ├── StoreError                    the store cannot be used (version, schema, lock); says what to do
    └── NotFound                      what a person asked for does not exist
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class IntakeError(Exception):
    """Base of the gateway's own errors; ``str(error)`` is fit for an operator."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in the configuration: where (TOML path or environment name) and what. Never contains a secret."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class ConfigError(IntakeError):
    """The configuration is refused; ``mistakes`` names all of them."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


class StoreError(IntakeError):
    """The store cannot be used; the message says what to do about it."""


class NotFound(IntakeError):
    """There is no such message, request or delivery."""
