"""What the commands share: options, the opened store, and output for machines and for people."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from gateway.clock import now
from gateway.errors import StoreError

if TYPE_CHECKING:
    from rich.console import Console

    from gateway.store.engine import Engines
    from gateway.wiring import Wired

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The configuration file; INTAKE311_CONFIG, or config/intake311.toml, where it is not given."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Since = Annotated[str | None, typer.Option(help="Only what came since then: 2026-11-24, 2026-11-24T10:00:00Z, 90m, 24h or 7d.")]
Channel = Annotated[str | None, typer.Option(help="Only this channel, by its name in the configuration.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the newest so many. The default is all with --json, otherwise 50.")]
_AGO = re.compile(r"(\d+)([mhd])")
_FOR_PEOPLE = 50
_HARMLESS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "�")
"""Control characters, above all ESC, could make a terminal do things."""
_WHOLE = frozenset({"intake_id", "number", "id", "request", "since", "received", "at", "after", "next attempt"})
"""Columns that are no use in halves: people copy them."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A configuration and its store."""

    wired: Wired
    engines: Engines


@contextmanager
def opened(config: Path | None, parts: Sequence[str] = ()) -> Iterator[Opened]:
    """Load the configuration and open the store, which must exist and be up to date (StoreError says what to do otherwise)."""
    from gateway import wiring
    from gateway.store import schema
    from gateway.store.engine import Engines
    from gateway.store.location import locate

    wired = wiring.load(config, os.environ, parts=parts)
    location = locate(wired.configuration.store.url)
    if not schema.is_current(location):
        if any(schema.versions(location).values()):
            raise StoreError("the store has an older schema: run 'intake311 migrate' first")
        schema.migrate(location)
    engines = Engines(location)
    try:
        yield Opened(wired, engines)
    finally:
        engines.dispose()


def moment(text: str | None) -> datetime | None:
    """Read a ``--since``. Raises BadParameter."""
    if text is None:
        return None
    if ago := _AGO.fullmatch(text):
        unit = {"m": "minutes", "h": "hours", "d": "days"}[ago[2]]
        return now() - timedelta(**{unit: int(ago[1])})
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write 2026-11-24, 2026-11-24T10:00:00Z, 90m, 24h or 7d", param_hint="--since") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def limit_of(limit: int | None, *, as_json: bool) -> int | None:
    """How many to list: all for a program, a screenful for a person."""
    return limit if limit is not None or as_json else _FOR_PEOPLE


def emit(value: Any) -> None:
    """One JSON object on a line of standard output. ``str`` and ``bytes`` are written as they are: JSON already."""
    if isinstance(value, str):
        data = value.encode()
    elif isinstance(value, bytes):
        data = value
    elif hasattr(value, "model_dump_json"):
        data = value.model_dump_json().encode()
    else:
        data = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    sys.stdout.buffer.write(data + b"\n")
    sys.stdout.buffer.flush()


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table for people on standard output; what residents wrote is shown as it is, never obeyed as markup or by the terminal."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        drawn.add_column(column, no_wrap=column in _WHOLE, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text("" if cell is None else str(cell).translate(_HARMLESS)) for cell in row))
    _console().print(drawn)


def facts(pairs: Mapping[str, Any]) -> None:
    """Names and values for people, without those that are empty."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table.grid(padding=(0, 2))
    for name, value in pairs.items():
        if value not in (None, "", [], {}, False):
            drawn.add_row(Text(name, style="bold"), Text(str(value).translate(_HARMLESS)))
    _console().print(drawn)


def _console() -> Console:
    """As wide as the terminal; into a file or a pipe, wide enough not to break lines that a tool will search."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=240)


def local(at: datetime | None) -> str:
    """A time as people at this machine read it."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def actor() -> str:
    """Who acts from this terminal, for the history."""
    return f"cli:{os.environ.get('SUDO_USER') or os.environ.get('USER') or os.getuid()}"
