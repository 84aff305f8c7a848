"""The desk from a terminal: requests, messages, what is held, deliveries, and the books."""

from __future__ import annotations

import asyncio
import sys
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli._common import Channel, Config, Json, Limit, Opened, Since, actor, emit, facts, limit_of, local, moment, opened, table
from gateway.clock import now

requests = typer.Typer(no_args_is_help=True, help="Service requests: what residents ask of the city.")
messages = typer.Typer(no_args_is_help=True, help="Messages as they came in, and what became of each.")
held = typer.Typer(no_args_is_help=True, help="Messages that wait for a person.")
deliveries = typer.Typer(no_args_is_help=True, help="The outbox: what goes to other systems.")
Number = Annotated[str, typer.Argument(help="A service_request_id.")]
IntakeId = Annotated[str, typer.Argument(help="An intake_id.")]
IntakeIds = Annotated[list[str], typer.Argument(help="One intake_id or several.")]
DeliveryIds = Annotated[list[int], typer.Argument(help="One delivery_id or several.")]


class Discard(Enum):
    """What a message is that a person sorted out."""

    SPAM = "spam"
    NOT_ACTIONABLE = "not_actionable"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(requests, name="requests")
    app.add_typer(messages, name="messages")
    app.add_typer(held, name="held")
    app.add_typer(deliveries, name="deliveries")
    app.command()(ledger)


@requests.command("list")
def list_requests(config: Config = None, since: Since = None, channel: Channel = None, limit: Limit = None, as_json: Json = False) -> None:
    """List requests, newest last."""
    from gateway.store import requests as stored

    with opened(config) as store, store.engines.reading() as connection:
        kind = _channel_kind(store, channel)
        found = stored.listing(connection, since=moment(since), channel=kind, limit=limit_of(limit, as_json=as_json))
        if as_json:
            for request in found:
                emit(request)
            return
        rows = [
            (
                r.service_request_id,
                local(r.requested_datetime),
                r.channel,
                r.service_code,
                r.priority,
                r.status,
                r.address_string,
                r.summary,
            )
            for r in found
        ]
        table("Requests", ("number", "since", "channel", "service", "priority", "status", "where", "what"), rows)


@requests.command("show")
def show_request(number: Number, config: Config = None, as_json: Json = False) -> None:
    """Show one request with its history and its deliveries."""
    from gateway.store import deliveries as outbox
    from gateway.store import requests as stored

    with opened(config) as store, store.engines.reading() as connection:
        request = stored.show(connection, number)
        sent = list(outbox.listing(connection, service_request_id=request.service_request_id))
    if as_json:
        emit(request)
        return
    facts(request.model_dump(exclude={"history", "evidence", "classification", "location", "reporters", "duplicate_links"}))
    table("History", ("at", "what", "by", "detail"), [(local(h.at), h.kind, h.actor, h.detail) for h in request.history])
    if sent:
        table("Deliveries", ("id", "sink", "event", "state", "attempts", "reason"), [_delivery_row(row) for row in sent])


@messages.command("list")
def list_messages(config: Config = None, since: Since = None, channel: Channel = None, limit: Limit = None, as_json: Json = False) -> None:
    """List messages, newest last; those that are not settled yet come at the end."""
    _list_messages(config, since, channel, limit, as_json=as_json)


@messages.command("show")
def show_message(intake_id: IntakeId, config: Config = None, as_json: Json = False) -> None:
    """Show one message and its timeline: from its arrival to the last delivery."""
    from gateway.cli.timeline import timeline
    from gateway.store import messages as stored

    with opened(config) as store, store.engines.reading() as connection:
        message, trace, history = stored.show(connection, intake_id)
        lines = timeline(connection, message, trace, history)
    if as_json:
        emit({"message": message.model_dump(mode="json"), "trace": trace, "timeline": [line._asdict() for line in lines]})
        return
    facts(message.model_dump(exclude={"text_quoted", "headers", "hints"}))
    table("Timeline", ("at", "after", "what", "detail"), [(local(line.at), line.after, line.what, line.detail) for line in lines])


@messages.command("raw")
def raw_message(intake_id: IntakeId, config: Config = None) -> None:
    """Write a message exactly as it arrived to standard output."""
    from gateway.store import messages as stored
    from gateway.store.blobs import open_blobs

    with opened(config) as store:
        found = stored.raw(store.engines, intake_id)
        content = found.raw.content
        if found.blob is not None:
            content = open_blobs(store.wired.configuration.store.blobs).get(found.blob)
    sys.stdout.buffer.write(content)


@held.command("list")
def list_held(config: Config = None, since: Since = None, channel: Channel = None, limit: Limit = None, as_json: Json = False) -> None:
    """List the messages that wait for a person, newest last."""
    _list_messages(config, since, channel, limit, as_json=as_json, disposition="held")


