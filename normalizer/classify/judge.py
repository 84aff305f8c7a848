"""A text judged: the service, how sure that is, what else it may be, and the words that decided.

A model fitted on the catalog is joined by the catalog's keywords as they stand in the text (see score), which know phrases and the names of
streets; a model trained on a city's own history judges by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def judge(readings: Sequence[Reading], catalog: Catalog, weights: Weights | None = None) -> list[Classification]:
    """The service that the words of each text speak for. Without ``weights``, by the model of the catalog."""
    model = fitted(catalog) if weights is None else weights()
    found = [Classification(service_code=OTHER) for _ in readings]
    for at, (likely, *others), seen, hits in _likely(readings, catalog, model, _ALTERNATIVES + 1):
        service, share = likely
        confidence, code = round(share, 3), model.codes[service]
        found[at] = Classification(
            service_code=code,
            confidence=confidence,
            alternatives=[Alternative(service_code=model.codes[other], confidence=round(share, 3)) for other, share in others],
            evidence=_evidence(readings[at], seen, model, service, hits),
            abstained=confidence < model.threshold or code == OTHER,
        )
    return found


def guess(readings: Sequence[Reading], catalog: Catalog, weights: Weights | None = None) -> list[tuple[str, float]]:
    """The service and the confidence that :func:`judge` has for each text, without the rest."""
    model = fitted(catalog) if weights is None else weights()
    found = [(OTHER, 0.0) for _ in readings]
    for at, [(service, share)], _seen, _hits in _likely(readings, catalog, model, 1):
        found[at] = (model.codes[service], round(share, 3))
    return found


def _likely(
    readings: Sequence[Reading], catalog: Catalog, model: Linear, most: int
) -> Iterator[tuple[int, list[tuple[int, float]], Seen, list[Hit]]]:
    """Of each text that has words: its place, the likeliest services with their confidences, what the model saw, the keywords met."""
    from normalizer.classify import linear

    spoken = [at for at, reading in enumerate(readings) if model.codes and _says(reading)]
    if spoken:
        shares, seen, hits = _weighed([readings[at] for at in spoken], catalog, model)
        yield from zip(spoken, linear.ranked(shares, most), seen, hits, strict=True)


def weigh(readings: Sequence[Reading], catalog: Catalog, model: Linear) -> Floats:
    """The confidences of all services for each text, in the order of the model's codes."""
    return _weighed(readings, catalog, model)[0]


def _says(reading: Reading) -> bool:
    """False where there is no word at all."""
    return not (all(map(str.isdigit, reading.subject.tokens)) and all(map(str.isdigit, reading.body.tokens)))


def _weighed(readings: Sequence[Reading], catalog: Catalog, model: Linear) -> tuple[Floats, list[Seen], list[list[Hit]]]:
    from normalizer.classify import linear

    texts = [[*reading.subject.tokens, *reading.body.tokens] if reading.subject.tokens else reading.body.tokens for reading in readings]
    seen = model.see_all(linear.read_all(texts))
    points = linear.together(seen)
    lexicon = compiled(catalog)
    if model.base is not None or model.codes != lexicon.codes or model.card.get("made_from") != "catalog":
        shares = linear.shares(points, model.temperature)
        return linear.calibrated(shares, model.slope, model.shift), seen, [[] for _ in readings]
    hits: list[list[Hit]] = []
    for row, reading in zip(points, readings, strict=True):
        keywords, found = met(reading, lexicon)
        total = 1.0 + _MANY * sum(keywords.values())
        for service, value in keywords.items():
            row[service] += _KEYWORDS * value / total
        hits.append(found)
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
