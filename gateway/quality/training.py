"""A model of a city's own history: fitted with scikit-learn, read without it.

A linear support vector machine over the hashed words and letters of the texts, and over the points that the catalog alone gives (the cold
start goes on to help where a service has few examples). It is fitted twice: on the earlier part, to measure and calibrate it on the later
one, and on everything, which is what is kept. scikit-learn comes with the extra ``train``; nothing of the running gateway imports it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.quality import metrics
from gateway.quality.examples import Example
from gateway.quality.metrics import Judged
from normalizer.catalog import Catalog
from normalizer.classify import linear
from normalizer.classify.linear import Features, Linear
from normalizer.words import words

HOLD_OUT = 0.2
_COST = 0.4
_BALANCE = 0.4
"""How far rare services count more: 0 not at all, 1 as much as frequent ones."""
_BASE = 0.3
"""What a point of the catalog's model counts beside a unit of the text's own features."""
_FEW = 25
"""A service of the catalog with fewer examples is taught the catalog's sentences too."""
_ENOUGH = 50
"""Residents' own texts in the later part from which only these calibrate: what staff write is easier, and not what will come."""
_BYTES = 12 * 1024 * 1024
"""The weights have at most so many bytes; features that decide least are left out."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The model, and what is known of it from the later part of the history."""

    model: Linear
    figures: dict[str, Any]


def train(examples: Sequence[Example], catalog: Catalog, base: Linear, *, precision: float = 0.9) -> Trained:
    """Fit, measure on the later part, calibrate, and fit on everything. Raises ValueError where there is too little to learn from."""
    counts = Counter(example.service_code for example in examples)
    if len(examples) < 20 or len(counts) < 2:
        raise ValueError("needs at least 20 texts of two services")
    texts = [linear.read(words(example.text)) for example in examples]
    earlier, later, how = split([example.service_code for example in examples])
    residents = [at for at in later if not examples[at].by_staff]
    later = residents if len(residents) >= _ENOUGH else later
    learnt = _fit([texts[at] for at in earlier], [examples[at].service_code for at in earlier], catalog, base)
    points = np.stack([learnt.points(texts[at]) for at in later])
    right = [examples[at].service_code for at in later]
    scale = _calibration(points, right, learnt.codes)
    judged = Judged.of(right, learnt.codes, _confidences(points, scale))
    found = metrics.figures(judged, {service.service_code: service.department for service in catalog.services}, precision)
    found["calibration_error"] = round(_crossed(points, right, learnt.codes), 4)
    cut = metrics.threshold(judged.confidence, judged.first, precision)
    report = {
        "hold_out": how,
        **found,
        "temperature": round(scale[0], 3),
        "slope": round(scale[1], 3),
        "shift": round(scale[2], 3),
        "threshold": round(cut, 4),
        "abstains": round(float((judged.confidence < cut).mean()), 4),
        "curve": metrics.curve(judged),
        "by_service": _by_service(judged),
        "by_language": _by(judged, [examples[at].language for at in later]),
        "by_channel": _by(judged, [examples[at].channel for at in later]),
    }
    model = _fit(texts, [example.service_code for example in examples], catalog, base)
    model.temperature, model.slope, model.shift = scale
    model.threshold = min(cut, 1.0)
    model.card = {
        "made_from": "history",
        "texts": len(examples),
        "services": dict(counts.most_common()),
        "precision": precision,
        "base": base.card,
        "measured": report,
    }
    return Trained(model, report)


def split(codes: Sequence[str], share: float = HOLD_OUT) -> tuple[list[int], list[int], str]:
    """The earlier and the later part of a history; where the file is not in time (services in blocks), every fifth of each service."""
    count = len(codes)
    cut = count - max(1, round(count * share))
    known = set(codes[:cut])
    unseen = sum(1 for code in codes[cut:] if code not in known) / max(1, count - cut)
    changes = sum(1 for one, other in pairwise(codes) if one != other)
    if unseen <= 0.05 and changes > 2 * len(set(codes)):
        return list(range(cut)), list(range(cut, count)), f"the last {share:.0%} of the file"
    seen: Counter[str] = Counter()
    later: list[int] = []
    every = round(1 / share)
    for at, code in enumerate(codes):
        seen[code] += 1
        if seen[code] % every == 0:
            later.append(at)
    chosen = set(later)
    return [at for at in range(count) if at not in chosen], later, f"every {every}th text of each service"


def _fit(texts: Sequence[Features], codes: Sequence[str], catalog: Catalog, base: Linear) -> Linear:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.svm import LinearSVC

    texts, codes, weight = _with_catalog(texts, codes, catalog)
    buckets, frequency = np.unique(np.concatenate([text.buckets for text in texts]), return_counts=True)
    rarity = linear.inverse_frequency(len(texts), frequency).astype(np.float32)
    rows = [np.searchsorted(buckets, text.buckets) for text in texts]
    values = [linear.weigh(text, rarity[row]) for text, row in zip(texts, rows, strict=True)]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    own = csr_matrix((np.concatenate(values), np.concatenate(rows), ends), shape=(len(texts), len(buckets)))
    beside = csr_matrix(np.stack([base.points(text) for text in texts]) * _BASE)
    counts = Counter(codes)
    weight = weight * np.array([(len(codes) / len(counts) / counts[code]) ** _BALANCE for code in codes])
    machine = LinearSVC(C=_COST, random_state=0).fit(hstack([own, beside]).tocsr(), list(codes), sample_weight=weight)
    coefficients, bias = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        coefficients, bias = np.vstack([-coefficients[0], coefficients[0]]), np.array([-bias[0], bias[0]])
    weights = coefficients[:, : len(buckets)].T.astype(np.float32)
    kept = _kept(weights)
    small, factors = linear.packed(weights[kept])
    return Linear(
        codes=tuple(str(code) for code in machine.classes_),
        buckets=buckets[kept].astype(np.int32),
        rarity=rarity[kept],
        unmet=float(linear.inverse_frequency(len(texts), 0)),
        weights=small,
        factors=factors,
        bias=bias.astype(np.float32),
        base=base,
        mix=(coefficients[:, len(buckets) :].T * _BASE).astype(np.float32),
    )


