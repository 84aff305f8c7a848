"""Which of the city's languages a message was written in.

Three kinds of evidence, each a table lookup: function words, words of the city's catalog, and, where these say little (a text of a few
words), letters: accents, elisions and endings. What a form or page said (``hints["language"]``) is a prior, not the answer.

Does not: tell languages apart that are not in its tables; another Latin-script language ends as ``und`` when its own function words
outweigh the city's, and a text in another script always does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from normalizer._language_tables import ENDINGS, FUNCTION_WORDS, OTHER, WORDS
from normalizer.classify.lexicon import compiled
from normalizer.model import Language
from normalizer.pipeline import Context, Work
from normalizer.words import Reading, Words

_CAP = 160
"""Function words are so frequent that this many words decide."""
_ENOUGH = 4.0
"""Points of function words above which letters are not looked at."""

_LEAN = -0.08
"""Where a word starts from: Latin words that both languages have end the French way (``-tion``, ``-ence``) more often than not."""


def stage(batch: Sequence[Work], context: Context) -> None:
    """Set ``message.language``: one of the context's languages, or ``und``."""
    vocabulary = compiled(context.catalog).languages
    for work in batch:
        message = work.message
        reading = work.reading or Reading(message.text_new, message.subject)
        hint = message.hints.get("language") if message.hints else None
        message.language = detect(reading, context.languages, vocabulary=vocabulary, prior=hint if isinstance(hint, str) else None)


def detect(
    reading: Reading, languages: Sequence[str], *, vocabulary: Mapping[str, str] | None = None, prior: str | None = None
) -> Language:
    """The language of a text, with a confidence in 0..1. ``vocabulary`` gives single words to a language; ``prior`` is a declared one."""
    body, subject = reading.body, reading.subject
    tokens = body.tokens[:_CAP] + subject.tokens[:40] if subject.tokens else body.tokens[:_CAP]
    scores = dict.fromkeys(languages, 0.0)
    other = 0.0
    for found in map(WORDS.get, tokens):
        if found is not None:
            language, weight = found
            if language in scores:
                scores[language] += weight
            elif language == OTHER:
                other += weight
    if vocabulary and sum(scores.values()) < 2 * _ENOUGH:
        for token in body.vocabulary | subject.vocabulary:
            known = vocabulary.get(token)
            if known in scores:
                scores[known] += 0.7
    if other >= 2.0 and other > 1.5 * max(scores.values(), default=0.0):
        return Language()
    if max(scores.values(), default=0.0) < _ENOUGH:
        for text in (body, subject):
            _letters(text, scores)
    declared = prior[:2].lower() if prior else None
    return _decide(scores, other, declared, foreign=not tokens and _has_letters(body.text))


def _letters(words: Words, scores: dict[str, float]) -> None:
    """Accents, elisions and endings of the single words; French and English only."""
    if "fr" not in scores or "en" not in scores:
        return
    text = words.text[:600]
    if not text.isascii():
        accents = sum(map(text.count, "éèêëàâçîïôûùœÉÈÀÇ"))
        scores["fr"] += 2.0 * min(accents, 4)
    if "'" in text or "’" in text:
        low = text.lower().replace("’", "'")
        scores["fr"] += sum(low.count(f"{head}'") for head in ("l", "d", "qu", "n", "c", "j"))
        scores["en"] += sum(1.5 * low.count(f"'{tail}") for tail in ("s ", "t ", "re ", "ve ", "ll "))
    for token in words.tokens[:40]:
        if token.isdigit():
            continue
        balance = _balance(token)
        scores["fr" if balance > 0 else "en"] += abs(balance)


@lru_cache(maxsize=16_384)
def _balance(token: str) -> float:
    """How French (positive) or English (negative) a single word looks by its letters."""
    balance = _LEAN
    padded = f"^{token}$"
    for size in (2, 3, 4, 5):
        for at in range(min(len(padded), 30) - size + 1):
            balance += ENDINGS.get(padded[at : at + size], 0.0)
    return max(-2.0, min(2.0, balance))


def _decide(scores: dict[str, float], other: float, declared: str | None, *, foreign: bool) -> Language:
    if foreign or not scores:
        return Language()
    if declared in scores:
        scores[declared] += 1.0
    ranked = sorted(scores, key=lambda language: -scores[language])
    best = ranked[0]
    first = scores[best]
    if first <= 0.0 or other > 1.5 * first + 1.0:
        return Language()
    second = max(other / 1.5, scores[ranked[1]] if len(ranked) > 1 else 0.0)
    return Language(value=best, confidence=round(1.0 / (1.0 + math.exp(-1.1 * (first - second))), 3))


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text[:400])


__all__ = ["FUNCTION_WORDS", "detect", "stage"]
