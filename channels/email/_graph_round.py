"""Takes what is new in one folder of an Exchange Online mailbox: a round of Microsoft Graph's delta query, and each mail as MIME.

Microsoft's pages "message: delta", "Use delta query to track changes", "Get MIME content from a message", "Obtain immutable identifiers".
Delta promises no order, and may say the same twice: what several pages bring is sorted by when it came. The address of the next page is
the cursor, so that a round that was broken off goes on there; what is seen again is known by its source_id.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Literal
from urllib.parse import quote

import orjson
import structlog

from channels.base import ChannelError, RateLimited, RawMessage, Unavailable
from channels.email._graph_client import IMMUTABLE, Graph, NotThere, Refused, Resync, TooMuch
from channels.email._source_id import source_id

_log = structlog.get_logger(__name__)
_PAGE = 100
_WINDOW = 2_000
"""Mails of a page, and of the pages whose mails are put in order together."""
_AT_ONCE = 4
"""Graph serves four calls of an application for one mailbox at a time."""
_TRIES = 5
_MOST_AGAIN = 200
_IN_A_ROW = 10
"""Mails in a row that cannot be had, after which it is not the mails."""
_SELECT = "id,receivedDateTime,subject,from,toRecipients,internetMessageId"
Item = Mapping[str, Any]
Outcome = RawMessage | Literal["gone", "failed"]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which folder is read, what is taken and where it goes. ``patience`` in seconds."""

    mailbox: str
    folder: str
    since: date | None = None
    processed: str | None = None
    failed: str | None = None
    patience: float = 3600.0

    @property
    def user(self) -> str:
        """The mailbox's path."""
        return f"/users/{quote(self.mailbox, safe='@')}"

    @property
    def start(self) -> str:
        """The path of a round that begins at the beginning."""
        return f"{self.user}/mailFolders/{quote(self.folder)}/messages/delta?changeType=created&$select={_SELECT}"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder was read: of which one, the address of the next page, and the mails that could not be fetched yet."""

    of: str
    link: str
    again: tuple[str, ...] = ()

    def text(self) -> str:
        """The cursor as it is stored."""
        return orjson.dumps({"of": self.of, "link": self.link, "again": self.again}).decode()

    @classmethod
    def read(cls, text: str | None, rules: Rules) -> Cursor:
        """What was stored, or the beginning: where nothing was, it is none of ours, or another folder's."""
        of = f"{rules.mailbox}/{rules.folder}"
        try:
            found = orjson.loads(text or "")
            if found["of"] == of and isinstance(found["link"], str):
                return cls(of, found["link"], tuple(map(str, found["again"])))
        except (orjson.JSONDecodeError, KeyError, TypeError):
            pass
        return cls(of, rules.start)


