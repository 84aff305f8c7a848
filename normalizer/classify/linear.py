"""A linear model over hashed features: points for each service, and how many of them each word of a text gave.

A text is two vectors, of its letters and of its words (see features), each weighted by how rare a feature is and brought to one length;
features that were never met count in the length, so that a text of unknown words gets few points. A trained model may stand on a base:
the points that the catalog alone gives are then further features of it. Weights are bytes with one factor a row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, count
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from normalizer.classify import features
from normalizer.classify.features import Floats, Ints

LETTERS = 0.7
"""Length of the letters' vector beside the words', whose length is 1."""
_TINY = np.float32(1e-30)


class Features(NamedTuple):
    """A text ready to be judged by any model: each bucket once, in order, how often it was met, and 1 + log of that.

    The first ``split`` buckets are of letters, the others of words. ``order`` has for each word of the text which of its different words it
    is; ``parts`` are the buckets of these with ``of``, the different word that each belongs to; ``pairs`` that of each word with the next.
    """

    buckets: NDArray[np.int32]
    times: NDArray[np.int32]
    counts: Floats
    split: int
    order: Ints
    parts: NDArray[np.int32]
    of: Ints
    pairs: NDArray[np.int32]


_MOST = 8_192
_COUNTS = (1.0 + np.log(np.maximum(np.arange(_MOST), 1))).astype(np.float32)
"""1 + log of each count that a text of :data:`features.WORDS_READ` words of 40 letters can have."""
_BITS = 8
"""Bits of how often one word stands in a text: at most :data:`features.WORDS_READ` times."""
_TOGETHER = 64
"""Texts that are read at once, which bounds the memory."""


def read(tokens: Sequence[str]) -> Features:
    """The features of a text of folded words."""
    return read_all([tokens])[0]


def read_all(texts: Sequence[Sequence[str]]) -> list[Features]:
    """The features of texts, each as if it were read alone: of many at once each costs half."""
    return [found for start in range(0, len(texts), _TOGETHER) for found in _read(texts[start : start + _TOGETHER])]


def _read(texts: Sequence[Sequence[str]]) -> list[Features]:
    # The different words of each text, text after text, and which of these each word of a text is.
    different: list[str] = []
    listed: list[int] = []
    firsts, starts = [0], [0]
    for tokens in texts:
        numbers: defaultdict[str, int] = defaultdict(count(len(different)).__next__)
        listed.extend(map(numbers.__getitem__, tokens[: features.WORDS_READ]))
        different += numbers
        firsts.append(len(different))
        starts.append(len(listed))
    if not listed:
        return [_NOTHING] * len(texts)
    order = np.array(listed)
    entries = features.entries(different)
    sizes = [entry.size for entry in entries]
    parts = np.concatenate([entry.buckets for entry in entries])
    of = np.repeat(np.arange(len(entries)), sizes)
    pairs = features.pair_buckets(np.array([entry.hash for entry in entries], np.uint64)[order]).astype(np.int32)
    # Bucket and count in one number: sorting brings together what is counted together.
    part_keys = parts << _BITS | np.bincount(order, minlength=len(entries)).astype(np.int32)[of]
    pair_keys = pairs << _BITS | np.int32(1)
    cuts = [0, *accumulate(sizes)]
    bounds = [0]
    keys: list[NDArray[np.int32]] = []
    for at in range(len(texts)):
        # Every word has a key for its pair with the next one but the last of the text.
        paired = pair_keys[starts[at] : max(starts[at], starts[at + 1] - 1)]
        key = np.concatenate([part_keys[cuts[firsts[at]] : cuts[firsts[at + 1]]], paired])
        key.sort()
        keys.append(key)
        bounds.append(bounds[-1] + len(key))
    key = np.concatenate(keys)
    bucket = key >> _BITS
    new = np.empty(len(key), np.bool_)
    np.not_equal(bucket[1:], bucket[:-1], out=new[1:])
    new[[bound for bound in bounds[:-1] if bound < len(key)]] = True
    begin = np.flatnonzero(new)
    times = np.add.reduceat(key & ((1 << _BITS) - 1), begin)
    buckets = bucket[begin]
    values = _COUNTS[times]
    ends = np.searchsorted(begin, bounds).tolist()
    found = []
    for at in range(len(texts)):
        one = slice(ends[at], ends[at + 1])
        first, start = firsts[at], starts[at]
        part = slice(cuts[first], cuts[firsts[at + 1]])
        found.append(
            Features(
                buckets[one],
                times[one],
                values[one],
                int(buckets[one].searchsorted(1 << features.BITS)),
                order[start : starts[at + 1]] - first,
                parts[part],
                of[part] - first,
                pairs[start : max(start, starts[at + 1] - 1)],
            )
        )
    return found


_NONE = np.zeros(0, np.int32)
_NOTHING = Features(_NONE, _NONE, np.zeros(0, np.float32), 0, np.zeros(0, np.int64), _NONE, np.zeros(0, np.int64), _NONE)


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
        return self.see_all([text])[0]

    def see_all(self, texts: Sequence[Features]) -> list[Seen]:
        """Texts as this model sees them, each as if it were seen alone."""
        weights, factors, rarity = self._table
        rows = self._row_of.take(np.concatenate([text.buckets for text in texts]))
        values = np.concatenate([text.counts for text in texts]) * rarity.take(rows)
        ends = list(accumulate(size for text in texts for size in (text.split, len(text.buckets) - text.split)))
        halves = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
        squares = [values[half] @ values[half] for half in halves]
        lengths = np.tile([LETTERS, 1.0], len(texts)) / np.maximum(np.sqrt(np.array(squares, np.float32)), _TINY)
        values *= np.repeat(lengths.astype(np.float32), [half.stop - half.start for half in halves])
        values *= factors.take(rows)
        bases = [None] * len(texts) if self.base is None or self.mix is None else self.base.see_all(texts)
        seen = []
        for text, base, letters, words in zip(texts, bases, halves[::2], halves[1::2], strict=True):
            own, part = values[letters.start : words.stop], rows[letters.start : words.stop]
            points = own @ weights.take(part, axis=0).astype(np.float32) + self.bias
            if base is not None and self.mix is not None:
                points = points + base.points @ self.mix
            seen.append(Seen(text, part, own, np.asarray(points, np.float32), base))
        return seen

    def points(self, text: Features) -> Floats:
        """Points for each service."""
        return self.see(text).points

    def given(self, seen: Seen, service: int) -> Floats:
        """How many of one service's points each word of the text gave."""
        text = seen.text
        each = seen.values * self._table[0][seen.rows, service] / text.times.astype(np.float32)
        parts, pairs = _looked_up(text, each)
        total = np.bincount(text.of, weights=parts).take(text.order).astype(np.float32)
        total[: len(pairs)] += pairs
        if self.base is not None and self.mix is not None and seen.base is not None:
            # Of the base's services the one that speaks most for this one: its words speak for this one too.
            most = int((self.mix[:, service] * (seen.base.points - self.base.bias)).argmax())
            total += self.base.given(seen.base, most) * self.mix[most, service]
        return total


