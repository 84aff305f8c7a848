"""Writes for an event loop: pieces of work that share one thread, one transaction and one commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from gateway.store.engine import Engines
from gateway.store.writer import GroupCommit

Result = TypeVar("Result")
Piece = Callable[[Connection], Any]


class Transactions:
    """Runs functions of a connection in the store's writing thread; each is durable, or undone, when its await ends.

    Functions that wait at the same time share a transaction; one that raises undoes only itself. Where the database itself fails (locked,
    full, gone), all of them raise channels.base.Unavailable.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._commits: GroupCommit[Piece, Any] = GroupCommit(self._write, name="store", max_items=64)

    async def run(self, piece: Callable[[Connection], Result]) -> Result:
        """Run ``piece`` in a writing transaction and return what it returns once that is durable."""
        result: Result = await self._commits.submit(piece)
        return result

    async def close(self) -> None:
        """Finish what is waiting."""
        await self._commits.close()

    def _write(self, pieces: Sequence[Piece]) -> list[Any]:
        with self._engines.writing() as connection:
            if len(pieces) == 1:
                return [pieces[0](connection)]
            return [_apart(connection, piece) for piece in pieces]


def _apart(connection: Connection, piece: Piece) -> Any:
    try:
        with connection.begin_nested():
            return piece(connection)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001  (it is raised again where the piece is awaited)
        return error
