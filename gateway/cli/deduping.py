"""``dedupe``: which reports of a stream are about a problem that an earlier one has reported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

if TYPE_CHECKING:
    from gateway.quality.dedupe_stream import Deduper


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(dedupe)


def dedupe(
    days: Annotated[float, typer.Option(min=0.1, max=366.0, help="How far back an earlier report may lie.")] = 45.0,
) -> None:
    """Read reports as JSON Lines in order of time on standard input; write for each what it repeats, in the same order.

    In: {"id","text","datetime"[,"service_code","lat","long","address","reporter"]}. Out: {"id","duplicate_of","score","reasons","state"}
    with the state linked (sure enough for no person to look), suggested, or none; duplicate_of is null for none, and the score is then
    that of the likeliest of the earlier reports. Memory is bounded by the days.
    """
    from gateway.quality.dedupe_stream import Deduper

    deduper = Deduper(days=days)
    out = sys.stdout.buffer
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        out.write(orjson.dumps(_answer(deduper, line, number)) + b"\n")
        out.flush()


def _answer(deduper: Deduper, line: bytes, number: int) -> dict[str, Any]:
    """The answer to a line. Raises BadParameter for one that is no report: the stream has an order, so it ends there."""
    try:
        report = orjson.loads(line)
        return deduper.judge(report).document()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise typer.BadParameter(f"line {number}: {what}", param_hint="standard input") from None
