"""How far the folders of a mailbox were read: the cursor of ``email.imap``, as a text.

For each folder: its UIDVALIDITY, the highest UID that was taken, how many mails that were taken lie in the folder still, the UIDs that
could not be fetched yet, and those that were taken and could not be moved. Where UIDVALIDITY is another, UIDs mean other mails (RFC 9051
§2.3.1.1), and the folder is read from its beginning: what was taken is recognised by its source_id.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

MOST = 1_000
"""UIDs that wait to be fetched or moved again; more of them are no bad mails but a bad server."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far one folder was read. ``taken`` counts the mails in the folder that were taken, ``again`` and ``unmoved`` are UIDs."""

    validity: int
    uid: int = 0
    taken: int = 0
    again: tuple[int, ...] = ()
    unmoved: tuple[int, ...] = ()

    def waiting(self, uids: Sequence[int]) -> list[int]:
        """Which of the folder's UIDs are to be taken, ascending."""
        again = set(self.again)
        return [uid for uid in uids if uid > self.uid or uid in again]

    def grown_below(self, uids: Sequence[int]) -> bool:
        """Whether there are more mails at or below the position than were taken: UIDs appeared late, which no server should let happen."""
        return len(uids) - len(self.waiting(uids)) > self.taken

    def took(self, uid: int, *, stays: bool = True) -> Position:
        """After a mail was taken; ``stays`` is false for one that is not in the folder any more."""
        again = tuple(other for other in self.again if other != uid)
        return replace(self, uid=max(self.uid, uid), taken=self.taken + stays, again=again)

    def failed(self, uid: int) -> Position:
        """After a mail could not be fetched: it is tried again, and those behind it are taken meanwhile."""
        again = self.again if uid in self.again else (*self.again, uid)
        return replace(self, uid=max(self.uid, uid), again=again)

    def not_moved(self, uids: Collection[int]) -> Position:
        """After mails that were taken could not be moved; the oldest are given up when there are too many."""
        return replace(self, unmoved=tuple(sorted({*self.unmoved, *uids}))[-MOST:])

    def moved(self, uids: Collection[int]) -> Position:
        """After mails that were taken were moved out of the folder."""
        return replace(self, taken=max(0, self.taken - len(uids)), unmoved=tuple(uid for uid in self.unmoved if uid not in uids))

    def seen(self, uids: Sequence[int]) -> Position:
        """With what is not in the folder any more forgotten."""
        there = set(uids)
        here = replace(
            self,
            again=tuple(uid for uid in self.again if uid in there),
            unmoved=tuple(uid for uid in self.unmoved if uid in there),
        )
        return replace(here, taken=len(uids) - len(here.waiting(uids)))


class Positions:
    """The positions of all folders of one channel."""

    def __init__(self, cursor: str | None) -> None:
        self._folders: dict[str, Position] = dict(_read(cursor or ""))

    def of(self, folder: str, validity: int) -> Position:
        """Where the folder was left; its beginning where it is new or its UIDs mean other mails now."""
        known = self._folders.get(folder)
        return known if known is not None and known.validity == validity else Position(validity)

    def changed(self, folder: str, validity: int) -> bool:
        """Whether the folder was read before under another UIDVALIDITY."""
        known = self._folders.get(folder)
        return known is not None and known.validity != validity

    def has(self, folder: str) -> bool:
        """Whether the folder was read before."""
        return folder in self._folders

    def put(self, folder: str, position: Position) -> None:
        """Note how far a folder was read."""
        self._folders[folder] = position

    def text(self) -> str:
        """The cursor."""
        rows = {
            folder: [each.validity, each.uid, each.taken, list(each.again), list(each.unmoved)] for folder, each in self._folders.items()
        }
        return orjson.dumps(rows, option=orjson.OPT_SORT_KEYS).decode()


def _read(cursor: str) -> Mapping[str, Position]:
    """What a cursor says; nothing where it is none of ours, which makes everything be read again."""
    try:
        rows = orjson.loads(cursor)
        return {
            folder: Position(int(validity), int(uid), int(taken), tuple(map(int, again)), tuple(map(int, unmoved)))
            for folder, (validity, uid, taken, again, unmoved) in rows.items()
        }
    except (orjson.JSONDecodeError, AttributeError, TypeError, ValueError):
        return {}
