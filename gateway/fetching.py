"""Fetches the media that messages name by address: claimed from the store, fetched by the message's adapter, looked at by a reader.

It happens after the message is durable and understood, so that a provider that is away delays a picture and no request. What is fetched is
stored byte for byte; nothing of it is decoded here. An attempt that nobody saw the end of is made again (``gateway/store/media.py``).

Pictures that came with a message and could not be prepared in time (``gateway/readers/photos.py``) are prepared here as well.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from channels.base import FetchContext, Fetched, Fetcher, Permanent, Temporary, Thrifty, TooLarge
from channels.outward import MakeClient
from gateway import clock, failpoint
from gateway.backoff import Backoff, Draw
from gateway.readers.pool import Readers
from gateway.store.blobs import Blobs
from gateway.store.media import Claimed, StoredMedia
from normalizer.clean import clean_line
from normalizer.model import Attachment

_log = structlog.get_logger("gateway.fetching")
_DECLARED = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")
_NOT_AS_DECLARED = ("image/", "text/html", "application/xhtml", "text/javascript", "application/javascript", "text/xml", "application/xml")
"""Types that the bytes decide on (pictures), or that a browser would run."""

Observe = Callable[[str, str], None]
"""Told of each attempt: channel_id, outcome (fetched, deferred, failed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How fetching goes; times are in seconds. ``deadline`` bounds one attempt, ``give_up`` all of them. ``poll`` is the longest rest.

    A medium that was claimed comes back by itself after ``deadline`` and ``margin``, or its back-off where that is longer.
    """

    concurrency: int = 4
    deadline: float = 90.0
    margin: float = 60.0
    poll: float = 5.0
    grace: float = 10.0
    give_up: float = 48 * 3600.0
    max_size: int = 64 << 20
    backoff: Backoff = field(default_factory=lambda: Backoff(first=4.0, cap=3600.0, least=1.0))


class Fetching:
    """The fetching of one processing process. ``due`` says whether there is anything to claim; it blocks and locks nothing."""

    def __init__(  # noqa: PLR0913  (the parts that it works with, each named)
        self,
        fetchers: Mapping[str, Fetcher],
        media: StoredMedia,
        blobs: Blobs,
        readers: Readers,
        http: MakeClient,
        *,
        due: Callable[[], bool],
        limits: Limits | None = None,
        now: Callable[[], datetime] = clock.now,
        draw: Draw = random.random,
        observe: Observe = lambda _channel, _outcome: None,
        on_fetched: Callable[[], None] = lambda: None,
    ) -> None:
        self._fetchers, self._media, self._blobs, self._readers = fetchers, media, blobs, readers
        self._context = FetchContext(http)
        self._due, self._limits, self._now, self._draw = due, limits or Limits(), now, draw
        self._observe, self._on_fetched = observe, on_fetched
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """There may be something new: look now."""
        self._awake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch until ``stop`` is set; attempts under way then have the grace time to end."""
        under_way: set[asyncio.Task[None]] = set()
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._awake.clear()
                claims = await self._claim(self._limits.concurrency - len(under_way))
                under_way |= {asyncio.create_task(self._attempt(claimed)) for claimed in claims}
                full = len(under_way) >= self._limits.concurrency
                awake = asyncio.create_task(self._awake.wait())
                waits = {stopping, *under_way, *(() if full else (awake,))}
                await asyncio.wait(waits, timeout=None if full else self._limits.poll, return_when=asyncio.FIRST_COMPLETED)
                awake.cancel()
                under_way = {task for task in under_way if not task.done()}
            if under_way:
                await asyncio.wait(under_way, timeout=self._limits.grace)
        finally:
            stopping.cancel()
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def drain(self) -> int:
        """Fetch what is due now and return how many attempts that were."""
        attempts = 0
        while claims := await self._claim(self._limits.concurrency):
            await asyncio.gather(*(self._attempt(claimed) for claimed in claims))
            attempts += len(claims)
        return attempts

    async def _claim(self, limit: int) -> list[Claimed]:
        try:
            if limit < 1 or not await asyncio.to_thread(self._due):
                return []
            return await self._media.claim(limit, now=self._now(), lease=self._lease)
        except Exception as error:  # noqa: BLE001  (the store is busy or away: look again later)
            _log.warning("media cannot be claimed", error=type(error).__name__)
            return []

    def _lease(self, attempts: int) -> timedelta:
        least = self._limits.deadline + self._limits.margin
        return timedelta(seconds=max(least, self._limits.backoff.delay(attempts, self._draw)))

    async def _attempt(self, claimed: Claimed) -> None:
        try:
            failpoint.hit("fetch.before", claimed.intake_id)
            try:
                file, note = await (self._fetch(claimed) if claimed.picture is None else self._prepare(claimed))
            except Exception as error:  # noqa: BLE001  (whatever an adapter or a provider does, the others go on)
                await self._failed(claimed, error)
                return
            failpoint.hit("fetch.done", claimed.intake_id)
            if await self._media.done(claimed, file, now=self._now(), note=note):
                self._tell(claimed, "fetched")
                self._on_fetched()
                await self._say_so(claimed)
        except Exception as error:  # noqa: BLE001  (the store or the readers are away: the claim ends by itself)
            _log.warning("a medium could not be settled, trying again", intake_id=claimed.intake_id, error=type(error).__name__)

    async def _prepare(self, claimed: Claimed) -> tuple[Attachment, str | None]:
        """The attachment with its rendition. Raises Permanent where there is none any more."""
        file = await self._media.file(claimed)
        if file is None:
            raise Permanent("the message has no such attachment")
        picture = await self._readers.picture(file)
        return picture.file, picture.doubt

    async def _fetch(self, claimed: Claimed) -> tuple[Attachment, str | None]:
        fetcher = self._fetchers.get(claimed.channel_id)
        if fetcher is None:
            raise Temporary("channel_unknown")
        async with asyncio.timeout(self._limits.deadline):
            fetched = await fetcher.fetch(claimed.item, self._context)
        if len(fetched.content) > self._limits.max_size:
            raise TooLarge(f"{len(fetched.content)} bytes")
        return await self._stored(claimed, fetched)

    async def _stored(self, claimed: Claimed, fetched: Fetched) -> tuple[Attachment, str | None]:
        """The bytes as a blob, and what a reader finds out about them."""
        (digest,) = await asyncio.to_thread(self._blobs.put_many, [fetched.content])
        declared = _text(fetched.media_type or claimed.item.get("media_type")).partition(";")[0].strip().lower()
        plain = _DECLARED.fullmatch(declared) and not declared.startswith(_NOT_AS_DECLARED)
        file = Attachment(
            filename=clean_line(_text(fetched.filename or claimed.item.get("filename")))[:200] or None,
            media_type=declared if plain else "application/octet-stream",
            declared_media_type=clean_line(declared)[:200] or None,
            size=len(fetched.content),
            sha256=digest,
        )
        picture = await self._readers.picture(file)
        return picture.file, picture.doubt

    async def _say_so(self, claimed: Claimed) -> None:
        """Tell a provider that keeps media that this one is safe."""
        fetcher: object = self._fetchers.get(claimed.channel_id)
        if claimed.picture is not None or not isinstance(fetcher, Thrifty):
            return
        try:
            async with asyncio.timeout(self._limits.deadline):
                await fetcher.stored(claimed.item, self._context)
        except Exception as error:  # noqa: BLE001  (the medium is here; that the provider has it as well harms nobody)
            _log.warning("a medium stays with its provider", intake_id=claimed.intake_id, error=type(error).__name__)

    async def _failed(self, claimed: Claimed, error: Exception) -> None:
        """Put the medium off, or give it up: where it never will come, or did not for long enough."""
        now = self._now()
        reason = _reason(error)
        detail = str(error) if isinstance(error, Temporary | Permanent) and str(error) != reason else ""
        late = (now - claimed.created).total_seconds() > self._limits.give_up
        if isinstance(error, Permanent) or late:
            reason = reason if isinstance(error, Permanent) else "gave_up"
            await self._media.fail(claimed, now=now, reason=reason, detail=detail)
            _log.error("a medium is given up", intake_id=claimed.intake_id, medium=claimed.position, reason=reason, detail=detail)
            self._tell(claimed, "failed")
            return
        wait = self._limits.backoff.delay(claimed.attempts, self._draw)
        if isinstance(error, Temporary):
            wait = max(wait, min(float(error.retry_after), self._limits.backoff.cap))
        await self._media.put_off(claimed, now=now, until=now + timedelta(seconds=wait), reason=reason, detail=detail)
        _log.info(
            "a medium is tried again later", intake_id=claimed.intake_id, medium=claimed.position, reason=reason, seconds=round(wait, 1)
        )
        self._tell(claimed, "deferred")

    def _tell(self, claimed: Claimed, outcome: str) -> None:
        with suppress(Exception):
            self._observe(claimed.channel_id, outcome)


def _reason(error: Exception) -> str:
    """A coded word for what went wrong: ``too_large``, ``refused``, ``rate_limited``, ``unavailable``, ``time_out`` …"""
    if type(error) is Permanent:
        return "refused"
    if isinstance(error, TimeoutError):
        return "time_out"
    if str(error) == "channel_unknown":
        return "channel_unknown"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
