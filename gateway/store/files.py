"""The files of a request, for those who pass them on: pictures as they are shown, everything else as it came."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Sequence

from sqlalchemy import Connection, select

from channels.base import Permanent, Unavailable
from gateway.errors import NotFound, StoreError
from gateway.sinks.base import Attached
from gateway.store.blobs import Blobs
from gateway.store.engine import Engines
from gateway.store.numbers import row_number
from gateway.store.tables import ATTACHMENT, REQUEST_MESSAGE
from normalizer.model import Media, ServiceRequest

_PASSED_ON = ("request", "follow_up")
"""Whose files are the request's. Somebody who saw the same problem has shown their picture, which is among ``media``, and no more."""


class StoredFiles:
    """Reads rows and blobs in threads, so that the loop never waits for the disk."""

    def __init__(self, engines: Engines, blobs: Blobs) -> None:
        self._engines, self._blobs = engines, blobs

    async def of(self, request: ServiceRequest, /) -> Sequence[Attached]:
        """The files, each content once. An inline logo is no picture of the problem, and a picture that could not be read is left out."""
        return await asyncio.to_thread(self._of, request)

    async def content(self, file: Attached, /) -> bytes:
        """The bytes; raises Permanent when they were erased, Unavailable when the store fails."""
        try:
            return await asyncio.to_thread(self._blobs.get, file.sha256)
        except NotFound as error:
            raise Permanent(f"the bytes of file {file.key} are gone") from error
        except (OSError, StoreError) as error:
            raise Unavailable(f"file {file.key} cannot be read: {type(error).__name__}") from error

    def _of(self, request: ServiceRequest) -> list[Attached]:
        number = row_number(request.service_request_id)
        if number is None:
            return []
        with self._engines.reading() as connection:
            named = list(_documents(connection, number))
        pictures = [_picture(medium) for medium in request.media]
        return list({file.sha256: file for file in [*pictures, *named]}.values())


def _documents(connection: Connection, request_id: int) -> list[Attached]:
    statement = (
        select(ATTACHMENT)
        .join(REQUEST_MESSAGE, REQUEST_MESSAGE.c.seq == ATTACHMENT.c.seq)
        .where(REQUEST_MESSAGE.c.request_id == request_id, REQUEST_MESSAGE.c.role.in_(_PASSED_ON), ATTACHMENT.c.position >= 0)
        .order_by(ATTACHMENT.c.seq, ATTACHMENT.c.position)
    )
    return [
        Attached(row.sha256[:32], row.filename or _name(row.sha256, row.media_type), row.media_type, row.size, row.sha256)
        for row in connection.execute(statement)
        if row.sha256 and not row.media_type.startswith("image/")
    ]


def _picture(medium: Media) -> Attached:
    return Attached(medium.sha256[:32], _name(medium.sha256, medium.media_type), medium.media_type, medium.size, medium.sha256, photo=True)


def _name(sha256: str, media_type: str) -> str:
    return sha256[:12] + (mimetypes.guess_extension(media_type) or "")
