"""People: found again by their identifiers when exactly one matches, made new otherwise.

A phone or an address may be shared, so an identifier may belong to several parties; then nobody is guessed and the message gets a party of
its own, with the ambiguity as evidence. The same where only a telephone matches and the names are of two people: one number may be a
family's. Each identifier says in ``evidence`` why it is the party's, so that a person can undo it. Anonymous messages have none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select, tuple_

from gateway.clock import new_id
from gateway.store.tables import PARTY, PARTY_IDENTIFIER
from normalizer.pipeline import Work
from normalizer.words import words

_IN = 300


class People:
    """The parties of one batch, looked up at once and added at its end."""

    def __init__(self, connection: Connection, works: Sequence[Work], now: datetime) -> None:
        self._now = now
        self._owners: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self._names: dict[str, str | None] = {}
        self._parties: list[dict[str, Any]] = []
        self._identifiers: list[dict[str, Any]] = []
        wanted = sorted({(work.message.jurisdiction_id, *identifier) for work in works for identifier in work.identifiers})
        row = PARTY_IDENTIFIER.c
        for start in range(0, len(wanted), _IN):
            statement = (
                select(row.jurisdiction_id, row.kind, row.value, row.party_id, PARTY.c.name)
                .join(PARTY, PARTY.c.id == row.party_id)
                .where(tuple_(row.jurisdiction_id, row.kind, row.value).in_(wanted[start : start + _IN]))
            )
            for jurisdiction_id, kind, value, party_id, name in connection.execute(statement):
                self._owners[jurisdiction_id, kind, value].add(party_id)
                self._names[party_id] = name

    def party_of(self, work: Work) -> str | None:
        """The id of the message's sender, made new where not exactly one party is known by its identifiers; None when anonymous."""
        if not work.identifiers:
            return None
        jurisdiction_id = work.message.jurisdiction_id
        keys = [(jurisdiction_id, kind, value) for kind, value in work.identifiers]
        candidates = set().union(*(self._owners[key] for key in keys))
        name = _name(work)
        matched = [key[1] for key in keys if self._owners[key]]
        if len(candidates) != 1:
            party_id, evidence = new_id(), f"ambiguous: {len(candidates)} parties share an identifier" if candidates else ""
        elif set(matched) == {"phone"} and _two_people(self._names.get(*candidates), name):
            party_id, evidence = new_id(), "the same phone, another name"
        else:
            (party_id,) = candidates
            evidence = f"came with the same {' and '.join(matched)}"
        if not any(party_id in self._owners[key] for key in keys):
            self._names[party_id] = name
            self._parties.append(
                {
                    "id": party_id,
                    "jurisdiction_id": jurisdiction_id,
                    "name": name,
                    "language": work.message.language.value,
                    "created": self._now,
                }
            )
        for key in keys:
            if party_id not in self._owners[key]:
                self._owners[key].add(party_id)
                self._identifiers.append(
                    {"jurisdiction_id": key[0], "kind": key[1], "value": key[2], "party_id": party_id, "evidence": evidence}
                )
        return party_id

    def rows(self) -> Iterable[tuple[Table, list[dict[str, Any]]]]:
        """What is to be inserted."""
        if self._parties:
            yield PARTY, self._parties
        if self._identifiers:
            yield PARTY_IDENTIFIER, self._identifiers


def _name(work: Work) -> str | None:
    """The name of the person whom the request is for: the resident's where staff wrote for one."""
    for request in work.requests:
        if request.reporters and request.reporters[0].role == "on_behalf_of":
            return " ".join(part for part in (request.first_name, request.last_name) if part) or None
    return work.message.sender.name


def _two_people(one: str | None, two: str | None) -> bool:
    """True when both names are known and have no word in common."""
    first, second = set(words(one or "")), set(words(two or ""))
    return bool(first and second) and first.isdisjoint(second)
