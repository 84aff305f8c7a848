"""Fits a logistic function of a few figures by maximum a posteriori, and measures a ranking: plain Python, for a few hundred examples."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

_STEPS = 60


def fit(
    rows: Sequence[Mapping[str, float]], labels: Sequence[bool], prior: Mapping[str, float], *, spread: float = 1.0, signed: bool = True
) -> dict[str, float]:
    """Weights of the figures by Newton's method: a normal prior of standard deviation ``spread`` around ``prior``.

    With ``signed`` a weight keeps the sign of its prior (zero is allowed), so that the score stays monotone in each figure; the bias is
    free.
    """
    names = list(prior)
    center = [prior[name] for name in names]
    weights = list(center)
    data = [[row[name] for name in names] for row in rows]
    precision = [1.0 / (spread * spread)] * len(names)
    for at, name in enumerate(names):
        if name == "bias":
            precision[at] /= 25.0
    frozen = [False] * len(names)
    for _ in range(_STEPS):
        gradient = [-p * (w - c) for p, w, c in zip(precision, weights, center, strict=True)]
        hessian = [[0.0] * len(names) for _ in names]
        for at, p in enumerate(precision):
            hessian[at][at] = p
        for values, label in zip(data, labels, strict=True):
            likely = logistic(sum(w * v for w, v in zip(weights, values, strict=True)))
            error, curve = float(label) - likely, likely * (1.0 - likely)
            for i, one in enumerate(values):
                if one:
                    gradient[i] += error * one
                    for j, two in enumerate(values):
                        hessian[i][j] += curve * one * two
        free = [at for at in range(len(names)) if not frozen[at]]
        step = _solve([[hessian[i][j] for j in free] for i in free], [gradient[i] for i in free])
        moved = 0.0
        for at, change in zip(free, step, strict=True):
            weights[at] += change
            moved = max(moved, abs(change))
            if signed and names[at] != "bias" and weights[at] * center[at] < 0:
                weights[at], frozen[at] = 0.0, True
        if moved < 1e-8:
            break
    return dict(zip(names, weights, strict=True))


def logistic(points: float) -> float:
    """1 / (1 + e^-points), without overflow."""
    return 1.0 / (1.0 + math.exp(-points)) if points > -500 else 0.0


def applied(weights: Mapping[str, float], row: Mapping[str, float]) -> float:
    """The score of a row."""
    return logistic(sum(weight * row[name] for name, weight in weights.items()))


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gaussian elimination with pivoting; the matrix is positive definite."""
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for at in range(size):
        pivot = max(range(at, size), key=lambda line: abs(rows[line][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for line in range(at + 1, size):
            factor = rows[line][at] / rows[at][at]
            for column in range(at, size + 1):
                rows[line][column] -= factor * rows[at][column]
    out = [0.0] * size
    for at in reversed(range(size)):
        out[at] = (rows[at][size] - sum(rows[at][column] * out[column] for column in range(at + 1, size))) / rows[at][at]
    return out


class Ranking(NamedTuple):
    """How well scores tell the true from the others. ``f1`` is the best over all thresholds, ``at_half`` that at 0.5."""

    average_precision: float
    f1: float
    at_half: float
    recall_at_95: float


def ranking(scores: Sequence[float], labels: Sequence[bool]) -> Ranking:
    """Average precision, F1, and the recall at a precision of 0.95; equal scores count together."""
    total = sum(labels)
    if not total:
        return Ranking(0.0, 0.0, 0.0, 0.0)
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    right = before = 0
    average = best = recall95 = at_half = 0.0
    for count, at in enumerate(order, 1):
        right += labels[at]
        if count < len(order) and scores[order[count]] == scores[at]:
            continue
        precision, recall = right / count, right / total
        average += precision * (right - before) / total
        before = right
        f1 = 2 * right / (count + total)
        best = max(best, f1)
        if scores[at] >= 0.5:
            at_half = f1
        if precision >= 0.95:
            recall95 = max(recall95, recall)
    return Ranking(average, best, at_half, recall95)


def folds(labels: Sequence[bool], count: int, seed: int) -> list[list[int]]:
    """``count`` parts of the examples, each with its share of the true ones; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  (a split, not a secret)
    parts: list[list[int]] = [[] for _ in range(count)]
    for wanted in (True, False):
        members = [at for at, label in enumerate(labels) if label is wanted]
        chance.shuffle(members)
        for place, at in enumerate(members):
            parts[place % count].append(at)
    return parts


def interval(scores: Sequence[float], labels: Sequence[bool], figure: Callable[[Ranking], float], rounds: int = 500) -> list[float]:
    """95 % bootstrap interval of a figure of the ranking, over examples."""
    chance = random.Random(311)  # noqa: S311  (resampling, not a secret)
    found = []
    for _ in range(rounds):
        drawn = [chance.randrange(len(scores)) for _ in scores]
        found.append(figure(ranking([scores[at] for at in drawn], [labels[at] for at in drawn])))
    found.sort()
    return [round(found[int(0.025 * rounds)], 3), round(found[int(0.975 * rounds) - 1], 3)]
