"""The same problem twice: found by place, compared by words, linked only when sure.

``candidates.py``  which stored requests may be about the same problem
``features.py``    how a new request and a candidate compare, as figures that a person can check
``score.py``       one score with reasons, and the decision: linked, suggested or nothing

``stage`` writes ``duplicate_links`` into the request. A link in state ``linked`` settles the message as a duplicate, with the older request
as parent; its reporter is kept informed like the first one. ``suggested`` leaves a new request and asks a person. Never linked: different
house numbers, no place, a closed request, an emergency. Does not: look for candidates by words alone where no place is known.
"""

from __future__ import annotations

from collections.abc import Sequence

from normalizer.dedupe.candidates import candidates
from normalizer.dedupe.features import Features, compare
from normalizer.dedupe.score import LINK, SUGGEST, decide, likelihood
from normalizer.model import DuplicateLink
from normalizer.pipeline import Context, Known, Work

__all__ = ["LINK", "SUGGEST", "Features", "candidates", "compare", "decide", "likelihood", "stage"]

_LINKS = 5


def stage(batch: Sequence[Work], context: Context, known: Known) -> None:  # noqa: ARG001 (the signature of every stage)
    """Link or suggest; asked for each message in its order, so that the store sees those before it in the batch."""
    for work in batch:
        if work.settled or not work.requests:
            continue
        request = work.requests[0]
        found = [
            (decide(features, emergency=work.emergency.flag), features, candidate)
            for candidate in candidates(request, known.requests, work.now)
            for features in [compare(request, candidate, work.sender_key)]
        ]
        links = [
            DuplicateLink(
                service_request_id=item.service_request_id, score=round(likelihood(features), 3), reasons=features.reasons(), state=state
            )
            for state, features, item in found
            if state is not None
        ]
        if not links:
            continue
        links.sort(key=lambda link: (link.state != "linked", -link.score, link.service_request_id))
        request.duplicate_links = links[:_LINKS]
        if links[0].state == "linked":
            work.settle("duplicate", "same_problem")
            if work.message.disposition == "duplicate":
                work.follows = request.parent_service_request_id = links[0].service_request_id
