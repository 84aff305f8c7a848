"""A city's gazetteer in memory: streets, house numbers, places, postal codes and areas, indexed by the words that name them.

:class:`Builder` is fed with records in any order, :meth:`Builder.build` makes the :class:`City`, which is never changed afterwards:
processes share it by forking. 50,000 streets and 100,000 addresses take 80 MB and two to four seconds.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from normalizer.locate import everyday, fuzzy, landmarks
from normalizer.locate.areas import NEAR, Area, Areas
from normalizer.locate.geometry import UNIT, Line, Point, crossing, middle
from normalizer.locate.names import Name, parse, ways
from normalizer.locate.records import Place, Range, Street, mean
from normalizer.locate.streets import DIRECTIONS
from normalizer.ports import Standing

Base = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class City:
    """The finished gazetteer.

    ``starts`` gives for each word that may begin a street's name the names (bases) that it begins; ``bases`` the streets of a name.
    """

    streets: Sequence[Street]
    bases: Mapping[Base, tuple[int, ...]]
    starts: Mapping[str, tuple[Base, ...]]
    ends: Mapping[str, Base | None]
    similar: fuzzy.Similar
    places: Sequence[Place]
    place_starts: Mapping[str, tuple[int, ...]]
    place_kinds: Mapping[str, tuple[int, ...]]
    postal: Mapping[str, Point]
    districts: Mapping[Base, tuple[str, Point | None]]
    areas: Areas
    center: Point | None
    _middles: dict[int, Point | None] = field(default_factory=dict, repr=False, compare=False)
    _crossings: dict[tuple[int, int], tuple[Point, ...]] = field(default_factory=dict, repr=False, compare=False)

    def crossing(self, one: int, two: int) -> tuple[Point, ...]:
        """Where two streets meet; computed at the first question and kept."""
        pair = (one, two) if one < two else (two, one)
        found = self._crossings.get(pair)
        if found is None:
            if len(self._crossings) > 20_000:
                self._crossings.clear()
            found = self._crossings[pair] = tuple(crossing(self.streets[pair[0]].lines, self.streets[pair[1]].lines))
        return found

    def standing(self, lat: float, long: float) -> tuple[Standing, ...]:
        """The areas that a position lies in (see areas)."""
        return self.areas.standing((lat, long))

    def point(self, street: int) -> Point | None:
        """A position that stands for a whole street: the middle of its longest line, or of its known numbers."""
        if street not in self._middles:
            item = self.streets[street]
            half = len(item.numbers) // 2
            known = (item.lats[half] / UNIT, item.longs[half] / UNIT) if item.numbers else None
            self._middles[street] = middle(item.lines) or known
        return self._middles[street]


class Records(NamedTuple):
    """What a builder has collected, to be written to a file."""

    streets: list[Street]
    places: list[Place]
    postal: dict[str, Point]
    districts: dict[str, Point | None]
    areas: list[Area]


@lru_cache(maxsize=65_536)
def common(base: Base) -> bool:
    """True for a name that is an everyday word or a person's given name: it needs more evidence than to stand in a text."""
    if len(base) == 1:
        word = base[0]
        return word in everyday.WORDS or len(word) <= 3 or word.isdigit() or (word.endswith("s") and word[:-1] in everyday.WORDS)
    return all(token in everyday.WORDS or len(token) <= 2 for token in base)


