"""How the roads in are: each channel with its state, its last message, and what is wrong with it."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import typer

from gateway.cli._common import Config, Json, emit, local, opened, table
from gateway.clock import now


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(channels)


def channels(config: Config = None, as_json: Json = False) -> None:
    """Show how each channel is; the exit status is 1 where one is failing or silent."""
    from gateway.overview import reports

    with opened(config, parts=("channels",)) as store:
        found = reports(store.wired, store.engines, now())
    if as_json:
        for report in found:
            emit(report)
    else:
        columns = ("channel", "type", "state", "last message", "24 h", "usual", "works", "waiting there", "token ends", "what is wrong")
        table("Channels", columns, [_row(report) for report in found])
    sys.exit(1 if any(report["state"] in ("failing", "silent") for report in found) else 0)


def _row(report: dict[str, Any]) -> tuple[Any, ...]:
    hours, usual = report["hours"]["messages"][-24:], report["hours"]["usual"]
    return (
        report["channel_id"],
        report["type"],
        report["state"],
        local(report["last_message_datetime"]),
        sum(hours),
        "" if usual is None else f"{sum(usual[-24:]):.0f}",
        local(report["last_success_datetime"]),
        report["backlog"],
        local(report["token_expires"])[:10],
        _wrong(report),
    )


def _wrong(report: dict[str, Any]) -> str:
    """In words what a person has to know."""
    said = [report["error"] or ""]
    if report["silent_since"] is not None:
        said.append(f"silent for {_for(now() - report['silent_since'])}")
    if report["canary"]["overdue"]:
        said.append("its canary has not arrived")
    return "; ".join(filter(None, said))


def _for(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
