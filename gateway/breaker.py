"""Stops deliveries to a system that is down, and tries one now and then until it is up again.

::

    closed ──failures of `threshold` different deliveries in a row, or a pause that the system asked for──▶ open
    open ──its time is over──▶ half open: one delivery may try ──success──▶ closed
                                                              └─failure──▶ open, for longer
    any ──the system wants no deliveries any more──▶ disabled, until a person resets it

Times are seconds of a monotonic clock and are handed in, never read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gateway.backoff import Backoff, Draw

BreakerState = Literal["closed", "open", "half_open", "disabled"]


@dataclass(slots=True)
class Breaker:
    """The state of one sink's road. ``pauses`` gives the time that it stays open, by the number of openings in a row."""

    threshold: int
    pauses: Backoff
    draw: Draw
    state: BreakerState = "closed"
    reason: str = ""
    until: float = 0.0
    openings: int = 0
    _failed: set[str] = field(default_factory=set)

    def allowance(self, now: float, wanted: int) -> int:
        """How many of ``wanted`` attempts may begin now; an open breaker whose time is over becomes half open."""
        if self.state == "open" and now >= self.until:
            self.state = "half_open"
        if self.state in ("open", "disabled"):
            return 0
        return min(wanted, 1) if self.state == "half_open" else wanted

    def wait(self, now: float) -> float | None:
        """Seconds until an open breaker lets one through; None where no time is set (closed, half open, disabled)."""
        return max(0.0, self.until - now) if self.state == "open" else None

    def success(self) -> bool:
        """An attempt succeeded; True when this closed the breaker. Late successes of attempts from before an opening close nothing."""
        if self.state in ("open", "disabled"):
            return False
        self._failed.clear()
        changed = self.state != "closed"
        self.state, self.openings, self.reason = "closed", 0, ""
        return changed

    def failure(self, delivery_id: str, reason: str, now: float, pause: float | None = None) -> bool:
        """An attempt failed for a reason that others share; True when this opened the breaker.

        One delivery that fails again and again counts once: it must not close the road to the others. ``pause`` is a time in
        seconds that the system asked for; it opens at once and is kept.
        """
        if self.state == "disabled":
            return False
        if self.state == "open":
            self.until = max(self.until, now + (pause or 0.0))
            return False
        self._failed.add(delivery_id)
        if not pause and self.state == "closed" and len(self._failed) < self.threshold:
            return False
        self._failed.clear()
        self.openings += 1
        self.state, self.reason = "open", reason
        asked = pause or 0.0
        # A time that the system named is taken at its word, once.
        self.until = now + (asked if asked and self.openings == 1 else max(asked, self.pauses.delay(self.openings, self.draw)))
        return True

    def disable(self, reason: str) -> bool:
        """The system wants no deliveries any more; True when that is news."""
        changed = self.state != "disabled"
        self.state, self.reason = "disabled", reason
        return changed

    def reset(self) -> None:
        """A person says that the system is ready again."""
        self.state, self.openings, self.reason = "closed", 0, ""
        self._failed.clear()
