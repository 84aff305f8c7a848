"""How many connections and messages one client may have, and which clients are exempt.

A client is an IPv4 /24 or an IPv6 /64: whoever has one address of such a network usually has all of them. Trusted networks (a front
mail server, this machine) are exempt from the limits per client, never from the total.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

TRUSTED = ""
"""The client key of every trusted address."""
_BUCKETS_LIMIT = 20_000
"""Clients whose rate is remembered; over this the ones that have been quiet are forgotten first."""


class Gate:
    """Counts connections and messages per client."""

    def __init__(self, *, connections: int, per_client: int, messages_per_minute: int, trusted: Iterable[str]) -> None:
        self._connections = connections
        self._per_client = per_client
        self._rate = messages_per_minute / 60
        self._burst = float(messages_per_minute)
        self._trusted = tuple(ip_network(text) for text in trusted)
        self._count: dict[str, int] = {}
        self._buckets: dict[str, tuple[float, float]] = {}
        self.client = lru_cache(4096)(self._client)
        """The client key of an address as text (cached: a look-up costs a few microseconds)."""

    def _client(self, address: str) -> str:
        try:
            ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
        except ValueError:  # no address at all (a socket of another kind): one client
            return address or "unknown"
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        if any(ip.version == network.version and ip in network for network in self._trusted):
            return TRUSTED
        return str(ip_network(f"{ip}/{24 if isinstance(ip, IPv4Address) else 64}", strict=False))

    def trusts(self, address: str) -> bool:
        """Whether the address is in a trusted network."""
        return self.client(address) == TRUSTED

    def full(self, sessions: int) -> bool:
        """Whether a further session would be over the total."""
        return sessions >= self._connections

    def enter(self, client: str) -> bool:
        """Count a connection of ``client``; false, and nothing is counted, where it has too many already."""
        count = self._count.get(client, 0)
        if client != TRUSTED and count >= self._per_client:
            return False
        self._count[client] = count + 1
        return True

    def leave(self, client: str) -> None:
        """The end of a connection that had entered."""
        count = self._count.get(client, 0) - 1
        if count > 0:
            self._count[client] = count
        else:
            self._count.pop(client, None)

    def message(self, client: str, now: float) -> bool:
        """Whether ``client`` may send one more message at ``now`` (seconds of any steady clock): a bucket that fills at the rate."""
        if client == TRUSTED:
            return True
        tokens, since = self._buckets.pop(client, (self._burst, now))  # to the end: the order is that of the last use
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        if tokens < 1:
            self._buckets[client] = (tokens, now)
            return False
        self._buckets[client] = (tokens - 1, now)
        if len(self._buckets) > _BUCKETS_LIMIT:
            del self._buckets[next(iter(self._buckets))]
        return True

    def forget(self, now: float) -> None:
        """Drop what has no effect any more: clients that have been quiet for a minute have a full bucket again."""
        while self._buckets:
            client = next(iter(self._buckets))
            if now - self._buckets[client][1] < 60:
                break
            del self._buckets[client]
