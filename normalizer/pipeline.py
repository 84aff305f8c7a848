"""The order of the stages, as two lists: what a message says by itself, and what it means next to what is known.

The first list needs nothing but the message and the city's configuration, so it runs in worker processes, many messages at once.
The second asks the ports (stored messages and requests), so it runs where the store is, in the order of arrival. Each stage takes
the whole batch: a stage that can vectorise does, the others loop. A stage changes the :class:`Work` it is given and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from normalizer.catalog import Catalog
from normalizer.model import Disposition, Emergency, InboundMessage, Sender, ServiceRequest
from normalizer.ports import Gazetteer, Messages, NothingKnown, RecentRequests, Weights
from normalizer.words import Reading

_nothing = NothingKnown()


@dataclass(frozen=True, slots=True)
class Context:
    """What the city decides, the same for every message of a jurisdiction.

    ``languages`` in order of preference; ``region`` is the ISO 3166-1 country for phone numbers without a prefix; ``own_addresses``
    are the city's mail addresses and ``@domains``; ``staff_domains`` whose senders are staff. ``weights`` gives the classifier's model;
    without it, one is fitted on the catalog when the first text is judged.
    """

    jurisdiction_id: str
    catalog: Catalog
    languages: tuple[str, ...] = ("en", "fr")
    region: str = "CA"
    own_addresses: frozenset[str] = frozenset()
    staff_domains: frozenset[str] = frozenset()
    gazetteer: Gazetteer = _nothing
    weights: Weights | None = None
    duplicate_thresholds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """The scores from which a duplicate is linked and suggested, by service, where reviewers' decisions gave it its own."""


@dataclass(frozen=True, slots=True)
class Known:
    """The ports of one jurisdiction, bound to one transaction."""

    messages: Messages = _nothing
    requests: RecentRequests = _nothing


@dataclass(slots=True)
class Work:
    """One message on its way through the pipeline.

    ``requests`` holds one draft when the message ends as a request, or as a duplicate for the same problem; it is empty otherwise.
    ``sender_key`` is the canonical identifier of the sender (``email:…``, ``phone:+1…``, ``handle:x:…``) or None when anonymous;
    ``identifiers`` are those of the person the request is for. ``follows`` is the service_request_id that the message belongs to, when
    it does (follow-up or duplicate); ``completion`` is the draft of a follow-up that completes that request (see ``merge``). ``released``
    is set when a person decided that the message is a request: no stage settles it otherwise. ``seconds`` is the time each stage took, this
    message's share. ``staff`` is true when the sender works for the city; ``on_behalf_of`` is the resident for whom staff wrote.
    ``reading`` holds the words of the message for the stages of :func:`understand`, and is empty afterwards.
    """

    message: InboundMessage
    now: datetime
    requests: list[ServiceRequest] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    sender_key: str | None = None
    follows: str | None = None
    completion: ServiceRequest | None = None
    emergency: Emergency = field(default_factory=Emergency)
    released: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    staff: bool = False
    on_behalf_of: Sender | None = None
    reading: Reading | None = field(default=None, repr=False, compare=False)

    @property
    def settled(self) -> bool:
        """True when a stage has already decided that the message is no request."""
        return self.message.disposition is not None

    def settle(self, disposition: Disposition, reason: str) -> None:
        """Give the message its one disposition; the first stage that does so decides, unless a person released the message."""
        if self.message.disposition is None and (not self.released or disposition in ("request", "follow_up", "duplicate")):
            self.message.disposition = disposition
            self.message.reason = reason


Stage = Callable[[Sequence[Work], Context], None]
KnownStage = Callable[[Sequence[Work], Context, Known], None]


def alone() -> tuple[tuple[str, Stage], ...]:
    """Stages that need only the message: text, language, who, emergencies and noise, a draft, service, place, what is masked."""
    from normalizer import classify, clean, draft, identify, language, locate, redact, screen, split

    return (
        ("clean", clean.stage),
        ("language", language.stage),
        ("identify", identify.stage),
        ("screen", screen.stage),
        ("draft", draft.stage),
        ("classify", classify.stage),
        ("locate", locate.stage),
        ("split", split.stage),
        ("redact", redact.stage),
    )


def together() -> tuple[tuple[str, KnownStage], ...]:
    """Stages that look at what is already known: follow-ups first, then duplicates."""
    from normalizer import correlate, dedupe

    return (("correlate", correlate.stage), ("dedupe", dedupe.stage))


def understand(batch: Sequence[Work], context: Context) -> None:
    """Run the first list over a batch and note each stage's time."""
    for name, stage in alone():
        started = perf_counter()
        stage(batch, context)
        _share(batch, name, started)
    for work in batch:
        work.reading = None


def relate(batch: Sequence[Work], context: Context, known: Known) -> None:
    """Run the second list over a batch; whatever is not settled then is a request."""
    for name, stage in together():
        started = perf_counter()
        stage(batch, context, known)
        _share(batch, name, started)
    for work in batch:
        work.settle("request", "new")


def _share(batch: Sequence[Work], name: str, started: float) -> None:
    each = (perf_counter() - started) / max(len(batch), 1)
    for work in batch:
        work.seconds[name] = each
