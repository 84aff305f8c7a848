"""Takes what is new in one folder of a mailbox, oldest first, and moves it away once it is durable.

Mails are fetched in small groups, and one by one where a group cannot be had, so that a mail which the server cannot deliver stops
nobody: those behind it are taken, and it is tried again at each round until it is handed over as ``unfetchable``. What is larger than the
channel takes is handed over with its headers only; sizes are asked for first.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Concatenate, Literal, ParamSpec, TypeVar
from urllib.parse import quote

import structlog

from channels.base import RawMessage, Unavailable
from channels.email._imap_answers import Fetched
from channels.email._imap_position import MOST, Position, Positions
from channels.email._imap_session import Dropped, Refused, Session
from channels.email._imap_thread import in_thread
from channels.email._source_id import HEAD_LIMIT, header_end, source_id

_log = structlog.get_logger(__name__)
_SIZES_AT_ONCE = 500
_MAILS_AT_ONCE = 50
_BYTES_AT_ONCE = 2 << 20
"""Mails of one command, and the bytes of them together; a larger mail comes alone."""
_TRIES = 5
_IDLE_ANEW = 28 * 60.0
"""Seconds after which IDLE is begun anew: servers may end a session after 30 minutes (RFC 2177)."""
_END_IDLE = 5.0
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Outcome = RawMessage | Literal["gone", "failed"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is taken and where it goes. ``patience`` (seconds): how long a mail is tried before it counts as unfetchable."""

    host: str
    max_size: int
    since: date | None = None
    processed: str | None = None
    failed: str | None = None
    patience: float = 3600.0


