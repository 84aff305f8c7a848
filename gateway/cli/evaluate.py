"""How good an inference is on labelled data: ``evaluate KIND --data FILE`` prints one JSON object, with the baseline of its kind beside it.

Each kind is a module ``gateway/quality/KIND.py`` with ``evaluate(path, options) -> dict``; it is found by its name, so that a new kind is a
new file and nothing else.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli._common import emit

KINDS = ("classify", "dedupe", "locate", "language", "replies", "emergency", "spam", "redact")
"""What can be evaluated; a module that is not there yet is told as such."""


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(evaluate)


def evaluate(
    kind: Annotated[str, typer.Argument(help=f"What is measured: {', '.join(KINDS)}.")],
    data: Annotated[
        Path, typer.Option("--data", help="Labelled examples: CSV or JSON Lines, as docs/quality/KIND.md says.", dir_okay=False)
    ],
    option: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of this kind's measurement. May be given again.")
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Also write the figures as a page of Markdown.")] = None,
) -> None:
    """Measure one inference on labelled data and print one JSON object: the figures, their intervals, and the baseline of the same run."""
    if kind not in KINDS:
        raise typer.BadParameter(f"is one of {', '.join(KINDS)}", param_hint="KIND")
    if not data.is_file():
        raise typer.BadParameter(f"there is no file {data}", param_hint="--data")
    options: dict[str, Any] = {}
    for pair in option or ():
        key, separator, value = pair.partition("=")
        if not separator:
            raise typer.BadParameter("write KEY=VALUE", param_hint="--set")
        options[key] = value
    try:
        module = import_module(f"gateway.quality.{kind}")
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if not missing.startswith("gateway."):
            what = f"needs the library {missing}: pip install 'intake311[train]'"
        else:
            what = "cannot be measured by this release"
        raise typer.BadParameter(what, param_hint="KIND") from None
    try:
        figures = module.evaluate(data, options)
    except (ValueError, KeyError) as error:
        raise typer.BadParameter(str(error), param_hint="--data") from None
    if report is not None:
        report.write_text(module.page(figures) if hasattr(module, "page") else _page(kind, figures), "utf-8")
    emit(figures)


def _page(kind: str, figures: dict[str, Any]) -> str:
    lines = [f"# Measured: {kind}", "", "| figure | value |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in _flat(figures)]
    return "\n".join(lines) + "\n"


def _flat(figures: dict[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            found += _flat(value, f"{above}{name}.")
        elif not isinstance(value, list):
            found.append((above + name, value))
    return found
