"""Simulated residents and benchmarks."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli._common import Config, Json, Opened, emit, opened, table
from gateway.cli._progress import Bar
from gateway.clock import now

if TYPE_CHECKING:
    from gateway.simulate.run import Plan, Summary


bench = typer.Typer(no_args_is_help=True, help="Benchmarks, each figure beside a reference that is measured in the same run.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(simulate)
    app.add_typer(bench, name="bench")


def simulate(
    rate: Annotated[float, typer.Option(min=0.01, help="Messages a second, on average.")] = 2.0,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long.")] = 60.0,
    storm: Annotated[bool, typer.Option("--storm", help="For half of the time, five times as many, nearly all about one event.")] = False,
    seed: Annotated[int, typer.Option(help="The same number says the same things in the same order.")] = 311,
    french: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of residents who write in French.")] = 0.5,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Let a city's residents talk to the running gateway, over real SMTP and HTTP, through all channels that they could use.

    They report problems in French and English, with typos and moods, send photographs, ask again, report what others have reported, answer
    out of office, send spam, and now and then there is an emergency. Ctrl-C ends it with the summary. For api.message channels a key is
    made, and revoked at the end.
    """
    from gateway.simulate.run import Plan

    plan = Plan(rate, seconds, storm=storm, seed=seed, french=french)
    with opened(config, parts=("channels",)) as store, Bar("seconds", int(seconds)) as bar:
        summary = _talk(store, plan, bar)
    if as_json:
        emit(summary.document())
    else:
        _show_summary(summary)
    sys.exit(0 if summary.taken else 1)


def _talk(store: Opened, plan: Plan, bar: Bar) -> Summary:
    """Run the simulation with keys that exist as long as it does."""
    from gateway.simulate.run import can_talk_to, simulate
    from gateway.store import apikeys

    wired = store.wired
    channels = can_talk_to(wired)
    cities = {wired.channel_jurisdictions[channel_id] for channel_id, kind in channels.items() if kind == "api.message"}
    name = f"simulate-{os.getpid()}"
    keys: dict[str, str] = {}
    try:
        for city in cities:
            with store.engines.writing() as connection:
                keys[city] = apikeys.add(connection, name, "intake", city, now())

        async def run() -> Summary:
            stop = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            return await simulate(wired, plan, keys, bar.advance, stop)

        return asyncio.run(run())
    finally:
        if keys:
            with store.engines.writing() as connection:
                apikeys.revoke(connection, name, now())


@bench.command("intake")
def bench_intake(
    rounds: Annotated[int, typer.Option(min=2, help="Rounds; the first is thrown away.")] = 5,
    size: Annotated[
        list[int] | None, typer.Option(min=512, help="Bytes of a mail; may be given again. 2048, 20480 and 204800 by default.")
    ] = None,
    sessions: Annotated[
        list[int] | None, typer.Option(min=1, help="Sessions at once; may be given again. 1, 20 and 100 by default.")
    ] = None,
    messages: Annotated[int | None, typer.Option(min=1, help="Mails in a turn; by default as many as take most of a second.")] = None,
    as_json: Json = False,
) -> None:
    """Measure how fast mail is taken durably, beside stock aiosmtpd that discards everything and beside Postfix, where it is installed.

    Starts contestants of its own in a scratch folder, which is removed at the end; needs no configuration. Postfix needs root.
    """
    from gateway.bench import intake

    with Bar("figures") as bar:
        intake.run(
            rounds=rounds,
            sizes=size or intake.SIZES,
            sessions=sessions or intake.SESSIONS,
            messages=messages,
            json_out=as_json,
            tell=bar.say,
        )


@bench.command("pipeline")
def bench_pipeline(
    parts: Annotated[
        list[str] | None,
        typer.Option("--part", help="Only this part, may be given again: mails, cores, flat, backlog, start. All by default."),
    ] = None,
    mails: Annotated[int, typer.Option(min=20, help="Mails in a round.")] = 2_000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; of several the first is thrown away.")] = 4,
    stored: Annotated[
        int, typer.Option(min=1_000, help="Requests in the large store; 1000000 for the full measure (about 12 GB).")
    ] = 200_000,
    backlog: Annotated[
        int, typer.Option(min=100, help="Mails that wait while acknowledgements are timed; 100000 for the full measure.")
    ] = 20_000,
    as_json: Json = False,
) -> None:
    """Measure how mail becomes requests: throughput, processor time, two cores against one, many stored requests, a backlog, the start.

    Starts gateways of its own in a scratch folder below the system's temporary one, which is removed at the end; touches no store of
    yours and needs no configuration. Takes some minutes, more with a larger store.
    """
    from gateway.bench import pipeline

    wanted = parts or list(pipeline.PARTS)
    if wrong := sorted(set(wanted) - set(pipeline.PARTS)):
        raise typer.BadParameter(f"{', '.join(wrong)}: one of {', '.join(pipeline.PARTS)}", param_hint="--part")
    options = pipeline.Options(mails=mails, rounds=rounds, stored=stored, backlog=backlog)
    rows = []
    with Bar("figures") as bar:
        for figure in pipeline.run(wanted, options, bar.say):
            if as_json:
                emit(figure.document())
            rows.append(figure.row())
    if not as_json:
        table("Mail to request", ("part", "what", "value", "beside", "ratio", "goal"), rows)


@bench.command("dedupe")
def bench_dedupe(
    few: Annotated[int, typer.Option(min=500, help="Requests in the small store.")] = 10_000,
    many: Annotated[int, typer.Option(min=500, help="Requests in the large store.")] = 1_000_000,
    messages: Annotated[int, typer.Option(min=20, help="Messages in a round.")] = 300,
    rounds: Annotated[int, typer.Option(min=2, help="Rounds; the first is thrown away.")] = 5,
    as_json: Json = False,
) -> None:
    """Measure what finding duplicates costs a message with many requests stored, beside few, and in a crowded place.

    Makes stores of its own in a scratch folder, which is removed at the end; needs no configuration.
    """
    from gateway.bench import dedupe

    rows = []
    with Bar("figures") as bar:
        for figure in dedupe.run(few, many, messages, rounds, bar.say):
            if as_json:
                emit(figure.document())
            rows.append(figure.row())
    if not as_json:
        table("Duplicates", ("part", "what", "value", "beside", "ratio", "goal"), rows)


def _show_summary(summary: Summary) -> None:
    found = summary.document()
    rows = []
    for channel_id, channel in found["channels"].items():
        answers = ", ".join(f"{count} × {status}" for status, count in channel["answers"].items())
        rows.append((channel_id, answers, *(channel["ack_ms"].get(part, "") for part in ("p50", "p95", "p99"))))
    table("Acknowledged, milliseconds", ("channel", "answers", "p50", "p95", "p99"), rows)
    kinds = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in found["kinds"].items())
    print(f"{found['sent']} messages sent ({kinds}), {found['accepted']} taken")
    if found["late_seconds"] > 1:
        print(f"The simulation was up to {found['late_seconds']} s late: the rate was too high for it.", file=sys.stderr)
