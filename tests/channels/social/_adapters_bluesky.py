"""How the contract's tests build ``social.bluesky``."""

from __future__ import annotations

from typing import Any

from channels.social.bluesky import Bluesky, Settings, build

PASSWORD = "abcd-efgh-ijkl-mnop"


def bluesky(**settings: Any) -> Bluesky:
    given = {"type": "social.bluesky", "identifier": "311.springfield.example", "app_password": PASSWORD}
    return build("bsky", Settings.model_validate(given | settings))


ADAPTERS = {"social.bluesky": bluesky}
