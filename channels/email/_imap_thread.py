"""Runs what blocks in a thread that nobody has to wait for, so that a mail server that hangs does not keep the gateway from stopping."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")


async def in_thread(call: Callable[[], Result]) -> Result:
    """The result of ``call``, or what it raised. Cancelling does not end the thread: whoever cancels closes what it waits on.

    Not ``asyncio.to_thread``: its threads are shared with the store's, and are joined when the process ends.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def _tell(result: Result | None, error: BaseException | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # without an error there is a result

    def _run() -> None:
        result, failure = None, None
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001  it is raised where the result is awaited
            failure = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(_tell, result, failure)

    threading.Thread(target=_run, name="imap", daemon=True).start()
    return await future
