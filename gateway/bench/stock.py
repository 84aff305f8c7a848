"""A store with a city's past in it, made quickly: what the gateway really wrote for some hundreds of mails, many times over.

The rows are multiplied inside SQLite; numbers, ids, times, places and people are moved apart, so that indexes get as wide as they would
be: one request every few minutes over the years, each at one of a city's addresses, each from somebody else. The history is chained anew.

Does not: make the documents agree with the columns that were moved (a document keeps the id of the one that it was copied from).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from gateway.bench import mails
from gateway.bench.rig import CITY, Rig, empty_store, location, put_in
from gateway.clock import now
from gateway.simulate import words
from gateway.store.bulk import chain_copies
from gateway.store.instants import to_micros
from gateway.store.keys64 import address_place
from gateway.store.numbers import public_number
from gateway.store.sqlite import connect
from normalizer.locate import address_key

_TEMPLATE = 500
_EVERY = timedelta(minutes=5)
"""Between two messages: some 100,000 a year."""
_COPIES_IN_ONE = 20
"""Copies of the template in one transaction."""
_MOVED = {
    "inbox": {
        "seq": "seq + :d",
        "intake_id": "intake_id || '-' || :copy",
        "source_id": "source_id || '-' || :copy",
        "source_key": "randomblob(16)",
        "received_at": ":end - (:total - seq - :d) * :every",
    },
    "message": {
        "seq": "seq + :d",
        "intake_id": "intake_id || '-' || :copy",
        "received_datetime": ":end - (:total - seq - :d) * :every",
    },
    "message_reference": {"reference": "random()", "seq": "seq + :d"},
    "attachment": {"seq": "seq + :d"},
    "service_request": {
        "id": "id + :dr",
        "service_request_id": "public_number(id + :dr)",
        "requested_datetime": ":end - (:last - id - :dr) * :every",
        "updated_datetime": ":end - (:last - id - :dr) * :every",
    },
    "request_place": {
        "place": "some_place()",
        "request_id": "request_id + :dr",
        "requested_datetime": ":end - (:last - request_id - :dr) * :every",
    },
    "request_message": {"request_id": "request_id + :dr", "seq": "seq + :d", "intake_id": "intake_id || '-' || :copy"},
    "party": {"id": "id || '-' || :copy"},
    "party_identifier": {"value": "value || '-' || :copy", "party_id": "party_id || '-' || :copy"},
    "reporter": {"request_id": "request_id + :dr", "seq": "seq + :d", "party_id": "party_id || '-' || :copy"},
    "delivery": {"id": "id + :dd", "request_id": "request_id + :dr", "idempotency_key": "idempotency_key || '-' || :copy"},
}
"""For each table what is different in a copy; whatever is not named is the same."""
_WHICH = {
    "inbox": "seq <= :d0", "message": "seq <= :d0", "message_reference": "seq <= :d0", "attachment": "seq <= :d0",
    "service_request": "id <= :r0", "request_place": "request_id <= :r0", "request_message": "seq <= :d0", "party": "id NOT LIKE '%-%'",
    "party_identifier": "party_id NOT LIKE '%-%'", "reporter": "seq <= :d0", "delivery": "id <= :dd0",
}  # fmt: skip
"""Which rows are those of the template."""


@dataclass(frozen=True, slots=True)
class _Template:
    messages: int
    first_request: int
    last_request: int
    last_delivery: int


def make(folder: Path, requests: int, advance: Callable[[int], None] = lambda _count: None) -> Path:
    """A store in ``folder`` with about so many requests. ``advance`` is told of the messages that were added. Returns the folder."""
    empty_store(folder)
    count = min(_TEMPLATE, requests)
    put_in(folder, mails.make(count, "past", seed=1))
    with Rig(folder) as rig:
        rig.wait_settled(count, seconds=120)
    here = location(folder)
    assert here.main is not None  # noqa: S101  (it is SQLite)
    assert here.inbox is not None  # noqa: S101  (it is SQLite)
    with closing(_fast(here.main)) as main, closing(_fast(here.inbox)) as inbox:
        template = _read(main)
        made = template.last_request - template.first_request + 1
        (really,) = main.execute("SELECT count(*) FROM service_request").fetchone()  # some numbers were drawn and not used
        copies = max(0, round(requests / really) - 1)
        for start in range(0, copies, _COPIES_IN_ONE):
            chunk = range(start + 1, min(start + _COPIES_IN_ONE, copies) + 1)
            for connection in (main, inbox):
                connection.execute("BEGIN IMMEDIATE")
                for copy in chunk:
                    _copy(connection, template, copy, copies)
                connection.execute("COMMIT")
            advance(len(chunk) * template.messages)
        main.execute("UPDATE cursor SET value = ? WHERE name = 'inbox'", (str(template.messages * (copies + 1)),))
        main.execute("UPDATE counter SET value = ? WHERE name = 'request'", (template.last_request + copies * made,))
        for connection in (main, inbox):
            _move_template(connection, template, copies)
            connection.execute("PRAGMA optimize")
            connection.execute("PRAGMA journal_mode=WAL")
    chain_copies(here, copies)
    return folder


def _read(main: Any) -> _Template:
    (messages,) = main.execute("SELECT max(seq) FROM message").fetchone()
    first, last = main.execute("SELECT min(id), max(id) FROM service_request").fetchone()
    (delivery,) = main.execute("SELECT coalesce(max(id), 0) FROM delivery").fetchone()
    return _Template(messages, first, last, delivery)


def _copy(connection: Any, template: _Template, copy: int, copies: int) -> None:
    parameters = _parameters(template, copy, copies)
    for table, columns in _tables(connection).items():
        chosen = ", ".join(_MOVED[table].get(column, column) for column in columns)
        statement = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} WHERE {_WHICH[table]}"  # noqa: S608  (our own names)
        connection.execute(statement, parameters)


def _move_template(connection: Any, template: _Template, copies: int) -> None:
    """The template is the oldest part: its times are moved there too."""
    parameters = _parameters(template, 0, copies)
    for table, columns in _tables(connection).items():
        times = [name for name in columns if name in ("received_at", "received_datetime", "requested_datetime", "updated_datetime")]
        if times:
            changes = ", ".join(f"{name} = {_MOVED[table][name]}" for name in times)
            connection.execute(f"UPDATE {table} SET {changes} WHERE {_WHICH[table]}", parameters)  # noqa: S608  (our own names)


def _parameters(template: _Template, copy: int, copies: int) -> dict[str, int]:
    made = template.last_request - template.first_request + 1
    return {
        "copy": copy,
        "d": copy * template.messages,
        "d0": template.messages,
        "dr": copy * made,
        "r0": template.last_request,
        "dd": copy * template.last_delivery,
        "dd0": template.last_delivery,
        "total": template.messages * (copies + 1),
        "last": template.last_request + copies * made,
        "end": to_micros(now()),
        "every": int(_EVERY.total_seconds() * 1e6),
    }


def _tables(connection: Any) -> dict[str, list[str]]:
    """The tables of this database that are multiplied, with their columns."""
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for name in names if name in _MOVED}


def _fast(path: Path) -> Any:
    """A connection without safety: a scratch store that is half made is made again."""
    connection = connect(path, write=True)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY", "locking_mode=EXCLUSIVE"):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("public_number", 1, public_number)
    chance = Random(7)  # noqa: S311  (chance, not secrecy)
    places = _places()
    connection.create_function("some_place", 0, lambda: chance.choice(places))
    return connection


def _places() -> list[int]:
    """The keys of every address that the simulated residents may speak of."""
    return [
        address_place(CITY, address_key(words.PLACE[language].format(number=number, street=street)))
        for language, streets in words.STREETS.items()
        for street in streets
        for number in range(1, 2_000)
    ]
