"""Progress bars on standard error, where that is a terminal; elsewhere nothing."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """One bar for each step. It appears with the first thing that is done, so that what must come before any thread can (a fork)."""

    def __init__(self, title: str, total: int | None = None) -> None:
        self._title, self._total = title, total
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._wanted = sys.stderr.isatty()

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        if self._wanted:
            progress, task = self._task(self._title, self._total)
            progress.advance(task, count)

    def step(self, title: str, done: int, total: int) -> None:
        """Of the step ``title`` so much is done (a total of 0: nobody knows how much it will be)."""
        if self._wanted:
            progress, task = self._task(title, total or None)
            progress.update(task, completed=done, total=total or None)

    def say(self, line: str) -> None:
        """A line for people on standard error, above the bar."""
        if self._progress is not None:
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()

    def _task(self, title: str, total: int | None) -> tuple[Progress, TaskID]:
        if self._progress is None:
            self._progress = _started()
        if title not in self._tasks:
            self._tasks[title] = self._progress.add_task(title, total=total)
        return self._progress, self._tasks[title]


def _started() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    progress.start()
    return progress
