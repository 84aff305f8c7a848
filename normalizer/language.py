"""Which of the city's languages a message was written in.

Three kinds of evidence, each a table lookup: function words, words of the city's catalog, and, where these say little (a text of a few
words), groups of letters (``_language_english.py`` and ``_language_french.py``, read when a text first needs them). What a form or page
said (``hints["language"]``) is a prior, not the answer.

Does not: tell languages apart that are not in its tables; another Latin-script language ends as ``und`` when its own function words
outweigh the city's, and a text in another script always does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from normalizer._language_tables import FUNCTION_WORDS, OTHER, WORDS
from normalizer.classify.lexicon import compiled
from normalizer.model import Language
from normalizer.pipeline import Context, Work
from normalizer.words import Reading, Words

_CAP = 160
"""Function words are so frequent that this many words decide."""
_ENOUGH = 4.0
"""Points of function words above which letters are not looked at."""

_WORD = re.compile(r"[^\W\d_]+")
_LETTER_WORDS = 40
"""Where letters decide, these many words of the text do."""
_FOREIGN_LETTERS = "ñßåäöøãõąćęłńśźżčďěňřšťůžőűşğıțșăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ¿¡"
"""Letters that neither French nor English has."""
_POINT = 4.0
"""Units of the logarithm of likelihood that one point of function words is worth."""


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
    if not body.text.isascii():
        other += min(sum(map(body.text[:600].count, _FOREIGN_LETTERS)), 4)
    if other >= 2.0 and other > 1.5 * max(scores.values(), default=0.0):
        return Language()
    if max(scores.values(), default=0.0) < _ENOUGH:
        for text in (body, subject):
            _letters(text, scores)
    declared = prior[:2].lower() if prior else None
    return _decide(scores, other, declared, foreign=not tokens and _has_letters(body.text))


def _letters(words: Words, scores: dict[str, float]) -> None:
    """Groups of letters of the single words, accents and elisions included; French and English only."""
    if "fr" not in scores or "en" not in scores:
        return
    text = words.text[:600].lower()
    balance = sum(map(_balance, _WORD.findall(text)[:_LETTER_WORDS]))
    if "'" in text or "’" in text:
        text = text.replace("’", "'")
        balance += 4.0 * sum(text.count(f"{head}'") for head in ("l", "d", "qu", "n", "c", "j"))
        balance -= 6.0 * sum(text.count(f"'{tail}") for tail in ("s ", "t ", "re ", "ve ", "ll "))
    scores["fr" if balance > 0 else "en"] += abs(balance) / _POINT


@lru_cache(maxsize=16_384)
def _balance(word: str) -> float:
    """How French (positive) or English (negative) a single word looks by its letters."""
    weights = _weights()
    word = word[:30]
    total = 0
    for size in (1, 2, 3, 4, 5):
        for at in range(len(word) - size + 1):
            total += weights.get(word[at : at + size], 0)
    return total / 2.0


@lru_cache(maxsize=1)
def _weights() -> dict[str, int]:
    """Each group of letters with its halves of a unit, positive for French."""
    from normalizer._language_english import GROUPS as ENGLISH
    from normalizer._language_french import GROUPS as FRENCH

    weights: dict[str, int] = {}
    for groups, sign in ((FRENCH, 1), (ENGLISH, -1)):
        for (halves, size), joined in groups.items():
            for at in range(0, len(joined), size):
                weights[joined[at : at + size]] = sign * halves
    return weights


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
