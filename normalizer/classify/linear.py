"""A linear model over hashed features: points for each service, and how many of them each word of a text gave.

A text is two vectors, of its letters and of its words (see features), each weighted by how rare a feature is and brought to one length;
features that were never met count in the length, so that a text of unknown words gets few points. A trained model may stand on a base:
the points that the catalog alone gives are then further features of it. Weights are bytes with one factor a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from normalizer.classify import features
from normalizer.classify.features import Floats, Ints

LETTERS = 0.7
"""Length of the letters' vector beside the words', whose length is 1."""


class Features(NamedTuple):
    """A text ready to be judged by any model: each bucket once, in order, and how often it was met (1 + log).

    The first ``split`` buckets are of letters, the others of words. ``met`` are all buckets as they were met, and ``at`` the index of the
    word that each stands in.
    """

    buckets: Ints
    counts: Floats
    split: int
    words: int
    met: Ints
    at: Ints


def read(tokens: Sequence[str]) -> Features:
    """The features of a text of folded words."""
    words = features.read(tokens)
    single, pairs = features.word_buckets(words)
    letters, at = features.letter_buckets(words)
    met = np.concatenate([letters, single, pairs])
    buckets, counts = features.counted(met)
    places = np.concatenate([at, np.arange(len(single)), np.arange(len(pairs))])
    return Features(buckets, counts, int(np.searchsorted(buckets, 1 << features.BITS)), len(words), met, places)


def weigh(text: Features, rarity: Floats) -> Floats:
    """The values of a text's features: ``rarity`` of each times its count, with the two vectors at their lengths."""
    values = text.counts * rarity
    for half, length in ((slice(text.split), LETTERS), (slice(text.split, None), 1.0)):
        norm = float(np.sqrt(values[half] @ values[half]))
        if norm:
            values[half] *= length / norm
    return values


class Seen(NamedTuple):
    """A text as one model sees it: the rows of its features, their values times the rows' factors, and the points for each service."""

    text: Features
    rows: NDArray[np.int32]
    values: Floats
    points: Floats
    base: Seen | None


@dataclass(eq=False)
class Linear:
    """Weights for the services ``codes``.

    ``buckets`` are the features that have weights, in order; ``rarity`` their inverse document frequencies and ``unmet`` that of all
    others; ``weights`` (bytes) times ``factors`` are the points. ``temperature`` turns points into shares, ``slope`` and ``shift`` turn
    shares into confidences (Platt 1999; 1 and 0 leave them), and under ``threshold`` the model abstains. ``mix`` gives the points for each
    point of ``base``. ``card`` tells people what it was made from.
    """

    codes: tuple[str, ...]
    buckets: NDArray[np.int32]
    rarity: Floats
    unmet: float
    weights: NDArray[np.int8]
    factors: Floats
    bias: Floats
    temperature: float = 1.0
    slope: float = 1.0
    shift: float = 0.0
    threshold: float = 0.35
    base: Linear | None = None
    mix: Floats | None = None
    card: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def _row_of(self) -> NDArray[np.int32]:
        """For each bucket the row of its weights; the last row is that of the features without weights."""
        rows = np.full(features.WIDTH, len(self.buckets), np.int32)
        rows[self.buckets] = np.arange(len(self.buckets), dtype=np.int32)
        return rows

    @cached_property
    def _table(self) -> tuple[NDArray[np.int8], Floats, Floats]:
        """Weights, factors and rarities, with the last row added."""
        none = np.zeros((1, len(self.codes)), np.int8)
        return np.vstack([self.weights, none]), np.append(self.factors, np.float32(0)), np.append(self.rarity, np.float32(self.unmet))

    def see(self, text: Features) -> Seen:
        """The text as this model sees it, with the points for each service."""
        weights, factors, rarity = self._table
        rows = self._row_of[text.buckets]
        values = weigh(text, rarity[rows]) * factors[rows]
        points = values @ weights[rows].astype(np.float32) + self.bias
        base = None
        if self.base is not None and self.mix is not None:
            base = self.base.see(text)
            points = points + base.points @ self.mix
        return Seen(text, rows, values, np.asarray(points, np.float32), base)

    def points(self, text: Features) -> Floats:
        """Points for each service."""
        return self.see(text).points

    def given(self, seen: Seen, service: int) -> Floats:
        """How many of one service's points each word of the text gave."""
        text = seen.text
        each = seen.values * self._table[0][seen.rows, service]
        found = np.searchsorted(text.buckets, text.met)
        each = each / np.maximum(np.bincount(found, minlength=len(each)), 1)
        total = np.bincount(text.at, weights=each[found], minlength=text.words).astype(np.float32)
        if self.base is not None and self.mix is not None and seen.base is not None:
            # Of the base's services the one that speaks most for this one: its words speak for this one too.
            most = int((self.mix[:, service] * (seen.base.points - self.base.bias)).argmax())
            total += self.base.given(seen.base, most) * self.mix[most, service]
        return total


def shares(points: Floats, temperature: float, nothing: float | None = None) -> Floats:
    """Confidences of the services, which add up to 1 (softmax), or to less where ``nothing`` is as many points as no service has."""
    most = float(points.max())
    scaled = np.exp((points - most) * temperature)
    none = 0.0 if nothing is None else float(np.exp(min(50.0, (nothing - most) * temperature)))
    return np.asarray(scaled / (scaled.sum() + none), np.float32)


def calibrated(values: Any, slope: float, shift: float) -> Any:
    """Confidences from shares: the logistic function of a line over the shares' log-odds. The order stays."""
    if slope == 1.0 and shift == 0.0:
        return values
    bounded = np.clip(values, 1e-4, 1 - 1e-4)
    return 1.0 / (1.0 + np.exp(-(slope * np.log(bounded / (1.0 - bounded)) + shift)))


def packed(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], Floats]:
    """Weights as bytes, with the factor of each row."""
    factors = np.maximum(np.abs(weights).max(axis=1), 1e-9).astype(np.float32) / 127
    return np.rint(weights / factors[:, None]).astype(np.int8), factors


def inverse_frequency(texts: int, met: Floats | Ints | int) -> Any:
    """How rare a feature is that stands in ``met`` of so many texts."""
    return np.log((1.0 + texts) / (1.0 + np.asarray(met, np.float64))) + 1.0
