"""Which service a message asks for, from the catalog's words alone: the cold start, before a city has any history.

``lexicon.py``   the catalog's words made ready for look-up
``score.py``     points for each service, the words that gave them, and a confidence

``stage`` sets the classification of each request and what follows from it: service name, department, priority, kind and the promised
time. A service that the channel named (a form, Open311) is taken as it is. Under :data:`THRESHOLD` the classifier abstains: the request
goes to ``other``, and the best guess stays in the classification for the person who decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from normalizer.catalog import Catalog, Service
from normalizer.classify.lexicon import compiled
from normalizer.classify.score import Ranked, rank
from normalizer.model import Alternative, Classification, Evidence, Kind, ServiceRequest
from normalizer.pipeline import Context, Work
from normalizer.words import Reading, stem

__all__ = ["THRESHOLD", "classify", "stage"]

THRESHOLD = 0.35
"""Confidence under which a person should choose."""
OTHER = "other"


def stage(batch: Sequence[Work], context: Context) -> None:
    """Classify every request of the batch."""
    for work in batch:
        if not work.requests:
            continue
        message = work.message
        reading = work.reading or Reading(message.text_new, message.subject)
        hinted = context.catalog.get(_hint(message.hints.get("service_code")))
        for request in work.requests:
            if hinted is not None:
                request.classification = _hinted(hinted, message.channel)
            else:
                request.classification = classify(reading, context.catalog)
            _apply(request, context.catalog, reading)


def classify(reading: Reading, catalog: Catalog) -> Classification:
    """The service that the words speak for, its confidence, the next two, and the words that decided."""
    ranked = rank(reading, compiled(catalog))
    if not ranked:
        return Classification(service_code=OTHER)
    best = ranked[0]
    return Classification(
        service_code=best.service_code,
        confidence=best.confidence,
        alternatives=[Alternative(service_code=other.service_code, confidence=other.confidence) for other in ranked[1:]],
        evidence=_evidence(best),
        abstained=best.confidence < THRESHOLD or best.service_code == OTHER,
    )


def _evidence(best: Ranked) -> list[Evidence]:
    return [
        Evidence(field="service_code", value=best.service_code, source="catalog.keywords", span=span, score=share, detail=word)
        for word, span, share in best.words
    ]


def _hint(value: object) -> str:
    return value if isinstance(value, str) else ""


def _hinted(service: Service, channel: str) -> Classification:
    evidence = Evidence(field="service_code", value=service.service_code, source=f"channel.{channel}", detail="chosen by the sender")
    return Classification(service_code=service.service_code, confidence=1.0, evidence=[evidence], abstained=False)


def _apply(request: ServiceRequest, catalog: Catalog, reading: Reading) -> None:
    found = request.classification
    request.service_code = OTHER if found.abstained else found.service_code
    service = catalog.get(request.service_code)
    if service is None:
        request.service_name = request.service_code
        return
    request.service_name = service.name(request.language)
    request.department = request.agency_responsible = service.department
    if request.priority != "emergency":
        request.priority = service.priority
    if request.requested_datetime is not None:
        request.expected_datetime = request.requested_datetime + timedelta(days=service.sla_days)
    request.kind = _kind(request, reading)


_THANKS = frozenset(map(stem, (
    "thank", "thanks", "kudos", "congratulations", "excellent", "great", "wonderful", "appreciate", "merci", "bravo", "felicitations",
    "formidable", "remercier", "impressionnee", "satisfait", "compliment", "compliments",
)))  # fmt: skip
_BLAME = frozenset(map(stem, (
    "complaint", "complain", "rude", "unacceptable", "disappointed", "unhappy", "terrible", "plainte", "plaindre", "impoli", "inacceptable",
    "decu", "mecontent", "insatisfait", "honteux", "grossier", "disgrace",
)))  # fmt: skip


def _kind(request: ServiceRequest, reading: Reading) -> Kind:
    """A question asks for information, feedback praises or blames; everything else reports."""
    if request.service_code == "information":
        return "question"
    if request.service_code == "feedback":
        roots = {stem(word) for word in reading.body.vocabulary}
        return "compliment" if len(roots & _THANKS) > len(roots & _BLAME) else "complaint"
    return request.kind
