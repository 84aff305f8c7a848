"""Distances, crossings and positions along a line on a small part of the Earth, in degrees (WGS 84) and metres.

A city is small: the Earth is taken as flat around it. The error is under 0.1 % within 50 km and below 70 degrees of latitude.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import TypeAlias

METRES = 111_195.0
"""Metres of one degree of latitude."""
UNIT = 1_000_000
"""Lines hold millionths of a degree (0.11 m): ``lat, long, lat, long …``."""

Point = tuple[float, float]
Line: TypeAlias = "array[int]"


def line(points: Iterable[Point]) -> Line:
    """A line of (lat, long) in degrees."""
    out = array("i")
    for lat, long in points:
        out.append(round(lat * UNIT))
        out.append(round(long * UNIT))
    return out


def distance(one: Point, two: Point) -> float:
    """Metres between two positions."""
    return math.hypot((one[0] - two[0]) * METRES, (one[1] - two[1]) * METRES * math.cos(math.radians(one[0])))


def length(path: Line) -> float:
    """Metres along a line."""
    scale = _scale(path)
    return sum(
        math.hypot(path[at + 2] - path[at], (path[at + 3] - path[at + 1]) * scale) * METRES / UNIT for at in range(0, len(path) - 2, 2)
    )


def _scale(path: Line) -> float:
    return math.cos(math.radians(path[0] / UNIT)) if path else 1.0


def along(path: Line, fraction: float) -> Point:
    """The position at a fraction (0..1) of a line's length. Raises ValueError for a line without points."""
    if not path:
        raise ValueError("a line without points has no position")
    left = length(path) * min(max(fraction, 0.0), 1.0)
    scale = _scale(path)
    for at in range(0, len(path) - 2, 2):
        step = math.hypot(path[at + 2] - path[at], (path[at + 3] - path[at + 1]) * scale) * METRES / UNIT
        if step > 0 and left <= step:
            part = left / step
            return (
                (path[at] + (path[at + 2] - path[at]) * part) / UNIT,
                (path[at + 1] + (path[at + 3] - path[at + 1]) * part) / UNIT,
            )
        left -= step
    return path[-2] / UNIT, path[-1] / UNIT


def middle(lines: Sequence[Line]) -> Point | None:
    """The position in the middle of the longest line."""
    longest = max(lines, key=length, default=None)
    return along(longest, 0.5) if longest else None


def to_line(point: Point, path: Line) -> float:
    """Metres from a position to the nearest point of a line; infinite for an empty one."""
    lat, long = point[0] * UNIT, point[1] * UNIT
    scale = math.cos(math.radians(point[0]))
    best = math.inf
    if len(path) == 2:
        return distance(point, (path[0] / UNIT, path[1] / UNIT))
    for at in range(0, len(path) - 2, 2):
        best = min(
            best,
            _to_segment(
                lat - path[at],
                (long - path[at + 1]) * scale,
                float(path[at + 2] - path[at]),
                (path[at + 3] - path[at + 1]) * scale,
            ),
        )
    return math.sqrt(best) * METRES / UNIT if best < math.inf else best


def to_lines(point: Point, lines: Sequence[Line]) -> float:
    """Metres from a position to the nearest of some lines; infinite without any."""
    return min((to_line(point, path) for path in lines), default=math.inf)


def _to_segment(py: float, px: float, sy: float, sx: float) -> float:
    """The squared distance from a point to a segment that begins at the origin, all relative to its beginning."""
    whole = sy * sy + sx * sx
    if whole > 0:
        part = min(max((py * sy + px * sx) / whole, 0.0), 1.0)
        py, px = py - sy * part, px - sx * part
    return py * py + px * px


_TOUCH = 25.0
"""Metres within which two streets that share no point still meet: centre lines end at the kerb in some city's files."""
_LOOKED_AT = 40_000
"""Pairs of segments that are compared at most."""


