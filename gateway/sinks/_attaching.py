"""Sends a request's files one after the other, within the time that an attempt has, and says which could not be sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from channels.base import Permanent, Temporary
from gateway.sinks.base import Attached, Attempt, Deferred, Rejected
from normalizer.model import ServiceRequest

Put = Callable[[Attached], Awaitable[Deferred | Rejected | None]]
"""Sends one file unless the other side holds it already; None is success. May raise what ``Files.content`` raises."""


async def attach(request: ServiceRequest, attempt: Attempt, put: Put, *, largest: int, until: float) -> Deferred | tuple[str, ...]:
    """Send every file; Deferred where some are left, else a coded word for each that never can be sent.

    ``largest`` is in bytes. ``until`` is a moment of the event loop's clock after which no further file is begun: an attempt that was
    cut in the middle of a file would begin that file anew for ever. A file that the other side refuses does not make the request a
    dead letter: it has the request.
    """
    clock = asyncio.get_running_loop().time
    missed: list[str] = []
    try:
        for file in await attempt.files.of(request):
            if file.size > largest:
                missed.append("file_too_large")
                continue
            if clock() > until:
                return Deferred("files_left", scope="delivery")
            try:
                answer = await put(file)
            except Permanent:
                missed.append("file_gone")
                continue
            if isinstance(answer, Deferred):
                return answer
            if answer is not None:
                missed.append("file_refused")
    except Temporary:
        return Deferred("files_unavailable", scope="delivery")
    return tuple(missed)
