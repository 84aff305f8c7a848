"""How much spam is held, and how many messages of people with it: as shipped, and fitted anew on folds of the data.

Data: JSON Lines ``{"text": "…", "label": "spam"}`` (``ham`` is the other label). Options: ``channel`` (``sms``), ``folds`` (5; 0 for none).
The folds need scikit-learn (the extra ``train``) and print, beside our form of model, naive Bayes on counts of words. The model that is
shipped was fitted on messages of the SMS Spam Collection: on these its own figure flatters, and the folds' counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from time import process_time
from typing import Any

from gateway.quality._shares import rows, verdicts
from normalizer import _spam
from normalizer.words import Reading

_SIGNS_KEPT = 2_200


def evaluate(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a file. Raises ValueError for a row without text or label."""
    texts: dict[str, bool] = {}
    for number, row in enumerate(rows(path), 1):
        if not isinstance(row.get("text"), str) or row.get("label") not in ("spam", "ham"):
            raise ValueError(f"row {number} has no text, or a label that is neither spam nor ham")
        texts.setdefault(row["text"], row["label"] == "spam")
    channel, folds = str(options.get("channel", "sms")), int(options.get("folds", 5))
    truth = list(texts.values())
    started = process_time()
    shipped = verdicts([_spam.suspected(Reading(text, None), text, channel) for text in texts], truth)
    figures: dict[str, Any] = {"texts": len(texts), "spam": sum(truth), "shipped": shipped}
    figures["microseconds"] = round((process_time() - started) / max(1, len(texts)) * 1e6, 1)
    figures["rules alone"] = verdicts([_spam.score(Reading(text, None), text) >= 5.0 for text in texts], truth)
    if folds > 1:
        figures |= _folded(list(texts), truth, folds, _spam.LIKELY[channel])
    return figures


def fit(signs: list[dict[str, float]], truth: list[bool]) -> tuple[dict[str, float], float]:
    """Weights and bias of the shipped form: logistic regression on signs seen at least twice, the heaviest, in tenths."""
    from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-untyped,import-not-found,unused-ignore]  # it has no types
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped,import-not-found,unused-ignore]  # it has no types

    seen = Counter(sign for found in signs for sign in found)
    vectors = DictVectorizer()
    matrix = vectors.fit_transform([{sign: value for sign, value in found.items() if seen[sign] > 1} for found in signs])
    model = LogisticRegression(C=5, max_iter=3_000).fit(matrix, truth)
    weights = dict(zip(vectors.get_feature_names_out(), model.coef_[0].tolist(), strict=True))
    kept = sorted(weights, key=lambda sign: (-abs(weights[sign]), sign))[:_SIGNS_KEPT]
    return {sign: round(weights[sign], 1) for sign in kept}, float(model.intercept_[0])


def _folded(texts: list[str], truth: list[bool], folds: int, likely: float) -> dict[str, Any]:
    from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped,import-not-found,unused-ignore]  # it has no types
    from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped,import-not-found,unused-ignore]  # it has no types
    from sklearn.naive_bayes import MultinomialNB  # type: ignore[import-untyped,import-not-found,unused-ignore]  # it has no types
    from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped,import-not-found,unused-ignore]  # it has no types

    readings = [Reading(text, None) for text in texts]
    signs = [_spam.signs(reading, text) for reading, text in zip(readings, texts, strict=True)]
    ours, bayes = [False] * len(texts), [False] * len(texts)
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=311).split(texts, truth):
        weights, bias = fit([signs[at] for at in train], [truth[at] for at in train])
        other = make_pipeline(CountVectorizer(), MultinomialNB()).fit([texts[at] for at in train], [truth[at] for at in train])
        for at, said in zip(test, other.predict([texts[at] for at in test]), strict=True):
            ours[at] = bias + sum(weights.get(sign, 0.0) * value for sign, value in signs[at].items()) - _spam.civic(readings[at]) > likely
            bayes[at] = bool(said)
    return {f"fitted on {folds} folds": verdicts(ours, truth), "naive Bayes on the same folds": verdicts(bayes, truth)}