def _with_catalog(
    texts: Sequence[Features], codes: Sequence[str], catalog: Catalog
) -> tuple[list[Features], list[str], NDArray[np.float64]]:
    counts = Counter(codes)
    more, labels, weight = list(texts), list(codes), [1.0] * len(codes)
    for service in catalog.services:
        if 0 < counts[service.service_code] < _FEW:
            for sentences in service.examples.values():
                for sentence in sentences:
                    more.append(linear.read(words(sentence)))
                    labels.append(service.service_code)
                    weight.append(0.5)
    return more, labels, np.array(weight)


def _kept(weights: NDArray[np.float32]) -> NDArray[np.int64]:
    """The features that stay in the file, in order: all, or as many as fit, those that decide most."""
    most = max(1, _BYTES // max(1, weights.shape[1]))
    if len(weights) <= most:
        return np.arange(len(weights))
    return np.sort(np.argsort(-np.abs(weights).max(axis=1), kind="stable")[:most])


def _shares(points: NDArray[Any], temperature: float) -> NDArray[np.float64]:
    scaled = np.exp((points - points.max(axis=1, keepdims=True)) * temperature)
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True), np.float64)


def _temperature(points: NDArray[Any], right: Sequence[str], codes: Sequence[str]) -> float:
    """The temperature under which the right services are likeliest; a service that was never learnt counts as none."""
    place = {code: at for at, code in enumerate(codes)}
    known = [number for number, code in enumerate(right) if code in place]
    if not known:
        return 1.0
    columns = [place[right[number]] for number in known]

    def loss(temperature: float) -> float:
        shares = _shares(points, temperature)
        # Texts of unknown services are wrong whatever is said: they ask for modesty.
        unknown = np.delete(shares, known, axis=0).max(axis=1) if len(known) < len(right) else np.zeros(0)
        return float(-np.log(shares[known, columns] + 1e-9).sum() - np.log(1.0 - unknown + 1e-9).sum())

    return float(min(np.arange(0.5, 12.01, 0.1), key=loss))


def _calibration(points: NDArray[Any], right: Sequence[str], codes: Sequence[str]) -> tuple[float, float, float]:
    """Temperature, and slope and shift of the line over the best share's log-odds, by Newton's method on the log-loss."""
    temperature = _temperature(points, right, codes)
    judged = Judged.of(right, codes, _shares(points, temperature))
    bounded = np.clip(judged.confidence, 1e-4, 1 - 1e-4)
    odds, first = np.log(bounded / (1 - bounded)), judged.first.astype(float)
    # Platt's targets keep a perfect hold-out from meaning certainty.
    wanted = np.where(first == 1.0, (first.sum() + 1) / (first.sum() + 2), 1 / (len(first) - first.sum() + 2))
    line = np.array([1.0, 0.0])
    inputs = np.stack([odds, np.ones_like(odds)], axis=1)
    for _ in range(50):
        said = 1 / (1 + np.exp(-np.clip(inputs @ line, -40, 40)))
        steep = inputs.T @ (inputs * (said * (1 - said))[:, None]) + 0.1 * np.eye(2)
        step = np.linalg.solve(steep, inputs.T @ (wanted - said) - 0.1 * (line - np.array([1.0, 0.0])))
        step /= max(1.0, float(np.abs(step).max()))  # a step at a time: a hold-out without a mistake pulls without end
        line = line + step
        if float(np.abs(step).max()) < 1e-6:
            break
    slope, shift = float(np.clip(line[0], 0.05, 20)), float(np.clip(line[1], -20, 20))
    return temperature, slope, shift


def _confidences(points: NDArray[Any], scale: tuple[float, float, float]) -> NDArray[np.float64]:
    return np.asarray(linear.calibrated(_shares(points, scale[0]), scale[1], scale[2]), np.float64)


def _crossed(points: NDArray[Any], right: Sequence[str], codes: Sequence[str]) -> float:
    """The calibration error on each half with the calibration of the other, so that it is not judged on what it was fitted to."""
    halves = [list(range(0, len(right), 2)), list(range(1, len(right), 2))]
    if not halves[1]:
        return 1.0
    confidence, first = [], []
    for here, there in (halves, halves[::-1]):
        scale = _calibration(points[there], [right[at] for at in there], codes)
        judged = Judged.of([right[at] for at in here], codes, _confidences(points[here], scale))
        confidence.append(judged.confidence)
        first.append(judged.first)
    return metrics.calibration_error(np.concatenate(confidence), np.concatenate(first))


def _by_service(judged: Judged) -> dict[str, Any]:
    found: dict[str, Any] = {}
    first = judged.first
    wanted = [min(right) for right in judged.right]
    guessed = [ranked[0] for ranked in judged.ranked]
    for service, total in Counter(wanted).most_common():
        at = [number for number, one in enumerate(wanted) if one == service]
        said = guessed.count(service)
        hit = int(first[at].sum())
        found[service] = {"texts": total, "recall": round(hit / total, 3), "precision": round(hit / said, 3) if said else None}
    return found


def _by(judged: Judged, groups: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for group in sorted(set(groups) - {""}):
        at = [number for number, one in enumerate(groups) if one == group]
        part = judged.part(at)
        found[group] = {"texts": len(at), "accuracy": round(float(part.first.mean()), 4), "top3": round(float(part.among.mean()), 4)}
    return found
