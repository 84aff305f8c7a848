"""Requests are found by rare terms and by sender where there is no position; a rejected pair is remembered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.store import decisions
from gateway.store.decisions import Verdict
from gateway.store.duplicate_tables import REQUEST_TERM
from gateway.store.engine import Engines
from gateway.store.known import Facts
from normalizer.dedupe.thresholds import Decision
from tests.gateway.store.builders import CITY, START, outcome
from tests.gateway.store.test_outcome import stored_messages, write


def test_terms_find_a_request_in_its_own_city_and_time(engines: Engines) -> None:
    taken = stored_messages(engines, 3)
    texts = ["Pothole at 12 Main Street", "Nid-de-poule au coin de Rachel et Papineau", "The park is lovely"]
    written = [outcome(stored, text=text) for stored, text in zip(taken, texts, strict=True)]
    for one, sender in zip(written, ("email:marie@example.net", None, None), strict=True):
        one.work.sender_key = sender
    write(engines, taken, written)
    with engines.reading() as connection:
        known = Facts(connection, []).known(CITY).requests
        (found,) = known.by_terms(["house:12 main"], since=START)
        assert (found.text, found.sender_key) == (texts[0], None)
        assert [item.text for item in known.by_terms(["corner:papineau&rachel"], since=START)] == [texts[1]]
        (mine,) = known.by_terms(["sender:email:marie@example.net"], since=START)
        assert (mine.text, mine.sender_key) == (texts[0], "email:marie@example.net")
        assert not known.by_terms(["house:14 main"], since=START)
        assert not known.by_terms(["house:12 main"], since=START + timedelta(days=400))
        assert not Facts(connection, []).known("elsewhere.example").requests.by_terms(["house:12 main"], since=START)
        assert len(set(connection.execute(select(REQUEST_TERM.c.request_id)).scalars())) >= 2


def test_a_rejected_pair_is_remembered_from_both_sides(engines: Engines) -> None:
    taken = stored_messages(engines, 2)
    written = [outcome(stored) for stored in taken]
    write(engines, taken, written)
    one, other = (item.work.requests[0].service_request_id for item in written)
    with engines.writing() as connection:
        decisions.record(connection, CITY, Verdict(one, other, same=True, score=0.8, service_code="tree", actor="anna"), START)
        decisions.record(connection, CITY, Verdict(one, other, same=False, score=0.7, service_code="tree", actor="anna"), START)
        with pytest.raises(ValueError, match="two requests"):
            decisions.record(connection, CITY, Verdict(one, one, same=False, score=0.7, service_code="tree", actor="anna"), START)
    with engines.reading() as connection:
        known = Facts(connection, []).known(CITY).requests
        assert known.rejected(one) == {other}
        assert known.rejected(other) == {one}
        assert known.rejected("no number") == frozenset()
        assert list(decisions.all_of(connection, CITY)) == [Decision("tree", 0.7, same=False)]
        assert not list(decisions.all_of(connection, "elsewhere.example"))
