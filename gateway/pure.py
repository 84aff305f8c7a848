"""Reads messages without a store: what an adapter and the stages make of them, next to nothing that is known.

The same readers as in the gateway do it, in processes with limits, so that a hostile file stops nothing.
"""

from __future__ import annotations

import asyncio
import os
import tomllib
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin

import orjson
from pydantic import SecretStr, ValidationError

from channels.base import Channel, RawMessage
from channels.bulk.files import FileItem
from config.settings import SHIPPED_CATALOG
from gateway import wiring
from gateway.clock import now
from gateway.models import CatalogModel
from gateway.readers import zygote
from gateway.readers.child import Reader
from gateway.readers.pool import Readers
from gateway.readers.wire import Result, Unread
from gateway.store.stored import Stored
from gateway.worker import pure_run
from normalizer.catalog import Catalog
from normalizer.model import ChannelName, Emergency, InboundMessage
from normalizer.pipeline import Context

CHANNEL_ID = "files"
"""Name of the one channel of a run without a configuration."""
_BATCH, _BATCH_BYTES = 32, 4 << 20
_DEADLINE = 20.0
"""Seconds that a batch may take before it is read again message by message."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One channel and the city that it belongs to."""

    type: str
    module: ModuleType
    channel_id: str
    channel: Channel
    context: Context


def setting(kind: str, config: Path | None) -> Setting:
    """The adapter of a type: as the configuration has it, or else with nothing set, and with the shipped catalog.

    An adapter module may export ``for_files(channel_id)`` that builds it for a run without a configuration.
    Raises ValueError for a type that does not exist, and ConfigError.
    """
    module = wiring.find(wiring.CHANNELS, kind)
    if config is not None:
        wired = wiring.load(config, os.environ, parts={"channels"})
        own = next((channel_id for channel_id, found in wired.channel_settings.items() if found.type == kind), None)
        city = wired.channel_jurisdictions[own] if own is not None else wired.configuration.jurisdiction_id
        channel = wired.channels[own] if own is not None else _unconfigured(kind, module)
        return Setting(kind, module, own or CHANNEL_ID, channel, wired.contexts[city])
    catalog = Catalog.from_toml(tomllib.loads(SHIPPED_CATALOG.read_text("utf-8")))
    context = Context(jurisdiction_id="", catalog=catalog, weights=CatalogModel(catalog))
    return Setting(kind, module, CHANNEL_ID, _unconfigured(kind, module), context)


def of_channel(wired: wiring.Wired, channel_id: str) -> Setting:
    """A channel of a configuration."""
    kind = wired.channel_settings[channel_id].type
    context = wired.contexts[wired.channel_jurisdictions[channel_id]]
    return Setting(kind, wiring.find(wiring.CHANNELS, kind), channel_id, wired.channels[channel_id], context)


def _unconfigured(kind: str, module: ModuleType) -> Channel:
    """An adapter that can translate: what a setting without a default is for (a port, a secret) has no part in that."""
    if (build := getattr(module, "for_files", None)) is not None:
        channel: Channel = build(CHANNEL_ID)
        return channel
    settings: Any = None
    with suppress(ValidationError):
        settings = module.Settings(type=kind)
    if settings is None:
        blanks = {name: _blank(info.annotation) for name, info in module.Settings.model_fields.items() if info.is_required()}
        settings = module.Settings.model_construct(**{**blanks, "type": kind})
    built: Channel = module.build(CHANNEL_ID, settings)
    return built


def _blank(annotation: Any) -> Any:
    """A value of the type of a required setting that says nothing."""
    while get_origin(annotation) is not None and get_origin(annotation) not in (list, tuple, dict, set, frozenset):
        annotation = get_args(annotation)[0]  # Annotated[…], … | None
    kind = get_origin(annotation) or annotation
    if isinstance(kind, type) and issubclass(kind, SecretStr):
        return SecretStr("0" * 32)
    return kind() if kind in (str, int, float, bool, list, tuple, dict, set, frozenset) else None


