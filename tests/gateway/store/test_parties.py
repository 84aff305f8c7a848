"""People across channels: one where exactly one matches, two where it may be two, and why each identifier is somebody's."""

from __future__ import annotations

from sqlalchemy import select

from gateway.store.claims import open_claims
from gateway.store.engine import Engines
from gateway.store.outcome import Outbox, OutcomeWriter
from gateway.store.tables import PARTY_IDENTIFIER
from tests.gateway.store.builders import START, appender, arrival, as_request, outcome

PHONE = ("phone", "+15145550111")


def written(engines: Engines, senders: list[tuple[str | None, list[tuple[str, str]]]]) -> list[tuple[str, str, str]]:
    """One message of each sender (name and identifiers), as the worker commits them; (value, party, evidence) of every identifier."""
    appender(engines).append([arrival(f"<{number}@x.example>") for number in range(len(senders))])
    taken = open_claims(engines).take(len(senders), 1 << 24, lease=60)
    outcomes = [outcome(stored) for stored in taken]
    for one, (name, identifiers) in zip(outcomes, senders, strict=True):
        one.work.message.sender.name, one.work.identifiers = name, identifiers
    with engines.writing() as connection:
        open_claims(engines).settle(connection, taken)
        OutcomeWriter(connection, Outbox(lambda _request: [], frozenset()), START).write(outcomes, as_request)
    with engines.reading() as connection:
        row = PARTY_IDENTIFIER.c
        return [
            tuple(found) for found in connection.execute(select(row.value, row.party_id, row.evidence).order_by(row.value, row.party_id))
        ]


def test_who_texted_and_then_wrote_with_the_number_is_one(engines: Engines) -> None:
    found = written(engines, [(None, [PHONE]), ("Marie Untel", [("email", "m@x.example"), PHONE])])
    assert len({party for _value, party, _evidence in found}) == 1
    assert {value: evidence for value, _party, evidence in found} == {PHONE[1]: "", "m@x.example": "came with the same phone"}


def test_two_names_on_one_telephone_are_two_people(engines: Engines) -> None:
    found = written(engines, [("Marie Untel", [PHONE]), ("Paul Roy", [PHONE]), ("Untel, Marie", [("email", "m@x.example")])])
    assert len({party for value, party, _evidence in found if value == PHONE[1]}) == 2
    assert "the same phone, another name" in {evidence for _value, _party, evidence in found}


def test_a_name_in_another_order_is_the_same_person(engines: Engines) -> None:
    found = written(engines, [("Marie Untel", [PHONE]), ("Untel, Marie", [PHONE])])
    assert len({party for _value, party, _evidence in found}) == 1
