"""Run the gateway, examine it, set it up."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli._common import Config, Json, emit


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(serve)
    app.command()(check)
    app.command()(init)


def serve(config: Config = None) -> None:
    """Run the gateway until it is told to stop (SIGTERM or Ctrl-C): what was accepted by then is kept."""
    from gateway import app

    sys.exit(app.serve(config))


def check(
    config: Config = None,
    connect: Annotated[bool, typer.Option("--connect", help="Also ask the database, every channel and every sink.")] = False,
    as_json: Json = False,
) -> None:
    """Examine the configuration and this machine; say for everything whether it holds, and how to mend what does not."""
    from gateway import doctor

    findings = asyncio.run(doctor.examine(config, os.environ, connect=connect))
    if as_json:
        for finding in findings:
            emit({"name": finding.name, "severity": finding.severity, "what": finding.what, "mend": finding.mend})
    else:
        from rich.console import Console
        from rich.markup import escape

        console = Console(soft_wrap=True, highlight=False)
        marks = {"ok": "[green]✔[/]", "warning": "[yellow]![/]", "problem": "[red]✘[/]"}
        for finding in findings:
            mend = f"\n    → {escape(finding.mend)}" if finding.mend else ""
            console.print(f"{marks[finding.severity]} [bold]{escape(finding.name)}[/]: {escape(finding.what)}{mend}")
    sys.exit(doctor.exit_status(findings))


def init(directory: Annotated[Path, typer.Argument(help="A folder, made if it does not exist.")]) -> None:
    """Write an annotated configuration and a catalog of services into a folder, ready to be adapted and run."""
    from gateway import configure

    done = configure.init(directory)
    for line in done.next_steps:
        print(line)
