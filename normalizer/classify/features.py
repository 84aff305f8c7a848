"""The words of a text as numbers: stems, pairs of stems and letters in a row, each hashed into one of some 500,000 buckets.

Letters are read within words (three to five, with the word's beginning and end), so that a misspelt or an inflected word still shares most
of them. Everything runs on the folded text (lower case, no accents); figures are one sign, so that house numbers do not matter. Training
and reading use this module alike. It needs numpy, which is imported with it: whoever only counts the catalog's words does not pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
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


def read(tokens: Sequence[str]) -> list[str]:
    """The words that count, as they are hashed: figures as one sign, none longer than 40 letters."""
    return ["0" if token.isdigit() else token[:_LONGEST] for token in tokens[:WORDS_READ]]


def word_buckets(words: Sequence[str]) -> tuple[Ints, Ints]:
    """The bucket of each word, and of each pair of neighbours (one fewer)."""
    hashes = np.fromiter(map(_hash, words), np.uint64, len(words))
    pairs = hashes[:-1] * np.uint64(31) + hashes[1:] * np.uint64(17) + np.uint64(7)
    return _mix(hashes) + (1 << BITS), _mix(pairs) + (1 << BITS)


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


def counted(buckets: Ints) -> tuple[Ints, Floats]:
    """Each bucket once, in order, with 1 + log of how often it was met."""
    unique, counts = np.unique(buckets, return_counts=True)
    return unique, (1.0 + np.log(counts)).astype(np.float32)


@lru_cache(maxsize=32_768)
def _hash(word: str) -> int:
    return crc32(stem(word).encode())


def _mix(values: NDArray[np.uint64]) -> Ints:
    return (values * _MULTIPLIER >> _SHIFT).astype(np.int64)
