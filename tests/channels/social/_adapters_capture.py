"""How the contract's tests build ``social.capture``."""

from __future__ import annotations

from typing import Any

from channels.social.capture import Settings, SocialCapture, build


def capture(**settings: Any) -> SocialCapture:
    return build("seen", Settings.model_validate({"type": "social.capture"} | settings))


ADAPTERS = {"social.capture": capture}