_tables: list[Floats] = []
"""Tables with a place for every bucket that nobody uses now; whoever takes one has it alone."""


def _looked_up(text: Features, values: Floats) -> tuple[Floats, Floats]:
    """What the parts and the pairs of a text have of ``values``, which are those of its buckets."""
    try:
        table = _tables.pop()
    except IndexError:
        table = np.empty(features.WIDTH, np.float32)
    table[text.buckets] = values
    found = table.take(text.parts), table.take(text.pairs)
    _tables.append(table)
    return found


def shares(points: Floats, temperature: float, nothing: float | None = None) -> Floats:
    """Confidences of the services for each row of points; they add up to 1 (softmax), or to less where ``nothing`` is as many points as no
    service has.
    """
    most = points.max(axis=-1, keepdims=True)
    scaled = np.exp((points - most) * np.float32(temperature))
    total = scaled.sum(axis=-1, keepdims=True)
    if nothing is not None:
        total = total + np.exp(np.minimum(50.0, (nothing - most.astype(np.float64)) * temperature)).astype(np.float32)
    return np.asarray(scaled / total, np.float32)


def together(seen: Sequence[Seen]) -> Floats:
    """The points of texts, a row for each."""
    return np.stack([one.points for one in seen])


def ranked(shares: Floats, most: int) -> list[list[tuple[int, float]]]:
    """For each row the services with the greatest shares, greatest first; of equal ones the later service."""
    order = shares.argsort(axis=-1, kind="stable")[:, ::-1][:, :most]
    rows = zip(order.tolist(), np.take_along_axis(shares, order, -1).tolist(), strict=True)
    return [list(zip(services, values, strict=True)) for services, values in rows]


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
