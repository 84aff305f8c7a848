"""Places from a terminal: ``locate`` reads texts, ``gazetteer import`` and ``gazetteer show`` prepare what they are looked up in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from gateway.cli._common import Json, emit, facts

if TYPE_CHECKING:
    from gateway.gazetteer.reading import Collected

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="GeoJSON or CSV, plain or gzip, as a city publishes them.", dir_okay=False)
]
AreaFiles = Annotated[
    list[str] | None, typer.Option("--area", metavar="LAYER=FILE", help="A layer of areas, GeoJSON of polygons. May be given again.")
]

gazetteer = typer.Typer(help="Prepare the city's streets, addresses and places.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(locate)
    gazetteer.command("import")(bring)
    gazetteer.command()(show)
    app.add_typer(gazetteer, name="gazetteer")


def locate(
    files: Annotated[
        list[Path], typer.Option("--gazetteer", "-g", help="GeoJSON, CSV or an imported gazetteer. May be given again.", dir_okay=False)
    ],
    areas: AreaFiles = None,
) -> None:
    """Read JSON Lines {"id","text"} and print, in the same order, the places that each text may mean.

    A line out is {"id","candidates":[{"address","lat","long","precision","span","score"}]}, best first; with --area a candidate with a
    position has "area_codes" too. A line that is no such object is answered with "error" in place of an answer.
    """
    from normalizer.locate import candidates
    from normalizer.locate.reading import CityGazetteer

    city = CityGazetteer(_collected(files, areas).build())
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        try:
            document = orjson.loads(line)
            text, name = document["text"] or "", document.get("id")
            if not isinstance(text, str):
                raise TypeError  # noqa: TRY301  (one answer for all that is no example)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            emit({"id": None, "candidates": [], "error": 'not an object with "id" and "text"'})
            continue
        found = [item.model_dump() for item in candidates(text, city)]
        if areas:
            for item in found:
                if item["lat"] is not None:
                    item["area_codes"] = {there.layer: there.code for there in city.standing(item["lat"], item["long"]) if there.code}
        emit({"id": name, "candidates": found})


def bring(
    files: Files,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write; a name that ends in .gz is packed.", dir_okay=False)],
    areas: AreaFiles = None,
    as_json: Json = False,
) -> None:
    """Make one gazetteer out of what a city publishes: streets with geometry, addresses, places, areas; it loads quickly."""
    from gateway.gazetteer import compiled

    collected = _collected(files, areas)
    size = compiled.save(collected.builder, output)
    told = {**_told(collected), "file": str(output), "bytes": size}
    emit(told) if as_json else facts(told)


def show(files: Files, areas: AreaFiles = None, as_json: Json = False) -> None:
    """Say what is understood of a city's files, without writing anything."""
    told = _told(_collected(files, areas))
    emit(told) if as_json else facts(told)


def _told(collected: Collected) -> dict[str, Any]:
    records = collected.builder.records()
    return {
        "streets": len(records.streets),
        "streets with geometry": sum(bool(street.lines) for street in records.streets),
        "house numbers": sum(len(street.numbers) for street in records.streets),
        "ranges of house numbers": sum(len(street.ranges) for street in records.streets),
        "places": len(records.places),
        "postal codes": len(records.postal),
        "districts": len(records.districts),
        "areas": len(records.areas),
        "skipped": collected.counts["skipped"],
    }


def _collected(files: list[Path], areas: list[str] | None) -> Collected:
    from gateway.gazetteer import reading

    layers: dict[str, Path] = {}
    for pair in areas or ():
        layer, separator, file = pair.partition("=")
        if not separator or not layer:
            raise typer.BadParameter("write LAYER=FILE", param_hint="--area")
        layers[layer] = Path(file)
    return reading.read(files, layers)
