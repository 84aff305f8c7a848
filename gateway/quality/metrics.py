"""Figures of a classification on labelled examples, with 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BINS = 10
_RESAMPLED = 400


@dataclass(frozen=True, slots=True)
class Judged:
    """What a classifier said of examples: services best first (at least three) and the confidence of the first, beside the right ones.

    More than one service may be right (``right``), where a city's own category holds several of ours.
    """

    right: Sequence[frozenset[str]]
    ranked: Sequence[Sequence[str]]
    confidence: NDArray[np.float64]

    @classmethod
    def of(cls, right: Iterable[str], codes: Sequence[str], shares: NDArray[Any]) -> Judged:
        """From a table of confidences, a row for each example and a column for each of ``codes``."""
        order = np.argsort(-shares, axis=1, kind="stable")[:, :3]
        return cls([frozenset([one]) for one in right], [[codes[at] for at in row] for row in order], shares.max(axis=1).astype(np.float64))

    def part(self, chosen: Sequence[int]) -> Judged:
        """Only these examples."""
        return Judged([self.right[at] for at in chosen], [self.ranked[at] for at in chosen], self.confidence[list(chosen)])

    @property
    def first(self) -> NDArray[np.bool_]:
        """Where the first service is right."""
        return np.array([bool(ranked) and ranked[0] in right for right, ranked in zip(self.right, self.ranked, strict=True)], dtype=bool)

    @property
    def among(self) -> NDArray[np.bool_]:
        """Where one of the first three is right."""
        return np.array([not right.isdisjoint(ranked[:3]) for right, ranked in zip(self.right, self.ranked, strict=True)], dtype=bool)


def figures(judged: Judged, departments: dict[str, str] | None = None, precision: float = 0.9) -> dict[str, Any]:
    """Accuracy, top three, macro-F1, calibration error and the share that could be routed without a person at ``precision``."""
    total = len(judged.right)
    if not total:
        return {"examples": 0}
    first, among = judged.first, judged.among
    found: dict[str, Any] = {
        "examples": total,
        "accuracy": _share(first),
        "accuracy_95": interval(int(first.sum()), total),
        "top3": _share(among),
        "top3_95": interval(int(among.sum()), total),
        "macro_f1": round(macro_f1(judged), 4),
        "macro_f1_95": _resampled(judged),
        "calibration_error": round(calibration_error(judged.confidence, first), 4),
        "auto_routed": round(routed(judged.confidence, first, precision), 4),
        "auto_routed_at_precision": precision,
    }
    if departments:
        right = np.array(
            [
                bool({departments.get(one, one) for one in wanted} & {departments.get(ranked[0], ranked[0])})
                for wanted, ranked in zip(judged.right, judged.ranked, strict=True)
            ]
        )
        found["department"], found["department_95"] = _share(right), interval(int(right.sum()), total)
    return found


def curve(judged: Judged, steps: Sequence[float] = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)) -> list[dict[str, float]]:
    """For confidences, the share of messages that has at least that and how many of those are right."""
    first = judged.first
    lines = []
    for step in steps:
        sure = judged.confidence >= step
        lines.append({"confidence": step, "share": _share(sure), "right": _share(first[sure]) if sure.any() else 0.0})
    return lines


def macro_f1(judged: Judged) -> float:
    """The mean of F1 over the services that occur. A guess among several right ones counts for itself."""
    wanted = [ranked[0] if ranked and ranked[0] in right else min(right) for right, ranked in zip(judged.right, judged.ranked, strict=True)]
    guessed = [ranked[0] if ranked else "" for ranked in judged.ranked]
    scores = []
    for service in sorted(set(wanted)):
        hit = sum(1 for one, other in zip(wanted, guessed, strict=True) if one == other == service)
        scores.append(2 * hit / ((wanted.count(service) + guessed.count(service)) or 1))
    return sum(scores) / len(scores)


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return sum(
        abs(float(confidence[bins == one].mean()) - float(right[bins == one].mean())) * float((bins == one).mean())
        for one in range(_BINS)
        if (bins == one).any()
    )


def routed(confidence: NDArray[np.float64], right: NDArray[np.bool_], precision: float) -> float:
    """The largest share of messages, surest first, of which so many are right."""
    order = np.argsort(-confidence, kind="stable")
    reached = np.flatnonzero(np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= precision)
    return float((reached[-1] + 1) / len(order)) if len(reached) else 0.0


def threshold(confidence: NDArray[np.float64], right: NDArray[np.bool_], precision: float) -> float:
    """The lowest confidence from which on so many are right; just above 1 where none is."""
    share = routed(confidence, right, precision)
    if share <= 0.0:
        return 1.001
    return float(np.sort(confidence)[::-1][max(0, round(share * len(confidence)) - 1)])


def interval(right: int, total: int) -> list[float]:
    """Wilson's 95 % interval of a share."""
    if not total:
        return [0.0, 1.0]
    z = 1.96
    share = right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return [round(middle - half, 4), round(middle + half, 4)]


def _resampled(judged: Judged) -> list[float]:
    """The 95 % interval of macro-F1 by bootstrap, with a fixed seed."""
    source = np.random.default_rng(311)
    total = len(judged.right)
    values = [macro_f1(judged.part(source.integers(0, total, total).tolist())) for _ in range(_RESAMPLED if total <= 5000 else 50)]
    return [round(float(np.quantile(values, 0.025)), 4), round(float(np.quantile(values, 0.975)), 4)]


def _share(values: NDArray[Any]) -> float:
    return round(float(values.mean()), 4) if len(values) else 0.0
