"""What a gazetteer is made of: streets with geometry and house numbers, places, postal codes.

Filled once by :class:`normalizer.locate.city.Builder` and only read afterwards.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from normalizer.locate.geometry import UNIT, Line, Point, along, length
from normalizer.locate.names import Name


class Range(NamedTuple):
    """House numbers on one side of one line, in its direction; ``first`` may be larger than ``last``."""

    first: int
    last: int
    line: int


@dataclass(slots=True)
class Street:
    """One street: its official name, its lines, its house numbers with their positions (sorted), and ranges of numbers."""

    label: str
    name: Name
    lines: list[Line] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)
    numbers: array[int] = field(default_factory=lambda: array("i"))
    lats: array[int] = field(default_factory=lambda: array("i"))
    longs: array[int] = field(default_factory=lambda: array("i"))
    size: float = 0.0
    """How much of a city it is: metres, or thirty for each known address where there is no line."""

    def settle(self) -> None:
        """Sort the numbers and work out the size, once everything is known."""
        order = sorted(range(len(self.numbers)), key=self.numbers.__getitem__)
        self.numbers = array("i", [self.numbers[at] for at in order])
        self.lats = array("i", [self.lats[at] for at in order])
        self.longs = array("i", [self.longs[at] for at in order])
        self.size = sum(map(length, self.lines)) or 30.0 * len(self.numbers)

    def locate(self, number: int) -> tuple[Point, bool] | None:
        """The position of a house number, and whether it is a known one; None where the number lies beyond all that are known.

        Between two known numbers of the same side, at most 60 apart, the position is between theirs; on a range of a line, it is the
        fraction of the line.
        """
        at = bisect_left(self.numbers, number)
        if at < len(self.numbers) and self.numbers[at] == number:
            return self._known(at), True
        for side in self.ranges:
            low, high = min(side.first, side.last), max(side.first, side.last)
            if low <= number <= high and (number - low) % 2 == 0:
                fraction = 0.5 if side.first == side.last else (number - side.first) / (side.last - side.first)
                return along(self.lines[side.line], fraction), False
        below = next((item for item in range(at - 1, max(-1, at - 40), -1) if (self.numbers[item] - number) % 2 == 0), None)
        above = next((item for item in range(at, min(len(self.numbers), at + 40)) if (self.numbers[item] - number) % 2 == 0), None)
        if below is None or above is None or self.numbers[above] - self.numbers[below] > 60:
            return None
        part = (number - self.numbers[below]) / (self.numbers[above] - self.numbers[below])
        one, two = self._known(below), self._known(above)
        return (one[0] + (two[0] - one[0]) * part, one[1] + (two[1] - one[1]) * part), False

    def covers(self, number: int) -> bool:
        """True when the number is known, or lies between two that are; also where nothing is known of the street's numbers."""
        return not (self.numbers or self.ranges) or self.locate(number) is not None

    def _known(self, at: int) -> Point:
        return self.lats[at] / UNIT, self.longs[at] / UNIT


@dataclass(frozen=True, slots=True)
class Place:
    """A park, a school, a post office. ``generics`` are the kinds of place that its name or type says (see landmarks)."""

    label: str
    core: tuple[str, ...]
    generics: frozenset[str]
    point: Point | None
    street: str = ""
    number: str = ""


def mean(points: Iterable[Point]) -> Point | None:
    """The middle of some positions; None without any."""
    known = list(points)
    return (sum(lat for lat, _ in known) / len(known), sum(long for _, long in known) / len(known)) if known else None
