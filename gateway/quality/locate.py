"""How well streets are found in residents' texts: recall and a proxy of precision, beside three ways of doing without.

Data: JSON Lines with ``text``, ``address`` (what a form or map gave), ``lat`` and ``lng`` or ``long``; ``by_city_staff: true`` is left out.
The gazetteer is ``--set gazetteer=FILE``, else the GeoJSON in the folder ``gazetteer`` beside the data's folder.

*own street*: a street of the gazetteer in the row's ``address``. *named*: the words of its name stand in the text.

recall           of the texts that name their own street, those with it among the candidates; ``recall_first``: as the first of them
recall_with_kind the same where the text has the name with its kind ("Chapel St")
precision_proxy  of the texts with a candidate, those whose first candidate is the own street or passes within 200 m of the row's position
precision_text   of the texts with a candidate, those with the own street among them; ``precision_named``: of those that name it
precision_all    of all candidates, those that are the own street or within 200 m

A proxy, because a resident also names streets that the request is not on: they count against it although they were read rightly.
Intervals are 95 %, Wilson's. ``later`` are the rows of the last third of the time, which no rule was made on.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import orjson

from gateway.gazetteer import reading
from normalizer.locate import candidates, streets
from normalizer.locate.city import City
from normalizer.locate.geometry import to_lines
from normalizer.locate.reading import CityGazetteer
from normalizer.words import Words

_NEAR = 200.0
_KIND = "|".join(sorted(streets.TYPES_EN, key=len, reverse=True))
_PATTERN = re.compile(rf"\b((?:[A-Za-z0-9'.]+ ){{1,2}})({_KIND})\b", re.IGNORECASE)
Finder = Callable[[str], Sequence[frozenset[int]]]


class Row(NamedTuple):
    """A text, where it is about, its own streets, and when it was written."""

    text: str
    own: frozenset[int]
    point: tuple[float, float] | None
    created: str


def evaluate(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a file. Raises ValueError for data or a gazetteer that cannot be used."""
    city = _city(path, options)
    names = _Names(city)
    rows = [row for row in _rows(path, names) if row.own]
    if not rows:
        raise ValueError("no row has an address on a street of the gazetteer")
    ours = names.ours(CityGazetteer(city))
    finders: dict[str, Finder] = {
        "gazetteer_lookup": names.lookup,
        "gazetteer_lookup_without_kind": names.lookup_bare,
        "pattern": names.pattern,
    }
    later = sorted(row.created for row in rows)[len(rows) * 2 // 3]
    figures: dict[str, Any] = {"rows": len(rows), "streets": len(city.streets), "all": _measured(rows, ours, names)}
    if later:
        figures["later"] = _measured([row for row in rows if row.created >= later], ours, names) | {"from": later}
    figures["baselines"] = {name: _measured(rows, finder, names) for name, finder in finders.items()}
    started = perf_counter()
    gazetteer = CityGazetteer(city)
    for row in rows:
        gazetteer.lookup(row.text)
    figures["microseconds"] = round((perf_counter() - started) / len(rows) * 1e6)
    return figures


def _city(path: Path, options: Mapping[str, Any]) -> City:
    given = options.get("gazetteer")
    beside = [folder for folder in (path.parent, path.parent / "gazetteer", path.parent.parent / "gazetteer") if folder.is_dir()]
    files = [Path(given)] if given else next((found for folder in beside if (found := sorted(folder.glob("*.geojson")))), [])
    if not files:
        raise ValueError("which gazetteer? --set gazetteer=FILE")
    return reading.read(files).build()


def _rows(path: Path, names: _Names) -> list[Row]:
    rows: list[Row] = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            document = orjson.loads(line)
            text, address = document["text"] or "", document.get("address") or ""
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"line {number} is no example: {error}") from None
        lat, long = document.get("lat"), document.get("lng", document.get("long"))
        point = (float(lat), float(long)) if lat and long else None
        if text and not document.get("by_city_staff"):
            rows.append(Row(text, names.own(address), point, str(document.get("created") or "")))
    return rows


