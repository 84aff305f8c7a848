"""Counts what each address does within a time, and says when it is too much.

In memory, for one process: a limit that a restart forgets keeps a script from filling the inbox, and is no wall against many machines.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

_MOST = 50_000
"""Addresses that are remembered; the one seen longest ago is forgotten first."""

Network = IPv4Network | IPv6Network


class Rate:
    """At most ``times`` in ``seconds`` for one address: a bucket that fills up evenly (a token bucket)."""

    def __init__(self, times: int, seconds: float) -> None:
        self._times, self._seconds = float(times), seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, source: str, now: float | None = None) -> int:
        """Count one; 0 where it is allowed, else the seconds after which the next one is."""
        at = time.monotonic() if now is None else now
        left, seen = self._left.pop(source, (self._times, at))
        left = min(self._times, left + (at - seen) * self._times / self._seconds)
        allowed = left >= 1.0
        self._left[source] = (left - 1.0 if allowed else left, at)
        if len(self._left) > _MOST:
            self._left.popitem(last=False)
        return 0 if allowed else max(1, round((1.0 - left) * self._seconds / self._times + 0.5))


def source_of(remote: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """Whom to count for: the caller's address, or the one that a trusted proxy names; IPv6 by its /64, which one subscriber has.

    ``forwarded`` are the values of X-Forwarded-For. They are read from the end and only as far as trusted proxies wrote them: what comes
    before may be made up.
    """
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    address = remote or ""
    while hops and _is_trusted(address, trusted):
        address = hops.pop()
    try:
        found = ip_address(address)
    except ValueError:
        return remote or "unknown"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in trusted)
