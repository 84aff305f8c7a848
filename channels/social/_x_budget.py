"""How many posts and people X may still be asked for today, which it charges for one by one.

The count is in the notebook, written before a call with the most that the call can bring and corrected after it, so that a crash in
between counts too many and never too few. X charges the same resource once a day (UTC); what it charges is at most what is counted here.

Source: docs.x.com/x-api/getting-started/pricing ("Charged per resource returned in the response").
"""

from __future__ import annotations

from datetime import UTC, datetime

import orjson

from channels.base import Notebook

NOTE = "reads"
PER_POST = 6
"""Resources that one mention can bring: itself, its author, the posts that it answers and quotes, and their authors."""
LEAST = 5
"""X gives no smaller page."""


class Budget:
    """The reads of one channel on one day."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._day, self._used = "", 0

    async def load(self, notebook: Notebook | None) -> None:
        """Read what was used, where there is a notebook; a new day begins at nothing."""
        today = datetime.now(UTC).date().isoformat()
        note = await notebook.get(NOTE) if notebook is not None else None
        if note:
            try:
                found = orjson.loads(note)
                self._day, self._used = str(found["day"]), int(found["used"])
            except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
                self._day, self._used = today, self.most  # a note that cannot be read must not cost money
        if self._day != today:
            self._day, self._used = today, 0

    @property
    def left(self) -> int:
        """What may still be read today."""
        return max(0, self.most - self._used)

    @property
    def page(self) -> int:
        """How many posts the next page may have: 5 to 100, or 0 when the budget is used up."""
        page = min(100, self.left // PER_POST)
        return page if page >= LEAST else 0

    async def spend(self, notebook: Notebook, count: int) -> None:
        """Count reads; negative to give back what was not used."""
        self._used += count
        await notebook.put(NOTE, orjson.dumps({"day": self._day, "used": self._used}).decode())

    def __str__(self) -> str:
        if self.page == 0:
            return f"today's {self.most} reads are used up: mentions wait at X until 00:00 UTC"
        return f"{self._used} of today's {self.most} reads used"
