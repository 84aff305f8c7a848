"""How much personal data is masked, and how much else: precision and recall for each kind, on texts in which it is planted.

Data: JSON Lines ``{"text": "call <<phone|514-555-0123>>", "set": "held_out"}``; ``set`` is optional. A piece is found when a mask of its
kind overlaps it, and *covered* when no letter or figure of it is left. What is masked where nothing is planted counts against precision.
The baseline is what the gateway did before: e-mail addresses, runs of 10 to 19 digits, by their shape alone.

Does not: say how much personal data real messages hold; only people can.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import orjson

from normalizer.model import Span
from normalizer.redact import KINDS, find, luhn

Masks = list[tuple[str, Span]]
_PLANTED = re.compile(r"<<([a-z_]{1,20})\|([^>]{1,200})>>")
_ROUNDS = 5


class Example(NamedTuple):
    """A text, the pieces of personal data in it, and the set that it belongs to."""

    text: str
    planted: Masks
    part: str


def evaluate(path: Path, _options: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a file, whole and for each of its sets. Raises ValueError for a line that is no example."""
    examples = list(read(path.read_text("utf-8").splitlines()))
    parts = sorted({example.part for example in examples if example.part})
    figures: dict[str, Any] = {"examples": len(examples), "all": measured(examples, _ours)}
    for part in parts:
        figures[part] = measured([example for example in examples if example.part == part], _ours)
    figures["baseline"] = measured(examples, _baseline)
    figures["microseconds"] = _time(examples)
    return figures


def read(lines: Iterable[str]) -> Iterable[Example]:
    """The examples of a file. Raises ValueError with the line's number."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            document = orjson.loads(line)
            marked, part = document["text"], document.get("set", "")
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"line {number} is no example: {error}") from None
        text, planted, place = "", [], 0
        for match in _PLANTED.finditer(marked):
            if match.group(1) not in KINDS:
                raise ValueError(f"line {number}: no kind is called {match.group(1)}")
            text += marked[place : match.start()]
            planted.append((match.group(1), (len(text), len(text) + len(match.group(2)))))
            text += match.group(2)
            place = match.end()
        yield Example(text + marked[place:], planted, part)


def measured(examples: Iterable[Example], finder: Callable[[str], Masks]) -> dict[str, Any]:
    """Precision and recall of a finder, together and for each kind."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    there: Counter[str] = Counter()
    covered = 0
    for example in examples:
        found = finder(example.text)
        for kind, span in example.planted:
            there[kind] += 1
            right[kind] += any(kind == other and _overlap(span, at) for other, at in found)
            covered += _covered(example.text, span, [at for _other, at in found])
        for kind, span in found:
            wrong[kind] += not any(kind == other and _overlap(span, at) for other, at in example.planted)
    kinds = {kind: _scores(right[kind], wrong[kind], there[kind]) for kind in KINDS if there[kind] or wrong[kind]}
    everything = _scores(right.total(), wrong.total(), there.total())
    return {**everything, "covered": round(covered / max(1, there.total()), 3), "kinds": kinds}


def _scores(right: int, wrong: int, there: int) -> dict[str, Any]:
    return {
        "precision": _share(right, right + wrong),
        "precision_interval": _interval(right, right + wrong),
        "recall": _share(right, there),
        "recall_interval": _interval(right, there),
        "planted": there,
        "wrong": wrong,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def _interval(part: int, whole: int) -> list[float] | None:
    """The 95 % interval of a share (Wilson's score interval)."""
    if not whole:
        return None
    z = 1.96
    share = part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return [round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)]


def _overlap(one: Span, two: Span) -> bool:
    return one[0] < two[1] and two[0] < one[1]


def _covered(text: str, span: Span, masks: Iterable[Span]) -> bool:
    left = set(range(*span))
    for start, end in masks:
        left.difference_update(range(start, end))
    return not any(text[at].isalnum() for at in left)


def _ours(text: str) -> Masks:
    return [(found.kind, found.span) for found in find(text)]


_RUN = re.compile(r"\+?\(?\d(?:[ .()\-]{0,2}\d){6,18}")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")


def _baseline(text: str) -> Masks:
    """Shapes alone: what most help desks mask, where they mask at all."""
    found: Masks = [("email", match.span()) for match in _MAIL.finditer(text)]
    for match in _RUN.finditer(text):
        digits = "".join(filter(str.isdigit, match.group()))
        if len(digits) >= 13 and luhn(digits):
            found.append(("card", match.span()))
        elif len(digits) == 9 and luhn(digits):
            found.append(("sin", match.span()))
        elif len(digits) in (7, 10, 11):
            found.append(("phone", match.span()))
    return found


def _time(examples: list[Example]) -> float:
    """Microseconds for one text, the best of some rounds."""
    best = math.inf
    for _round in range(_ROUNDS):
        started = perf_counter()
        for example in examples:
            find(example.text)
        best = min(best, perf_counter() - started)
    return round(best / max(1, len(examples)) * 1e6, 1)


def page(figures: Mapping[str, Any]) -> str:
    """The figures as a page of Markdown."""
    lines = ["# Measured: redact", ""]
    lines += ["| set | kind | planted | precision (95 %) | recall (95 %) | wrong |", "|---|---|---|---|---|---|"]
    for part, scores in figures.items():
        if not isinstance(scores, Mapping):
            continue
        lines.append(_row(part, "**all**", scores))
        lines += [_row(part, kind, one) for kind, one in scores["kinds"].items()]
    lines += ["", f"{figures['examples']} texts, {figures['microseconds']} µs a text."]
    return "\n".join(lines) + "\n"


def _row(part: str, kind: str, scores: Mapping[str, Any]) -> str:
    def shown(name: str) -> str:
        value, interval = scores[name], scores[f"{name}_interval"]
        return "–" if value is None else f"{value:.3f} ({interval[0]:.2f}–{interval[1]:.2f})"

    return f"| {part} | {kind} | {scores['planted']} | {shown('precision')} | {shown('recall')} | {scores['wrong']} |"
