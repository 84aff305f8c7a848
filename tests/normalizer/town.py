"""A small town of our own, with a gazetteer: a grid of streets, house numbers, places and two wards."""

from __future__ import annotations

from functools import cache

from normalizer.locate.areas import Area
from normalizer.locate.city import Builder
from normalizer.locate.geometry import line
from normalizer.locate.reading import CityGazetteer

LAT, LONG = 45.0, -73.0
STEP = 0.002
ACROSS = ("Main Street", "Elm Street", "Quarry Street", "Park Street", "Rue Saint-Denis", "Rue Rachel Est", "Boulevard de l'Église")
DOWN = ("Wendover Avenue", "Church Street", "State Street", "Peat Meadow Road", "Avenue du Mont-Royal Ouest", "5th Avenue", "Howe Street")


def at(row: float, column: float) -> tuple[float, float]:
    """The position of a crossing: rows are streets to the east, columns those to the north."""
    return LAT + row * STEP, LONG + column * STEP


@cache
def gazetteer() -> CityGazetteer:
    builder = Builder()
    for row, name in enumerate(ACROSS):
        builder.street(name, [line(at(row, column) for column in range(len(DOWN)))])
    for column, name in enumerate(DOWN):
        builder.street(name, [line(at(row, column) for row in range(len(ACROSS)))])
    builder.street("Long Lane", [line([at(-1, 0), at(-1, 4)])], [(1, 99), (2, 100)])
    builder.street("Rue Sherbrooke Est", [line([at(9, 0), at(9, 4)])])
    builder.street("Rue Sherbrooke Ouest", [line([at(9, -3), at(9, 0)])])
    for number in (100, 110, 140):
        builder.address(str(number), "Main Street", at(0, number / 100), "H2X 1Y4")
    builder.place("Parc Lafontaine", "Parc", at(3.5, 3.5))
    builder.place("Edgewood Park", "Park", at(4.5, 4.5))
    builder.place("Post Office", "Post office", at(2, 3.3))
    builder.district("Riverside Village", at(1, 1))
    builder.area(Area.of("ward", "1", "First", [line([at(-1, -1), at(-1, 3), at(8, 3), at(8, -1)])]))
    builder.area(Area.of("ward", "2", "Second", [line([at(-1, 3), at(-1, 8), at(8, 8), at(8, 3)])]))
    return CityGazetteer(builder.build(near=30.0))
