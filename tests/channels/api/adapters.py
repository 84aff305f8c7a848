"""How the contract's tests build this channel's adapters, and what their providers send."""

from __future__ import annotations

from channels.api.message import Message, Settings, build


def message() -> Message:
    return build("partner", Settings.model_validate({"type": "api.message"}))


ADAPTERS = {"api.message": message}
