"""``evaluate classify``: how well services are told from texts, beside a classifier of the kind that Signalen uses and the keywords alone.

Two measurements, each where the data allows it. ``cold_start``: the catalog alone, on texts whose labels are the catalog's codes (or are
mapped to them by ``map``). ``trained``: the earlier three quarters of the file are learnt, the last quarter is judged; the baseline is
fitted on the same split in the same run. Where a file tells which texts the city's own staff wrote, only the residents' own are judged.

Options: ``catalog`` (TOML), ``model`` (judge a model file on everything), ``map`` (JSON: label to code or list of codes), ``departments``
(JSON: label to department), ``without`` (labels, with commas, that are left out), ``coarse`` (JSON: name of a class to a list of codes; the
labels are those names), ``test`` (share that is judged, 0.25), ``precision`` (0.9).
"""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from config.settings import SHIPPED_CATALOG
from gateway.models import CatalogModel, ModelFile
from gateway.quality import metrics
from gateway.quality.examples import Example, read
from gateway.quality.metrics import Judged
from normalizer.catalog import Catalog
from normalizer.classify import classify
from normalizer.classify.lexicon import compiled
from normalizer.classify.score import met
from normalizer.words import Reading

_TEST = 0.25
_FEWEST = 200


def evaluate(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """The figures of one file. Raises ValueError where it cannot be read."""
    catalog = Catalog.from_toml(tomllib.loads(Path(options.get("catalog", SHIPPED_CATALOG)).read_text("utf-8-sig")))
    left_out = {label.strip() for label in str(options.get("without", "")).split(",") if label.strip()}
    examples = [example for example in read(path) if example.service_code not in left_out]
    precision = float(options.get("precision", 0.9))
    codes = {service.service_code for service in catalog.services}
    labels = {example.service_code for example in examples}
    mapped = _mapping(options.get("map"))
    coarse = _mapping(options.get("coarse"))
    departments = {service.service_code: service.department for service in catalog.services}
    named = json.loads(Path(options["departments"]).read_text("utf-8")) if "departments" in options else {}
    found: dict[str, Any] = {"kind": "classify", "data": path.name, "examples": len(examples), "labels": len(labels)}
    if "model" in options:
        weights = ModelFile(Path(options["model"]))
        judged = _judged(examples, lambda text: _ranked(text, catalog, weights))
        found["model"] = metrics.figures(judged, departments | named, precision)
        return found
    cold = [example for example in examples if not example.by_staff and (example.service_code in codes or example.service_code in mapped)]
    if coarse:
        found["cold_start"] = _coarse(examples, coarse, catalog)
    elif len(cold) >= len([example for example in examples if not example.by_staff]) / 2:
        found["cold_start"] = _cold(cold, mapped, catalog, precision)
    if not coarse and len(examples) >= _FEWEST and len(labels) > 1:
        found["trained"] = _trained(examples, catalog, departments | named, float(options.get("test", _TEST)), precision)
    return found


def _cold(examples: Sequence[Example], mapped: dict[str, list[str]], catalog: Catalog, precision: float) -> dict[str, Any]:
    right = [frozenset(mapped.get(example.service_code, [example.service_code])) for example in examples]
    departments = {service.service_code: service.department for service in catalog.services}
    weights = CatalogModel(catalog)
    weights()
    judged = _judged(examples, lambda text: _ranked(text, catalog, weights), right)
    found: dict[str, Any] = {"catalog_alone": metrics.figures(judged, departments, precision), "curve": metrics.curve(judged)}
    languages = sorted({example.language for example in examples} - {""})
    for language in languages:
        at = [number for number, example in enumerate(examples) if example.language == language]
        found[language] = metrics.figures(judged.part(at), departments, precision)
    found["baseline_keywords"] = metrics.figures(_judged(examples, lambda text: _by_keywords(text, catalog), right), departments, precision)
    try:
        found["baseline_nearest_description"] = metrics.figures(_nearest(examples, right, catalog), departments, precision)
    except ModuleNotFoundError:
        found["baseline_nearest_description"] = "needs scikit-learn: pip install 'intake311[train]'"
    return found


def _coarse(examples: Sequence[Example], coarse: dict[str, list[str]], catalog: Catalog) -> dict[str, Any]:
    """Another city's coarse classes: the best service of a class speaks for it."""
    owner = {code: name for name, codes in coarse.items() for code in codes}
    weights = CatalogModel(catalog)
    model = weights()
    chosen = [example for example in examples if not example.by_staff and example.service_code in coarse]

    def ranked(said: Sequence[tuple[str, float]]) -> tuple[list[str], float]:
        names = list(dict.fromkeys(owner[code] for code, _ in said if code in owner))
        return names, said[0][1] if said else 0.0

    def by_model(text: str) -> tuple[list[str], float]:
        from normalizer.classify.judge import weigh

        shares = weigh([Reading(text, None)], catalog, model)[0]
        return ranked([(model.codes[at], float(shares[at])) for at in np.argsort(-shares, kind="stable")])

    def by_keywords(text: str) -> tuple[list[str], float]:
        codes, confidence = _by_keywords(text, catalog, 50)
        return ranked([(code, confidence) for code in codes])

    return {
        "catalog_alone": metrics.figures(_judged(chosen, by_model)),
        "baseline_keywords": metrics.figures(_judged(chosen, by_keywords)),
    }


def _trained(examples: Sequence[Example], catalog: Catalog, departments: dict[str, str], share: float, precision: float) -> dict[str, Any]:
    from gateway.quality.training import split, train

    earlier, later, how = split([example.service_code for example in examples], share)
    learning = [examples[at] for at in earlier]
    judging = [examples[at] for at in later if not examples[at].by_staff]
    base = CatalogModel(catalog)()
    started = time.process_time()
    trained = train(learning, catalog, base, precision=precision)
    seconds = time.process_time() - started
    judged = _judged(judging, lambda text: _ranked(text, catalog, lambda: trained.model))
    sure = judged.confidence >= trained.model.threshold
    return {
        "split": f"judged on {how}",
        "learnt_from": len(learning),
        "model": metrics.figures(judged, departments, precision)
        | {
            "seconds_of_processor": round(seconds, 1),
            "routed_by_its_threshold": round(float(sure.mean()), 4),
            "right_of_these": round(float(judged.first[sure].mean()), 4) if sure.any() else None,
        },
        "baseline_signalen_style": metrics.figures(_signalen(learning, judging), departments, precision),
        "curve": metrics.curve(judged),
    }


def _signalen(learning: Sequence[Example], judging: Sequence[Example]) -> Judged:
    """TF-IDF of words and pairs of words, and logistic regression, as Signalen classifies; with the stronger of its usual settings."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    machine = LogisticRegression(C=10, class_weight="balanced", max_iter=1000)
    machine.fit(vectors.fit_transform([example.text for example in learning]), [example.service_code for example in learning])
    shares = machine.predict_proba(vectors.transform([example.text for example in judging]))
    return Judged.of([example.service_code for example in judging], [str(code) for code in machine.classes_], shares)


def _nearest(examples: Sequence[Example], right: Sequence[frozenset[str]], catalog: Catalog) -> Judged:
    """The service whose names and descriptions are nearest by TF-IDF of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    documents = [" ".join([*service.service_name.values(), *service.description.values()]) for service in catalog.services]
    vectors = TfidfVectorizer(sublinear_tf=True, strip_accents="unicode")
    known = vectors.fit_transform(documents)
    near = (vectors.transform([example.text for example in examples]) @ known.T).toarray()
    codes = [service.service_code for service in catalog.services]
    order = np.argsort(-near, axis=1, kind="stable")[:, :3]
    return Judged(list(right), [[codes[at] for at in row] for row in order], near.max(axis=1).astype(np.float64))


def _judged(
    examples: Sequence[Example], judge: Callable[[str], tuple[Sequence[str], float]], right: Sequence[frozenset[str]] | None = None
) -> Judged:
    said = [judge(example.text) for example in examples]
    wanted = right if right is not None else [frozenset([example.service_code]) for example in examples]
    return Judged(list(wanted), [codes for codes, _ in said], np.array([confidence for _, confidence in said], dtype=np.float64))


def _ranked(text: str, catalog: Catalog, weights: Any) -> tuple[list[str], float]:
    found = classify(Reading(text, None), catalog, weights)
    return [found.service_code, *(other.service_code for other in found.alternatives)], found.confidence


def _by_keywords(text: str, catalog: Catalog, top: int = 3) -> tuple[list[str], float]:
    lexicon = compiled(catalog)
    points, _ = met(Reading(text, None), lexicon)
    order = sorted(points, key=lambda at: -points[at])
    total = sum(points.values()) or 1.0
    return [lexicon.codes[at] for at in order[:top]] or ["other"], points[order[0]] / total if order else 0.0


def _mapping(path: Any) -> dict[str, list[str]]:
    if path is None:
        return {}
    given = json.loads(Path(str(path)).read_text("utf-8"))
    return {name: [codes] if isinstance(codes, str) else list(codes) for name, codes in given.items()}


def page(figures: dict[str, Any]) -> str:
    """The figures as a page of Markdown."""
    lines = [
        "# Measured: which service a text asks for",
        "",
        f"`intake311 evaluate classify` on {figures['data']}, {figures['examples']} texts.",
        "",
    ]
    names = ("examples", "accuracy", "top3", "macro_f1", "department", "auto_routed", "calibration_error")
    for part in ("cold_start", "trained", "model"):
        if part not in figures:
            continue
        whole = figures[part] if part != "model" else {"model": figures[part]}
        lines += [
            f"## {part.replace('_', ' ').capitalize()}",
            "",
            f"| | {' | '.join(name.replace('_', ' ') for name in names)} |",
            "|---" * 8 + "|",
        ]
        for name, values in whole.items():
            if isinstance(values, dict) and "accuracy" in values:
                lines.append(f"| {name.replace('_', ' ')} | " + " | ".join(_cell(values, one) for one in names) + " |")
        lines.append("")
    return "\n".join(lines)


def _cell(values: dict[str, Any], name: str) -> str:
    if name not in values:
        return "–"
    low_high = values.get(f"{name}_95")
    return f"{values[name]}" + (f" ({low_high[0]:.2f}–{low_high[1]:.2f})" if low_high else "")
