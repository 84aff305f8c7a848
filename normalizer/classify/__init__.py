"""Which service a message asks for.

``lexicon.py``   the catalog's keywords made ready for look-up
``score.py``     the points that they give to each service
``features.py``  words and letters as numbers (numpy)
``linear.py``    a linear model over them
``fitting.py``   the model of a catalog alone: the cold start, before a city has any history
``packing.py``   a model as a file's bytes, and back
``judge.py``     a text judged: service, confidence, alternatives, the words that decided
``answer.py``    one text answered by itself: `intake311 classify`
``champion.py``  whether a model learnt from corrections may take the place of the one in use

``stage`` sets the classification of each request and what follows from it: service name, department, priority, kind and the promised
time. A service that the channel named (a form, Open311) is taken as it is. Under its model's threshold the classifier abstains: the request
goes to ``other``, and the best guess stays in the classification for the person who decides. numpy is imported when the first text is
judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from normalizer.catalog import Catalog, Service
from normalizer.classify.judge import OTHER, guess, judge
from normalizer.model import Classification, Evidence, Kind, ServiceRequest
from normalizer.pipeline import Context, Work
from normalizer.ports import Weights
from normalizer.words import Reading, stem

__all__ = ["OTHER", "classify", "guess", "kind_of", "stage"]


def stage(batch: Sequence[Work], context: Context) -> None:
    """Classify every request of the batch, those whose service nobody named together."""
    open_ones: list[tuple[ServiceRequest, Reading]] = []
    for work in batch:
        if not work.requests:
            continue
        message = work.message
        reading = work.reading or Reading(message.text_new, message.subject)
        hinted = context.catalog.get(_hint(message.hints.get("service_code")))
        for request in work.requests:
            if hinted is None:
                open_ones.append((request, reading))
            else:
                request.classification = _hinted(hinted, message.channel)
                _apply(request, context.catalog, reading)
    found = judge([reading for _request, reading in open_ones], context.catalog, context.weights) if open_ones else []
    for (request, reading), classification in zip(open_ones, found, strict=True):
        request.classification = classification
        _apply(request, context.catalog, reading)


def classify(reading: Reading, catalog: Catalog, weights: Weights | None = None) -> Classification:
    """The service that the words speak for, its confidence, the next three, and the words that decided.

    ``weights`` gives the city's own model, or the shipped one; without it the catalog's model is fitted on the spot, once.
    """
    return judge([reading], catalog, weights)[0]


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
    request.kind = kind_of(request.service_code, reading, request.kind)


_THANKS = frozenset(map(stem, (
    "thank", "thanks", "kudos", "congratulations", "excellent", "great", "wonderful", "appreciate", "merci", "bravo", "felicitations",
    "formidable", "remercier", "impressionnee", "satisfait", "compliment", "compliments",
)))  # fmt: skip
_BLAME = frozenset(map(stem, (
    "complaint", "complain", "rude", "unacceptable", "disappointed", "unhappy", "terrible", "plainte", "plaindre", "impoli", "inacceptable",
    "decu", "mecontent", "insatisfait", "honteux", "grossier", "disgrace",
)))  # fmt: skip


_TOLD = frozenset({"billing", "records", "elections_council", "permit"})
"""Services of which most texts report nothing that is broken."""
_ASKING = frozenset(
    "how where when who what which can could do does is are comment ou quand qui quoi quel quelle quels quelles combien est puis".split()
)


def kind_of(service_code: str, reading: Reading, otherwise: Kind = "report") -> Kind:
    """Feedback praises or blames, a question asks of what the city tells or charges; everything else reports."""
    if service_code == "information":
        return "question"
    if service_code == "feedback":
        roots = {stem(word) for word in reading.body.vocabulary}
        return "compliment" if len(roots & _THANKS) > len(roots & _BLAME) else "complaint"
    if service_code in _TOLD and ("?" in reading.body.text[:2_000] or not _ASKING.isdisjoint(reading.body.tokens[:3])):
        return "question"
    return otherwise
