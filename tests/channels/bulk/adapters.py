"""How the contract's tests build this channel's adapters, and what their providers send."""

from __future__ import annotations

from channels.bulk.files import Files, Settings, build


def files() -> Files:
    return build("history", Settings.model_validate({"type": "bulk.files"}))


ADAPTERS = {"bulk.files": files}