async def run(items: Iterable[FileItem], here: Setting, *, processes: int | None = None) -> AsyncIterator[tuple[FileItem, bytes | None]]:
    """Each item with the JSON of its message, in order; None for what was skipped. Never raises for what an item holds."""
    count = processes or os.cpu_count() or 1
    reader = Reader({here.channel_id: here.channel}, {here.context.jurisdiction_id: here.context})
    readers = Readers(zygote.start(lambda: reader), processes=count, deadline=_DEADLINE)
    waiting: deque[tuple[list[FileItem], list[Stored], asyncio.Task[list[Result]]]] = deque()
    source = iter(items)
    try:
        while True:
            while len(waiting) <= count and (batch := await asyncio.to_thread(_batch, source)):
                stored = [_stored(number, item, here) for number, item in enumerate(batch) if item.skipped is None]
                waiting.append((batch, stored, asyncio.create_task(readers.read(stored))))
            if not waiting:
                return
            batch, stored, task = waiting.popleft()
            results = iter(zip(stored, await task, strict=True))
            for item in batch:
                yield item, _json(item, *next(results), here) if item.skipped is None else None
    finally:
        for _batch_left, _stored_left, task in waiting:
            task.cancel()
        await asyncio.gather(*(task for _batch_left, _stored_left, task in waiting), return_exceptions=True)
        await readers.close()


def _batch(source: Iterator[FileItem]) -> list[FileItem]:
    taken: list[FileItem] = []
    size = 0
    for item in source:
        taken.append(item)
        size += len(item.content)
        if len(taken) >= _BATCH or size >= _BATCH_BYTES:
            break
    return taken


def _stored(number: int, item: FileItem, here: Setting) -> Stored:
    raw = RawMessage(item.source_id, _changed(item.origin), item.content_type, item.content, item.envelope, held=item.held)
    return Stored(number, "", here.context.jurisdiction_id, here.channel_id, raw, len(item.content), None)


def _changed(origin: str) -> datetime:
    """When the file was changed last stands for the arrival, so that the same file gives the same answer."""
    for path in (origin, origin.rpartition("#")[0], origin.rpartition(":")[0]):
        with suppress(OSError):
            if path and path != "-":
                return datetime.fromtimestamp(int(Path(path).stat().st_mtime), UTC)
    return now()


def _json(item: FileItem, stored: Stored, result: Result, here: Setting) -> bytes:
    """The message's JSON, with what the pipeline made beside it: ``origin``, ``emergency``, and the ``requests`` that it would become."""
    if isinstance(result, Unread):
        return _with(_held(stored, result, here), {"origin": item.origin, "emergency": Emergency().model_dump(), "requests": []})
    pure_run(result, here.context)
    message = result.message
    requests = result.requests if message.disposition == "request" else []
    beside: Mapping[str, Any] = {
        "origin": item.origin,
        "emergency": orjson.Fragment(result.emergency.model_dump_json()),
        "requests": [orjson.Fragment(request.model_dump_json()) for request in requests],
    }
    return _with(message, beside)


def _with(message: InboundMessage, beside: Mapping[str, Any]) -> bytes:
    return message.model_dump_json().encode()[:-1] + b"," + orjson.dumps(beside)[1:]


def _held(stored: Stored, unread: Unread, here: Setting) -> InboundMessage:
    kind = here.type.partition(".")[0]
    known: Sequence[str] = get_args(ChannelName)
    message = InboundMessage(
        adapter=here.type,
        channel_id=stored.channel_id,
        jurisdiction_id=stored.jurisdiction_id,
        source_id=stored.raw.source_id,
        received_datetime=stored.raw.received_at,
        notes=[f"could not be read: {unread.detail}"] if unread.detail else [],
        disposition="held",
        reason=unread.reason,
    )
    return message.model_copy(update={"channel": kind}) if kind in known else message