class Reader:
    """Reads one folder, round after round."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._tries: dict[str, tuple[int, float]] = {}
        self._folders: dict[str, str] = {}

    async def take(self, graph: Graph, cursor: Cursor) -> AsyncGenerator[tuple[RawMessage | None, Cursor], None]:
        """What is new, with the cursor that it moves to. Raises Temporary where the round cannot go on."""
        resynced = False
        while True:
            try:
                items, link, ended = await self._window(graph, cursor.link)
            except Resync as error:
                if resynced:
                    raise
                _log.warning("Graph does not know how far we were: the folder is read from its beginning", reason=str(error))
                cursor, resynced = replace(cursor, link=self._rules.start), True
                continue
            fresh = [item for item in items if item["id"] not in cursor.again]
            again = [{"id": one} for one in cursor.again] if ended else []
            async with aclosing(self._outcomes(graph, [*fresh, *again])) as outcomes:
                async for item, outcome in outcomes:
                    if outcome == "failed":
                        cursor = _waits(cursor, item["id"])
                        continue
                    if isinstance(outcome, RawMessage):
                        yield outcome, cursor
                        await self._move(graph, item["id"], self._rules.failed if outcome.held else self._rules.processed)
                    cursor = replace(cursor, again=tuple(one for one in cursor.again if one != item["id"]))
            cursor = replace(cursor, link=link)
            yield None, cursor
            if ended:
                return

    def _path(self, message_id: str) -> str:
        return f"{self._rules.user}/messages/{quote(message_id, safe='=')}"

    async def _window(self, graph: Graph, link: str) -> tuple[list[Item], str, bool]:
        """What some pages bring, in the order in which it came; the next address, and whether it begins another round."""
        found: dict[str, Item] = {}
        while True:
            page = await graph.json("GET", link, prefer=f"{IMMUTABLE}, odata.maxpagesize={_PAGE}")
            for item in page.get("value") or []:
                if isinstance(item, dict) and isinstance(item.get("id"), str) and "@removed" not in item and self._wanted(item):
                    found[item["id"]] = item
            ended = "@odata.deltaLink" in page
            link = page.get("@odata.deltaLink") or page.get("@odata.nextLink") or ""
            if not isinstance(link, str) or not link:
                raise Unavailable("Graph's answer names no next page")
            graph.address(link)
            if ended or len(found) >= _WINDOW:
                return sorted(found.values(), key=lambda item: (str(item.get("receivedDateTime") or ""), item["id"])), link, ended

    def _wanted(self, item: Item) -> bool:
        since, received = self._rules.since, item.get("receivedDateTime")
        return since is None or not isinstance(received, str) or received[:10] >= since.isoformat()

    async def _outcomes(self, graph: Graph, items: Iterable[Item]) -> AsyncGenerator[tuple[Item, Outcome], None]:
        """What became of each, in their order; some are fetched ahead. Raises Unavailable where it is not the mails that are bad."""
        waiting, ahead, in_a_row = deque(items), deque[tuple[Item, asyncio.Task[bytes]]](), 0
        try:
            while waiting or ahead:
                while waiting and len(ahead) < _AT_ONCE:
                    item = waiting.popleft()
                    ahead.append((item, asyncio.create_task(graph.content(f"{self._path(item['id'])}/$value"))))
                item, task = ahead.popleft()
                outcome = await self._outcome(graph, item, task)
                in_a_row = in_a_row + 1 if outcome == "failed" else 0
                if in_a_row >= _IN_A_ROW:
                    raise Unavailable(f"{in_a_row} mails in a row could not be fetched")
                yield item, outcome
        finally:
            for _item, task in ahead:
                task.cancel()
            await asyncio.gather(*(task for _item, task in ahead), return_exceptions=True)

    async def _outcome(self, graph: Graph, item: Item, task: asyncio.Task[bytes]) -> Outcome:
        message_id = item["id"]
        try:
            content = await task
        except TooMuch:
            return await self._held(graph, item, "too_large")
        except RateLimited:
            raise
        except (NotThere, Refused, Resync) as error:
            count, first = self._tries.get(message_id, (0, time.monotonic()))
            self._tries[message_id] = (count + 1, first)
            if count + 1 < _TRIES or time.monotonic() - first < self._rules.patience:
                if not count:
                    _log.warning("a mail cannot be fetched, trying again", id=message_id, reason=str(error))
                return "failed"
            del self._tries[message_id]
            if isinstance(error, NotThere):
                _log.info("a mail was deleted before it could be fetched", id=message_id)
                return "gone"
            _log.error("a mail cannot be fetched: it is held for a person to look at in the mailbox", id=message_id, reason=str(error))
            return await self._held(graph, item, "unfetchable")
        self._tries.pop(message_id, None)
        key = await asyncio.to_thread(source_id, content) if len(content) > 1 << 18 else source_id(content)
        return RawMessage(key, datetime.now(UTC), "message/rfc822", content, _envelope(item))

    async def _held(self, graph: Graph, item: Item, reason: str) -> RawMessage:
        """A mail of which there is only what Graph says of it, as a header block."""
        known = item
        if "subject" not in item:  # from an earlier round, of which only the id was kept
            try:
                known = await graph.json("GET", f"{self._path(item['id'])}?$select={_SELECT}")
            except ChannelError:
                known = item
        return RawMessage(f"graph:{item['id']}", datetime.now(UTC), "message/rfc822", _head(known), _envelope(item), held=reason)

    async def _move(self, graph: Graph, message_id: str, folder: str | None) -> None:
        """Move what is durable; where that does not work it harms nothing where it is."""
        if not folder:
            return
        try:
            target = self._folders.get(folder) or await self._folder(graph, folder)
            self._folders[folder] = target
            await graph.json("POST", f"{self._path(message_id)}/move", {"destinationId": target})
        except NotThere:
            self._folders.pop(folder, None)  # the mail or the folder: the next one tells
            _log.info("a mail that was taken is not there to be moved", id=message_id)
        except (Refused, TooMuch, Resync) as error:
            _log.warning("a mail that was taken cannot be moved", id=message_id, to=folder, reason=str(error))

    async def _folder(self, graph: Graph, name: str) -> str:
        """The id of a folder that is named by id, by its well-known name, or by what people see; made where there is none."""
        try:
            return str((await graph.json("GET", f"{self._rules.user}/mailFolders/{quote(name, safe='=')}"))["id"])
        except (NotThere, Refused, KeyError):
            pass
        name_in_odata = name.replace("'", "''")
        wanted = quote(f"displayName eq '{name_in_odata}'")
        found = await graph.json("GET", f"{self._rules.user}/mailFolders?$filter={wanted}")
        for folder in found.get("value") or []:
            return str(folder["id"])
        made = await graph.json("POST", f"{self._rules.user}/mailFolders", {"displayName": name})
        return str(made["id"])


def _waits(cursor: Cursor, message_id: str) -> Cursor:
    if message_id in cursor.again:
        return cursor
    if len(cursor.again) >= _MOST_AGAIN:
        raise Unavailable(f"more than {_MOST_AGAIN} mails cannot be fetched")
    return replace(cursor, again=(*cursor.again, message_id))


def _envelope(item: Item) -> dict[str, str]:
    received = item.get("receivedDateTime")
    return {"graph_id": item["id"], **({"arrived": received} if isinstance(received, str) else {})}


def _head(item: Item) -> bytes:
    """What Graph says of a mail, as the header block of a mail."""
    head = EmailMessage(SMTP)
    addresses = {"From": _addresses([item.get("from")]), "To": _addresses(item.get("toRecipients") or [])}
    for name, found in addresses.items():
        if found:
            head[name] = found
    for name, value in (("Subject", item.get("subject")), ("Message-ID", item.get("internetMessageId"))):
        if isinstance(value, str) and value.strip():
            head[name] = " ".join(value.split())
    received = item.get("receivedDateTime")
    if isinstance(received, str):
        try:
            head["Date"] = datetime.fromisoformat(received)
        except ValueError:
            pass
    return head.as_bytes()


def _addresses(people: Sequence[Any]) -> list[Address]:
    found = []
    for person in people[:50]:
        box = person.get("emailAddress") if isinstance(person, dict) else None
        if not isinstance(box, dict):
            continue
        try:
            found.append(Address(" ".join(str(box.get("name") or "").split()), addr_spec=str(box.get("address") or "")))
        except (ValueError, IndexError):  # an Exchange address that is no mail address; and what email.headerregistry makes of odd ones
            continue
    return found
