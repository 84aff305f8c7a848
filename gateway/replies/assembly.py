"""Puts the way back together out of a checked configuration: the roads that can write, the texts, the caps, and who is told of what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels.replying import Replier, ReplyContext
from gateway.clock import now
from gateway.errors import ConfigError, Mistake
from gateway.replies.planning import City, Planner
from gateway.replies.policy import Caps
from gateway.replies.roads import Medium, Road, Roads
from gateway.replies.sending import ReplySink, lane
from gateway.replies.signing import NAME, Signatures
from gateway.replies.telling import Teller
from gateway.replies.wording import Wording
from gateway.sinks.base import Sink
from gateway.store import secrets
from gateway.store.engine import Engines
from gateway.store.transactions import Transactions

if TYPE_CHECKING:
    from config.settings import Replies
    from gateway.wiring import Wired

_MEDIA: dict[str, Medium] = {"email": "email", "sms": "sms", "social": "social"}


@dataclass(frozen=True, slots=True)
class WayBack:
    """What a gateway needs to write to residents."""

    roads: Roads
    planner: Planner
    teller: Teller


def assemble(wired: Wired, key: bytes) -> WayBack | None:
    """The way back; None where the configuration wants none, or no channel can write. ``key`` is the store's secret.

    Raises ConfigError for texts that cannot be used.
    """
    settings = wired.configuration.replies
    if settings is None or not settings.enabled:
        return None
    roads = Roads(list(_roads(wired, settings)))
    if not roads:
        return None
    from gateway.replies.texts import Texts

    try:
        texts = Texts.load(settings.templates)
    except ValueError as error:
        raise ConfigError([Mistake("replies.templates", str(error))]) from error
    configuration = wired.configuration
    cities = {
        jurisdiction_id: City(
            jurisdiction_id, tuple(context.languages), context.own_addresses, context.catalog, Signatures(key, jurisdiction_id)
        )
        for jurisdiction_id, context in wired.contexts.items()
    }
    wording = Wording(
        texts, public_url=configuration.server.public_url, city_names=settings.city, emergency_number=settings.emergency_number
    )
    caps = Caps(
        per_address_hour=settings.per_address_hour,
        per_address_day=settings.per_address_day,
        per_domain_hour=settings.per_domain_hour,
        overall_hour=settings.overall_hour,
        quiet=settings.quiet.total_seconds(),
    )
    planner = Planner(roads, cities, wording, caps, patience=settings.question_patience, questions=settings.questions)
    return WayBack(roads, planner, Teller(planner))


def _roads(wired: Wired, settings: Replies) -> Iterator[Road]:
    """Every channel that can write, the first of each kind being the one that others' messages are answered by."""
    mailer = None
    for channel_id, channel in wired.channels.items():
        if settings.channels and channel_id not in settings.channels:
            continue
        kind = wired.channel_settings[channel_id].type.partition(".")[0]
        jurisdiction_id = wired.channel_jurisdictions[channel_id]
        medium = _MEDIA.get(kind)
        if kind == "email" and wired.configuration.outgoing_mail is not None:
            from gateway.replies.mail import Mailer

            mailer = mailer or Mailer(wired.configuration.outgoing_mail)
            yield Road(channel_id, "email", mailer, jurisdiction_id, address=_address(wired, channel_id))
        elif isinstance(channel, Replier) and medium is not None:
            yield Road(channel_id, medium, channel, jurisdiction_id, most=channel.max_reply)


def _address(wired: Wired, channel_id: str) -> str:
    """The city's own address on a mail channel, which answers come back to."""
    recipients = getattr(wired.channel_settings[channel_id], "recipients", ()) or ()
    named = [str(recipient) for recipient in recipients if not str(recipient).startswith("@") and "@" in str(recipient)]
    outgoing = wired.configuration.outgoing_mail
    return named[0] if named else str(getattr(outgoing, "from_address", "") or "")


def open_way_back(wired: Wired, engines: Engines) -> WayBack | None:
    """The way back of a store, whose secret is made here where there is none yet. Raises ConfigError as ``assemble`` does."""
    with engines.writing() as connection:
        key = secrets.ensure(connection, NAME, now())
    return assemble(wired, key)


def lanes(
    way_back: WayBack | None, context: Callable[[str], ReplyContext], engines: Engines, transactions: Transactions
) -> dict[str, Sink]:
    """The lanes of the outbox that carry what residents are told."""
    roads: Iterable[Road] = way_back.roads if way_back is not None else ()
    return {lane(road): ReplySink(road, context(road.channel_id), engines, transactions) for road in roads}
