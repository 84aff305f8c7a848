"""How the contract's tests build ``social.mastodon``."""

from __future__ import annotations

from typing import Any

from channels.social.mastodon import Mastodon, Settings, build

TOKEN = "a-token-of-the-citys-application"


def mastodon(**settings: Any) -> Mastodon:
    given = {"type": "social.mastodon", "instance": "https://social.springfield.example", "access_token": TOKEN}
    return build("fediverse", Settings.model_validate(given | settings))


ADAPTERS = {"social.mastodon": mastodon}
