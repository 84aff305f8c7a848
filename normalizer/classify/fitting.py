"""A model from a catalog alone, in closed form: names, descriptions, keywords and the example sentences of each service.

Ridge regression in its dual form (Saunders, Gammerman and Vovk 1998): one weight for each text of the catalog, found by solving one linear
system, without iteration or chance. It takes about a second for a catalog of forty services, so that a changed catalog needs no training;
the shipped one is fitted beforehand (``intake311 train`` without data).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from normalizer.catalog import Catalog, Service
from normalizer.classify import linear
from normalizer.classify.linear import Features, Linear
from normalizer.words import words

TEMPERATURE = 9.0
"""Fitted on sentences of ours and on residents' texts of another city (docs/quality/classify.md)."""
THRESHOLD = 0.35
NOTHING = -1.0
"""Points of a service for which a text says nothing; 1 is what its own texts aim at."""
_RIDGE = 1.0
_SENTENCE, _KEYWORD, _KEYWORDS = 1.0, 0.3, 0.6
AT_ONCE = 4
"""Keywords that are one text where the catalog is fitted on the spot: the system grows with the cube of the texts."""
_WIDE = 24
"""A feature of more texts than this is multiplied as a column, a rarer one pair by pair."""
_BLOCK = 512
_PAIRS = 1_000_000
"""Columns, and pairs, that are multiplied at once: what bounds the memory."""


class _Text(NamedTuple):
    features: Features
    service: int
    weight: float


def digest(catalog: Catalog) -> str:
    """What a model fitted on the catalog depends on, as SHA-256 in hex."""
    parts = [
        [service.service_code, *(f"{kind}{language}{text}" for kind, language, text in _texts(service))] for service in catalog.services
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def fit(catalog: Catalog, *, at_once: int = AT_ONCE) -> Linear:
    """The model of a catalog; ``at_once`` keywords are read as one text (1 is the most exact, and slowest)."""
    texts = list(_documents(catalog, at_once))
    size = max(len(catalog.services), 1)
    buckets, frequency = np.unique(np.concatenate([text.features.buckets for text in texts] or [np.zeros(0, np.int64)]), return_counts=True)
    rarity = linear.inverse_frequency(len(texts), frequency).astype(np.float32)
    rows = [np.searchsorted(buckets, text.features.buckets) for text in texts]
    values = [linear.weigh(text.features, rarity[row]) for text, row in zip(texts, rows, strict=True)]
    wanted = np.zeros((len(texts), size))
    for number, text in enumerate(texts):
        wanted[number, text.service] = 1.0 - NOTHING
    system = _products(rows, values, len(buckets))
    system[np.diag_indices(len(texts))] += _RIDGE / np.array([text.weight for text in texts])
    solved = np.linalg.solve(system, wanted).astype(np.float32) if texts else np.zeros((0, size), np.float32)
    weights = np.zeros((len(buckets), size), np.float32)
    for row, value, one in zip(rows, values, solved, strict=True):
        weights[row] += value[:, None] * one  # buckets of one text are all different
    small, factors = linear.packed(weights)
    return Linear(
        codes=tuple(service.service_code for service in catalog.services),
        buckets=buckets.astype(np.int32),
        rarity=rarity,
        unmet=float(linear.inverse_frequency(len(texts), 0)),
        weights=small,
        factors=factors,
        bias=np.full(size, NOTHING, np.float32),
        temperature=TEMPERATURE,
        threshold=THRESHOLD,
        card={"made_from": "catalog", "catalog": digest(catalog), "texts": len(texts)},
    )


def _products(rows: Sequence[NDArray[np.int64]], values: Sequence[NDArray[np.float32]], width: int) -> NDArray[np.float64]:
    """The products of all texts with each other."""
    count = len(rows)
    total = np.zeros((count, count))
    if not count:
        return total
    text = np.repeat(np.arange(count), [len(row) for row in rows])
    feature, value = np.concatenate(rows), np.concatenate(values)
    order = np.argsort(feature, kind="stable")
    text, feature, value = text[order], feature[order], value[order]
    starts = np.searchsorted(feature, np.arange(width + 1))
    sizes = np.diff(starts)
    wide = np.flatnonzero(sizes > _WIDE)
    for first in range(0, len(wide), _BLOCK):
        chosen = wide[first : first + _BLOCK]
        block = np.zeros((count, len(chosen)), np.float32)
        for column, one in enumerate(chosen):
            part = slice(starts[one], starts[one + 1])
            block[text[part], column] = value[part]
        total += block @ block.T
    flat = total.reshape(-1)
    for size in range(1, _WIDE + 1):
        narrow = starts[:-1][sizes == size]
        step = max(1, _PAIRS // (size * size))
        for first in range(0, len(narrow), step):
            at = narrow[first : first + step, None] + np.arange(size)
            pairs = text[at][:, :, None] * count + text[at][:, None, :]
            np.add.at(flat, pairs.ravel(), (value[at][:, :, None] * value[at][:, None, :]).ravel())
    return total


def _documents(catalog: Catalog, at_once: int) -> Iterable[_Text]:
    for number, service in enumerate(catalog.services):
        together: dict[str, list[str]] = {}
        for kind, language, text in _texts(service):
            if kind == "keyword":
                together.setdefault(language, []).append(text)
            else:
                yield _Text(linear.read(words(text)), number, _SENTENCE)
        for entries in together.values():
            for first in range(0, len(entries), at_once):
                some = " ".join(entries[first : first + at_once])
                yield _Text(linear.read(words(some)), number, _KEYWORD if at_once == 1 else _KEYWORDS)


def _texts(service: Service) -> Iterable[tuple[str, str, str]]:
    """What a catalog says of a service: kind, language, text."""
    for language, text in service.service_name.items():
        yield "name", language, text
    for language, text in service.description.items():
        yield "description", language, text
    for language, examples in service.examples.items():
        for text in examples:
            yield "example", language, text
    for language, keywords in service.keywords.items():
        for text in keywords:
            yield "keyword", language, text
