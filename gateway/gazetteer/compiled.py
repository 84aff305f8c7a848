"""A gazetteer in one file, which loads without asking what each column means: JSON of a builder's records, packed where named .gz."""

from __future__ import annotations

import gzip
import os
from array import array
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from normalizer.locate.areas import Area
from normalizer.locate.city import Builder
from normalizer.locate.records import Range

FORMAT = "intake311-gazetteer"
VERSION = 1


def save(builder: Builder, path: Path) -> int:
    """Write everything that a builder has collected, whole or not at all; returns the file's size in bytes."""
    data = orjson.dumps(document(builder))
    if path.suffix == ".gz":
        data = gzip.compress(data, 6, mtime=0)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)  # public data: the gateway's own user must be able to read it
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return len(data)


def document(builder: Builder) -> dict[str, Any]:
    """The JSON object that :func:`load` reads."""
    records = builder.records()
    return {
        "format": FORMAT,
        "version": VERSION,
        "streets": [
            [
                street.label,
                [list(path) for path in street.lines],
                street.ranges,
                list(street.numbers),
                list(street.lats),
                list(street.longs),
            ]
            for street in records.streets
        ],
        "places": [[place.label, sorted(place.generics), place.point, place.street, place.number] for place in records.places],
        "postal": records.postal,
        "districts": records.districts,
        "areas": [[area.layer, area.code, area.name, [list(ring) for ring in area.rings]] for area in records.areas],
    }


def load(found: Mapping[str, Any], into: Builder, counts: Counter[str]) -> None:
    """Add what a compiled file holds. Raises ValueError, KeyError or TypeError for a damaged one, or one of another version."""
    if found["version"] != VERSION:
        raise ValueError("another version")
    for label, lines, ranges, numbers, lats, longs in found["streets"]:
        street = into.street(label, (array("i", path) for path in lines if path))
        if street is None or not len(numbers) == len(lats) == len(longs):
            raise ValueError("a street without a name, or with numbers without positions")
        begun = len(street.lines) - len(lines)
        street.ranges += [Range(first, last, begun + at) for first, last, at in ranges]
        into.numbers(street, array("i", numbers), array("i", lats), array("i", longs))
        counts["lines"] += len(lines)
        counts["addresses"] += len(numbers)
    for label, generics, point, street_name, number in found["places"]:
        at = (float(point[0]), float(point[1])) if point else None
        counts["places"] += into.place(label, "", at, number=number, street=street_name, generics=frozenset(generics))
    for code, point in found["postal"].items():
        into.postal(code, (float(point[0]), float(point[1])))
    for label, point in found["districts"].items():
        into.district(label, (float(point[0]), float(point[1])) if point else None)
    for layer, code, name, rings in found["areas"]:
        into.area(Area.of(layer, code, name, [array("i", ring) for ring in rings]))
        counts["areas"] += 1
