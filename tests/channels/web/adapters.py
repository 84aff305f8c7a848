"""How the contract's tests build this channel's adapters. Nobody signs a form: anybody may call, so it has no peer."""

from __future__ import annotations

from collections.abc import Callable

from channels.base import Channel
from channels.web import tracking
from tests.channels.peers import Peer
from tests.channels.web.site import form


def follow() -> tracking.Tracking:
    """What the pages of residents' requests bring in."""
    return tracking.build("tracking", tracking.Settings.model_validate({"type": tracking.TYPE}))


ADAPTERS: dict[str, Callable[[], Channel]] = {"web.form": form, "web.tracking": follow}
PEERS: dict[str, Peer] = {}