class _Names:
    """The streets of a city by their folded words, for gold and baselines: simple on purpose, and no part of what is measured."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.full: dict[tuple[str, ...], int] = {}
        self.bare: dict[tuple[str, ...], set[int]] = {}
        self.labels: dict[str, int] = {}
        for at, street in enumerate(city.streets):
            tokens = _short(street.label)
            self.full[tokens] = at
            self.labels[street.label] = at
            bare = tuple(token for token in tokens if token not in _SHORT.values()) or tokens
            self.bare.setdefault(bare, set()).add(at)

    def own(self, address: str) -> frozenset[int]:
        found = self.lookup(address)
        return frozenset().union(*found) if found else frozenset()

    def named(self, row: Row) -> tuple[bool, bool]:
        """Whether a text has the name of an own street, and whether with its kind."""
        text = f" {' '.join(_short(row.text))} "
        wanted = [_short(self.city.streets[at].label) for at in row.own]
        bare = [tuple(token for token in tokens if token not in _SHORT.values()) or tokens for tokens in wanted]
        return any(f" {' '.join(name)} " in text for name in bare), any(f" {' '.join(name)} " in text for name in wanted)

    def lookup(self, text: str) -> list[frozenset[int]]:
        return self._longest(text, lambda part: {self.full[part]} if part in self.full else None)

    def lookup_bare(self, text: str) -> list[frozenset[int]]:
        return self._longest(text, lambda part: {self.full[part]} if part in self.full else self.bare.get(part))

    def _longest(self, text: str, known: Callable[[tuple[str, ...]], set[int] | None]) -> list[frozenset[int]]:
        tokens, found, at = _short(text), [], 0
        while at < len(tokens):
            size = next((size for size in (5, 4, 3, 2, 1) if known(tokens[at : at + size])), 0)
            if size:
                found.append(frozenset(known(tokens[at : at + size]) or ()))
            at += size or 1
        return found

    def pattern(self, text: str) -> list[frozenset[int]]:
        """One or two words before a kind of street; what the gazetteer does not know, with one word or with two, is a false street."""
        found = []
        for match in _PATTERN.finditer(text):
            tokens = _short(match.group())
            found.append(frozenset({self.full.get(tokens, self.full.get(tokens[1:], -1))}))
        return found

    def ours(self, gazetteer: CityGazetteer) -> Finder:
        def _find(text: str) -> list[frozenset[int]]:
            found = (self._streets_in(item.address) for item in candidates(text, gazetteer) if item.precision != "point")
            return [item for item in found if item]

        return _find

    def _streets_in(self, address: str) -> frozenset[int]:
        """The streets that a candidate's address names; -1 for one that the gazetteer does not know."""
        bare = re.sub(r"^[0-9][0-9A-Za-z&/-]*[ ](?=\D)", "", address)
        for label in (address, bare, bare.partition(",")[0], address.partition(" ")[2].partition(",")[0]):
            if label in self.labels:
                return frozenset({self.labels[label]})
        parts = [part for part in re.split(r" & | \(| – |\)", address) if part]
        known = frozenset(self.labels[part] for part in parts if part in self.labels)
        return known or frozenset({-1})


_SHORT = {**streets.TYPES_EN, "streets": "st", "avenues": "av"}


def _short(text: str) -> tuple[str, ...]:
    return tuple(_SHORT.get(token, token) for token in Words(text[:20_000]).tokens)


def _measured(rows: Sequence[Row], finder: Finder, names: _Names) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for row in rows:
        found = finder(row.text)
        hit = any(item & row.own for item in found)
        first = bool(found and found[0] & row.own)
        named, with_kind = names.named(row)
        counts["named"] += named
        counts["named_hit"] += named and hit
        counts["named_first"] += named and first
        counts["kind"] += with_kind
        counts["kind_hit"] += with_kind and hit
        if not found:
            continue
        right = [bool(item & row.own) or _near(names.city, item, row.point) for item in found]
        counts["texts"] += 1
        counts["texts_hit"] += hit
        counts["texts_first_near"] += right[0]
        counts["texts_named"] += named
        counts["found"] += len(found)
        counts["found_right"] += sum(right)
    return {
        "texts_naming_their_street": counts["named"],
        "recall": _share(counts["named_hit"], counts["named"]),
        "recall_first": _share(counts["named_first"], counts["named"]),
        "recall_with_kind": _share(counts["kind_hit"], counts["kind"]),
        "precision_proxy": _share(counts["texts_first_near"], counts["texts"]),
        "precision_text": _share(counts["texts_hit"], counts["texts"]),
        "precision_named": _share(counts["named_hit"], counts["texts_named"]),
        "precision_all": _share(counts["found_right"], counts["found"]),
    }


def _near(city: City, found: frozenset[int], point: tuple[float, float] | None) -> bool:
    return point is not None and any(at >= 0 and to_lines(point, city.streets[at].lines) <= _NEAR for at in found)


def _share(count: int, of: int) -> dict[str, Any]:
    """A share with its 95 % interval (Wilson)."""
    if not of:
        return {"value": None, "low": None, "high": None, "of": 0}
    share, z = count / of, 1.96
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return {"value": round(share, 4), "low": round(middle - half, 4), "high": round(middle + half, 4), "of": of}
