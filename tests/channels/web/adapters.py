"""How the contract's tests build this channel's adapters. Nobody signs a form: anybody may call, so it has no peer."""

from __future__ import annotations

from collections.abc import Callable

from channels.base import Channel
from tests.channels.peers import Peer
from tests.channels.web.site import form

ADAPTERS: dict[str, Callable[[], Channel]] = {"web.form": form}
PEERS: dict[str, Peer] = {}
