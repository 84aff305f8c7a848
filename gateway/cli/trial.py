"""What an import would bring, counted without storing anything: ``ingest --dry-run``."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from channels.bulk.files import FileItem
from gateway import pure
from gateway.cli._common import Opened
from gateway.cli._progress import Bar
from gateway.store import inbox

_EXAMPLES = 5


@dataclass(slots=True)
class Trial:
    """The counts of a trial, and some examples of what needs a look."""

    read: int = 0
    already_there: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    services: Counter[str] = field(default_factory=Counter)
    without: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The trial for programs."""
        dispositions: Counter[str] = Counter()
        for (disposition, _reason), count in self.reasons.items():
            dispositions[disposition] += count
        return {
            "dry_run": True,
            "read": self.read,
            "already_there": self.already_there,
            "skipped": dict(self.skipped.most_common()),
            "dispositions": dict(dispositions),
            "reasons": {f"{disposition}: {reason}": count for (disposition, reason), count in self.reasons.most_common()},
            "services": dict(self.services.most_common()),
            "without": dict(self.without),
            "examples": self.examples,
        }


def run(store: Opened, channel_id: str, items: Iterable[FileItem], bar: Bar) -> Trial:
    """Read every item as the channel would, and store nothing."""
    return asyncio.run(_run(store, channel_id, items, bar))


async def _run(store: Opened, channel_id: str, items: Iterable[FileItem], bar: Bar) -> Trial:
    here = pure.of_channel(store.wired, channel_id)
    trial = Trial()
    async for item, document in pure.run(items, here):
        if document is None:
            trial.skipped[item.skipped or ""] += 1
            bar.say(f"skipped {item.origin}: {item.skipped}")
            continue
        bar.advance()
        _count(trial, item, orjson.loads(document))
        trial.already_there += await asyncio.to_thread(_known, store, channel_id, item)
    return trial


def _known(store: Opened, channel_id: str, item: FileItem) -> bool:
    with store.engines.reading_inbox() as connection:
        return inbox.is_known(connection, channel_id, item.source_id)


def _count(trial: Trial, item: FileItem, message: dict[str, Any]) -> None:
    trial.read += 1
    trial.reasons[message.get("disposition") or "", message.get("reason") or ""] += 1
    requests = message.get("requests") or []
    for request in requests:
        trial.services[request.get("service_code", "other")] += 1
        trial.without["place"] += request.get("lat") is None and not request.get("address_string")
        trial.without["service"] += bool(request.get("classification", {}).get("abstained"))
    trial.without["time"] += not message.get("sent_datetime")
    if message.get("disposition") == "held" and len(trial.examples) < _EXAMPLES:
        trial.examples.append({"origin": item.origin, "reason": message.get("reason"), "notes": message.get("notes", [])[:3]})