class Folder:
    """One folder, with its connection. ``connect`` makes a session that is signed in; what it raises ends the round."""

    def __init__(self, name: str, connect: Callable[[], Awaitable[Session]], rules: Rules) -> None:
        self.name, self._connect, self._rules = name, connect, rules
        self._session: Session | None = None
        self._under_way: asyncio.Future[bool] | None = None
        self._validity = 0
        self._tries: dict[tuple[int, int], tuple[int, float]] = {}
        self._unchanged: tuple[object, ...] | None = None

    async def take(self, positions: Positions) -> AsyncGenerator[tuple[RawMessage | None, str], None]:
        """What is new, each with the cursor that it moves to. Raises Temporary where the round cannot go on."""
        self._validity = 0
        try:
            opened = await self._call(Session.open)
        except Refused:  # an old connection may know of a folder that is gone, while there is a new one of that name
            self.drop()
            opened = await self._call(Session.open)
        self._validity = opened.validity
        if positions.changed(self.name, opened.validity):
            _log.warning("the mailbox's UIDVALIDITY changed: it is read from its beginning", folder=self.name)
        position = positions.of(self.name, opened.validity)
        if opened.next_uid and self._unchanged == (opened.validity, opened.next_uid, opened.exists, position):
            return
        uids = await self._call(Session.uids, self._rules.since)
        if position.grown_below(uids):
            _log.warning("mails appeared below the position: the folder is read from its beginning", folder=self.name)
            position = Position(opened.validity)
        left: set[int] = set()
        if position.unmoved and self._rules.processed:
            there = set(uids)
            position = await self._move(position, [uid for uid in position.unmoved if uid in there], self._rules.processed, left)
        todo = sorted(position.waiting(uids), key=lambda uid: ((opened.validity, uid) in self._tries, uid))
        for start in range(0, len(todo), _SIZES_AT_ONCE):
            chunk = todo[start : start + _SIZES_AT_ONCE]
            sizes = await self._attempt(Session.sizes, chunk) or {}
            for group in _groups(chunk, sizes):
                async with aclosing(self._group(group, sizes, position, left)) as taken:
                    async for raw, position in taken:
                        positions.put(self.name, position)
                        yield raw, positions.text()
        position = position.seen([uid for uid in uids if uid not in left])
        positions.put(self.name, position)
        self._unchanged = (opened.validity, opened.next_uid, opened.exists - len(left), position) if not position.again else None
        yield None, positions.text()

    async def _group(
        self, group: Sequence[int], sizes: Mapping[int, int], position: Position, left: set[int]
    ) -> AsyncGenerator[tuple[RawMessage | None, Position], None]:
        """Hand over a group. Where mails are moved, the position stays before them until they are, so that a crash leaves none behind."""
        mails = dict(await self._attempt(_keyed, group) or {}) if len(group) > 1 else {}
        moves: dict[str, list[int]] = {}
        after = position
        for uid in group:
            outcome = self._raw(uid, *mails.pop(uid)) if uid in mails else await self._one(uid, sizes.get(uid))
            if outcome == "gone":
                left.add(uid)
                after = after.took(uid, stays=False)
            elif outcome == "failed":
                after = after.failed(uid)
                if len(after.again) > MOST:
                    raise Unavailable(f"more than {MOST} mails of {self.name} cannot be fetched")
            elif isinstance(outcome, RawMessage):
                after = after.took(uid)
                target = self._rules.failed if outcome.held else self._rules.processed
                if target:
                    moves.setdefault(target, []).append(uid)
                yield outcome, position if self._moves else after
        for target, uids in moves.items():
            after = await self._move(after, uids, target, left)
        yield None, after

    @property
    def _moves(self) -> bool:
        return bool(self._rules.processed or self._rules.failed)

    async def _one(self, uid: int, size: int | None) -> Outcome:
        """One mail by itself. Raises Temporary only where there is no connection at all."""
        try:
            size = size if size is not None else (await self._call(Session.sizes, [uid])).get(uid)
            if size is not None and size <= self._rules.max_size:
                found = (await self._call(_keyed, [uid])).get(uid)
                if found is not None:
                    return self._raw(uid, *found)
            elif size is not None and (head := await self._call(Session.headers, uid, HEAD_LIMIT)) is not None:
                return self._held(uid, head, "too_large", f"too_large:{source_id(head.content)}")
            if not await self._call(Session.is_there, uid):
                return "gone"  # somebody deleted it before we could see it
            reason = "the server sends nothing"
        except (Dropped, Refused) as error:
            reason = str(error)
        return await self._failed(uid, reason)

    async def _failed(self, uid: int, reason: str) -> Outcome:
        key = (self._validity, uid)
        count, first = self._tries.get(key, (0, time.monotonic()))
        self._tries[key] = (count + 1, first)
        if count + 1 < _TRIES or time.monotonic() - first < self._rules.patience:
            if not count:
                _log.warning("a mail cannot be fetched, trying again", folder=self.name, uid=uid, reason=reason)
            return "failed"
        del self._tries[key]
        _log.error("a mail cannot be fetched: it is held for a person to look at in the mailbox", folder=self.name, uid=uid, reason=reason)
        head = await self._attempt(Session.headers, uid, HEAD_LIMIT) or Fetched(b"")
        # RFC 5092 §5: the message as an address, which is how a person finds it.
        address = f"imap://{self._rules.host}/{quote(self.name)};UIDVALIDITY={self._validity}/;UID={uid}"
        return self._held(uid, head, "unfetchable", address)

    def _raw(self, uid: int, mail: Fetched, key: str) -> RawMessage:
        if len(mail.content) > self._rules.max_size:  # the server had told another size
            ends = header_end(mail.content)
            head = Fetched(mail.content[: ends[1] if ends else HEAD_LIMIT], mail.arrived)
            return self._held(uid, head, "too_large", f"too_large:{source_id(head.content)}")
        self._tries.pop((self._validity, uid), None)
        return RawMessage(key, datetime.now(UTC), "message/rfc822", mail.content, self._envelope(uid, mail))

    def _held(self, uid: int, head: Fetched, reason: str, key: str) -> RawMessage:
        return RawMessage(key, datetime.now(UTC), "message/rfc822", head.content, self._envelope(uid, head), held=reason)

    def _envelope(self, uid: int, mail: Fetched) -> dict[str, str]:
        found = {"folder": self.name, "uid_validity": str(self._validity), "uid": str(uid)}
        return {**found, "arrived": mail.arrived.isoformat()} if mail.arrived else found

    async def _move(self, position: Position, uids: Sequence[int], target: str, left: set[int]) -> Position:
        """Move what is durable; where that does not work it is tried again next time, since it harms nothing where it is."""
        if not uids:
            return position
        try:
            await self._call(Session.move, uids, target)
        except (Dropped, Refused) as error:
            _log.warning("mails that were taken cannot be moved", folder=self.name, to=target, mails=len(uids), reason=str(error))
            return position.not_moved(uids) if target == self._rules.processed else position
        left.update(uids)
        return position.moved(uids)

    async def idle(self) -> None:
        """Return when the server says that mails came or went; for ever where it cannot say that. Raises Unavailable when it is gone."""
        session = self._session
        if session is None or not session.can_idle:
            await asyncio.Event().wait()
            return
        try:
            while not await self._undisturbed(session.begin_idle):
                with_news = await self._readable(session)
                if await self._undisturbed(session.end_idle) or with_news:
                    return
            await self._undisturbed(session.end_idle)
        except asyncio.CancelledError:
            await self._leave_idle(session)
            raise
        except Refused as error:
            _log.warning(
                "the server offers IDLE and refuses it: the mailbox is looked at now and then", folder=self.name, reason=str(error)
            )
            session.capabilities -= {"IDLE"}
            await asyncio.Event().wait()

    async def _readable(self, session: Session) -> bool:
        """Wait while the server idles; whether there is something new. False: it is time to begin anew."""
        loop, said = asyncio.get_running_loop(), asyncio.Event()
        descriptor = session.socket.fileno()
        loop.add_reader(descriptor, said.set)
        try:
            async with asyncio.timeout(_IDLE_ANEW):
                while True:
                    await said.wait()
                    said.clear()
                    if session.idle_news():  # waits for nothing, so that the loop may do it
                        return True
        except TimeoutError:
            return False
        except Dropped:
            self.drop()
            raise
        finally:
            loop.remove_reader(descriptor)

    async def _leave_idle(self, session: Session) -> None:
        """Who waited was told to stop. The session is kept for the next round, if it can be had back at once."""
        if self._session is not session:
            return
        try:
            async with asyncio.timeout(_END_IDLE):
                if self._under_way is not None:
                    await self._under_way
                if session.idling:
                    await in_thread(session.end_idle)
        except (TimeoutError, Dropped, Refused):
            self.drop()

    async def _undisturbed(self, call: Callable[[], bool]) -> bool:
        """Run a call that a cancelled wait must not leave half done: it goes on in ``_under_way``, for ``_leave_idle`` to await its end."""
        self._under_way = asyncio.ensure_future(in_thread(call))
        try:
            news = await asyncio.shield(self._under_way)
        except Dropped:
            self.drop()
            raise
        self._under_way = None
        return news

    async def _attempt(
        self, call: Callable[Concatenate[Session, Arguments], Result], *arguments: Arguments.args, **more: Arguments.kwargs
    ) -> Result | None:
        """What a call gives, or None where it does not work for this."""
        try:
            return await self._call(call, *arguments, **more)
        except (Dropped, Refused):
            return None

    async def _call(
        self, call: Callable[Concatenate[Session, Arguments], Result], *arguments: Arguments.args, **more: Arguments.kwargs
    ) -> Result:
        """Run a call of the session in a thread, on a new connection where there is none. Raises Dropped or Refused as the call does.

        Raises Unavailable where there is no connection to be had.
        """
        session = self._session or await self._connected()
        try:
            return await in_thread(lambda: call(session, *arguments, **more))
        except (Dropped, asyncio.CancelledError):
            self.drop()
            raise

    async def _connected(self) -> Session:
        try:
            session = self._session = await self._connect()
            validity = (await in_thread(session.open)).validity if self._validity else 0
        except BaseException as error:
            self.drop()
            if isinstance(error, Dropped):  # not a fault of what was to be done on it
                raise Unavailable(str(error)) from error
            raise
        if validity != self._validity:
            self.drop()
            raise Unavailable(f"the UIDVALIDITY of {self.name} changed")
        return session

    def drop(self) -> None:
        """End the connection; the next call makes a new one."""
        session, self._session = self._session, None
        if session is not None:
            session.abort()


def _keyed(session: Session, uids: Sequence[int]) -> Mapping[int, tuple[Fetched, str]]:
    """Mails with their source_ids, which take their time to compute and so belong into the thread."""
    return {uid: (mail, source_id(mail.content)) for uid, mail in session.contents(uids).items()}


def _groups(uids: Sequence[int], sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """What is fetched by one command: some mails of a known, small size, or one alone."""
    group: list[int] = []
    weight = 0
    for uid in uids:
        size = sizes.get(uid, _BYTES_AT_ONCE)
        if group and (weight + size > _BYTES_AT_ONCE or len(group) >= _MAILS_AT_ONCE):
            yield group
            group, weight = [], 0
        group.append(uid)
        weight += size
    if group:
        yield group
