"""The words of a text as numbers: stems, pairs of stems and letters in a row, each hashed into one of some 500,000 buckets.

Letters are read within words (three to five, with the word's beginning and end), so that a misspelt or an inflected word still shares most
of them. Everything runs on the folded text (lower case, no accents); figures are one sign, so that house numbers do not matter. Training
and reading use this module alike. It needs numpy, which is imported with it: whoever only counts the catalog's words does not pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from normalizer.words import stem

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

BITS = 18
"""Each of the two halves (words, letters) has 2 ** BITS buckets."""
WIDTH = 2 << BITS
WORDS_READ = 160
"""What a message is about stands in its beginning; more words are not read."""
_LONGEST = 40
"""Letters of one word that are read."""
_MULTIPLIER = np.uint64(0x9E37_79B9_7F4A_7C15)
"""2 ** 64 divided by the golden ratio: Fibonacci hashing, Knuth, The Art of Computer Programming 3, 6.4."""
_SHIFT = np.uint64(64 - BITS)
_FEW, _MANY = 3, 5


def _codes() -> Ints:
    out = np.zeros(256, np.int64)
    out[ord("a") : ord("z") + 1] = np.arange(1, 27)
    out[ord("0") : ord("9") + 1] = 27
    return out


_CODES = _codes()


class Entry(NamedTuple):
    """A word: its hash, the buckets of its letters in a row and of itself, and how many these are."""

    hash: int
    buckets: NDArray[np.int32]
    size: int


_entries: dict[str, Entry] = {}
"""Words that were met: residents use few. Emptied when it is full."""
_KEPT = 8_192
_FIGURES = "0"
"""How every number is hashed."""


def entries(tokens: Sequence[str]) -> list[Entry]:
    """The entry of each token. They should be different: a token that was never met is worked out for each time that it is there."""
    found = list(map(_entries.get, tokens))
    missing = [at for at, entry in enumerate(found) if entry is None]
    if missing:
        words = [_FIGURES if tokens[at].isdigit() else tokens[at][:_LONGEST] for at in missing]
        learnt = _learn(words)
        if len(_entries) + len(words) > _KEPT:
            _entries.clear()
        _entries.update(zip(words, learnt, strict=True))
        for at, entry in zip(missing, learnt, strict=True):
            found[at] = entry
    return found  # type: ignore[return-value]  # the missing ones have just been learnt


def _learn(words: list[str]) -> list[Entry]:
    hashes = [crc32(stem(word).encode()) for word in words]
    singles = _mix(np.array(hashes, np.uint64)) + (1 << BITS)
    letters, at = letter_buckets(words)
    order = np.argsort(at, kind="stable")
    buckets = np.insert(letters[order], np.searchsorted(at[order], np.arange(len(words)), side="right"), singles).astype(np.int32)
    ends = np.cumsum(np.bincount(at, minlength=len(words)) + 1).tolist()
    starts = [0, *ends]
    return [Entry(value, buckets[start:end].copy(), end - start) for value, start, end in zip(hashes, starts, ends, strict=False)]


def pair_buckets(hashes: NDArray[np.uint64]) -> Ints:
    """The bucket of each pair of neighbours among the hashes of words (one fewer)."""
    return _mix(hashes[:-1] * np.uint64(31) + hashes[1:] * np.uint64(17) + np.uint64(7)) + (1 << BITS)


def letter_buckets(words: Sequence[str]) -> tuple[Ints, Ints]:
    """The buckets of the letters in a row, and the index of the word that each stands in."""
    line = f" {' '.join(words)} ".encode("ascii", "replace")
    codes = _CODES[np.frombuffer(line, np.uint8)]
    spaces = np.cumsum(codes == 0)
    count = len(codes)
    buckets, places = [], []
    value = codes
    for size in range(2, _MANY + 1):
        if count < size:
            break
        value = value[: count - size + 1] * 28 + codes[size - 1 :]
        if size >= _FEW:
            # No space among the letters between the first and the last: the row stays within one word.
            inside = np.flatnonzero(spaces[size - 2 : count - 1] == spaces[: count - size + 1])
            buckets.append(_mix((value[inside] * 8 + size).astype(np.uint64)))
            places.append(spaces[inside] - 1)
    if not buckets:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(buckets), np.concatenate(places)


def _mix(values: NDArray[np.uint64]) -> Ints:
    return (values * _MULTIPLIER >> _SHIFT).astype(np.int64)
