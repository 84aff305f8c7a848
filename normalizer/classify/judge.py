"""A text judged: the service, how sure that is, what else it may be, and the words that decided.

A model fitted on the catalog is joined by the catalog's keywords as they stand in the text (see score), which know phrases and the names of
streets; a model trained on a city's own history judges by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.catalog import Catalog
from normalizer.classify.lexicon import compiled
from normalizer.classify.score import Hit, deciding, met
from normalizer.model import Alternative, Classification, Evidence, Span
from normalizer.ports import Weights
from normalizer.words import Reading

if TYPE_CHECKING:
    from normalizer.classify.features import Floats
    from normalizer.classify.linear import Linear, Seen

OTHER = "other"
_KEYWORDS = 0.05
"""What a keyword's point counts beside a model's: fitted together with fitting.TEMPERATURE."""
_MANY = 0.15
"""How quickly many keywords stop to count for more."""
_NOTHING = -0.75
"""Points under which the words of a text say less of any service than of none (fitting.NOTHING is where a service starts)."""
_ALTERNATIVES = 3
_WORDS = 3
"""Words of the model that are shown, beside two of the catalog's."""
_SHOWN = 0.08
"""Share of the points under which a word decided nothing."""
_SHORT = 3

_fitted: dict[int, tuple[Catalog, Linear]] = {}
_KEPT = 16


def fitted(catalog: Catalog) -> Linear:
    """The model of a catalog, fitted once for each catalog object (about a second for forty services)."""
    from normalizer.classify.fitting import fit

    kept = _fitted.get(id(catalog))
    if kept is not None and kept[0] is catalog:
        return kept[1]
    made = fit(catalog)
    if len(_fitted) >= _KEPT:
        _fitted.clear()
    _fitted[id(catalog)] = (catalog, made)
    return made


def judge(reading: Reading, catalog: Catalog, weights: Weights | None = None) -> Classification:
    """The service that the words speak for. Without ``weights``, by the model of the catalog."""
    model = fitted(catalog) if weights is None else weights()
    subject, body = reading.subject.tokens, reading.body.tokens
    if not model.codes or (all(map(str.isdigit, subject)) and all(map(str.isdigit, body))):
        return Classification(service_code=OTHER)  # no word at all
    shares, seen, hits = _weighed(reading, catalog, model)
    order = shares.argsort(kind="stable")[::-1][: _ALTERNATIVES + 1].tolist()
    best = order[0]
    confidence = round(float(shares[best]), 3)
    code = model.codes[best]
    return Classification(
        service_code=code,
        confidence=confidence,
        alternatives=[Alternative(service_code=model.codes[at], confidence=round(float(shares[at]), 3)) for at in order[1:]],
        evidence=_evidence(reading, seen, model, best, hits),
        abstained=confidence < model.threshold or code == OTHER,
    )


def weigh(reading: Reading, catalog: Catalog, model: Linear) -> Floats:
    """The confidences of all services, in the order of the model's codes."""
    return _weighed(reading, catalog, model)[0]


def _weighed(reading: Reading, catalog: Catalog, model: Linear) -> tuple[Floats, Seen, list[Hit]]:
    from normalizer.classify import linear

    subject, body = reading.subject.tokens, reading.body.tokens
    seen = model.see(linear.read([*subject, *body] if subject else body))
    points = seen.points
    lexicon = compiled(catalog)
    if model.base is not None or model.codes != lexicon.codes or model.card.get("made_from") != "catalog":
        shares = linear.shares(points, model.temperature)
        return linear.calibrated(shares, model.slope, model.shift), seen, []
    keywords, hits = met(reading, lexicon)
    total = 1.0 + _MANY * sum(keywords.values())
    for service, value in keywords.items():
        points[service] += _KEYWORDS * value / total
    return linear.shares(points, model.temperature, _NOTHING), seen, hits


def _evidence(reading: Reading, seen: Seen, model: Linear, best: int, hits: list[Hit]) -> list[Evidence]:
    code = model.codes[best]
    found: list[Evidence] = []
    taken: set[int] = set()
    given = model.given(seen, best)
    speaking = float(given[given > 0].sum()) or 1.0
    if hits:
        for word, span, (first, last), in_body in deciding(reading, hits, best):
            at = (len(reading.subject.tokens) if in_body else 0) + first
            share = min(1.0, max(0.0, float(given[at : at + last - first + 1].sum()) / speaking))
            found.append(
                Evidence(field="service_code", value=code, source="catalog.keywords", span=span, score=round(share, 3), detail=word)
            )
            taken.update(range(at, at + last - first + 1))
    source = "model.catalog" if model.card.get("made_from") == "catalog" else "model.trained"
    for at in given.argsort(kind="stable")[::-1][: _WORDS + len(taken)].tolist():
        share = float(given[at]) / speaking
        if len(found) >= _WORDS + 1 or share < _SHOWN:
            break
        if at in taken:
            continue
        word, span = _word(reading, at)
        if len(word) >= _SHORT:
            found.append(Evidence(field="service_code", value=code, source=source, span=span, score=round(share, 3), detail=word))
    return found


def _word(reading: Reading, at: int) -> tuple[str, Span | None]:
    """The word of a place in subject and text together, and its span where it stands in the text."""
    subject = len(reading.subject.tokens)
    if at < subject:
        return reading.subject.tokens[at], None
    return reading.body.tokens[at - subject], reading.body.span(at - subject, at - subject)
