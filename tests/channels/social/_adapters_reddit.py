"""How the contract's tests build ``social.reddit``."""

from __future__ import annotations

from typing import Any

from channels.social.reddit import Reddit, Settings, build


def reddit(**changes: Any) -> Reddit:
    table = {
        "type": "social.reddit",
        "username": "Springfield311",
        "password": "password-of-the-account",
        "client_id": "client-id-of-app",
        "client_secret": "client-secret-of-app",
    }
    return build("reddit", Settings.model_validate(table | changes))


ADAPTERS = {"social.reddit": reddit}
