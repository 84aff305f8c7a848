"""What a benchmark says: one measured figure beside its reference and its goal."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` in ``unit``; ``reference`` is what it is compared with in the same run, ``ratio`` value over reference.

    ``spread`` is the smallest and the largest of the rounds' values, or of their ratios where there is one. ``goal`` in words, and
    whether it holds.
    """

    part: str
    what: str
    value: float
    unit: str
    reference: float | None = None
    beside: str = ""
    ratio: float | None = None
    spread: tuple[float, float] | None = None
    goal: str = ""
    holds: bool | None = None

    def document(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)

    def row(self) -> tuple[str, ...]:
        """For people: part, what, value, beside, ratio, goal."""
        beside = f"{_shown(self.reference)} {self.beside}" if self.reference is not None else self.beside
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} ×"
        spread = "" if self.spread is None else f" ({_shown(self.spread[0])}-{_shown(self.spread[1])})"
        mark = {None: "", True: " ✔", False: " ✘"}[self.holds]
        return self.part, self.what, f"{_shown(self.value)} {self.unit}", beside, f"{ratio}{spread}", f"{self.goal}{mark}"


def compared(part: str, what: str, unit: str, ours: Sequence[float], theirs: Sequence[float], beside: str, **goal: float) -> Figure:
    """The median of the per-round ratios of two contestants that alternated. Of several rounds the first is warm-up and thrown away.

    ``goal`` is ``at_least`` or ``at_most``, of the ratio.
    """
    if len(ours) > 1:
        ours, theirs = ours[1:], theirs[1:]
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    ratio = statistics.median(ratios)
    words, holds = judged(ratio, " ×", **goal)
    return Figure(
        part, what, statistics.median(ours), unit, statistics.median(theirs), beside, ratio, (min(ratios), max(ratios)), words, holds
    )


def judged(value: float, unit: str, *, at_least: float | None = None, at_most: float | None = None) -> tuple[str, bool | None]:
    """A goal in words, and whether the value reaches it."""
    if at_least is not None:
        return f"≥ {at_least:g}{unit}", value >= at_least
    if at_most is not None:
        return f"≤ {at_most:g}{unit}", value <= at_most
    return "", None


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
