"""Processing on demand, in the process of a command: readers, a worker and the store, for as long as the command runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from gateway.cli._common import Opened
from gateway.errors import NotFound
from gateway.readers import zygote
from gateway.readers.child import Reader
from gateway.readers.pool import Readers
from gateway.store.claims import open_claims, read_back
from gateway.store.outcome import Outbox, Outcome
from gateway.store.transactions import Transactions
from gateway.worker import Worker

_BATCH = 64


@asynccontextmanager
async def worker(store: Opened, *, processes: int | None = None) -> AsyncIterator[Worker]:
    """A worker on the store. The channels must have been loaded; delivering is left to the running gateway."""
    from gateway.processing.service import outbox_of
    from gateway.replies.assembly import open_way_back

    settings = store.wired.configuration
    count = processes or settings.worker.processes
    reader = Reader(store.wired.channels, store.wired.contexts, settings.store.blobs)
    readers = Readers(zygote.start(lambda: reader), processes=count, deadline=settings.worker.deadline)
    transactions = Transactions(store.engines)
    outbox: Outbox = outbox_of(store.wired, open_way_back(store.wired, store.engines))
    try:
        yield Worker(
            open_claims(store.engines),
            readers,
            transactions,
            store.wired.contexts,
            outbox,
            adapters={name: channel.type for name, channel in store.wired.channel_settings.items()},
            batch=settings.worker.batch,
            processes=count,
            lease=2 * settings.worker.deadline + 30,
        )
    finally:
        await readers.close()
        await transactions.close()


async def release(store: Opened, intake_ids: Sequence[str], actor: str) -> list[Outcome]:
    """Make requests of held messages; raises NotFound for a message that is not there or not held."""
    from gateway.store.messages import held_ids

    with store.engines.reading() as connection:
        known = held_ids(connection, intake_ids)
        for missing in [intake_id for intake_id in intake_ids if intake_id not in known]:
            raise NotFound(f"{missing} is not held")
        found = read_back(store.engines, connection, intake_ids=list(intake_ids))
    async with worker(store, processes=1) as ours:
        return await ours.release(found, actor)


async def reread(store: Opened, intake_ids: Sequence[str], actor: str, progress: Callable[[int], None]) -> list[Outcome]:
    """Process held messages anew, screens and all; returns what became of those that could be read.

    ``progress`` is told how many are done.
    """
    if not intake_ids:
        return []
    became: list[Outcome] = []
    async with worker(store) as ours:
        for start in range(0, len(intake_ids), _BATCH):
            with store.engines.reading() as connection:
                found = read_back(store.engines, connection, intake_ids=list(intake_ids[start : start + _BATCH]))
            became += await ours.reread(found, actor)
            progress(min(start + _BATCH, len(intake_ids)))
    return became
