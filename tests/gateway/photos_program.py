"""Reads messages with pictures in real reader processes and prints what came of them: run by the tests as a program, since it forks.

A picture whose bytes go on with ``die``, ``compute`` or ``allocate`` makes the codec do so.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from pathlib import Path

from channels import photo
from channels.base import RawMessage
from gateway.clock import new_id, now
from gateway.readers import photos, zygote
from gateway.readers.child import Reader
from gateway.readers.pool import Readers
from gateway.readers.wire import Unread
from gateway.store.blobs import LocalBlobs
from gateway.store.stored import Stored
from normalizer.catalog import Catalog
from normalizer.model import Attachment, InboundMessage, Sender
from normalizer.pipeline import Context

CITY = "springfield.example.gov"
_read = photo.read


def read(content: bytes) -> photo.Photo:
    """The codec, with a fault where the picture asks for one."""
    if b"die" in content[:16]:
        os._exit(11)
    if b"compute" in content[:16]:
        while True:
            pass
    if b"allocate" in content[:20]:
        held = []
        while True:
            held.append(bytearray(64 << 20))
    return _read(content)


class Album:
    """A channel whose messages are the names of files to attach."""

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Attach what the content names."""
        files = [Attachment(filename=Path(name).name, content=Path(name).read_bytes()) for name in raw.content.decode().split()]
        return InboundMessage(
            channel="email", channel_id="mail", text="See the photo", sender=Sender(address="r@example.net"), attachments=files
        )


async def main(source: zygote.Zygote, blobs: Path, names: list[str]) -> None:
    """Read one message for each argument, then ask for a look at the first file of the blob store."""
    readers = Readers(source, processes=1, deadline=20)
    batch = [
        Stored(number, new_id(), CITY, "mail", RawMessage(f"<{number}>", now(), "text/plain", content.encode(), {}), len(content), None)
        for number, content in enumerate(names)
    ]
    results = [
        {"unread": result.reason}
        if isinstance(result, Unread)
        else json.loads(result.message.model_dump_json()) | {"requests": [json.loads(r.model_dump_json()) for r in result.requests]}
        for result in await readers.read(batch)
    ]
    store = LocalBlobs(blobs)
    looks = []
    for name in " ".join(names).split() if photos.PATIENCE else ():
        content = await asyncio.to_thread(Path(name).read_bytes)
        (digest,) = store.put_many([content])
        picture = await readers.picture(Attachment(sha256=digest, size=len(content), filename=Path(name).name))
        assert digest == hashlib.sha256(content).hexdigest()
        looks.append({"doubt": picture.doubt, "file": json.loads(picture.file.model_dump_json())})
    sys.stdout.write(json.dumps({"messages": results, "looks": looks, "deaths": readers.deaths}) + "\n")
    await readers.close()


if __name__ == "__main__":
    photo.read = read
    if "INTAKE_NO_PATIENCE" in os.environ:
        photos.PATIENCE = 0.0  # type: ignore[misc]  # as on a machine that has other things to do
    photos.CPU_SECONDS = 1  # type: ignore[misc]  # shorter than in the gateway, so that the tests are
    service = {"service_code": "other", "service_name": {"en": "Other"}, "description": {}, "group": "other", "department": "311"}
    context = Context(CITY, Catalog.model_validate({"services": [service]}))
    reader = Reader({"mail": Album()}, {CITY: context}, sys.argv[1])
    asyncio.run(main(zygote.start(lambda: reader), Path(sys.argv[1]), sys.argv[2:]))
