"""How well repetitions are found: judged pairs of requests, and streams of reports whose repetitions are known.

Data, JSON Lines of one of two kinds:

pairs    ``text_a``, ``text_b``, ``m`` (metres), ``days``, ``same`` (the same category), ``label``: D the same problem, N not, U unsure
         (left out)
stream   what ``intake311 dedupe`` reads, in order of time, with ``problem``: reports of one value are about one problem

Of pairs, ``shipped`` are the weights as they are, and ``cross_validated`` weights fitted to the other four fifths of the file and to
nothing else, around the same prior, in five repetitions. The baselines are fitted and judged on the same folds: *geo* is the same category
within 50 m, *lexical* a logistic function of words in common, distance, category and days. ``linked`` and ``suggested`` are what the
product would do. Of a stream, the baselines are the same service within 50 m in 14 days, and the likest text by groups of three letters in
14 days, with the best threshold of all.

``--set generate=400`` measures a stream that we generate instead (``--data`` is then only a name); ``--set seed=7`` another one.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean
from time import perf_counter
from typing import Any

import orjson

from gateway.quality import _pairs, dedupe_reports
from gateway.quality._fitting import Ranking, applied, fit, folds, interval, ranking
from gateway.quality.dedupe_stream import Answer, Deduper
from normalizer.dedupe import decide, likelihood
from normalizer.dedupe.features import distance
from normalizer.dedupe.score import PRIOR, figures
from normalizer.words import fold

Report = Mapping[str, Any]
Row = Mapping[str, float]
SPREAD = 0.3
"""How far the pairs may move a weight from the prior: a standard deviation."""
_REPEATS, _FOLDS = 5, 5
_DAYS = timedelta(days=14)
_METERS = 50.0


def evaluate(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a file. Raises ValueError and KeyError for rows that are neither kind."""
    if "generate" in options:
        made = dedupe_reports.generate(int(options["generate"]), int(options.get("seed", 311)))
        return {"kind": "dedupe", "data": "a stream that we generate", **_stream(list(made))}
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    if not rows:
        raise ValueError("there are no rows")
    found = _of_pairs(rows) if "text_a" in rows[0] else _stream(rows)
    return {"kind": "dedupe", "data": path.name, **found}


