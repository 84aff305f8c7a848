"""Messages from files: normalize, ingest, replay."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from gateway.cli._common import Config, Json, Since, actor, emit, moment, opened, table
from gateway.cli._progress import Bar

if TYPE_CHECKING:
    from channels.bulk.files import Kind, MappingFile
    from gateway.cli.importing import Report
    from gateway.cli.trial import Trial
    from gateway.imports import Place
    from gateway.replay import Reread

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH…", help="Files, folders with all that is below, Maildirs, or - for standard input.")
]
KindOption = Annotated[
    str | None,
    typer.Option(
        "--kind",
        help="What the files are, where names and first bytes do not tell: mail, mbox, json, jsonl, csv, vtt, srt, text or raw.",
    ),
]
MappingOption = Annotated[
    Path | None,
    typer.Option("--mapping", "-m", help="A TOML file that says what the columns of a table mean (docs/channels/bulk.files.md)."),
]
Processes = Annotated[int | None, typer.Option(min=1, help="Processes that read; one for each processor by default.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(normalize)
    app.command()(ingest)
    app.command()(replay)


def normalize(
    paths: Paths,
    adapter: Annotated[str, typer.Option("--adapter", "-a", help="Type of channel that reads them: email.smtp, api.message, bulk.files …")],
    kind: KindOption = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Take the city's catalog, languages and the adapter's settings from this configuration."),
    ] = None,
    mapping: MappingOption = None,
    processes: Processes = None,
) -> None:
    """Print each message under PATH as one JSON object, with everything that is inferred from it; nothing is stored.

    The object is the InboundMessage, and beside it "origin" (where it was found), "emergency", and "requests": the service requests that it
    would become. A message that cannot be read has "disposition": "held" and "reason": "unreadable". Things that are no message are
    named on standard error. Without --config the shipped catalog is used and no configuration is needed.
    """
    _quiet_log()
    from gateway import pure
    from gateway.imports import Fit

    places, columns = _places(paths), _mapping(mapping)
    try:
        here = pure.setting(adapter, config)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--adapter") from None
    fit = Fit.of(here.type, here.module, here.channel)

    async def run(bar: Bar) -> None:
        async for item, document in pure.run(fit.read(places, _kind(kind), columns), here, processes=processes):
            if document is None:
                bar.say(f"skipped {item.origin}: {item.skipped}")
            else:
                emit(document)
                bar.advance()

    with Bar("reading") as bar:
        asyncio.run(run(bar))


def ingest(
    paths: Paths,
    channel: Annotated[str, typer.Option("--channel", help="The channel that they come in by, by its name in the configuration.")],
    kind: KindOption = None,
    mapping: MappingOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would come in, and store nothing.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Bring messages in from files: .eml, mbox, Maildir, JSON Lines, CSV, Open311 lists, WebVTT and SubRip.

    Each is stored and processed like any other message of the channel; what was there before is not added again, so that an
    interrupted run is simply repeated. It works while the gateway runs, which then processes them, and without one.
    """
    from config.words import did_you_mean
    from gateway import wiring
    from gateway.cli import importing, trial
    from gateway.cli.trial import Trial
    from gateway.imports import Fit

    places, columns = _places(paths), _mapping(mapping)
    with opened(config, parts=("channels",)) as store, Bar("reading" if dry_run else "storing") as bar:
        _quiet_log()
        if channel not in store.wired.channels:
            raise typer.BadParameter(
                f"no channel is called {channel!r}{did_you_mean(channel, store.wired.channels)}", param_hint="--channel"
            )
        settings = store.wired.channel_settings[channel]
        fit = Fit.of(settings.type, wiring.find(wiring.CHANNELS, settings.type), store.wired.channels[channel])
        items = fit.read(places, _kind(kind), columns)
        report: Report | Trial = trial.run(store, channel, items, bar) if dry_run else importing.bring(store, channel, items, bar)
    if as_json:
        emit(report.document())
    elif isinstance(report, Trial):
        _show_trial(report)
    else:
        _show(report)


