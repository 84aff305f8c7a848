"""How often the language is right, whole, by kind of text, and for short texts.

Data: JSON Lines ``{"text": "…", "lang": "en", "kind": "sentences"}``; ``kind`` is optional. Options: ``languages``
(``en,fr``), ``catalog=FILE``. Baselines: function words alone; py3langid and lingua, restricted to the same languages, where installed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

from gateway.quality._shares import rows, share

Guess = Callable[[str], str]
_SHORT = 40


def evaluate(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a file. Raises ValueError for a row without text or language."""
    languages = tuple(str(options.get("languages", "en,fr")).split(","))
    vocabulary = _vocabulary(options.get("catalog"))
    texts = [_text(row, number) for number, row in enumerate(rows(path), 1)]
    started = process_time()
    figures: dict[str, Any] = {"texts": len(texts), **_measured(texts, _ours(languages, vocabulary))}
    figures["microseconds"] = round((process_time() - started) / max(1, len(texts)) * 1e6, 1)
    figures["baselines"] = {name: _measured(texts, guess) for name, guess in _baselines(languages).items()}
    return figures


def _text(row: Mapping[str, Any], number: int) -> tuple[str, str, str]:
    if not isinstance(row.get("text"), str) or not isinstance(row.get("lang"), str):
        raise ValueError(f"row {number} has no text or no lang")  # noqa: TRY004 (the command tells ValueErrors to its user)
    return row["text"], row["lang"], str(row.get("kind", ""))


def _measured(texts: Sequence[tuple[str, str, str]], guess: Guess) -> dict[str, Any]:
    right = [(kind, len(text), guess(text) == language) for text, language, kind in texts]
    long = [item for item in right if item[0] in ("", "sentences")]
    figures: dict[str, Any] = {"accuracy": _of(right), f"at_most_{_SHORT}": _of([item for item in long if item[1] <= _SHORT])}
    for kind in sorted({item[0] for item in right} - {""}):
        figures[kind] = _of([item for item in right if item[0] == kind])
    return figures


def _of(right: Sequence[tuple[str, int, bool]]) -> dict[str, Any]:
    return share(sum(item[2] for item in right), len(right))


def _ours(languages: tuple[str, ...], vocabulary: Mapping[str, str] | None) -> Guess:
    from normalizer.language import detect
    from normalizer.words import Reading

    return lambda text: detect(Reading(text, None), languages, vocabulary=vocabulary).value


def _vocabulary(catalog: str | None) -> Mapping[str, str] | None:
    if catalog is None:
        return None
    from normalizer.catalog import Catalog
    from normalizer.classify.lexicon import compiled

    return compiled(Catalog.from_toml(tomllib.loads(Path(catalog).read_text("utf-8")))).languages


def _baselines(languages: tuple[str, ...]) -> dict[str, Guess]:
    found: dict[str, Guess] = {"function words": _function_words(languages)}
    try:
        langid = import_module("py3langid")
        langid.set_languages(list(languages))
        found["py3langid"] = lambda text: str(langid.classify(text)[0])
    except ModuleNotFoundError:
        pass
    try:
        lingua = import_module("lingua")
        codes = [lingua.IsoCode639_1.from_str(language.upper()) for language in languages]
        detector = lingua.LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()
        found["lingua"] = lambda text: _lingua(detector.detect_language_of(text))
    except ModuleNotFoundError:
        pass
    return found


def _lingua(language: Any) -> str:
    return "und" if language is None else str(language.iso_code_639_1.name).lower()


def _function_words(languages: tuple[str, ...]) -> Guess:
    from normalizer._language_tables import WORDS
    from normalizer.words import words

    def guess(text: str) -> str:
        counts = dict.fromkeys(languages, 0.0)
        for word in words(text):
            language, weight = WORDS.get(word, ("", 0.0))
            if language in counts:
                counts[language] += weight
        return max(counts, key=lambda language: counts[language])

    return guess
