"""Names of streets that are nearly what somebody wrote: letters left out, doubled, swapped or wrong, words run together or apart."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

_SHORTEST = 5


class Similar:
    """The names of a city, run together, by first letter and length: what is compared stays a few hundred names."""

    __slots__ = ("_buckets", "_exact", "_kept")

    def __init__(self, bases: Iterable[tuple[str, ...]]) -> None:
        self._exact: dict[str, tuple[str, ...]] = {}
        self._buckets: dict[tuple[str, int], list[str]] = {}
        self._kept: dict[str, tuple[tuple[str, ...], int] | None] = {}
        for base in bases:
            joined = "".join(base)
            if joined and joined not in self._exact:
                self._exact[joined] = base
                if len(joined) >= _SHORTEST:
                    self._buckets.setdefault((joined[0], len(joined)), []).append(joined)

    def exact(self, joined: str) -> tuple[str, ...] | None:
        """The name that reads so when its words are run together."""
        return self._exact.get(joined)

    def nearest(self, joined: str) -> tuple[tuple[str, ...], int] | None:
        """The one name within one change (five to seven letters) or two (eight and more), and how many; None where two are as near."""
        if joined in self._kept:
            return self._kept[joined]
        found = self._nearest(joined)
        if len(self._kept) > 5_000:
            self._kept.clear()
        self._kept[joined] = found
        return found

    def _nearest(self, joined: str) -> tuple[tuple[str, ...], int] | None:
        size = len(joined)
        if size < _SHORTEST or size > 40 or joined.isdigit():
            return None
        allowed = 1 if size < 8 else 2
        best: list[tuple[int, str]] = []
        for length in range(size - allowed, size + allowed + 1):
            names = self._buckets.get((joined[0], length))
            if names:
                best += [(int(far), name) for name, far, _at in extract(joined, names, scorer=OSA.distance, score_cutoff=allowed, limit=3)]
        best.sort()
        if not best or (len(best) > 1 and best[0][0] == best[1][0]):
            return None
        return self._exact[best[0][1]], best[0][0]
