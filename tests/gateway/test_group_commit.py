"""The writing thread answers everybody once, with their own result, whatever comes at the same time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from channels.base import StoreBusy
from gateway.store.writer import GroupCommit


async def test_fifty_thousand_writes_from_two_loops_are_all_answered_in_order() -> None:
    """A writer that swaps its list without a lock loses one in some tens of thousands, and that sender hangs for ever."""
    written: list[int] = []

    def _write(batch: Sequence[int]) -> list[int]:
        written.extend(batch)
        return [item * 2 for item in batch]

    commits: GroupCommit[int, int] = GroupCommit(_write, name="test", max_waiting=100_000)

    async def _submit(start: int) -> None:
        for window in range(start, start + 25_000, 500):
            items = range(window, window + 500)
            assert await asyncio.gather(*(commits.submit(item) for item in items)) == [item * 2 for item in items]

    other = threading.Thread(target=lambda: asyncio.run(_submit(100_000)))
    other.start()
    await _submit(0)
    await asyncio.to_thread(other.join)
    await commits.close()
    assert len(written) == 50_000
    assert [item for item in written if item < 100_000] == list(range(25_000))


async def test_a_batch_that_fails_fails_for_everybody_in_it_and_the_next_one_succeeds() -> None:
    failing = True

    def _write(batch: Sequence[int]) -> list[int]:
        if failing:
            raise OSError(28, "No space left on device")
        return list(batch)

    commits: GroupCommit[int, int] = GroupCommit(_write, name="test")
    results = await asyncio.gather(*(commits.submit(item) for item in range(10)), return_exceptions=True)
    assert all(isinstance(result, OSError) for result in results)
    failing = False
    assert await commits.submit(1) == 1
    await commits.close()


async def test_one_item_may_fail_alone() -> None:
    commits: GroupCommit[int, int] = GroupCommit(lambda batch: [ValueError(item) if item == 3 else item for item in batch], name="test")
    results = await asyncio.gather(*(commits.submit(item) for item in range(5)), return_exceptions=True)
    assert [result if isinstance(result, int) else "failed" for result in results] == [0, 1, 2, "failed", 4]
    await commits.close()


async def test_too_much_that_waits_is_refused_and_what_waits_is_written() -> None:
    gate = threading.Event()

    def _write(batch: Sequence[bytes]) -> list[int]:
        gate.wait(10)
        return [len(item) for item in batch]

    commits: GroupCommit[bytes, int] = GroupCommit(_write, name="test", weight=len, max_waiting=10, max_waiting_weight=1_000)
    first = commits.submit(b"x")
    while commits.waiting:  # noqa: ASYNC110  (the writer is a thread: there is no event to wait for)
        await asyncio.sleep(0.001)
    waiting = [commits.submit(b"y" * 300) for _ in range(3)]
    with pytest.raises(StoreBusy):
        commits.submit(b"z" * 300)
    gate.set()
    assert await asyncio.gather(first, *waiting) == [1, 300, 300, 300]
    await commits.close()
    with pytest.raises(StoreBusy, match="stopping"):
        commits.submit(b"late")


async def test_a_caller_that_gave_up_does_not_disturb_the_others() -> None:
    gate = threading.Event()

    def _write(batch: Sequence[int]) -> list[int]:
        gate.wait(10)
        return list(batch)

    commits: GroupCommit[int, int] = GroupCommit(_write, name="test")
    gone, stays = commits.submit(1), commits.submit(2)
    gone.cancel()
    gate.set()
    assert await stays == 2
    await commits.close()
