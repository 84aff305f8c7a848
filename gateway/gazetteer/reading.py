"""Reads what a city publishes into a gazetteer: GeoJSON of streets, addresses and places, tables of the same, GeoJSON of areas."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from gateway.errors import IntakeError
from gateway.gazetteer import compiled, fields
from normalizer.locate.areas import NEAR, Area
from normalizer.locate.city import Builder, City
from normalizer.locate.geometry import UNIT, Line, Point, inside, line

MAX_BYTES = 1 << 30
"""Bytes of one file, unpacked."""


class GazetteerError(IntakeError):
    """A file is no gazetteer; the message is for the operator."""


@dataclass(slots=True)
class Collected:
    """A builder and the counts of what went into it, and of what could not."""

    builder: Builder = field(default_factory=Builder)
    counts: Counter[str] = field(default_factory=Counter)

    def build(self, near: float = NEAR) -> City:
        """The gazetteer. ``near`` is the distance, in metres, from a boundary within which the neighbour is named too."""
        return self.builder.build(near)


def read(paths: Iterable[Path], areas: Mapping[str, Path] | None = None) -> Collected:
    """Read gazetteer files, and files of areas by the name of their layer.

    Raises GazetteerError for a file that cannot be read or in which nothing is understood; single features that are not understood are
    counted.
    """
    into = Collected()
    for path in paths:
        _read(path, into)
    for layer, path in (areas or {}).items():
        _areas(layer, path, into)
    return into


def _read(path: Path, into: Collected) -> None:
    data = content(path)
    before = into.counts.total() - into.counts["skipped"]
    head = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in b"{[" and head:
        document = _json(data, path)
        if isinstance(document, Mapping) and document.get("format") == compiled.FORMAT:
            try:
                compiled.load(document, into.builder, into.counts)
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                raise GazetteerError(f"{path}: the compiled gazetteer is damaged ({type(error).__name__}); import it again") from None
        else:
            for feature in _features(document):
                _feature(feature, into)
    else:
        _table(data, path, into)
    if into.counts.total() - into.counts["skipped"] == before:
        raise GazetteerError(f"{path}: no street, address or place is understood; see docs/gazetteer.md for the names of columns")


def content(path: Path) -> bytes:
    """A file's bytes, unpacked where it is gzip. Raises GazetteerError."""
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(data)) as packed:
                data = packed.read(MAX_BYTES + 1)
    except (OSError, EOFError) as error:
        raise GazetteerError(f"{path} cannot be read: {getattr(error, 'strerror', None) or type(error).__name__}") from None
    if len(data) > MAX_BYTES:
        raise GazetteerError(f"{path} is larger than {MAX_BYTES >> 30} GiB")
    return data


def _json(data: bytes, path: Path) -> Any:
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        try:  # one feature a line
            return [orjson.loads(item.lstrip(b"\x1e")) for item in data.splitlines() if item.strip()]
        except orjson.JSONDecodeError:
            raise GazetteerError(f"{path} is not JSON: line {error.lineno}, column {error.colno}") from None


def _features(document: Any) -> Iterator[Mapping[str, Any]]:
    found = document.get("features", [document]) if isinstance(document, Mapping) else document
    for feature in found if isinstance(found, list) else ():
        if isinstance(feature, Mapping):
            yield feature


def _feature(feature: Mapping[str, Any], into: Collected) -> None:
    geometry, properties = feature.get("geometry"), feature.get("properties")
    if not isinstance(geometry, Mapping) or not isinstance(properties, Mapping):
        into.counts["skipped"] += 1
        return
    kind: Any = geometry.get("type")
    coordinates: Any = geometry.get("coordinates")
    row = fields.read(properties)
    try:
        if kind == "Point":
            _add(row._replace(lat=_between(coordinates[1], 90), long=_between(coordinates[0], 180)), into)
        elif kind in ("LineString", "MultiLineString"):
            _lines(row, [coordinates] if kind == "LineString" else coordinates, into)
        elif kind in ("Polygon", "MultiPolygon", "MultiPoint"):
            point = _middle(coordinates, kind)
            _add(row._replace(lat=point[0], long=point[1]), into)
        else:
            into.counts["skipped"] += 1
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        into.counts["skipped"] += 1