def _of_pairs(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    pairs = [pair for pair in _pairs.read(rows) if pair.same_problem is not None]
    labels = [bool(pair.same_problem) for pair in pairs]
    ours = [figures(pair.features) for pair in pairs]
    plain = [_lexical(pair) for pair in pairs]
    states = [decide(pair.features) for pair in pairs]
    geo = [float(pair.features.same_service and (pair.features.meters or 0.0) <= _METERS) for pair in pairs]
    return {
        "pairs": len(pairs),
        "same_problem": sum(labels),
        "unsure_left_out": len(rows) - len(pairs),
        "cross_validated": _validated(ours, labels, lambda r, y: fit(r, y, PRIOR, spread=SPREAD)),
        "shipped": _figures([likelihood(pair.features) for pair in pairs], labels),
        "linked": _decided(states, labels, ("linked",)),
        "suggested_or_linked": _decided(states, labels, ("linked", "suggested")),
        "baselines": {
            "geo": {"f1": round(_f1(geo, labels, 0.5), 3)},
            "lexical": _validated(plain, labels, lambda r, y: fit(r, y, dict.fromkeys(plain[0], 0.0), spread=3.0, signed=False)),
        },
    }


def _lexical(pair: _pairs.Pair) -> dict[str, float]:
    """Place, time, category and words in common: what a duplicate check without meaning looks at."""
    one, two = set(fold(pair.text).split()), set(fold(pair.other).split())
    shared = len(one & two) / max(1, len(one | two))
    found = pair.features
    return {
        "bias": 1.0,
        "near": math.exp(-(found.meters or 0.0) / 60.0),
        "same": float(found.same_service),
        "days": found.days / 45.0,
        "words": shared,
    }


def _validated(rows: Sequence[Row], labels: Sequence[bool], learn: Callable[[list[Row], list[bool]], dict[str, float]]) -> dict[str, Any]:
    """The figures of scores that were each given by weights that had not seen the pair; intervals over the first repetition."""
    found: list[Ranking] = []
    honest: list[float] = []
    scores: list[float] = []
    for seed in range(_REPEATS):
        parts = folds(labels, _FOLDS, seed)
        judged = [0.0] * len(rows)
        right = shown = 0
        for part in parts:
            held = set(part)
            rest = [at for at in range(len(rows)) if at not in held]
            weights = learn([rows[at] for at in rest], [labels[at] for at in rest])
            threshold = _best_threshold([applied(weights, rows[at]) for at in rest], [labels[at] for at in rest])
            for at in part:
                judged[at] = applied(weights, rows[at])
                shown += judged[at] >= threshold
                right += judged[at] >= threshold and labels[at]
        honest.append(2 * right / max(1, shown + sum(labels)))
        found.append(ranking(judged, labels))
        scores = scores or judged
    out = {name: round(mean(getattr(one, name) for one in found), 3) for name in ("average_precision", "f1", "recall_at_95")}
    return {
        **out,
        "f1_threshold_from_training": round(mean(honest), 3),
        "interval": {name: interval(scores, labels, lambda one, name=name: float(getattr(one, name))) for name in out},  # type: ignore[misc]  # the name is bound now
    }


def _best_threshold(scores: Sequence[float], labels: Sequence[bool]) -> float:
    return max(sorted(set(scores)), key=lambda threshold: _f1(scores, labels, threshold))


def _f1(scores: Sequence[float], labels: Sequence[bool], threshold: float) -> float:
    shown = [score >= threshold for score in scores]
    right = sum(one and label for one, label in zip(shown, labels, strict=True))
    return 2 * right / max(1, sum(shown) + sum(labels))


def _figures(scores: Sequence[float], labels: Sequence[bool]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in ranking(scores, labels)._asdict().items() if name != "at_half"}


def _decided(states: Sequence[str | None], labels: Sequence[bool], counted: Collection[str | None]) -> dict[str, Any]:
    shown = [state in counted for state in states]
    right = sum(one and label for one, label in zip(shown, labels, strict=True))
    return _counts(right, sum(shown), sum(labels))


def _counts(right: int, shown: int, true: int) -> dict[str, Any]:
    return {
        "shown": shown,
        "right": right,
        "precision": round(right / shown, 3) if shown else None,
        "precision_interval": _wilson(right, shown),
        "recall": round(right / true, 3) if true else None,
        "f1": round(2 * right / max(1, shown + true), 3),
    }


def _wilson(right: int, count: int) -> list[float] | None:
    """Wilson's 95 % interval of a share."""
    if not count:
        return None
    z = 1.96
    share = right / count
    middle = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return [round((middle - spread) / (1 + z * z / count), 3), round((middle + spread) / (1 + z * z / count), 3)]


def _stream(reports: Sequence[Report]) -> dict[str, Any]:
    """What ``intake311 dedupe`` makes of a stream, beside the two baselines."""
    problem = {orjson.dumps(report["id"]).decode(): report["problem"] for report in reports}
    seen: set[Any] = set()
    repeats = []
    for report in reports:
        repeats.append(report["problem"] in seen)
        seen.add(report["problem"])
    deduper = Deduper()
    for report in reports[:1]:
        Deduper().judge(report)  # what is loaded at the first report is no part of the time
    begun = perf_counter()
    answers = [deduper.judge(report) for report in reports]
    each = (perf_counter() - begun) / max(1, len(reports))

    def counted(states: tuple[str, ...]) -> dict[str, Any]:
        shown = [(answer, report) for answer, report in zip(answers, reports, strict=True) if answer.state in states]
        return _counts(sum(_right(answer, report, problem) for answer, report in shown), len(shown), sum(repeats))

    return {
        "reports": len(reports),
        "repeats": sum(repeats),
        "with_position": sum("lat" in report for report in reports),
        "linked": counted(("linked",)),
        "suggested_or_linked": counted(("linked", "suggested")),
        "milliseconds_a_report": round(each * 1_000, 3),
        "baselines": {"geo": _place_rule(reports, sum(repeats)), "letters": _letters(reports, sum(repeats))},
    }


def _right(answer: Answer, report: Report, problem: Mapping[str, Any]) -> bool:
    return answer.duplicate_of is not None and problem[answer.duplicate_of] == report["problem"]


def _place_rule(reports: Sequence[Report], true: int) -> dict[str, Any]:
    """The newest of the same service within 50 m and 14 days."""
    right = shown = 0
    recent: deque[tuple[datetime, Report]] = deque()
    for report in reports:
        at = datetime.fromisoformat(report["datetime"])
        while recent and at - recent[0][0] > _DAYS:
            recent.popleft()
        for _when, other in reversed(recent):
            meters = distance(report.get("lat"), report.get("long"), other.get("lat"), other.get("long"))
            if meters is not None and meters <= _METERS and report.get("service_code") == other.get("service_code"):
                shown += 1
                right += other["problem"] == report["problem"]
                break
        recent.append((at, report))
    return _counts(right, shown, true)


def _letters(reports: Sequence[Report], true: int) -> dict[str, Any]:
    """The likest text of the last 14 days by the cosine of TF-IDF over groups of three letters; the best of all thresholds."""
    grams = [
        Counter("".join(three) for three in zip(text, text[1:], text[2:], strict=False)) for text in (fold(str(r["text"])) for r in reports)
    ]
    known = Counter(gram for counts in grams for gram in counts)
    vectors = []
    for counts in grams:
        weights = {gram: (1 + math.log(count)) * (math.log(len(reports) / known[gram]) + 1) for gram, count in counts.items()}
        norm = math.sqrt(sum(value * value for value in weights.values())) or 1.0
        vectors.append({gram: value / norm for gram, value in weights.items()})
    best: list[tuple[float, bool]] = []
    recent: deque[int] = deque()
    times = [datetime.fromisoformat(report["datetime"]) for report in reports]
    for at, vector in enumerate(vectors):
        while recent and times[at] - times[recent[0]] > _DAYS:
            recent.popleft()
        likest = max(
            ((sum(value * vectors[other].get(gram, 0.0) for gram, value in vector.items()), other) for other in recent), default=None
        )
        if likest is not None:
            best.append((likest[0], reports[likest[1]]["problem"] == reports[at]["problem"]))
        recent.append(at)
    best.sort(reverse=True)
    right, top = 0, (0, 0)
    for shown, (score, same) in enumerate(best, 1):
        right += same
        last = shown == len(best) or best[shown][0] < score
        if last and 2 * right / (shown + true) > 2 * top[0] / max(1, top[1] + true):
            top = (right, shown)
    return _counts(top[0], top[1], true)
