"""Services from a terminal: ``classify`` reads texts, ``train`` learns from a city's own history."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from gateway.cli._common import emit

if TYPE_CHECKING:
    from normalizer.catalog import Catalog
    from normalizer.ports import Weights

CatalogFile = Annotated[
    Path | None, typer.Option("--catalog", help="The city's service catalog; the shipped one by default.", dir_okay=False)
]
_CHUNK = 1 << 18
_MOST = 60
"""Services in a model card's table."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(classify)
    app.command()(train)


def classify(
    model: Annotated[
        Path | None, typer.Option("--model", help="A model that `intake311 train` made; the catalog's own by default.", dir_okay=False)
    ] = None,
    catalog: CatalogFile = None,
) -> None:
    """Read JSON Lines {"id","text"[,"subject","channel","language"]} and print, in the same order, the service that each text asks for.

    A line out is {"id","service_code","confidence","alternatives","abstained","evidence","kind","department","language","priority",
    "emergency"}; abstained means that a person should choose, and service_code is then the best guess. A line that is no such object is
    answered with "error".
    """
    from normalizer.classify.answer import Answering

    services = _catalog(catalog)
    answering = Answering(services, _weights(model, services))
    out = sys.stdout.buffer
    for chunk in _lines():
        out.write(b"".join(orjson.dumps(_answer(answering, line)) + b"\n" for line in chunk))
        out.flush()


def train(
    out: Annotated[Path, typer.Option("--out", help="The model file to write.", dir_okay=False)],
    data: Annotated[
        Path | None,
        typer.Option("--data", help="CSV or JSON Lines: text, service_code, if known language and channel. Without: the catalog alone."),
    ] = None,
    catalog: CatalogFile = None,
    precision: Annotated[
        float,
        typer.Option(min=0.5, max=0.999, help="How many of the requests that no person looks at must be right: sets when it abstains."),
    ] = 0.9,
    card: Annotated[Path | None, typer.Option("--card", help="Also write a model card in Markdown.", dir_okay=False)] = None,
) -> None:
    """Learn services from a city's own history, and print what the later part of it shows: accuracy, macro-F1, top three, abstention.

    The gateway uses the file with `[classify] model = "…"`. The file should be in the order of time. Learning needs the extra `train`.
    """
    from normalizer.classify import fitting, packing

    services = _catalog(catalog)
    report: dict[str, Any] = {}
    if data is None:
        model = fitting.fit(services, at_once=1)
    else:
        model, report = _learnt(data, services, precision)
    content = packing.dump(model)
    beside = out.with_name(f".{out.name}.new")
    beside.write_bytes(content)
    beside.replace(out)  # a gateway that reads it meanwhile sees the old one or the new one
    if card is not None:
        card.write_text(_card(model.card, report), "utf-8")
    emit({"out": str(out), "bytes": len(content), "services": len(model.codes), "features": len(model.buckets), **report})


def _learnt(data: Path, services: Catalog, precision: float) -> tuple[Any, dict[str, Any]]:
    from gateway.models import CatalogModel
    from gateway.quality.examples import read

    try:
        from gateway.quality.training import train as learn

        trained = learn(read(data), services, CatalogModel(services)(), precision=precision)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--data") from None
    except ModuleNotFoundError as error:
        raise typer.BadParameter(f"needs the library {error.name}: pip install 'intake311[train]'", param_hint="--data") from None
    return trained.model, trained.figures


def _answer(answering: Any, line: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(line)
        text = document["text"] or ""
        subject, language = document.get("subject"), document.get("language")
        if not isinstance(text, str) or not isinstance(subject, str | None) or not isinstance(language, str | None):
            raise TypeError  # noqa: TRY301  (one answer for all that is no example)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return {"id": None, "service_code": "other", "confidence": 0.0, "abstained": True, "error": 'not an object with "id" and "text"'}
    found: dict[str, Any] = {"id": document.get("id")}
    found.update(answering.answer(text, subject, language))
    return found


def _lines() -> Iterator[list[bytes]]:
    """Standard input as it comes: all whole lines that are there, so that one line is answered at once and many together."""
    rest = b""
    source = sys.stdin.buffer.fileno()
    while block := os.read(source, _CHUNK):
        *whole, rest = (rest + block).split(b"\n")
        yield [line for line in whole if line.strip()]
    if rest.strip():
        yield [rest]


def _catalog(path: Path | None) -> Catalog:
    from pydantic import ValidationError

    from config.settings import SHIPPED_CATALOG
    from normalizer.catalog import Catalog

    try:
        return Catalog.from_toml(tomllib.loads((path or SHIPPED_CATALOG).read_text("utf-8-sig")))
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}", param_hint="--catalog") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path} is not TOML: {error}", param_hint="--catalog") from None
    except ValidationError as error:
        raise typer.BadParameter(f"{path} is no catalog: {error.errors()[0]['msg']}", param_hint="--catalog") from None


def _weights(path: Path | None, services: Catalog) -> Weights:
    from gateway.models import CatalogModel, ModelFile
    from normalizer.classify.packing import ModelRefused

    if path is None:
        return CatalogModel(services)
    model = ModelFile(path)
    try:
        model()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}", param_hint="--model") from None
    except ModelRefused as error:
        raise typer.BadParameter(f"{path} is refused: {error}", param_hint="--model") from None
    return model


def _card(made: dict[str, Any], report: dict[str, Any]) -> str:
    """What a person should know before the model decides about residents' requests."""
    lines = ["# Model card: which service a text asks for", ""]
    if not report:
        return "\n".join([*lines, f"Made from the catalog alone ({made['texts']} texts of its names, keywords and sentences).", ""])
    lines += [
        f"Learnt from {made['texts']} texts of {len(made['services'])} services; judged on {report['hold_out']} ({report['examples']}).",
        "A linear model over words and letters, beside what the catalog alone says. The file holds weights of hashed words, no text.",
        "Not measured: texts of other cities, other years, other channels.",
        "",
        "| | value | 95 % |",
        "|---|---|---|",
    ]
    for name in ("accuracy", "top3", "macro_f1", "department", "calibration_error", "auto_routed", "threshold", "abstains"):
        if name in report:
            lines.append(f"| {name.replace('_', ' ')} | {report[name]} | {' to '.join(map(str, report.get(f'{name}_95', ['–'])))} |")
    lines += ["", "| confidence at least | share of texts | right |", "|---|---|---|"]
    lines += [f"| {step['confidence']} | {step['share']:.1%} | {step['right']:.1%} |" for step in report["curve"]]
    for title, part in (("language", "by_language"), ("channel", "by_channel")):
        if report[part]:
            lines += ["", f"| {title} | texts | accuracy | top three |", "|---|---|---|---|"]
            lines += [f"| {name} | {one['texts']} | {one['accuracy']:.1%} | {one['top3']:.1%} |" for name, one in report[part].items()]
    lines += ["", "| service | texts | found | right when said |", "|---|---|---|---|"]
    for name, one in list(report["by_service"].items())[:_MOST]:
        said = "never said" if one["precision"] is None else f"{one['precision']:.0%}"
        lines.append(f"| {name} | {one['texts']} | {one['recall']:.0%} | {said} |")
    return "\n".join(lines) + "\n"
