"""``accept`` returns only for what is durable, refuses for now what is not, and does not care whether its caller is still there."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from channels.base import RawMessage, Receipt, Spool, StoreBusy
from gateway.clock import now
from gateway.intake import Intake
from gateway.store.blobs import LocalBlobs
from gateway.store.inbox import Arrival


class MemoryInbox:
    """An appender that keeps arrivals in memory, and can be slow or fail."""

    def __init__(self) -> None:
        self.rows: list[Arrival] = []
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def append(self, arrivals: Sequence[Arrival], /) -> list[Receipt]:
        """Keep them, unless told otherwise."""
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        self.rows += arrivals
        return [Receipt(arrival.intake_id) for arrival in arrivals]

    def close(self) -> None:
        """Nothing to close."""


class World:
    """An intake with its surroundings."""

    def __init__(self, folder: Path, *, min_free: int = 0) -> None:
        self.inbox, self.blobs = MemoryInbox(), LocalBlobs(folder / "blobs")
        self.woken = self.broken = 0
        self.seen: list[str] = []
        self.intake = Intake(
            self.inbox,
            self.blobs,
            inline_limit=1_000,
            min_free=min_free,
            watched=[folder],
            on_stored=self._wake,
            on_broken=self._break,
            observe=lambda _channel, _seconds, result: self.seen.append(result),
        )
        self.accept = self.intake.accept_for("mail", "springfield.example.gov")

    def _wake(self) -> None:
        self.woken += 1

    def _break(self) -> None:
        self.broken += 1


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An intake that works."""
    made = World(tmp_path)
    yield made
    made.inbox.gate.set()
    await made.intake.close()


def message(content: bytes = b"hello", **more: object) -> RawMessage:
    """A message as an adapter hands it over."""
    return RawMessage("<a@x.example>", now(), "message/rfc822", content, {}, **more)  # type: ignore[arg-type]  # tests pass what it takes


async def test_returning_means_stored_and_the_worker_is_woken(world: World) -> None:
    receipt = await world.accept(message())
    assert [(row.intake_id, row.raw.content, row.blob) for row in world.inbox.rows] == [(receipt.intake_id, b"hello", None)]
    await asyncio.sleep(0)
    assert (world.woken, world.seen) == (1, ["stored"])


async def test_a_large_body_is_a_blob_before_its_row_is_written(world: World) -> None:
    await world.accept(message(b"x" * 5_000))
    (row,) = world.inbox.rows
    assert row.blob is not None
    assert world.blobs.get(row.blob) == b"x" * 5_000
    assert row.row()[9] is None
    assert row.size == 5_000


async def test_a_spool_is_taken_over(world: World) -> None:
    path = world.blobs.spool_dir / "s"
    path.write_bytes(b"y" * 9_000)
    await world.accept(message(b"", spool=Spool(path, 9_000, hashlib.sha256(b"y" * 9_000).hexdigest())))
    assert world.blobs.get(world.inbox.rows[0].blob or "") == b"y" * 9_000


@pytest.mark.parametrize("size", [5, 5_000])
async def test_a_caller_that_vanishes_does_not_undo_the_commit(world: World, size: int) -> None:
    world.inbox.gate.clear()
    task = asyncio.create_task(world.accept(message(b"x" * size)))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    world.inbox.gate.set()
    async with asyncio.timeout(10):
        while not world.inbox.rows:  # noqa: ASYNC110  (the writer is a thread: there is no event to wait for)
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("error", "full"), [(OSError(28, "No space left on device"), True), (RuntimeError("a bug"), False)])
async def test_whatever_fails_is_a_temporary_refusal(world: World, error: Exception, full: bool) -> None:
    world.inbox.error = error
    with pytest.raises(StoreBusy) as caught:
        await world.accept(message())
    assert caught.value.full is full
    assert "device" not in str(caught.value)
    world.inbox.error = None
    await world.accept(message())
    assert len(world.inbox.rows) == 1, "it recovers by itself"


async def test_a_failed_sync_ends_all_promises(world: World) -> None:
    world.inbox.error = OSError(5, "Input/output error")
    with pytest.raises(StoreBusy):
        await world.accept(message())
    await asyncio.sleep(0)
    world.inbox.error = None
    assert (world.broken, world.intake.ready) == (1, False)
    with pytest.raises(StoreBusy):
        await world.accept(message())
    assert not world.inbox.rows


async def test_too_little_space_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    world = World(tmp_path, min_free=1 << 60)
    with pytest.raises(StoreBusy) as caught:
        await world.accept(message())
    assert caught.value.full
    assert not world.intake.ready
    await world.intake.close()


async def test_closing_stores_what_is_under_way_and_refuses_what_comes(world: World) -> None:
    world.inbox.gate.clear()
    waiting = asyncio.create_task(world.accept(message()))
    await asyncio.sleep(0.05)
    closing = asyncio.create_task(world.intake.close())
    await asyncio.sleep(0.05)
    with pytest.raises(StoreBusy):
        await world.accept(message())
    world.inbox.gate.set()
    receipt = await waiting
    await closing
    assert [row.intake_id for row in world.inbox.rows] == [receipt.intake_id]
