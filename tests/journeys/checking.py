"""The one checker of all faults: what the senders were promised against what is stored, and what is stored against what was delivered.

After the faults have ended and nothing is pending::

    LOST        acknowledged and not stored            0
    DUP_ROWS    messages stored twice                  0
    DUP_EFFECT  requests created twice at the sink     0
    ORPHANS     messages without a disposition, and requests that the sink does not have   0
    EXTRA       stored and never tried                 0
    DAMAGED     blobs that do not match their digest, and stored files that cannot be read    0

and the databases pass ``integrity_check``, the books balance, the chain of the history verifies.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gateway.clock import now
from gateway.store import deliveries as outbox
from gateway.store import ledger
from gateway.store import messages as stored_messages
from gateway.store import requests as stored_requests
from gateway.store.claims import read_back
from gateway.store.sqlite import connect
from normalizer.model import InboundMessage
from tests.journeys.receiver import Receiver
from tests.journeys.running import Gateway, wait_for
from tests.journeys.senders import Records

_PUSH = 2.0
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Figures:
    """The result of one examination; :attr:`sound` says whether the promise was kept. ``damaged`` names at most ten."""

    tried: int
    acked: int
    stored: int
    requests: int
    lost: int
    dup_rows: int
    dup_effect: int
    orphans: int
    extra: int
    damaged: tuple[str, ...]
    permanent_refusals: int
    held: int
    forged: int
    balanced: bool
    chain_ok: bool
    integrity: str

    @property
    def sound(self) -> bool:
        """Whether every figure is what it must be."""
        zeros = (self.lost, self.dup_rows, self.dup_effect, self.orphans, self.extra, self.permanent_refusals, self.forged)
        return not any(zeros) and not self.damaged and self.balanced and self.chain_ok and self.integrity == "ok"

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def examine(gateway: Gateway, records: Records, receiver: Receiver | None = None) -> Figures:
    """Compare everything. Nothing may be pending (:meth:`Gateway.drain`, :func:`deliver_all`)."""
    with gateway.engines() as engines:
        with engines.reading() as connection:
            messages = list(stored_messages.listing(connection))
            requests = list(stored_requests.listing(connection))
        messages += stored_messages.pending(engines)
        books = ledger.balance(engines)
    ids = [_sender_id(message) for message in messages]
    stored, intake_ids = Counter(ids), {message.intake_id for message in messages}
    lost = {name for name, receipt in records.acked.items() if name not in stored or receipt not in intake_ids}
    numbers = {request.service_request_id for request in requests}
    created = receiver.created if receiver is not None else Counter()
    undelivered = numbers - set(created) if receiver is not None else set()
    return Figures(
        tried=len(records.tried),
        acked=len(records.acked),
        stored=len(messages),
        requests=len(requests),
        lost=len(lost),
        dup_rows=len(ids) - len(stored),
        dup_effect=sum(count - 1 for count in created.values()) + len(set(created) - numbers),
        orphans=sum(not message.disposition for message in messages) + len(undelivered),
        extra=len(set(stored) - records.tried),
        damaged=tuple(damage(gateway)[:10]),
        permanent_refusals=records.permanent,
        held=sum(message.disposition == "held" for message in messages),
        forged=receiver.forged if receiver is not None else 0,
        balanced=books["balanced"],
        chain_ok=books["chain_ok"],
        integrity=integrity(gateway),
    )


def deliver_all(gateway: Gateway, *, seconds: float = 60.0) -> None:
    """Wait until the outbox is empty; what waits for a later attempt is made due every few seconds, as a person at the desk may do."""
    with gateway.engines() as engines:
        pushed = time.monotonic()

        def _empty() -> bool:
            nonlocal pushed
            with engines.reading() as connection:
                waiting = sum(rows for rows, _age in outbox.depth(connection, now()).values())
            if waiting and time.monotonic() - pushed > _PUSH:
                with engines.writing() as connection:
                    rows = [*outbox.listing(connection, state="deferred"), *outbox.listing(connection, state="pending")]
                    outbox.retry(connection, [int(row["delivery_id"]) for row in rows if row["attempts"]][:_AT_ONCE], now(), "tests")
                pushed = time.monotonic()
            return not waiting

        wait_for("every request is delivered", _empty, seconds=seconds)


def integrity(gateway: Gateway) -> str:
    """``ok``, or what SQLite finds in its files; PostgreSQL has its own checks."""
    location = gateway.location
    for path in (location.main, location.inbox):
        if path is not None:
            connection = connect(path, write=False)
            try:
                found = connection.execute("PRAGMA integrity_check").fetchone()[0]
            finally:
                connection.close()
            if found != "ok":
                return f"{path.name}: {found}"
    return "ok"


def damage(gateway: Gateway) -> list[str]:
    """Blobs whose content is not what their name says, and messages whose content cannot be had, each with what is wrong."""
    root = gateway.folder / "blobs"
    wrong = [f"{file}: is something else" for file in root.glob("??/*") if _digest(file) != file.parent.name + file.name]
    with gateway.engines() as engines, engines.reading() as connection:
        for stored in read_back(engines, connection):
            file = root / (stored.blob or "")[:2] / (stored.blob or "")[2:]
            if stored.blob is not None and not file.is_file():
                wrong.append(f"{stored.intake_id}: its blob is missing")
                continue
            size = len(stored.raw.content) if stored.blob is None else file.stat().st_size
            if stored.raw.held is None and size != stored.size:
                wrong.append(f"{stored.intake_id}: {size} bytes of {stored.size}")
    return wrong


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def spooled(gateway: Gateway) -> list[Path]:
    """What receptions left in the spool."""
    return sorted((gateway.folder / "blobs" / "spool").iterdir())


def _sender_id(message: InboundMessage) -> str:
    """The id that the sender gave, whatever became of the message: also one that was never read has its ``source_id``."""
    source_id = message.source_id
    return source_id.removeprefix("<").partition("@sender.example>")[0] if source_id.startswith("<") else source_id
