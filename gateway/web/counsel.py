"""Answers what a form or an Open311 client wants to know while somebody waits, for one channel's jurisdiction.

The database is read by a thread, the pipeline runs in another, each few at a time: whoever sends mail waits for neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeVar

import structlog

from channels.counsel import Advice, Became, Nearby, Offer, Question, Suggestion
from gateway.clock import now
from gateway.replies.signing import NAME, Signatures
from gateway.web.keys import Keys
from normalizer.catalog import Service, Text
from normalizer.model import InboundMessage
from normalizer.pipeline import Context, Work, understand

if TYPE_CHECKING:
    from gateway.store.engine import Connection

_log = structlog.get_logger("gateway.web.counsel")
Result = TypeVar("Result")
_SINCE = timedelta(days=28)
_WITHIN = 150.0
"""Metres within which a report may be about the same thing."""
_TEXT = 4_000
"""Characters that are advised on: more is no description that somebody types."""
_ADVICE_SECONDS = 1.0


class GatewayCounsel:
    """The counsel of one channel. Its languages are the jurisdiction's, in its order. ``tracked``: requests have a page of their own."""

    def __init__(self, context: Context, keys: Keys, advising: asyncio.Semaphore, *, tracked: bool = False) -> None:
        self.jurisdiction_id = context.jurisdiction_id
        self.languages: Sequence[str] = context.languages
        self._context, self._keys, self._advising, self._tracked = context, keys, advising, tracked

    def offers(self, language: str, /) -> Sequence[Offer]:
        """The catalog's services in one language."""
        return [offer(service, language) for service in self._context.catalog.services]

    async def advise(self, text: str, language: str, /) -> Advice:
        """What the pipeline makes of a text; an empty advice where it is not done within a second."""
        if not text.strip():
            return Advice()
        try:
            await asyncio.wait_for(self._advising.acquire(), _ADVICE_SECONDS)
        except TimeoutError:
            return Advice()
        advising = asyncio.get_running_loop().run_in_executor(None, self._advise, text[:_TEXT], language)
        # A thread cannot be stopped: its place is free when it has ended, not when nobody waits for it any more.
        advising.add_done_callback(self._advised)
        done, _pending = await asyncio.wait([advising], timeout=_ADVICE_SECONDS)
        return advising.result() if done and advising.exception() is None else Advice()

    async def nearby(self, lat: float, long: float, /, *, service_code: str | None = None, limit: int = 5) -> Sequence[Nearby]:
        """Open and recently closed requests of the last four weeks within 150 m, nearest first; names are in the first language."""
        from gateway.store import nearby

        jurisdiction_id, since = self._context.jurisdiction_id, now() - _SINCE

        def read(connection: Connection) -> list[Nearby]:
            return nearby.near(connection, jurisdiction_id, lat, long, since=since, within=_WITHIN, service_code=service_code, limit=limit)

        catalog, language = self._context.catalog, self.languages[0]
        return [
            replace(found, service_name=service.name(language) if (service := catalog.get(found.service_code)) else found.service_code)
            for found in await self._read(read)
        ]

    async def became(self, intake_id: str, /) -> Became | None:
        """What became of a message of this jurisdiction; while it waits its disposition is None."""
        from gateway.store import nearby

        found = await self._read(lambda connection: nearby.became(connection, self.jurisdiction_id, intake_id))
        if found is None and await asyncio.to_thread(
            self._keys.reading_inbox, lambda inbox: nearby.waits(inbox, self.jurisdiction_id, intake_id)
        ):
            return Became(None)
        if found is not None and found.disposition == "request" and self._tracked:
            return replace(found, tracking_codes=await self._read(lambda connection: self._codes(connection, found.service_request_ids)))
        return found

    def _codes(self, connection: Connection, numbers: Sequence[str]) -> tuple[str, ...]:
        from gateway.store import secrets

        key = secrets.find(connection, NAME)
        signatures = Signatures(key, self.jurisdiction_id) if key is not None else None
        return tuple(signatures.tracking_code(number) for number in numbers) if signatures is not None else ()

    async def may(self, api_key: str, scope: Literal["intake", "open311", "read"], /) -> bool:
        """Whether the key is valid here and has the scope."""
        found = await self._keys.find(api_key)
        return found is not None and found.may(scope) and found.jurisdiction_id == self._context.jurisdiction_id

    async def _read(self, piece: Callable[[Connection], Result]) -> Result:
        return await asyncio.to_thread(self._keys.reading, piece)

    def _advised(self, done: asyncio.Future[Advice]) -> None:
        self._advising.release()
        if not done.cancelled() and (error := done.exception()) is not None:
            _log.error("advising failed", error=type(error).__name__)

    def _advise(self, text: str, language: str) -> Advice:
        message = InboundMessage(channel="web", text=text, hints={"language": language}, received_datetime=now())
        work = Work(message=message, now=now())
        understand([work], self._context)
        if not work.requests:
            return Advice(emergency=work.emergency.flag)
        found = work.requests[0].classification
        named = [(found.service_code, found.confidence), *((other.service_code, other.confidence) for other in found.alternatives)]
        suggestions = tuple(
            Suggestion(code, service.name(language), confidence)
            for code, confidence in named[:3]
            if (service := self._context.catalog.get(code)) is not None
        )
        return Advice(suggestions, emergency=work.emergency.flag, abstained=found.abstained)


def offer(service: Service, language: str) -> Offer:
    """A service in one language, or in English where it has none in that."""

    def said(text: Text) -> str:
        return text.get(language) or text.get("en", "")

    questions = tuple(
        Question(
            code=attribute.code,
            datatype=attribute.datatype,
            required=attribute.required,
            variable=attribute.variable,
            order=attribute.order,
            description=said(attribute.description),
            datatype_description=said(attribute.datatype_description),
            values=tuple((value.key, said(value.name)) for value in attribute.values),
        )
        for attribute in service.attributes
    )
    keywords = tuple(service.keywords.get(language, ()))
    return Offer(service.service_code, service.name(language), service.group, said(service.description), keywords, questions)