def crossing(ones: Sequence[Line], twos: Sequence[Line]) -> list[Point]:
    """Where two streets meet: the points that they share, else the nearest points of lines that come within 25 m of each other.

    Several where they meet several times, those within 60 m of each other taken as one.
    """
    shared = _points(ones) & _points(twos)
    if shared:
        return _clusters([(lat / UNIT, long / UNIT) for lat, long in sorted(shared)])
    return _clusters(_near_points(ones, twos))


def _points(lines: Sequence[Line]) -> set[tuple[int, int]]:
    return {(path[at], path[at + 1]) for path in lines for at in range(0, len(path), 2)}


def _near_points(ones: Sequence[Line], twos: Sequence[Line]) -> list[Point]:
    found: list[tuple[float, Point]] = []
    budget = _LOOKED_AT
    reach = int(_TOUCH / METRES * UNIT * 2)
    for one in ones:
        box = _box(one, reach)
        for two in twos:
            if not _overlap(box, _box(two, 0)):
                continue
            for lines in ((one, two), (two, one)):
                for at in range(0, len(lines[0]), 2):
                    budget -= len(lines[1]) // 2
                    if budget < 0:
                        return [point for _far, point in sorted(found)[:1]]
                    point = (lines[0][at] / UNIT, lines[0][at + 1] / UNIT)
                    far = to_line(point, lines[1])
                    if far <= _TOUCH:
                        found.append((far, point))
            crossed = _crossed(one, two)
            if crossed is not None:
                found.append((0.0, crossed))
    best = min((far for far, _point in found), default=0.0)
    return [point for far, point in sorted(found) if far <= best + 5]


def _crossed(one: Line, two: Line) -> Point | None:
    """Where two lines cross between their points."""
    if len(one) * len(two) > 4 * _LOOKED_AT:
        return None
    for at in range(0, len(one) - 2, 2):
        ay, ax, by, bx = one[at], one[at + 1], one[at + 2], one[at + 3]
        for to in range(0, len(two) - 2, 2):
            cy, cx, dy, dx = two[to], two[to + 1], two[to + 2], two[to + 3]
            slope = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
            if not slope:
                continue
            part = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / slope
            other = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / slope
            if 0 <= part <= 1 and 0 <= other <= 1:
                return (ay + (by - ay) * part) / UNIT, (ax + (bx - ax) * part) / UNIT
    return None


def _box(path: Line, margin: int) -> tuple[int, int, int, int]:
    lats, longs = path[0::2], path[1::2]
    return (min(lats) - margin, min(longs) - margin, max(lats) + margin, max(longs) + margin) if path else (0, 0, -1, -1)


def _overlap(one: tuple[int, int, int, int], two: tuple[int, int, int, int]) -> bool:
    return one[0] <= two[2] and two[0] <= one[2] and one[1] <= two[3] and two[1] <= one[3]


_ONE_PLACE = 60.0


def _clusters(points: Sequence[Point]) -> list[Point]:
    """Points within 60 m of the first of their group become their mean; at most five groups."""
    groups: list[list[Point]] = []
    for point in points[:400]:
        home = next((group for group in groups if distance(group[0], point) <= _ONE_PLACE), None)
        if home is not None:
            home.append(point)
        elif len(groups) < 5:
            groups.append([point])
    return [(sum(lat for lat, _ in group) / len(group), sum(long for _, long in group) / len(group)) for group in groups]


def inside(point: Point, ring: Line) -> bool:
    """True for a position within a closed line, by the even-odd rule (a ray to the east)."""
    lat, long = point[0] * UNIT, point[1] * UNIT
    found = False
    count = len(ring)
    for at in range(0, count, 2):
        y1, x1 = ring[at], ring[at + 1]
        y2, x2 = ring[(at + 2) % count], ring[(at + 3) % count]
        if (y1 > lat) != (y2 > lat) and long < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            found = not found
    return found
