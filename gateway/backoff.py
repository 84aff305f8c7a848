"""How long to wait before the next attempt: exponential growth with full jitter, up to a cap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Draw = Callable[[], float]
"""A source of numbers in 0 (inclusive) to 1 (exclusive), like ``random.random``."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waiting times in seconds: ``first`` bounds the first one, each further bound is ``factor`` times the last, none above ``cap``.

    Full jitter: a time is drawn evenly between ``least`` and the bound, so that what failed together does not come back together.
    """

    first: float = 2.0
    factor: float = 2.0
    cap: float = 3600.0
    least: float = 0.2

    def bound(self, attempts: int) -> float:
        """The longest wait after ``attempts`` attempts (1 after the first)."""
        # The exponent is limited before the power is taken: 2.0 ** 2000 is an OverflowError.
        return float(min(self.cap, self.first * self.factor ** min(max(attempts, 1) - 1, 64)))

    def delay(self, attempts: int, draw: Draw) -> float:
        """A wait after ``attempts`` attempts."""
        bound = self.bound(attempts)
        least = min(self.least, bound)
        return least + draw() * (bound - least)
