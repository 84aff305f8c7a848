"""One text answered by itself, outside of any message: what ``intake311 classify`` prints."""

from __future__ import annotations

from typing import Any

from normalizer import _emergency, language
from normalizer.catalog import Catalog
from normalizer.classify import classify, kind_of
from normalizer.classify.lexicon import compiled
from normalizer.ports import Weights
from normalizer.words import Reading

LANGUAGES = ("en", "fr")


class Answering:
    """Answers texts with one catalog and one model."""

    def __init__(self, catalog: Catalog, weights: Weights, languages: tuple[str, ...] = LANGUAGES) -> None:
        self._catalog, self._weights, self._languages = catalog, weights, languages
        self._vocabulary = compiled(catalog).languages

    def answer(self, text: str, subject: str | None = None, prior: str | None = None) -> dict[str, Any]:
        """Service, confidence, alternatives, evidence, kind, department, language, priority and emergency, as plain values."""
        reading = Reading(text, subject)
        found = classify(reading, self._catalog, self._weights)
        emergency = _emergency.find(reading)
        service = self._catalog.get(found.service_code)
        spoken = language.detect(reading, self._languages, vocabulary=self._vocabulary, prior=prior)
        return {
            "service_code": found.service_code,
            "confidence": found.confidence,
            "alternatives": [{"service_code": other.service_code, "confidence": other.confidence} for other in found.alternatives],
            "abstained": found.abstained,
            "evidence": [{"word": line.detail, "span": line.span, "score": line.score, "source": line.source} for line in found.evidence],
            "kind": kind_of(found.service_code, reading),
            "department": service.department if service is not None else None,
            "language": spoken.value,
            "priority": "emergency" if emergency.flag else service.priority if service is not None else "normal",
            "emergency": {"flag": emergency.flag, "rule": emergency.rule, "span": emergency.span},
        }
