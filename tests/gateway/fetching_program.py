"""Fetches the due media of a store once, with real readers, and ends: run by the tests as a program that dies at a failpoint.

Arguments: the store's URL, the folder of the blobs, a file to which a line is added for each fetch.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from channels.base import FetchContext, Fetched
from channels.outward import no_client
from gateway import failpoint
from gateway.clock import now
from gateway.fetching import Fetching
from gateway.readers import zygote
from gateway.readers.child import Reader
from gateway.readers.pool import Readers
from gateway.store import media
from gateway.store.blobs import open_blobs
from gateway.store.engine import Engines
from gateway.store.location import locate
from gateway.store.media import StoredMedia
from gateway.store.transactions import Transactions
from tests.channels.photos import encoded, exif, position, scene


class Camera:
    """An adapter whose every address is a photo of the same place."""

    def __init__(self, counter: Path) -> None:
        self._counter = counter

    async def fetch(self, item: Mapping[str, Any], context: FetchContext, /) -> Fetched:
        """The photo; the call is counted."""
        with self._counter.open("a") as counter:
            counter.write(f"{item['url']}\n")
        return Fetched(encoded(scene(), "JPEG", exif=exif(position(45.5017, -73.5673))), "image/jpeg")


async def main(source: zygote.Zygote, store_url: str, blobs: str, counter: str) -> None:
    """Fetch what is due."""
    engines = Engines(locate(store_url))
    transactions = Transactions(engines)
    readers = Readers(source, processes=1, deadline=20)

    def due() -> bool:
        with engines.reading() as connection:
            return media.due(connection, now())

    fetching = Fetching({"text": Camera(Path(counter))}, StoredMedia(transactions), open_blobs(blobs), readers, no_client, due=due)
    attempts = await fetching.drain()
    sys.stdout.write(f"{attempts}\n")
    await readers.close()
    await transactions.close()
    engines.dispose()


if __name__ == "__main__":
    failpoint.arm(os.environ)
    blobs_folder = sys.argv[2]
    reader = Reader({}, {}, blobs_folder)
    asyncio.run(main(zygote.start(lambda: reader), *sys.argv[1:]))