class Builder:
    """Collects records of any order; the same street from several records is one street."""

    def __init__(self) -> None:
        self._names: dict[str, Name] = {}
        self._streets: dict[Name, Street] = {}
        self._by_label: dict[str, Street] = {}
        self._places: list[Place] = []
        self._postal: dict[str, list[Point]] = {}
        self._districts: dict[str, list[Point]] = {}
        self._areas: dict[str, list[Area]] = {}
        self._seen: list[float] = [0.0, 0.0, 0.0]

    def street(self, label: str, lines: Iterable[Line] = (), ranges: Iterable[tuple[int, int]] = ()) -> Street | None:
        """Add a street, or lines to a known one; ``ranges`` (first, last) are those of the line that is added. None for an empty name."""
        found = self._by_label.get(label)
        if found is None:
            bare = " ".join(label.split())[:200]
            name = parse(bare)
            if not name.base or not any(map(len, name.base)):
                return None
            found = self._streets.get(name)
            if found is None:
                found = self._streets[name] = Street(bare, Name(tuple(map(intern, name.base)), name.kind, name.direction))
            self._by_label[label] = found
        for path in lines:
            found.lines.append(path)
            self._note((path[0] / UNIT, path[1] / UNIT))
        if found.lines:
            found.ranges += [Range(first, last, len(found.lines) - 1) for first, last in ranges]
        return found

    def address(self, number: str, street: str, point: Point | None, postal: str = "") -> bool:
        """Add a house number of a street, which need not be known yet; a range counts by its first number. False for one without."""
        found = self.street(street)
        figures = re.match(r"\s*(\d{1,6})", number)
        if point is not None and postal:
            self._postal.setdefault(_postal_key(postal), []).append(point)
        if found is None or figures is None or point is None:
            return False
        found.numbers.append(int(figures[1]))
        found.lats.append(round(point[0] * UNIT))
        found.longs.append(round(point[1] * UNIT))
        self._note(point)
        return True

    def numbers(self, street: Street, numbers: array[int], lats: array[int], longs: array[int]) -> None:
        """Add many house numbers of a street at once, with their positions in millionths of a degree."""
        street.numbers.extend(numbers)
        street.lats.extend(lats)
        street.longs.extend(longs)
        for at in range(0, len(numbers), 50):
            self._note((lats[at] / UNIT, longs[at] / UNIT))

    def postal(self, code: str, point: Point) -> None:
        """Add a position of a postal code."""
        self._postal.setdefault(_postal_key(code), []).append(point)

    def place(
        self,
        label: str,
        kind: str,
        point: Point | None,
        *,
        number: str = "",
        street: str = "",
        generics: frozenset[str] = frozenset(),
    ) -> bool:
        """Add a place; ``kind`` is its type in words, ``generics`` what landmarks calls it. False for a name without words of its own."""
        bare = " ".join(label.split())[:200]
        core, own = landmarks.taken_apart(bare)
        generics = generics | own | landmarks.kinds(kind)
        if not (core or generics) or not any(any(map(str.isalpha, word)) for word in (*core, *generics)):
            return False
        self._places.append(Place(bare, core, generics, point, street, number))
        if point is not None:
            self._note(point)
        return True

    def district(self, label: str, point: Point | None) -> None:
        """Note the name of a borough or neighbourhood, with one of the positions that lie in it."""
        if label.strip():
            points = self._districts.setdefault(" ".join(label.split())[:200], [])
            if point is not None and len(points) < 500:
                points.append(point)

    def area(self, area: Area) -> None:
        """Add an area of a layer."""
        if area.rings:
            self._areas.setdefault(area.layer, []).append(area)

    def records(self) -> Records:
        """Everything collected so far, in the order in which it came; house numbers sorted."""
        for street in self._streets.values():
            street.settle()
        return Records(
            list(self._streets.values()),
            self._places,
            {code: point for code, points in self._postal.items() if (point := mean(points)) is not None},
            {label: mean(points) for label, points in self._districts.items()},
            [area for areas in self._areas.values() for area in areas],
        )

    def build(self, near: float = NEAR) -> City:
        """Index everything. The builder is of no use afterwards."""
        streets = list(self._streets.values())
        bases: dict[Base, list[int]] = {}
        for at, street in enumerate(streets):
            street.settle()
            bases.setdefault(street.name.base, []).append(at)
        for found in bases.values():
            found.sort(key=lambda at: -streets[at].size)
        starts: dict[str, list[Base]] = {}
        ends: dict[str, Base | None] = {}
        for base in bases:
            for form in ways(base[0]) if len(base) > 1 or base[0] not in DIRECTIONS else (base[0],):  # "S." alone is no South Street
                starts.setdefault(form, []).append(base)
            if len(base) > 1:
                # "Grasso Blvd" for Ella T. Grasso Boulevard, where only one street ends so
                ends[base[-1]] = base if base[-1] not in ends and (base[-1],) not in bases else None
        for found_bases in starts.values():
            found_bases.sort(key=lambda base: (-len(base), base))
        place_starts, place_kinds = self._place_index()
        districts = {
            core: (label, mean(points))
            for label, points in self._districts.items()
            if (core := landmarks.taken_apart(label)[0]) and not (len(core) == 1 and core[0] in everyday.WORDS)
        }
        return City(
            streets=streets,
            bases={base: tuple(found) for base, found in bases.items()},
            starts={form: tuple(found) for form, found in starts.items()},
            ends=ends,
            similar=fuzzy.Similar(bases),
            places=self._places,
            place_starts={form: tuple(found) for form, found in place_starts.items()},
            place_kinds={kind: tuple(found) for kind, found in place_kinds.items()},
            postal={code: point for code, points in self._postal.items() if (point := mean(points)) is not None},
            districts=districts,
            areas=Areas({layer: tuple(areas) for layer, areas in self._areas.items()}, near),
            center=(self._seen[0] / self._seen[2], self._seen[1] / self._seen[2]) if self._seen[2] else None,
        )

    def _place_index(self) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        starts: dict[str, list[int]] = {}
        of_kind: dict[str, list[int]] = {}
        for at, place in enumerate(self._places):
            if place.core:
                for form in ways(place.core[0]):
                    starts.setdefault(form, []).append(at)
            for kind in place.generics:
                of_kind.setdefault(kind, []).append(at)
        for found in starts.values():
            found.sort(key=lambda at: (-len(self._places[at].core), at))
        return starts, of_kind

    def _note(self, point: Point) -> None:
        self._seen[0] += point[0]
        self._seen[1] += point[1]
        self._seen[2] += 1


def _postal_key(code: str) -> str:
    return "".join(code.split()).upper()[:10]
