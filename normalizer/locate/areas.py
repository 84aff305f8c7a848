"""Which of the city's areas a position lies in, and how far the next one is.

A city has layers (wards, boroughs, sectors of a department), each a set of areas that need not cover the city. A position near a boundary
has two owners: both are told, because a phone's position is wrong by more than the width of a street.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from normalizer.locate.geometry import METRES, UNIT, Line, Point, inside, to_line
from normalizer.ports import Standing

NEAR = 30.0
"""Metres from a boundary within which the neighbour is named too."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a layer: its code, its name, and its rings (outer ones and holes alike, by the even-odd rule)."""

    layer: str
    code: str
    name: str
    rings: tuple[Line, ...]
    box: tuple[int, int, int, int] = (0, 0, 0, 0)

    @staticmethod
    def of(layer: str, code: str, name: str, rings: Iterable[Line]) -> Area:
        """An area with its bounding box worked out (millionths of a degree: south, west, north, east)."""
        kept = tuple(_closed(ring) for ring in rings if len(ring) >= 6)
        lats = [value for ring in kept for value in (min(ring[0::2]), max(ring[0::2]))]
        longs = [value for ring in kept for value in (min(ring[1::2]), max(ring[1::2]))]
        box = (min(lats), min(longs), max(lats), max(longs)) if kept else (1, 1, -1, -1)
        return Area(layer, code, name, kept, box)

    def holds(self, point: Point) -> bool:
        """True for a position within the area."""
        return self._in_box(point, 0.0) and sum(inside(point, ring) for ring in self.rings) % 2 == 1

    def boundary(self, point: Point, within: float) -> float:
        """Metres from a position to the area's boundary; infinite where that is certainly more than ``within``."""
        if not self._in_box(point, within):
            return math.inf
        return min((to_line(point, ring) for ring in self.rings), default=math.inf)

    def _in_box(self, point: Point, margin: float) -> bool:
        south, west, north, east = self.box
        lat, long = point[0] * UNIT, point[1] * UNIT
        high = margin / METRES * UNIT
        wide = high / max(math.cos(math.radians(point[0])), 0.01)
        return south - high <= lat <= north + high and west - wide <= long <= east + wide


def _closed(ring: Line) -> Line:
    """The ring with its first point at its end, so that its last side is measured too."""
    return ring if ring[:2] == ring[-2:] else ring + ring[:2]


_FAR = 2_000.0


@dataclass(frozen=True, slots=True)
class Areas:
    """The layers of a city."""

    layers: Mapping[str, tuple[Area, ...]] = field(default_factory=dict)
    near: float = NEAR

    def standing(self, point: Point) -> tuple[Standing, ...]:
        """Where a position stands in each layer that has an area there, or one within ``near`` metres; in the order of the layers."""
        found: list[Standing] = []
        for layer, areas in self.layers.items():
            home = next((area for area in areas if area.holds(point)), None)
            reach = self.near if home is None else _FAR
            own = home.boundary(point, reach) if home is not None else math.inf
            near = [] if own > self.near and home is not None else self._neighbours(areas, home, point)
            if home is not None or near:
                distance = own if home is not None else near[0][0]
                found.append(Standing(layer, home.code if home else "", distance, tuple(code for _metres, code in near)))
        return tuple(found)

    def _neighbours(self, areas: Iterable[Area], home: Area | None, point: Point) -> list[tuple[float, str]]:
        sure = ((area.boundary(point, self.near), area) for area in areas if area is not home and (home is None or area.code != home.code))
        return sorted((metres, area.code) for metres, area in sure if metres <= self.near)[:3]