@held.command("release")
def release_held(intake_ids: IntakeIds, config: Config = None) -> None:
    """Make requests of held messages: a person has looked and says that they are."""
    from gateway.cli.at_desk import release

    with opened(config, parts=("channels",)) as store:
        for outcome in asyncio.run(release(store, intake_ids, actor())):
            message = outcome.work.message
            print(f"{message.intake_id}: {message.disposition} {' '.join(message.service_request_ids) or message.reason}")


@held.command("discard")
def discard_held(
    intake_ids: IntakeIds,
    reason: Annotated[Discard, typer.Option(help="What a person found them to be.")] = Discard.NOT_ACTIONABLE,
    config: Config = None,
) -> None:
    """Settle held messages as no request; they stay in the store, and the history keeps who decided."""
    from gateway.store import messages as stored

    with opened(config) as store, store.engines.writing() as connection:
        count = stored.discard(connection, intake_ids, reason.value, actor(), now())
    print(f"{count} settled as {reason.value}")


@deliveries.command("list")
def list_deliveries(
    config: Config = None,
    since: Since = None,
    sink: Annotated[str | None, typer.Option(help="Only this sink.")] = None,
    state: Annotated[str | None, typer.Option(help="pending, deferred, delivered, dead_letter or hold.")] = None,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List deliveries, newest last."""
    from gateway.store import deliveries as outbox

    with opened(config) as store, store.engines.reading() as connection:
        found = outbox.listing(connection, since=moment(since), sink=sink, state=state, limit=limit_of(limit, as_json=as_json))
        if as_json:
            for delivery in found:
                emit(delivery)
            return
        rows = [(*_delivery_row(row), row["service_request_id"], local(row["next_attempt_datetime"])) for row in found]
    table("Deliveries", ("id", "sink", "event", "state", "attempts", "reason", "request", "next attempt"), rows)


@deliveries.command("retry")
def retry_deliveries(ids: DeliveryIds, config: Config = None) -> None:
    """Try deliveries again now, dead letters and those on hold too."""
    from gateway.store import deliveries as outbox

    with opened(config) as store, store.engines.writing() as connection:
        count = outbox.retry(connection, ids, now(), actor())
    print(f"{count} due now")


@deliveries.command("hold")
def hold_deliveries(ids: DeliveryIds, config: Config = None) -> None:
    """Put deliveries on hold until somebody retries them; later ones of the same request wait with them."""
    from gateway.store import deliveries as outbox

    with opened(config) as store, store.engines.writing() as connection:
        count = outbox.hold(connection, ids, now(), actor())
    print(f"{count} on hold")


def ledger(config: Config = None, as_json: Json = False) -> None:
    """Prove that every stored message is accounted for and that nobody changed the history; exit status 1 where not."""
    from gateway.store import ledger as books

    with opened(config) as store:
        found = books.balance(store.engines)
    if as_json:
        emit(found)
    else:
        names = sorted({name for channel in found["channels"].values() for name in channel} - {"received", "pending"})
        rows = [
            (channel, *(counts.get(name, 0) for name in ("received", *names, "pending"))) for channel, counts in found["channels"].items()
        ]
        table("Ledger", ("channel", "received", *names, "pending"), rows)
        print(f"received {found['received']} = accounted {found['accounted']} + pending {found['pending']}", end="")
        print("; the history is whole" if found["chain_ok"] else "")
        for problem in found["problems"]:
            print(f"does not hold: {problem}")
    sys.exit(0 if found["balanced"] and found["chain_ok"] else 1)


def _list_messages(
    config: Path | None, since: str | None, channel: str | None, limit: int | None, *, as_json: bool, disposition: str | None = None
) -> None:
    from gateway.store import messages as stored

    with opened(config) as store, store.engines.reading() as connection:
        most = limit_of(limit, as_json=as_json)
        documents = stored.listing(connection, since=moment(since), channel=channel, disposition=disposition, limit=most)
        waiting = stored.pending(store.engines, since=moment(since), channel=channel) if disposition is None else iter(())
        if as_json:
            for message in chain(documents, waiting):
                emit(message)
            return
        found = [*documents, *waiting]
    rows = [
        (
            m.intake_id,
            local(m.received_datetime),
            m.channel_id,
            m.disposition or "pending",
            m.reason,
            " ".join(m.service_request_ids),
            m.subject,
        )
        for m in found
    ]
    table("Messages", ("intake_id", "received", "channel", "disposition", "reason", "requests", "subject"), rows)


def _delivery_row(row: dict[str, object]) -> tuple[object, ...]:
    return row["delivery_id"], row["sink"], row["event"], row["state"], row["attempts"], row["reason"]


def _channel_kind(store: Opened, channel: str | None) -> str | None:
    """Requests know the kind of channel (email), people may write its name (mail)."""
    if channel is None:
        return None
    declared = store.wired.channel_settings[channel].type if channel in store.wired.channel_settings else channel
    return str(declared).partition(".")[0]
