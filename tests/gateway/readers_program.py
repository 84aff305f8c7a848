"""Reads messages in real reader processes and prints what came of each: run by the tests as a program, since it forks.

The content tells the channel what to do: allocate without end, compute without end, die, raise, recurse, wait, or be a message.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from channels.base import RawMessage, Unreadable
from gateway.clock import new_id, now
from gateway.readers import zygote
from gateway.readers.child import Reader
from gateway.readers.pool import Readers
from gateway.readers.wire import Unread
from gateway.store.stored import Stored
from normalizer.catalog import Catalog
from normalizer.model import Attachment, InboundMessage, Sender
from normalizer.pipeline import Context

CITY = "springfield.example.gov"


class Obedient:
    """A channel that does what its messages say."""

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Do what the content says, or make a message of it."""
        word = raw.content.decode().partition(":")[0]
        if word == "allocate":
            held = []
            while True:
                held.append(bytearray(64 << 20))
        if word == "compute":
            while True:
                pass
        if word == "die":
            os._exit(3)
        if word == "wait":
            time.sleep(60)
        if word == "raise":
            raise RuntimeError("a bug in a parser")
        if word == "unreadable":
            raise Unreadable("no message at all")
        if word == "recurse":
            return self.translate(raw)
        files = [Attachment(filename="a.bin", content=b"attached", size=8)] if word == "attach" else []
        sender = Sender(address="r@example.net")
        return InboundMessage(channel="email", channel_id="mail", text=raw.content.decode(), sender=sender, attachments=files)


def stored(number: int, content: str, **fields: str) -> Stored:
    """A message as it is read back from the inbox."""
    raw = RawMessage(f"<{number}>", now(), "text/plain", content.encode(), {})
    return Stored(number, new_id(), fields.get("city", CITY), fields.get("channel", "mail"), raw, len(content), None)


async def main(source: zygote.Zygote, contents: list[str]) -> None:
    """Read all in one batch and print one word for each."""
    readers = Readers(source, processes=2, deadline=12)
    batch = [stored(number, content, **({"channel": "gone"} if content == "gone" else {})) for number, content in enumerate(contents)]
    results = await readers.read(batch)
    found = []
    for one, result in zip(batch, results, strict=True):
        if isinstance(result, Unread):
            found.append(result.reason)
        else:
            assert result.message.intake_id == one.intake_id
            found.append(result.message.attachments[0].sha256 if result.message.attachments else result.message.disposition or "read")
    sys.stdout.write(json.dumps({"results": found, "deaths": readers.deaths}) + "\n")
    await readers.close()


if __name__ == "__main__":
    blobs = Path(sys.argv[1])
    service = {"service_code": "other", "service_name": {"en": "Other"}, "description": {}, "group": "other", "department": "311"}
    context = Context(CITY, Catalog.model_validate({"services": [service]}))
    reader = Reader({"mail": Obedient()}, {CITY: context}, str(blobs), cpu_seconds=1)
    asyncio.run(main(zygote.start(lambda: reader), sys.argv[2:]))
