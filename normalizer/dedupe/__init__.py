"""The same problem twice: found by place, by rare terms and by sender; compared by meaning; linked only when sure.

``candidates.py``   which stored requests may be about the same problem
``terms.py``        the rare terms by which a request is found where no position is known
``profile.py``      what a text says that can be compared in both languages (``_concepts.py`` is its lexicon)
``sides.py``        one of the two, with what every pair asks of it
``prospects.py``    the candidates of which nothing can come, seen before they are compared
``features.py``     how a new request and a candidate compare, as figures that a person can check
``score.py``        one fitted score with reasons, and the decision: linked, suggested or nothing
``thresholds.py``   each service's thresholds, from what reviewers decided
``memory.py``       recent requests in memory, for a run without a store
``surge.py``        many reports of one thing in a short time, proposed as one incident

``stage`` writes ``duplicate_links`` into the request. A link in state ``linked`` settles the message as a duplicate, with the older request
as parent; its reporter is kept informed like the first one. ``suggested`` leaves a new request and asks a person. Never linked: different
numbers or streets, a place that is not surely the same, a closed request, an emergency. What a person has rejected never comes back.

Does not: know that two names are one place without a gazetteer, or read a text in another language than English and French beyond its
numbers and names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from normalizer.dedupe.candidates import candidates
from normalizer.dedupe.features import Features, compare
from normalizer.dedupe.prospects import hopeless
from normalizer.dedupe.score import DEFAULT, LINK, SUGGEST, Thresholds, decide, likelihood
from normalizer.dedupe.sides import profile_of, side_of
from normalizer.dedupe.terms import terms, terms_of
from normalizer.model import DuplicateLink, LinkState
from normalizer.pipeline import Context, Known, Work
from normalizer.ports import KnownRequest, RecentRequests

__all__ = [
    "LINK", "SUGGEST", "Features", "Judged", "Thresholds", "candidates", "compare", "decide", "judge", "likelihood", "profile_of", "stage",
    "terms", "terms_of",
]  # fmt: skip

_LINKS = 5


class Judged(NamedTuple):
    """A candidate with its comparison, its score and what should become of the pair (None: nothing)."""

    other: KnownRequest
    features: Features
    score: float
    state: LinkState | None


def judge(
    work: Work,
    known: RecentRequests,
    thresholds: Mapping[str, tuple[float, float]],
    left_out: Collection[str] = (),
    *,
    proposed: bool = False,
) -> list[Judged]:
    """The candidates for a work's request, linked ones first, then by score; with ``proposed`` only those that are linked or suggested."""
    request = work.requests[0]
    pictures = tuple(file.photo.dhash for file in work.message.attachments if file.photo and file.photo.dhash)
    limits = Thresholds(*thresholds.get(request.service_code, DEFAULT))
    mine = side_of(request)
    found = []
    for other in candidates(request, known, work.now, work.sender_key):
        if other.service_request_id in left_out or (proposed and hopeless(request, mine, other, work.sender_key, limits.suggest)):
            continue
        features = compare(request, other, work.sender_key, pictures)
        state = decide(features, emergency=work.emergency.flag, thresholds=limits)
        if state is not None or not proposed:
            found.append(Judged(other, features, likelihood(features), state))
    found.sort(key=lambda item: (item.state != "linked", item.state is None, -item.score, item.other.service_request_id))
    return found


def stage(batch: Sequence[Work], context: Context, known: Known) -> None:
    """Link or suggest; asked for each message in its order, so that the store sees those before it in the batch."""
    for work in batch:
        if work.settled or not work.requests:
            continue
        request = work.requests[0]
        kept = [link for link in request.duplicate_links if link.state == "rejected"]
        left_out = {link.service_request_id for link in kept}
        judged = judge(work, known.requests, context.duplicate_thresholds, left_out, proposed=True)
        links = [
            DuplicateLink(
                service_request_id=item.other.service_request_id,
                score=round(item.score, 3),
                reasons=item.features.reasons(),
                state=item.state,
            )
            for item in judged[:_LINKS]
            if item.state is not None
        ]
        if not links:
            continue
        request.duplicate_links = [*kept, *links]
        if links[0].state == "linked":
            work.settle("duplicate", "same_problem")
            if work.message.disposition == "duplicate":
                work.follows = request.parent_service_request_id = links[0].service_request_id
