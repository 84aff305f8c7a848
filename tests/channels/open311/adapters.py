"""How the contract's tests build this channel's adapters, and what their providers send."""

from __future__ import annotations

from collections.abc import Callable

from channels.base import Channel
from tests.channels.peers import Peer

ADAPTERS: dict[str, Callable[[], Channel]] = {}
PEERS: dict[str, Peer] = {}