def replay(
    since: Since = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would come out otherwise; change nothing.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting for this run, by its TOML path: catalog=new.toml. May be given again."),
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Read stored messages again with today's code and configuration, and print what would come out otherwise.

    What is settled stays as it is. Without --dry-run, messages that are held because they could not be read or processed are processed anew
    where that is possible now; everything else is only reported.
    """
    from gateway.cli import at_desk
    from gateway.replay import look
    from gateway.store.rereading import count_settled

    _set(settings or [])
    with opened(config, parts=("channels",)) as store, Bar("reading again") as bar:
        _quiet_log()
        at = moment(since)
        seen = _Seen(bar, count_settled(store.engines, at), as_json=as_json)
        look(store.wired, store.engines, at, seen.add)
        held = [] if dry_run else seen.anew
        became = asyncio.run(at_desk.reread(store, held, actor(), lambda count: bar.step("processing anew", count, len(held))))
    if not as_json:
        if seen.rows:
            table("What would come out otherwise", ("intake_id", "field", "before", "after"), seen.rows)
        print(f"{seen.count} messages read again, {seen.different} with differences; {len(seen.anew)} held ones can be processed now")
    for outcome in became:
        message = outcome.work.message
        print(f"{message.intake_id}: {message.disposition} {' '.join(message.service_request_ids) or message.reason}", file=sys.stderr)


class _Seen:
    """What replay has found so far; for programs it is printed at once."""

    def __init__(self, bar: Bar, total: int, *, as_json: bool) -> None:
        self._bar, self._total, self._as_json = bar, total, as_json
        self.count = self.different = 0
        self.rows: list[tuple[str, str, str, str]] = []
        self.anew: list[str] = []

    def add(self, one: Reread) -> None:
        self.count += 1
        self.different += bool(one.differences)
        self._bar.step("reading again", self.count, self._total)
        for difference in one.differences:
            if self._as_json:
                emit(asdict(difference))
            else:
                self.rows.append((difference.intake_id, difference.field, _short(difference.before), _short(difference.after)))
        if one.anew:
            self.anew.append(one.stored.intake_id)


def _set(settings: Sequence[str]) -> None:
    """Put settings of this run where the configuration looks first: into the environment. Raises BadParameter."""
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)*", key):
            raise typer.BadParameter("write KEY=VALUE, for example catalog=new.toml", param_hint="--set")
        if key.partition(".")[0] == "store":
            raise typer.BadParameter("the store is the one that is replayed", param_hint="--set")
        os.environ["INTAKE311__" + key.replace("-", "_").replace(".", "__").upper()] = value


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
    return text if len(text) <= 60 else f"{text[:59]}…"


def _show(report: Any) -> None:
    found = report.document()
    skipped = sum(found["skipped"].values())
    rows = [("read", found["read"]), ("stored", found["stored"]), ("already there", found["already_there"])]
    rows += [(what, count) for what, count in (("same id, other content", found["conflicts"]), ("no message", skipped)) if count]
    table("Brought in", ("what", "messages"), rows)
    if found["reasons"]:
        became = [(disposition, reason, count) for disposition, reasons in found["reasons"].items() for reason, count in reasons.items()]
        table("What became of those stored", ("disposition", "reason", "messages"), became)
    if found["pending"]:
        print(f"{found['pending']} messages wait for the running gateway, which does not move: see its log", file=sys.stderr)


def _show_trial(trial: Trial) -> None:
    rows = [("read", trial.read), ("already there", trial.already_there), ("no message", sum(trial.skipped.values()))]
    table("Would be brought in (nothing was stored)", ("what", "messages"), rows)
    became = [(disposition, reason, count) for (disposition, reason), count in trial.reasons.most_common()]
    table("What would become of them", ("disposition", "reason", "messages"), became)
    table("Services", ("service", "requests"), trial.services.most_common(15))
    lacking = [(what, count) for what, count in trial.without.items() if count]
    if lacking:
        table("Without", ("what", "messages"), lacking)
    if trial.examples:
        table("Held, for example", ("where", "reason"), [(example["origin"], example["reason"]) for example in trial.examples])


def _mapping(path: Path | None) -> MappingFile:
    """What a mapping file says. Raises BadParameter."""
    from channels.bulk.files import AS_IT_IS, BadMapping, load

    if path is None:
        return AS_IT_IS
    try:
        return load(path)
    except BadMapping as error:
        raise typer.BadParameter(str(error), param_hint="--mapping") from None
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}", param_hint="--mapping") from None


def _places(paths: Sequence[str]) -> list[Place]:
    """The paths, all of which must exist. Raises BadParameter."""
    places: list[Place] = []
    for path in paths:
        if path == "-":
            places.append("-")
        elif not Path(path).exists():
            raise typer.BadParameter(f"{path}: there is no such file or folder", param_hint="PATH")
        else:
            places.append(Path(path))
    return places


def _kind(kind: str | None) -> Kind | None:
    from channels.bulk.files import KINDS

    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"one of {', '.join(KINDS)}", param_hint="--kind")
    return kind


def _quiet_log() -> None:
    """Log what needs a person, on standard error: standard output is for the result."""
    from gateway import telemetry

    telemetry.set_up_logging("console", "error")