def _lines(row: fields.Row, parts: Any, into: Collected) -> None:
    label = row.street or row.name
    lines = [made for part in parts if len(made := _line(part)) >= 4]
    if not label or not lines or into.builder.street(label, lines, row.ranges) is None:
        into.counts["skipped"] += 1
        return
    into.counts["lines"] += len(lines)


def _line(part: Any) -> Line:
    """A line of GeoJSON positions. Raises ValueError for what is not in degrees."""
    return line((_between(position[1], 90), _between(position[0], 180)) for position in part)


def _between(value: Any, limit: float) -> float:
    number = float(value)
    if not -limit <= number <= limit:
        raise ValueError("not degrees")
    return number


def _middle(coordinates: Any, kind: str) -> Point:
    points = coordinates if kind == "MultiPoint" else coordinates[0] if kind == "Polygon" else coordinates[0][0]
    ring = _line(points)
    lat, long = sum(ring[0::2]) / (len(ring) // 2) / UNIT, sum(ring[1::2]) / (len(ring) // 2) / UNIT
    if kind != "MultiPoint" and not inside((lat, long), ring):
        return ring[0] / UNIT, ring[1] / UNIT
    return lat, long


def _add(row: fields.Row, into: Collected) -> None:
    """Add what one row says: an address, a place, or a street by its name alone."""
    builder = into.builder
    point = (row.lat, row.long) if row.lat is not None and row.long is not None else None
    added = False
    if row.street and row.number and builder.address(row.number, row.street, point, row.postal):
        into.counts["addresses"] += 1
        added = True
    if row.name and builder.place(row.name, row.kind, point, number=row.number, street=row.street):
        into.counts["places"] += 1
        added = True
    if row.street and not row.name and not row.number and builder.street(row.street) is not None:
        into.counts["streets without geometry"] += 1
        added = True
    if row.borough:
        builder.district(row.borough, point)
    if not added:
        into.counts["skipped"] += 1


def _table(data: bytes, path: Path, into: Collected) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("windows-1252", "replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = tuple(name for name in rows.fieldnames or () if name)
    columns = fields.known(names)
    if not {"street", "name", "address"} & columns.keys():
        raise GazetteerError(f"{path}: no column is called name, street or address; see docs/gazetteer.md")
    csv.field_size_limit(1 << 20)
    try:
        for values in rows:
            _add(fields.read({name: values.get(name) for name in names}), into)
    except csv.Error as error:
        raise GazetteerError(f"{path}, line {rows.line_num}: {error}") from None


def _areas(layer: str, path: Path, into: Collected) -> None:
    found = 0
    for feature in _features(_json(content(path), path)):
        geometry, properties = feature.get("geometry"), feature.get("properties") or {}
        if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
            continue
        row = fields.read(properties)
        code = row.code or row.name or row.borough or str(feature.get("id") or found + 1)
        parts: Any = geometry.get("coordinates")
        try:
            rings = [_line(ring) for part in ([parts] if geometry["type"] == "Polygon" else parts) for ring in part]
        except (TypeError, ValueError, IndexError):
            into.counts["skipped"] += 1
            continue
        name = row.name or row.borough or code
        area = Area.of(layer, code, name, rings)
        into.builder.area(area)
        into.builder.district(name, ((area.box[0] + area.box[2]) / 2 / UNIT, (area.box[1] + area.box[3]) / 2 / UNIT))
        found += 1
    if not found:
        raise GazetteerError(f"{path}: there is no polygon for the areas of {layer!r}")
    into.counts["areas"] += found
