"""How the contract's tests build this channel's adapters, and what their providers send."""

from __future__ import annotations

from collections.abc import Callable

from channels.base import Channel
from tests.channels.peers import Peer
from tests.channels.social import _adapters_bluesky, _adapters_capture, _adapters_mastodon, _adapters_meta, _adapters_reddit, _adapters_x

ADAPTERS: dict[str, Callable[[], Channel]] = {
    **_adapters_bluesky.ADAPTERS,
    **_adapters_capture.ADAPTERS,
    **_adapters_mastodon.ADAPTERS,
    **_adapters_meta.ADAPTERS,
    **_adapters_reddit.ADAPTERS,
    **_adapters_x.ADAPTERS,
}
PEERS: dict[str, Peer] = {**_adapters_meta.PEERS, **_adapters_x.PEERS}
