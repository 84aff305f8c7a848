"""Recent requests in memory, found as the store finds them: by cell, by address, by rare term. For a run without a store.

Bounded: what is older than the window goes, and of the rest no more than :data:`MOST` are kept.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from normalizer.dedupe.candidates import WINDOW
from normalizer.dedupe.features import FAR, distance
from normalizer.dedupe.terms import terms_of
from normalizer.locate import address_key
from normalizer.ports import KnownRequest

MOST = 200_000
"""Requests that are kept."""
_CELL = 0.004
"""Degrees: more than :data:`FAR` metres from north to south, so that a cell and its neighbours have all that is near."""
_OF_A_KEY = 2_000


class Memory:
    """The requests of the last days, oldest first. Not safe for several threads."""

    def __init__(self, window: timedelta = WINDOW, most: int = MOST) -> None:
        self._window, self._most = window, most
        self._all: deque[tuple[KnownRequest, list[Hashable]]] = deque()
        self._by: dict[Hashable, deque[KnownRequest]] = defaultdict(deque)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, request: KnownRequest) -> None:
        """Remember a request, and forget those that are too old beside it. Requests come in order of time."""
        keys: list[Hashable] = [("term", term) for term in terms_of(request, request.sender_key)]
        if request.lat is not None and request.long is not None:
            keys.append(_cell(request.lat, request.long))
        if request.address_string:
            keys.append(("at", address_key(request.address_string)))
        self._all.append((request, keys))
        for key in keys:
            self._by[key].append(request)
        oldest = request.requested_datetime - self._window
        while len(self._all) > self._most or self._all[0][0].requested_datetime < oldest:
            gone, where = self._all.popleft()
            for key in where:
                found = self._by[key]
                if found and found[0] is gone:
                    found.popleft()
                if not found:
                    del self._by[key]

    def near(self, *, lat: float, long: float, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        """The requests nearest to a position."""
        row, column = _cell(lat, long)
        ranked: list[tuple[float, int, KnownRequest]] = []
        for key in [(row + up, column + right) for up in (-1, 0, 1) for right in (-1, 0, 1)]:
            for request in self._newest(key, since, _OF_A_KEY):
                meters = distance(lat, long, request.lat, request.long)
                if meters is not None and meters <= FAR:
                    ranked.append((meters, -len(ranked), request))
        ranked.sort(key=lambda entry: entry[:2])
        return [request for _meters, _order, request in ranked[:limit]]

    def at_address(self, address: str, *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        """The newest requests at an address."""
        return list(self._newest(("at", address), since, limit))

    def by_terms(self, terms: Sequence[str], *, since: datetime, limit: int = 50) -> Sequence[KnownRequest]:
        """The newest requests of each term in turn, until there are enough."""
        found: dict[str, KnownRequest] = {}
        each = max(5, limit // max(len(terms), 1) * 2)
        for term in terms:
            for request in self._newest(("term", term), since, each):
                found.setdefault(request.service_request_id, request)
        return list(found.values())[:limit]

    def rejected(self, service_request_id: str) -> frozenset[str]:
        """Nobody has decided anything here."""
        return frozenset()

    def _newest(self, key: Hashable, since: datetime, limit: int) -> Iterable[KnownRequest]:
        found = self._by.get(key)
        if found is None:
            return ()
        return islice((request for request in reversed(found) if request.requested_datetime >= since), limit)


def _cell(lat: float, long: float) -> tuple[int, int]:
    """The cell of a position: as wide as high at its latitude, near enough for neighbours."""
    row = math.floor(lat / _CELL)
    width = _CELL / max(0.05, math.cos(math.radians(row * _CELL)))
    return row, math.floor(long / width)
