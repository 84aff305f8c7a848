"""A message as it is read back from the inbox: what a reader is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from channels.base import RawMessage

if TYPE_CHECKING:
    from sqlalchemy import RowMapping  # for its type only: readers must stay without SQLAlchemy


@dataclass(frozen=True, slots=True)
class Stored:
    """A message read back from the inbox. ``raw.content`` is empty while the content lies in the blob ``blob``."""

    seq: int
    intake_id: str
    jurisdiction_id: str
    channel_id: str
    raw: RawMessage
    size: int
    blob: str | None
    attempts: int = 0


def stored_from_row(row: RowMapping) -> Stored:
    """Map an inbox row to what it was when it arrived."""
    raw = RawMessage(
        source_id=row["source_id"],
        received_at=row["received_at"],
        content_type=row["content_type"],
        content=bytes(row["content"] or b""),
        envelope=orjson.loads(row["envelope"]),
        held=row["held"],
    )
    return Stored(
        seq=row["seq"],
        intake_id=row["intake_id"],
        jurisdiction_id=row["jurisdiction_id"],
        channel_id=row["channel_id"],
        raw=raw,
        size=row["size"],
        blob=row["blob"],
        attempts=row["attempts"],
    )
